//! A document as an event of the sensor: for replay and for inline tests.
//!
//! Values are held to the types of the field table. In recorded documents, as Elasticsearch would do it, a number is
//! text where the field is text, text is a number where it reads as one, and what does not fit is no value; in tests
//! ([`SensorDocument::set`]) it is an error. [`derived`](super::derived) adds what the sensor works out itself.

use super::cuts::Cuts;
use super::derived::{self, Recorded};
use super::instant::Instant;
use super::paths::Paths;
use super::reader::{DocumentError, Sink, read};
use crate::event::{Completeness, Event, SensorEvent, Values};
use crate::fields::{FieldId, FieldType};
use crate::kinds::EventKind;
use crate::nearest::nearest;
use crate::scalars::{Scalar, ScalarList};
use std::fmt::Write as _;

/// Why a value cannot be set in a test's event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// There is no such field.
    #[error("there is no field `{name}`")]
    Unknown {
        /// The field as written.
        name: String,
        /// The field that may have been meant.
        nearest: Option<&'static str>,
    },
    /// The field takes values of another type.
    #[error("`{field}` is {expected}, and this is {found}")]
    WrongType {
        /// Which field.
        field: FieldId,
        /// What its values are.
        expected: FieldType,
        /// What the value is.
        found: &'static str,
    },
}

/// The values of one document by [`FieldId`]. Filled again and again; in steady state nothing is allocated.
#[derive(Clone, Debug)]
pub struct SensorDocument {
    paths: Paths,
    /// For each of the paths its place in `fields`.
    places: Vec<usize>,
    /// The fields in the order of their table, then those of [`EXTRAS`].
    fields: Vec<ScalarList>,
    timestamp: Option<Instant>,
    cuts: Cuts,
    kind: Option<EventKind>,
    scratch: String,
    spare: ScalarList,
}

/// What is read beside the fields of the table.
const EXTRAS: [&str; 3] =
    ["hullwatch.evidence.truncated_fields", "hullwatch.cgroup.v1_path", "hullwatch.cgroup.recognised"];

impl Default for SensorDocument {
    fn default() -> Self {
        let names = FieldId::ALL.iter().map(|field| field.name()).chain(EXTRAS);
        let fields = vec![ScalarList::new(); names.clone().count()];
        // No rule asks for what is only planned.
        let planned = |place: usize| FieldId::ALL.get(place).is_some_and(|field| field.is_planned());
        let (places, paths) = names.enumerate().filter(|(place, _)| !planned(*place)).unzip();
        Self {
            paths,
            places,
            fields,
            timestamp: None,
            cuts: Cuts::default(),
            kind: None,
            scratch: String::new(),
            spare: ScalarList::new(),
        }
    }
}

impl SensorDocument {
    /// A document without values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the values of the document in `line`, in the place of all that was there before. Gives its kind,
    /// if the sensor captures events of it; rules are not to be asked about others.
    pub fn read(&mut self, line: &[u8]) -> Result<Option<EventKind>, DocumentError> {
        self.clear();
        let Self { paths, places, fields, timestamp, scratch, .. } = self;
        read(line, paths, &mut Fitting { places, fields, timestamp, scratch })?;
        self.derive();
        Ok(self.kind)
    }

    /// Takes all values away.
    pub fn clear(&mut self) {
        self.fields.iter_mut().for_each(ScalarList::clear);
        self.timestamp = None;
        self.cuts = Cuts::default();
        self.kind = None;
    }

    /// Adds one value of a test's event, of exactly the field's type. When all are set,
    /// [`complete`](Self::complete) is to be called.
    pub fn set(&mut self, name: &str, value: Scalar<'_>) -> Result<(), FieldError> {
        let field = FieldId::from_name(name).ok_or_else(|| FieldError::Unknown {
            name: name.to_owned(),
            nearest: nearest(name, FieldId::ALL.iter().map(|field| field.name())),
        })?;
        let expected = field.kind();
        let instant = Instant::of(value);
        let (value, found) = match (value, expected, instant) {
            (Scalar::Text(_) | Scalar::Int(_), FieldType::Date, Some(instant)) => {
                if field == FieldId::Timestamp {
                    self.timestamp.get_or_insert(instant);
                }
                (Some(Scalar::Int(instant.epoch_ms())), "")
            }
            (Scalar::Text(_), FieldType::Keyword, _)
            | (Scalar::Bool(_), FieldType::Boolean, _)
            | (Scalar::Int(_), FieldType::Integer, _) => (Some(value), ""),
            (Scalar::Text(_), FieldType::Date, None) => (None, "a text that names none"),
            (Scalar::Text(_), ..) => (None, "a text"),
            (Scalar::Bool(_), ..) => (None, "true or false"),
            (Scalar::Int(_), ..) => (None, "a whole number"),
            (Scalar::Real(_), ..) => (None, "a number with a fraction"),
        };
        let value = value.ok_or(FieldError::WrongType { field, expected, found })?;
        if let Some(list) = self.fields.get_mut(field as usize) {
            list.push(value);
        }
        Ok(())
    }

