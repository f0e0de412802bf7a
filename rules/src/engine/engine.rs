//! A rule set at work on a stream of events.
//!
//! An event goes through the index, the conditions of the rules that are left are evaluated, stages move sequences and
//! samples on, exceptions suppress, equal alerts are held back. For an event that matches nothing, nothing is allocated.

use std::collections::HashMap;
use std::sync::Arc;

use super::alert::{Alert, Evidence, Output, Summary};
use super::dedup::{Dedup, Verdict};
use super::index::{Entry, Scratch, is_set};
use super::key::{self, KeyBuffer};
use super::limits::{EngineLosses, Limits, Retained};
use super::memory::{Hit, Memory, SWEEP};
use super::sequence::{Marks, Match};
use super::stages::Stages;
use super::time::EventTime;
use crate::compile::{Compiled, JoinKey};
use crate::event::{SensorEvent, Values};
use crate::fields::FieldId;
use crate::fingerprint::Fingerprint;
use crate::kinds::EventKind;
use crate::matcher::{Program, Truth};
use crate::rule::Dedup as DedupPlan;
use crate::set::{CompiledRule, RuleSet};

/// Rules and what they remember. `T` is what is kept of an event for the alert of a sequence.
#[derive(Debug)]
pub struct Engine<T> {
    set: Arc<RuleSet>,
    /// For each rule the number under which its state is kept: the same as long as the rule does not change.
    owners: Vec<u32>,
    rules: HashMap<u32, usize>,
    next_owner: u32,
    state: State<T>,
    scratch: Scratch,
    truths: Vec<Truth>,
}

/// What is remembered between events.
#[derive(Debug)]
struct State<T> {
    memory: Memory<T>,
    dedup: Dedup<T>,
    key: KeyBuffer,
    suppressed: u64,
    held_back: u64,
}

impl<T: Retained> Engine<T> {
    /// An engine that has seen nothing yet.
    pub fn new(set: Arc<RuleSet>, limits: Limits) -> Self {
        let mut engine = Self {
            set: Arc::clone(&set),
            owners: Vec::new(),
            rules: HashMap::new(),
            next_owner: 0,
            state: State {
                memory: Memory::new(limits),
                dedup: Dedup::new(limits),
                key: KeyBuffer::new(),
                suppressed: 0,
                held_back: 0,
            },
            scratch: Scratch::default(),
            truths: Vec::new(),
        };
        engine.replace(set);
        engine
    }

    /// Goes on with another rule set. What rules remember that are in both, with the same content, stays.
    pub fn replace(&mut self, set: Arc<RuleSet>) {
        let served = |set: &RuleSet, rule| {
            set.served(rule).map(|(rule, served)| (rule.id.clone(), served.fingerprint))
        };
        let known: HashMap<(String, Fingerprint), u32> = self
            .owners
            .iter()
            .enumerate()
            .filter_map(|(rule, owner)| Some((served(&self.set, rule)?, *owner)))
            .collect();
        let mut owner_of = |rule| {
            let owner = served(&set, rule).and_then(|name| known.get(&name).copied());
            owner.unwrap_or_else(|| {
                self.next_owner = self.next_owner.wrapping_add(1);
                self.next_owner
            })
        };
        self.owners = (0..set.len()).map(&mut owner_of).collect();
        self.rules = self.owners.iter().enumerate().map(|(rule, owner)| (*owner, rule)).collect();
        self.state.memory.retain_owners(|owner| self.rules.contains_key(&owner));
        self.state.dedup.retain_owners(|owner| self.rules.contains_key(&owner));
        self.set = set;
    }

    /// The rules.
    pub fn set(&self) -> &Arc<RuleSet> {
        &self.set
    }

