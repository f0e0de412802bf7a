//! The tree of a condition: joined by `and`, `or` and `not`, tests at its leaves.
//!
//! Building a node works in what is known beforehand; evaluating one allocates nothing and cannot fail. The depth of
//! the tree is bounded by the parser.

use super::computed::Computed;
use super::test::Test;
use super::truth::Truth;
use crate::event::Event;

/// A condition.
#[derive(Clone, Debug)]
pub(crate) enum Node<F> {
    /// Known when the rule was loaded.
    Constant(bool),
    /// A test on a field that no event of the kind has: it does not hold, and an exception is not sure even of that.
    Absent,
    /// All of them hold.
    All(Box<[Self]>),
    /// At least one of them holds.
    Any(Box<[Self]>),
    /// It does not hold: a plain complement, so it is true of a missing value where the inner one is not.
    Not(Box<Self>),
    /// Any value of the field passes the test.
    Leaf(F, Test),
    /// Any value worked out from fields passes the test.
    Computed(Box<Computed<F>>, Test),
}

impl<F: Copy> Node<F> {
    /// Whether `event` satisfies it. With `STRICT`, a test on a missing field is unknown, unless it asks for just that.
    pub(super) fn truth<E: Event<Field = F>, const STRICT: bool>(&self, event: &E) -> Truth {
        match self {
            Self::Constant(value) => (*value).into(),
            Self::Absent if STRICT => Truth::Unknown,
            Self::Absent => Truth::False,
            Self::All(nodes) => {
                let mut all = Truth::True;
                for node in nodes {
                    all = all.min(node.truth::<E, STRICT>(event));
                    if all == Truth::False {
                        break;
                    }
                }
                all
            }
            Self::Any(nodes) => {
                let mut any = Truth::False;
                for node in nodes {
                    any = any.max(node.truth::<E, STRICT>(event));
                    if any == Truth::True {
                        break;
                    }
                }
                any
            }
            Self::Not(node) => !node.truth::<E, STRICT>(event),
            Self::Computed(computed, test) => computed.truth(event, test, STRICT),
            Self::Leaf(field, test) => {
                let values = event.get(*field);
                let truth = test.truth(values, event.completeness(*field));
                if STRICT
                    && truth == Truth::False
                    && values.is_empty()
                    && !matches!(test, Test::NotNull | Test::Never)
                {
                    return Truth::Unknown;
                }
                truth
            }
        }
    }
}

impl<F> Node<F> {
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

    /// Whether no event can satisfy it.
    pub(crate) fn is_never(&self) -> bool {
        matches!(self, Self::Constant(false))
    }

    /// Calls `visit` for each field that is looked at.
    pub(crate) fn fields(&self, visit: &mut impl FnMut(&F)) {
        match self {
            Self::Constant(_) | Self::Absent => {}
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.fields(visit)),
            Self::Not(node) => node.fields(visit),
            Self::Leaf(field, _) => visit(field),
            Self::Computed(computed, _) => computed.fields.iter().for_each(visit),
        }
    }
}
