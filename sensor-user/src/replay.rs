//! Rules on recorded events: each line of a recording goes through the same engine as a live event, and time is the
//! events' own.
//!
//! An alert is made of the recorded document as the sensor makes it of its own, so that both are the same. Documents of
//! kinds that the sensor does not have (its own reports of losses among them) are counted and passed over.

use crate::{
    alerting::{IN_FLIGHT_NS, document},
    document::{
        alert::{AlertDocument, EventMap},
        kept::Kept,
    },
};
use hullwatch_rules::{
    RuleSet,
    document::{DocumentError, SensorDocument},
    engine::{Engine, EngineLosses, EventTime, Limits, Output},
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
    /// Alerts that equal ones held back.
    pub held_back: u64,
    /// Matches that exceptions suppressed.
    pub excepted: u64,
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
        // Recordings are in the order of arrival, too.
        self.advance(at.ns.saturating_sub_unsigned(IN_FLIGHT_NS), &mut emit);

        let rules = Arc::clone(self.engine.set());
        let whole = OnceCell::new();
        // What was read once can be read again, but for what is nested too deeply to be written.
        let event = || whole.get_or_init(|| serde_json::from_slice::<EventMap>(line).unwrap_or_default());
        let kept = OnceCell::new();
        let alerts = &mut self.counts.alerts;
        self.engine.evaluate(
            &self.document,
            at,
            || kept.get_or_init(|| Kept::of(event())).clone(),
            |alert| {
                *alerts += 1;
                emit(&document(&alert, &rules, wall, || event().clone()));
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
        Counts { held_back: self.engine.held_back(), excepted: self.engine.suppressed(), ..self.counts }
    }

    /// What the engine could not remember.
    pub fn losses(&self) -> EngineLosses {
        self.engine.losses()
    }

    fn advance(&mut self, now_ns: i64, emit: &mut impl FnMut(&AlertDocument)) {
        let rules = Arc::clone(self.engine.set());
        let alerts = &mut self.counts.alerts;
        // Of what de-duplication held back the summary of the replay tells.
        let mut on = |output: Output<'_, Kept>| {
            if let Output::Alert(alert) = output {
                *alerts += 1;
                emit(&document(&alert, &rules, wall, EventMap::new));
            }
        };
        while self.engine.advance(now_ns, &mut on) {}
    }
}

/// The engine's time of a recorded event is the event's own.
fn wall(ns: i64) -> Timestamp {
    Timestamp::from_nanosecond(ns.into()).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests;
