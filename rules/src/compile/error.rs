//! What can be wrong with the meaning of a query that is well-formed EQL.
//!
//! Written by the checker; `crate::error` shows it in the rule file.

use super::schema::ValueType;
use crate::kinds::EventKind;
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
    /// A field that the rule depends on, and that no event has yet.
    #[error("`{}` is not captured yet", quoted(.name))]
    PlannedField {
        /// As written.
        name: String,
    },
    /// Only events that are not captured yet could match.
    #[error("needs {} events, which are not captured yet", .needs.join(" or "))]
    NotCaptured {
        /// The events, such as `file`.
        needs: Vec<&'static str>,
    },
    /// No event of any kind that this sensor knows could match.
    #[error("no event of this sensor can match")]
    NoSuchEvents,
    /// `| head 5` behind a rule.
    #[error("a rule cannot have pipes")]
    Pipes,
    /// A function that EQL does not have.
    #[error("there is no function `{}`", quoted(.name))]
    UnknownFunction {
        /// As written.
        name: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
    /// `~` behind a function that knows no letter case.
    #[error("`{function}` has no form with `~`")]
    NoFolding {
        /// The function.
        function: &'static str,
    },
    /// Too many or too few arguments.
    #[error("`{function}` takes {expected} arguments, and here are {found}")]
    ArgumentCount {
        /// The function.
        function: &'static str,
        /// How many it takes.
        expected: String,
        /// How many there are.
        found: usize,
    },
    /// An argument of another type than the function or operator takes.
    #[error("`{function}` takes {expected} here, and this is {found}")]
    WrongArgument {
        /// The function or operator.
        function: String,
        /// What it takes.
        expected: &'static str,
        /// What it was given.
        found: ValueType,
    },
    /// A regular expression that is none, or that would take too much to match.
    #[error("at character {} of the regular expression: {message}", .offset + 1)]
    BadRegex {
        /// What is wrong.
        message: String,
        /// Where in the expression, in bytes from 0.
        offset: usize,
    },
    /// Text that should be a block of addresses.
    #[error("\"{}\" is no block of IP addresses", quoted(.text))]
    NotABlock {
        /// As written.
        text: String,
    },
    /// A block of addresses that is not written down.
    #[error("a block of IP addresses must be a constant")]
    BlockNotConstant,
    /// One value worked out from very many fields.
    #[error("more than {limit} fields in one expression")]
    TooManyFields {
        /// How many there may be.
        limit: usize,
    },
    /// Truth values with `<` and its kin.
    #[error("truth values have no order, so `{op}` means nothing beside one")]
    NoOrder {
        /// The operator.
        op: &'static str,
    },
    /// A constant that is not text beside an operator for texts.
    #[error("`{op}` compares text, and this is {found}")]
    NotText {
        /// The operator.
        op: &'static str,
        /// What it was given.
        found: &'static str,
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
        kind: ValueType,
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
        kind: ValueType,
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

/// Why a query cannot be served, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It says something that has no meaning.
    Query,
    /// It depends on a field that does not exist, or not yet.
    Field,
    /// It asks for something that this sensor cannot do, or not yet.
    Capability,
}

impl CheckError {
    pub(super) fn new(span: Span, kind: CheckErrorKind) -> Self {
        Self { span, kind }
    }

    /// Why the query cannot be served, in a word.
    pub fn reason(&self) -> Reason {
        match &self.kind {
            CheckErrorKind::UnknownField { .. } | CheckErrorKind::PlannedField { .. } => Reason::Field,
            CheckErrorKind::UnknownCategory { .. }
            | CheckErrorKind::NotCaptured { .. }
            | CheckErrorKind::NoSuchEvents
            | CheckErrorKind::Pipes => Reason::Capability,
            _ => Reason::Query,
        }
    }

    /// A few words to put at the marked place.
    pub fn label(&self) -> &'static str {
        match &self.kind {
            CheckErrorKind::UnknownCategory { .. } => "no such events here",
            CheckErrorKind::UnknownField { .. } => "no event has this field",
            CheckErrorKind::PlannedField { .. } => "no event has this field yet",
            CheckErrorKind::NotCaptured { .. } => "not captured yet",
            CheckErrorKind::NoSuchEvents => "never true here",
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
                let known: Vec<_> = EventKind::categories().collect();
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
            CheckErrorKind::PlannedField { name } => {
                Some(format!("write `?{}` where the rule makes sense without it", quoted(name)))
            }
            CheckErrorKind::NotCaptured { .. } => {
                let captured: Vec<_> = EventKind::captured().map(EventKind::name).collect();
                Some(format!("this version captures: {}", captured.join(", ")))
            }
            CheckErrorKind::NoSuchEvents => Some("leave this rule out".to_owned()),
            CheckErrorKind::Pipes => Some("pipes belong to `hullwatch query`".to_owned()),
            CheckErrorKind::UnknownFunction { nearest: Some(name), .. } => {
                Some(format!("did you mean `{name}`? Letter case counts"))
            }
            CheckErrorKind::UnknownFunction { name, nearest: None } => Some(match name.as_str() {
                "wildcard" => "use `like` or `:`".to_owned(),
                "match" => "use `regex`".to_owned(),
                _ => format!("there are: {}", super::function::names()),
            }),
            CheckErrorKind::NoFolding { .. } => Some("leave the `~` out".to_owned()),
            CheckErrorKind::NotABlock { .. } => {
                Some("blocks look like \"10.0.0.0/8\" or \"fe80::/10\"".to_owned())
            }
            CheckErrorKind::BlockNotConstant => Some("write it down, in double quotes".to_owned()),
            CheckErrorKind::BadRegex { .. } => Some(
                "Lucene's syntax: always the whole text, `^` and `$` are no anchors, and `~ & @ # < \"` need a backslash"
                    .to_owned(),
            ),
            CheckErrorKind::WrongArgument { .. }
            | CheckErrorKind::ArgumentCount { .. }
            | CheckErrorKind::TooManyFields { .. } => None,
            CheckErrorKind::NoOrder { .. } => Some("use `==` or `!=`".to_owned()),
            CheckErrorKind::TwoFields => {
                Some("compare it with a constant; a string needs double quotes".to_owned())
            }
            CheckErrorKind::WrongType { hint, .. } => hint.clone(),
            CheckErrorKind::NotText { .. } | CheckErrorKind::TextOperator { .. } => Some("use `==` or `in`".to_owned()),
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
