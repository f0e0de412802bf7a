//! Why a regular expression is refused, and where in it.

/// A regular expression that cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RegexError {
    /// Byte offset into the pattern, at a character boundary; the pattern's length when its end is at fault.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

impl RegexError {
    pub(super) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into() }
    }

    /// Well-formed, but the automaton outgrew its bounds: no place in the pattern is to blame.
    pub(super) fn too_complex(what: &str) -> Self {
        Self::new(
            0,
            format!(
                "the regular expression is too complex: its automaton takes more than {what}. Counted repetitions \
                 after an unbounded one (`.*a.{{30}}`) cost most: lower the counts, or split the expression"
            ),
        )
    }
}
