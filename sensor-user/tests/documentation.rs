//! docs/fields.md says what the code has: the tables of fields and kinds are generated from it, and every reason for a
//! loss has its row. After a change of the tables: `UPDATE_DOCS=1 cargo test -p hullwatch --test documentation`.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do"))]

use hullwatch::losses::ENGINE_REASONS;
use hullwatch_common::counter::{COUNTERS, CounterClass};
use hullwatch_rules::engine::EngineLosses;
use hullwatch_rules::{EventKind, FieldId, FieldType, Source};
use std::{env, fmt::Write as _, fs, path::PathBuf};

const BEGIN: &str = "<!-- generated from rules/src/fields.rs and kinds.rs: begin -->\n";
const END: &str = "<!-- generated: end -->";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/fields.md")
}

fn kind_of(field: FieldId) -> &'static str {
    match field.kind() {
        FieldType::Keyword => "text",
        FieldType::Boolean => "boolean",
        FieldType::Integer => "number",
        FieldType::Date => "date",
    }
}

fn source_of(field: FieldId) -> &'static str {
    match field.source() {
        Source::Kernel => "kernel",
        Source::Derived => "derived",
        Source::Host => "host",
        Source::Constant => "constant",
        Source::Planned => "not yet",
    }
}

/// The kinds that carry it, "all" if every kind does.
fn kinds_of(field: FieldId) -> String {
    if field.kinds().len() == EventKind::ALL.len() {
        return "all".to_owned();
    }
    field.kinds().iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
}

/// What stands between the two marks.
fn generated() -> String {
    let mut text =
        String::from("\n| kind of event | category | captured | what it is |\n|---|---|---|---|\n");
    for kind in EventKind::ALL {
        let captured = if kind.is_captured() { "yes" } else { "not yet" };
        writeln!(text, "| {} | `{}` | {captured} | {} |", kind.name(), kind.category(), kind.doc()).unwrap();
    }
    text.push_str("\n| field | type | source | kinds | what it says |\n|---|---|---|---|---|\n");
    let (planned, had): (Vec<_>, Vec<_>) = FieldId::ALL.iter().copied().partition(|field| field.is_planned());
    for field in had {
        let (kind, source, kinds) = (kind_of(field), source_of(field), kinds_of(field));
        writeln!(text, "| `{field}` | {kind} | {source} | {kinds} | {} |", field.doc()).unwrap();
    }
    text.push_str(
        "\nFields that rules may name and no event of this version has. A rule that depends on one of them is refused and says \
         so;\nwritten `?field`, it has no value.\n\n| field | type | kinds | what it will say |\n|---|---|---|---|\n",
    );
    for field in planned {
        writeln!(text, "| `{field}` | {} | {} | {} |", kind_of(field), kinds_of(field), field.doc()).unwrap();
    }
    text.push('\n');
    text
}

#[test]
fn the_tables_of_fields_and_kinds_are_those_of_the_code() {
    let text = fs::read_to_string(path()).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let expected = generated();
    if env::var_os("UPDATE_DOCS").is_some() {
        return fs::write(path(), [before, BEGIN, &expected, END, after].concat()).unwrap();
    }
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "docs/fields.md is not what the code has; UPDATE_DOCS=1 writes it anew");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "docs/fields.md lacks or has too many rows");
}

#[test]
fn every_reason_for_a_loss_has_its_row() {
    let text = fs::read_to_string(path()).unwrap();
    for counter in COUNTERS.iter().filter(|counter| counter.class() != CounterClass::Info) {
        let kind = match counter.class() {
            CounterClass::Lost => "lost",
            CounterClass::Truncated => "truncated",
            CounterClass::Info => "info",
        };
        let row = format!("| `{}` | {kind} |", counter.name());
        assert!(text.contains(&row), "docs/fields.md lacks the row {row}");
    }
    for (_, reason) in ENGINE_REASONS {
        let row = format!("| `{reason}` | dropped |");
        assert!(text.contains(&row), "docs/fields.md lacks the row {row}");
    }
    let named = EngineLosses::default().named().map(|(name, _)| name);
    assert_eq!(named, ENGINE_REASONS.map(|(name, _)| name));
}
