//! One event in three forms (typed, as a recorded document, as a document of no known form) is one event to every
//! condition.

use std::collections::HashMap;

use hullwatch_rules::compile::{Compiled, compile};
use hullwatch_rules::document::SensorDocument;
use hullwatch_rules::query::{Query, QueryOptions};
use hullwatch_rules::{Event, EventKind, FieldId, Scalar, ScalarList, SensorEvent, Values, syntax};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const TEXTS: [&str; 12] =
    ["", "a", "A", "ab", "Ab", "b", "curl", "CURL x", "é", "É", "10.0.0.7", "a*?\\\"'b"];
const TEXT_FIELDS: [&str; 5] =
    ["process.name", "process.args", "container.id", "host.name", "hullwatch.fds.stdin"];
const INTEGER_FIELDS: [&str; 2] = ["process.pid", "process.parent.pid"];
const BOOLEAN_FIELDS: [&str; 2] = ["process.interactive", "hullwatch.executable.deleted"];
const INTEGERS: [i64; 7] = [0, 1, -1, 2, 7, i64::MAX, i64::MIN + 1];

/// A typed event.
#[derive(Debug, Default)]
struct Typed(HashMap<FieldId, ScalarList>);

impl Event for Typed {
    type Field = FieldId;

    fn get(&self, field: FieldId) -> Values<'_> {
        self.0.get(&field).map_or(Values::Missing, Values::of)
    }
}

impl SensorEvent for Typed {
    fn kind(&self) -> EventKind {
        EventKind::Exec
    }
}

/// Values of one field, and how the document writes it.
#[derive(Clone, Debug)]
struct Field {
    name: &'static str,
    values: Vec<Value>,
    /// One value without an array around it.
    bare: bool,
    /// The name's dots from which on it is one key.
    nested: usize,
}

fn typed(fields: &[Field]) -> Typed {
    let mut event = Typed::default();
    for field in fields {
        let list = event.0.entry(FieldId::from_name(field.name).unwrap()).or_default();
        for value in &field.values {
            match value {
                Value::Bool(value) => list.push(Scalar::Bool(*value)),
                Value::Number(value) => list.push(Scalar::Int(value.as_i64().unwrap())),
                Value::String(text) => list.push(Scalar::Text(text)),
                other => panic!("{other} is of no field"),
            }
        }
    }
    event
}

fn document(fields: &[Field]) -> String {
    let mut document = Map::new();
    document
        .insert("event".to_owned(), json!({"category": ["process"], "type": ["start"], "action": ["exec"]}));
    for field in fields {
        let value = match field.values.as_slice() {
            [value] if field.bare => value.clone(),
            [] if field.bare => Value::Null,
            values => values.into(),
        };
        let mut place = &mut document;
        let mut name = field.name;
        for _ in 0..field.nested {
            let Some((head, rest)) = name.split_once('.') else { break };
            place = place.entry(head).or_insert_with(|| json!({})).as_object_mut().unwrap();
            name = rest;
        }
        place.insert(name.to_owned(), value);
    }
    Value::Object(document).to_string()
}

