//! Any text as a query: parsed, compiled for documents of any form and for the sensor's events, evaluated; never a
//! panic.
//!
//! Input: the query, a NUL, lines of JSON. Without lines, a few documents that rules tend to look at.

#![no_main]

use hullwatch_rules::query::{Query, QueryOptions};
use hullwatch_rules::{RuleSet, RuleSource};
use libfuzzer_sys::fuzz_target;

const DOCUMENTS: &str = include_str!("documents.ndjson");

fuzz_target!(|input: &str| {
    let (text, lines) = input.split_once('\0').unwrap_or((input, DOCUMENTS));
    match Query::new(text, &QueryOptions::default()) {
        Ok(mut query) => {
            let mut out = Vec::new();
            for line in lines.lines() {
                let _ = query.take(line.as_bytes(), |answer| answer.write(&mut out));
            }
            query.finish(|answer| answer.write(&mut out));
        }
        Err(error) => {
            assert!(text.get(error.span()).is_some(), "{:?} is no part of the query", error.span());
            let _ = error.to_string();
        }
    }
    // A literal string cannot hold its own end, and a line end after its beginning is not part of it.
    if !text.contains("'''") {
        let rule = format!(
            "[rule]\nname = \"a\"\nrule_id = \"00000000-0000-0000-0000-000000000000\"\ndescription = \"a\"\nseverity = \"low\"\n\
             risk_score = 1\ntype = \"eql\"\nlanguage = \"eql\"\nquery = '''\n{text}'''\n"
        );
        let build = RuleSet::build([RuleSource { origin: "fuzz.toml".to_owned(), text: rule }]);
        hullwatch_rules_fuzz::evaluate(build, lines);
    }
});
