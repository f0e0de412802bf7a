//! The tests at the leaves: an operator and its constants, checked against the type of what they are compared with.
//!
//! Exactness, folding and wildcards are decided here, once for all operators: see [`among_texts`]. What is of unknown
//! type is tested by the constants' own types, and values of other types do not match.

use super::dates;
use super::schema::ValueType;
use super::subject::Subject;
use super::{CheckError, CheckErrorKind};
use crate::matcher::{Number, NumberTest, Pattern, Test, TextSet, TextTest};
use crate::regex::Regex;
use crate::syntax::Span;
use crate::syntax::ast::{Comparison, Literal, Membership, Value};

/// The test `subject op constant`. `op` is not `!=`, and `constant` is not null: the caller has dealt with both.
pub(super) fn compare<F: Copy>(
    subject: &Subject<'_, F>,
    op: Comparison,
    constant: &Value,
    span: Span,
) -> Result<Test, CheckError> {
    // Where the type is not known, the constant says what is meant.
    match (subject.kind().or(ValueType::of(constant)), constant) {
        (Some(ValueType::Boolean), Value::Boolean(value)) if op == Comparison::Equal => {
            Ok(Test::Boolean(*value))
        }
        (Some(ValueType::Text), Value::Text(text)) => Ok(Test::Text(order_text(op, text))),
        (Some(kind), _) if kind.is_number() => {
            Ok(Test::Number(order_number(op, number(subject, op.symbol(), constant, span)?)))
        }
        _ => Err(wrong_type(subject, op.symbol(), constant, span)),
    }
}

/// The test `subject op (list)`.
pub(super) fn among<F: Copy>(
    subject: &Subject<'_, F>,
    op: Membership,
    list: &[Literal],
) -> Result<Test, CheckError> {
    if let Some(null) = list.iter().find(|literal| literal.value == Value::Null) {
        return Err(CheckError::new(null.span, CheckErrorKind::Null { op: op.symbol() }));
    }
    let takes_all_types = matches!(op, Membership::In | Membership::Colon);
    match subject.kind() {
        None if takes_all_types => among_any(subject, op, list),
        None | Some(ValueType::Text) => among_texts(subject, op, list),
        Some(kind) if !takes_all_types => {
            let kind = CheckErrorKind::TextOperator { subject: subject.describe(), kind, op: op.symbol() };
            let place = list.first().map(|literal| literal.span).unwrap_or_default();
            Err(CheckError::new(place, kind))
        }
        Some(ValueType::Boolean) => among_truth_values(subject, op, list),
        Some(_) => {
            let number = |literal: &Literal| number(subject, op.symbol(), &literal.value, literal.span);
            let numbers = list.iter().map(number).collect::<Result<Vec<_>, _>>()?;
            Ok(Test::Number(NumberTest::one_of(&numbers)))
        }
    }
}

/// Constants of any type beside values of any type: each finds its like.
fn among_any<F: Copy>(
    subject: &Subject<'_, F>,
    op: Membership,
    given: &[Literal],
) -> Result<Test, CheckError> {
    let (mut texts, mut numbers, mut choices) = (Vec::new(), Vec::new(), Vec::new());
    for literal in given {
        match literal.value {
            Value::Text(_) => texts.push(literal.clone()),
            Value::Integer(value) => numbers.push(Number::Int(value)),
            Value::Real(value) => numbers.push(Number::Real(value.get())),
            Value::Boolean(value) => choices.push(Test::Boolean(value)),
            Value::Null => {}
        }
    }
    if !texts.is_empty() {
        match among_texts(subject, op, &texts)? {
            // A number is no text that a wildcard could match, but `*` takes all.
            Test::Exists => return Ok(Test::Exists),
            one => choices.push(one),
        }
    }
    if !numbers.is_empty() {
        choices.push(Test::Number(NumberTest::one_of(&numbers)));
    }
    Ok(match (choices.pop(), choices.is_empty()) {
        (None, _) => Test::Never,
        (Some(only), true) => only,
        (Some(last), false) => {
            choices.push(last);
            Test::AnyOf(choices.into_boxed_slice())
        }
    })
}

fn among_truth_values<F: Copy>(
    subject: &Subject<'_, F>,
    op: Membership,
    list: &[Literal],
) -> Result<Test, CheckError> {
    let mut wanted = Vec::new();
    for literal in list {
        match literal.value {
            Value::Boolean(value) => wanted.push(value),
            _ => return Err(wrong_type(subject, op.symbol(), &literal.value, literal.span)),
        }
    }
    Ok(match (wanted.contains(&true), wanted.contains(&false)) {
        (true, true) => Test::Exists,
        (value, _) => Test::Boolean(value),
    })
}

