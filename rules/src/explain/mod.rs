//! Why a rule did or did not hold for an event: its condition as a tree, and at every node what came of it.
//!
//! The tree is the one that was written, not the one that runs: nothing is folded away, and every leaf is evaluated,
//! also those that the engine would not have looked at. What came of each leaf is the compiled test's own answer.
//! `render` makes text of it; all of it can be serialised, too.

mod leaf;
mod render;

use serde::Serialize;

use crate::compile::{Asked, KindSchema, Schema as _};
use crate::event::SensorEvent;
use crate::matcher::Truth;
use crate::overlay::Exception;
use crate::quote::printable;
use crate::rule::Rule;
use crate::set::LEAD;
use crate::syntax;
use crate::syntax::ast::{Body, EventQuery, Expr, ExprKind, Key, Stage};

/// What a rule makes of some events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The rule's id.
    pub rule_id: String,
    /// Its name.
    pub rule_name: String,
    /// Its condition on the event, or its stages in order, then its exceptions.
    pub parts: Vec<Part>,
}

/// One condition and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is: `condition`, `stage 2 of 3`, `until`, `exception: the reason`.
    pub title: String,
    /// The events it held for, or may have, counted from 1.
    pub held_for: Vec<usize>,
    /// The event that the tree is about, counted from 1: the first it held for, else the one that came closest.
    pub event: usize,
    /// The values that join this event with others.
    pub joined_by: Vec<Seen>,
    /// What came of its parts.
    pub tree: Explained,
}

/// A node of a condition and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Whether it held.
    pub outcome: Outcome,
    /// The operator of a node (`and`, `or`, `not`), or the test at a leaf.
    pub text: String,
    /// At a leaf: the fields it looks at.
    pub seen: Vec<Seen>,
    /// The nodes below.
    pub below: Vec<Explained>,
}

/// Whether a condition held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It held.
    Held,
    /// It did not.
    DidNotHold,
    /// What is missing of the event decides.
    CannotKnow,
}

/// The values of a field in the event. Control characters in them are escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The field's name.
    pub field: String,
    /// The first of its values, long ones cut.
    pub values: Vec<String>,
    /// How many there are.
    pub count: usize,
    /// What else there is to say: that part of it was not captured, or that no event has the field.
    pub note: Option<&'static str>,
}

impl From<Truth> for Outcome {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::False => Self::DidNotHold,
            Truth::Unknown => Self::CannotKnow,
            Truth::True => Self::Held,
        }
    }
}

/// Explains what `rule` makes of `events`. A rule about single events is explained for each of them.
pub fn explain<E: SensorEvent>(rule: &Rule, events: &[E]) -> Explanation {
    let mut parts = Vec::new();
    // A rule that is served has been parsed before.
    if let Ok(query) = syntax::parse(&rule.query) {
        match &query.body {
            Body::Event(query) => {
                for (index, event) in events.iter().enumerate() {
                    let (truth, tree) = event_query(query, event);
                    let held_for = if truth.is_possible() { vec![index + 1] } else { Vec::new() };
                    let title = "condition".to_owned();
                    parts.push(Part { title, held_for, event: index + 1, joined_by: Vec::new(), tree });
                }
            }
            Body::Sequence(sequence) => {
                stages(&sequence.stages, &sequence.by, events, &mut parts);
                if let Some(until) = &sequence.until {
                    parts.extend(stage("until".to_owned(), until, &sequence.by, events));
                }
            }
            Body::Sample(sample) => stages(&sample.stages, &sample.by, events, &mut parts),
        }
    }
    parts.extend(rule.exceptions.iter().filter_map(|exception| excepted(exception, events)));
    Explanation { rule_id: rule.id.clone(), rule_name: rule.name.clone(), parts }
}

fn stages<E: SensorEvent>(all: &[Stage], by: &[Key], events: &[E], parts: &mut Vec<Part>) {
    for (index, one) in all.iter().enumerate() {
        let mut title = format!("stage {} of {}", index + 1, all.len());
        if one.missing {
            title.push_str(", which must not come");
        }
        if one.runs > 1 {
            title.push_str(&format!(", {} times", one.runs));
        }
        parts.extend(stage(title, one, by, events));
    }
}

