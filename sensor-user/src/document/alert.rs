//! An alert: an exec, and the rule that it matched.
//!
//! `event.kind: alert` is what a generic "external alerts" rule of Elastic Security picks up as it is.

use super::{
    ALERTS, Agent, DataStream, Ecs,
    process::{AlertMark, ExecFields, Own},
};
use crate::event::ExecView;
use hullwatch_rules::{Rule, Threat, ThreatEntry};
use jiff::Timestamp;
use serde::Serialize;

/// An alert as a document.
#[derive(Debug, Serialize)]
pub struct AlertDocument<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: Timestamp,
    ecs: Ecs,
    message: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    event: EventFields,
    rule: RuleFields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threat: Option<ThreatFields<'a>>,
    #[serde(flatten)]
    exec: ExecFields<'a>,
    agent: Agent<'a>,
    data_stream: DataStream,
    hullwatch: Own<'a>,
}

#[derive(Debug, Serialize)]
struct EventFields {
    kind: &'static str,
    module: &'static str,
    dataset: &'static str,
    id: String,
    category: [&'static str; 1],
    #[serde(rename = "type")]
    kinds: [&'static str; 1],
    action: [&'static str; 1],
    created: Timestamp,
    severity: u8,
    risk_score: u8,
    sequence: u64,
}

#[derive(Debug, Serialize)]
struct RuleFields<'a> {
    id: &'a str,
    uuid: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The set the rule belongs to, by its hash.
    ruleset: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    /// ECS has one reference: the first of the file's.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    author: &'a [String],
}

#[derive(Debug, Serialize)]
struct ThreatFields<'a> {
    framework: &'a str,
    tactic: Entries<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    technique: Option<Techniques<'a>>,
}

#[derive(Debug, Serialize)]
struct Techniques<'a> {
    #[serde(flatten)]
    entries: Entries<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtechnique: Option<Entries<'a>>,
}

/// Entries of a threat framework as ECS wants them: a column each.
#[derive(Debug, Serialize)]
struct Entries<'a> {
    id: Vec<&'a str>,
    name: Vec<&'a str>,
    reference: Vec<&'a str>,
}

impl<'a> Entries<'a> {
    fn of(entries: impl Iterator<Item = &'a ThreatEntry>) -> Option<Self> {
        let mut columns = Self { id: Vec::new(), name: Vec::new(), reference: Vec::new() };
        for entry in entries {
            // A technique may stand below several tactics; ECS wants it once.
            if columns.id.contains(&entry.id.as_str()) {
                continue;
            }
            columns.id.push(&entry.id);
            columns.name.push(&entry.name);
            columns.reference.push(&entry.reference);
        }
        (!columns.id.is_empty()).then_some(columns)
    }
}

impl<'a> ThreatFields<'a> {
    fn of(threats: &'a [Threat]) -> Option<Self> {
        let techniques = || threats.iter().flat_map(|threat| &threat.techniques);
        Some(Self {
            framework: &threats.first()?.framework,
            tactic: Entries::of(threats.iter().map(|threat| &threat.tactic))?,
            technique: Entries::of(techniques().map(|technique| &technique.technique)).map(|entries| {
                let subtechnique = Entries::of(techniques().flat_map(|technique| &technique.subtechniques));
                Techniques { entries, subtechnique }
            }),
        })
    }
}

impl<'a> AlertDocument<'a> {
    /// The alert of a rule about an exec.
    pub fn of(view: &'a ExecView<'a>, rule: &'a Rule, ruleset_hash: &'a str, agent_id: &'a str) -> Self {
        let fixed = &view.exec.fixed;
        let timestamp = view.clock().wall(fixed.header.ktime_ns);
        Self {
            timestamp,
            ecs: Ecs::CURRENT,
            message: message(view, rule),
            tags: &rule.tags,
            event: EventFields {
                kind: "alert",
                module: "hullwatch",
                dataset: ALERTS,
                id: view.host.document_id(fixed.tgid, fixed.header.ktime_ns, Some(&rule.id)),
                category: ["process"],
                kinds: ["start"],
                action: ["exec"],
                created: Timestamp::now(),
                severity: rule.severity.number(),
                risk_score: rule.risk_score,
                sequence: view.exec.sequence,
            },
            rule: RuleFields {
                id: &rule.id,
                uuid: &rule.id,
                name: &rule.name,
                version: rule.version.map(|version| version.to_string()),
                ruleset: ruleset_hash,
                description: &rule.description,
                reference: rule.references.first().map(String::as_str),
                license: rule.license.as_deref(),
                author: &rule.author,
            },
            threat: ThreatFields::of(&rule.threat),
            exec: ExecFields::of(view),
            agent: Agent::new(agent_id),
            data_stream: DataStream::of(ALERTS),
            hullwatch: Own::of(view, Some(AlertMark { severity: rule.severity.name(), ruleset_hash })),
        }
    }
}

/// Longest piece of a command line in a sentence.
const SHOWN_CHARACTERS: usize = 160;

/// One readable sentence.
fn message(view: &ExecView<'_>, rule: &Rule) -> String {
    let line = view.command_line();
    let shown: String = line.chars().take(SHOWN_CHARACTERS).collect();
    let more = if shown.len() < line.len() { " [...]" } else { "" };
    let place = match view.cgroups.container() {
        Some(container) => {
            let runtime = container.runtime.map_or("", |runtime| runtime.name());
            let short = container.id.get(..12).unwrap_or(&container.id);
            format!("in {runtime} container {short}").replace("in  ", "in ")
        }
        None => "outside of any known container".to_owned(),
    };
    let who = if view.exec.interactive() { ", interactively" } else { "" };
    format!("{}: `{shown}{more}` was run {place} by user id {}{who}", rule.name, view.exec.fixed.euid)
}
