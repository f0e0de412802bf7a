//! What is odd about a query that is served all the same.

use std::fmt;

use crate::syntax::Span;

/// Something to tell the author of a query that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where in the query.
    pub span: Span,
    /// What it is.
    pub kind: WarningKind,
}

/// What is odd about a query.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// A part waits for events that are not captured yet; the rest is served.
    Sleeps {
        /// The events it waits for, such as `file`.
        needs: Vec<&'static str>,
    },
    /// No event can satisfy the condition, whatever it is like.
    NeverTrue,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sleeps { needs } => {
                write!(
                    f,
                    "this part sleeps: it needs {} events, which are not captured yet",
                    needs.join(" or ")
                )
            }
            Self::NeverTrue => f.write_str("no event can satisfy this condition"),
        }
    }
}
