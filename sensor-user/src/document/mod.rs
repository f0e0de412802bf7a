//! What hullwatch writes: ECS documents, one JSON object a line.
//!
//! [`process`] is an exec, [`alert`] adds a rule to an event, [`message`] says it in a sentence, [`notice`]
//! is what the sensor tells of itself ([`lost`], [`reload`], [`suppressed`]), and [`pretty`] shows all of them to a person. docs/fields.md describes every field.

pub mod alert;
pub mod kept;
pub mod lost;
mod message;
pub mod notice;
pub mod pretty;
pub mod process;
pub mod reload;
pub mod suppressed;
pub mod tree;

use serde::Serialize;

/// The ECS release whose fields are used.
pub const ECS_VERSION: &str = "8.17.0";

/// `ecs`
#[derive(Debug, Serialize)]
pub struct Ecs {
    version: &'static str,
}

impl Ecs {
    const CURRENT: Self = Self { version: ECS_VERSION };
}

/// `agent`
#[derive(Debug, Serialize)]
pub struct Agent<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    id: &'a str,
}

impl<'a> Agent<'a> {
    /// This sensor, by its id.
    pub fn new(id: &'a str) -> Self {
        Self { kind: "hullwatch", version: env!("CARGO_PKG_VERSION"), id }
    }
}

/// `data_stream`
#[derive(Debug, Serialize)]
pub struct DataStream {
    #[serde(rename = "type")]
    kind: &'static str,
    dataset: &'static str,
    namespace: &'static str,
}

impl DataStream {
    const fn of(dataset: &'static str) -> Self {
        Self { kind: "logs", dataset, namespace: "default" }
    }
}

/// Dataset of alerts.
pub const ALERTS: &str = "hullwatch.alerts";
/// Dataset of everything else.
pub const EVENTS: &str = "hullwatch.events";
