//! The event of an inline test: an ECS document in TOML, nested tables and dotted keys alike.
//!
//! Every name must be a field's and every value of its type, so that a test cannot pass because of a slip of the pen.
//! What the document leaves out is filled in when the test runs, not here.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::error::{FileError, FileErrorKind};
use super::own::field;
use super::table::Table;
use crate::case::CaseEvent;
use crate::compile::epoch_ms;
use crate::fields::{FieldId, FieldType};
use crate::nearest::nearest;
use crate::scalars::{Scalar, ScalarList};

/// Reads the event in `table`. One of several may say how long `after` the one before it came.
pub(super) fn read(table: &Table<'_>, one_of_several: bool) -> Result<CaseEvent, FileError> {
    let after = if one_of_several { table.duration("after")? } else { None };
    if let Some((_, span)) = &after
        && table.has("@timestamp")
    {
        return Err(FileError::at(span.clone(), FileErrorKind::TwoTimes));
    }
    let mut fields = Vec::new();
    collect(table, "", one_of_several, &mut fields)?;
    Ok(CaseEvent { after_ms: after.map_or(CaseEvent::DEFAULT_AFTER_MS, |(ms, _)| ms), fields })
}

fn collect(
    table: &Table<'_>,
    prefix: &str,
    skip_after: bool,
    fields: &mut Vec<(FieldId, ScalarList)>,
) -> Result<(), FileError> {
    // In the order of the file, so that the first mistake is the one that is told.
    let mut entries: Vec<_> = table.entries().collect();
    entries.sort_by_key(|(_, span, _)| span.start);
    for (key, span, value) in entries {
        if skip_after && prefix.is_empty() && key == "after" {
            continue;
        }
        let name = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        if value.get_ref().is_table() {
            reject_unknown_branch(&name, span)?;
            collect(&Table::of("event", value)?, &name, false, fields)?;
            continue;
        }
        let below = format!("{name}.");
        if FieldId::from_name(&name).is_none() && is_branch(&below) {
            return Err(FileError::at(span, FileErrorKind::NotAField { name }));
        }
        let id = field(&name, span)?;
        let mut values = ScalarList::new();
        match value.get_ref() {
            DeValue::Array(items) => {
                items.iter().try_for_each(|item| push(id, item, &mut values))?;
            }
            _ => push(id, value, &mut values)?,
        }
        fields.push((id, values));
    }
    Ok(())
}

fn is_branch(prefix: &str) -> bool {
    FieldId::ALL.iter().any(|field| field.name().starts_with(prefix))
}

/// A table that holds no field is told at its own name rather than at what stands in it.
fn reject_unknown_branch(name: &str, span: Range<usize>) -> Result<(), FileError> {
    if is_branch(&format!("{name}.")) {
        return Ok(());
    }
    if let Some(id) = FieldId::from_name(name) {
        let kind = FileErrorKind::FieldValue { field: id, expected: id.kind(), found: "a table" };
        return Err(FileError::at(span, kind));
    }
    let depth = name.matches('.').count();
    let branches = FieldId::ALL.iter().filter_map(|field| {
        field.name().match_indices('.').nth(depth).and_then(|(end, _)| field.name().get(..end))
    });
    let nearest = nearest(name, branches);
    Err(FileError::at(span, FileErrorKind::UnknownField { name: name.to_owned(), nearest }))
}

/// Adds `value` to `values` if `field` can have it.
fn push(field: FieldId, value: &Spanned<DeValue<'_>>, values: &mut ScalarList) -> Result<(), FileError> {
    let expected = field.kind();
    let wrong = |found| FileError::at(value.span(), FileErrorKind::FieldValue { field, expected, found });
    match (expected, value.get_ref()) {
        (FieldType::Keyword, DeValue::String(text)) => values.push(Scalar::Text(text)),
        (FieldType::Boolean, DeValue::Boolean(value)) => values.push(Scalar::Bool(*value)),
        (FieldType::Integer | FieldType::Date, DeValue::Integer(number)) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            values.push(Scalar::Int(number.map_err(|_| wrong("a number beyond 64 bits"))?));
        }
        (FieldType::Date, DeValue::String(text)) => {
            let ms = epoch_ms(text).ok_or_else(|| wrong("text that names none"))?;
            values.push(Scalar::Int(ms));
        }
        (FieldType::Date, DeValue::Datetime(date)) => {
            let ms = epoch_ms(&date.to_string()).ok_or_else(|| wrong("a time without a day"))?;
            values.push(Scalar::Int(ms));
        }
        (_, other) => {
            return Err(wrong(match other {
                DeValue::String(_) => "text",
                DeValue::Integer(_) => "a number",
                DeValue::Float(_) => "a number with a fraction",
                DeValue::Boolean(_) => "a truth value",
                DeValue::Datetime(_) => "a date",
                DeValue::Array(_) => "a list in a list",
                DeValue::Table(_) => "a table",
            }));
        }
    }
    Ok(())
}
