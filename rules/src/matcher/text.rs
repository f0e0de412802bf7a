//! Tests on texts: sets of exact ones, wildcard patterns, order.
//!
//! "Fold" everywhere means: ASCII letters compare without their case, all other characters exactly.

use std::cmp::Ordering;

use super::network::Block;
use super::truth::Truth;
use super::wildcard::Pattern;
use crate::regex::{Outcome, Regex};

/// What a text must be like.
#[derive(Clone, Debug)]
pub(crate) enum TextTest {
    /// One of a set.
    OneOf(TextSet),
    /// One of a set, or matching one of these patterns.
    Like(TextSet, Box<[Pattern]>),
    /// One of a set, or all of it matching one of these expressions.
    Regex(TextSet, Box<[Regex]>),
    /// An address in one of these blocks.
    InBlocks(Box<[Block]>),
    /// Compares with a bound in one of these ways, by code point.
    Order {
        /// The text to compare with.
        bound: Box<str>,
        /// Whether texts before the bound pass.
        before: bool,
        /// Whether the bound itself passes.
        equal: bool,
        /// Whether texts after the bound pass.
        after: bool,
    },
}

impl TextTest {
    pub(crate) fn holds(&self, text: &str) -> bool {
        match self {
            Self::OneOf(set) => set.contains(text),
            Self::Like(set, patterns) => {
                set.contains(text) || patterns.iter().any(|pattern| pattern.matches(text))
            }
            Self::Regex(set, expressions) => {
                set.contains(text) || expressions.iter().any(|expression| expression.is_match(text))
            }
            Self::InBlocks(blocks) => Block::any_contains(blocks, text) == Some(true),
            // UTF-8 sorts by code point.
            Self::Order { bound, before, equal, after } => match text.cmp(bound) {
                Ordering::Less => *before,
                Ordering::Equal => *equal,
                Ordering::Greater => *after,
            },
        }
    }
}

impl TextTest {
    /// What is known of a text that begins with `text` and may go on.
    pub(crate) fn of_beginning(&self, text: &str) -> Truth {
        match self {
            Self::OneOf(set) => set.of_part(text, begins),
            Self::Like(set, patterns) => {
                let set = set.of_part(text, begins);
                patterns.iter().map(|pattern| pattern.of_beginning(text)).fold(set, Truth::max)
            }
            Self::Regex(set, expressions) => {
                let set = set.of_part(text, begins);
                let outcomes = expressions.iter().map(|expression| match expression.prefix_outcome(text) {
                    Outcome::No => Truth::False,
                    Outcome::Maybe => Truth::Unknown,
                    Outcome::Yes => Truth::True,
                });
                outcomes.fold(set, Truth::max)
            }
            Self::InBlocks(_) => Truth::Unknown,
            Self::Order { bound, .. } if bound.starts_with(text) => Truth::Unknown,
            Self::Order { .. } => self.holds(text).into(),
        }
    }

    /// What is known of a text that ends with `text` and may have begun earlier.
    pub(crate) fn of_end(&self, text: &str) -> Truth {
        match self {
            Self::OneOf(set) => set.of_part(text, ends),
            Self::Like(set, patterns) => {
                let set = set.of_part(text, ends);
                patterns.iter().map(|pattern| pattern.of_end(text)).fold(set, Truth::max)
            }
            Self::Regex(set, expressions) if expressions.is_empty() => set.of_part(text, ends),
            Self::Regex(..) | Self::InBlocks(_) | Self::Order { .. } => Truth::Unknown,
        }
    }
}

/// Whether `whole` begins with `part`; with `fold`, ASCII letters count as the same in either case.
pub(super) fn begins(whole: &str, part: &str, fold: bool) -> bool {
    let front = whole.as_bytes().get(..part.len());
    front.is_some_and(|front| {
        if fold { front.eq_ignore_ascii_case(part.as_bytes()) } else { front == part.as_bytes() }
    })
}

/// Whether `whole` ends with `part`, in the same way.
pub(super) fn ends(whole: &str, part: &str, fold: bool) -> bool {
    let back = whole.len().checked_sub(part.len()).and_then(|at| whole.as_bytes().get(at..));
    back.is_some_and(
        |back| if fold { back.eq_ignore_ascii_case(part.as_bytes()) } else { back == part.as_bytes() },
    )
}

