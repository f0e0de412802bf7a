//! An alert: the document of an event, with what the rule that it matched adds to it.
//!
//! `event.kind: alert` is what a generic "external alerts" rule of Elastic Security picks up as it is. The
//! sensor hands in documents of its own, `replay` those of a file: an alert about the same event is the same.

use super::{ALERTS, message::message, suppressed::HeldBack, tree};
use crate::identity;
use hullwatch_rules::{Rule, Threat, ThreatEntry};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// An event as a document: what `record` writes.
pub type EventMap = Map<String, Value>;

/// What a rule found.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Hash of the set that the rule belongs to.
    pub ruleset_hash: &'a str,
    /// Whether something that was not captured could have decided otherwise.
    pub incomplete: bool,
    /// The events of a sequence or a sample, in order; none where a rule is about single events.
    pub events: &'a [EventMap],
    /// Fields by which the events belong together, where the rule joins them by some.
    pub join_keys: &'a [&'a str],
    /// Equal alerts that were held back before this one, where nothing else has told of them.
    pub held_back: Option<HeldBack>,
}

/// An alert as a document.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct AlertDocument(EventMap);

impl AlertDocument {
    /// The alert about `event`, which for a sequence is the last of its events.
    pub fn of(mut event: EventMap, found: &Match<'_>) -> Self {
        let Match { rule, ruleset_hash, incomplete, events, join_keys, held_back } = *found;
        let message = message(&event, found);
        let id = alert_id(&event, found);
        for (path, value) in [
            ("message", Value::from(message)),
            ("event.kind", "alert".into()),
            ("event.module", "hullwatch".into()),
            ("event.dataset", ALERTS.into()),
            ("event.id", id.into()),
            ("event.severity", rule.severity.number().into()),
            ("event.risk_score", rule.risk_score.into()),
            ("data_stream", json!({ "type": "logs", "dataset": ALERTS, "namespace": "default" })),
            ("rule", value(RuleFields::of(rule, ruleset_hash))),
            ("hullwatch.severity", rule.severity.name().into()),
            ("hullwatch.ruleset.hash", ruleset_hash.into()),
        ] {
            tree::put(&mut event, path, value);
        }
        if !rule.tags.is_empty() {
            tree::put(&mut event, "tags", rule.tags.clone());
        }
        if let Some(threat) = ThreatFields::of(&rule.threat) {
            tree::put(&mut event, "threat", value(threat));
        }
        if incomplete {
            tree::put(&mut event, "hullwatch.evidence.incomplete", true);
        }
        if !events.is_empty() {
            let events: Vec<Value> = events.iter().map(essentials).collect();
            tree::put(&mut event, "hullwatch.sequence.events", events);
            if !join_keys.is_empty() {
                tree::put(&mut event, "hullwatch.sequence.join_keys", join_keys.to_vec());
            }
        }
        if let Some(HeldBack { count, first, last }) = held_back {
            let before = json!({ "count": count, "start": first, "end": last });
            tree::put(&mut event, "hullwatch.suppressed", before);
        }
        Self(event)
    }
}

/// What an alert tells of each event of a sequence: enough to find it, and to read what happened.
const ESSENTIALS: [&str; 14] = [
    "@timestamp",
    "event.id",
    "event.sequence",
    "event.category",
    "event.type",
    "event.action",
    "process.pid",
    "process.entity_id",
    "process.name",
    "process.executable",
    "process.args",
    "process.parent.entity_id",
    "user.id",
    "container.id",
];

fn essentials(event: &EventMap) -> Value {
    let mut short = Map::new();
    for path in ESSENTIALS {
        if let Some(value) = tree::get(event, path) {
            tree::put(&mut short, path, value.clone());
        }
    }
    short.into()
}

/// The same for the same events and rule, so that an alert that is delivered twice can be recognised.
/// An event without an id is named by all that it says.
fn alert_id(event: &EventMap, found: &Match<'_>) -> String {
    let id_of = |event: &EventMap| match tree::text(event, "event.id") {
        Some(id) => id.to_owned(),
        None => Value::from(event.clone()).to_string(),
    };
    let ids: Vec<String> = match found.events {
        [] => vec![id_of(event)],
        events => events.iter().map(id_of).collect(),
    };
    identity::alert_id(&found.rule.id, &ids)
}

