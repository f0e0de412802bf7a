//! From a syntax tree to a [`Program`]: names become field ids, constants become matchers, types are checked.
//!
//! Whatever could only fail or surprise at run time is refused here, with its place: unknown categories and fields,
//! constants of another type than the field's, comparison of two fields, values where conditions belong. What is
//! known beforehand (`true`, constants among themselves, `?field` without a row in the table) is worked in.

mod dates;
mod error;
mod leaf;

pub use error::{CheckError, CheckErrorKind};

use crate::event::{Category, Values};
use crate::fields::{FieldId, FieldType};
use crate::matcher::{Node, Program, Test};
use crate::nearest::nearest;
use crate::syntax::Span;
use crate::syntax::ast::{Body, Comparison, Expr, ExprKind, FieldPath, Name, Query, Value};

/// Compiles one query.
///
/// # Errors
///
/// The first thing in it that has no meaning on this sensor's events.
pub fn compile(query: &Query) -> Result<Program, CheckError> {
    match &query.body {
        Body::Event(query) => Ok(Program::new(category(&query.category)?, condition(&query.condition)?)),
        // The parser makes none of these yet.
        Body::Sequence(_) | Body::Sample(_) => {
            Err(CheckError { span: Span::default(), kind: CheckErrorKind::NotACondition })
        }
    }
}

fn category(name: &Name) -> Result<Option<Category>, CheckError> {
    if name.text == "any" {
        return Ok(None);
    }
    Category::from_name(&name.text).map(Some).ok_or_else(|| {
        let known = Category::ALL.into_iter().map(Category::name);
        let kind = CheckErrorKind::UnknownCategory {
            name: name.text.clone(),
            nearest: nearest(&name.text, known.chain(["any"])),
        };
        CheckError { span: name.span, kind }
    })
}

fn condition(expr: &Expr) -> Result<Node, CheckError> {
    match &expr.kind {
        ExprKind::Or(terms) => Ok(Node::any(conditions(terms)?)),
        ExprKind::And(terms) => Ok(Node::all(conditions(terms)?)),
        ExprKind::Not(inner) => Ok(Node::not(condition(inner)?)),
        ExprKind::Compare { left, op, right } => comparison(expr, left, *op, right),
        ExprKind::Among { subject, op, list } => {
            let subject = Subject::of(subject)?;
            let test = leaf::among(subject, *op, list)?;
            Ok(subject.node(test))
        }
        ExprKind::Literal(Value::Boolean(value)) => Ok(Node::Constant(*value)),
        ExprKind::Literal(_) => Err(CheckError { span: expr.span, kind: CheckErrorKind::NotACondition }),
        ExprKind::Field(path) => match field(path, expr.span)? {
            Subject::Field(id) if id.kind() == FieldType::Boolean => Ok(Node::Leaf(id, Test::Boolean(true))),
            Subject::Field(_) => Err(CheckError { span: expr.span, kind: CheckErrorKind::NotACondition }),
            Subject::Missing | Subject::Constant(_) => Ok(Node::Constant(false)),
        },
        ExprKind::Call { .. } | ExprKind::Arithmetic { .. } | ExprKind::Negate(_) => {
            Err(CheckError { span: expr.span, kind: CheckErrorKind::NotACondition })
        }
    }
}

fn conditions(terms: &[Expr]) -> Result<Vec<Node>, CheckError> {
    terms.iter().map(condition).collect()
}

fn comparison(whole: &Expr, left: &Expr, op: Comparison, right: &Expr) -> Result<Node, CheckError> {
    let (subject, op, constant, span) = match (Subject::of(left)?, Subject::of(right)?) {
        (subject, Subject::Constant(value)) => (subject, op, value, right.span),
        (Subject::Constant(value), subject) => (subject, op.mirrored(), value, left.span),
        _ => return Err(CheckError { span: whole.span, kind: CheckErrorKind::TwoFields }),
    };
    if *constant == Value::Null {
        return match op {
            Comparison::Equal => Ok(Node::not(subject.node(Test::Exists))),
            Comparison::NotEqual => Ok(subject.node(Test::Exists)),
            _ => Err(CheckError { span, kind: CheckErrorKind::Null { op: op.symbol() } }),
        };
    }
    if op == Comparison::NotEqual {
        let equal = leaf::compare(subject, Comparison::Equal, constant, span)?;
        return Ok(Node::not(subject.node(equal)));
    }
    Ok(subject.node(leaf::compare(subject, op, constant, span)?))
}

/// What a test looks at.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Field(FieldId),
    /// `?field`, and no event of this sensor has it.
    Missing,
    Constant(&'a Value),
}

impl<'a> Subject<'a> {
    fn of(expr: &'a Expr) -> Result<Self, CheckError> {
        match &expr.kind {
            ExprKind::Field(path) => field(path, expr.span),
            ExprKind::Literal(value) => Ok(Self::Constant(value)),
            _ => Err(CheckError { span: expr.span, kind: CheckErrorKind::NotAValue }),
        }
    }

    /// The type its values have; `None` when it never has any.
    fn kind(self) -> Option<FieldType> {
        match self {
            Self::Field(id) => Some(id.kind()),
            Self::Constant(Value::Boolean(_)) => Some(FieldType::Boolean),
            Self::Constant(Value::Integer(_) | Value::Real(_)) => Some(FieldType::Integer),
            Self::Constant(Value::Text(_)) => Some(FieldType::Keyword),
            Self::Missing | Self::Constant(Value::Null) => None,
        }
    }

    /// How an error calls it.
    fn describe(self) -> String {
        match self {
            Self::Field(id) => format!("`{id}`"),
            Self::Missing => "a field without values".to_owned(),
            Self::Constant(value) => format!("`{value}`"),
        }
    }

    /// The test on it; settled right away unless it takes an event.
    fn node(self, test: Test) -> Node {
        let values = match self {
            Self::Field(_) if matches!(test, Test::Never) => Values::Missing,
            Self::Field(id) => return Node::Leaf(id, test),
            Self::Missing | Self::Constant(Value::Null) => Values::Missing,
            Self::Constant(Value::Boolean(value)) => Values::Bool(*value),
            Self::Constant(Value::Integer(value)) => Values::Int(*value),
            Self::Constant(Value::Real(value)) => Values::Real(value.get()),
            Self::Constant(Value::Text(value)) => Values::Text(value),
        };
        Node::Constant(test.holds(values))
    }
}

fn field(path: &FieldPath, span: Span) -> Result<Subject<'static>, CheckError> {
    match FieldId::from_name(&path.path) {
        Some(id) => Ok(Subject::Field(id)),
        None if path.optional => Ok(Subject::Missing),
        None => {
            let nearest = nearest(&path.path, FieldId::ALL.iter().map(|field| field.name()));
            Err(CheckError { span, kind: CheckErrorKind::UnknownField { name: path.path.clone(), nearest } })
        }
    }
}

#[cfg(test)]
mod tests;
