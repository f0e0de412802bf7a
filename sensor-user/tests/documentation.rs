//! docs/fields.md names what the code has: every field of rules with its meaning, and every reason for a loss.

use hullwatch_common::counter::{COUNTERS, CounterClass};
use hullwatch_rules::{EventKind, FieldId, FieldType};

const FIELDS: &str = include_str!("../../docs/fields.md");

#[test]
fn every_field_of_rules_has_its_row() {
    for field in
        FieldId::ALL.iter().filter(|field| field.is_carried_by(EventKind::Exec) && !field.is_planned())
    {
        let kind = match field.kind() {
            FieldType::Keyword => "text",
            FieldType::Boolean => "boolean",
            FieldType::Integer => "number",
            FieldType::Date => "date",
        };
        let row = format!("| `{}` | {kind} | {} |", field.name(), field.doc());
        assert!(FIELDS.contains(&row), "docs/fields.md lacks the row\n{row}");
    }
}

#[test]
fn the_table_has_no_field_that_rules_do_not_know() {
    let table = FIELDS.split("## Fields of documents").next().unwrap_or_default();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let name = row.trim_start_matches("| `").split('`').next().unwrap_or_default();
        assert!(FieldId::from_name(name).is_some(), "docs/fields.md has a row for `{name}`");
    }
}

#[test]
fn every_reason_for_a_loss_has_its_row() {
    for counter in COUNTERS.iter().filter(|counter| counter.class() != CounterClass::Info) {
        let kind = match counter.class() {
            CounterClass::Lost => "lost",
            CounterClass::Truncated => "truncated",
            CounterClass::Info => "info",
        };
        let row = format!("| `{}` | {kind} |", counter.name());
        assert!(FIELDS.contains(&row), "docs/fields.md lacks the row {row}");
    }
}
