//! Tuples of values as keys: what a sequence joins by, what tells equal alerts.
//!
//! A key is a run of bytes that is equal for two tuples exactly when the tuples are, put together in a buffer that is
//! used again for every event, so that looking a key up allocates nothing. A long one is replaced by its SHA-256: what
//! an attacker writes into a command line must neither fill the memory nor make two tuples look alike.

use sha2::{Digest, Sha256};

use crate::event::Values;
use crate::scalars::Scalar;

/// Keys longer than this, in bytes, are replaced by their hash.
const MAX_PLAIN: usize = 192;

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const REAL: u8 = 4;
const TEXT: u8 = 5;
const HASH: u8 = 6;
const MANY: u8 = 7;

/// Puts keys together.
#[derive(Clone, Debug, Default)]
pub struct KeyBuffer {
    bytes: Vec<u8>,
}

impl KeyBuffer {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins the key of another tuple. Tuples of different owners are different.
    pub fn start(&mut self, owner: u32) {
        self.bytes.clear();
        self.bytes.extend_from_slice(&owner.to_le_bytes());
    }

    /// Appends what a sequence joins by: the first value of a field. `false` if there is none, which takes the event
    /// out of the stage unless the key is an optional one; null joins null.
    #[must_use]
    pub fn join(&mut self, values: Values<'_>, optional: bool) -> bool {
        let first = first(values);
        match first {
            Some(scalar) => self.push(scalar),
            None => self.bytes.push(NULL),
        }
        first.is_some() || optional
    }

    /// Appends all values of a field, none also being something to be equal in.
    pub fn all(&mut self, values: Values<'_>) {
        let place = self.bytes.len();
        self.bytes.extend_from_slice(&[MANY, 0, 0, 0, 0]);
        let mut count = 0_u32;
        let mut push = |this: &mut Self, scalar| {
            this.push(scalar);
            count = count.saturating_add(1);
        };
        match values {
            Values::Each(texts) => texts.iter().for_each(|text| push(self, Scalar::Text(text))),
            Values::List(texts) => texts.iter().for_each(|text| push(self, Scalar::Text(text))),
            Values::Scalars(scalars) => scalars.iter().for_each(|scalar| push(self, scalar)),
            Values::Pair(one, other) => {
                push(self, Scalar::Text(one));
                push(self, Scalar::Text(other));
            }
            values => {
                if let Some(scalar) = first(values) {
                    push(self, scalar);
                }
            }
        }
        if let Some(space) = self.bytes.get_mut(place + 1..place + 5) {
            space.copy_from_slice(&count.to_le_bytes());
        }
    }

    /// The finished key.
    pub fn finish(&mut self) -> &[u8] {
        if self.bytes.len() > MAX_PLAIN {
            let hash = Sha256::digest(&self.bytes);
            // The owner stays in front, in plain: what a rule leaves behind is found by it.
            self.bytes.truncate(size_of::<u32>());
            self.bytes.push(HASH);
            self.bytes.extend_from_slice(&hash);
        }
        &self.bytes
    }

    fn push(&mut self, scalar: Scalar<'_>) {
        match scalar {
            Scalar::Bool(false) => self.bytes.push(FALSE),
            Scalar::Bool(true) => self.bytes.push(TRUE),
            Scalar::Int(value) => self.tagged(INT, &value.to_le_bytes()),
            Scalar::Real(value) => match whole(value) {
                Some(whole) => self.tagged(INT, &whole.to_le_bytes()),
                None => self.tagged(REAL, &value.to_bits().to_le_bytes()),
            },
            Scalar::Text(text) => {
                self.tagged(TEXT, &text.len().to_le_bytes());
                self.bytes.extend_from_slice(text.as_bytes());
            }
        }
    }

    fn tagged(&mut self, tag: u8, content: &[u8]) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(content);
    }
}

/// Whose key it is.
pub(super) fn owner(key: &[u8]) -> u32 {
    key.first_chunk().map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes))
}

