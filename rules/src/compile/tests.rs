//! What the compiler makes of conditions, where it cannot be seen from outside: folding and preparation.

use super::{
    Compiled, FreeSchema, JoinKey, KindSchema, WarningKind, compile, compile_condition, compile_exception,
    compile_with,
};
use crate::fields::FieldId;
use crate::kinds::EventKind;
use crate::matcher::{Node, Program, Test, TextTest};
use crate::syntax::ast::Body;
use crate::syntax::parse;

fn compiled(condition: &str) -> Node<FieldId> {
    let Body::Event(query) = parse(&format!("any where {condition}")).unwrap().body else { panic!() };
    compile_condition(&query.condition, &mut KindSchema(EventKind::Exec)).unwrap().condition().clone()
}

fn constant(condition: &str) -> Option<bool> {
    match compiled(condition) {
        Node::Constant(value) => Some(value),
        _ => None,
    }
}

#[test]
fn what_is_known_beforehand_is_not_evaluated_again() {
    for (condition, expected) in [
        ("true", Some(true)),
        ("not true", Some(false)),
        ("true and 1 == 1", Some(true)),
        ("process.pid == 1 or true", Some(true)),
        ("process.pid == 1 and false", Some(false)),
        ("process.pid == 1 and true", None),
        ("?nosuch == 1", Some(false)),
        ("not ?nosuch == 1", Some(true)),
        ("?nosuch == 1 and process.pid == 1", Some(false)),
        ("event.category == \"process\"", Some(true)),
        ("event.action in (\"exec\", \"fork\")", Some(true)),
        ("event.type : \"END\"", Some(false)),
        ("file.path == \"/x\"", Some(false)),
        ("file.path != \"/x\" and host.os.type == \"linux\"", Some(true)),
        ("process.pid == 1", None),
    ] {
        assert_eq!(constant(condition), expected, "{condition}");
    }
}

#[test]
fn what_decides_nothing_leaves_no_trace() {
    assert!(matches!(compiled("process.pid == 1 and true"), Node::Leaf(..)));
    assert!(matches!(compiled("process.pid == 1 or ?nosuch == 2"), Node::Leaf(..)));
    assert!(matches!(compiled("not not process.interactive"), Node::Leaf(_, Test::Boolean(true))));
}

#[test]
fn nested_chains_become_one() {
    let Node::Any(nodes) = compiled("process.pid == 1 or (process.pid == 2 or (process.pid == 3))") else {
        panic!()
    };
    assert_eq!(nodes.len(), 3);
    let Node::All(nodes) =
        compiled("(process.pid == 1 and process.pid == 2) and (process.interactive or true)")
    else {
        panic!()
    };
    assert_eq!(nodes.len(), 2);
}

