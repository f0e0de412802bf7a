//! What the engine does around the rules: order, evidence, exceptions, de-duplication, new rule sets.

use std::sync::Arc;

use super::*;
use crate::engine::{Engine, Evidence, Held, Output};

const SEQUENCE: &str = "sequence by container.id with maxspan=5s [process where process.name == \"a\"] \
                        [process where process.name == \"b\"]";

fn exec(name: &'static str) -> Exec {
    Exec { name: vec![name], container: Some("c"), ..Exec::default() }
}

fn queries(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

struct Run {
    engine: Engine<usize>,
    number: usize,
}

impl Run {
    fn new(set: RuleSet) -> Self {
        Self { engine: Engine::new(Arc::new(set), Limits::default()), number: 0 }
    }

    /// The ids of the rules that match, with the events.
    fn at(&mut self, seconds: i64, event: &Exec) -> Vec<(String, Vec<usize>)> {
        self.number += 1;
        let number = self.number;
        let at = EventTime::new(seconds * 1_000_000_000, number as u64);
        let mut found = Vec::new();
        self.engine.evaluate(
            event,
            at,
            || number,
            |alert| {
                found.push((alert.rule.id.clone(), alert.events.to_vec()));
            },
        );
        found
    }
}

#[test]
fn alerts_come_in_the_order_of_the_rules_whatever_they_are_about() {
    let mut run = Run::new(set(&queries(&[
        "process where process.name == \"b\"",
        SEQUENCE,
        "any where true",
        "process where process.name == \"a\"",
        "process where process.name like \"b*\"",
    ])));
    assert_eq!(run.at(0, &exec("a")), [("2".into(), vec![]), ("3".into(), vec![])]);
    let found = run.at(1, &exec("b"));
    assert_eq!(
        found,
        [("0".into(), vec![]), ("1".into(), vec![1, 2]), ("2".into(), vec![]), ("4".into(), vec![])]
    );
}

#[test]
fn an_alert_of_a_sequence_names_what_joins_its_events_and_when_the_last_was() {
    let mut engine: Engine<usize> = Engine::new(Arc::new(set(&queries(&[SEQUENCE]))), Limits::default());
    let mut told = 0;
    for (number, name) in [(0, "a"), (1, "b")] {
        let at = EventTime::new(number, 0);
        engine.evaluate(
            &exec(name),
            at,
            || 0,
            |alert| {
                assert_eq!(
                    (alert.join_keys, alert.at, alert.evidence),
                    (&["container.id"][..], at, Evidence::Complete)
                );
                told += 1;
            },
        );
    }
    assert_eq!(told, 1);
}

#[test]
fn what_the_capture_cut_off_marks_the_alert() {
    let set = set(&queries(&["process where process.args == \"curl\" and process.name == \"a\""]));
    let mut engine: Engine<usize> = Engine::new(Arc::new(set), Limits::default());
    let mut evidence = Vec::new();
    for (args, cut) in [(vec!["x"], false), (vec!["x"], true), (vec!["curl", "x"], true)] {
        let event = Exec { args, cut, ..exec("a") };
        engine.evaluate(&event, EventTime::default(), || 0, |alert| evidence.push(alert.evidence));
    }
    assert_eq!(evidence, [Evidence::Incomplete, Evidence::Complete]);
}

#[test]
fn an_exception_suppresses_only_when_it_certainly_holds_and_for_any_event_of_a_sequence() {
    let overlay = "[[hullwatch.overlay.exception]]\ncondition = 'process.executable == \"/ci\"'\nreason = \"by design\"";
    let set = set_with(&queries(&[SEQUENCE, "process where process.name == \"b\""]), overlay);
    let mut run = Run::new(set);
    let with = |name, executable| Exec { executable, ..exec(name) };
    assert!(run.at(0, &with("a", Some("/ci"))).is_empty());
    assert_eq!(
        run.at(1, &with("b", Some("/x"))),
        [("1".into(), vec![])],
        "the sequence has an excepted event"
    );
    assert!(run.at(2, &with("a", Some("/x"))).is_empty());
    assert_eq!(run.at(3, &with("b", Some("/ci"))).len(), 1, "the last one counts as well");
    assert_eq!(run.engine.suppressed(), 2);
    assert!(run.at(4, &with("a", None)).is_empty());
    assert_eq!(run.at(5, &with("b", None)).len(), 2, "what is missing hides nothing");
    assert_eq!(run.engine.suppressed(), 2);
}

#[test]
fn equal_alerts_are_held_back_and_told_when_the_window_ends() {
    let overlay = "dedup = { window = \"10s\", keys = [\"container.id\", \"process.args\"] }";
    let set = set_with(&queries(&["process where process.name == \"a\""]), overlay);
    let mut run = Run::new(set);
    let with = |args: &[&'static str]| Exec { args: args.to_vec(), ..exec("a") };
    assert_eq!(run.at(0, &with(&["x", "y"])).len(), 1);
    assert_eq!(run.at(1, &with(&["x", "z"])).len(), 1, "another key");
    assert!(run.at(2, &with(&["x", "y"])).is_empty() && run.at(3, &with(&["x", "y"])).is_empty());
    let mut summaries = Vec::new();
    assert!(!run.engine.advance(20_000_000_000, |output| match output {
        Output::Summary(summary) =>
            summaries.push((summary.rule.id.clone(), summary.held_back, *summary.event)),
        Output::Alert(alert) => panic!("{alert:?}"),
    }));
    let held = Held { count: 2, first_ns: 2_000_000_000, last_ns: 3_000_000_000 };
    assert_eq!(summaries, [("0".to_owned(), held, 3)]);
    assert_eq!((run.engine.held_back(), run.engine.state_bytes()), (2, 0));
    assert_eq!(run.at(30, &with(&["x", "y"])).len(), 1);
}

#[test]
fn a_sequence_that_waits_comes_with_time_and_is_deduplicated_by_what_joins_it() {
    let query = "sequence by container.id with maxspan=5s [process where process.name == \"a\"] \
                 ![process where process.name == \"x\"]";
    let set = set_with(&queries(&[query]), "dedup = { window = \"60s\", keys = [\"process.name\"] }");
    let mut run = Run::new(set);
    for second in [0, 1] {
        assert!(run.at(second, &exec("a")).is_empty());
    }
    let mut told = Vec::new();
    run.engine.advance(5_000_000_000, |_| panic!("it may still come"));
    run.engine.finish(|output| match output {
        Output::Alert(alert) => told.push((1, alert.events.to_vec())),
        Output::Summary(summary) => told.push((summary.held_back.count, vec![*summary.event])),
    });
    assert_eq!(told, [(1, vec![1]), (1, vec![2])]);
}

#[test]
fn a_new_rule_set_keeps_the_state_of_rules_that_have_not_changed() {
    let other = SEQUENCE.replace("\"b\"", "\"c\"");
    let text = |queries: &[&str]| set(&self::queries(queries));
    let mut run = Run::new(text(&[SEQUENCE, &other]));
    run.at(0, &exec("a"));
    let bytes = run.engine.state_bytes();
    run.engine.replace(Arc::new(text(&[SEQUENCE, "any where false"])));
    assert!(run.engine.state_bytes() < bytes, "what the other one remembered is gone");
    assert_eq!(run.at(1, &exec("b")), [("0".into(), vec![1, 2])]);

    run.at(2, &exec("a"));
    run.engine.replace(Arc::new(text(&[&SEQUENCE.replace("5s", "6s")])));
    assert_eq!(run.engine.state_bytes(), 0, "a rule that changed begins anew");
    assert!(run.at(3, &exec("b")).is_empty());
    assert_eq!(run.engine.set().len(), 1);
}

#[test]
fn many_rules_are_told_apart_across_the_words_of_the_index() {
    let queries: Vec<String> =
        (0..200).map(|number| format!("process where process.args == \"arg-{number}\"")).collect();
    let mut run = Run::new(set(&queries));
    let event = Exec { args: vec!["arg-0", "arg-63", "arg-64", "arg-199", "arg-200"], ..exec("a") };
    let found: Vec<String> = run.at(0, &event).into_iter().map(|(id, _)| id).collect();
    assert_eq!(found, ["0", "63", "64", "199"]);
}