fn stage<E: SensorEvent>(title: String, stage: &Stage, by: &[Key], events: &[E]) -> Option<Part> {
    let mut part = closest(title, events, |event| event_query(&stage.query, event))?;
    let event = events.get(part.event - 1)?;
    part.joined_by = by.iter().chain(&stage.by).map(|key| leaf::seen(&key.field, event)).collect();
    Some(part)
}

fn excepted<E: SensorEvent>(exception: &Exception, events: &[E]) -> Option<Part> {
    let query = syntax::parse(&format!("{LEAD}{}", exception.condition)).ok()?;
    let Body::Event(query) = &query.body else { return None };
    let title = format!("exception: {}", printable(&exception.reason, 200));
    let mut part = closest(title, events, |event| condition::<E, true>(&query.condition, event))?;
    // An exception counts only where it is certain.
    part.held_for.retain(|number| {
        let event = events.get(number - 1);
        event.is_some_and(|event| condition::<E, true>(&query.condition, event).0.is_certain())
    });
    Some(part)
}

/// What comes of a condition for `events`, with the tree of the one that is most to the point.
fn closest<E>(title: String, events: &[E], of: impl Fn(&E) -> (Truth, Explained)) -> Option<Part> {
    let mut held_for = Vec::new();
    let mut best: Option<(Truth, usize, usize, Explained)> = None;
    for (index, event) in events.iter().enumerate() {
        let (truth, tree) = of(event);
        if truth.is_possible() {
            held_for.push(index + 1);
        }
        let held = tree.leaves_held();
        if best.as_ref().is_none_or(|(known, leaves, ..)| (truth, held) > (*known, *leaves)) {
            best = Some((truth, held, index + 1, tree));
        }
    }
    let (_, _, event, tree) = best?;
    Some(Part { title, held_for, event, joined_by: Vec::new(), tree })
}

/// `category where condition`.
fn event_query<E: SensorEvent>(query: &EventQuery, event: &E) -> (Truth, Explained) {
    let category = &query.category.text;
    let of_category = category == "any" || KindSchema(event.kind()).category(category) == Asked::Nothing;
    let (truth, below) = condition::<E, false>(&query.condition, event);
    let truth = truth.min(of_category.into());
    let text = if of_category {
        format!("{} where", query.category)
    } else {
        format!("{} where (this is a {} event)", query.category, event.kind().category())
    };
    (truth, Explained { outcome: truth.into(), text, seen: Vec::new(), below: vec![below] })
}

/// A condition; with `STRICT` the way exceptions are looked at.
fn condition<E: SensorEvent, const STRICT: bool>(expr: &Expr, event: &E) -> (Truth, Explained) {
    let (operator, inner, fold): (_, &[Expr], fn(Truth, Truth) -> Truth) = match &expr.kind {
        ExprKind::And(terms) => ("and", terms, Truth::min),
        ExprKind::Or(terms) => ("or", terms, Truth::max),
        ExprKind::Not(inner) => ("not", std::slice::from_ref(&**inner), |_, inner| !inner),
        _ => return leaf::explain::<E, STRICT>(expr, event),
    };
    let (truths, below): (Vec<Truth>, Vec<Explained>) =
        inner.iter().map(|term| condition::<E, STRICT>(term, event)).unzip();
    let start = if operator == "and" { Truth::True } else { Truth::False };
    let truth = truths.into_iter().fold(start, fold);
    (truth, Explained { outcome: truth.into(), text: operator.to_owned(), seen: Vec::new(), below })
}

impl Explained {
    fn leaves_held(&self) -> usize {
        match self.below.as_slice() {
            [] => usize::from(self.outcome == Outcome::Held),
            below => below.iter().map(Self::leaves_held).sum(),
        }
    }
}

#[cfg(test)]
mod tests;
