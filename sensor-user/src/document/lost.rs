//! Loss as a document, in the same stream as alerts: a gap that nobody sees is worse than a gap.

use super::{Agent, DataStream, EVENTS, Ecs};
use crate::identity::Host;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// What was lost, dropped or truncated between two looks at the counters.
#[derive(Debug, Serialize)]
pub struct LostDocument<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: Timestamp,
    ecs: Ecs,
    message: String,
    event: EventFields,
    host: &'a Host,
    agent: Agent<'a>,
    data_stream: DataStream,
    hullwatch: Own,
}

#[derive(Debug, Serialize)]
struct EventFields {
    kind: &'static str,
    module: &'static str,
    dataset: &'static str,
    action: [&'static str; 1],
    start: Timestamp,
    end: Timestamp,
}

#[derive(Debug, Serialize)]
struct Own {
    /// Count by reason; docs/fields.md lists the reasons.
    lost: BTreeMap<&'static str, u64>,
    window: Window,
}

#[derive(Debug, Serialize)]
struct Window {
    start: Timestamp,
    end: Timestamp,
}

impl<'a> LostDocument<'a> {
    /// What rose between two points in time, by reason.
    pub fn of(
        lost: BTreeMap<&'static str, u64>,
        (start, end): (Timestamp, Timestamp),
        host: &'a Host,
        agent_id: &'a str,
    ) -> Self {
        let reasons: Vec<String> = lost.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        Self {
            timestamp: end,
            ecs: Ecs::CURRENT,
            message: format!("hullwatch did not see everything: {}", reasons.join(", ")),
            event: EventFields {
                kind: "event",
                module: "hullwatch",
                dataset: EVENTS,
                action: ["events-lost"],
                start,
                end,
            },
            host,
            agent: Agent::new(agent_id),
            data_stream: DataStream::of(EVENTS),
            hullwatch: Own { lost, window: Window { start, end } },
        }
    }
}
