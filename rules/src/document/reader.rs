//! Reads one JSON document into the hands of a [`Sink`]: the values at the wanted paths, in the document's order.
//!
//! `null` and the empty array are no value. Arrays are their elements, also when these are arrays or objects
//! themselves: `{"a": [{"b": 1}, {"b": [2, 3]}]}` has 1, 2 and 3 at `a.b`. A key that occurs twice gives all its values.
//! A whole number beyond 64 bits becomes a [`Scalar::Real`]. Arrays at a wanted path may be nested 127 deep; elsewhere
//! depth costs nothing and has no bound.
//!
//! serde_json does the reading. It runs through lines as `hullwatch record` writes them with 700 to 900 MB/s on one
//! core of a virtual machine; sonic-rs gained 15 to 20 % on that, which is not worth its unsafe code here.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::paths::{NodeId, Paths};
use crate::scalars::Scalar;

/// Takes the values of a document as they are found.
pub trait Sink {
    /// One more value of the field at this path, named by its place in the [`Paths`].
    fn value(&mut self, path: usize, value: Scalar<'_>);
}

/// Why a line is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Some byte of it is not UTF-8.
    #[error("not UTF-8 at column {column}")]
    NotText {
        /// Where the first wrong byte is, in bytes from 1.
        column: usize,
    },
    /// It is not a JSON object.
    #[error("{reason} at column {column}")]
    NotJson {
        /// Where it goes wrong, in bytes from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
}

/// Reads the document in `line`, all of it.
pub fn read(line: &[u8], paths: &Paths, sink: &mut impl Sink) -> Result<(), DocumentError> {
    // Text that is known to be text is read faster than bytes, of which every single string would be checked.
    let text = std::str::from_utf8(line)
        .map_err(|error| DocumentError::NotText { column: error.valid_up_to() + 1 })?;
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_any(Document { paths, sink }).and_then(|()| json.end()).map_err(|error| not_json(&error))
}

fn not_json(error: &serde_json::Error) -> DocumentError {
    let text = error.to_string();
    // The line is always the first one here; the caller knows which one it is in the file.
    let reason = text.split(" at line ").next().unwrap_or(&text).to_owned();
    DocumentError::NotJson { column: error.column().max(1), reason }
}

/// The outermost value, which has to be an object.
struct Document<'a, S> {
    paths: &'a Paths,
    sink: &'a mut S,
}

impl<'de, S: Sink> Visitor<'de> for Document<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Place { paths: self.paths, node: Paths::ROOT, sink: self.sink }.visit_map(map)
    }
}

/// A value at a place where something is wanted, or below.
struct Place<'a, S> {
    paths: &'a Paths,
    node: NodeId,
    sink: &'a mut S,
}

impl<S: Sink> Place<'_, S> {
    fn give(self, value: Scalar<'_>) {
        if let Some(path) = self.paths.wanted(self.node) {
            self.sink.value(path, value);
        }
    }
}

