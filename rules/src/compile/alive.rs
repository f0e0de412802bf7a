//! Which kinds of events a condition can hold for, and which parts of it wait for kinds that are not captured yet.
//!
//! A sketch of the condition has a set of kinds at every node, worked out from what the kind of an event alone decides.
//! Nothing is prepared for evaluation here; errors are the compiler's business and are passed over.

use super::schema::KindSchema;
use super::subject::Subject;
use super::warning::{Warning, WarningKind};
use super::{CheckError, CheckErrorKind, Compiler};
use crate::fields::FieldId;
use crate::kinds::EventKind;
use crate::matcher::Node;
use crate::syntax::Span;
use crate::syntax::ast::{EventQuery, Expr, ExprKind};

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u32);

impl Kinds {
    const NONE: Self = Self(0);

    fn those(mut belongs: impl FnMut(EventKind) -> bool) -> Self {
        let bits = EventKind::ALL
            .iter()
            .filter(|kind| belongs(**kind))
            .fold(0, |bits, kind| bits | 1 << kind.index());
        Self(bits)
    }

    pub(super) fn captured() -> Self {
        Self::those(EventKind::is_captured)
    }

    pub(super) fn contains(self, kind: EventKind) -> bool {
        self.0 & 1 << kind.index() != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn complement(self) -> Self {
        Self::those(|kind| !self.contains(kind))
    }

    /// Their names, for people.
    fn names(self) -> Vec<&'static str> {
        EventKind::ALL.iter().filter(|kind| self.contains(**kind)).map(|kind| kind.name()).collect()
    }
}

/// What is known of a condition without an event.
struct Sketch {
    span: Span,
    /// The kinds of events that can satisfy it.
    possible: Kinds,
    /// The kinds of which every event satisfies it.
    certain: Kinds,
    joint: Joint,
    parts: Vec<Sketch>,
    /// Whether it looks at a field that this sensor knows.
    about_events: bool,
}

#[derive(PartialEq, Eq)]
enum Joint {
    And,
    Or,
    None,
}

/// What a query can be satisfied by.
pub(super) struct Standing {
    /// The captured kinds that can satisfy it.
    pub(super) served: Kinds,
    /// Its parts that sleep.
    pub(super) warnings: Vec<Warning>,
}

/// Looks which events can satisfy `query`; an error when none of those that are captured can, but others could.
pub(super) fn standing(query: &EventQuery) -> Result<Standing, CheckError> {
    let category = &query.category;
    let asked = Kinds::those(|kind| category.text == "any" || kind.category() == category.text);
    let captured = Kinds::captured();
    if asked.and(captured).is_empty() {
        let kind = CheckErrorKind::NotCaptured { needs: asked.names() };
        return Err(CheckError::new(category.span, kind));
    }
    let sketch = Sketch::of(&query.condition);
    let possible = sketch.possible.and(asked);
    let served = possible.and(captured);
    let mut warnings = Vec::new();
    if !served.is_empty() {
        sketch.sleeping(asked, &mut warnings);
    } else if !possible.is_empty() {
        let kind = CheckErrorKind::NotCaptured { needs: possible.names() };
        return Err(CheckError::new(sketch.culprit(asked.and(captured)), kind));
    } else if sketch.about_events {
        return Err(CheckError::new(sketch.culprit(asked.and(captured)), CheckErrorKind::NoSuchEvents));
    } else {
        warnings.push(Warning { span: sketch.span, kind: WarningKind::NeverTrue });
    }
    Ok(Standing { served, warnings })
}

impl Sketch {
    fn of(expr: &Expr) -> Self {
        let join = |terms: &[Expr], joint: Joint| {
            let parts: Vec<Self> = terms.iter().map(Self::of).collect();
            let unite = |sets: &mut dyn Iterator<Item = Kinds>| match joint {
                Joint::Or => sets.fold(Kinds::NONE, Kinds::or),
                Joint::And | Joint::None => sets.fold(Kinds::NONE.complement(), Kinds::and),
            };
            Self {
                span: expr.span,
                possible: unite(&mut parts.iter().map(|part| part.possible)),
                certain: unite(&mut parts.iter().map(|part| part.certain)),
                about_events: parts.iter().any(|part| part.about_events),
                joint,
                parts,
            }
        };
        match &expr.kind {
            ExprKind::Or(terms) => join(terms, Joint::Or),
            ExprKind::And(terms) => join(terms, Joint::And),
            ExprKind::Not(inner) => {
                let inner = Self::of(inner);
                Self {
                    span: expr.span,
                    possible: inner.certain.complement(),
                    certain: inner.possible.complement(),
                    joint: Joint::None,
                    parts: Vec::new(),
                    about_events: inner.about_events,
                }
            }
            _ => Self::leaf(expr),
        }
    }

    fn leaf(expr: &Expr) -> Self {
        let subjects: &[&Expr] = match &expr.kind {
            ExprKind::Compare { left, right, .. } => &[left, right],
            ExprKind::Among { subject, .. } => &[subject],
            _ => &[expr],
        };
        let known = |kind: EventKind| known(expr, subjects, kind);
        Self {
            span: expr.span,
            possible: Kinds::those(|kind| known(kind) != Some(false)),
            certain: Kinds::those(|kind| known(kind) == Some(true)),
            joint: Joint::None,
            parts: Vec::new(),
            about_events: subjects.iter().any(|subject| mentions_known_field(subject)),
        }
    }

    /// The smallest part that no event of `kinds` can satisfy.
    fn culprit(&self, kinds: Kinds) -> Span {
        let dead = |part: &&Self| part.possible.and(kinds).is_empty();
        match self.parts.iter().find(dead) {
            Some(part) if self.joint == Joint::And => part.culprit(kinds),
            _ => self.span,
        }
    }

    /// Notes the alternatives that wait for kinds that are not captured. `within` are the kinds for which all around
    /// this part can hold.
    fn sleeping(&self, within: Kinds, warnings: &mut Vec<Warning>) {
        let within = within.and(self.possible);
        for part in &self.parts {
            let alive = within.and(part.possible);
            let asleep =
                self.joint == Joint::Or && !alive.is_empty() && alive.and(Kinds::captured()).is_empty();
            if asleep {
                warnings
                    .push(Warning { span: part.span, kind: WarningKind::Sleeps { needs: alive.names() } });
            } else {
                part.sleeping(within, warnings);
            }
        }
    }
}

/// What the kind of an event alone says of the test `expr` on `subjects`.
fn known(expr: &Expr, subjects: &[&Expr], kind: EventKind) -> Option<bool> {
    let mut schema = KindSchema(kind);
    let mut compiler = Compiler::new(&mut schema);
    for subject in subjects {
        if compiler
            .subject(subject)
            .is_ok_and(|subject| matches!(subject, Subject::Field(..) | Subject::Computed(..)))
        {
            return None;
        }
    }
    match compiler.condition(expr) {
        Ok(Node::Constant(value)) => Some(value),
        _ => None,
    }
}

fn mentions_known_field(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Field(path) => FieldId::from_name(&path.path).is_some(),
        ExprKind::Call { args, .. } => args.iter().any(mentions_known_field),
        ExprKind::Arithmetic { left, right, .. } => mentions_known_field(left) || mentions_known_field(right),
        ExprKind::Negate(inner) => mentions_known_field(inner),
        _ => false,
    }
}
