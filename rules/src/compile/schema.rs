//! What a query may name: the fields and categories of the events it is for.
//!
//! The compiler asks a [`Schema`] and knows no events itself. There are two: [`KindSchema`] for the events of the
//! sensor, one kind at a time, where names and types are known; and [`FreeSchema`] for documents of which nothing is
//! known.

use std::fmt::{self, Debug};
use std::hash::Hash;

use crate::fields::{FieldId, FieldType};
use crate::kinds::{EventKind, Given};
use crate::nearest::nearest;
use crate::syntax::ast::Value;

/// The types of values, as errors call them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Text.
    Text,
    /// A truth value.
    Boolean,
    /// A whole number.
    Integer,
    /// A number that may have a fraction.
    Number,
    /// A date: milliseconds since 1970.
    Date,
}

impl ValueType {
    /// The type of a constant; null has none.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Boolean(_) => Some(Self::Boolean),
            Value::Integer(_) => Some(Self::Integer),
            Value::Real(_) => Some(Self::Number),
            Value::Text(_) => Some(Self::Text),
        }
    }

    /// Whether arithmetic can be done with it.
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Number | Self::Date)
    }
}

impl From<FieldType> for ValueType {
    fn from(kind: FieldType) -> Self {
        match kind {
            FieldType::Keyword => Self::Text,
            FieldType::Boolean => Self::Boolean,
            FieldType::Integer => Self::Integer,
            FieldType::Date => Self::Date,
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Boolean => "true or false",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Date => "a date",
        })
    }
}

/// What a name of a field stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved<F> {
    /// A field to be asked for.
    Field {
        /// Which.
        field: F,
        /// What its values are; `None` when they may be of any type.
        kind: Option<ValueType>,
    },
    /// Texts that are the same for every event.
    Always(&'static [&'static str]),
    /// A field to be asked for whose values are among these texts.
    Among(F, &'static [&'static str]),
    /// A field that exists and never has a value here.
    Absent {
        /// What its values are elsewhere; `None` when that is not known.
        kind: Option<ValueType>,
    },
    /// A field that exists and has no values yet: a query that depends on it cannot be served.
    Planned {
        /// Which.
        field: F,
        /// What its values will be.
        kind: ValueType,
    },
    /// No such field.
    Unknown {
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
}

/// What a category asks of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<F> {
    /// Nothing: every event is of it.
    Nothing,
    /// That this field has the category's name among its values.
    Value(F),
    /// No event is of it.
    Never,
    /// No such category.
    Unknown {
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
}

/// What a query may name.
pub trait Schema {
    /// How the events call their fields.
    type Field: Copy + Eq + Hash + Debug;

    /// The field of this path, as written without back-ticks and `?`.
    fn field(&mut self, path: &str) -> Resolved<Self::Field>;

    /// How an event is asked for the field of this path, whatever is known of its values; `None` when it cannot be.
    fn id(&mut self, path: &str) -> Option<Self::Field>;

    /// What it costs to look at a field, for the order of tests: 1 for one value that lies ready.
    fn cost(&self, field: Self::Field) -> u32 {
        let _ = field;
        1
    }

    /// What `name where` asks. Never called for `any`.
    fn category(&mut self, name: &str) -> Asked<Self::Field>;
}

/// The events of the sensor of one kind.
#[derive(Clone, Copy, Debug)]
pub struct KindSchema(pub EventKind);

impl Schema for KindSchema {
    type Field = FieldId;

    fn field(&mut self, path: &str) -> Resolved<FieldId> {
        let Some(field) = FieldId::from_name(path) else {
            let nearest = nearest(path, FieldId::ALL.iter().map(|field| field.name()));
            return Resolved::Unknown { nearest };
        };
        let kind = field.kind().into();
        match field.given_by(self.0) {
            Given::Always(values) => Resolved::Always(values),
            Given::Among(values) => Resolved::Among(field, values),
            Given::Any if !field.is_carried_by(self.0) => Resolved::Absent { kind: Some(kind) },
            Given::Any if field.is_planned() => Resolved::Planned { field, kind },
            Given::Any => Resolved::Field { field, kind: Some(kind) },
        }
    }

    fn id(&mut self, path: &str) -> Option<FieldId> {
        FieldId::from_name(path)
    }

    fn cost(&self, field: FieldId) -> u32 {
        match field {
            // Many values.
            FieldId::ProcessArgs => 8,
            // Put together when it is asked for.
            FieldId::ProcessCommandLine => 12,
            FieldId::ProcessEntityId | FieldId::ProcessParentEntityId => 40,
            _ => 1,
        }
    }

    fn category(&mut self, name: &str) -> Asked<FieldId> {
        if self.0.category() == name {
            Asked::Nothing
        } else if EventKind::categories().any(|known| known == name) {
            Asked::Never
        } else {
            Asked::Unknown { nearest: nearest(name, EventKind::categories().chain(["any"])) }
        }
    }
}

/// A field of a document: its place in [`FreeSchema::paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(u32);

impl PathId {
    /// Its place in [`FreeSchema::paths`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Documents of any form: every field may exist, and its values may be of any type. Collects the paths that a query
/// names, so that a reader need not look at others.
#[derive(Clone, Debug)]
pub struct FreeSchema {
    paths: Vec<String>,
    category: PathId,
}

impl FreeSchema {
    /// `category_field` is what `category where` looks at.
    pub fn new(category_field: &str) -> Self {
        Self { paths: vec![category_field.to_owned()], category: PathId(0) }
    }

    /// The paths that were asked for so far, in the order of their [`PathId`]s.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The field of this path; the same for the same path.
    pub fn path(&mut self, path: &str) -> PathId {
        let known = self.paths.iter().position(|known| known == path);
        let index = known.unwrap_or_else(|| {
            self.paths.push(path.to_owned());
            self.paths.len() - 1
        });
        // A query has at most 2 MiB and so fewer names than that.
        PathId(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

impl Schema for FreeSchema {
    type Field = PathId;

    fn field(&mut self, path: &str) -> Resolved<PathId> {
        Resolved::Field { field: self.path(path), kind: None }
    }

    fn id(&mut self, path: &str) -> Option<PathId> {
        Some(self.path(path))
    }

    fn category(&mut self, _: &str) -> Asked<PathId> {
        Asked::Value(self.category)
    }
}
