//! Sequences and samples, compiled: a program and join keys for each stage.
//!
//! Runs are written out, so that the state machine knows only stages. What the numbers mean (overwriting, `until`,
//! missing stages) is the engine's business.

use super::schema::{Asked, Schema};
use super::subject::Subject;
use super::{CheckError, CheckErrorKind, Compiler};
use crate::matcher::{Node, Program, Test, TextSet, TextTest};
use crate::syntax::ast::{Body, EventQuery, Key, Stage};

/// A compiled query.
#[derive(Clone, Debug)]
pub enum Compiled<F> {
    /// Single events.
    Event(Program<F>),
    /// Several events in order.
    Sequence(SequencePlan<F>),
    /// Several events in any order.
    Sample(SamplePlan<F>),
}

/// A compiled sequence.
#[derive(Clone, Debug)]
pub struct SequencePlan<F> {
    /// The stages in order; a stage with runs stands here that many times.
    pub stages: Vec<StagePlan<F>>,
    /// What ends all matches that are not complete.
    pub until: Option<StagePlan<F>>,
    /// The longest time from the first event to the last, in milliseconds.
    pub maxspan_ms: Option<u64>,
}

/// A compiled sample.
#[derive(Clone, Debug)]
pub struct SamplePlan<F> {
    /// The stages.
    pub stages: Vec<StagePlan<F>>,
}

/// One compiled stage.
#[derive(Clone, Debug)]
pub struct StagePlan<F> {
    /// Which events are of it.
    pub program: Program<F>,
    /// What joins them: the shared keys, then the stage's own. All stages have the same number.
    pub keys: Box<[JoinKey<F>]>,
    /// `![...]`: no such event may come.
    pub missing: bool,
}

/// A compiled join key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinKey<F> {
    /// The field; `None` stands for one that was written with `?` and that nobody knows.
    pub field: Option<F>,
    /// Whether events without a value are joined, too.
    pub optional: bool,
}

impl<S: Schema> Compiler<'_, S> {
    /// The body of a query.
    pub(super) fn body(&mut self, body: &Body) -> Result<Compiled<S::Field>, CheckError> {
        match body {
            Body::Event(query) => self.event(query).map(Compiled::Event),
            Body::Sequence(sequence) => {
                let mut stages = Vec::new();
                for stage in &sequence.stages {
                    let plan = self.stage(stage, &sequence.by)?;
                    stages.extend(std::iter::repeat_n(plan, stage.runs.max(1) as usize));
                }
                let until =
                    sequence.until.as_ref().map(|until| self.stage(until, &sequence.by)).transpose()?;
                let maxspan_ms = sequence.maxspan.map(|maxspan| maxspan.ms);
                Ok(Compiled::Sequence(SequencePlan { stages, until, maxspan_ms }))
            }
            Body::Sample(sample) => {
                let stages = sample.stages.iter().map(|stage| self.stage(stage, &sample.by));
                Ok(Compiled::Sample(SamplePlan { stages: stages.collect::<Result<_, _>>()? }))
            }
        }
    }

    fn stage(&mut self, stage: &Stage, shared: &[Key]) -> Result<StagePlan<S::Field>, CheckError> {
        let program = self.event(&stage.query)?;
        let keys = shared.iter().chain(&stage.by).map(|key| self.key(key)).collect::<Result<_, _>>()?;
        Ok(StagePlan { program, keys, missing: stage.missing })
    }

    fn key(&mut self, key: &Key) -> Result<JoinKey<S::Field>, CheckError> {
        let field = match self.field(&key.field, key.span)? {
            Subject::Field(field, ..) | Subject::Among(field, ..) => Some(field),
            _ => self.schema.id(&key.field.path),
        };
        if let Some((_, span, name)) = self.planned.pop() {
            return Err(CheckError::new(span, CheckErrorKind::PlannedField { name }));
        }
        Ok(JoinKey { field, optional: key.field.optional })
    }

    /// `category where condition`.
    fn event(&mut self, query: &EventQuery) -> Result<Program<S::Field>, CheckError> {
        let category = self.category(query)?;
        let condition = self.condition(&query.condition)?;
        self.program(Node::all([category, condition]))
    }

    fn category(&mut self, query: &EventQuery) -> Result<Node<S::Field>, CheckError> {
        let name = &query.category;
        if name.text == "any" {
            return Ok(Node::Constant(true));
        }
        match self.schema.category(&name.text) {
            Asked::Nothing => Ok(Node::Constant(true)),
            Asked::Never => Ok(Node::Constant(false)),
            Asked::Value(field) => {
                Ok(Node::Leaf(field, Test::Text(TextTest::OneOf(TextSet::new([&*name.text], false)))))
            }
            Asked::Unknown { nearest } => {
                let kind = CheckErrorKind::UnknownCategory { name: name.text.clone(), nearest };
                Err(CheckError::new(name.span, kind))
            }
        }
    }
}
