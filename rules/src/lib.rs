//! EQL rules: read, compiled, evaluated.
//!
//! The crate is pure: no files, no clock, no kernel, no runtime. The caller brings the texts of rule files
//! ([`RuleSource`]) and an [`Event`]; it gets the rules that match, and for each file that cannot be served a
//! [`Refusal`] that points into it.
//!
//! A rule goes this way:
//!
//! ```text
//! rule file --rule_file--> metadata + query --syntax--> tree --compile--> Program --\
//!                                                                                    RuleSet::evaluate --> matches
//!                                            Event (kind, values of fields) --------/
//! ```
//!
//! - [`RuleSet`] holds the compiled rules and is what the sensor keeps.
//! - [`FieldId`] and its table say which fields there are and what their values are.
//! - [`syntax`] and [`compile`](mod@compile) are open for tools that show or check queries.
//!
//! What a rule means is what Elasticsearch's EQL means: a test holds when any value of the field satisfies it, and
//! negation is its plain complement, also for a missing field.

mod bundled;
mod case;
pub mod compile;
pub mod document;
pub mod engine;
mod error;
mod event;
pub mod explain;
mod fields;
mod fingerprint;
mod kinds;
mod matcher;
mod nearest;
mod overlay;
mod place;
pub mod query;
mod quote;
pub mod regex;
mod rule;
mod rule_file;
mod scalars;
mod set;
pub mod syntax;
mod text_list;
mod warning;

pub use bundled::BUNDLED;
pub use case::{Case, CaseEvent, CaseOutcome, Expected, Trial, run_case, try_events};
pub use error::{Problem, Refusal, RuleError, Subject};
pub use event::{Completeness, Event, SensorEvent, Values};
pub use fields::{FieldId, FieldType, Source};
pub use fingerprint::Fingerprint;
pub use kinds::{EventKind, Given};
pub use matcher::{Program, Truth};
pub use overlay::{DedupChange, Exception, Overlay};
pub use place::Position;
pub use rule::{Dedup, Rule, Severity, Technique, Threat, ThreatEntry};
pub use rule_file::{FileError, FileErrorKind};
pub use scalars::{Scalar, ScalarList};
pub use set::{Build, CompiledException, CompiledRule, RuleSet, RuleSource};
pub use text_list::TextList;
pub use warning::{RuleWarning, RuleWarningKind};
