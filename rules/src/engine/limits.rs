//! How much the engine may remember, and what it counts when that is not enough.

use std::fmt;

/// The ceilings of what an engine keeps between events. Where one is reached, what was used least recently goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At most so many tuples of join values, over all sequences and samples.
    pub keys: usize,
    /// At most so many bytes for them, with everything that is kept of their events.
    pub bytes: usize,
    /// At most so many de-duplication windows at a time.
    pub windows: usize,
    /// At most so many bytes for those.
    pub window_bytes: usize,
}

impl Default for Limits {
    /// 100,000 tuples in 64 MiB, and 100,000 windows in 16 MiB.
    fn default() -> Self {
        Self { keys: 100_000, bytes: 64 << 20, windows: 100_000, window_bytes: 16 << 20 }
    }
}

/// What a limit took away, counted since the engine began. Nothing here is an error; all of it belongs in metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineLosses {
    /// Pending matches of sequences and samples that went because there were too many tuples of join values.
    pub pending_for_keys: u64,
    /// Pending matches that went because there were too many bytes.
    pub pending_for_bytes: u64,
    /// De-duplication windows that were closed before their time: what they would have held back comes out as alerts.
    pub windows: u64,
    /// Alerts held back in such windows, which no summary tells of.
    pub held_back_untold: u64,
    /// Events that a sequence could not take up because they came after one that happened later.
    pub late: u64,
}

impl EngineLosses {
    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            pending_for_keys: self.pending_for_keys + other.pending_for_keys,
            pending_for_bytes: self.pending_for_bytes + other.pending_for_bytes,
            windows: self.windows + other.windows,
            held_back_untold: self.held_back_untold + other.held_back_untold,
            late: self.late + other.late,
        }
    }

    /// Every counter with its name, for metrics and for the sensor's own events.
    pub fn named(&self) -> [(&'static str, u64); 5] {
        let Self { pending_for_keys, pending_for_bytes, windows, held_back_untold, late } = *self;
        [
            ("pending_for_keys", pending_for_keys),
            ("pending_for_bytes", pending_for_bytes),
            ("windows", windows),
            ("held_back_untold", held_back_untold),
            ("late", late),
        ]
    }
}

impl fmt::Display for EngineLosses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, count)) in self.named().into_iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{name}: {count}")?;
        }
        Ok(())
    }
}

/// What can be kept of an event between events.
pub trait Retained {
    /// How much memory it takes. What several share may be counted several times.
    fn bytes(&self) -> usize;
}
