//! One JSON document that the sensor wrote, with look-up by dotted names and a comparison that lists every field that
//! differs. Called by all tests of events and alerts. It refuses to guess: a field of another type than asked for is
//! as good as missing.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::escape::unescape;

/// An alert or an event.
#[derive(Clone, Debug)]
pub struct Document(Value);

impl Document {
    /// Parses one line of the sensor's output. Two values on a line, or a value that is no object, are errors.
    pub fn parse(line: &str) -> Result<Self> {
        let value: Value =
            serde_json::from_str(line).with_context(|| format!("this line is not JSON: {line:.2000}"))?;
        ensure!(value.is_object(), "this line is no JSON object: {line:.2000}");
        Ok(Self(value))
    }

    /// The value at a dotted path, nested objects only.
    pub fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.0, |value, name| value.get(name))
    }

    /// A string.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// An integer.
    pub fn number(&self, path: &str) -> Option<i64> {
        self.at(path)?.as_i64()
    }

    /// A boolean.
    pub fn flag(&self, path: &str) -> Option<bool> {
        self.at(path)?.as_bool()
    }

    /// An array of strings; empty when there is none.
    pub fn texts(&self, path: &str) -> Vec<&str> {
        self.at(path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The exact bytes of every argument, with the escapes of those that were not UTF-8 undone.
    pub fn argv(&self) -> Result<Vec<Vec<u8>>> {
        let args = self.at("process.args").and_then(Value::as_array).context("no process.args")?;
        let escaped = self.at("hullwatch.evidence.escaped_args").and_then(Value::as_array);
        let escaped: Vec<u64> = escaped.into_iter().flatten().filter_map(Value::as_u64).collect();
        (0_u64..)
            .zip(args)
            .map(|(index, arg)| {
                let text = arg.as_str().with_context(|| format!("argument {index} is no string: {arg}"))?;
                if escaped.contains(&index) { unescape(text) } else { Ok(text.as_bytes().to_vec()) }
            })
            .collect()
    }

    /// Fails with a list of all fields that differ from `expected`. `null` stands for a field that must be missing.
    pub fn expect(&self, expected: &[(&str, Value)]) -> Result<()> {
        let mut wrong = String::new();
        for (path, value) in expected {
            let found = self.at(path).unwrap_or(&Value::Null);
            if found != value {
                let _ = writeln!(wrong, "  {path}: expected {value}, found {found:.500}");
            }
        }
        if !wrong.is_empty() {
            bail!("fields that differ:\n{wrong}in {self}");
        }
        Ok(())
    }
}

impl std::fmt::Display for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:.8000}", self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Document;

    #[test]
    fn a_comparison_names_every_field_that_differs_and_no_other() {
        let document = Document::parse(r#"{"a":{"b":1,"c":"x"}}"#).unwrap();
        document.expect(&[("a.b", json!(1)), ("a.missing", json!(null))]).unwrap();
        let error =
            document.expect(&[("a.b", json!("1")), ("a.c", json!("x")), ("d", json!(true))]).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("a.b: expected") && error.contains("d: expected"), "{error}");
        assert!(!error.contains("a.c: expected"), "{error}");
    }

    #[test]
    fn only_arguments_that_are_listed_as_escaped_are_unescaped() {
        let line = r#"{"process":{"args":["\\x41","\\x41"]},"hullwatch":{"evidence":{"escaped_args":[1]}}}"#;
        assert_eq!(Document::parse(line).unwrap().argv().unwrap(), [b"\\x41".to_vec(), b"A".to_vec()]);
    }

    #[test]
    fn half_a_document_or_two_on_a_line_are_refused() {
        for line in ["", "{", "{} {}", "[]", "1"] {
            assert!(Document::parse(line).is_err(), "{line}");
        }
    }
}
