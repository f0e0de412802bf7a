//! Rules at work in the sensor: an event goes into the engine, and what the engine says comes out as documents.
//!
//! Called by the pipeline for every event, once a second as time goes on, and with what came of a reload. The engine's
//! time is the kernel's stamp (`CLOCK_BOOTTIME`), which nobody can set; documents show the wall clock.

use crate::{
    clock::Clock,
    document::{
        alert::{AlertDocument, EventMap, Match},
        kept::Kept,
        notice::Sender,
        process::EventDocument,
        reload,
        suppressed::{HeldBack, Suppressed},
    },
    event::ExecView,
    pipeline::Outputs,
    reload::{Failed, Outcome, Reloaded},
};
use hullwatch_rules::{
    RuleSet,
    engine::{Alert, Engine, EngineLosses, EventTime, Evidence, Held, Limits, Output},
};
use jiff::Timestamp;
use std::{cell::OnceCell, sync::Arc};

/// Records of another processor may be in the ring although they are older than the last one taken, but not by this much.
pub(crate) const IN_FLIGHT_NS: u64 = 1_000_000_000;
/// Pieces of work that the engine may do in one go when time goes on, before events get their turn.
const PIECES: usize = 64;

/// Rules and what they remember.
#[derive(Debug)]
pub struct Alerting {
    engine: Engine<Kept>,
    /// The engine's set.
    rules: Arc<RuleSet>,
    counts: Counts,
}

/// What was counted since the start, for the summary and for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Alerts that came out.
    pub alerts: u64,
    /// Reloads after which another set ran.
    pub reloads_succeeded: u64,
    /// Reloads after which the same set ran on.
    pub reloads_failed: u64,
}

impl Alerting {
    /// Rules that have seen nothing yet.
    pub fn new(rules: Arc<RuleSet>) -> Self {
        let engine = Engine::new(Arc::clone(&rules), Limits::default());
        Self { engine, rules, counts: Counts::default() }
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What had to be forgotten so far.
    pub fn losses(&self) -> EngineLosses {
        self.engine.losses()
    }

    /// Takes an event and writes the alerts that it raises. What is written is made only when something matches.
    pub fn take(&mut self, view: &ExecView<'_>, agent_id: &str, outputs: &Outputs) {
        let Self { engine, rules, counts } = self;
        let fixed = &view.exec.fixed;
        let at = EventTime::new(engine_time(fixed.header.ktime_ns), view.exec.sequence);
        let map = OnceCell::new();
        let map = || map.get_or_init(|| EventDocument::of(view, agent_id).map());
        let kept = OnceCell::new();
        engine.evaluate(
            view,
            at,
            || kept.get_or_init(|| Kept::of(map())).clone(),
            |alert| {
                counts.alerts += 1;
                outputs.write(&document(&alert, rules, wall(view.clock), || map().clone()));
            },
        );
    }

    /// Time has come to `ktime_ns`: writes what comes with time and not with an event.
    pub fn advance(&mut self, ktime_ns: u64, clock: Clock, sender: Sender<'_>, outputs: &Outputs) {
        let Self { engine, rules, counts } = self;
        let now = engine_time(ktime_ns.saturating_sub(IN_FLIGHT_NS));
        for _ in 0..PIECES {
            let more = engine.advance(now, |output| {
                if matches!(output, Output::Alert(_)) {
                    counts.alerts += 1;
                }
                told(&output, rules, clock, sender, outputs);
            });
            if !more {
                break;
            }
        }
    }

    /// The sensor ends: tells what was held back until now. What sequences still wait for may yet come, so nothing is
    /// said of that.
    pub fn finish(&mut self, clock: Clock, sender: Sender<'_>, outputs: &Outputs) {
        let rules = &self.rules;
        self.engine.finish(|output| {
            if matches!(output, Output::Summary(_)) {
                told(&output, rules, clock, sender, outputs);
            }
        });
    }

    /// Takes what came of a reload: from the next event on another set is evaluated, whole, or the same as before.
    pub fn take_reload(&mut self, outcome: Outcome, sender: Sender<'_>, outputs: &Outputs) {
        match outcome {
            Outcome::Reloaded(now) => {
                self.counts.reloads_succeeded += 1;
                log_reloaded(&self.rules, &now);
                outputs.write(&reload::reloaded(&self.rules, &now, sender));
                self.engine.replace(Arc::clone(&now.rules));
                self.rules = now.rules;
            }
            Outcome::Failed(failed) => {
                self.counts.reloads_failed += 1;
                log_failed(&self.rules, &failed);
                outputs.write(&reload::failed(&self.rules, &failed, sender));
            }
        }
    }
}

/// Nanoseconds since boot as the engine counts them. They fit for 292 years.
fn engine_time(ktime_ns: u64) -> i64 {
    i64::try_from(ktime_ns).unwrap_or(i64::MAX)
}

/// Writes something that the engine tells.
fn told(output: &Output<'_, Kept>, rules: &RuleSet, clock: Clock, sender: Sender<'_>, outputs: &Outputs) {
    match output {
        Output::Alert(alert) => outputs.write(&document(alert, rules, wall(clock), EventMap::new)),
        Output::Summary(summary) => {
            let keys = summary.rule.dedup.iter().flat_map(|dedup| &dedup.keys).map(|key| key.name());
            let keys: Vec<&str> = keys.collect();
            let held = held_back(summary.held_back, wall(clock));
            let event = summary.event.map();
            outputs.write(&Suppressed::of(summary.rule, rules.hash(), held, (&event, &keys), sender));
        }
    }
}

/// The alert as a document. `event` is the event that it is about where the rule is about single ones, `wall` says what
/// the clock on the wall showed at a time of the engine.
pub(crate) fn document(
    alert: &Alert<'_, Kept>,
    rules: &RuleSet,
    wall: impl Fn(i64) -> Timestamp,
    event: impl FnOnce() -> EventMap,
) -> AlertDocument {
    let events: Vec<EventMap> = alert.events.iter().map(Kept::map).collect();
    let found = Match {
        rule: alert.rule,
        ruleset_hash: rules.hash(),
        incomplete: alert.evidence == Evidence::Incomplete,
        events: &events,
        join_keys: alert.join_keys,
        held_back: alert.held_back.map(|held| held_back(held, wall)),
    };
    AlertDocument::of(events.last().cloned().unwrap_or_else(event), &found)
}

fn held_back(held: Held, wall: impl Fn(i64) -> Timestamp) -> HeldBack {
    HeldBack { count: held.count, first: wall(held.first_ns), last: wall(held.last_ns) }
}

/// The engine's time of a live event is the kernel's.
fn wall(clock: Clock) -> impl Fn(i64) -> Timestamp {
    move |ns| clock.wall(u64::try_from(ns).unwrap_or_default())
}

fn log_reloaded(before: &RuleSet, now: &Reloaded) {
    let left_out = match now.left_out {
        0 => String::new(),
        number => format!(", {number} left out as before"),
    };
    let (number, before, after) = (now.rules.len(), before.hash(), now.rules.hash());
    tracing::info!("rules reloaded: {number} rules{left_out}, rule set {before} -> {after}");
}

fn log_failed(running: &RuleSet, failed: &Failed) {
    for failure in &failed.failures {
        tracing::error!("rules not reloaded: {}", failure.reason);
    }
    tracing::warn!("the {} rules of rule set {} stay in force", running.len(), running.hash());
}

#[cfg(test)]
mod tests;
