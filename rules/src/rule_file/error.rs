//! What can be wrong with a rule file before its query is looked at.

use std::ops::Range;

use crate::quote::quoted;

/// A file that is no rule this engine can serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct FileError {
    /// Where in the file, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub kind: FileErrorKind,
}

/// What is wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileErrorKind {
    /// Not TOML at all.
    #[error("this is not TOML: {message}")]
    Toml {
        /// What the TOML parser says.
        message: String,
    },
    /// TOML, but no rule.
    #[error("the file has no `[rule]` table")]
    NoRuleTable,
    /// A key that every rule needs.
    #[error("`{key}` is missing")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A key that is there and says nothing.
    #[error("`{key}` is empty")]
    Empty {
        /// The key.
        key: &'static str,
    },
    /// A value of the wrong type.
    #[error("`{key}` must be {expected}, and this is of the type {found}")]
    WrongType {
        /// The key.
        key: &'static str,
        /// The type it should have.
        expected: &'static str,
        /// The type it has.
        found: &'static str,
    },
    /// A rule of a type or in a language that is not EQL.
    #[error("rules of the {key} \"{}\" are not supported", quoted(.found))]
    WrongKind {
        /// `type` or `language`.
        key: &'static str,
        /// What the file says.
        found: String,
    },
    /// A severity that is none.
    #[error("\"{}\" is no severity", quoted(.found))]
    Severity {
        /// What the file says.
        found: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
    /// A risk score out of range.
    #[error("the risk score {found} is not between 0 and 100")]
    RiskScore {
        /// What the file says.
        found: i64,
    },
    /// A rule id that another file of the set has.
    #[error("the rule id `{}` is already used by {other}", quoted(.id))]
    DuplicateId {
        /// The id.
        id: String,
        /// The origin of the rule that has it.
        other: String,
    },
}

impl FileError {
    pub(crate) fn at(span: Range<usize>, kind: FileErrorKind) -> Self {
        Self { span, kind }
    }

    pub(super) fn toml(error: &toml::de::Error) -> Self {
        // The first line says what, the rest repeats where; the place travels in the span.
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        Self::at(error.span().unwrap_or(0..0), FileErrorKind::Toml { message })
    }

    pub(crate) fn is_duplicate_id(&self) -> bool {
        matches!(self.kind, FileErrorKind::DuplicateId { .. })
    }

    /// A few words to put at the marked place.
    pub fn label(&self) -> &'static str {
        match &self.kind {
            FileErrorKind::Missing { .. } => "in this table",
            FileErrorKind::WrongType { expected, .. } => expected,
            _ => "here",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match &self.kind {
            FileErrorKind::NoRuleTable => Some(
                "a rule file has the tables `[metadata]` and `[rule]`, as in Elastic's detection-rules"
                    .to_owned(),
            ),
            FileErrorKind::Missing { key } | FileErrorKind::Empty { key } => Some(format!(
                "add `{key} = {}`",
                match *key {
                    "risk_score" => "21",
                    "severity" => "\"low\"",
                    "type" => "\"eql\"",
                    "query" => "'''process where ...'''",
                    "rule_id" => "\"a UUID\"",
                    _ => "\"...\"",
                }
            )),
            FileErrorKind::WrongKind { .. } => Some(
                "hullwatch evaluates rules of the type \"eql\" in the language \"eql\"; leave this one out"
                    .to_owned(),
            ),
            FileErrorKind::Severity { nearest: Some(name), .. } => Some(format!("did you mean \"{name}\"?")),
            FileErrorKind::Severity { nearest: None, .. } => {
                Some("severities are \"low\", \"medium\", \"high\" and \"critical\"".to_owned())
            }
            FileErrorKind::Toml { .. }
            | FileErrorKind::WrongType { .. }
            | FileErrorKind::RiskScore { .. } => None,
            FileErrorKind::DuplicateId { .. } => {
                Some("remove one of the two files, or give one of them its own rule_id".to_owned())
            }
        }
    }
}