fn field() -> impl Strategy<Value = Vec<Field>> {
    let of = |names: &'static [&'static str], value: BoxedStrategy<Value>, most: usize| {
        let one = (prop::collection::vec(value, 0..=most), any::<bool>(), 0..4_usize);
        prop::collection::vec(one, names.len()).prop_map(move |all| {
            let fields = names.iter().zip(all);
            fields.map(|(name, (values, bare, nested))| Field { name, values, bare, nested }).collect()
        })
    };
    let texts = of(&TEXT_FIELDS, prop::sample::select(&TEXTS[..]).prop_map(Value::from).boxed(), 3);
    let integers = of(&INTEGER_FIELDS, prop::sample::select(&INTEGERS[..]).prop_map(Value::from).boxed(), 2);
    let booleans = of(&BOOLEAN_FIELDS, any::<bool>().prop_map(Value::from).boxed(), 1);
    (texts, integers, booleans)
        .prop_map(|(a, b, c): (Vec<_>, Vec<_>, Vec<_>)| [a, b, c].into_iter().flatten().collect())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn leaf() -> impl Strategy<Value = String> {
    let text = || prop::sample::select(&TEXTS[..]).prop_map(quoted);
    let name = || prop::sample::select(&TEXT_FIELDS[..]);
    let number = || prop::sample::select(&INTEGERS[..]);
    let counted = || prop::sample::select(&INTEGER_FIELDS[..]);
    let truth = || prop::sample::select(&BOOLEAN_FIELDS[..]);
    let order = || prop::sample::select(&["==", "!=", "<", "<=", ">", ">="][..]);
    let pattern = prop::sample::select(&["a*", "*", "?*", "?", "*b", "c?rl*", "*10.?.*", "É"][..]);
    let regex = prop::sample::select(&["a.*", ".*", "[a-c]+", "cur(l|k)( x)?", "@&~(a)", "A?b"][..]);
    prop_oneof![
        (name(), order(), text()).prop_map(|(name, op, text)| format!("{name} {op} {text}")),
        (name(), prop::sample::select(&["in", "in~", "not in", "not in~"][..]), text(), text())
            .prop_map(|(name, op, a, b)| format!("{name} {op} ({a}, {b})")),
        (name(), prop::sample::select(&["like", "like~", ":"][..]), pattern)
            .prop_map(|(name, op, pattern)| format!("{name} {op} \"{pattern}\"")),
        (name(), prop::sample::select(&["regex", "regex~"][..]), regex)
            .prop_map(|(name, op, regex)| format!("{name} {op} \"{regex}\"")),
        (counted(), order(), number()).prop_map(|(name, op, number)| format!("{name} {op} {number}")),
        (counted(), number(), number()).prop_map(|(name, a, b)| format!("{name} in ({a}, {b})")),
        (truth(), prop::sample::select(&["==", "!="][..]), any::<bool>())
            .prop_map(|(name, op, value)| format!("{name} {op} {value}")),
        (prop_oneof![name(), counted(), truth()], prop::sample::select(&["==", "!="][..]))
            .prop_map(|(name, op)| format!("{name} {op} null")),
        (
            prop::sample::select(&["startsWith", "endsWith~", "stringContains", "stringContains~"][..]),
            name(),
            text()
        )
            .prop_map(|(function, name, text)| format!("{function}({name}, {text})")),
        (name(), order(), 0..5).prop_map(|(name, op, length)| format!("length({name}) {op} {length}")),
        (counted(), 1..4, order(), number())
            .prop_map(|(name, by, op, number)| format!("{name} % {by} + 1 {op} {number}")),
        name().prop_map(|name| format!("cidrMatch({name}, \"10.0.0.0/8\")")),
        (name(), text()).prop_map(|(name, text)| format!("concat({name}, \"-\") == concat({text}, \"-\")")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" or "))),
            inner.prop_map(|one| format!("not ({one})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn one_event_in_three_forms_is_one_event(fields in field(), condition in condition()) {
        let text = format!("process where {condition}");
        let line = document(&fields);

        let query = Query::new(&text, &QueryOptions::default());
        let Ok(mut query) = query else { return Err(TestCaseError::fail(format!("{text}: {query:?}"))) };
        let mut free = false;
        query.take(line.as_bytes(), |_| free = true).unwrap();

        let parsed = syntax::parse(&text).unwrap();
        let mut recorded = SensorDocument::new();
        prop_assert_eq!(recorded.read(line.as_bytes()).unwrap(), Some(EventKind::Exec));
        let (by_type, by_document) = match compile(&parsed) {
            Ok(rule) => match rule.for_kind(EventKind::Exec) {
                Some(Compiled::Event(program)) => {
                    (program.evaluate(&typed(&fields)).is_possible(), program.evaluate(&recorded).is_possible())
                }
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            },
            // What can never be true is refused in a rule, and never true in a query.
            Err(error) => {
                prop_assert!(matches!(error.kind, hullwatch_rules::compile::CheckErrorKind::NoSuchEvents), "{}: {}", text, error);
                (false, false)
            }
        };
        prop_assert_eq!(by_type, free, "typed and free: {} on {}", text, line);
        prop_assert_eq!(by_document, free, "recorded and free: {} on {}", text, line);
    }
}
