//! The leaves of an explanation: a test, its own answer, and the values it looked at.

use jiff::Timestamp;

use super::{Explained, Seen};
use crate::compile::{CheckError, CheckErrorKind, KindSchema, compile_condition, compile_exception};
use crate::event::{Completeness, SensorEvent};
use crate::fields::{FieldId, FieldType};
use crate::matcher::Truth;
use crate::quote::printable;
use crate::scalars::Scalar;
use crate::syntax::ast::{Expr, ExprKind, FieldPath};

/// So many values of a field are shown.
const MOST_VALUES: usize = 8;
/// So many constants of a list are shown.
const MOST_CONSTANTS: usize = 6;
/// So many characters of one value are shown.
const VALUE_LENGTH: usize = 80;
/// So many characters of one test are shown.
const TEST_LENGTH: usize = 160;

/// The test `expr` on `event`.
pub(super) fn explain<E: SensorEvent, const STRICT: bool>(expr: &Expr, event: &E) -> (Truth, Explained) {
    let mut schema = KindSchema(event.kind());
    let compiled =
        if STRICT { compile_exception(expr, &mut schema) } else { compile_condition(expr, &mut schema) };
    let truth = match compiled {
        Ok(program) if STRICT => program.evaluate_strict(event),
        Ok(program) => program.evaluate(event),
        // It stands in a part that such events do not reach: there the field has no value.
        Err(CheckError { kind: CheckErrorKind::PlannedField { .. }, .. }) => without_value(expr),
        // A rule that is served has no other errors.
        Err(_) => Truth::False,
    };
    let mut fields = Vec::new();
    collect(expr, &mut fields);
    let seen = fields.into_iter().map(|field| seen(field, event)).collect();
    (truth, Explained { outcome: truth.into(), text: text(expr), seen, below: Vec::new() })
}

/// What a test on a field comes to that has no value.
fn without_value(expr: &Expr) -> Truth {
    use crate::syntax::ast::{Comparison, Value};
    let ExprKind::Compare { op, left, right } = &expr.kind else { return Truth::False };
    let null = [left, right].iter().any(|side| matches!(side.kind, ExprKind::Literal(Value::Null)));
    (matches!(op, Comparison::NotEqual) != null && matches!(op, Comparison::NotEqual | Comparison::Equal))
        .into()
}

/// The values of `field` in `event`.
pub(super) fn seen<E: SensorEvent>(field: &FieldPath, event: &E) -> Seen {
    let name = printable(&field.path, VALUE_LENGTH);
    let Some(id) = FieldId::from_name(&field.path) else {
        return Seen { field: name, values: Vec::new(), count: 0, note: Some("no event has this field") };
    };
    let values = event.get(id);
    let shown = (0..MOST_VALUES).map_while(|index| values.nth(index)).map(|value| show(id, value)).collect();
    let note = match event.completeness(id) {
        _ if id.is_planned() => Some("not captured yet"),
        Completeness::Whole => None,
        Completeness::Unknown => Some("could not be read"),
        Completeness::MoreValues => Some("there were more, which were not captured"),
        Completeness::EndCut => Some("its end was not captured"),
        Completeness::StartCut => Some("its beginning was not captured"),
    };
    Seen { field: name, values: shown, count: values.len(), note }
}

fn show(field: FieldId, value: Scalar<'_>) -> String {
    match value {
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(ms) if field.kind() == FieldType::Date => {
            Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string())
        }
        Scalar::Int(value) => value.to_string(),
        Scalar::Real(value) => value.to_string(),
        Scalar::Text(text) => format!("\"{}\"", printable(text, VALUE_LENGTH)),
    }
}

/// The fields that `expr` looks at, each once.
fn collect<'e>(expr: &'e Expr, fields: &mut Vec<&'e FieldPath>) {
    match &expr.kind {
        ExprKind::Field(field) => {
            if !fields.iter().any(|known| known.path == field.path) {
                fields.push(field);
            }
        }
        ExprKind::Literal(_) => {}
        ExprKind::Or(terms) | ExprKind::And(terms) => terms.iter().for_each(|term| collect(term, fields)),
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| collect(arg, fields)),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => collect(inner, fields),
        ExprKind::Compare { left, right, .. } | ExprKind::Arithmetic { left, right, .. } => {
            collect(left, fields);
            collect(right, fields);
        }
        ExprKind::Among { subject, .. } => collect(subject, fields),
    }
}

/// The test as it is written, without comments, on one line; of a long list the beginning.
fn text(expr: &Expr) -> String {
    let whole = match &expr.kind {
        ExprKind::Among { subject, op, list } if list.len() > MOST_CONSTANTS => {
            let shown: Vec<_> = list.iter().take(MOST_CONSTANTS).map(ToString::to_string).collect();
            let more = list.len() - MOST_CONSTANTS;
            format!("{subject} {} ({}, and {more} more)", op.symbol(), shown.join(", "))
        }
        _ => expr.to_string(),
    };
    printable(&whole, TEST_LENGTH)
}