#[test]
fn patterns_without_wildcards_become_sets_and_stars_become_existence() {
    assert!(matches!(
        compiled(r#"process.name like ("a", "b")"#),
        Node::Leaf(_, Test::Text(TextTest::OneOf(_)))
    ));
    assert!(matches!(
        compiled(r#"process.name like ("a", "b*")"#),
        Node::Leaf(_, Test::Text(TextTest::Like(..)))
    ));
    assert!(matches!(compiled(r#"process.name : ("a", "*")"#), Node::Leaf(_, Test::Exists)));
    assert!(matches!(compiled("process.interactive in (true, false)"), Node::Leaf(_, Test::Exists)));
}

/// The parts of `query` that sleep, and what they wait for.
fn asleep(query: &str) -> Vec<(&str, Vec<&'static str>)> {
    let warnings = compile(&parse(query).unwrap()).unwrap().warnings;
    let sleeping = warnings.into_iter().map(|warning| match warning.kind {
        WarningKind::Sleeps { needs } => (&query[warning.span.range()], needs),
        other => panic!("{other:?}"),
    });
    sleeping.collect()
}

#[test]
fn an_alternative_that_waits_for_other_events_is_named() {
    let file_half = r#"(event.category == "file" and file.path like "/etc/*")"#;
    let query = format!(
        r#"any where process.pid == 1 and ((event.category == "process" and process.name == "x") or {file_half})"#
    );
    assert_eq!(asleep(&query), [(file_half, vec!["file"])]);
    assert_eq!(
        asleep(r#"any where process.name == "x" or file.path == "y""#),
        [(r#"file.path == "y""#, vec!["file"])]
    );
    assert_eq!(
        asleep(r#"process where event.action == "exec" or event.action == "end""#),
        [(r#"event.action == "end""#, vec!["end"])]
    );
}

#[test]
fn what_loses_nothing_by_waiting_is_not_named() {
    for query in [
        r#"process where event.action in ("exec", "fork") and process.name == "x""#,
        r#"any where event.category in ("process", "file") and process.name == "x""#,
        r#"process where process.name == "x" or file.path == "y""#,
        r#"any where not (process.name == "x" or file.path == "y")"#,
        r#"any where event.category == "process" and (process.name == "x" or file.path == "y")"#,
    ] {
        assert_eq!(asleep(query), [], "{query}");
    }
}

#[test]
fn a_condition_that_nothing_can_satisfy_is_served_with_a_word() {
    let warnings = compile(&parse("any where 1 == 2").unwrap()).unwrap().warnings;
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].kind, WarningKind::NeverTrue);
}

#[test]
fn a_sequence_has_its_runs_written_out_and_its_keys_in_order() {
    let query = "sequence by host.name with maxspan=2m [process where process.pid == 1] by process.pid, ?nosuch with runs=3 \
                 [process where process.pid == 2] by process.parent.pid, ?user.name until [file where true] by process.pid, process.pid";
    let compiled = compile(&parse(query).unwrap()).unwrap();
    let Some(Compiled::Sequence(plan)) = compiled.for_kind(EventKind::Exec) else { panic!() };
    assert_eq!((plan.stages.len(), plan.maxspan_ms), (4, Some(120_000)));
    let host = JoinKey { field: Some(FieldId::HostName), optional: false };
    assert_eq!(
        plan.stages[2].keys.as_ref(),
        [
            host,
            JoinKey { field: Some(FieldId::ProcessPid), optional: false },
            JoinKey { field: None, optional: true }
        ]
    );
    assert_eq!(plan.stages[3].keys[2], JoinKey { field: Some(FieldId::UserName), optional: true });
    assert!(plan.until.as_ref().unwrap().program.is_never());
    // The end of the sequence never comes; that is worth a word.
    assert_eq!(compiled.warnings.len(), 1);
}

#[test]
fn a_document_is_asked_for_its_category_and_for_what_the_query_names() {
    let mut schema = FreeSchema::new("event.category");
    let query =
        parse(r#"process where a.b == 1 and (c : ("x*", 5, true) or a.b like "y") and length(d) > 1"#)
            .unwrap();
    let Compiled::Event(program) = compile_with(&query, &mut schema).unwrap() else { panic!() };
    assert_eq!(schema.paths(), ["event.category", "a.b", "c", "d"]);
    let mut fields = Vec::new();
    program.condition().fields(&mut |field| fields.push(field.index()));
    fields.sort_unstable();
    assert_eq!(fields, [0, 1, 1, 2, 3]);
}

#[test]
fn an_exception_is_not_sure_of_what_no_event_has() {
    struct Nothing;
    impl crate::Event for Nothing {
        type Field = FieldId;
        fn get(&self, _: FieldId) -> crate::Values<'_> {
            crate::Values::Missing
        }
    }
    use crate::Truth::{False, True, Unknown};
    for (condition, expected) in [
        (r#"?user.name == "x""#, Unknown),
        (r#"not ?user.name == "x""#, Unknown),
        (r#"container.id == "x""#, Unknown),
        (r#"not container.id like "*""#, Unknown),
        (r#"container.id != "x""#, Unknown),
        ("container.id == null", True),
        ("container.id != null", False),
        ("?user.name == null", True),
        ("process.interactive", Unknown),
        ("length(container.id) > 1", Unknown),
        ("length(?user.name) > 1", Unknown),
        ("length(container.id) == null", True),
        (r#"container.id == "x" and host.os.type == "windows""#, False),
        (r#"container.id == "x" or host.os.type == "linux""#, True),
        (r#"container.id == "x" or container.id == null"#, True),
    ] {
        let Body::Event(query) = parse(&format!("any where {condition}")).unwrap().body else { panic!() };
        let program = compile_exception(&query.condition, &mut KindSchema(EventKind::Exec)).unwrap();
        assert_eq!(program.evaluate_strict(&Nothing), expected, "{condition}");
    }
}

#[test]
fn alternatives_that_want_some_of_a_few_names_get_a_gate_and_the_cheapest_test_comes_first() {
    let Node::All(nodes) = compiled(
        r#"process.args == "x" and (process.name in ("apt", "yum") and process.args == "install" or process.name : "APK" and
           process.args : "add") and process.interactive == true"#,
    ) else {
        panic!()
    };
    let Node::Leaf(FieldId::ProcessInteractive, _) = &nodes[0] else { panic!("{nodes:?}") };
    let Node::Leaf(FieldId::ProcessName, Test::Text(TextTest::OneOf(gate))) = &nodes[1] else {
        panic!("{nodes:?}")
    };
    assert_eq!(gate.texts().collect::<Vec<_>>(), ["apk", "apt", "yum"]);
    assert!(gate.contains("APT"), "one of the alternatives folds, so the gate must");
    let Node::Leaf(FieldId::ProcessArgs, _) = &nodes[2] else { panic!("{nodes:?}") };
    let without_gate = compiled(r#"process.name == "a" or not process.name == "b""#);
    assert!(matches!(without_gate, Node::Any(_)));
}

#[test]
fn the_order_of_tests_changes_no_answer() {
    use crate::{Completeness, Event, Values};
    use proptest::prelude::*;

    struct Exec(Vec<&'static str>, Vec<&'static str>, Option<bool>, Completeness);
    impl Event for Exec {
        type Field = FieldId;
        fn get(&self, field: FieldId) -> Values<'_> {
            match field {
                FieldId::ProcessName => Values::Each(&self.0),
                FieldId::ProcessArgs => Values::Each(&self.1),
                FieldId::ProcessInteractive => self.2.map_or(Values::Missing, Values::Bool),
                _ => Values::Missing,
            }
        }
        fn completeness(&self, field: FieldId) -> Completeness {
            if field == FieldId::ProcessInteractive { Completeness::Whole } else { self.3 }
        }
    }

    let conditions = [
        r#"(process.name == "a" and process.args == "b" or process.name in ("b", "ab") and process.args : "A*") and process.interactive"#,
        r#"process.name : "A" and process.args == "ab" or process.name == "b" and not process.args like "a*""#,
        r#"not (process.name == "a" or process.name == "b" and process.interactive == false) or process.args == "b""#,
        r#"process.args != "a" and (process.name == "a" or process.name == "b") and not process.interactive"#,
    ];
    let nodes: Vec<_> = conditions
        .iter()
        .map(|condition| {
            let Body::Event(query) = parse(&format!("any where {condition}")).unwrap().body else { panic!() };
            let mut schema = KindSchema(EventKind::Exec);
            let written = super::Compiler::new(&mut schema).condition(&query.condition).unwrap();
            (Program::new(written), compile_condition(&query.condition, &mut schema).unwrap())
        })
        .collect();
    let texts = || prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "A", "c"]), 0..3);
    let completeness = prop::sample::select(vec![
        Completeness::Whole,
        Completeness::MoreValues,
        Completeness::EndCut,
        Completeness::StartCut,
    ]);
    proptest!(ProptestConfig::with_cases(2000), |(name in texts(), args in texts(), tty: Option<bool>, cut in completeness)| {
        let event = Exec(name, args, tty, cut);
        for ((written, arranged), condition) in nodes.iter().zip(conditions) {
            prop_assert_eq!(written.evaluate(&event), arranged.evaluate(&event), "{}", condition);
            prop_assert_eq!(written.evaluate_strict(&event), arranged.evaluate_strict(&event), "{}", condition);
        }
    });
}
