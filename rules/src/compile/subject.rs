//! What a test looks at: a field, a constant, or something worked out from them.

use std::borrow::Cow;

use super::schema::{Resolved, Schema, ValueType};
use super::{CheckError, CheckErrorKind, Compiler};
use crate::event::Values;
use crate::matcher::{Computed, Node, Test};
use crate::quote::quoted;
use crate::syntax::Span;
use crate::syntax::ast::{Expr, ExprKind, FieldPath, Value};

/// What a test looks at.
pub(super) enum Subject<'a, F> {
    /// A field to be asked for.
    Field(F, Option<ValueType>, &'a FieldPath),
    /// A field whose values are among these.
    Among(F, &'static [&'static str], &'a FieldPath),
    /// A field that is the same for every event.
    Always(&'static [&'static str], &'a FieldPath),
    /// A field that no event has.
    Absent(Option<ValueType>, &'a FieldPath),
    /// What would be worked out from such a field.
    AbsentValue(Option<ValueType>, &'a Expr),
    /// What is worked out from fields.
    Computed(Computed<F>, Option<ValueType>, &'a Expr),
    /// A constant.
    Constant(Cow<'a, Value>),
}

impl<F: Copy> Subject<'_, F> {
    /// The type its values have; `None` when that is not known, or when it never has any.
    pub(super) fn kind(&self) -> Option<ValueType> {
        match self {
            Self::Field(_, kind, _)
            | Self::Absent(kind, _)
            | Self::AbsentValue(kind, _)
            | Self::Computed(_, kind, _) => *kind,
            Self::Among(..) | Self::Always(..) => Some(ValueType::Text),
            Self::Constant(value) => ValueType::of(value),
        }
    }

    /// How an error calls it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Field(_, _, path)
            | Self::Among(_, _, path)
            | Self::Always(_, path)
            | Self::Absent(_, path) => {
                format!("`{}`", quoted(&path.path))
            }
            Self::AbsentValue(_, expr) | Self::Computed(_, _, expr) => {
                format!("`{}`", quoted(&expr.to_string()))
            }
            Self::Constant(value) => format!("`{}`", quoted(&value.to_string())),
        }
    }

    /// The test on it; settled right away unless it takes an event. With `strict`, what no event has stays unsettled.
    pub(super) fn node(self, test: Test, strict: bool) -> Node<F> {
        if matches!(test, Test::Never) {
            return Node::Constant(false);
        }
        match self {
            Self::Field(field, ..) => Node::Leaf(field, test),
            Self::Among(field, values, _) => {
                if test.holds(Values::Each(values)) {
                    Node::Leaf(field, test)
                } else {
                    Node::Constant(false)
                }
            }
            Self::Always(values, _) => Node::Constant(test.holds(Values::Each(values))),
            Self::Absent(..) | Self::AbsentValue(..) => {
                if strict && !matches!(test, Test::NotNull) {
                    Node::Absent
                } else {
                    Node::Constant(false)
                }
            }
            Self::Computed(computed, ..) => Node::Computed(Box::new(computed), test),
            Self::Constant(value) => Node::Constant(test.holds(match &*value {
                Value::Null => Values::Missing,
                Value::Boolean(value) => Values::Bool(*value),
                Value::Integer(value) => Values::Int(*value),
                Value::Real(value) => Values::Real(value.get()),
                Value::Text(value) => Values::Text(value),
            })),
        }
    }
}

impl<S: Schema> Compiler<'_, S> {
    /// What `expr` is to a test.
    pub(super) fn subject<'a>(&mut self, expr: &'a Expr) -> Result<Subject<'a, S::Field>, CheckError> {
        match &expr.kind {
            ExprKind::Field(path) => self.field(path, expr.span),
            ExprKind::Literal(value) => Ok(Subject::Constant(Cow::Borrowed(value))),
            ExprKind::Call { .. } | ExprKind::Arithmetic { .. } | ExprKind::Negate(_) => self.computed(expr),
            _ => Err(CheckError::new(expr.span, CheckErrorKind::NotAValue)),
        }
    }

    /// What a field is to a test.
    pub(super) fn field<'a>(
        &mut self,
        path: &'a FieldPath,
        span: Span,
    ) -> Result<Subject<'a, S::Field>, CheckError> {
        Ok(match self.schema.field(&path.path) {
            Resolved::Field { field, kind } => Subject::Field(field, kind, path),
            Resolved::Among(field, values) => Subject::Among(field, values, path),
            Resolved::Always(values) => Subject::Always(values, path),
            Resolved::Absent { kind } => Subject::Absent(kind, path),
            Resolved::Planned { kind, .. } if path.optional => {
                self.notice_planned(path, span);
                Subject::Absent(Some(kind), path)
            }
            Resolved::Planned { field, kind } => {
                self.planned.push((field, span, path.path.clone()));
                Subject::Field(field, Some(kind), path)
            }
            Resolved::Unknown { .. } if path.optional => Subject::Absent(None, path),
            Resolved::Unknown { nearest } => {
                let kind = CheckErrorKind::UnknownField { name: path.path.clone(), nearest };
                return Err(CheckError::new(span, kind));
            }
        })
    }
}
