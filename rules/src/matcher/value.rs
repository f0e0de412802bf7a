//! Values that a formula works with, and the arithmetic on them.

use std::borrow::Cow;

use super::number::Number;
use crate::scalars::Scalar;

/// A value while a formula is worked out. What an operation has no answer for is null, and null gives null.
#[derive(Clone, Debug)]
pub(crate) enum Worked<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
}

impl<'a> Worked<'a> {
    pub(super) fn number(self) -> Option<Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    pub(super) fn int(self) -> Option<i64> {
        if let Self::Number(Number::Int(int)) = self { Some(int) } else { None }
    }

    pub(super) fn bool(self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(value) } else { None }
    }

    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// It as text; null has none.
    pub(super) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Null => None,
            Self::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
            Self::Number(Number::Int(value)) => Some(Cow::Owned(value.to_string())),
            // `2.0` keeps its fraction.
            Self::Number(Number::Real(value)) => Some(Cow::Owned(format!("{value:?}"))),
            Self::Text(text) => Some(text),
        }
    }

    /// It for a test; null has nothing to be tested.
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        match self {
            Self::Null => None,
            Self::Bool(value) => Some(Scalar::Bool(*value)),
            Self::Number(Number::Int(value)) => Some(Scalar::Int(*value)),
            Self::Number(Number::Real(value)) => Some(Scalar::Real(*value)),
            Self::Text(text) => Some(Scalar::Text(text)),
        }
    }
}

impl<'a> From<Scalar<'a>> for Worked<'a> {
    fn from(scalar: Scalar<'a>) -> Self {
        match scalar {
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Int(value) => Self::Number(Number::Int(value)),
            Scalar::Real(value) => Self::Number(Number::Real(value)),
            Scalar::Text(text) => Self::Text(Cow::Borrowed(text)),
        }
    }
}

impl<'a, T: Into<Worked<'a>>> From<Option<T>> for Worked<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<Number> for Worked<'_> {
    fn from(number: Number) -> Self {
        match number {
            // No number at all, or beyond all numbers.
            Number::Real(value) if !value.is_finite() => Self::Null,
            number => Self::Number(number),
        }
    }
}

impl From<bool> for Worked<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<'a> From<Cow<'a, str>> for Worked<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

/// Works on two numbers: exactly while both are whole, else as floats. What does not fit is no number.
pub(super) fn arithmetic(
    a: Number,
    b: Number,
    whole: fn(i64, i64) -> Option<i64>,
    real: fn(f64, f64) -> f64,
) -> Option<Number> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => whole(a, b).map(Number::Int),
        (a, b) => Some(Number::Real(real(float(a), float(b)))),
    }
}

fn float(number: Number) -> f64 {
    match number {
        #[expect(clippy::cast_precision_loss, reason = "beside a float nothing more exact is to be had")]
        Number::Int(value) => value as f64,
        Number::Real(value) => value,
    }
}
