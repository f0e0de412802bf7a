//! An alert: an exec, and the rule that it matched.
//!
//! `event.kind: alert` is what a generic "external alerts" rule of Elastic Security picks up as it is.

use super::{
    ALERTS, Agent, DataStream, Ecs,
    process::{AlertMark, EventFields, ExecFields, Own},
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
        Self {
            timestamp: view.clock.wall(view.exec.fixed.header.ktime_ns),
            ecs: Ecs::CURRENT,
            message: message(view, rule),
            tags: &rule.tags,
            event: EventFields::of(view, Some(rule)),
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
            let runtime =
                container.runtime.map_or_else(String::new, |runtime| format!("{} ", runtime.name()));
            let short = container.id.get(..12).unwrap_or(&container.id);
            format!("in {runtime}container {short}")
        }
        None => "outside of any known container".to_owned(),
    };
    let who = if view.exec.interactive() { ", interactively" } else { "" };
    format!("{}: `{shown}{more}` was run {place} by user id {}{who}", rule.name, view.exec.fixed.euid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cgroup::{
            path::{Container, Recognised, Runtime, tests::NoRuntime},
            table::CgroupTable,
        },
        clock::Clock,
        decode::{
            Record, decode,
            tests::{exec_bytes, exec_record},
        },
        event::{Cgroups, ExecEvent},
        identity::tests::host,
    };
    use hullwatch_common::cgroup::CgroupKey;
    use hullwatch_rules::{BUNDLED, RuleSet, RuleSource};
    use serde_json::{Value, json};
    use zerocopy::IntoBytes;

    /// The alerts that the bundled rules raise about an exec in a docker container, as JSON.
    fn alerts(argv: &[u8]) -> Vec<Value> {
        let words = exec_bytes(exec_record(), b"/usr/bin/apt-get\0", b"apt-get\0bin\0usr\0", argv);
        let Record::Exec(exec) = decode(words.as_bytes()).unwrap() else { panic!("not an exec") };
        let mut event = ExecEvent::default();
        event.fill(&exec, 7);
        let mut table = CgroupTable::new(Box::new(NoRuntime));
        let key = CgroupKey { id: 77, hierarchy: 2 };
        table.learn(key, format!("/docker/{}", "ab".repeat(32)), false);
        let cgroup = table.get(key).unwrap();
        let id = "ab".repeat(32);
        let want = Container { id, runtime: Some(Runtime::Docker), outer_id: None };
        assert_eq!(cgroup.recognised, Recognised::Container(want));
        let host = host();
        let view = ExecView::new(&event, Cgroups { v2: Some(&cgroup), v1: None }, &host, Clock::booted_at(0));
        let sources = BUNDLED
            .iter()
            .map(|(name, text)| RuleSource { origin: (*name).to_owned(), text: (*text).to_owned() });
        let (rules, refusals) = RuleSet::build(sources);
        assert!(refusals.is_empty());
        let mut alerts = Vec::new();
        rules.evaluate(&view, |rule| {
            let alert = AlertDocument::of(&view, rule, rules.hash(), "agent");
            alerts.push(serde_json::to_value(&alert).unwrap());
        });
        alerts
    }

    #[test]
    fn an_installed_tool_raises_one_alert_with_everything_that_ecs_has_a_name_for() {
        let alerts = alerts(b"apt-get\0install\0curl\0");
        let [alert] = alerts.as_slice() else { panic!("{} alerts", alerts.len()) };
        for (pointer, want) in [
            ("/event/kind", json!("alert")),
            ("/event/category", json!(["process"])),
            ("/event/type", json!(["start"])),
            ("/event/action", json!(["exec"])),
            ("/event/severity", json!(21)),
            ("/event/risk_score", json!(21)),
            ("/event/sequence", json!(7)),
            ("/hullwatch/severity", json!("low")),
            ("/data_stream/dataset", json!("hullwatch.alerts")),
            ("/threat/tactic/id", json!(["TA0002"])),
            ("/threat/technique/id", json!(["T1072"])),
            ("/container/id", json!("ab".repeat(32))),
            ("/container/runtime", json!("docker")),
            ("/process/args", json!(["apt-get", "install", "curl"])),
            ("/process/command_line", json!("apt-get install curl")),
            ("/process/interactive", json!(true)),
            ("/process/tty/char_device/major", json!(136)),
            ("/process/tty/char_device/minor", json!(3)),
            ("/process/user/id", json!("0")),
            ("/process/real_user/id", json!("1000")),
            ("/hullwatch/evidence/truncated", json!(false)),
            ("/hullwatch/fds/stdin", json!("tty")),
            ("/hullwatch/cgroup/id", json!("77")),
        ] {
            assert_eq!(alert.pointer(pointer), Some(&want), "{pointer}");
        }
        let set = alert.pointer("/rule/ruleset").unwrap();
        assert_eq!(Some(set), alert.pointer("/hullwatch/ruleset/hash"));
    }

    #[test]
    fn the_message_is_a_sentence_and_does_not_grow_with_argv() {
        let alert = &alerts(b"apt-get\0install\0curl\0")[0];
        let message = alert["message"].as_str().unwrap();
        let want =
            "`apt-get install curl` was run in docker container abababababab by user id 0, interactively";
        assert!(message.ends_with(want), "{message}");
        let mut long = b"apt-get\0install\0curl\0".to_vec();
        long.extend(b"x\0".repeat(5000));
        assert!(alerts(&long)[0]["message"].as_str().unwrap().len() < 500);
    }

    #[test]
    fn an_update_raises_none() {
        assert!(alerts(b"apt-get\0update\0").is_empty());
    }
}
