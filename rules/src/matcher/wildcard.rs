//! Wildcard patterns: `*` is any run of characters, also none; `?` is exactly one. There is no escape.
//!
//! A pattern is cut at its stars when it is built. What stands before the first star must begin the text, what stands
//! behind the last must end it, and the pieces between are looked for from left to right, each where it comes first.
//! Each piece stands for a fixed number of characters, so the first place is always the best one: nothing is ever tried
//! twice, and the time is linear in the text.

use super::search::Search;
use super::text::{begins, ends};
use super::truth::Truth;

/// A prepared pattern with at least one wildcard in it.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    shape: Shape,
    fold: bool,
}

#[derive(Clone, Debug)]
enum Shape {
    /// No star: the piece is the whole text.
    Whole(Piece),
    /// Prefix (`head*`), suffix (`*tail`), both, and what lies between.
    Split { head: Piece, inner: Box<[Search]>, tail: Piece },
}

/// A run of characters without stars.
#[derive(Clone, Debug)]
enum Piece {
    Literal(Box<str>),
    /// `None` stands for `?`.
    Holes(Box<[Option<char>]>),
}

/// A piece between two stars is longer than can be looked for in bounded time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PatternTooLong;

impl Pattern {
    /// Whether `text` has wildcards and so needs a pattern at all.
    pub(crate) fn is_needed(text: &str) -> bool {
        text.contains(['*', '?'])
    }

    /// Whether `text` matches whatever has a value.
    pub(crate) fn matches_all(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|b| b == b'*')
    }

    /// Prepares `text`; with `fold`, ASCII letters match whatever their case.
    pub(crate) fn new(text: &str, fold: bool) -> Result<Self, PatternTooLong> {
        let mut pieces = text.split('*');
        let head = Piece::new(pieces.next().unwrap_or_default(), fold);
        let shape = match pieces.next_back() {
            None => Shape::Whole(head),
            Some(tail) => Shape::Split {
                head,
                inner: pieces
                    .filter(|piece| !piece.is_empty())
                    .map(|piece| Search::new(piece, fold))
                    .collect::<Result<_, _>>()?,
                tail: Piece::new(tail, fold),
            },
        };
        Ok(Self { shape, fold })
    }

    /// The runs of characters that each matching text has: at its beginning, somewhere, and at its end. Where case does
    /// not count they are in small letters.
    pub(crate) fn literals(&self) -> (String, Vec<&str>, String) {
        match &self.shape {
            Shape::Whole(piece) => (piece.front(), Vec::new(), piece.back()),
            Shape::Split { head, inner, tail } => {
                (head.front(), inner.iter().filter_map(Search::literal).collect(), tail.back())
            }
        }
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.shape {
            Shape::Whole(piece) => piece.strip_front(text, self.fold) == Some(""),
            Shape::Split { head, inner, tail } => head
                .strip_front(text, self.fold)
                .and_then(|rest| tail.strip_back(rest, self.fold))
                .and_then(|rest| inner.iter().try_fold(rest, |rest, piece| piece.after(rest)))
                .is_some(),
        }
    }
}

impl Pattern {
    /// What is known of a text that begins with `text` and may go on.
    pub(crate) fn of_beginning(&self, text: &str) -> Truth {
        match &self.shape {
            Shape::Whole(piece) => unknown_if(piece.could_begin_with(text, self.fold)),
            Shape::Split { head, inner, tail } => match head.strip_front(text, self.fold) {
                Some(rest) if tail.is_empty() && found(inner, rest) => Truth::True,
                Some(_) => Truth::Unknown,
                None => unknown_if(head.could_begin_with(text, self.fold)),
            },
        }
    }

    /// What is known of a text that ends with `text` and may have begun earlier.
    pub(crate) fn of_end(&self, text: &str) -> Truth {
        match &self.shape {
            Shape::Whole(piece) => unknown_if(piece.could_end_with(text, self.fold)),
            Shape::Split { head, inner, tail } => match tail.strip_back(text, self.fold) {
                Some(rest) if head.is_empty() && found(inner, rest) => Truth::True,
                Some(_) => Truth::Unknown,
                None => unknown_if(tail.could_end_with(text, self.fold)),
            },
        }
    }
}

