//! Tests on texts: sets of exact ones, wildcard patterns, order.
//!
//! "Fold" everywhere means: ASCII letters compare without their case, all other characters exactly.

use std::cmp::Ordering;

use super::wildcard::Pattern;

/// What a text must be like.
#[derive(Clone, Debug)]
pub(crate) enum TextTest {
    /// One of a set.
    OneOf(TextSet),
    /// One of a set, or matching one of these patterns.
    Like(TextSet, Box<[Pattern]>),
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
            // UTF-8 sorts by code point.
            Self::Order { bound, before, equal, after } => match text.cmp(bound) {
                Ordering::Less => *before,
                Ordering::Equal => *equal,
                Ordering::Greater => *after,
            },
        }
    }
}

/// A set of texts, ordered by length first: most lookups end without a byte compared.
#[derive(Clone, Debug)]
pub(crate) struct TextSet {
    /// Ascending by [`order`]; in small letters when `fold`.
    texts: Box<[Box<str>]>,
    fold: bool,
}

impl TextSet {
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>, fold: bool) -> Self {
        let keep = |text: &str| if fold { text.to_ascii_lowercase().into_boxed_str() } else { text.into() };
        let mut texts: Vec<Box<str>> = texts.into_iter().map(keep).collect();
        texts.sort_unstable_by(|a, b| order(a, b, false));
        texts.dedup();
        Self { texts: texts.into_boxed_slice(), fold }
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.texts.binary_search_by(|known| order(known, text, self.fold)).is_ok()
    }
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
