//! What a rule file may have of ours: de-duplication and inline tests, both below `[hullwatch]`.
//!
//! Elastic's files stay valid without it. Here a key that is not known is an error, since nobody but us adds any.

use std::ops::Range;

use super::error::{FileError, FileErrorKind};
use super::event;
use super::table::Table;
use crate::case::{Case, CaseEvent, Expected};
use crate::fields::FieldId;
use crate::nearest::nearest;
use crate::overlay::DedupChange;
use crate::place::Position;
use crate::rule::Dedup;

/// The `[hullwatch]` table of a rule file.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) dedup: Option<Dedup>,
    pub(super) cases: Vec<Case>,
}

impl Own {
    pub(super) fn read(origin: &str, text: &str, table: &Table<'_>) -> Result<Self, FileError> {
        table.only(&["dedup", "test"])?;
        let dedup = match table.table("dedup")? {
            Some(table) => apply(None, &dedup(&table)?)?,
            None => None,
        };
        Ok(Self { dedup, cases: cases(origin, text, table)? })
    }
}

/// A `dedup` table, of a rule or of an overlay.
pub(super) fn dedup(table: &Table<'_>) -> Result<DedupChange, FileError> {
    table.only(&["window", "keys"])?;
    let window = table.duration("window")?;
    if let Some((ms, span)) = &window
        && *ms > Dedup::LONGEST_MS
    {
        return Err(FileError::at(span.clone(), FileErrorKind::WindowTooLong));
    }
    let keys = table
        .placed_texts("keys")?
        .map(|keys| keys.into_iter().map(|(name, span)| field(name, span)).collect::<Result<_, _>>())
        .transpose()?;
    Ok(DedupChange { window_ms: window.map(|(ms, _)| ms), keys, span: table.span() })
}

/// What becomes of `dedup` with `change`.
pub(crate) fn apply(dedup: Option<Dedup>, change: &DedupChange) -> Result<Option<Dedup>, FileError> {
    let window_ms = change.window_ms.or(dedup.as_ref().map(|dedup| dedup.window_ms));
    let window_ms = window_ms
        .ok_or_else(|| FileError::at(change.span.clone(), FileErrorKind::Missing { key: "window" }))?;
    let keys = change.keys.clone().or(dedup.map(|dedup| dedup.keys));
    let keys = keys.unwrap_or_else(|| Dedup::DEFAULT_KEYS.to_vec());
    Ok((window_ms != 0).then_some(Dedup { window_ms, keys }))
}

/// The field of this name, if events have it.
pub(super) fn field(name: &str, span: Range<usize>) -> Result<FieldId, FileError> {
    match FieldId::from_name(name) {
        Some(field) if field.is_planned() => Err(FileError::at(span, FileErrorKind::PlannedField { field })),
        Some(field) => Ok(field),
        None => {
            let nearest = nearest(name, FieldId::ALL.iter().map(|field| field.name()));
            Err(FileError::at(span, FileErrorKind::UnknownField { name: name.to_owned(), nearest }))
        }
    }
}

/// The `[[test]]` tables below `table`.
pub(super) fn cases(origin: &str, text: &str, table: &Table<'_>) -> Result<Vec<Case>, FileError> {
    table.tables("test")?.iter().map(|table| case(origin, text, table)).collect()
}

fn case(origin: &str, text: &str, table: &Table<'_>) -> Result<Case, FileError> {
    table.only(&["name", "expect", "event", "events", "alerts"])?;
    let (name, _) = table.required_text("name")?;
    let expected = expected(table)?;
    let events = match (table.table("event")?, table.has("events")) {
        (Some(event), false) => vec![event::read(&event, false)?],
        (None, true) => {
            let events = table.tables("events")?;
            events.iter().map(|event| event::read(event, true)).collect::<Result<Vec<CaseEvent>, _>>()?
        }
        _ => Vec::new(),
    };
    if events.is_empty() {
        return Err(FileError::at(table.span(), FileErrorKind::TestEvents));
    }
    let position = Position::of(text, table.span().start);
    Ok(Case { name: name.to_owned(), expected, events, origin: origin.to_owned(), position })
}

fn expected(table: &Table<'_>) -> Result<Expected, FileError> {
    let (word, span) = table.required_text("expect")?;
    let alerts = table.integer("alerts")?;
    match (word, alerts) {
        ("match", None) => Ok(Expected::Alerts(1)),
        ("no-match", None) => Ok(Expected::NoAlert),
        ("match", Some((count, span))) => match u32::try_from(count) {
            Ok(count) if count > 0 => Ok(Expected::Alerts(count)),
            _ => Err(FileError::at(span, FileErrorKind::Alerts)),
        },
        ("no-match", Some((_, span))) => Err(FileError::at(span, FileErrorKind::Alerts)),
        (other, _) => {
            let nearest = nearest(other, ["match", "no-match"]);
            Err(FileError::at(span, FileErrorKind::Expectation { found: other.to_owned(), nearest }))
        }
    }
}
