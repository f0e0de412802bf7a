//! What comes with time and not with an event, over records as the kernel sends them and into a real output.

use super::*;
use crate::{
    decode::{
        Record, decode,
        tests::{exec_bytes, exec_record},
    },
    event::{Cgroups, ExecEvent},
    identity::{Host, tests::host},
    pipeline::Format,
    sink::{Sink, SinkAddress},
};
use hullwatch_rules::RuleSource;
use serde_json::{Value, json};
use std::path::PathBuf;
use zerocopy::IntoBytes;

const SECOND: u64 = 1_000_000_000;

struct Subject {
    alerting: Alerting,
    host: Host,
    outputs: Outputs,
    file: PathBuf,
    _folder: tempfile::TempDir,
    sequence: u64,
}

fn set(query: &str, more: &str) -> Arc<RuleSet> {
    let text = format!(
        "[rule]\nname = \"Rule\"\nrule_id = \"rule\"\nrisk_score = 1\nseverity = \"low\"\ntype = \"eql\"\n\
         language = \"eql\"\nquery = '''{query}'''\n{more}"
    );
    let build = RuleSet::build([RuleSource { origin: "rule.toml".to_owned(), text }]);
    assert!(build.refusals.is_empty(), "{:?}", build.refusals);
    Arc::new(build.set)
}

impl Subject {
    fn new(query: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alerts");
        let sink = Sink::open(&SinkAddress::File(file.clone())).unwrap();
        Self {
            alerting: Alerting::new(set(query, more)),
            host: host(),
            outputs: Outputs(vec![(sink, Format::Ndjson)]),
            file,
            _folder: folder,
            sequence: 0,
        }
    }

    /// A program of this name is executed.
    fn exec(&mut self, second: u64, name: &str) {
        let mut record = exec_record();
        record.header.ktime_ns = second * SECOND;
        record.cgroup_v2_id = 0;
        let words = exec_bytes(record, name.as_bytes(), format!("{name}\0").as_bytes(), b"x\0y\0");
        let Record::Exec(exec) = decode(words.as_bytes()).unwrap() else { panic!("not an exec") };
        let mut event = ExecEvent::default();
        self.sequence += 1;
        event.fill(&exec, self.sequence);
        let view = ExecView::new(&event, Cgroups::default(), &self.host, Clock::booted_at(0));
        self.alerting.take(&view, "agent", &self.outputs);
    }

    fn advance(&mut self, second: u64) {
        let sender = Sender { host: &self.host, agent_id: "agent" };
        self.alerting.advance(second * SECOND, Clock::booted_at(0), sender, &self.outputs);
    }

