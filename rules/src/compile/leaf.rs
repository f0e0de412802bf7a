//! The tests at the leaves: an operator and its constants, checked against the type of what they are compared with.
//!
//! Exactness, folding and wildcards are decided here, once for all operators: see [`among`].

use super::dates;
use super::{CheckError, CheckErrorKind, Subject};
use crate::fields::FieldType;
use crate::matcher::{IntegerTest, Pattern, Test, TextSet, TextTest};
use crate::syntax::Span;
use crate::syntax::ast::{Comparison, Literal, Membership, Value};

/// The test `subject op constant`. `op` is not `!=`, and `constant` is not null: the caller has dealt with both.
pub(super) fn compare(
    subject: Subject<'_>,
    op: Comparison,
    constant: &Value,
    span: Span,
) -> Result<Test, CheckError> {
    let wrong = || wrong_type(subject, op.symbol(), constant, span);
    match (subject.kind(), constant) {
        (None, _) => Ok(Test::Never),
        (Some(FieldType::Boolean), Value::Boolean(value)) if op == Comparison::Equal => {
            Ok(Test::Boolean(*value))
        }
        (Some(FieldType::Keyword), Value::Text(text)) => Ok(Test::Text(order_text(op, text))),
        (Some(FieldType::Integer | FieldType::Date), _) => {
            Ok(order_number(op, number(subject, constant, span, &wrong)?))
        }
        _ => Err(wrong()),
    }
}

/// The test `subject op (list)`.
pub(super) fn among(subject: Subject<'_>, op: Membership, list: &[Literal]) -> Result<Test, CheckError> {
    if let Some(null) = list.iter().find(|literal| literal.value == Value::Null) {
        return Err(CheckError { span: null.span, kind: CheckErrorKind::Null { op: op.symbol() } });
    }
    let Some(kind) = subject.kind() else { return Ok(Test::Never) };
    if kind == FieldType::Keyword {
        return among_texts(subject, op, list);
    }
    if !matches!(op, Membership::In | Membership::Colon)
        && let Some(first) = list.first()
    {
        let kind = CheckErrorKind::TextOperator { subject: subject.describe(), kind, op: op.symbol() };
        return Err(CheckError { span: first.span, kind });
    }
    let wrong = |literal: &Literal| wrong_type(subject, op.symbol(), &literal.value, literal.span);
    if kind == FieldType::Boolean {
        let mut wanted = Vec::new();
        for literal in list {
            match literal.value {
                Value::Boolean(value) => wanted.push(value),
                _ => return Err(wrong(literal)),
            }
        }
        return Ok(match (wanted.contains(&true), wanted.contains(&false)) {
            (true, true) => Test::Exists,
            (value, _) => Test::Boolean(value),
        });
    }
    let numbers = list
        .iter()
        .map(|literal| number(subject, &literal.value, literal.span, &|| wrong(literal)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Test::Integer(IntegerTest::one_of(numbers)))
}

fn among_texts(subject: Subject<'_>, op: Membership, list: &[Literal]) -> Result<Test, CheckError> {
    let mut texts = Vec::with_capacity(list.len());
    for literal in list {
        match &literal.value {
            Value::Text(text) => texts.push((text.as_str(), literal.span)),
            other => return Err(wrong_type(subject, op.symbol(), other, literal.span)),
        }
    }
    // `in` takes `*` and `?` literally; the other three know wildcards. The ones with `~`, and `:`, fold.
    let wildcards = matches!(op, Membership::Like | Membership::LikeFold | Membership::Colon);
    let fold = matches!(op, Membership::InFold | Membership::LikeFold | Membership::Colon);
    let is_pattern = |text: &str| wildcards && Pattern::is_needed(text);

    if wildcards && texts.iter().any(|(text, _)| Pattern::matches_all(text)) {
        return Ok(Test::Exists);
    }
    let exact = texts.iter().map(|&(text, _)| text).filter(|text| !is_pattern(text));
    let exact = TextSet::new(exact, fold);
    let patterns = texts
        .iter()
        .filter(|(text, _)| is_pattern(text))
        .map(|&(text, span)| {
            Pattern::new(text, fold).map_err(|_| CheckError { span, kind: CheckErrorKind::PatternTooLong })
        })
        .collect::<Result<Box<[_]>, _>>()?;
    Ok(Test::Text(if patterns.is_empty() { TextTest::OneOf(exact) } else { TextTest::Like(exact, patterns) }))
}

fn order_text(op: Comparison, text: &str) -> TextTest {
    let (before, equal, after) = match op {
        Comparison::Equal | Comparison::NotEqual => return TextTest::OneOf(TextSet::new([text], false)),
        Comparison::Less => (true, false, false),
        Comparison::LessOrEqual => (true, true, false),
        Comparison::Greater => (false, false, true),
        Comparison::GreaterOrEqual => (false, true, true),
    };
    TextTest::Order { bound: text.into(), before, equal, after }
}

fn order_number(op: Comparison, bound: i64) -> Test {
    let test = match op {
        Comparison::Equal | Comparison::NotEqual => Some(IntegerTest::one_of([bound])),
        Comparison::Less => IntegerTest::below(bound),
        Comparison::LessOrEqual => Some(IntegerTest::Between(i64::MIN, bound)),
        Comparison::Greater => IntegerTest::above(bound),
        Comparison::GreaterOrEqual => Some(IntegerTest::Between(bound, i64::MAX)),
    };
    test.map_or(Test::Never, Test::Integer)
}

/// The number that `constant` stands for beside a number or a date.
fn number(
    subject: Subject<'_>,
    constant: &Value,
    span: Span,
    wrong: &dyn Fn() -> CheckError,
) -> Result<i64, CheckError> {
    match (subject.kind(), constant) {
        (Some(FieldType::Integer | FieldType::Date), Value::Integer(value)) => Ok(*value),
        (Some(FieldType::Date), Value::Text(text)) => dates::epoch_ms(text)
            .ok_or_else(|| CheckError { span, kind: CheckErrorKind::NotADate { text: text.clone() } }),
        _ => Err(wrong()),
    }
}

fn wrong_type(subject: Subject<'_>, op: &'static str, constant: &Value, span: Span) -> CheckError {
    let Some(kind) = subject.kind() else {
        return CheckError { span, kind: CheckErrorKind::NotAValue };
    };
    let found = match constant {
        Value::Null => "null",
        Value::Boolean(_) => "a truth value",
        Value::Integer(_) | Value::Real(_) => "a number",
        Value::Text(_) => "text",
    };
    let hint = match (kind, constant) {
        (FieldType::Boolean, Value::Text(text)) if matches!(&**text, "true" | "false") => {
            Some(format!("write it without quotes: {text}"))
        }
        (FieldType::Boolean, Value::Boolean(_)) => {
            Some("truth values have no order: use `==` or `!=`".to_owned())
        }
        (FieldType::Integer, Value::Text(text)) if text.parse::<i64>().is_ok() => {
            Some(format!("write it without quotes: {text}"))
        }
        (FieldType::Keyword, Value::Integer(number)) => Some(format!("write it in quotes: \"{number}\"")),
        _ => None,
    };
    CheckError {
        span,
        kind: CheckErrorKind::WrongType { subject: subject.describe(), kind, op, found, hint },
    }
}
