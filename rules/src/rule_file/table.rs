//! A TOML table to take typed values from, with their places and with errors worded for the rule's author.
//!
//! The tree is toml's own; this only saves every reader from matching on it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{FileError, FileErrorKind};
use crate::nearest::nearest;

/// A text and its place.
pub(super) type PlacedText<'t> = (&'t str, Range<usize>);

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

    /// Every key with its place, and its value.
    pub(super) fn entries(
        &self,
    ) -> impl Iterator<Item = (&'t str, Range<usize>, &'t Spanned<DeValue<'t>>)> + use<'t> {
        self.entries.iter().map(|(key, value)| (&**key.get_ref(), key.span(), value))
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Where the key itself stands; the table, if it is not there.
    pub(super) fn key_span(&self, key: &str) -> Range<usize> {
        self.entries.get_key_value(key).map_or_else(|| self.span(), |(key, _)| key.span())
    }

    /// Refuses the first key, as they stand in the file, that is not among `known`.
    pub(super) fn only(&self, known: &[&'static str]) -> Result<(), FileError> {
        let strangers = self.entries().filter(|(key, ..)| !known.contains(key));
        let Some((key, span, _)) = strangers.min_by_key(|(_, span, _)| span.start) else { return Ok(()) };
        let kind = FileErrorKind::UnknownKey {
            key: key.to_owned(),
            nearest: nearest(key, known.iter().copied()),
            known: known.join("`, `"),
        };
        Err(FileError::at(span, kind))
    }

    /// A truth value, if the key is there.
    pub(super) fn boolean(&self, key: &'static str) -> Result<Option<bool>, FileError> {
        self.get(key)
            .map(|value| value.get_ref().as_bool().ok_or_else(|| wrong(key, "true or false", value)))
            .transpose()
    }

    /// A length of time in milliseconds, if the key is there: "90s", "10m".
    pub(super) fn duration(&self, key: &'static str) -> Result<Option<(u64, Range<usize>)>, FileError> {
        let Some((text, span)) = self.text(key)? else { return Ok(None) };
        match duration_ms(text) {
            Some(ms) => Ok(Some((ms, span))),
            None => Err(FileError::at(span, FileErrorKind::Duration { found: text.to_owned() })),
        }
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

    /// Texts with their places, if the key is there.
    pub(super) fn placed_texts(&self, key: &'static str) -> Result<Option<Vec<PlacedText<'t>>>, FileError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let texts = value.get_ref().as_array().ok_or_else(|| wrong(key, "a list of texts", value))?;
        let text = |value: &'t Spanned<DeValue<'t>>| {
            let text = value.get_ref().as_str().ok_or_else(|| wrong(key, "a list of texts", value))?;
            Ok((text, value.span()))
        };
        texts.iter().map(text).collect::<Result<_, _>>().map(Some)
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

    pub(super) fn of(key: &'static str, value: &'t Spanned<DeValue<'t>>) -> Result<Self, FileError> {
        let entries = value.get_ref().as_table().ok_or_else(|| wrong(key, "a table", value))?;
        Ok(Self { entries, span: value.span() })
    }
}

fn wrong(key: &'static str, expected: &'static str, value: &Spanned<DeValue<'_>>) -> FileError {
    let found = value.get_ref().type_str();
    FileError::at(value.span(), FileErrorKind::WrongType { key, expected, found })
}

/// A whole number with `ms`, `s`, `m`, `h` or `d` behind it, in milliseconds.
fn duration_ms(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit_ms)
}

#[cfg(test)]
mod tests {
    use super::duration_ms;

    #[test]
    fn durations_are_a_number_and_a_unit_and_nothing_else() {
        for (text, ms) in [
            ("0s", 0),
            ("250ms", 250),
            ("90s", 90_000),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(duration_ms(text), Some(ms), "{text}");
        }
        for wrong in ["", "10", "m", "-1s", "1.5h", "10 m", "10M", "1w", "1h30m", "99999999999999999999s"] {
            assert_eq!(duration_ms(wrong), None, "{wrong}");
        }
        assert_eq!(duration_ms("213503982335d"), None, "more milliseconds than 64 bits count");
    }
}