    /// Takes the next event, which happened at `at`. Calls `on_alert` for each rule that it makes match, in the order of
    /// the rules, and `keep` whenever a sequence, a sample or a de-duplication window has to keep something of it.
    pub fn evaluate<E: SensorEvent>(
        &mut self,
        event: &E,
        at: EventTime,
        mut keep: impl FnMut() -> T,
        mut on_alert: impl FnMut(Alert<'_, T>),
    ) {
        let Self { set, owners, state, scratch, truths, .. } = self;
        let kind = event.kind();
        let Some(index) = set.index().of_kind(kind) else { return };
        if !index.candidates(event, scratch) {
            return;
        }
        let mut next = 0;
        while let Some(number) = first_from(&scratch.candidates, next) {
            next = number + 1;
            let rule = match index.entry(number) {
                Some(Entry::Single(rule)) => rule,
                Some(Entry::Stage(place)) => {
                    let Some(stages) = index.stages(place) else { continue };
                    next = stages.first_entry + stages.keys.len();
                    let rule = stages.rule;
                    let (Some((_, served)), Some(owner)) = (set.served(rule), owners.get(rule)) else {
                        continue;
                    };
                    truths.clear();
                    truths.extend((0..stages.keys.len()).map(|entry| {
                        let candidate = is_set(&scratch.candidates, stages.first_entry + entry);
                        let program = candidate.then(|| program_of(served, kind, stages, entry)).flatten();
                        program.map_or(Truth::False, |program| program.evaluate(event))
                    }));
                    if truths.iter().any(|truth| truth.is_possible()) {
                        let subject = Subject { set, rule, owner: *owner, served };
                        state.step(&subject, stages, truths, (event, at), &mut keep, &mut on_alert);
                    }
                    continue;
                }
                None => continue,
            };
            let (Some((_, served)), Some(owner)) = (set.served(rule), owners.get(rule)) else { continue };
            let Some(Compiled::Event(program)) = served.query.for_kind(kind) else { continue };
            let truth = program.evaluate(event);
            if !truth.is_possible() {
                continue;
            }
            let excepted = served.excepts(event);
            let marks = Marks { incomplete: truth == Truth::Unknown, excepted };
            let found = Match { events: Vec::new(), last: at, marks };
            let subject = Subject { set, rule, owner: *owner, served };
            state.complete(&subject, &[], found, Some(event), &mut keep, &mut on_alert);
        }
    }

    /// Time has come to `now_ns`, in nanoseconds since 1970. Sequences that wait for what must not come match when it has
    /// not, windows of de-duplication end, and what is too old is forgotten. Does a bounded piece of work; `true` if there
    /// is more. Results depend on the events' own times only: calling it late makes alerts late, and nothing else.
    pub fn advance(&mut self, now_ns: i64, mut on: impl FnMut(Output<'_, T>)) -> bool {
        let Self { set, rules, state, .. } = self;
        let State { memory, dedup, suppressed, held_back, .. } = state;
        let shape_of = |owner| set.index().shape(*rules.get(&owner)?);
        let more = memory.advance_keys(now_ns, shape_of, |key, found| {
            let Some((rule, served)) = rules.get(&key::owner(key)).and_then(|rule| set.served(*rule)) else {
                return;
            };
            if found.marks.excepted {
                *suppressed += 1;
                return;
            }
            let Match { mut events, last, marks } = found;
            let mut before = None;
            if let Some(plan) = &rule.dedup {
                // No event is at hand whose fields could be compared: the join values stand for them.
                let Some(event) = events.pop() else { return };
                let mut event = Some(event);
                let verdict = dedup.admit_with(key, last.ns, window_ns(plan), &mut event);
                events.extend(event);
                match verdict {
                    Verdict::Out(held) => before = held,
                    Verdict::HeldBack => {
                        *held_back += 1;
                        return;
                    }
                }
            }
            on(Output::Alert(Alert {
                rule,
                evidence: Evidence::from(marks.incomplete),
                events: &events,
                join_keys: &join_keys(served),
                at: last,
                held_back: before,
            }));
        });
        let more_windows = dedup.advance(now_ns, SWEEP, |owner, held_back, event| {
            if let Some((rule, _)) = rules.get(&owner).and_then(|rule| set.served(*rule)) {
                on(Output::Summary(Summary { rule, held_back, event: &event }));
            }
        });
        more || more_windows
    }

    /// The input has ended: what was waited for does not come, and all windows end.
    pub fn finish(&mut self, mut on: impl FnMut(Output<'_, T>)) {
        while self.advance(i64::MAX, &mut on) {}
    }

    /// What was lost to the limits.
    pub fn losses(&self) -> EngineLosses {
        self.state.memory.losses().and(self.state.dedup.losses())
    }

    /// How many matches exceptions have suppressed.
    pub fn suppressed(&self) -> u64 {
        self.state.suppressed
    }

    /// How many alerts windows of de-duplication have held back.
    pub fn held_back(&self) -> u64 {
        self.state.held_back
    }

    /// How much memory is taken by what is remembered between events.
    pub fn state_bytes(&self) -> usize {
        self.state.memory.bytes() + self.state.dedup.bytes()
    }
}

/// The rule in question.
struct Subject<'a> {
    set: &'a RuleSet,
    rule: usize,
    owner: u32,
    served: &'a CompiledRule,
}

impl<T: Retained> State<T> {
    /// An event is of stages of a sequence or sample.
    fn step<E: SensorEvent>(
        &mut self,
        subject: &Subject<'_>,
        stages: &Stages,
        truths: &[Truth],
        (event, at): (&E, EventTime),
        keep: &mut impl FnMut() -> T,
        on_alert: &mut impl FnMut(Alert<'_, T>),
    ) {
        let excepted = subject.served.excepts(event);
        for step in &stages.steps {
            let truth = truths.get(step.entry).copied().unwrap_or(Truth::False);
            let Some(keys) = stages.keys.get(step.entry).filter(|_| truth.is_possible()) else { continue };
            self.key.start(subject.owner);
            if !keys.iter().all(|key| self.key.join(value_of(event, *key), key.optional)) {
                continue;
            }
            let marks = Marks { incomplete: truth == Truth::Unknown, excepted };
            let hit = Hit { at, key: self.key.finish(), marks };
            let found = match (step.stage, subject.set.index().shape(subject.rule)) {
                (Some(stage), _) if stages.sample => self.memory.sample(stages.count, stage, hit, &mut *keep),
                (Some(stage), Some(shape)) => self.memory.sequence(shape, stage, hit, &mut *keep),
                (None, Some(shape)) => {
                    self.memory.until(shape, hit);
                    None
                }
                _ => None,
            };
            if let Some(found) = found {
                self.complete(subject, &join_keys(subject.served), found, Some(event), keep, on_alert);
            }
        }
    }

    /// A match is complete: an alert, unless an exception or an equal alert stands against it.
    fn complete<E: SensorEvent>(
        &mut self,
        subject: &Subject<'_>,
        join_keys: &[&'static str],
        found: Match<T>,
        event: Option<&E>,
        keep: &mut impl FnMut() -> T,
        on_alert: &mut impl FnMut(Alert<'_, T>),
    ) {
        let Match { events, last, marks } = found;
        if marks.excepted {
            self.suppressed += 1;
            return;
        }
        let Some((rule, _)) = subject.set.served(subject.rule) else { return };
        let mut before = None;
        if let (Some(plan), Some(event)) = (&rule.dedup, event) {
            self.key.start(subject.owner);
            plan.keys.iter().for_each(|field| self.key.all(event.get(*field)));
            match self.dedup.admit(self.key.finish(), last.ns, window_ns(plan), keep) {
                Verdict::Out(held) => before = held,
                Verdict::HeldBack => {
                    self.held_back += 1;
                    return;
                }
            }
        }
        let evidence = Evidence::from(marks.incomplete);
        on_alert(Alert { rule, evidence, events: &events, join_keys, at: last, held_back: before });
    }
}

fn window_ns(plan: &DedupPlan) -> i64 {
    i64::try_from(plan.window_ms).unwrap_or(i64::MAX).saturating_mul(1_000_000)
}

fn value_of<E: SensorEvent>(event: &E, key: JoinKey<FieldId>) -> Values<'_> {
    key.field.map_or(Values::Missing, |field| event.get(field))
}

/// The fields by which the rule joins events, as named at the first stage.
fn join_keys(served: &CompiledRule) -> Vec<&'static str> {
    let stages = match served.query.kinds().next() {
        Some((_, Compiled::Sequence(plan))) => &plan.stages,
        Some((_, Compiled::Sample(plan))) => &plan.stages,
        _ => return Vec::new(),
    };
    let keys = stages.first().map(|stage| &*stage.keys).unwrap_or_default();
    keys.iter().filter_map(|key| key.field).map(FieldId::name).collect()
}

fn program_of<'s>(
    served: &'s CompiledRule,
    kind: EventKind,
    stages: &Stages,
    entry: usize,
) -> Option<&'s Program<FieldId>> {
    let plan = match (served.query.for_kind(kind)?, stages.step_of(entry)?.stage) {
        (Compiled::Sequence(plan), Some(stage)) => plan.stages.get(stage),
        (Compiled::Sequence(plan), None) => plan.until.as_ref(),
        (Compiled::Sample(plan), Some(stage)) => plan.stages.get(stage),
        _ => None,
    };
    plan.map(|plan| &plan.program)
}

/// The first number of a set, from `from` on.
fn first_from(bits: &[u64], from: usize) -> Option<usize> {
    let mut word = from / 64;
    let mut rest = bits.get(word)? & u64::MAX << (from % 64);
    while rest == 0 {
        word += 1;
        rest = *bits.get(word)?;
    }
    Some(word * 64 + rest.trailing_zeros() as usize)
}
