//! What a condition requires of an event before it is worth a look.
//!
//! Two things are worked out: literals of which an event must have one (`process.name` must be `apt` or `dnf`), and
//! cheap tests that it must pass (it must be in a container). Both may let through too much and never too little; case
//! is forgotten everywhere.

use crate::event::{Completeness, SensorEvent};
use crate::fields::FieldId;
use crate::matcher::{Node, Test, TextTest};

/// A literal that a value of a field has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) field: FieldId,
    pub(super) place: Place,
    pub(super) text: String,
}

/// Where in the value it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Whole,
    Front,
    Back,
    Inside,
}

/// Shorter ones say too little.
const MIN_END: usize = 2;
/// The windows in which texts are searched for literals inside them.
pub(super) const GRAM: usize = 4;
/// Conditions that name more literals than this are not indexed by them.
const MAX_LITERALS: usize = 20_000;

/// A way to look literals up. An event must have one that is required in every lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Values of fields with one or two values: the name, the executable, ...
    Names,
    /// Whole arguments, their beginnings and ends.
    Arguments,
    /// Literals somewhere in a value.
    Inside,
}

impl Lane {
    /// In the order of their costs.
    pub(super) const ALL: [Self; 3] = [Self::Names, Self::Arguments, Self::Inside];

    fn takes(self, literal: &Literal) -> bool {
        match self {
            Self::Names => !is_long(literal.field) && literal.place != Place::Inside,
            Self::Arguments => literal.place != Place::Inside,
            Self::Inside => true,
        }
    }

    /// Whether the literals are what the lane is for: the others are looked up in an earlier one.
    fn suits(self, literals: &[Literal]) -> bool {
        let any = |wanted: fn(&Literal) -> bool| literals.is_empty() || literals.iter().any(wanted);
        match self {
            Self::Names => true,
            Self::Arguments => any(|literal| is_long(literal.field)),
            Self::Inside => any(|literal| literal.place == Place::Inside),
        }
    }
}

/// Whether it takes long to look through the values.
fn is_long(field: FieldId) -> bool {
    matches!(field, FieldId::ProcessArgs | FieldId::ProcessCommandLine)
}

/// The literals of which an event must have one to satisfy `node`, as far as `lane` takes them; `None` if the condition
/// requires none.
pub(super) fn literals(node: &Node<FieldId>, lane: Lane) -> Option<Vec<Literal>> {
    required(node, lane).filter(|literals| lane.suits(literals))
}

fn required(node: &Node<FieldId>, lane: Lane) -> Option<Vec<Literal>> {
    match node {
        Node::Constant(false) | Node::Absent => Some(Vec::new()),
        Node::All(nodes) => {
            let choices = nodes.iter().filter_map(|node| required(node, lane));
            choices.min_by_key(|literals| (!lane.suits(literals), cost(literals)))
        }
        Node::Any(nodes) => {
            let mut all = Vec::new();
            for node in nodes {
                all.extend(required(node, lane)?);
                if all.len() > MAX_LITERALS {
                    return None;
                }
            }
            Some(all)
        }
        Node::Leaf(field, test) => {
            let literals = of_test(*field, test)?;
            literals.iter().all(|literal| lane.takes(literal)).then_some(literals)
        }
        _ => None,
    }
}

/// How often an event will have one of them, roughly: more literals more often, short ones more often than long ones.
fn cost(literals: &[Literal]) -> usize {
    let one = |literal: &Literal| {
        let place = match literal.place {
            Place::Whole => 1,
            Place::Front | Place::Back => 20 / literal.text.len().max(1) + 3,
            Place::Inside => 20 / literal.text.len().max(1) + 4,
        };
        let field = match literal.field {
            FieldId::ProcessName | FieldId::ProcessExecutable => 1,
            FieldId::ProcessCommandLine => 4,
            // Half of all events are of one user.
            FieldId::UserId | FieldId::ProcessUserId => 200,
            _ => 3,
        };
        place * field
    };
    literals.iter().map(one).sum()
}

fn of_test(field: FieldId, test: &Test) -> Option<Vec<Literal>> {
    match test {
        Test::Never => Some(Vec::new()),
        Test::Text(TextTest::OneOf(set)) => Some(set.texts().map(|text| whole(field, text)).collect()),
        Test::Text(TextTest::Like(set, patterns)) => {
            let mut all: Vec<Literal> = set.texts().map(|text| whole(field, text)).collect();
            for pattern in patterns {
                let (front, inside, back) = pattern.literals();
                all.push(of_pattern(field, &front, &inside, &back)?);
            }
            Some(all)
        }
        Test::AnyOf(tests) => {
            let mut all = Vec::new();
            for test in tests {
                all.extend(of_test(field, test)?);
            }
            Some(all)
        }
        _ => None,
    }
}

fn whole(field: FieldId, text: &str) -> Literal {
    Literal { field, place: Place::Whole, text: text.to_owned() }
}

fn of_pattern(field: FieldId, front: &str, inside: &[&str], back: &str) -> Option<Literal> {
    let literal = |place, text: &str| Some(Literal { field, place, text: text.to_owned() });
    let longest = inside.iter().copied().max_by_key(|text| text.len()).unwrap_or_default();
    if front.len() >= MIN_END && front.len() >= back.len() {
        literal(Place::Front, front)
    } else if back.len() >= MIN_END {
        literal(Place::Back, back)
    } else if longest.len() >= GRAM {
        literal(Place::Inside, longest)
    } else {
        None
    }
}

/// A test on a field that is cheap and that many rules share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Gate {
    /// The field has this truth value.
    Is(FieldId, bool),
    /// The field has a value.
    Has(FieldId),
    /// It has none.
    Lacks(FieldId),
}

impl Gate {
    /// Whether `event` may pass it.
    #[inline]
    pub(super) fn lets_through<E: SensorEvent>(self, event: &E) -> bool {
        let (field, holds) = match self {
            Self::Is(field, wanted) => (field, event.get(field).any_bool(wanted)),
            Self::Has(field) => (field, event.get(field).any()),
            Self::Lacks(field) => (field, !event.get(field).any()),
        };
        holds || event.completeness(field) != Completeness::Whole
    }
}

/// The gates that an event must pass to satisfy `node`.
pub(super) fn gates(node: &Node<FieldId>) -> Vec<Gate> {
    match node {
        Node::All(nodes) => nodes.iter().flat_map(gates).collect(),
        Node::Leaf(field, Test::Boolean(value)) => vec![Gate::Is(*field, *value)],
        Node::Leaf(field, Test::Exists | Test::NotNull | Test::Text(_)) if !is_everywhere(*field) => {
            vec![Gate::Has(*field)]
        }
        Node::Not(inner) => match &**inner {
            Node::Leaf(field, Test::Exists | Test::NotNull) if !is_everywhere(*field) => {
                vec![Gate::Lacks(*field)]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Whether about every event has the field, so that asking for it sorts nothing out.
fn is_everywhere(field: FieldId) -> bool {
    is_long(field) || matches!(field, FieldId::ProcessName | FieldId::ProcessExecutable)
}
