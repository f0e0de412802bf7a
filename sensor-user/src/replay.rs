//! Rules on recorded events: each line of a recording goes through the same engine as a live event, and time is the
//! events' own.
//!
//! An alert is made of the recorded document as the sensor makes it of its own, so that both are the same. Documents of
//! kinds that the sensor does not have (its own reports of losses among them) are counted and passed over.

use crate::document::{
    alert::{AlertDocument, EventMap, Match},
    kept::Kept,
    suppressed::HeldBack,
};
use hullwatch_rules::{
    RuleSet,
    document::{DocumentError, SensorDocument},
    engine::{Alert, Engine, EngineLosses, EventTime, Evidence, Limits, Output},
};
use jiff::Timestamp;
use std::{cell::OnceCell, sync::Arc};

/// A replay at work.
pub struct Replay {
    engine: Engine<Kept>,
    document: SensorDocument,
    /// The time of the event before, in nanoseconds since 1970.
    ns: i64,
    counts: Counts,
}

/// What a replay has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that rules were asked about.
    pub events: u64,
    /// Alerts.
    pub alerts: u64,
    /// Documents of other kinds.
    pub passed_over: u64,
    /// Events without a time of their own, which took that of the event before.
    pub without_timestamp: u64,
}

impl Replay {
    /// A replay with these rules.
    pub fn new(rules: Arc<RuleSet>) -> Self {
        let engine = Engine::new(rules, Limits::default());
        Self { engine, document: SensorDocument::new(), ns: 0, counts: Counts::default() }
    }

    /// Takes the next line of a recording, without its end. Blank lines are passed over.
    ///
    /// # Errors
    ///
    /// When the line is no JSON object.
    pub fn take(&mut self, line: &[u8], mut emit: impl FnMut(&AlertDocument)) -> Result<(), DocumentError> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        if self.document.read(line)?.is_none() {
            self.counts.passed_over += 1;
            return Ok(());
        }
        self.counts.events += 1;
        match self.document.timestamp() {
            Some(instant) => self.ns = instant.epoch_ns(),
            None => self.counts.without_timestamp += 1,
        }
        let at = EventTime::new(self.ns, self.counts.events);
        self.advance(at.ns, &mut emit);

        let hash = Arc::clone(self.engine.set());
        let whole = OnceCell::new();
        // What was read once can be read again, but for what is nested too deeply to be written.
        let event = || whole.get_or_init(|| serde_json::from_slice::<EventMap>(line).unwrap_or_default());
        let alerts = &mut self.counts.alerts;
        self.engine.evaluate(
            &self.document,
            at,
            || Kept::of(event()),
            |alert| {
                *alerts += 1;
                emit(&document_of(event().clone(), &alert, hash.hash()));
            },
        );
        Ok(())
    }

    /// The recording has ended: what was waited for does not come any more.
    pub fn finish(&mut self, mut emit: impl FnMut(&AlertDocument)) {
        self.advance(i64::MAX, &mut emit);
    }

    /// What was seen so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What the engine could not remember.
    pub fn losses(&self) -> EngineLosses {
        self.engine.losses()
    }

    fn advance(&mut self, now_ns: i64, emit: &mut impl FnMut(&AlertDocument)) {
        let set = Arc::clone(self.engine.set());
        let alerts = &mut self.counts.alerts;
        let mut on = |output: Output<'_, Kept>| {
            if let Output::Alert(alert) = output
                && let Some(last) = alert.events.last()
            {
                *alerts += 1;
                emit(&document_of(last.map(), &alert, set.hash()));
            }
        };
        while self.engine.advance(now_ns, &mut on) {}
    }
}

/// The alert's document, made of that of its last event.
fn document_of(event: EventMap, alert: &Alert<'_, Kept>, ruleset_hash: &str) -> AlertDocument {
    let events: Vec<EventMap> = alert.events.iter().map(Kept::map).collect();
    let wall = |ns: i64| Timestamp::from_nanosecond(ns.into()).unwrap_or_default();
    let held_back = alert.held_back.map(|held| HeldBack {
        count: held.count,
        first: wall(held.first_ns),
        last: wall(held.last_ns),
    });
    let found = Match {
        rule: alert.rule,
        ruleset_hash,
        incomplete: alert.evidence == Evidence::Incomplete,
        events: &events,
        join_keys: alert.join_keys,
        held_back,
    };
    AlertDocument::of(event, &found)
}

#[cfg(test)]
mod tests;
