//! When an event happened, as far as the order of events goes.

/// The place of an event in the order of events: its time, then a number that orders equal times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTime {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub ns: i64,
    /// Counts events, and so orders those of one time.
    pub sequence: u64,
}

impl EventTime {
    /// The `sequence`th event, at `ns` nanoseconds since 1970.
    pub fn new(ns: i64, sequence: u64) -> Self {
        Self { ns, sequence }
    }
}
