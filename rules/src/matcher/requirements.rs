//! What an event must have to satisfy a condition, as far as that is simple to say.
//!
//! For an index over many conditions, and for the gate that stands before one (`order.rs`). A requirement is necessary
//! and never sufficient. It speaks of fields that are whole: an event that says a field is not may satisfy the
//! condition without it, or rather, nobody can know.

use super::node::Node;
use super::test::Test;
use super::text::{TextSet, TextTest};

/// One thing that an event must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement<F> {
    /// Of this field,
    pub field: F,
    /// some value must be like this.
    pub needs: Needs,
}

/// What some value of a field must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anything: there must be a value.
    Value,
    /// This truth value.
    Boolean(bool),
    /// One of these texts.
    OneOf {
        /// In small letters when `fold`.
        texts: Vec<Box<str>>,
        /// Whether ASCII letters compare without their case.
        fold: bool,
    },
    /// Any of these.
    Parts {
        /// In small letters when `fold`.
        parts: Vec<Part>,
        /// Whether ASCII letters compare without their case.
        fold: bool,
    },
}

/// A literal part that a text must have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The whole text is this.
    Is(Box<str>),
    /// It begins with this.
    Begins(Box<str>),
    /// It ends with this.
    Ends(Box<str>),
    /// It has this somewhere.
    Contains(Box<str>),
}

/// What every event that satisfies `node` has.
pub(super) fn of<F: Copy + PartialEq>(node: &Node<F>) -> Vec<Requirement<F>> {
    match node {
        Node::Leaf(field, test) => {
            of_test(test).map(|needs| Requirement { field: *field, needs }).into_iter().collect()
        }
        Node::All(nodes) => nodes.iter().flat_map(of).collect(),
        Node::Any(nodes) => {
            let mut branches = nodes.iter().map(of);
            let first = branches.next().unwrap_or_default();
            branches.fold(first, |common, branch| either(&common, &branch))
        }
        Node::Constant(_) | Node::Absent | Node::Not(_) | Node::Computed(..) => Vec::new(),
    }
}

/// What is required when either `a` or `b` is: for each field of both, the two most telling needs together.
fn either<F: Copy + PartialEq>(a: &[Requirement<F>], b: &[Requirement<F>]) -> Vec<Requirement<F>> {
    let mut both: Vec<Requirement<F>> = Vec::new();
    for Requirement { field, .. } in a {
        if both.iter().any(|known| known.field == *field) {
            continue;
        }
        if let Some((a, b)) = best(a, *field).zip(best(b, *field)) {
            both.push(Requirement { field: *field, needs: union(a, b) });
        }
    }
    both
}

fn best<F: Copy + PartialEq>(requirements: &[Requirement<F>], field: F) -> Option<&Needs> {
    requirements.iter().filter(|one| one.field == field).map(|one| &one.needs).min_by_key(|needs| match needs
    {
        Needs::OneOf { texts, .. } => (0, texts.len()),
        Needs::Boolean(_) => (1, 0),
        Needs::Parts { parts, .. } => (2, parts.len()),
        Needs::Value => (3, 0),
    })
}

fn union(a: &Needs, b: &Needs) -> Needs {
    match (a, b) {
        (Needs::Boolean(a), Needs::Boolean(b)) if a == b => Needs::Boolean(*a),
        (Needs::OneOf { texts: a, fold: one }, Needs::OneOf { texts: b, fold: other }) => {
            let fold = *one || *other;
            let mut texts: Vec<Box<str>> = a.iter().chain(b).map(|text| folded(text, fold)).collect();
            texts.sort_unstable();
            texts.dedup();
            Needs::OneOf { texts, fold }
        }
        (
            Needs::OneOf { fold: one, .. } | Needs::Parts { fold: one, .. },
            Needs::OneOf { fold: other, .. } | Needs::Parts { fold: other, .. },
        ) => {
            let fold = *one || *other;
            let mut parts: Vec<Part> = parts(a).chain(parts(b)).map(|part| part.folded(fold)).collect();
            parts.sort_unstable();
            parts.dedup();
            Needs::Parts { parts, fold }
        }
        _ => Needs::Value,
    }
}

fn parts(needs: &Needs) -> Box<dyn Iterator<Item = Part> + '_> {
    match needs {
        Needs::OneOf { texts, .. } => Box::new(texts.iter().cloned().map(Part::Is)),
        Needs::Parts { parts, .. } => Box::new(parts.iter().cloned()),
        Needs::Value | Needs::Boolean(_) => Box::new(std::iter::empty()),
    }
}

fn folded(text: &str, fold: bool) -> Box<str> {
    if fold { text.to_ascii_lowercase().into() } else { text.into() }
}

impl Part {
    /// How long the literal is, in bytes.
    pub(super) fn len(&self) -> usize {
        let (Self::Is(text) | Self::Begins(text) | Self::Ends(text) | Self::Contains(text)) = self;
        text.len()
    }

    fn folded(self, fold: bool) -> Self {
        match self {
            Self::Is(text) => Self::Is(folded(&text, fold)),
            Self::Begins(text) => Self::Begins(folded(&text, fold)),
            Self::Ends(text) => Self::Ends(folded(&text, fold)),
            Self::Contains(text) => Self::Contains(folded(&text, fold)),
        }
    }
}

fn of_test(test: &Test) -> Option<Needs> {
    match test {
        Test::Never => None,
        Test::Boolean(value) => Some(Needs::Boolean(*value)),
        Test::Exists | Test::NotNull | Test::Number(_) | Test::AnyOf(_) => Some(Needs::Value),
        Test::Text(TextTest::OneOf(set)) => Some(one_of(set)),
        Test::Text(TextTest::Like(set, patterns)) => {
            let exact = parts(&one_of(set)).collect::<Vec<_>>();
            let found: Option<Vec<Part>> = patterns.iter().map(super::wildcard::Pattern::literal).collect();
            Some(match found {
                Some(parts) => {
                    Needs::Parts { parts: exact.into_iter().chain(parts).collect(), fold: set.folds() }
                }
                None => Needs::Value,
            })
        }
        Test::Text(TextTest::InBlocks(_) | TextTest::Order { .. }) => Some(Needs::Value),
    }
}

fn one_of(set: &TextSet) -> Needs {
    Needs::OneOf { texts: set.iter().map(Into::into).collect(), fold: set.folds() }
}
