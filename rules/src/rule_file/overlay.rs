//! Overlay files: any number of `[[hullwatch.overlay]]`, and nothing else of ours.
//!
//! One with an error is refused alone; the others of its file are good.

use std::ops::Range;

use super::error::{FileError, FileErrorKind};
use super::table::Table;
use super::{own, risk_score_of, severity_of};
use crate::overlay::{Exception, Overlay};

/// An overlay and its places.
#[derive(Debug)]
pub(crate) struct OverlayFile {
    pub(crate) overlay: Overlay,
    /// Where `rule_id` stands in the file.
    pub(crate) id_span: Range<usize>,
}

/// An overlay that cannot be read.
#[derive(Debug)]
pub(crate) struct UnreadableOverlay {
    /// The rule that it is for, if it says so.
    pub(crate) rule_id: Option<String>,
    pub(crate) error: FileError,
}

type Read = Result<OverlayFile, Box<UnreadableOverlay>>;

/// All overlays below `hullwatch`.
pub(super) fn read_all(origin: &str, text: &str, hullwatch: &Table<'_>) -> Result<Vec<Read>, FileError> {
    hullwatch.only(&["overlay"])?;
    let tables = hullwatch.tables("overlay")?;
    let read = |table: &Table<'_>| {
        read(origin, text, table).map_err(|error| {
            let rule_id = table.text("rule_id").ok().flatten().map(|(id, _)| id.to_owned());
            Box::new(UnreadableOverlay { rule_id, error })
        })
    };
    Ok(tables.iter().map(read).collect())
}

fn read(origin: &str, text: &str, table: &Table<'_>) -> Result<OverlayFile, FileError> {
    table.only(&["rule_id", "enabled", "severity", "risk_score", "dedup", "exception", "test"])?;
    let (rule_id, id_span) = table.required_text("rule_id")?;
    let severity = table.text("severity")?.map(|(name, span)| severity_of(name, span)).transpose()?;
    let risk_score =
        table.integer("risk_score")?.map(|(score, span)| risk_score_of(score, span)).transpose()?;
    let dedup = table.table("dedup")?.map(|table| own::dedup(&table)).transpose()?;
    let exceptions = table.tables("exception")?;
    let exceptions =
        exceptions.iter().map(|table| exception(origin, table)).collect::<Result<Vec<_>, _>>()?;
    let overlay = Overlay {
        rule_id: rule_id.to_owned(),
        enabled: table.boolean("enabled")?,
        severity,
        risk_score,
        dedup,
        exceptions,
        cases: own::cases(origin, text, table)?,
        origin: origin.to_owned(),
    };
    if !["enabled", "severity", "risk_score", "dedup", "exception", "test"].iter().any(|key| table.has(key)) {
        return Err(FileError::at(table.span(), FileErrorKind::EmptyOverlay));
    }
    Ok(OverlayFile { overlay, id_span })
}

fn exception(origin: &str, table: &Table<'_>) -> Result<Exception, FileError> {
    table.only(&["condition", "reason"])?;
    let (condition, span) = table.required_text("condition")?;
    let (reason, _) = table.required_text("reason")?;
    Ok(Exception {
        condition: condition.to_owned(),
        reason: reason.trim().to_owned(),
        origin: origin.to_owned(),
        span,
    })
}
