//! From a syntax tree to programs: names become field ids, constants become matchers, types are checked.
//!
//! Whatever could only fail or surprise at run time is refused here, with its place: unknown categories and fields,
//! constants of another type than the field's, comparison of two fields, values where conditions belong. What is
//! known beforehand (`true`, constants among themselves, fields that the kind of event decides) is worked in.
//!
//! [`compile`] is for rules of the sensor: once for each kind of event that is captured. [`compile_with`] is for one
//! [`Schema`], as a query over documents has it. [`compile_condition`] is for a part of a condition alone.

mod alive;
mod condition;
mod dates;
mod error;
mod formula;
mod function;
mod leaf;
mod plan;
mod schema;
mod sensor;
mod subject;
mod warning;

pub(crate) use dates::epoch_ms;
pub use error::{CheckError, CheckErrorKind, Reason};
pub use plan::{Compiled, JoinKey, SamplePlan, SequencePlan, StagePlan};
pub use schema::{Asked, FreeSchema, KindSchema, PathId, Resolved, Schema, ValueType};
pub use sensor::{SensorQuery, compile};
pub use warning::{Warning, WarningKind};

use crate::matcher::{Node, Program};
use crate::syntax::Span;
use crate::syntax::ast::{Expr, FieldPath, Query};

/// Compiles a query for the events of `schema`. Pipes are the caller's business.
///
/// # Errors
///
/// The first thing in it that has no meaning on these events.
pub fn compile_with<S: Schema>(query: &Query, schema: &mut S) -> Result<Compiled<S::Field>, CheckError> {
    Compiler::new(schema).body(&query.body)
}

/// Compiles a condition, or any part of one that is a condition itself, for the events of `schema`.
///
/// # Errors
///
/// The first thing in it that has no meaning on these events.
pub fn compile_condition<S: Schema>(expr: &Expr, schema: &mut S) -> Result<Program<S::Field>, CheckError> {
    let mut compiler = Compiler::new(schema);
    let node = compiler.condition(expr)?;
    compiler.program(node)
}

/// Compiles the condition of an exception, to be evaluated with [`Program::evaluate_strict`]: a test on a field that no
/// event has stays unknown instead of being worked in.
///
/// # Errors
///
/// The first thing in it that has no meaning on these events.
pub fn compile_exception<S: Schema>(expr: &Expr, schema: &mut S) -> Result<Program<S::Field>, CheckError> {
    let mut compiler = Compiler { strict: true, ..Compiler::new(schema) };
    let node = compiler.condition(expr)?;
    compiler.program(node)
}

/// What compiling carries along.
struct Compiler<'s, S: Schema> {
    schema: &'s mut S,
    /// What no event has stays unsettled.
    strict: bool,
    /// The planned fields that were named, where, and how.
    planned: Vec<(S::Field, Span, String)>,
    /// The first planned field that was named with `?`.
    null_for_now: Option<(Span, String)>,
}

impl<'s, S: Schema> Compiler<'s, S> {
    fn new(schema: &'s mut S) -> Self {
        Self { schema, strict: false, planned: Vec::new(), null_for_now: None }
    }

    fn notice_planned(&mut self, path: &FieldPath, span: Span) {
        self.null_for_now.get_or_insert_with(|| (span, path.path.clone()));
    }

    /// `node`, ready to run.
    fn program(&mut self, node: Node<S::Field>) -> Result<Program<S::Field>, CheckError> {
        let node = self.served(node)?;
        Ok(Program::arranged(node, &|field| self.schema.cost(field)))
    }

    /// Refuses `node` if it still depends on a field that no event has yet.
    fn served(&mut self, node: Node<S::Field>) -> Result<Node<S::Field>, CheckError> {
        let planned = std::mem::take(&mut self.planned);
        if planned.is_empty() {
            return Ok(node);
        }
        let mut left = Vec::new();
        node.fields(&mut |field| left.push(*field));
        match planned.into_iter().find(|(field, ..)| left.contains(field)) {
            Some((_, span, name)) => Err(CheckError::new(span, CheckErrorKind::PlannedField { name })),
            None => Ok(node),
        }
    }
}

#[cfg(test)]
mod tests;
