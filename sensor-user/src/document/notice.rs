//! A document that the sensor writes about itself, in the stream of its alerts: losses, reloads, alerts held back.
//! `event.action` says which; what differs stands below `hullwatch`.

use super::{Agent, DataStream, EVENTS, Ecs};
use crate::identity::Host;
use jiff::Timestamp;
use serde::Serialize;

/// Who writes it.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The host.
    pub host: &'a Host,
    /// The sensor's own id.
    pub agent_id: &'a str,
}

/// The document, with its own part.
#[derive(Debug, Serialize)]
pub struct Notice<'a, Own> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Timestamp>,
}

impl<'a, Own> Notice<'a, Own> {
    /// A document about something that happened at a time.
    pub(super) fn of(
        action: &'static str,
        timestamp: Timestamp,
        message: String,
        sender: Sender<'a>,
        own: Own,
    ) -> Self {
        Self {
            timestamp,
            ecs: Ecs::CURRENT,
            message,
            event: EventFields {
                kind: "event",
                module: "hullwatch",
                dataset: EVENTS,
                action: [action],
                outcome: None,
                start: None,
                end: None,
            },
            host: sender.host,
            agent: Agent::new(sender.agent_id),
            data_stream: DataStream::of(EVENTS),
            hullwatch: own,
        }
    }

    /// It is about a stretch of time.
    pub(super) fn between(mut self, start: Timestamp, end: Timestamp) -> Self {
        self.event.start = Some(start);
        self.event.end = Some(end);
        self
    }

    /// It went well, or not.
    pub(super) fn with_outcome(mut self, success: bool) -> Self {
        self.event.outcome = Some(if success { "success" } else { "failure" });
        self
    }
}
