//! Explanations as text, and that they say what the engine does.

use super::*;
use crate::bundled::BUNDLED;
use crate::case::run_case;
use crate::document::SensorDocument;
use crate::set::{Build, RuleSet, RuleSource};

fn set(query: &str, rest: &str) -> RuleSet {
    let text = format!(
        "[rule]\nrule_id = \"r\"\nname = \"n\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\nquery = '''\n{query}'''\n"
    );
    let sources = [("rule", text), ("overlay", rest.to_owned())];
    let sources = sources.into_iter().filter(|(_, text)| !text.is_empty());
    let Build { set, refusals, .. } =
        RuleSet::build(sources.map(|(origin, text)| RuleSource { origin: origin.into(), text }));
    assert!(refusals.is_empty(), "{refusals:?}");
    set
}

fn document(rest: &str) -> SensorDocument {
    let mut document = SensorDocument::new();
    let json =
        format!(r#"{{"event": {{"category": "process", "type": "start", "action": "exec"}}, {rest}}}"#);
    assert!(document.read(json.as_bytes()).unwrap().is_some());
    document
}

fn shown(query: &str, overlay: &str, events: &[&str]) -> String {
    let events: Vec<_> = events.iter().map(|rest| document(rest)).collect();
    explain(&set(query, overlay).rules()[0], &events).to_string()
}

#[test]
fn every_node_has_its_mark_and_every_leaf_its_values() {
    let query = "process where process.name in (\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\") and // why\n\
                 (process.args == \"install\" or not process.pid > 5) and ?no.such == null";
    let event = r#""process": {"name": "a", "pid": 7, "args": ["a\u001b[2J", "2", "3", "4", "5", "6", "7", "8", "9", "10"]},
        "hullwatch.evidence": {"argc": 11, "truncated_fields": ["process.args"]}"#;
    assert_eq!(
        shown(query, "", &[event]),
        r#"condition: held for event 1:
? process where
? └─ and
✓    ├─ process.name in ("a", "b", "c", "d", "e", "f", and 2 more)  [process.name: "a"]
?    ├─ or
?    │  ├─ process.args == "install"                                [process.args: "a\u{1b}[2J", "2", "3", "4", "5", "6", "7", "8", and 2 more; there were more, which were not captured]
✗    │  └─ not
✓    │     └─ process.pid > 5                                       [process.pid: 7]
✓    └─ ?no.such == null                                            [no.such has no value; no event has this field]
"#
    );
}

#[test]
fn sequences_are_shown_stage_by_stage_with_what_joins_them() {
    let query = "sequence by container.id with maxspan=1m [process where process.name == \"curl\"] \
                 [process where process.name == \"sh\"] until [process where process.name == \"exit\"]";
    let events =
        [r#""process.name": "curl", "container.id": "c""#, r#""process.name": "bash", "container.id": "c""#];
    assert_eq!(
        shown(query, "", &events),
        r#"stage 1 of 2: held for event 1:
✓ process where
✓ └─ process.name == "curl"  [process.name: "curl"]
  joined by [container.id: "c"]

stage 2 of 2: held for no event; event 1:
✗ process where
✗ └─ process.name == "sh"  [process.name: "curl"]
  joined by [container.id: "c"]

until: held for no event; event 1:
✗ process where
✗ └─ process.name == "exit"  [process.name: "curl"]
  joined by [container.id: "c"]
"#
    );
}

#[test]
fn exceptions_are_shown_as_they_are_looked_at() {
    let overlay = "[[hullwatch.overlay]]\nrule_id = \"r\"\n[[hullwatch.overlay.exception]]\n\
                   condition = 'container.id != \"x\"'\nreason = \"be\\u001bcause\"\n";
    assert_eq!(
        shown("process where true", overlay, &[r#""process.pid": 1"#]),
        "condition: held for event 1:\n✓ process where\n✓ └─ true\n\n\
         exception: be\\u{1b}cause: held for no event; event 1:\n? container.id != \"x\"  [container.id has no value]\n"
    );
}

#[test]
fn it_can_be_serialised() {
    let event = document(r#""process.pid": 1"#);
    let explanation = explain(&set("process where process.pid == 1", "").rules()[0], &[event]);
    assert_eq!(
        serde_json::to_string(&explanation.parts[0].tree.below[0]).unwrap(),
        r#"{"outcome":"held","text":"process.pid == 1","seen":[{"field":"process.pid","values":["1"],"count":1,"note":null}],"below":[]}"#
    );
}

#[test]
fn the_tree_says_what_the_engine_does_for_every_test_of_the_bundled_rules() {
    let sources =
        BUNDLED.iter().map(|(name, text)| RuleSource { origin: (*name).into(), text: (*text).into() });
    let set = RuleSet::build(sources).set;
    let mut compared = 0;
    for (index, rule) in set.rules().iter().enumerate() {
        for case in rule.cases.iter().filter(|case| case.events.len() == 1) {
            let (trial, explanation) = crate::case::explained(&set, index, case).unwrap();
            let held =
                explanation.parts.iter().any(|part| part.title == "condition" && !part.held_for.is_empty());
            assert_eq!(held, trial.alerts > 0, "{}: {}\n{explanation}", rule.name, case.name);
            assert_eq!(run_case(&set, index, case).unwrap().trial, trial);
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}
