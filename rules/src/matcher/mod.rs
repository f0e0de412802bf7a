//! Conditions ready to run: a tree of tests on field ids, every constant turned into a matcher beforehand.
//!
//! Built by `crate::compile`, run by `crate::RuleSet`. Running allocates nothing, cannot fail, and takes time linear
//! in the values it looks at. The depth of the tree is bounded by the parser.

mod integer;
mod search;
mod text;
mod wildcard;

pub(crate) use integer::IntegerTest;
pub(crate) use text::{TextSet, TextTest};
pub(crate) use wildcard::Pattern;

use crate::event::{Category, Event, SensorEvent, Values};
use crate::fields::FieldId;

/// A compiled query.
#[derive(Clone, Debug)]
pub struct Program {
    /// The category it asks for; `None` is `any`.
    category: Option<Category>,
    condition: Node,
}

impl Program {
    pub(crate) fn new(category: Option<Category>, condition: Node) -> Self {
        Self { category, condition }
    }

    /// The category of the events it can match; `None` stands for all of them.
    pub fn category(&self) -> Option<Category> {
        self.category
    }

    /// Whether `event` matches.
    pub fn matches<E: SensorEvent>(&self, event: &E) -> bool {
        self.category.is_none_or(|category| category == event.category()) && self.condition.holds(event)
    }

    #[cfg(test)]
    pub(crate) fn condition(&self) -> &Node {
        &self.condition
    }
}

/// A condition.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// Known when the rule was loaded.
    Constant(bool),
    /// All of them hold.
    All(Box<[Node]>),
    /// At least one of them holds.
    Any(Box<[Node]>),
    /// It does not hold: a plain complement, so it is true of a missing value where the inner one is not.
    Not(Box<Node>),
    /// Any value of the field passes the test.
    Leaf(FieldId, Test),
}

impl Node {
    fn holds<E: Event<Field = FieldId>>(&self, event: &E) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::All(nodes) => nodes.iter().all(|node| node.holds(event)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(event)),
            Self::Not(node) => !node.holds(event),
            Self::Leaf(field, test) => test.holds(event.get(*field)),
        }
    }

    /// All of `nodes`, with what is known beforehand worked in and chains flattened.
    pub(crate) fn all(nodes: impl IntoIterator<Item = Self>) -> Self {
        Self::chain(nodes, false, Self::All)
    }

    /// Any of `nodes`, with what is known beforehand worked in and chains flattened.
    pub(crate) fn any(nodes: impl IntoIterator<Item = Self>) -> Self {
        Self::chain(nodes, true, Self::Any)
    }

    /// A chain that `decisive` decides alone and its opposite does not touch.
    fn chain(nodes: impl IntoIterator<Item = Self>, decisive: bool, join: fn(Box<[Self]>) -> Self) -> Self {
        let mut kept = Vec::new();
        for node in nodes {
            match (node, decisive) {
                (Self::Constant(value), _) if value == decisive => return Self::Constant(value),
                (Self::Constant(_), _) => {}
                (Self::Any(inner), true) | (Self::All(inner), false) => kept.extend(inner),
                (node, _) => kept.push(node),
            }
        }
        match (kept.pop(), kept.is_empty()) {
            (None, _) => Self::Constant(!decisive),
            (Some(only), true) => only,
            (Some(last), false) => {
                kept.push(last);
                join(kept.into_boxed_slice())
            }
        }
    }

    /// The complement of `node`.
    pub(crate) fn not(node: Self) -> Self {
        match node {
            Self::Constant(value) => Self::Constant(!value),
            Self::Not(inner) => *inner,
            node => Self::Not(Box::new(node)),
        }
    }
}

/// What one value must be like. A field passes when any of its values does.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// Nothing passes.
    Never,
    /// Any value passes.
    Exists,
    /// This truth value.
    Boolean(bool),
    /// A whole number or a date.
    Integer(IntegerTest),
    /// A text.
    Text(TextTest),
}

impl Test {
    /// Whether any of `values` passes.
    pub(crate) fn holds(&self, values: Values<'_>) -> bool {
        match (self, values) {
            (Self::Exists, values) => values.any(),
            (Self::Text(test), values) => values.any_text(|text| test.holds(text)),
            (Self::Boolean(wanted), Values::Bool(value)) => *wanted == value,
            (Self::Integer(test), Values::Int(value)) => test.holds(value),
            (Self::Never | Self::Boolean(_) | Self::Integer(_), _) => false,
        }
    }
}
