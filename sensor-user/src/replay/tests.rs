//! Recorded events held against the live ones that they were: to rules they are the same, and so are their alerts.

use super::*;
use crate::{
    cgroup::{
        path::tests::NoRuntime,
        table::{Cgroup, CgroupTable},
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
use hullwatch_common::{cgroup::CgroupKey, exec::flags};
use hullwatch_rules::{Event as _, FieldId, RuleSource, Scalar};
use proptest::prelude::*;
use zerocopy::IntoBytes;

/// What an exec may look like to the sensor.
#[derive(Clone, Debug)]
struct Live {
    flags: u32,
    argc: u32,
    parent: u32,
    tty: u32,
    filename: String,
    components: Vec<u8>,
    argv: Vec<u8>,
    v2: Option<(String, bool)>,
    v1: Option<(String, bool)>,
    sequence: u64,
}

impl Live {
    fn apt_get_install_curl() -> Self {
        Self {
            flags: 0,
            argc: 3,
            parent: 7,
            tty: 136 << 20 | 3,
            filename: "/usr/bin/apt-get".to_owned(),
            components: b"apt-get\0bin\0usr\0".to_vec(),
            argv: b"apt-get\0install\0curl\0".to_vec(),
            v2: Some((format!("/docker/{}", "ab".repeat(32)), false)),
            v1: None,
            sequence: 1,
        }
    }

    /// The live event and its line in a recording.
    fn with<R>(&self, then: impl FnOnce(&ExecView<'_>, &str) -> R) -> R {
        let mut record = exec_record();
        record.flags = self.flags;
        record.argc = self.argc;
        record.parent_tgid = self.parent;
        record.tty_dev = self.tty;
        record.header.ktime_ns = 5_000_000_000 + self.sequence;
        let filename = format!("{}\0", self.filename);
        let words = exec_bytes(record, filename.as_bytes(), &self.components, &self.argv);
        let Record::Exec(exec) = decode(words.as_bytes()).unwrap() else { panic!("not an exec") };
        let mut event = ExecEvent::default();
        event.fill(&exec, self.sequence);
        let mut table = CgroupTable::new(Box::new(NoRuntime));
        let mut learn = |hierarchy, path: &Option<(String, bool)>| {
            let key = CgroupKey { id: 77, hierarchy };
            let (path, cut) = path.as_ref()?;
            table.learn(key, path.clone(), *cut);
            table.get(key)
        };
        let (v2, v1) = (learn(2, &self.v2), learn(1, &self.v1));
        let cgroups = Cgroups { v2: v2.as_deref(), v1: v1.as_deref() };
        let _: Option<&Cgroup> = cgroups.telling();
        let host = host();
        let view = ExecView::new(&event, cgroups, &host, Clock::booted_at(1_700_000_000_123_456_789));
        let line = serde_json::to_string(&EventDocument::of(&view, "agent")).unwrap();
        then(&view, &line)
    }
}

fn values(event: &impl hullwatch_rules::Event<Field = FieldId>, field: FieldId) -> Vec<String> {
    let values = event.get(field);
    (0..values.len())
        .filter_map(|index| values.nth(index))
        .map(|value| match value {
            Scalar::Text(text) => format!("{text:?}"),
            other => format!("{other:?}"),
        })
        .collect()
}

fn live() -> impl Strategy<Value = Live> {
    let paths = prop_oneof![
        Just("/usr/bin/dnf".to_owned()),
        Just("dnf".to_owned()),
        Just("/dev/fd/3/x".to_owned()),
        Just(String::new()),
        "[a-z/.]{0,12}",
    ];
    let components = prop_oneof![
        Just(b"python3\0bin\0usr\0".to_vec()),
        Just(b"dnf\0bin\0usr\0".to_vec()),
        Just(Vec::new()),
        Just(b"b\xffd\0".to_vec()),
    ];
    let argv = prop_oneof![
        Just(Vec::new()),
        Just(b"dnf\0install\0\0cu\xffrl\0".to_vec()),
        Just(b"\0".to_vec()),
        prop::collection::vec(any::<u8>(), 1..30),
    ];
    let id = "ab".repeat(32);
    let path = prop_oneof![
        Just("/".to_owned()),
        Just("/a/b/".to_owned()),
        Just("/x/y/z".to_owned()),
        Just(format!("/docker/{id}")),
        Just(format!("/system.slice/docker-{id}.scope/init.scope")),
    ];
    let cgroup = prop::option::of((path, any::<bool>()));
    let flags = prop::sample::subsequence(
        vec![
            flags::SCRIPT,
            flags::ARGV_TRUNCATED,
            flags::ARGV_FAULT,
            flags::FILENAME_CUT,
            flags::EXE_CUT,
            flags::EXE_PSEUDO,
        ],
        0..=6,
    );
    (flags, 0..5_u32, 0..2_u32, 0..2_u32, paths, components, argv, cgroup.clone(), cgroup).prop_map(
        |(flags, argc, parent, tty, filename, components, argv, v2, v1)| Live {
            flags: flags.into_iter().fold(0, |all, flag| all | flag),
            argc,
            parent,
            tty,
            filename,
            components,
            argv,
            v2,
            v1,
            sequence: 3,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_recorded_event_is_to_rules_what_the_live_one_was(live in live()) {
        live.with(|view, line| {
            let mut document = SensorDocument::new();
            prop_assert!(document.read(line.as_bytes()).unwrap().is_some());
            for &field in FieldId::ALL {
                prop_assert_eq!(values(&document, field), values(view, field), "{}: {}", field, line);
                prop_assert_eq!(document.completeness(field), view.completeness(field), "{}: {}", field, line);
            }
            Ok(())
        })?;
    }
}

fn rules(queries: &[&str]) -> Arc<RuleSet> {
    let sources = queries.iter().enumerate().map(|(index, query)| RuleSource {
        origin: format!("{index}.toml"),
        text: format!(
            "[metadata]\n[rule]\nrule_id = \"00000000-0000-0000-0000-00000000000{index}\"\nname = \"rule {index}\"\n\
             type = \"eql\"\nlanguage = \"eql\"\nseverity = \"low\"\nrisk_score = 21\ndescription = \"x\"\n\
             query = '''{query}'''\n"
        ),
    });
    let built = RuleSet::build(sources);
    let refusals: Vec<_> = built.refusals.iter().map(ToString::to_string).collect();
    assert!(refusals.is_empty(), "{refusals:?}");
    Arc::new(built.set)
}

fn replayed(rules: Arc<RuleSet>, lines: &[String]) -> Vec<serde_json::Value> {
    let mut replay = Replay::new(rules);
    let mut alerts = Vec::new();
    let mut emit = |alert: &AlertDocument| alerts.push(serde_json::to_value(alert).unwrap());
    for line in lines {
        replay.take(line.as_bytes(), &mut emit).unwrap();
    }
    replay.finish(&mut emit);
    alerts
}

#[test]
fn an_alert_about_a_recorded_event_is_the_one_that_was_raised_live() {
    let rules = rules(&[
        r#"process where process.name == "apt-get" and process.args == "curl""#,
        r#"process where process.args == "far away""#,
    ]);
    let plain = Live::apt_get_install_curl();
    let cut = Live { flags: flags::ARGV_TRUNCATED, argc: 9000, ..plain.clone() };
    for (live, number) in [(plain, 1), (cut, 2)] {
        live.with(|view, line| {
            let mut engine: Engine<Kept> = Engine::new(Arc::clone(&rules), Limits::default());
            let mut raised = Vec::new();
            let event = EventDocument::of(view, "agent").map();
            engine.evaluate(
                view,
                EventTime::new(1, 1),
                || Kept::of(&event),
                |alert| {
                    let document = document(&alert, &rules, wall, || event.clone());
                    raised.push(serde_json::to_value(document).unwrap());
                },
            );
            assert_eq!(raised.len(), number);
            assert_eq!(replayed(Arc::clone(&rules), &[line.to_owned()]), raised);
        });
    }
}

#[test]
fn sequences_go_by_the_times_of_the_events() {
    let rules = rules(&[
        r#"sequence by container.id with maxspan=1s [process where process.args == "install"] [process where process.args == "curl"]"#,
        r#"sequence by container.id with maxspan=1s [process where process.args == "install"] ![process where process.args == "-x"]"#,
    ]);
    let line = |sequence, argv: &[u8]| {
        Live { argv: argv.to_vec(), sequence, ..Live::apt_get_install_curl() }.with(|_, line| line.to_owned())
    };
    let second = 1_000_000_000;
    let install = b"apt-get\0install\0x\0";
    let soon = [line(0, install), line(second, b"curl\0-x\0curl\0")];
    let late = [line(0, install), line(second + 1, b"curl\0-x\0curl\0")];
    let names = |lines: &[String]| {
        let alerts = replayed(Arc::clone(&rules), lines);
        alerts.iter().map(|alert| alert["rule"]["name"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&soon), ["\"rule 0\""]);
    assert_eq!(names(&late), ["\"rule 1\""]);
    let alerts = replayed(Arc::clone(&rules), &soon);
    assert_eq!(alerts[0]["process"]["args"], serde_json::json!(["curl", "-x", "curl"]));
    assert_eq!(alerts[0]["hullwatch"]["sequence"]["events"].as_array().unwrap().len(), 2);
}

#[test]
fn documents_of_other_kinds_are_passed_over_and_counted() {
    let mut replay = Replay::new(rules(&["process where true"]));
    let lost = r#"{"event": {"kind": "event", "action": ["events-lost"]}}"#;
    let untimed = r#"{"event": {"category": "process", "type": "start", "action": "exec"}}"#;
    for line in [lost, "", untimed, "  "] {
        replay.take(line.as_bytes(), |_| ()).unwrap();
    }
    assert!(replay.take(b"[]", |_| ()).is_err());
    assert_eq!(
        replay.counts(),
        Counts { events: 1, alerts: 1, passed_over: 1, without_timestamp: 1, ..Counts::default() }
    );
}
