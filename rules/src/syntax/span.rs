//! A place in a query: byte offsets, kept on every token and every node of the tree.
//!
//! Offsets count from the first byte of the query, not of the rule file; `crate::place` carries them over to the
//! file. Queries are limited in length ([`super::MAX_QUERY_BYTES`]), so 32 bits are enough.

/// A half-open range of bytes in the text of a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to, not including, `end`. Offsets beyond 4 GiB are cut; queries never get there.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The smallest span that covers both.
    pub(crate) fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text this span covers; empty when the span does not belong to `source`.
    pub(crate) fn slice(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or_default()
    }

    /// The same as a range of `usize`.
    pub fn range(self) -> core::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}
