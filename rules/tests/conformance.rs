//! Conformance: what EQL means, case by case, through [`Query`] and documents without a schema.
//!
//! The cases are data (`conformance/*.toml`): documents, a query, and the ids it must find or the error it must give.
//! Every case names the line of the language it holds in `rule`, and every line of [`LINES`] is held by some case. The
//! expected results come from the language's documentation, never from this engine. Unknown fields of the typed schema
//! and kinds of event are tested elsewhere: a schema-free query knows neither.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use hullwatch_rules::query::{Answer, Query, QueryOptions};

/// The lines of the language, in a few words each.
const LINES: &[&str] = &[
    // Values and leaves.
    "any value satisfies a leaf",
    "two leaves may take different values",
    "negation is the plain complement",
    "null is no value",
    "the empty string is a value",
    "exact operators keep case",
    "folding is for ASCII letters",
    "colon takes a string or a list",
    "colon is equality for numbers and booleans",
    "wildcards",
    "a backslash is a backslash",
    "like star means has a value",
    "equality takes wildcards literally",
    "regex is anchored",
    "regex has optional operators",
    "two fields are not compared",
    "optional fields are null when unknown",
    "arithmetic",
    "order of numbers, dates and strings",
    "long keywords are seen",
    // Syntax.
    "category where condition",
    "comments",
    "strings and escapes",
    "raw strings",
    "marks inside strings are text",
    "no single quotes",
    "names and back-ticks",
    "precedence",
    "not in, both ways",
    "colon without blanks",
    "functions keep case",
    "functions with tilde",
    "a null argument gives null",
    "function arguments are checked",
    "functions over many values",
    "add",
    "between",
    "cidrMatch",
    "concat",
    "divide",
    "endsWith",
    "indexOf",
    "length",
    "modulo",
    "multiply",
    "number",
    "startsWith",
    "string",
    "stringContains",
    "substring",
    "subtract",
    "numbers",
    "durations only in maxspan",
    "operators are written one way",
    // Sequences.
    "one state machine a key",
    "a missing join value drops the event",
    "optional join keys",
    "keys of stages",
    "the first value of a key counts",
    "a newer event overwrites",
    "completing frees the pending match",
    "an event ends one match and starts the next",
    "no event twice in a match",
    "runs repeat a stage",
    "maxspan counts from the first event",
    "units of maxspan",
    "order is time, then sequence number",
    "until discards pending matches",
    "missing event first",
    "missing event in the middle",
    "missing event last",
    "a missing event needs maxspan",
    "a sequence has two stages",
    "stages have as many keys",
    "sample takes any order",
    "sample needs keys and nothing else",
    "head and tail",
    "other pipes are refused",
    "published rules",
];

/// Fewer cases than this would mean that some were lost.
const LEAST_CASES: usize = 320;

struct Case {
    place: String,
    rule: String,
    query: String,
    expected: Expected,
}

#[derive(Debug)]
enum Expected {
    /// Single events, in this order.
    Events(Vec<i64>),
    /// Sequences or samples: their order among each other is free unless a pipe asks for one.
    Matches(Vec<Vec<i64>>),
    /// An error that says this.
    Error(String),
}

#[test]
fn every_case_gives_what_the_language_says() {
    let (mut total, mut held, mut failures) = (0, BTreeSet::new(), Vec::new());
    for (file, table) in files() {
        let events = table["events"].as_str().unwrap().replace("<LONG>", &"x".repeat(1100));
        let cases = cases(&file, &table);
        let names: BTreeSet<_> = cases.iter().map(|case| &case.place).collect();
        assert_eq!(names.len(), cases.len(), "{file}: two cases have one name");
        for case in &cases {
            total += 1;
            held.insert(case.rule.clone());
            if let Err(got) = check(case, &events) {
                let Case { place, rule, query, expected } = case;
                failures.push(format!(
                    "{place} ({rule})\n    query:    {query}\n    expected: {expected:?}\n    got:      {got}"
                ));
            }
        }
    }
    let unknown: Vec<_> = held.iter().filter(|rule| !LINES.contains(&rule.as_str())).collect();
    let bare: Vec<_> = LINES.iter().filter(|line| !held.contains(**line)).collect();
    let mut report = String::new();
    for failure in &failures {
        writeln!(report, "{failure}").unwrap();
    }
    assert!(failures.is_empty(), "{} of {total} cases fail:\n{report}", failures.len());
    assert!(unknown.is_empty(), "cases name lines that nobody listed: {unknown:?}");
    assert!(bare.is_empty(), "lines that no case holds: {bare:?}");
    assert!(total >= LEAST_CASES, "{total} cases");
}

fn files() -> Vec<(String, toml::Table)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let table = text.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, table)
    };
    paths.iter().map(read).collect()
}

fn cases(file: &str, table: &toml::Table) -> Vec<Case> {
    let id = |value: &toml::Value| value.as_integer().unwrap();
    let ids = |value: &toml::Value| value.as_array().unwrap().iter().map(id).collect::<Vec<_>>();
    let case = |case: &toml::Value| {
        let text = |key: &str| {
            case.get(key)
                .and_then(toml::Value::as_str)
                .unwrap_or_else(|| panic!("{file}: no `{key}`: {case}"))
        };
        let expected = match case.get("expect").map(|expect| expect.as_array().unwrap()) {
            None => Expected::Error(text("error").to_owned()),
            Some(list) if list.first().is_some_and(toml::Value::is_array) => {
                Expected::Matches(list.iter().map(ids).collect())
            }
            Some(list) => Expected::Events(list.iter().map(id).collect()),
        };
        let place = format!("{file}: {}", text("name"));
        Case { place, rule: text("rule").to_owned(), query: text("query").to_owned(), expected }
    };
    table["case"].as_array().unwrap().iter().map(case).collect()
}

/// Runs the case; what it gave instead, if not what was expected.
fn check(case: &Case, events: &str) -> Result<(), String> {
    let mut query = match (Query::new(&case.query, &QueryOptions::default()), &case.expected) {
        (Err(error), Expected::Error(part)) if error.to_string().contains(part) => return Ok(()),
        (Err(error), _) => return Err(format!("error: {error}")),
        (Ok(query), _) => query,
    };
    let mut found = Vec::new();
    for line in events.lines() {
        query
            .take(line.as_bytes(), |answer| found.push(ids_of(&answer)))
            .map_err(|error| error.to_string())?;
    }
    query.finish(|answer| found.push(ids_of(&answer)));
    let right = match &case.expected {
        Expected::Events(ids) => found == ids.iter().map(|&id| vec![id]).collect::<Vec<_>>(),
        Expected::Matches(matches) if case.query.contains('|') => found == *matches,
        Expected::Matches(matches) => {
            let sorted = |mut matches: Vec<Vec<i64>>| {
                matches.sort();
                matches
            };
            sorted(found.clone()) == sorted(matches.clone())
        }
        Expected::Error(_) => false,
    };
    if right { Ok(()) } else { Err(format!("{found:?}")) }
}

/// The `id` of each document: it is the first thing in all of them.
fn ids_of(answer: &Answer<'_>) -> Vec<i64> {
    let id = |line: &[u8]| {
        let text = std::str::from_utf8(line).unwrap().strip_prefix("{\"id\":").unwrap();
        text[..text.find([',', '}']).unwrap()].parse().unwrap()
    };
    match answer {
        Answer::Document(line) => vec![id(line)],
        Answer::Events(lines) => lines.iter().map(|line| id(line)).collect(),
    }
}
