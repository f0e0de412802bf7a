//! Rules of the sensor: compiled once for each kind of event that is captured and can matter to them.

use super::alive::{Kinds, Standing, standing};
use super::plan::Compiled;
use super::schema::KindSchema;
use super::warning::{Warning, WarningKind};
use super::{CheckError, CheckErrorKind, Compiler};
use crate::fields::FieldId;
use crate::kinds::EventKind;
use crate::syntax::Span;
use crate::syntax::ast::{Body, EventQuery, Query};

/// A rule's query, ready for the events of the sensor.
#[derive(Clone, Debug)]
pub struct SensorQuery {
    kinds: Vec<(EventKind, Compiled<FieldId>)>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
}

impl SensorQuery {
    /// What is to be done with an event of `kind`; `None` when it does not matter. For one query all kinds have the same
    /// number of stages and keys.
    pub fn for_kind(&self, kind: EventKind) -> Option<&Compiled<FieldId>> {
        self.kinds.iter().find(|(known, _)| *known == kind).map(|(_, compiled)| compiled)
    }

    /// The kinds of events that matter to it, with what is to be done.
    pub fn kinds(&self) -> impl Iterator<Item = (EventKind, &Compiled<FieldId>)> {
        self.kinds.iter().map(|(kind, compiled)| (*kind, compiled))
    }
}

/// Compiles the query of a rule.
///
/// # Errors
///
/// The first thing in it that has no meaning on this sensor's events, that depends on a field that no event has, or
/// that only events could satisfy that are not captured.
pub fn compile(query: &Query) -> Result<SensorQuery, CheckError> {
    if let Some(pipe) = query.pipes.first() {
        return Err(CheckError::new(pipe.span, CheckErrorKind::Pipes));
    }
    let mut kinds = Vec::new();
    let mut null_for_now = None;
    for kind in EventKind::captured() {
        let mut schema = KindSchema(kind);
        let mut compiler = Compiler::new(&mut schema);
        kinds.push((kind, compiler.body(&query.body)?));
        null_for_now = null_for_now.or(compiler.null_for_now);
    }
    let Standing { served, warnings } = match &query.body {
        Body::Event(event) => alone(event, null_for_now.as_ref())?,
        Body::Sequence(sequence) => {
            let mut whole = Standing { served: Kinds::captured(), warnings: Vec::new() };
            for stage in &sequence.stages {
                whole.warnings.extend(alone(&stage.query, null_for_now.as_ref())?.warnings);
            }
            if let Some(until) = &sequence.until {
                match standing(&until.query) {
                    Ok(until) => whole.warnings.extend(until.warnings),
                    Err(CheckError { kind: CheckErrorKind::NotCaptured { needs }, .. }) => {
                        whole
                            .warnings
                            .push(Warning { span: until.span, kind: WarningKind::Sleeps { needs } });
                    }
                    Err(error) => return Err(error),
                }
            }
            whole
        }
        Body::Sample(sample) => {
            let mut whole = Standing { served: Kinds::captured(), warnings: Vec::new() };
            for stage in &sample.stages {
                whole.warnings.extend(alone(&stage.query, null_for_now.as_ref())?.warnings);
            }
            whole
        }
    };
    kinds.retain(|(kind, _)| served.contains(*kind));
    Ok(SensorQuery { kinds, warnings })
}

/// How one event query stands. One that nothing can satisfy because a field was taken for null that is only planned is
/// refused for that field.
fn alone(query: &EventQuery, null_for_now: Option<&(Span, String)>) -> Result<Standing, CheckError> {
    let nothing = |kind: &CheckErrorKind| matches!(kind, CheckErrorKind::NoSuchEvents);
    match (standing(query), null_for_now) {
        (Err(error), Some((span, name))) if nothing(&error.kind) => {
            Err(CheckError::new(*span, CheckErrorKind::PlannedField { name: name.clone() }))
        }
        (standing, _) => standing,
    }
}
