//! What the engine tells: alerts, and summaries of those it held back.

use super::dedup::Held;
use super::time::EventTime;
use crate::rule::Rule;

/// Whether everything that could decide was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It was.
    Complete,
    /// Something that was cut off when the event was captured could have decided otherwise.
    Incomplete,
}

impl From<bool> for Evidence {
    fn from(incomplete: bool) -> Self {
        if incomplete { Self::Incomplete } else { Self::Complete }
    }
}

/// A rule matches.
#[derive(Clone, Debug)]
pub struct Alert<'a, T> {
    /// The rule.
    pub rule: &'a Rule,
    /// How sure it is.
    pub evidence: Evidence,
    /// What was kept of the events of a sequence or sample, in order; empty for a rule about single events.
    pub events: &'a [T],
    /// The fields by which those events belong together, as named at the first stage.
    pub join_keys: &'a [&'static str],
    /// When the event was, or the last of them.
    pub at: EventTime,
    /// What the de-duplication window before this alert held back, where no [`Summary`] has told.
    pub held_back: Option<Held>,
}

/// A de-duplication window has ended that held alerts back.
#[derive(Clone, Debug)]
pub struct Summary<'a, T> {
    /// Whose alerts.
    pub rule: &'a Rule,
    /// How many and when.
    pub held_back: Held,
    /// What was kept of the last event of the first one held back.
    pub event: &'a T,
}

/// What comes with time and not with an event.
#[derive(Clone, Debug)]
pub enum Output<'a, T> {
    /// A sequence has waited long enough for what must not come.
    Alert(Alert<'a, T>),
    /// A de-duplication window has ended.
    Summary(Summary<'a, T>),
}