    /// Fills in what the event of a test need not spell out: that it is an exec on Linux, and what the sensor derives.
    /// Gives its kind, if the sensor captures events of it.
    pub fn complete(&mut self) -> Option<EventKind> {
        for (field, usual) in [
            (FieldId::EventKind, "event"),
            (FieldId::EventCategory, "process"),
            (FieldId::EventType, "start"),
            (FieldId::EventAction, "exec"),
            (FieldId::HostOsType, "linux"),
        ] {
            if let Some(list) = self.fields.get_mut(field as usize).filter(|list| list.is_empty()) {
                list.push(Scalar::Text(usual));
            }
        }
        self.derive();
        self.kind
    }

    /// When it happened, to the nanosecond.
    pub fn timestamp(&self) -> Option<Instant> {
        self.timestamp
    }

    /// Its place among the events of one start of the sensor.
    pub fn sequence(&self) -> Option<i64> {
        match self.get(FieldId::EventSequence) {
            Values::Int(sequence) => Some(sequence),
            _ => None,
        }
    }

    fn derive(&mut self) {
        let (fields, extras) = self.fields.split_at_mut(FieldId::ALL.len());
        let [truncated, v1_path, recognised] = extras else { return };
        let (cuts, scratch, spare) = (&mut self.cuts, &mut self.scratch, &mut self.spare);
        Values::of(truncated).any_text(|name| {
            cuts.note(name);
            false
        });
        cuts.script = fields.get(FieldId::HullwatchScriptPath as usize).is_some_and(|path| !path.is_empty());
        cuts.no_cgroup = Values::of(recognised).any_text(|how| how == "unknown");
        derived::add(&mut Recorded { fields, v1_path, cuts, scratch, spare });
        self.kind = self.find_kind();
    }

    /// The kind of event that it is, or that it is an alert about.
    fn find_kind(&self) -> Option<EventKind> {
        let is_one_of = |field, wanted: &[&str]| {
            let values = self.get(field);
            !values.any() || values.any_text(|text| wanted.contains(&text))
        };
        let ours =
            is_one_of(FieldId::EventKind, &["event", "alert"]) && is_one_of(FieldId::HostOsType, &["linux"]);
        let has = |name: &str, value: &str| {
            FieldId::from_name(name).is_some_and(|field| self.get(field).any_text(|text| text == value))
        };
        EventKind::of(has).filter(|kind| ours && kind.is_captured())
    }
}

impl Event for SensorDocument {
    type Field = FieldId;

    fn get(&self, field: FieldId) -> Values<'_> {
        self.fields.get(field as usize).map_or(Values::Missing, Values::of)
    }

    fn completeness(&self, field: FieldId) -> Completeness {
        self.cuts.completeness(field)
    }
}

impl SensorEvent for SensorDocument {
    /// Of a document of no known kind it is a guess, and what rules make of it is to be passed over.
    fn kind(&self) -> EventKind {
        self.kind.unwrap_or(EventKind::Exec)
    }
}

/// Takes values and makes them fit their fields.
struct Fitting<'a> {
    places: &'a [usize],
    fields: &'a mut [ScalarList],
    timestamp: &'a mut Option<Instant>,
    scratch: &'a mut String,
}

impl Sink for Fitting<'_> {
    fn value(&mut self, path: usize, value: Scalar<'_>) {
        let Some(&place) = self.places.get(path) else { return };
        let Some(list) = self.fields.get_mut(place) else { return };
        let field = FieldId::ALL.get(place).copied();
        self.scratch.clear();
        let fitting = match (field.map_or(FieldType::Keyword, FieldId::kind), value) {
            (FieldType::Keyword, Scalar::Text(_))
            | (FieldType::Boolean, Scalar::Bool(_))
            | (FieldType::Integer, Scalar::Int(_)) => Some(value),
            (FieldType::Keyword, other) => {
                // Writing to a String cannot fail.
                let _ = match other {
                    Scalar::Bool(value) => write!(self.scratch, "{value}"),
                    Scalar::Int(value) => write!(self.scratch, "{value}"),
                    Scalar::Real(value) => write!(self.scratch, "{value}"),
                    Scalar::Text(_) => Ok(()),
                };
                Some(Scalar::Text(self.scratch))
            }
            (FieldType::Boolean, Scalar::Text(text)) => text.parse().ok().map(Scalar::Bool),
            (FieldType::Integer, Scalar::Text(text)) => text.parse().ok().map(Scalar::Int),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "fractions are cut off, and the range is checked"
            )]
            (FieldType::Integer, Scalar::Real(value)) => {
                (value.abs() < 9e18).then_some(Scalar::Int(value as i64))
            }
            (FieldType::Boolean | FieldType::Integer, _) => None,
            (FieldType::Date, value) => Instant::of(value).map(|instant| {
                if field == Some(FieldId::Timestamp) {
                    self.timestamp.get_or_insert(instant);
                }
                Scalar::Int(instant.epoch_ms())
            }),
        };
        if let Some(value) = fitting {
            list.push(value);
        }
    }
}

#[cfg(test)]
mod tests;
