//! What can be wrong with the text of a query, worded for the person who wrote it.
//!
//! Every error has the place it is about ([`SyntaxError::span`]), a message, and, where there is one, what to do
//! about it ([`SyntaxError::help`]). Written by the lexer and the parser; `crate::error` shows it in the rule file.

use super::span::Span;
use crate::nearest::nearest;
use crate::quote::quoted;

/// A query that is not EQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct SyntaxError {
    /// Where in the query.
    pub span: Span,
    /// What is wrong.
    pub kind: SyntaxErrorKind,
}

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntaxErrorKind {
    /// A token stands where another is needed.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What would have been right.
        expected: &'static str,
        /// What stands there, as a person would name it.
        found: String,
        /// What to do, if the mistake is a known one.
        hint: Option<&'static str>,
    },
    /// A character that begins no token.
    #[error("`{}` has no meaning in EQL", quoted(.found.encode_utf8(&mut [0; 4])))]
    Character {
        /// The character.
        found: char,
        /// What to write instead, if the mistake is a known one.
        hint: Option<&'static str>,
    },
    /// A string, raw string, back-ticked name or comment without its end.
    #[error("this {what} is never closed")]
    Unclosed {
        /// What was opened.
        what: &'static str,
        /// How to close it.
        hint: &'static str,
    },
    /// A backslash sequence that EQL does not know.
    #[error("`{}` is not an escape that EQL knows", quoted(.found))]
    Escape {
        /// The sequence as written.
        found: String,
    },
    /// A number that does not fit 64 bits.
    #[error("the number `{}` does not fit in 64 bits", quoted(.found))]
    NumberTooLarge {
        /// The number as written.
        found: String,
    },
    /// A number that runs into letters, like `2x`.
    #[error("`{}` is neither a number nor a name", quoted(.found))]
    NumberRunsOn {
        /// The word as written.
        found: String,
    },
    /// Parentheses or `not` inside each other, deeper than the engine follows.
    #[error("the condition is nested deeper than {limit} levels")]
    TooDeep {
        /// How deep is allowed.
        limit: usize,
    },
    /// A query longer than the engine reads.
    #[error("the query is {found} bytes long; at most {limit} are read")]
    TooLong {
        /// Its length.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// More arithmetic than the engine follows.
    #[error("the query has more than {limit} arithmetic operators")]
    TooManyOperators {
        /// How many are allowed.
        limit: usize,
    },
    /// A number outside of its bounds.
    #[error("{what} is a number from {least} to {most}")]
    OutOfRange {
        /// What the number says.
        what: &'static str,
        /// The smallest allowed.
        least: u64,
        /// The largest allowed.
        most: u64,
    },
    /// Something that EQL itself does not have.
    #[error("{what}")]
    NotEql {
        /// What was written, as a sentence.
        what: String,
        /// What to write instead.
        hint: &'static str,
    },
    /// A call of a function that EQL does not have.
    #[error("EQL has no function `{}`", quoted(.name))]
    UnknownFunction {
        /// The name as written.
        name: String,
    },
}

impl SyntaxError {
    pub(super) fn new(span: Span, kind: SyntaxErrorKind) -> Self {
        Self { span, kind }
    }

    pub(super) fn not_eql(span: Span, what: &str, hint: &'static str) -> Self {
        Self::new(span, SyntaxErrorKind::NotEql { what: what.to_owned(), hint })
    }

    /// A few words to put at the marked place.
    pub fn label(&self) -> &'static str {
        match &self.kind {
            SyntaxErrorKind::Unexpected { expected, .. } => expected,
            SyntaxErrorKind::Unclosed { .. } => "opened here",
            SyntaxErrorKind::TooDeep { .. } => "one level too many",
            _ => "here",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match &self.kind {
            SyntaxErrorKind::Unexpected { hint, .. } | SyntaxErrorKind::Character { hint, .. } => {
                hint.map(str::to_owned)
            }
            SyntaxErrorKind::Unclosed { hint, .. }
            | SyntaxErrorKind::NotEql { hint, .. } => Some((*hint).to_owned()),
            SyntaxErrorKind::Escape { .. } => Some(
                r#"escapes are \n \r \t \b \f \\ \" and \u{1F600}; in a raw string ("""...""") a backslash is itself"#
                    .to_owned(),
            ),
            SyntaxErrorKind::NumberTooLarge { .. } => {
                Some(format!("whole numbers go from {} to {}", i64::MIN, i64::MAX))
            }
            SyntaxErrorKind::NumberRunsOn { found } => {
                Some(format!("a field name that begins with a digit needs back-ticks: `{}`", quoted(found)))
            }
            SyntaxErrorKind::TooDeep { .. } => {
                Some("rewrite it with fewer parentheses: long chains of `and` and `or` need none".to_owned())
            }
            SyntaxErrorKind::TooLong { .. } => Some("split the rule in several".to_owned()),
            SyntaxErrorKind::UnknownFunction { name } => {
                nearest(name, FUNCTIONS.iter().copied()).map(|known| format!("did you mean `{known}`?"))
            }
            SyntaxErrorKind::TooManyOperators { .. } | SyntaxErrorKind::OutOfRange { .. } => None,
        }
    }
}

/// The functions of EQL.
pub(super) const FUNCTIONS: [&str; 16] = [
    "add",
    "between",
    "cidrMatch",
    "concat",
    "divide",
    "endsWith",
    "indexOf",
    "length",
    "modulo",
    "multiply",
    "number",
    "startsWith",
    "string",
    "stringContains",
    "substring",
    "subtract",
];
