//! A TOML table to take typed values from, with their places and with errors worded for the rule's author.
//!
//! The tree is toml's own; this only saves every reader from matching on it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{FileError, FileErrorKind};

/// A table of the file and its place.
pub(super) struct Table<'t> {
    entries: &'t DeTable<'t>,
    span: Range<usize>,
}

impl<'t> Table<'t> {
    /// The whole file.
    pub(super) fn root(document: &'t Spanned<DeTable<'t>>) -> Self {
        Self { entries: document.get_ref(), span: document.span() }
    }

    /// Where the table stands.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries.get(key)
    }

    /// A text, if the key is there.
    pub(super) fn text(&self, key: &'static str) -> Result<Option<(&'t str, Range<usize>)>, FileError> {
        self.get(key)
            .map(|value| {
                let text = value.get_ref().as_str().ok_or_else(|| wrong(key, "text", value))?;
                Ok((text, value.span()))
            })
            .transpose()
    }

    /// A text that must be there and not be blank.
    pub(super) fn required_text(&self, key: &'static str) -> Result<(&'t str, Range<usize>), FileError> {
        match self.text(key)? {
            Some((text, span)) if text.trim().is_empty() => {
                Err(FileError::at(span, FileErrorKind::Empty { key }))
            }
            Some(found) => Ok(found),
            None => Err(FileError::at(self.span(), FileErrorKind::Missing { key })),
        }
    }

    /// A whole number, if the key is there.
    pub(super) fn integer(&self, key: &'static str) -> Result<Option<(i64, Range<usize>)>, FileError> {
        self.get(key)
            .map(|value| {
                let number = value.get_ref().as_integer();
                let number = number.and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok());
                Ok((number.ok_or_else(|| wrong(key, "a whole number", value))?, value.span()))
            })
            .transpose()
    }

    /// Texts, none if the key is not there. A single text counts as a list of one.
    pub(super) fn texts(&self, key: &'static str) -> Result<Vec<String>, FileError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let text = |value: &Spanned<DeValue<'_>>| {
            let text = value.get_ref().as_str().ok_or_else(|| wrong(key, "a list of texts", value))?;
            Ok(text.trim().to_owned())
        };
        match value.get_ref().as_array() {
            Some(values) => values.iter().map(text).collect(),
            None => Ok(vec![text(value)?]),
        }
    }

    /// A table, if the key is there.
    pub(super) fn table(&self, key: &'static str) -> Result<Option<Self>, FileError> {
        self.get(key).map(|value| Self::of(key, value)).transpose()
    }

    /// Tables, none if the key is not there.
    pub(super) fn tables(&self, key: &'static str) -> Result<Vec<Self>, FileError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let values = value.get_ref().as_array().ok_or_else(|| wrong(key, "a list of tables", value))?;
        values.iter().map(|value| Self::of(key, value)).collect()
    }

    fn of(key: &'static str, value: &'t Spanned<DeValue<'t>>) -> Result<Self, FileError> {
        let entries = value.get_ref().as_table().ok_or_else(|| wrong(key, "a table", value))?;
        Ok(Self { entries, span: value.span() })
    }
}

fn wrong(key: &'static str, expected: &'static str, value: &Spanned<DeValue<'_>>) -> FileError {
    let found = value.get_ref().type_str();
    FileError::at(value.span(), FileErrorKind::WrongType { key, expected, found })
}
