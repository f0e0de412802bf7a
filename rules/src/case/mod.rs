//! Inline tests of rules: events, and whether the rule is to raise an alert on them.
//!
//! They stand in the rule's own file (or its overlay's) and are read with it; `rules test` and CI run them.

mod run;

#[cfg(test)]
pub(crate) use run::explained;
pub use run::{CaseOutcome, Trial, run_case, try_events};

use crate::fields::FieldId;
use crate::place::Position;
use crate::scalars::ScalarList;

/// One inline test.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What it shows, in a few words.
    pub name: String,
    /// What is to come of its events.
    pub expected: Expected,
    /// The events, in order: at least one.
    pub events: Vec<CaseEvent>,
    /// The file it stands in, as the caller named it.
    pub origin: String,
    /// Where it stands there.
    pub position: Position,
}

// Numbers with a fraction are no values of any field, so that every case equals itself.
impl Eq for Case {}

/// What is to come of the events of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// So many alerts, at least one.
    Alerts(u32),
    /// None.
    NoAlert,
}

impl Expected {
    /// How many alerts that is.
    pub fn alerts(self) -> u32 {
        match self {
            Self::Alerts(count) => count,
            Self::NoAlert => 0,
        }
    }
}

/// One event of a test, as far as the file spells it out.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseEvent {
    /// How long after the event before it, in milliseconds; unused where it has an `@timestamp`.
    pub after_ms: u64,
    /// Its fields and their values, each of its field's type. Dates may be text.
    pub fields: Vec<(FieldId, ScalarList)>,
}

impl CaseEvent {
    /// The distance in time from the event before where the file gives none.
    pub const DEFAULT_AFTER_MS: u64 = 1000;
}
