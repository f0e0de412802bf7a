//! What can be wrong with the meaning of a query that is well-formed EQL.
//!
//! Written by the checker; `crate::error` shows it in the rule file.

use crate::event::Category;
use crate::fields::FieldType;
use crate::quote::quoted;
use crate::syntax::Span;

/// A query that parses but means nothing on this sensor's events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct CheckError {
    /// Where in the query.
    pub span: Span,
    /// What is wrong.
    pub kind: CheckErrorKind,
}

/// What is wrong with the meaning of a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckErrorKind {
    /// A category of which this sensor has no events.
    #[error("this sensor has no events of the category `{}`", quoted(.name))]
    UnknownCategory {
        /// As written.
        name: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
    /// A field without a row in the table.
    #[error("unknown field `{}`", quoted(.name))]
    UnknownField {
        /// As written.
        name: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
    /// `a.b == c.d`
    #[error("a field cannot be compared with another field")]
    TwoFields,
    /// A value of one type beside a constant of another.
    #[error("{subject} is {kind}, and `{op}` cannot compare it with {found}")]
    WrongType {
        /// The field or constant.
        subject: String,
        /// Its type.
        kind: FieldType,
        /// The operator.
        op: &'static str,
        /// What it was compared with.
        found: &'static str,
        /// What to write instead.
        hint: Option<String>,
    },
    /// `like` and its kin beside something that is not text.
    #[error("`{op}` compares text, and {subject} is {kind}")]
    TextOperator {
        /// The field or constant.
        subject: String,
        /// Its type.
        kind: FieldType,
        /// The operator.
        op: &'static str,
    },
    /// Null beside an operator that no value answers.
    #[error("nothing is `{op}` null")]
    Null {
        /// The operator.
        op: &'static str,
    },
    /// Text that should be a date.
    #[error("\"{}\" is not a date", quoted(.text))]
    NotADate {
        /// As written.
        text: String,
    },
    /// A value where a condition belongs.
    #[error("this is a value, not a condition")]
    NotACondition,
    /// A condition where a value belongs.
    #[error("this is a condition, not a value")]
    NotAValue,
    /// A wildcard pattern with too long a piece between its stars.
    #[error("the pattern has more than 1024 characters between two `*`")]
    PatternTooLong,
}

impl CheckError {
    /// A few words to put at the marked place.
    pub fn label(&self) -> &'static str {
        match &self.kind {
            CheckErrorKind::UnknownCategory { .. } => "no such events here",
            CheckErrorKind::UnknownField { .. } => "no event has this field",
            CheckErrorKind::WrongType { found, .. } => found,
            CheckErrorKind::NotADate { .. } => "not a date",
            _ => "here",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match &self.kind {
            CheckErrorKind::UnknownCategory { nearest: Some(name), .. } => {
                Some(format!("did you mean `{name}`?"))
            }
            CheckErrorKind::UnknownCategory { nearest: None, .. } => {
                let known: Vec<_> = Category::ALL.iter().map(|category| category.name()).collect();
                Some(format!("rules can ask for: {}, any", known.join(", ")))
            }
            CheckErrorKind::UnknownField { name, nearest } => {
                let guess = match nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "no event of this version has it.".to_owned(),
                };
                Some(format!(
                    "{guess} `?{}` stands for a field that may be unknown, and then has no value",
                    quoted(name)
                ))
            }
            CheckErrorKind::TwoFields => {
                Some("compare it with a constant; a string needs double quotes".to_owned())
            }
            CheckErrorKind::WrongType { hint, .. } => hint.clone(),
            CheckErrorKind::TextOperator { .. } => Some("use `==` or `in`".to_owned()),
            CheckErrorKind::Null { .. } => {
                Some("`field == null` asks for no value, `field != null` for at least one".to_owned())
            }
            CheckErrorKind::NotADate { .. } => {
                Some("dates look like \"2026-11-23\" or \"2026-11-23T07:00:00Z\"".to_owned())
            }
            CheckErrorKind::NotACondition => Some(
                "compare it with something; to ask whether a field has a value: `field != null`".to_owned(),
            ),
            CheckErrorKind::NotAValue => Some("join conditions with `and`, `or` and `not`".to_owned()),
            CheckErrorKind::PatternTooLong => Some(
                "shorten it: Elastic itself indexes no text longer than 1024 characters, so nothing it sees matches"
                    .to_owned(),
            ),
        }
    }
}
