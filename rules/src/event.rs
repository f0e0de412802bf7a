//! What the engine sees of an event: its kind and the values of its fields.
//!
//! The engine owns no event type. Whoever has events (the sensor, a replayed document) implements [`Event`] and lends
//! the values out; nothing is copied.

use crate::fields::FieldId;
use crate::kinds::EventKind;
use crate::matcher::Number;
use crate::scalars::{Scalar, ScalarList};
use crate::text_list::TextList;

/// An event that conditions can be evaluated on.
pub trait Event {
    /// How its fields are called: [`FieldId`] for events of the sensor, something else where a query brings its own
    /// names.
    type Field: Copy;

    /// The values of one field, [`Values::Missing`] when the event has none. For a [`FieldId`] the values must be of
    /// its [`FieldType`](crate::FieldType); others are treated as no match, never as an error.
    fn get(&self, field: Self::Field) -> Values<'_>;

    /// Whether [`get`](Self::get) gives all there was of this field.
    fn completeness(&self, field: Self::Field) -> Completeness {
        let _ = field;
        Completeness::Whole
    }
}

/// An event of one of the kinds that the sensor knows, which rules can be evaluated on.
pub trait SensorEvent: Event<Field = FieldId> {
    /// Its kind. Rules are compiled for each kind, and fields that the kind decides ([`FieldId::given_by`]) are not
    /// asked for.
    fn kind(&self) -> EventKind;
}

/// How much of a field's values is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// All of it.
    Whole,
    /// There were more values than are known, and the last known one may lack its end.
    MoreValues,
    /// The one value lacks its end.
    EndCut,
    /// The one value lacks its beginning.
    StartCut,
    /// Nothing is known: there may be values, or none.
    Unknown,
}

/// The values of one field of one event: none, one or many.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// No value.
    Missing,
    /// One truth value.
    Bool(bool),
    /// One whole number; for a date, milliseconds since 1970-01-01T00:00:00Z.
    Int(i64),
    /// One number that may have a fraction.
    Real(f64),
    /// One text. The empty text is a value.
    Text(&'a str),
    /// Two texts, as the two names of a script that runs.
    Pair(&'a str, &'a str),
    /// Any number of texts.
    Each(&'a [&'a str]),
    /// Any number of texts in one buffer.
    List(&'a TextList),
    /// Any number of values of any type, as documents have them.
    Scalars(&'a ScalarList),
}

impl<'a> Values<'a> {
    /// How many values there are.
    pub fn len(self) -> usize {
        match self {
            Self::Missing => 0,
            Self::Bool(_) | Self::Int(_) | Self::Real(_) | Self::Text(_) => 1,
            Self::Pair(..) => 2,
            Self::Each(texts) => texts.len(),
            Self::List(texts) => texts.len(),
            Self::Scalars(scalars) => scalars.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        !self.any()
    }

    /// The value at `index`, from 0.
    pub fn nth(self, index: usize) -> Option<Scalar<'a>> {
        match (self, index) {
            (Self::Bool(value), 0) => Some(Scalar::Bool(value)),
            (Self::Int(value), 0) => Some(Scalar::Int(value)),
            (Self::Real(value), 0) => Some(Scalar::Real(value)),
            (Self::Text(text) | Self::Pair(text, _), 0) | (Self::Pair(_, text), 1) => {
                Some(Scalar::Text(text))
            }
            (Self::Each(texts), _) => texts.get(index).map(|text| Scalar::Text(text)),
            (Self::List(texts), _) => texts.get(index).map(Scalar::Text),
            (Self::Scalars(scalars), _) => scalars.get(index),
            _ => None,
        }
    }

    /// Whether any of the values is a number that satisfies `holds`.
    pub(crate) fn any_number(self, mut holds: impl FnMut(Number) -> bool) -> bool {
        match self {
            Self::Int(value) => holds(Number::Int(value)),
            Self::Real(value) => holds(Number::Real(value)),
            Self::Scalars(scalars) => scalars.iter().any(|scalar| match scalar {
                Scalar::Int(value) => holds(Number::Int(value)),
                Scalar::Real(value) => holds(Number::Real(value)),
                Scalar::Bool(_) | Scalar::Text(_) => false,
            }),
            _ => false,
        }
    }

    /// Whether any of the values is this truth value.
    pub(crate) fn any_bool(self, wanted: bool) -> bool {
        match self {
            Self::Bool(value) => value == wanted,
            Self::Scalars(scalars) => scalars.iter().any(|scalar| scalar == Scalar::Bool(wanted)),
            _ => false,
        }
    }

    /// The values in `list`, in the plainest form that holds them.
    pub fn of(list: &'a ScalarList) -> Self {
        match (list.len(), list.get(0)) {
            (_, None) => Self::Missing,
            (1, Some(Scalar::Bool(value))) => Self::Bool(value),
            (1, Some(Scalar::Int(value))) => Self::Int(value),
            (1, Some(Scalar::Real(value))) => Self::Real(value),
            (1, Some(Scalar::Text(text))) => Self::Text(text),
            _ => Self::Scalars(list),
        }
    }
    /// Whether there is at least one value.
    pub fn any(self) -> bool {
        match self {
            Self::Missing => false,
            Self::Bool(_) | Self::Int(_) | Self::Real(_) | Self::Text(_) | Self::Pair(..) => true,
            Self::Each(texts) => !texts.is_empty(),
            Self::List(texts) => !texts.is_empty(),
            Self::Scalars(scalars) => !scalars.is_empty(),
        }
    }

    /// Whether any of the values is a text that satisfies `holds`.
    pub fn any_text(self, mut holds: impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::Text(text) => holds(text),
            Self::Pair(first, second) => holds(first) || holds(second),
            Self::Each(texts) => texts.iter().any(|text| holds(text)),
            Self::List(texts) => texts.iter().any(holds),
            Self::Scalars(scalars) => {
                scalars.iter().any(|scalar| matches!(scalar, Scalar::Text(text) if holds(text)))
            }
            Self::Missing | Self::Bool(_) | Self::Int(_) | Self::Real(_) => false,
        }
    }
}
