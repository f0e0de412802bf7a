//! Alerts that were held back because they said the same as one that came out, summed up.

use super::{
    alert::EventMap,
    notice::{Notice, Sender},
    tree,
};
use hullwatch_rules::Rule;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// How many alerts were held back, and when.
#[derive(Clone, Copy, Debug)]
pub struct HeldBack {
    /// How many.
    pub count: u64,
    /// When the first was.
    pub first: Timestamp,
    /// When the last was.
    pub last: Timestamp,
}

/// The document about it, with the rule beside what every document of the sensor has.
#[derive(Debug, Serialize)]
pub struct Suppressed<'a> {
    #[serde(flatten)]
    notice: Notice<'a, Own<'a>>,
    rule: RuleFields<'a>,
}

#[derive(Debug, Serialize)]
struct RuleFields<'a> {
    id: &'a str,
    uuid: &'a str,
    name: &'a str,
    ruleset: &'a str,
}

#[derive(Debug, Serialize)]
struct Own<'a> {
    suppressed: SuppressedFields,
    ruleset: RuleSetFields<'a>,
}

#[derive(Debug, Serialize)]
struct SuppressedFields {
    count: u64,
    keys: Map<String, Value>,
    /// One of the events, to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
}

#[derive(Debug, Serialize)]
struct RuleSetFields<'a> {
    hash: &'a str,
}

impl<'a> Suppressed<'a> {
    /// A window of a rule has ended. `event` is one of those it held back, `keys` are the fields in which they are equal.
    pub fn of(
        rule: &'a Rule,
        ruleset_hash: &'a str,
        held: HeldBack,
        (event, keys): (&EventMap, &[&str]),
        sender: Sender<'a>,
    ) -> Self {
        let HeldBack { count, first, last } = held;
        let alerts = if count == 1 { "alert was" } else { "alerts were" };
        let message =
            format!("{}: {count} more {alerts} held back that said the same as one before", rule.name);
        let keys = keys
            .iter()
            .map(|key| ((*key).to_owned(), tree::get(event, key).cloned().unwrap_or(Value::Null)))
            .collect();
        let event_id = tree::text(event, "event.id").map(str::to_owned);
        let own = Own {
            suppressed: SuppressedFields { count, keys, event_id },
            ruleset: RuleSetFields { hash: ruleset_hash },
        };
        Self {
            notice: Notice::of("alerts-suppressed", Timestamp::now(), message, sender, own)
                .between(first, last),
            rule: RuleFields { id: &rule.id, uuid: &rule.id, name: &rule.name, ruleset: ruleset_hash },
        }
    }
}