fn among_texts<F: Copy>(
    subject: &Subject<'_, F>,
    op: Membership,
    list: &[Literal],
) -> Result<Test, CheckError> {
    let mut texts = Vec::with_capacity(list.len());
    for literal in list {
        match &literal.value {
            Value::Text(text) => texts.push((text.as_str(), literal.span)),
            other => return Err(wrong_type(subject, op.symbol(), other, literal.span)),
        }
    }
    if matches!(op, Membership::Regex | Membership::RegexFold) {
        return among_expressions(&texts, op == Membership::RegexFold);
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
            Pattern::new(text, fold).map_err(|_| CheckError::new(span, CheckErrorKind::PatternTooLong))
        })
        .collect::<Result<Box<[_]>, _>>()?;
    Ok(Test::Text(if patterns.is_empty() { TextTest::OneOf(exact) } else { TextTest::Like(exact, patterns) }))
}

/// Regular expressions. Those that match but a few texts become these texts.
fn among_expressions(texts: &[(&str, Span)], fold: bool) -> Result<Test, CheckError> {
    let mut exact = Vec::new();
    let mut expressions = Vec::new();
    for &(text, span) in texts {
        let expression = Regex::new(text, fold).map_err(|error| {
            let kind = CheckErrorKind::BadRegex { message: error.message, offset: error.offset };
            CheckError::new(within(span, text, error.offset), kind)
        })?;
        match expression.texts(MAX_TEXTS) {
            Some(few) => exact.extend(few),
            None => expressions.push(expression),
        }
    }
    let exact = TextSet::new(exact.iter().map(String::as_str), fold);
    let test = if expressions.is_empty() {
        TextTest::OneOf(exact)
    } else {
        TextTest::Regex(exact, expressions.into_boxed_slice())
    };
    Ok(Test::Text(test))
}

/// An expression that matches no more texts than this is looked up among them.
const MAX_TEXTS: usize = 64;

/// The place of byte `offset` of the string constant `text` that stands at `span`; the whole constant where escapes or
/// raw quotes make the two differ.
fn within(span: Span, text: &str, offset: usize) -> Span {
    let range = span.range();
    if range.len() != text.len() + 2 {
        return span;
    }
    let length = text.get(offset..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    let start = range.start + 1 + offset.min(text.len());
    Span::new(start, (start + length).min(range.end))
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

fn order_number(op: Comparison, bound: Number) -> NumberTest {
    let (below, equal, above) = match op {
        Comparison::Equal | Comparison::NotEqual => return NumberTest::equal(bound),
        Comparison::Less => (true, false, false),
        Comparison::LessOrEqual => (true, true, false),
        Comparison::Greater => (false, false, true),
        Comparison::GreaterOrEqual => (false, true, true),
    };
    NumberTest::Order { bound, below, equal, above }
}

/// The number that `constant` stands for beside a number or a date.
fn number<F: Copy>(
    subject: &Subject<'_, F>,
    op: &'static str,
    constant: &Value,
    span: Span,
) -> Result<Number, CheckError> {
    match (subject.kind(), constant) {
        (_, Value::Integer(value)) => Ok(Number::Int(*value)),
        (_, Value::Real(value)) => Ok(Number::Real(value.get())),
        (Some(ValueType::Date), Value::Text(text)) => dates::epoch_ms(text)
            .map(Number::Int)
            .ok_or_else(|| CheckError::new(span, CheckErrorKind::NotADate { text: text.clone() })),
        _ => Err(wrong_type(subject, op, constant, span)),
    }
}

fn wrong_type<F: Copy>(
    subject: &Subject<'_, F>,
    op: &'static str,
    constant: &Value,
    span: Span,
) -> CheckError {
    let found = match constant {
        Value::Null => "null",
        Value::Boolean(_) => "a truth value",
        Value::Integer(_) | Value::Real(_) => "a number",
        Value::Text(_) => "text",
    };
    let Some(kind) = subject.kind() else {
        let kind = match constant {
            Value::Boolean(_) => CheckErrorKind::NoOrder { op },
            _ => CheckErrorKind::NotText { op, found },
        };
        return CheckError::new(span, kind);
    };
    let hint = match (kind, constant) {
        (ValueType::Boolean, Value::Text(text)) if matches!(&**text, "true" | "false") => {
            Some(format!("write it without quotes: {text}"))
        }
        (ValueType::Boolean, Value::Boolean(_)) => {
            Some("truth values have no order: use `==` or `!=`".to_owned())
        }
        (ValueType::Integer | ValueType::Number, Value::Text(text)) if text.parse::<f64>().is_ok() => {
            Some(format!("write it without quotes: {text}"))
        }
        (ValueType::Text, Value::Integer(_) | Value::Real(_)) => {
            Some(format!("write it in quotes: \"{constant}\""))
        }
        _ => None,
    };
    CheckError::new(span, CheckErrorKind::WrongType { subject: subject.describe(), kind, op, found, hint })
}
