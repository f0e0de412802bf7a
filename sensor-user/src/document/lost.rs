//! Loss as a document, in the same stream as alerts: a gap that nobody sees is worse than a gap.

use super::notice::{Notice, Sender};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// `hullwatch` of a document about loss.
#[derive(Debug, Serialize)]
pub struct Lost {
    /// Count by reason; docs/fields.md lists the reasons.
    lost: BTreeMap<&'static str, u64>,
    window: Window,
}

#[derive(Debug, Serialize)]
struct Window {
    start: Timestamp,
    end: Timestamp,
}

/// What was lost, dropped or truncated between two looks at the counters, by reason.
pub fn document<'a>(
    lost: BTreeMap<&'static str, u64>,
    (start, end): (Timestamp, Timestamp),
    sender: Sender<'a>,
) -> Notice<'a, Lost> {
    let reasons: Vec<String> = lost.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let message = format!("hullwatch did not see everything: {}", reasons.join(", "));
    let own = Lost { lost, window: Window { start, end } };
    Notice::of("events-lost", end, message, sender, own).between(start, end)
}
