//! Reads one file of a rule folder: a rule as Elastic's detection-rules TOML, unmodified, or overlays.
//!
//! Takes the keys it knows from `[rule]` and `[[rule.threat]]` and lets everything else be: the format grows. Below
//! `[hullwatch]`, which is ours (`own`, `overlay`, `event`), a key that is not known is an error. What a rule cannot
//! do without, or this engine cannot serve, is an error with its place. Whether the query means anything is the
//! compiler's business, not this module's.

mod error;
mod event;
mod overlay;
mod own;
mod table;

use std::ops::Range;

pub use error::{FileError, FileErrorKind};
use toml::de::DeTable;

pub(crate) use self::overlay::{OverlayFile, UnreadableOverlay};
use self::own::Own;
pub(crate) use self::own::apply as apply_dedup;
use self::table::Table;
use crate::nearest::nearest;
use crate::rule::{Rule, Severity, Technique, Threat, ThreatEntry};

/// A rule file read, its query not yet parsed.
#[derive(Debug)]
pub(crate) struct RuleFile {
    pub(crate) rule: Rule,
    /// Where the query's string stands in the file, quotes included.
    pub(crate) query_span: Range<usize>,
    /// Where `rule_id` stands in the file.
    pub(crate) id_span: Range<usize>,
}

/// A rule file that cannot be read, and what is known of the rule nevertheless.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) error: FileError,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) enum Contents {
    /// A rule.
    Rule(Box<RuleFile>),
    /// Overlays, good ones and others.
    Overlays(Vec<Result<OverlayFile, Box<UnreadableOverlay>>>),
}

/// Reads `text`. `origin` is kept with the rule.
pub(crate) fn read(origin: &str, text: &str) -> Result<Contents, Box<Unreadable>> {
    let anonymous = |error| Box::new(Unreadable { id: None, name: None, error });
    let document = DeTable::parse(text).map_err(|error| anonymous(FileError::toml(&error)))?;
    let document = Table::root(&document);
    let rule = document.table("rule").map_err(anonymous)?;
    let named = |error| {
        let known = |key| {
            let text = rule.as_ref().and_then(|rule| rule.text(key).ok().flatten());
            text.map(|(text, _)| text.to_owned())
        };
        Box::new(Unreadable { id: known("rule_id"), name: known("name"), error })
    };
    let own = document.table("hullwatch").map_err(named)?;
    let has_overlays = own.as_ref().is_some_and(|own| own.has("overlay"));
    match (&rule, own) {
        (Some(_), Some(own)) if has_overlays => {
            Err(named(FileError::at(own.key_span("overlay"), FileErrorKind::RuleAndOverlays)))
        }
        (None, Some(own)) if has_overlays => {
            overlay::read_all(origin, text, &own).map(Contents::Overlays).map_err(anonymous)
        }
        (Some(table), own) => {
            let file = read_rule(origin, text, table, own.as_ref()).map_err(named)?;
            Ok(Contents::Rule(Box::new(file)))
        }
        (None, _) => Err(anonymous(FileError::at(0..0, FileErrorKind::NoRuleTable))),
    }
}

fn read_rule(
    origin: &str,
    text: &str,
    table: &Table<'_>,
    own: Option<&Table<'_>>,
) -> Result<RuleFile, FileError> {
    // First what the rule is: that a rule is of another type says more than that its query is not EQL.
    let (kind, span) = table.required_text("type")?;
    if kind != "eql" {
        return Err(FileError::at(span, FileErrorKind::WrongKind { key: "type", found: kind.to_owned() }));
    }
    if let Some((language, span)) = table.text("language")?
        && language != "eql"
    {
        return Err(FileError::at(
            span,
            FileErrorKind::WrongKind { key: "language", found: language.to_owned() },
        ));
    }
    let (id, id_span) = table.required_text("rule_id")?;
    let (name, _) = table.required_text("name")?;
    let (query, query_span) = table.required_text("query")?;
    let Own { dedup, cases } = own.map(|own| Own::read(origin, text, own)).transpose()?.unwrap_or_default();
    let rule = Rule {
        id: id.to_owned(),
        name: name.to_owned(),
        description: optional(table, "description")?.unwrap_or_default(),
        severity: severity(table)?,
        risk_score: risk_score(table)?,
        version: table.integer("version")?.and_then(|(version, _)| u64::try_from(version).ok()),
        author: table.texts("author")?,
        license: optional(table, "license")?,
        references: table.texts("references")?,
        tags: table.texts("tags")?,
        false_positives: table.texts("false_positives")?,
        note: optional(table, "note")?,
        threat: table.tables("threat")?.iter().map(threat).collect::<Result<_, _>>()?,
        query: query.to_owned(),
        origin: origin.to_owned(),
        dedup,
        exceptions: Vec::new(),
        cases,
    };
    Ok(RuleFile { rule, query_span, id_span })
}

/// A text without the line breaks that multi-line strings carry at their ends.
fn optional(table: &Table<'_>, key: &'static str) -> Result<Option<String>, FileError> {
    Ok(table.text(key)?.map(|(text, _)| text.trim().to_owned()))
}

fn severity(table: &Table<'_>) -> Result<Severity, FileError> {
    let (name, span) = table.required_text("severity")?;
    severity_of(name, span)
}

fn severity_of(name: &str, span: Range<usize>) -> Result<Severity, FileError> {
    Severity::from_name(name).ok_or_else(|| {
        let nearest = nearest(name, Severity::ALL.into_iter().map(Severity::name));
        FileError::at(span, FileErrorKind::Severity { found: name.to_owned(), nearest })
    })
}

fn risk_score(table: &Table<'_>) -> Result<u8, FileError> {
    let (score, span) = table
        .integer("risk_score")?
        .ok_or_else(|| FileError::at(table.span(), FileErrorKind::Missing { key: "risk_score" }))?;
    risk_score_of(score, span)
}

fn risk_score_of(score: i64, span: Range<usize>) -> Result<u8, FileError> {
    u8::try_from(score)
        .ok()
        .filter(|score| *score <= 100)
        .ok_or_else(|| FileError::at(span, FileErrorKind::RiskScore { found: score }))
}

fn threat(table: &Table<'_>) -> Result<Threat, FileError> {
    let tactic = table.table("tactic")?;
    Ok(Threat {
        framework: optional(table, "framework")?.unwrap_or_default(),
        tactic: tactic.as_ref().map(entry).transpose()?.unwrap_or_default(),
        techniques: table.tables("technique")?.iter().map(technique).collect::<Result<_, _>>()?,
    })
}

fn technique(table: &Table<'_>) -> Result<Technique, FileError> {
    let subtechniques = table.tables("subtechnique")?;
    Ok(Technique {
        technique: entry(table)?,
        subtechniques: subtechniques.iter().map(entry).collect::<Result<_, _>>()?,
    })
}

fn entry(table: &Table<'_>) -> Result<ThreatEntry, FileError> {
    Ok(ThreatEntry {
        id: optional(table, "id")?.unwrap_or_default(),
        name: optional(table, "name")?.unwrap_or_default(),
        reference: optional(table, "reference")?.unwrap_or_default(),
    })
}
