//! What the compiler makes of conditions, where it cannot be seen from outside: folding and preparation.

use super::compile;
use crate::matcher::{Node, Test, TextTest};
use crate::syntax::parse;

fn compiled(condition: &str) -> Node {
    compile(&parse(&format!("any where {condition}")).unwrap()).unwrap().condition().clone()
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
        ("process.pid > 9223372036854775807", Some(false)),
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