/// Structures of strings and numbers always have a form in JSON.
fn value(of: impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
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

impl<'a> RuleFields<'a> {
    fn of(rule: &'a Rule, ruleset: &'a str) -> Self {
        Self {
            id: &rule.id,
            uuid: &rule.id,
            name: &rule.name,
            version: rule.version.map(|version| version.to_string()),
            ruleset,
            description: &rule.description,
            reference: rule.references.first().map(String::as_str),
            license: rule.license.as_deref(),
            author: &rule.author,
        }
    }
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
        document::process::EventDocument,
        event::{Cgroups, ExecEvent, ExecView},
        identity::tests::host,
    };
    use hullwatch_common::cgroup::CgroupKey;
    use hullwatch_rules::{BUNDLED, Build, RuleSet, RuleSource};
    use serde_json::{Value, json};
    use zerocopy::IntoBytes;

    fn rules() -> RuleSet {
        let sources = BUNDLED
            .iter()
            .map(|(name, text)| RuleSource { origin: (*name).to_owned(), text: (*text).to_owned() });
        let Build { set: rules, refusals, .. } = RuleSet::build(sources);
        assert!(refusals.is_empty());
        rules
    }

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
        let rules = rules();
        let mut alerts = Vec::new();
        rules.evaluate(&view, |rule| {
            let found = Match {
                rule,
                ruleset_hash: rules.hash(),
                incomplete: false,
                events: &[],
                join_keys: &[],
                held_back: None,
            };
            let alert = AlertDocument::of(EventDocument::of(&view, "agent").map(), &found);
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
    fn a_document_of_others_keeps_what_it_says_and_its_own_way_of_naming() {
        let rule = rules().rules()[0].clone();
        let Value::Object(event) = json!({"event.kind": "event", "process": {"name": "x"}, "mine": [1]})
        else {
            panic!("no object")
        };
        let found = Match {
            rule: &rule,
            ruleset_hash: "h",
            incomplete: true,
            events: &[],
            join_keys: &[],
            held_back: None,
        };
        let alert = serde_json::to_value(AlertDocument::of(event, &found)).unwrap();
        assert_eq!(alert["event.kind"], "alert");
        assert_eq!(alert["mine"], json!([1]));
        assert_eq!(alert["rule"]["id"], rule.id.as_str());
        assert_eq!(alert["hullwatch"]["evidence"]["incomplete"], true);
        assert!(alert["message"].as_str().unwrap().contains("not everything was captured"));
    }

    #[test]
    fn a_sequence_tells_of_its_events_in_order_and_is_named_by_all_of_them() {
        let rule = rules().rules()[0].clone();
        let event = |id: &str, line: &str| {
            let Value::Object(event) =
                json!({"event": {"id": id}, "process": {"command_line": line, "pid": 7}, "other": 1})
            else {
                panic!("no object")
            };
            event
        };
        let keys = ["container.id"];
        let alert = |first: &str| {
            let events = [event(first, "curl x"), event("2", "sh x")];
            let found = Match {
                rule: &rule,
                ruleset_hash: "h",
                incomplete: false,
                events: &events,
                join_keys: &keys,
                held_back: None,
            };
            serde_json::to_value(AlertDocument::of(events[1].clone(), &found)).unwrap()
        };
        let one = alert("1");
        let short = json!([{"event": {"id": "1"}, "process": {"pid": 7}}, {"event": {"id": "2"}, "process": {"pid": 7}}]);
        assert_eq!(one["hullwatch"]["sequence"], json!({"events": short, "join_keys": keys}));
        assert_eq!(one["process"]["command_line"], "sh x");
        let message = one["message"].as_str().unwrap();
        assert!(message.contains("2 events in order, from `curl x` to `sh x`"), "{message}");
        assert_eq!(one["event"]["id"], alert("1")["event"]["id"]);
        assert_ne!(one["event"]["id"], alert("3")["event"]["id"]);
    }

    #[test]
    fn an_update_raises_none() {
        assert!(alerts(b"apt-get\0update\0").is_empty());
    }
}
