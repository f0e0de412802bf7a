//! The stages of a sequence or sample as entries of the index.
//!
//! Stages with one condition and one set of join keys, as runs are, share an entry: the condition is evaluated once.

use crate::compile::{JoinKey, SamplePlan, SequencePlan, StagePlan};
use crate::fields::FieldId;
use crate::matcher::Program;

/// A sequence or sample for events of one kind.
#[derive(Clone, Debug)]
pub(super) struct Stages {
    /// The number of the rule.
    pub(super) rule: usize,
    /// Whether it is a sample.
    pub(super) sample: bool,
    /// How many stages it has.
    pub(super) count: usize,
    /// The first of its entries; the others follow.
    pub(super) first_entry: usize,
    /// For each entry its join keys.
    pub(super) keys: Vec<Box<[JoinKey<FieldId>]>>,
    /// What is to be done, in this order: the stages from the last to the first, then `until`.
    pub(super) steps: Vec<Step>,
}

/// One thing to be done for an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Which stage; `None` is `until`.
    pub(super) stage: Option<usize>,
    /// Which of the entries says whether the event is of it.
    pub(super) entry: usize,
}

impl Stages {
    pub(super) fn of_sequence(
        rule: usize,
        first_entry: usize,
        plan: &SequencePlan<FieldId>,
    ) -> (Self, Vec<&Program<FieldId>>) {
        let (mut this, mut own) = Self::of(rule, first_entry, &plan.stages);
        if let Some(until) = plan.until.as_ref().filter(|until| !until.program.is_never()) {
            this.steps.push(Step { stage: None, entry: this.keys.len() });
            this.keys.push(until.keys.clone());
            own.push(&until.program);
        }
        (this, own)
    }

    pub(super) fn of_sample(
        rule: usize,
        first_entry: usize,
        plan: &SamplePlan<FieldId>,
    ) -> (Self, Vec<&Program<FieldId>>) {
        let (this, own) = Self::of(rule, first_entry, &plan.stages);
        (Self { sample: true, ..this }, own)
    }

    fn of(rule: usize, first_entry: usize, stages: &[StagePlan<FieldId>]) -> (Self, Vec<&Program<FieldId>>) {
        let mut known: Vec<String> = Vec::new();
        let mut keys = Vec::new();
        let mut programs = Vec::new();
        let mut steps = Vec::new();
        for (stage, plan) in stages.iter().enumerate() {
            if plan.program.is_never() {
                continue;
            }
            let description = format!("{:?} {:?}", plan.program, plan.keys);
            let entry = known.iter().position(|known| *known == description).unwrap_or_else(|| {
                known.push(description);
                keys.push(plan.keys.clone());
                programs.push(&plan.program);
                known.len() - 1
            });
            steps.push(Step { stage: Some(stage), entry });
        }
        steps.reverse();
        (Self { rule, sample: false, count: stages.len(), first_entry, keys, steps }, programs)
    }

    /// The first step that the entry decides.
    pub(super) fn step_of(&self, entry: usize) -> Option<Step> {
        self.steps.iter().copied().find(|step| step.entry == entry)
    }
}
