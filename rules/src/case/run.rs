//! Runs inline tests, and any events against one rule: through the engine, as the sensor and `replay` do.
//!
//! De-duplication is left out: a test is about what a rule finds, and how many alerts of it are shown is another matter.

use std::sync::Arc;

use super::{Case, CaseEvent};
use crate::document::{Instant, SensorDocument};
use crate::engine::{Engine, EventTime, Evidence, Limits, Output, Retained};
use crate::explain::{Explanation, explain};
use crate::fields::FieldId;
use crate::rule::Rule;
use crate::set::RuleSet;

/// When the first event of a test happens if it does not say: 2026-01-01T00:00:00Z.
const BEGINNING_MS: i64 = 1_767_225_600_000;

/// What one rule makes of some events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// How many alerts it raises.
    pub alerts: u32,
    /// How many of them on incomplete evidence.
    pub incomplete: u32,
    /// How many matches an exception suppresses.
    pub suppressed: u64,
    /// The events of kinds that the sensor does not have, counted from 1: no rule looks at them.
    pub ignored: Vec<usize>,
}

/// What came of an inline test.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// What the rule made of the events.
    pub trial: Trial,
    /// Whether that is what the test expects.
    pub passed: bool,
    /// Why it came so; only for a test that failed.
    pub explanation: Option<Explanation>,
}

/// Nothing is kept of events: only the number of alerts counts.
#[derive(Clone, Copy)]
struct Nothing;

impl Retained for Nothing {
    fn bytes(&self) -> usize {
        0
    }
}

/// Runs `case` against the rule at `index` of `set`; `None` if there is no such rule.
pub fn run_case(set: &RuleSet, index: usize, case: &Case) -> Option<CaseOutcome> {
    let events = documents(&case.events);
    let trial = try_events(set, index, &events)?;
    let passed = trial.alerts == case.expected.alerts();
    let rule: &Rule = set.rules().get(index)?;
    let explanation = (!passed).then(|| {
        let known: Vec<_> = events.iter().map(|(event, _)| event.clone()).collect();
        explain(rule, &known)
    });
    Some(CaseOutcome { trial, passed, explanation })
}

/// What the rule at `index` makes of the events of `case`, and why, whether it passes or not.
#[cfg(test)]
pub(crate) fn explained(set: &RuleSet, index: usize, case: &Case) -> Option<(Trial, Explanation)> {
    let events = documents(&case.events);
    let known: Vec<_> = events.iter().map(|(event, _)| event.clone()).collect();
    Some((try_events(set, index, &events)?, explain(set.rules().get(index)?, &known)))
}

/// What the rule at `index` of `set` makes of `events`, in this order, each with whether it is of a kind that the sensor
/// has; `None` if there is no such rule.
pub fn try_events(set: &RuleSet, index: usize, events: &[(SensorDocument, bool)]) -> Option<Trial> {
    let mut engine: Engine<Nothing> = Engine::new(Arc::new(set.alone(index)?), Limits::default());
    let mut trial = Trial::default();
    let mut before_ns = BEGINNING_MS * 1_000_000;
    for (number, (event, known)) in events.iter().enumerate() {
        let ns = event.timestamp().map_or(before_ns, Instant::epoch_ns);
        before_ns = ns;
        if !known {
            trial.ignored.push(number + 1);
            continue;
        }
        while engine.advance(ns, |output| trial.take(&output)) {}
        let at = EventTime::new(ns, u64::try_from(number).unwrap_or(u64::MAX));
        engine.evaluate(event, at, || Nothing, |alert| trial.alert(alert.evidence));
    }
    engine.finish(|output| trial.take(&output));
    trial.suppressed = engine.suppressed();
    Some(trial)
}

impl Trial {
    fn take<T>(&mut self, output: &Output<'_, T>) {
        if let Output::Alert(alert) = output {
            self.alert(alert.evidence);
        }
    }

    fn alert(&mut self, evidence: Evidence) {
        self.alerts += 1;
        self.incomplete += u32::from(evidence == Evidence::Incomplete);
    }
}

/// The events of a test with all that they need not spell out, and whether the sensor has such events.
fn documents(events: &[CaseEvent]) -> Vec<(SensorDocument, bool)> {
    let mut now_ms = BEGINNING_MS;
    let document = |(index, event): (usize, &CaseEvent)| {
        let mut document = SensorDocument::new();
        for (field, values) in &event.fields {
            for value in values.iter() {
                // Names and types were checked when the file was read.
                let _ = document.set(field.name(), value);
            }
        }
        match document.timestamp() {
            Some(time) => now_ms = time.epoch_ms(),
            None => {
                let after_ms = if index == 0 { 0 } else { event.after_ms };
                now_ms = now_ms.saturating_add_unsigned(after_ms);
                let _ = document.set(FieldId::Timestamp.name(), crate::scalars::Scalar::Int(now_ms));
            }
        }
        let known = document.complete().is_some();
        (document, known)
    };
    events.iter().enumerate().map(document).collect()
}