impl<'de, S: Sink> DeserializeSeed<'de> for Place<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for Place<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.give(Scalar::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.give(Scalar::Int(value));
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "that is what becomes of whole numbers beyond 64 bits")]
    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.give(i64::try_from(value).map_or(Scalar::Real(value as f64), Scalar::Int));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.give(Scalar::Real(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.give(Scalar::Text(value));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Self { paths, node, sink } = self;
        while elements.next_element_seed(Place { paths, node, sink: &mut *sink })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { paths, node, sink } = self;
        if !paths.leads_on(node) {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        while let Some(place) = map.next_key_seed(Key { paths, node })? {
            match place {
                Some(node) => map.next_value_seed(Place { paths, node, sink: &mut *sink })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A key: where it leads.
struct Key<'a> {
    paths: &'a Paths,
    node: NodeId,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<NodeId>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<NodeId>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.paths.follow(self.node, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values at `a.b` of a document, as they read in Rust.
    fn values(json: &str) -> Result<String, DocumentError> {
        struct Values(Vec<String>);
        impl Sink for Values {
            fn value(&mut self, _: usize, value: Scalar<'_>) {
                self.0.push(match value {
                    Scalar::Bool(value) => format!("{value}"),
                    Scalar::Int(value) => format!("{value}"),
                    Scalar::Real(value) => format!("{value:?}"),
                    Scalar::Text(value) => format!("{value:?}"),
                });
            }
        }
        let mut paths = Paths::default();
        paths.add("a.b");
        let mut values = Values(Vec::new());
        read(json.as_bytes(), &paths, &mut values)?;
        Ok(values.0.join(" "))
    }

    #[test]
    fn values_of_every_type_are_found_wherever_they_stand() {
        for (json, expected) in [
            (r#"{"a": {"b": "x"}}"#, r#""x""#),
            (r#"{"a.b": "x"}"#, r#""x""#),
            (r#"{"x": {"a": {"b": 1}}, "a": {"c": 2, "b": true, "bb": 3}}"#, "true"),
            (r#"{"a": {"b": [1, "x", 2.5, false, [[-3]]]}}"#, r#"1 "x" 2.5 false -3"#),
            (r#"{"a": [{"b": 1}, {"c": 9}, {"b": [2, 3]}, 7]}"#, "1 2 3"),
            (r#"{"a": [[{"b": 1}], [{"b": 2}]]}"#, "1 2"),
            (r#"{"a": {"b": 1}, "a.b": 2, "a": {"b": 3}}"#, "1 2 3"),
            (r#"{"a": {"b": ""}}"#, r#""""#),
            (r#"{"a": {"b": "caf\u00e9 \ud83d\ude00\n"}}"#, r#""café 😀\n""#),
            (r#"{"\u0061": {"b": 1}}"#, "1"),
        ] {
            assert_eq!(values(json).as_deref(), Ok(expected), "{json}");
        }
    }

    #[test]
    fn null_and_what_is_empty_are_no_value() {
        for json in [
            "{}",
            r#"{"a": null}"#,
            r#"{"a": {"b": null}}"#,
            r#"{"a": {"b": []}}"#,
            r#"{"a": {"b": [null, []]}}"#,
            r#"{"a": {"b": {"c": 1}}}"#,
            r#"{"a": "b"}"#,
        ] {
            assert_eq!(values(json).as_deref(), Ok(""), "{json}");
        }
    }

    #[test]
    fn numbers_beyond_64_bits_are_real() {
        for (number, expected) in [
            ("9223372036854775807", "9223372036854775807"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "9.223372036854776e18"),
            ("123456789012345678901234567890", "1.2345678901234568e29"),
            ("1.0", "1.0"),
            ("1e3", "1000.0"),
        ] {
            assert_eq!(values(&format!(r#"{{"a.b": {number}}}"#)).as_deref(), Ok(expected), "{number}");
        }
    }

    #[test]
    fn what_is_no_object_is_an_error_with_its_place() {
        for (line, expected) in [
            ("[1]", "invalid type: sequence, expected a JSON object at column 1"),
            ("7", "invalid type: integer `7`, expected a JSON object at column 1"),
            (r#"{"a": 1"#, "EOF while parsing an object at column 7"),
            (r#"{"a": 1} x"#, "trailing characters at column 10"),
            (r#"{"a": {"b": tru}}"#, "expected ident at column 16"),
            (r#"{"z": {"b": "unended}}"#, "EOF while parsing a string at column 22"),
        ] {
            assert_eq!(values(line).unwrap_err().to_string(), expected, "{line}");
        }
        let error = read(b"{\"a\": \"\xff\"}", &Paths::default(), &mut Nothing).unwrap_err();
        assert_eq!(error, DocumentError::NotText { column: 8 });
    }

    struct Nothing;
    impl Sink for Nothing {
        fn value(&mut self, _: usize, _: Scalar<'_>) {}
    }

    #[test]
    fn depth_is_refused_where_it_is_looked_at_and_harmless_elsewhere() {
        let nested = |depth: usize| "[".repeat(depth) + "1" + &"]".repeat(depth);
        assert_eq!(values(&format!(r#"{{"a": {{"b": {}}}}}"#, nested(100))).as_deref(), Ok("1"));
        let error = values(&format!(r#"{{"a.b": {}}}"#, nested(1_000_000))).unwrap_err().to_string();
        assert!(error.starts_with("recursion limit exceeded at column 13"), "{error}");
        assert_eq!(values(&format!(r#"{{"x": {}, "a.b": 2}}"#, nested(1_000_000))).as_deref(), Ok("2"));
    }
}
