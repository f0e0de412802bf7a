//! Sequences and samples over documents: each is tried at every stage when it is read, what some stage takes is kept,
//! and when all is there it goes through the engine's memory in the order of time.

use std::rc::Rc;

use super::order::Place;
use super::pipes::let_through;
use crate::compile::{PathId, SamplePlan, SequencePlan, StagePlan};
use crate::document::FreeDocument;
use crate::engine::{EventTime, Hit, KeyBuffer, Limits, Marks, Memory, Retained, Shape};
use crate::event::{Event as _, Values};
use crate::matcher::Truth;
use crate::syntax::ast::Pipe;

/// A sequence or sample at work.
#[derive(Debug)]
pub(super) struct Stages {
    /// The stages, and behind them `until` if there is one.
    plans: Vec<StagePlan<PathId>>,
    /// How many of them are stages.
    count: usize,
    /// What a sequence looks like; a sample has none.
    shape: Option<Shape>,
    pipes: Vec<Pipe>,
    kept: Vec<Kept>,
    key: KeyBuffer,
}

/// A document that some stage takes.
#[derive(Debug)]
struct Kept {
    at: Place,
    line: Rc<[u8]>,
    /// The stages that take it, with its join values there.
    hits: Vec<(usize, Box<[u8]>)>,
}

/// All of the input that matters is kept anyway, so that counting it again would say nothing.
impl Retained for Rc<[u8]> {
    fn bytes(&self) -> usize {
        0
    }
}

impl Stages {
    pub(super) fn of_sequence(plan: SequencePlan<PathId>, pipes: Vec<Pipe>) -> Self {
        let SequencePlan { stages: mut plans, until, maxspan_ms, .. } = plan;
        let shape = Shape::new(plans.iter().map(|stage| stage.missing), maxspan_ms);
        let count = plans.len();
        plans.extend(until);
        Self { plans, count, shape: Some(shape), pipes, kept: Vec::new(), key: KeyBuffer::new() }
    }

    pub(super) fn of_sample(plan: SamplePlan<PathId>, pipes: Vec<Pipe>) -> Self {
        let plans = plan.stages;
        Self { count: plans.len(), plans, shape: None, pipes, kept: Vec::new(), key: KeyBuffer::new() }
    }

    /// Takes a document.
    pub(super) fn take(&mut self, line: &[u8], document: &FreeDocument, at: Place) {
        let mut hits = Vec::new();
        for (stage, plan) in self.plans.iter().enumerate() {
            if plan.program.evaluate(document) == Truth::False {
                continue;
            }
            self.key.start(0);
            let joined = plan.keys.iter().all(|key| {
                let values = key.field.map_or(Values::Missing, |field| document.get(field));
                self.key.join(values, key.optional)
            });
            if joined {
                hits.push((stage, self.key.finish().into()));
            }
        }
        if !hits.is_empty() {
            self.kept.push(Kept { at, line: line.into(), hits });
        }
    }

    /// All documents are there.
    pub(super) fn finish(self) -> Vec<Vec<Rc<[u8]>>> {
        let Self { count, shape, pipes, mut kept, .. } = self;
        kept.sort_unstable_by(|a, b| a.at.order(&b.at));
        let mut memory = Memory::new(UNBOUNDED);
        let mut found = Vec::new();
        for (event, sequence) in kept.iter().zip(0..) {
            let at = EventTime::new(event.at.ns, sequence);
            match &shape {
                Some(shape) => sequence_event(&mut memory, shape, count, event, at, &mut found),
                None => {
                    // From the last stage back, so that it is the later stages that get the later events.
                    for (stage, key) in event.hits.iter().rev() {
                        let hit = Hit { at, key, marks: Marks::default() };
                        let complete = memory.sample(count, *stage, hit, || event.line.clone());
                        found.extend(complete.map(|complete| complete.events));
                    }
                }
            }
        }
        if let Some(shape) = &shape {
            memory.finish(|_| Some(shape), |_, complete| found.push(complete.events));
        }
        for pipe in &pipes {
            let_through(pipe, &mut found);
        }
        found
    }
}

/// Memory is bounded by what is kept, not by forgetting.
const UNBOUNDED: Limits =
    Limits { keys: usize::MAX, bytes: usize::MAX, windows: usize::MAX, window_bytes: usize::MAX };

fn sequence_event(
    memory: &mut Memory<Rc<[u8]>>,
    shape: &Shape,
    count: usize,
    event: &Kept,
    at: EventTime,
    found: &mut Vec<Vec<Rc<[u8]>>>,
) {
    while memory.advance(at.ns, |_| Some(shape), |_, complete| found.push(complete.events)) {}
    let (of_stages, of_until): (Vec<_>, Vec<_>) = event.hits.iter().partition(|(stage, _)| *stage < count);
    for (stage, key) in of_stages.into_iter().rev() {
        let hit = Hit { at, key, marks: Marks::default() };
        let complete = memory.sequence(shape, *stage, hit, || event.line.clone());
        found.extend(complete.map(|complete| complete.events));
    }
    for (_, key) in of_until {
        memory.until(shape, Hit { at, key, marks: Marks::default() });
    }
}
