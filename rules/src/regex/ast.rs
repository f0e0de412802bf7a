//! A regular expression as a tree. Written by the parser, read once by the compiler to terms; its height is bounded by
//! the parser, so that recursion over it is safe.

use super::set::CharSet;

/// One expression: the set of texts it matches from end to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ast {
    /// No text at all: `#`.
    Nothing,
    /// One character of a set.
    Class(CharSet),
    /// One after the other; none is the empty text.
    Concat(Vec<Ast>),
    /// Any of these.
    Union(Vec<Ast>),
    /// All of these.
    Intersection(Vec<Ast>),
    /// Every text but these.
    Complement(Box<Ast>),
    /// So many in a row; without `max`, any number from `min` on.
    Repeat {
        /// What is repeated.
        inner: Box<Ast>,
        /// At least so often.
        min: u32,
        /// At most so often.
        max: Option<u32>,
    },
    /// A decimal number between two bounds, both included: `<1-100>`.
    Interval {
        /// The lower bound.
        min: u32,
        /// The upper bound.
        max: u32,
        /// Exactly so many digits; 0: any number of leading zeros.
        digits: usize,
    },
}

impl Ast {
    /// Only the empty text.
    pub(super) const EMPTY_TEXT: Self = Self::Concat(Vec::new());

    /// Any text: `@`, `.*`.
    pub(super) fn any_text() -> Self {
        Self::Repeat { inner: Box::new(Self::Class(CharSet::any())), min: 0, max: None }
    }
}
