//! From an expression to a [`Node`]: conditions, and the tests they are made of.

use super::leaf;
use super::schema::{Schema, ValueType};
use super::subject::Subject;
use super::{CheckError, CheckErrorKind, Compiler};
use crate::matcher::{Node, Test};
use crate::syntax::ast::{Comparison, Expr, ExprKind, Value};

impl<S: Schema> Compiler<'_, S> {
    /// The condition `expr`.
    pub(super) fn condition(&mut self, expr: &Expr) -> Result<Node<S::Field>, CheckError> {
        match &expr.kind {
            ExprKind::Or(terms) => Ok(Node::any(self.conditions(terms)?)),
            ExprKind::And(terms) => Ok(Node::all(self.conditions(terms)?)),
            ExprKind::Not(inner) => Ok(Node::not(self.condition(inner)?)),
            ExprKind::Compare { left, op, right } => self.comparison(expr, left, *op, right),
            ExprKind::Among { subject, op, list } => {
                let subject = self.subject(subject)?;
                let test = leaf::among(&subject, *op, list)?;
                Ok(subject.node(test, self.strict))
            }
            ExprKind::Literal(Value::Boolean(value)) => Ok(Node::Constant(*value)),
            ExprKind::Literal(_) | ExprKind::Arithmetic { .. } | ExprKind::Negate(_) => {
                Err(CheckError::new(expr.span, CheckErrorKind::NotACondition))
            }
            ExprKind::Field(_) | ExprKind::Call { .. } => {
                if let Some(node) = self.call_as_test(expr)? {
                    return Ok(node);
                }
                let subject = self.subject(expr)?;
                match subject.kind() {
                    // Of unknown type, or never there: then it is not true.
                    None | Some(ValueType::Boolean) => Ok(subject.node(Test::Boolean(true), self.strict)),
                    Some(_) => Err(CheckError::new(expr.span, CheckErrorKind::NotACondition)),
                }
            }
        }
    }

    fn conditions(&mut self, terms: &[Expr]) -> Result<Vec<Node<S::Field>>, CheckError> {
        terms.iter().map(|term| self.condition(term)).collect()
    }

    fn comparison(
        &mut self,
        whole: &Expr,
        left: &Expr,
        op: Comparison,
        right: &Expr,
    ) -> Result<Node<S::Field>, CheckError> {
        let (subject, op, constant, span) = match (self.subject(left)?, self.subject(right)?) {
            (subject, Subject::Constant(value)) => (subject, op, value, right.span),
            (Subject::Constant(value), subject) => (subject, op.mirrored(), value, left.span),
            _ => return Err(CheckError::new(whole.span, CheckErrorKind::TwoFields)),
        };
        if *constant == Value::Null {
            return match op {
                Comparison::Equal => Ok(Node::not(subject.node(Test::NotNull, self.strict))),
                Comparison::NotEqual => Ok(subject.node(Test::NotNull, self.strict)),
                _ => Err(CheckError::new(span, CheckErrorKind::Null { op: op.symbol() })),
            };
        }
        if op == Comparison::NotEqual {
            let equal = leaf::compare(&subject, Comparison::Equal, &constant, span)?;
            return Ok(Node::not(subject.node(equal, self.strict)));
        }
        let test = leaf::compare(&subject, op, &constant, span)?;
        Ok(subject.node(test, self.strict))
    }
}