/// The first value.
fn first(values: Values<'_>) -> Option<Scalar<'_>> {
    match values {
        Values::Missing => None,
        Values::Bool(value) => Some(Scalar::Bool(value)),
        Values::Int(value) => Some(Scalar::Int(value)),
        Values::Real(value) => Some(Scalar::Real(value)),
        Values::Text(text) | Values::Pair(text, _) => Some(Scalar::Text(text)),
        Values::Each(texts) => texts.first().map(|text| Scalar::Text(text)),
        Values::List(texts) => texts.get(0).map(Scalar::Text),
        Values::Scalars(scalars) => scalars.get(0),
    }
}

/// The whole number that `value` equals, if there is one in 64 bits: 1 and 1.0 are one key.
fn whole(value: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if value.fract() != 0.0 || !(-LIMIT..LIMIT).contains(&value) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range, as just seen")]
    Some(value as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ScalarList, TextList};

    fn key(tuple: &[Values<'_>]) -> Vec<u8> {
        let mut buffer = KeyBuffer::new();
        buffer.start(0);
        for values in tuple {
            assert!(buffer.join(*values, true));
        }
        buffer.finish().to_vec()
    }

    #[test]
    fn tuples_are_equal_when_their_values_are_and_numbers_whatever_their_type() {
        assert_eq!(key(&[Values::Text("a"), Values::Int(1)]), key(&[Values::Text("a"), Values::Real(1.0)]));
        assert_eq!(key(&[Values::Int(0)]), key(&[Values::Real(-0.0)]));
        let different = [
            key(&[Values::Missing]),
            key(&[Values::Text("")]),
            key(&[Values::Text("1")]),
            key(&[Values::Int(1)]),
            key(&[Values::Bool(true)]),
            key(&[Values::Bool(false)]),
            key(&[Values::Real(1.5)]),
            key(&[Values::Real(9.3e18)]),
            key(&[Values::Int(i64::MAX)]),
            key(&[Values::Text("ab"), Values::Text("c")]),
            key(&[Values::Text("a"), Values::Text("bc")]),
            key(&[Values::Text(&"x".repeat(1000))]),
            key(&[Values::Text(&"x".repeat(1001))]),
        ];
        for (index, one) in different.iter().enumerate() {
            assert!(different.iter().skip(index + 1).all(|other| one != other), "{index}");
        }
    }

    #[test]
    fn a_field_with_many_values_joins_by_its_first() {
        let list: TextList = ["a", "b"].into_iter().collect();
        let mut scalars = ScalarList::new();
        scalars.push(Scalar::Text("a"));
        scalars.push(Scalar::Int(2));
        let expected = key(&[Values::Text("a")]);
        for values in [
            Values::List(&list),
            Values::Each(&["a", "c"]),
            Values::Pair("a", "d"),
            Values::Scalars(&scalars),
        ] {
            assert_eq!(key(&[values]), expected);
        }
    }

    #[test]
    fn a_missing_value_is_told_unless_the_key_is_optional() {
        let mut buffer = KeyBuffer::new();
        buffer.start(1);
        assert!(!buffer.join(Values::Missing, false));
        assert!(!buffer.join(Values::Each(&[]), false));
        assert!(buffer.join(Values::Missing, true));
    }

    #[test]
    fn long_tuples_make_short_keys_and_the_owner_stays_readable() {
        let mut buffer = KeyBuffer::new();
        for length in [1, 1000, 1_000_000] {
            buffer.start(7);
            assert!(buffer.join(Values::Text(&"x".repeat(length)), false));
            let key = buffer.finish();
            assert!(key.len() <= MAX_PLAIN);
            assert_eq!(owner(key), 7);
        }
    }

    #[test]
    fn of_all_values_each_one_counts() {
        let all = |values: Values<'_>| {
            let mut buffer = KeyBuffer::new();
            buffer.start(0);
            buffer.all(values);
            buffer.finish().to_vec()
        };
        assert_ne!(all(Values::Each(&["a", "b"])), all(Values::Each(&["a", "c"])));
        assert_ne!(all(Values::Each(&["a"])), all(Values::Each(&["a", ""])));
        assert_eq!(all(Values::Missing), all(Values::Each(&[])));
        assert_eq!(all(Values::Pair("a", "b")), all(Values::Each(&["a", "b"])));
    }
}
