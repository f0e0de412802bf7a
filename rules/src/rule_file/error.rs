//! What can be wrong with a rule file before its query is looked at.

use std::ops::Range;

use crate::fields::{FieldId, FieldType};
use crate::quote::quoted;
use crate::rule::Dedup;

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
    /// TOML, but neither a rule nor overlays.
    #[error("the file has no `[rule]` table and no `[[hullwatch.overlay]]`")]
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
    /// A key below `hullwatch` that means nothing.
    #[error("unknown key `{}`", quoted(.key))]
    UnknownKey {
        /// As written.
        key: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
        /// What there is.
        known: String,
    },
    /// A length of time that is none.
    #[error("\"{}\" is no length of time", quoted(.found))]
    Duration {
        /// What the file says.
        found: String,
    },
    /// A length of time beyond what is kept.
    #[error("a window of more than a week is not kept")]
    WindowTooLong,
    /// A name that no field has.
    #[error("unknown field `{}`", quoted(.name))]
    UnknownField {
        /// As written.
        name: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
    /// A field that no event has yet.
    #[error("the field `{field}` is not captured yet")]
    PlannedField {
        /// Which.
        field: FieldId,
    },
    /// A value that a field cannot have.
    #[error("`{field}` is {expected}, and this is {found}")]
    FieldValue {
        /// The field.
        field: FieldId,
        /// What its values are.
        expected: FieldType,
        /// What this is.
        found: &'static str,
    },
    /// A table of an event where a value belongs, or the other way round.
    #[error("`{}` is no field but has fields below it", quoted(.name))]
    NotAField {
        /// As written.
        name: String,
    },
    /// A test that expects something unheard of.
    #[error("a test cannot expect \"{}\"", quoted(.found))]
    Expectation {
        /// What the file says.
        found: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
    /// A test without an event, or with `event` and `events`.
    #[error("a test has either `event` or `events`")]
    TestEvents,
    /// A number of alerts that cannot be expected.
    #[error("`alerts` is the number of alerts of a test that expects a match: 1 or more")]
    Alerts,
    /// Both a time and a distance in time.
    #[error("an event has either `after` or `@timestamp`")]
    TwoTimes,
    /// `[rule]` and `[[hullwatch.overlay]]` in one file.
    #[error("a file holds either a rule or overlays")]
    RuleAndOverlays,
    /// An overlay that does nothing.
    #[error("the overlay changes nothing")]
    EmptyOverlay,
    /// A second overlay for one rule.
    #[error("the rule `{}` already has an overlay, in {other}", quoted(.id))]
    DuplicateOverlay {
        /// The rule's id.
        id: String,
        /// The origin of the first overlay.
        other: String,
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
        matches!(self.kind, FileErrorKind::DuplicateId { .. } | FileErrorKind::DuplicateOverlay { .. })
    }

    /// A few words to put at the marked place.
    pub fn label(&self) -> &'static str {
        match &self.kind {
            FileErrorKind::Missing { .. } => "in this table",
            FileErrorKind::UnknownKey { .. } => "no such key here",
            FileErrorKind::UnknownField { .. } => "no event has this field",
            FileErrorKind::FieldValue { found, .. } => found,
            FileErrorKind::DuplicateOverlay { .. } => "the second one",
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
                    "window" => "\"10m\"",
                    "expect" => "\"match\"",
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
            | FileErrorKind::FieldValue { .. }
            | FileErrorKind::RiskScore { .. } => None,
            FileErrorKind::DuplicateId { .. } => {
                Some("remove one of the two files, or give one of them its own rule_id".to_owned())
            }
            kind => kind.own_help(),
        }
    }
}

impl FileErrorKind {
    /// The same for what is wrong below `hullwatch`.
    fn own_help(&self) -> Option<String> {
        let text = match self {
            Self::UnknownKey { nearest: Some(name), .. } => return Some(format!("did you mean `{name}`?")),
            Self::UnknownKey { known, .. } => return Some(format!("keys here: `{known}`")),
            Self::UnknownField { nearest: Some(name), .. } => return Some(format!("did you mean `{name}`?")),
            Self::UnknownField { .. } => "docs/fields.md lists the fields",
            Self::PlannedField { .. } => "leave it out; docs/fields.md lists the fields that events have",
            Self::NotAField { .. } => "write the fields below it, as in `process = { name = \"sh\" }`",
            Self::Duration { .. } => {
                "lengths of time look like \"250ms\", \"90s\", \"10m\", \"2h\" or \"1d\""
            }
            Self::WindowTooLong => return Some(format!("at most \"{}d\"", Dedup::LONGEST_MS / 86_400_000)),
            Self::Expectation { nearest: Some(name), .. } => {
                return Some(format!("did you mean \"{name}\"?"));
            }
            Self::Expectation { .. } => "a test expects \"match\" or \"no-match\"",
            Self::TestEvents => {
                "give one event as `event.process = { ... }`, or several as `[[hullwatch.test.events]]`"
            }
            Self::Alerts => "leave `alerts` out, or expect a match",
            Self::TwoTimes => "leave one of the two out",
            Self::RuleAndOverlays => "put the overlays into a file of their own",
            Self::EmptyOverlay => {
                "give it `enabled`, `severity`, `risk_score`, `dedup`, an `exception` or a `test`"
            }
            Self::DuplicateOverlay { .. } => "put both into one overlay",
            _ => return None,
        };
        Some(text.to_owned())
    }
}