fn found(inner: &[Search], text: &str) -> bool {
    inner.iter().try_fold(text, |rest, piece| piece.after(rest)).is_some()
}

fn unknown_if(possible: bool) -> Truth {
    if possible { Truth::Unknown } else { Truth::False }
}

impl Piece {
    /// The literal at its beginning.
    fn front(&self) -> String {
        match self {
            Self::Literal(piece) => piece.to_string(),
            Self::Holes(holes) => holes.iter().map_while(|hole| *hole).collect(),
        }
    }

    /// The literal at its end.
    fn back(&self) -> String {
        match self {
            Self::Literal(piece) => piece.to_string(),
            Self::Holes(holes) => {
                let from = holes.iter().rposition(Option::is_none).map_or(0, |hole| hole + 1);
                holes.iter().skip(from).copied().flatten().collect()
            }
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Literal(piece) if piece.is_empty())
    }

    /// Whether a text that the piece stands for can begin with `text`.
    fn could_begin_with(&self, text: &str, fold: bool) -> bool {
        match self {
            Self::Literal(piece) => begins(piece, text, fold),
            Self::Holes(holes) => {
                let mut holes = holes.iter();
                text.chars().all(|c| holes.next().is_some_and(|hole| fits(*hole, c, fold)))
            }
        }
    }

    /// Whether a text that the piece stands for can end with `text`.
    fn could_end_with(&self, text: &str, fold: bool) -> bool {
        match self {
            Self::Literal(piece) => ends(piece, text, fold),
            Self::Holes(holes) => {
                let mut holes = holes.iter().rev();
                text.chars().rev().all(|c| holes.next().is_some_and(|hole| fits(*hole, c, fold)))
            }
        }
    }

    fn new(text: &str, fold: bool) -> Self {
        let text = if fold { text.to_ascii_lowercase() } else { text.to_owned() };
        if text.contains('?') {
            Self::Holes(text.chars().map(|c| (c != '?').then_some(c)).collect())
        } else {
            Self::Literal(text.into_boxed_str())
        }
    }

    /// What remains of `text` behind this piece, if it begins with it.
    fn strip_front<'t>(&self, text: &'t str, fold: bool) -> Option<&'t str> {
        match self {
            Self::Literal(piece) => {
                let (front, rest) = text.split_at_checked(piece.len())?;
                same(piece, front, fold).then_some(rest)
            }
            Self::Holes(holes) => {
                let mut chars = text.chars();
                holes
                    .iter()
                    .all(|hole| chars.next().is_some_and(|c| fits(*hole, c, fold)))
                    .then_some(chars.as_str())
            }
        }
    }

    /// What remains of `text` before this piece, if it ends with it.
    fn strip_back<'t>(&self, text: &'t str, fold: bool) -> Option<&'t str> {
        match self {
            Self::Literal(piece) => {
                let (rest, back) = text.split_at_checked(text.len().checked_sub(piece.len())?)?;
                same(piece, back, fold).then_some(rest)
            }
            Self::Holes(holes) => {
                let mut chars = text.chars();
                holes
                    .iter()
                    .rev()
                    .all(|hole| chars.next_back().is_some_and(|c| fits(*hole, c, fold)))
                    .then_some(chars.as_str())
            }
        }
    }
}

fn same(piece: &str, text: &str, fold: bool) -> bool {
    if fold { piece.eq_ignore_ascii_case(text) } else { piece == text }
}

