//! What the engine sees of an event: its category and the values of its fields.
//!
//! The engine owns no event type. Whoever has events (the sensor, a replayed document) implements [`Event`] and lends
//! the values out; nothing is copied.

use std::fmt;

use crate::fields::FieldId;
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
    /// Its category: what `category where ...` asks for.
    fn category(&self) -> Category;
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
}

impl Values<'_> {
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

/// The categories of events. Closed: a rule for another one could never match, so it is refused when it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// Starts (and later ends) of processes.
    Process,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 1] = [Self::Process];

    /// As a query writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
        }
    }

    /// The category of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
