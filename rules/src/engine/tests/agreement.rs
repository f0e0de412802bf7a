//! The engine with its index comes to the same as all rules evaluated one by one.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::engine::{Engine, Evidence};

const TEXTS: &[&str] = &[
    "apt",
    "apt-get",
    "bash",
    "sh",
    "install",
    "curl",
    "python3.11",
    "-c",
    "/usr/bin/apt",
    "/tmp/x",
    "",
    "a*t",
];
const PATTERNS: &[&str] = &[
    "python*",
    "*get",
    "/usr/*/apt",
    "*tmp*",
    "?*",
    "*",
    "a?t",
    "/tmp/*",
    "*stal*",
    "b*",
    "*3.1*",
    "x*y*zzz*",
];

fn leaf() -> impl Strategy<Value = String> {
    let field = select(&["process.name", "process.args", "process.executable", "container.id"][..]);
    let quoted =
        |texts: Vec<&str>| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
    prop_oneof![
        4 => (field.clone(), select(&["==", "!=", ":", "like~"][..]), select(TEXTS))
            .prop_map(|(field, op, text)| format!("{field} {op} \"{text}\"")),
        4 => (field.clone(), select(&["in", "in~", "not in", ":", "like"][..]), subsequence(TEXTS, 1..4))
            .prop_map(move |(field, op, texts)| format!("{field} {op} ({})", quoted(texts))),
        4 => (field.clone(), select(&[":", "like", "like~"][..]), subsequence(PATTERNS, 1..4))
            .prop_map(move |(field, op, texts)| format!("{field} {op} ({})", quoted(texts))),
        1 => (field, select(&["==", "!="][..])).prop_map(|(field, op)| format!("{field} {op} null")),
        1 => select(&["process.interactive == true", "process.interactive != true", "not process.interactive",
            "process.args_count > 2", "true"][..]).prop_map(str::to_owned),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 12, 4, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            2 => vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            1 => inner.prop_map(|part| format!("not ({part})")),
        ]
    })
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => condition().prop_map(|condition| format!("process where {condition}")),
        1 => (vec((condition(), 1..3_u32), 2..4), proptest::option::of(condition())).prop_map(|(stages, until)| {
            let stages: Vec<String> = stages
                .iter()
                .map(|(stage, runs)| format!("[any where {stage}] with runs={runs}"))
                .collect();
            let stages = format!(" {}", stages.join(" "));
            let until = until.map_or(String::new(), |until| format!(" until [any where {until}]"));
            format!("sequence by container.id with maxspan=5s{stages}{until}")
        }),
        1 => (condition(), condition()).prop_map(|(one, other)| {
            format!("sample by container.id [any where {one}] [any where {other}]")
        }),
    ]
}

fn event() -> impl Strategy<Value = Exec> {
    let container = proptest::option::of(select(&["apt", "python3.11"][..]));
    let texts = || select([TEXTS, &["APT", "Python3.11", "xaayazzz", "ls", "/usr/lib/APT"]].concat());
    (
        vec(texts(), 0..3),
        vec(texts(), 0..5),
        proptest::option::of(texts()),
        container,
        any::<Option<bool>>(),
        any::<u8>(),
    )
        .prop_map(|(name, args, executable, container, interactive, cut)| Exec {
            name,
            args,
            executable,
            container,
            interactive,
            cut: cut < 40,
        })
}

fn run(set: RuleSet, events: &[Exec]) -> Vec<Vec<(String, Evidence, Vec<usize>)>> {
    let mut engine: Engine<usize> = Engine::new(Arc::new(set), Limits::default());
    let mut all = Vec::new();
    for (number, event) in events.iter().enumerate() {
        let at = EventTime::new(i64::try_from(number).unwrap() * 1_000_000_000, number as u64);
        let mut found = Vec::new();
        engine.evaluate(
            event,
            at,
            || number,
            |alert| {
                found.push((alert.rule.id.clone(), alert.evidence, alert.events.to_vec()));
            },
        );
        all.push(found);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_index_changes_nothing_but_the_cost(queries in vec(query(), 1..80), events in vec(event(), 1..30)) {
        // Some that are drawn cannot match anything and are refused.
        let set = build(&queries, "").set;
        let found = run(set.clone(), &events);
        for (event, found) in events.iter().zip(&found) {
            let mut expected = Vec::new();
            set.evaluate(event, |rule| expected.push(rule.id.clone()));
            let single = found.iter().filter(|(.., events)| events.is_empty()).map(|(id, ..)| id.clone());
            prop_assert_eq!(single.collect::<Vec<_>>(), expected);
        }
        prop_assert_eq!(found, run(set.blind(), &events));
    }
}