/// A set of texts. Most lookups end at the length or the first character, without a text compared.
#[derive(Clone, Debug)]
pub(crate) struct TextSet {
    /// Ascending by [`order`]; in small letters when `fold`.
    texts: Box<[Box<str>]>,
    /// A bit for each length that occurs; the last one stands for all that are longer.
    lengths: u64,
    /// A bit for each byte that begins a text, 64 to a word; both cases when `fold`.
    firsts: [u64; 4],
    fold: bool,
}

impl TextSet {
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>, fold: bool) -> Self {
        let keep = |text: &str| if fold { text.to_ascii_lowercase().into_boxed_str() } else { text.into() };
        let mut texts: Vec<Box<str>> = texts.into_iter().map(keep).collect();
        texts.sort_unstable_by(|a, b| order(a, b, false));
        texts.dedup();
        let mut set = Self { texts: texts.into_boxed_slice(), lengths: 0, firsts: [0; 4], fold };
        for text in &set.texts {
            set.lengths |= length_bit(text);
            if let Some(&first) = text.as_bytes().first() {
                for first in [first, if fold { first.to_ascii_uppercase() } else { first }] {
                    if let Some(word) = set.firsts.get_mut(usize::from(first >> 6)) {
                        *word |= 1 << (first & 63);
                    }
                }
            }
        }
        set
    }

    /// All of them; in small letters when case does not count.
    pub(crate) fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// What is known of a text of which only `part` is known: `fits` says whether it can be of a text of the set.
    fn of_part(&self, part: &str, fits: fn(&str, &str, bool) -> bool) -> Truth {
        let possible = self.texts.iter().any(|text| fits(text, part, self.fold));
        if possible { Truth::Unknown } else { Truth::False }
    }

    #[inline]
    pub(crate) fn contains(&self, text: &str) -> bool {
        if self.lengths & length_bit(text) == 0 {
            return false;
        }
        if let Some(&first) = text.as_bytes().first()
            && self.firsts.get(usize::from(first >> 6)).is_none_or(|word| word & 1 << (first & 63) == 0)
        {
            return false;
        }
        self.texts.binary_search_by(|known| order(known, text, self.fold)).is_ok()
    }

    /// Whether ASCII letters compare without their case.
    pub(super) fn folds(&self) -> bool {
        self.fold
    }
}

#[inline]
fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

/// Shorter before longer, then by bytes; with `fold`, `text` counts as if written in small letters, as `known` is.
fn order(known: &str, text: &str, fold: bool) -> Ordering {
    known.len().cmp(&text.len()).then_with(|| {
        if fold { known.bytes().cmp(text.bytes().map(|b| b.to_ascii_lowercase())) } else { known.cmp(text) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_exactly_its_texts() {
        let set = TextSet::new(["yum", "apt", "apt-get", "", "apt"], false);
        for text in ["yum", "apt", "apt-get", ""] {
            assert!(set.contains(text), "{text}");
        }
        for text in ["YUM", "ap", "apt-", "apt-ge", "apt-gets", "zzz"] {
            assert!(!set.contains(text), "{text}");
        }
    }

    #[test]
    fn a_folding_set_forgets_the_case_of_ascii_letters_only() {
        let set = TextSet::new(["Apt", "ÄPFEL", "z[", "a@"], true);
        for text in ["apt", "APT", "ÄpfeL", "Z[", "A@"] {
            assert!(set.contains(text), "{text}");
        }
        // `ä` is not ASCII; `{` and `` ` `` are what careless folding makes of `[` and `@`.
        for text in ["äpfel", "z{", "a`"] {
            assert!(!set.contains(text), "{text}");
        }
    }

    #[test]
    fn order_is_by_code_point() {
        let after =
            |bound: &str| TextTest::Order { bound: bound.into(), before: false, equal: false, after: true };
        assert!(after("Z").holds("a"));
        assert!(after("z").holds("é"));
        // UTF-16 would put the emoji first.
        assert!(after("\u{ffee}").holds("\u{1f600}"));
        assert!(!after("a").holds("a"));
    }
}
