//! Rule sets: what is loaded from files, in which order it is evaluated, and the hash that names it.

use hullwatch_rules::{Build, RuleSet, RuleSource, Severity};

use crate::event::{Doc, matches, rule_file};

fn build(files: &[(&str, String)]) -> (RuleSet, Vec<String>) {
    let sources =
        files.iter().map(|(origin, text)| RuleSource { origin: (*origin).to_owned(), text: text.clone() });
    let Build { set, refusals, .. } = RuleSet::build(sources);
    (set, refusals.iter().map(ToString::to_string).collect())
}

#[test]
fn metadata_comes_through_as_the_file_gives_it() {
    let text = r#"
[metadata]
some_future_key = { a = [1, 2.5, 1979-05-27] }
[rule]
author = ["A", "B"]
building_block_type = "default"
description = """
  Two lines,
trimmed at the ends.
"""
false_positives = ["""
    Maintenance.
    """]
language = "eql"
license = "MIT"
name = "N"
note = '''note'''
query = 'any where true'
references = ["https://example.org/1"]
risk_score = 73
rule_id = "i"
severity = "high"
tags = ["t"]
type = "eql"
version = 7
[[rule.threat]]
framework = "MITRE ATT&CK"
[[rule.threat.technique]]
id = "T1059"
name = "Command and Scripting Interpreter"
reference = "https://attack.mitre.org/techniques/T1059/"
[[rule.threat.technique.subtechnique]]
id = "T1059.004"
name = "Unix Shell"
reference = "https://attack.mitre.org/techniques/T1059/004/"
[rule.threat.tactic]
id = "TA0002"
name = "Execution"
reference = "https://attack.mitre.org/tactics/TA0002/"
[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
id = "TA0005"
"#;
    let (set, refusals) = build(&[("dir/a.toml", text.to_owned())]);
    assert_eq!(refusals, [""; 0]);
    let rule = &set.rules()[0];
    assert_eq!((rule.id.as_str(), rule.name.as_str(), rule.origin.as_str()), ("i", "N", "dir/a.toml"));
    assert_eq!(rule.description, "Two lines,\ntrimmed at the ends.");
    assert_eq!((rule.severity, rule.risk_score, rule.version), (Severity::High, 73, Some(7)));
    assert_eq!((rule.severity.name(), rule.severity.number()), ("high", 73));
    assert_eq!(
        (rule.author.as_slice(), rule.tags.as_slice()),
        (["A", "B"].map(String::from).as_slice(), &["t".into()][..])
    );
    assert_eq!((rule.license.as_deref(), rule.note.as_deref()), (Some("MIT"), Some("note")));
    assert_eq!(rule.false_positives, ["Maintenance."]);
    assert_eq!(rule.references, ["https://example.org/1"]);
    assert_eq!(rule.query, "any where true");
    assert_eq!(rule.threat.len(), 2);
    assert_eq!(rule.threat[0].tactic.name, "Execution");
    assert_eq!(rule.threat[0].techniques[0].technique.id, "T1059");
    assert_eq!(rule.threat[0].techniques[0].subtechniques[0].id, "T1059.004");
    assert_eq!((rule.threat[1].tactic.id.as_str(), rule.threat[1].techniques.len()), ("TA0005", 0));
}

#[test]
fn good_files_are_served_when_others_are_refused() {
    let (set, refusals) = build(&[
        ("a.toml", rule_file("a", "any where true")),
        ("b.toml", rule_file("b", "any where nonsense")),
        ("c.toml", "not toml".to_owned()),
        ("d.toml", rule_file("d", "any where true")),
    ]);
    assert_eq!(matches(&set, &Doc::empty()), ["a", "d"]);
    assert_eq!(set.len(), 2);
    assert_eq!(refusals.len(), 2);
    assert!(refusals[0].starts_with("b.toml:") && refusals[1].starts_with("c.toml:"), "{refusals:?}");
}

#[test]
fn a_set_without_rules_is_empty_and_matches_nothing() {
    let (set, refusals) = build(&[]);
    assert!(set.is_empty() && refusals.is_empty() && matches(&set, &Doc::empty()).is_empty());
    assert_eq!(set.hash().len(), 64);
}

#[test]
fn of_two_files_with_one_rule_id_the_first_is_served_and_both_are_named() {
    let (set, refusals) = build(&[
        ("first.toml", rule_file("same", "any where true")),
        ("second.toml", rule_file("same", "any where false")),
    ]);
    assert_eq!(matches(&set, &Doc::empty()), ["same"]);
    assert_eq!(refusals.len(), 1);
    assert!(refusals[0].starts_with("second.toml:5:") && refusals[0].contains("first.toml"), "{refusals:?}");
}

#[test]
fn a_refused_file_does_not_hold_its_rule_id() {
    let (set, refusals) = build(&[
        ("first.toml", rule_file("same", "any where nonsense")),
        ("second.toml", rule_file("same", "any where true")),
    ]);
    assert_eq!((matches(&set, &Doc::empty()), refusals.len()), (vec!["same".to_owned()], 1));
}

#[test]
fn the_hash_names_the_content_whatever_the_order_and_the_file_names() {
    let (a, b) = (rule_file("a", "any where true"), rule_file("b", "any where false"));
    let hash = |files: &[(&str, String)]| build(files).0.hash().to_owned();
    let expected = hash(&[("1", a.clone()), ("2", b.clone())]);
    assert_eq!(hash(&[("x", b.clone()), ("y", a.clone())]), expected);
    assert_eq!(hash(&[("1", a.clone()), ("2", b.clone()), ("3", "broken".to_owned())]), expected);
    assert!(expected.len() == 64 && expected.bytes().all(|b| b.is_ascii_hexdigit()));

    assert_ne!(hash(&[("1", a.clone())]), expected);
    assert_ne!(hash(&[("1", rule_file("a", "any where 1 == 1")), ("2", b.clone())]), expected);
    assert_ne!(hash(&[("1", a.replace("21", "22")), ("2", b.clone())]), expected);
    assert_ne!(hash(&[("1", a.replace("\"low\"", "\"high\"")), ("2", b)]), expected);
}

#[test]
fn a_set_of_a_thousand_rules_evaluates_each_of_them() {
    let files: Vec<(String, String)> = (0..1000)
        .map(|i| {
            (format!("{i}.toml"), rule_file(&format!("r{i}"), &format!("process where process.pid == {i}")))
        })
        .collect();
    let Build { set, refusals, .. } =
        RuleSet::build(files.into_iter().map(|(origin, text)| RuleSource { origin, text }));
    assert!(refusals.is_empty());
    assert_eq!(matches(&set, &Doc::empty().with("process.pid", 777)), ["r777"]);
}