/// Whether `c` fits where `hole` stands; the characters of a folding pattern are in small letters.
fn fits(hole: Option<char>, c: char, fold: bool) -> bool {
    hole.is_none_or(|wanted| wanted == c || (fold && wanted == c.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern, false).unwrap().matches(text)
    }

    fn matches_fold(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern, true).unwrap().matches(text)
    }

    /// What wildcards mean, in as few lines as possible: table over prefixes, quadratic, obviously right.
    fn reference(pattern: &str, text: &str, fold: bool) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        for p in pattern.chars() {
            let mut next = vec![false; text.len() + 1];
            for i in 0..=text.len() {
                next[i] = match p {
                    '*' => reached[i] || (i > 0 && next[i - 1]),
                    '?' => i > 0 && reached[i - 1],
                    p => {
                        let same = |c: char| c == p || (fold && c.eq_ignore_ascii_case(&p));
                        i > 0 && reached[i - 1] && same(text[i - 1])
                    }
                };
            }
            reached = next;
        }
        reached[text.len()]
    }

    #[test]
    fn prefix_suffix_and_middle_match_where_they_stand() {
        assert!(
            matches("python*", "python3.11")
                && matches("python*", "python")
                && !matches("python*", "cpython")
        );
        assert!(matches("*.so", "libc.so") && matches("*.so", ".so") && !matches("*.so", "libc.so.6"));
        assert!(
            matches("-*S*", "-Sy")
                && matches("-*S*", "--Sync")
                && !matches("-*S*", "S-")
                && !matches("-*S*", "-y")
        );
    }

    #[test]
    fn head_and_tail_do_not_share_characters() {
        assert!(!matches("aba*aba", "aba") && !matches("aba*aba", "ababa") && matches("aba*aba", "abaaba"));
        assert!(!matches("*ab*ab*", "ab") && matches("*ab*ab*", "abab"));
    }

    #[test]
    fn a_question_mark_is_one_character_not_one_byte() {
        assert!(matches("?", "é") && matches("?", "😀") && !matches("?", "") && !matches("?", "ab"));
        assert!(matches("?*", "é") && !matches("?*", ""));
        assert!(matches("*?é?*", "aébcd") && !matches("*?é?*", "éb"));
        assert!(matches("*?", "x") && matches("a?c*", "aéc!"));
    }

    #[test]
    fn a_star_matches_nothing_too_and_stars_collapse() {
        assert!(matches("*", "") && matches("**", "") && matches("a**b", "ab") && matches("***a***", "a"));
    }

    #[test]
    fn a_backslash_is_a_backslash() {
        assert!(matches(r"C:\*", r"C:\Temp") && !matches(r"\*", "*") && matches(r"\*", r"\anything"));
    }

    #[test]
    fn folding_covers_ascii_letters_only() {
        assert!(matches_fold("*proxyCOMMAND*", "-oProxyCommand=x") && matches_fold("CURL*", "curl-minimal"));
        assert!(!matches_fold("É*", "éa") && matches_fold("É?*", "Éa") && !matches_fold("a[*", "a{"));
        assert!(!matches("CURL*", "curl"));
    }

    #[test]
    fn a_kelvin_sign_is_not_a_k() {
        assert!(!matches_fold("*k*", "\u{212a}") && !matches_fold("\u{212a}?", "k1"));
    }

    #[test]
    fn pathological_patterns_take_linear_time() {
        let text = "a".repeat(200_000);
        let pattern = format!("{}b", "*a?aa".repeat(200));
        // A matcher that backtracks does not come back from this.
        assert!(!matches(&pattern, &text));
        assert!(!matches_fold(&format!("*{}b*", "aA".repeat(400)), &text));
    }

    #[test]
    fn a_piece_too_long_to_be_looked_for_is_refused_and_ends_are_not_limited() {
        let long = "é".repeat(2000);
        assert!(Pattern::new(&format!("*?{long}*"), false).is_err());
        assert!(Pattern::new(&format!("*{}*", "x".repeat(2000)), true).is_err());
        assert!(matches(&format!("*{long}*"), &format!("a{long}b")));
        assert!(matches_fold(&format!("a?{long}*?{long}"), &format!("AX{long}X{long}")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn the_matcher_agrees_with_the_reference(
            pattern in "[*?aAbé😀]{0,12}", text in "[aAbBé😀]{0,24}", fold: bool,
        ) {
            let got = Pattern::new(&pattern, fold).unwrap().matches(&text);
            prop_assert_eq!(got, reference(&pattern, &text, fold));
        }

        #[test]
        fn a_text_cut_anywhere_matches_the_pattern_made_of_its_parts(
            parts in prop::collection::vec("[abAé?]{0,70}", 1..5), gaps in prop::collection::vec("[abé]{0,5}", 5),
        ) {
            let text: String = parts.iter().zip(&gaps).flat_map(|(part, gap)| [part.as_str(), gap]).collect();
            let pattern: String = parts.iter().flat_map(|part| [part.as_str(), "*"]).collect();
            prop_assert!(matches(&pattern, &text));
            prop_assert!(matches_fold(&pattern.to_ascii_uppercase(), &text));
        }
    }
}
