//! The order in which the terms of a condition are looked at: the cheapest and most telling first.
//!
//! Which order they stand in changes nothing of what a chain means. A chain of alternatives that all want some of a few
//! texts of one field gets a gate: a test for any of these texts, before the alternatives are looked at one by one. The
//! gate is implied by each of them and so changes nothing either.

use super::node::Node;
use super::test::Test;
use super::text::{TextSet, TextTest};

/// Fields that cost more than this to look at get no gate.
const CHEAP: u32 = 2;

/// `node` with its terms in order; `cost` says what it costs to look at a field, 1 for the least.
pub(super) fn arrange<F: Copy + PartialEq>(node: Node<F>, cost: &dyn Fn(F) -> u32) -> Node<F> {
    match node {
        Node::All(nodes) => {
            let mut nodes: Vec<_> = nodes.into_iter().map(|node| arrange(node, cost)).collect();
            let gates: Vec<_> = nodes.iter().flat_map(|node| gates(node, cost)).collect();
            let has_own = |field: &F| nodes.iter().any(|node| is_set(node, field));
            let gates: Vec<_> = gates.into_iter().filter(|(field, _)| !has_own(field)).collect();
            nodes.extend(gates.into_iter().map(|(field, test)| Node::Leaf(field, test)));
            nodes.sort_by_key(|node| price(node, cost));
            Node::All(nodes.into_boxed_slice())
        }
        Node::Any(nodes) => {
            let mut nodes: Vec<_> = nodes.into_iter().map(|node| arrange(node, cost)).collect();
            nodes.sort_by_key(|node| price(node, cost));
            Node::Any(nodes.into_boxed_slice())
        }
        Node::Not(inner) => Node::not(arrange(*inner, cost)),
        other => other,
    }
}

/// The same, with a gate before alternatives that are the whole condition.
pub(super) fn arrange_whole<F: Copy + PartialEq>(node: Node<F>, cost: &dyn Fn(F) -> u32) -> Node<F> {
    match node {
        any @ Node::Any(_) => match arrange(Node::All(Box::new([any])), cost) {
            Node::All(nodes) => Node::all(nodes),
            other => other,
        },
        other => arrange(other, cost),
    }
}

fn is_set<F: PartialEq>(node: &Node<F>, field: &F) -> bool {
    matches!(node, Node::Leaf(known, Test::Text(TextTest::OneOf(_))) if known == field)
}

/// The tests that alternatives have in common.
fn gates<F: Copy + PartialEq>(node: &Node<F>, cost: &dyn Fn(F) -> u32) -> Vec<(F, Test)> {
    let Node::Any(_) = node else { return Vec::new() };
    let cheap = wanted(node).into_iter().filter(|(field, _)| cost(*field) <= CHEAP);
    cheap.map(|(field, set)| (field, Test::Text(TextTest::OneOf(set)))).collect()
}

/// Sets of texts one of which a field must have for `node` to hold, at most one set a field.
fn wanted<F: Copy + PartialEq>(node: &Node<F>) -> Vec<(F, TextSet)> {
    match node {
        Node::Leaf(field, Test::Text(TextTest::OneOf(set))) => vec![(*field, set.clone())],
        Node::All(nodes) => {
            let mut sets: Vec<(F, TextSet)> = Vec::new();
            for (field, set) in nodes.iter().flat_map(wanted) {
                match sets.iter_mut().find(|(known, _)| *known == field) {
                    Some((_, known)) if set.texts().len() < known.texts().len() => *known = set,
                    Some(_) => {}
                    None => sets.push((field, set)),
                }
            }
            sets
        }
        Node::Any(nodes) => {
            let mut branches = nodes.iter().map(wanted);
            let first = branches.next().unwrap_or_default();
            branches.fold(first, |common, branch| {
                let of_both = |(field, set): (F, TextSet)| {
                    let (_, other) = branch.iter().find(|(other, _)| *other == field)?;
                    let texts = set.texts().chain(other.texts());
                    Some((field, TextSet::new(texts, set.folds() || other.folds())))
                };
                common.into_iter().filter_map(of_both).collect()
            })
        }
        _ => Vec::new(),
    }
}

/// What it costs to look at `node`, more where it rarely settles anything. The unit is about a nanosecond.
fn price<F: Copy>(node: &Node<F>, cost: &dyn Fn(F) -> u32) -> u32 {
    match node {
        Node::Constant(_) | Node::Absent => 0,
        Node::Leaf(field, test) => cost(*field).saturating_mul(price_of_test(test)),
        // What is not so is mostly true.
        Node::Not(inner) => price(inner, cost).saturating_mul(2).saturating_add(5),
        Node::All(nodes) => nodes.iter().take(2).fold(1, |sum, node| price(node, cost).saturating_add(sum)),
        Node::Any(nodes) => nodes.iter().fold(2, |sum, node| price(node, cost).saturating_add(sum)),
        Node::Computed(computed, test) => {
            let fields = computed.fields.iter().fold(0, |sum: u32, field| cost(*field).saturating_add(sum));
            fields.saturating_mul(30).saturating_add(price_of_test(test))
        }
    }
}

fn price_of_test(test: &Test) -> u32 {
    match test {
        Test::Never => 0,
        Test::Boolean(_) => 2,
        Test::Text(TextTest::OneOf(_)) => 3,
        Test::Number(_) => 4,
        // Cheap, and rarely false.
        Test::Exists | Test::NotNull => 5,
        Test::Text(TextTest::Like(_, patterns)) => {
            u32::try_from(patterns.len()).unwrap_or(u32::MAX).saturating_mul(5).saturating_add(3)
        }
        Test::Text(TextTest::Regex(_, expressions)) => {
            u32::try_from(expressions.len()).unwrap_or(u32::MAX).saturating_mul(30).saturating_add(3)
        }
        Test::Text(TextTest::Order { .. }) => 8,
        Test::Text(TextTest::InBlocks(_)) => 40,
        Test::AnyOf(tests) => tests.iter().fold(2, |sum, test| price_of_test(test).saturating_add(sum)),
    }
}
