//! Fields of a JSON document by their dotted names. A document may write `event.kind` as an object in an
//! object or as one key with a dot in it, or half and half; all are found, and what is put is put where the
//! document has it already. Called where alerts are made of documents.

use serde_json::{Map, Value};

/// The value of a field, and None where the document has none.
pub fn get<'a>(document: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = document.get(path) {
        return Some(value);
    }
    splits(path).find_map(|(head, rest)| get(document.get(head)?.as_object()?, rest))
}

/// A field's value as text, the first one where there are several.
pub fn text<'a>(document: &'a Map<String, Value>, path: &str) -> Option<&'a str> {
    match get(document, path)? {
        Value::Array(values) => values.first()?.as_str(),
        value => value.as_str(),
    }
}

/// Sets a field.
pub fn put(document: &mut Map<String, Value>, path: &str, value: impl Into<Value>) {
    let there = |(head, rest): &(&str, &str)| {
        document.get(*head).and_then(Value::as_object).is_some_and(|inner| get(inner, rest).is_some())
    };
    let exact = document.contains_key(path);
    // Where it is, else where its object is, else in a new object.
    let place = splits(path)
        .find(there)
        .or_else(|| splits(path).find(|(head, _)| document.get(*head).is_some_and(Value::is_object)))
        .or_else(|| path.split_once('.'));
    match place {
        Some((head, rest)) if !exact => {
            let inner = document.entry(head).or_insert_with(|| Map::new().into());
            if !inner.is_object() {
                *inner = Map::new().into();
            }
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
        _ => {
            document.insert(path.to_owned(), value.into());
        }
    }
}

/// `a.b.c` as `a` and `b.c`, then as `a.b` and `c`.
fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('.').filter_map(|(at, _)| Some((path.get(..at)?, path.get(at + 1..)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { panic!("no object") };
        map
    }

    #[test]
    fn a_field_is_found_however_its_name_is_cut() {
        for document in [
            json!({"a": {"b": {"c": 1}}}),
            json!({"a.b.c": 1}),
            json!({"a.b": {"c": 1}}),
            json!({"a": {"x": 0}, "a.b": {"c": 1}}),
        ] {
            assert_eq!(get(&map(document.clone()), "a.b.c"), Some(&json!(1)), "{document}");
        }
        assert_eq!(get(&map(json!({"a": {"b": 2}, "b": 3})), "a.b.c"), None);
        assert_eq!(text(&map(json!({"a": ["x", "y"]})), "a"), Some("x"));
    }

    #[test]
    fn a_field_is_put_where_the_document_has_it_and_stands_there_once() {
        for (before, after) in [
            (json!({}), json!({"a": {"b": 7}})),
            (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 7, "c": 2}})),
            (json!({"a.b": 1}), json!({"a.b": 7})),
            (json!({"a": {"c": 2}, "a.b": 1}), json!({"a": {"c": 2}, "a.b": 7})),
            (json!({"a": 5}), json!({"a": {"b": 7}})),
        ] {
            let mut document = map(before.clone());
            put(&mut document, "a.b", 7);
            assert_eq!(Value::Object(document), after, "{before}");
        }
    }
}
