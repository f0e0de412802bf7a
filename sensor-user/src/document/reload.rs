//! A reload of the rules as a document: which set runs now, or why the one before still does.

use super::notice::{Notice, Sender};
use crate::reload::{Cause, Failed, Failure, Reloaded};
use hullwatch_rules::RuleSet;
use jiff::Timestamp;
use serde::Serialize;

/// So many faults are told one by one.
const TOLD: usize = 100;

/// `hullwatch` of a document about a reload.
#[derive(Debug, Serialize)]
pub struct Reload {
    /// The set that runs from here on.
    ruleset: SetFields,
    reload: ReloadFields,
}

#[derive(Debug, Serialize)]
struct ReloadFields {
    cause: &'static str,
    /// The set that ran before, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<SetFields>,
    /// Files that are left out, as they were before.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_count: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<FailureFields>,
}

#[derive(Debug, Serialize)]
struct SetFields {
    hash: String,
    rules: usize,
}

#[derive(Debug, Serialize)]
struct FailureFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    reason: String,
}

impl SetFields {
    fn of(set: &RuleSet) -> Self {
        Self { hash: set.hash().to_owned(), rules: set.len() }
    }
}

/// Another set runs.
pub fn reloaded<'a>(before: &RuleSet, now: &Reloaded, sender: Sender<'a>) -> Notice<'a, Reload> {
    let rules = &now.rules;
    let change = if before.hash() == rules.hash() { "are as before" } else { "have changed" };
    let message = format!("hullwatch loaded its rules again: {} rules, which {change}", rules.len());
    let own = Reload {
        ruleset: SetFields::of(rules),
        reload: ReloadFields {
            previous: Some(SetFields::of(before)),
            left_out: Some(now.left_out),
            ..ReloadFields::caused_by(now.cause)
        },
    };
    Notice::of("rules-reloaded", Timestamp::now(), message, sender, own).with_outcome(true)
}

/// The set that ran still does.
pub fn failed<'a>(running: &RuleSet, failed: &Failed, sender: Sender<'a>) -> Notice<'a, Reload> {
    let first = failed.failures.first().map_or("", |failure| failure.reason.as_str());
    let more = match failed.failures.len() {
        0 | 1 => String::new(),
        number => format!(" (and {} more)", number - 1),
    };
    let message = format!("hullwatch could not load its rules again and keeps those it has: {first}{more}");
    let told = failed
        .failures
        .iter()
        .take(TOLD)
        .map(|Failure { file, reason }| FailureFields { file: file.clone(), reason: reason.clone() });
    let own = Reload {
        ruleset: SetFields::of(running),
        reload: ReloadFields {
            failure_count: Some(failed.failures.len()),
            failures: told.collect(),
            ..ReloadFields::caused_by(failed.cause)
        },
    };
    Notice::of("rules-reload-failed", Timestamp::now(), message, sender, own).with_outcome(false)
}

impl ReloadFields {
    fn caused_by(cause: Cause) -> Self {
        Self {
            cause: cause.name(),
            previous: None,
            left_out: None,
            failure_count: None,
            failures: Vec::new(),
        }
    }
}
