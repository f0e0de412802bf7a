//! What a fuzz target starts from: texts of its kind, and words that such texts are made of. Taken from the bundled
//! rules, the tests' data and the fuzz crate's documents at each start, so that nothing here goes stale.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::support::paths;

/// The longest word for a dictionary; libFuzzer takes no more.
const MAX_WORD: usize = 60;
/// The most words: beyond, each gets its turn too seldom.
const MAX_WORDS: usize = 2000;

/// Regular expressions, one for each construct.
const EXPRESSIONS: &[&str] = &[
    "/usr/bin/(curl|wget)\n/usr/bin/curl",
    "~@\\.so(\\.<0-99>)?\nlibc.so.6",
    "[a-f0-9]{8,}&~(a+)\ndeadbeef",
    "a~bc\"x.y\"#?\nadc",
    "\\d+\\s[^\\w]*\n12 --",
];

/// Writes the seeds of `target`, one a file, and its dictionary.
pub(super) fn write(target: &str, corpus: &Path, dictionary: &Path) -> Result<()> {
    let rules = paths::root().join("rules");
    let mut files = Vec::new();
    for folder in ["content", "tests"] {
        collect(&rules.join(folder), &mut files)?;
    }
    files.sort();
    let files: Vec<String> = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
    let documents = rules.join("fuzz/fuzz_targets/documents.ndjson");
    let documents =
        fs::read_to_string(&documents).with_context(|| format!("cannot read {}", documents.display()))?;
    let seeds: Vec<&str> = match target {
        "regex" => EXPRESSIONS.to_vec(),
        "query" => files.iter().flat_map(|file| literals(file)).collect(),
        "document" => documents.lines().collect(),
        _ => files.iter().map(String::as_str).collect(),
    };
    for (index, seed) in seeds.iter().enumerate() {
        let file = corpus.join(format!("seed-{index}"));
        fs::write(&file, seed).with_context(|| format!("cannot write {}", file.display()))?;
    }
    fs::write(dictionary, words(&seeds)).with_context(|| format!("cannot write {}", dictionary.display()))
}

/// All TOML files below `folder`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    Ok(())
}

/// The long literal strings of a TOML file: queries, mostly.
fn literals(file: &str) -> impl Iterator<Item = &str> {
    file.split("'''").skip(1).step_by(2)
}

/// A dictionary as libFuzzer reads it: one quoted word a line.
fn words(seeds: &[&str]) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._@?~".contains(c);
    let words: BTreeSet<&str> = seeds
        .iter()
        .flat_map(|seed| seed.split(|c: char| !is_word(c)).chain(seed.split_whitespace()))
        .filter(|word| (2..=MAX_WORD).contains(&word.len()))
        .filter(|word| word.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\'))
        .take(MAX_WORDS * 8)
        .collect();
    words.iter().take(MAX_WORDS).flat_map(|word| ["\"", word, "\"\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_found_between_their_quotes() {
        assert_eq!(literals("a = '''x'''\nb = '''y\n'''").collect::<Vec<_>>(), ["x", "y\n"]);
    }

    #[test]
    fn a_dictionary_holds_words_that_need_no_escape() {
        assert_eq!(words(&["a.b == \"x\\y\" and é cd"]), "\"==\"\n\"a.b\"\n\"and\"\n\"cd\"\n");
    }

    #[test]
    fn every_target_has_seeds() {
        let folder = std::env::temp_dir().join(format!("xtask-seeds-{}", std::process::id()));
        for target in super::super::TARGETS {
            let corpus = folder.join(target);
            fs::create_dir_all(&corpus).unwrap();
            write(target, &corpus, &folder.join("words")).unwrap();
            assert!(fs::read_dir(&corpus).unwrap().count() > 0, "{target}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