    /// Everything that was written, after the end.
    fn written(mut self) -> Vec<Value> {
        let sender = Sender { host: &self.host, agent_id: "agent" };
        self.alerting.finish(Clock::booted_at(0), sender, &self.outputs);
        for (sink, _) in self.outputs.0 {
            assert_eq!(sink.close(), 0);
        }
        let text = std::fs::read_to_string(self.file).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

const ABSENT: &str = "sequence by process.pid with maxspan=10s
  [process where process.name == \"begin\"] ![process where process.name == \"end\"]";

#[test]
fn what_must_not_come_is_waited_for_and_the_alert_is_that_of_the_last_event() {
    let mut subject = Subject::new(ABSENT, "");
    subject.exec(100, "begin");
    subject.advance(110);
    assert_eq!(subject.alerting.counts().alerts, 0);
    subject.advance(112);
    assert_eq!(subject.alerting.counts().alerts, 1);
    let written = subject.written();
    let [alert] = written.as_slice() else { panic!("{written:?}") };
    for (pointer, want) in [
        ("/@timestamp", json!("1970-01-01T00:01:40Z")),
        ("/event/kind", json!("alert")),
        ("/process/executable", json!("/begin")),
        ("/host/name", json!("node-1")),
        ("/agent/id", json!("agent")),
        ("/rule/id", json!("rule")),
        ("/hullwatch/sequence/events/0/process/pid", json!(4242)),
        ("/hullwatch/sequence/join_keys", json!(["process.pid"])),
    ] {
        assert_eq!(alert.pointer(pointer), Some(&want), "{pointer} in {alert}");
    }
}

#[test]
fn what_came_after_all_and_what_the_end_cut_short_raise_none() {
    let mut subject = Subject::new(ABSENT, "");
    subject.exec(100, "begin");
    subject.exec(105, "end");
    subject.advance(112);
    subject.exec(200, "begin");
    assert!(subject.written().is_empty());
}

const DEDUP: &str = "[hullwatch.dedup]\nwindow = \"10s\"\nkeys = [\"process.name\", \"container.id\"]\n";

#[test]
fn a_window_that_ends_tells_what_it_held_back_and_so_does_the_end() {
    for at_the_end in [false, true] {
        let mut subject = Subject::new("process where process.name == \"a\"", DEDUP);
        for second in [100, 103, 104] {
            subject.exec(second, "a");
        }
        if !at_the_end {
            subject.advance(112);
        }
        let written = subject.written();
        let [_, summary] = written.as_slice() else { panic!("{written:?}") };
        for (pointer, want) in [
            ("/event/kind", json!("event")),
            ("/event/action", json!(["alerts-suppressed"])),
            ("/event/start", json!("1970-01-01T00:01:43Z")),
            ("/event/end", json!("1970-01-01T00:01:44Z")),
            ("/rule/id", json!("rule")),
            ("/hullwatch/suppressed/count", json!(2)),
            ("/hullwatch/suppressed/keys", json!({"process.name": "a", "container.id": null})),
        ] {
            assert_eq!(summary.pointer(pointer), Some(&want), "{pointer} in {summary}");
        }
        assert_eq!(
            summary.pointer("/message"),
            Some(&json!("Rule: 2 more alerts were held back that said the same as one before"))
        );
    }
}

#[test]
fn the_next_alert_tells_what_was_held_back_when_it_comes_before_the_tick() {
    let mut subject = Subject::new("process where process.name == \"a\"", DEDUP);
    for second in [100, 103, 150] {
        subject.exec(second, "a");
    }
    let written = subject.written();
    let [first, second] = written.as_slice() else { panic!("{written:?}") };
    assert_eq!(first.pointer("/hullwatch/suppressed"), None);
    let time = "1970-01-01T00:01:43Z";
    let want = json!({"count": 1, "start": time, "end": time});
    assert_eq!(second.pointer("/hullwatch/suppressed"), Some(&want));
}

#[test]
fn the_hash_of_an_alert_is_that_of_the_set_that_raised_it() {
    let mut subject = Subject::new("process where process.name == \"a\"", "");
    subject.exec(1, "a");
    let rules = set("process where process.name in (\"a\", \"b\")", "");
    let sender = Sender { host: &subject.host, agent_id: "agent" };
    let outcome = Outcome::Reloaded(Reloaded {
        rules: Arc::clone(&rules),
        left_out: 0,
        cause: crate::reload::Cause::Files,
    });
    subject.alerting.take_reload(outcome, sender, &subject.outputs);
    subject.exec(2, "a");
    assert_eq!((subject.alerting.counts().reloads_succeeded, subject.alerting.counts().alerts), (1, 2));
    let written = subject.written();
    let hashes: Vec<_> = written.iter().map(|document| document.pointer("/hullwatch/ruleset/hash")).collect();
    let after = Some(json!(rules.hash()));
    assert!(hashes[0] != after.as_ref() && hashes[1] == after.as_ref() && hashes[2] == after.as_ref());
    assert_eq!(
        written[0].pointer("/hullwatch/ruleset/hash"),
        written[1].pointer("/hullwatch/reload/previous/hash")
    );
}
