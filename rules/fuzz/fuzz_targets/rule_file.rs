//! Any texts as rule files: built to a rule set, refused or warned of, evaluated; never a panic.
//!
//! Input: files, each ended by a NUL; the last one needs none.

#![no_main]

use hullwatch_rules::{RuleSet, RuleSource};
use libfuzzer_sys::fuzz_target;

const DOCUMENTS: &str = include_str!("documents.ndjson");

fuzz_target!(|input: &str| {
    let sources = input
        .split('\0')
        .enumerate()
        .map(|(index, text)| RuleSource { origin: format!("{index}.toml"), text: text.to_owned() });
    hullwatch_rules_fuzz::evaluate(RuleSet::build(sources), DOCUMENTS);
});
