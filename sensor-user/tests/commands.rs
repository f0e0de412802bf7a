//! The commands that need no kernel, run as a person runs them.

#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "helpers of tests fail by panicking, as tests do"
    )
)]

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// Runs `hullwatch` with these arguments and this standard input.
fn hullwatch(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments).spawn().unwrap();
    // A command that fails early does not read all of it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hullwatch"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_clear();
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output of a run that has to succeed.
fn stdout(arguments: &[&str], input: &str) -> String {
    let output = hullwatch(arguments, input);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Standard error of a run that has to fail as bad input does.
fn failure(arguments: &[&str], input: &str) -> String {
    let output = hullwatch(arguments, input);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    text(&output.stderr)
}

fn file(folder: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

const EVENTS: &str = concat!(
    r#"{"@timestamp":"2026-11-23T07:00:02Z","event":{"category":["process"]}, "n":1}"#,
    "\n\n",
    r#"{"@timestamp":"2026-11-23T07:00:01Z","event.category":"file","n":2}"#,
    "\n",
    r#"{"@timestamp":"2026-11-23T07:00:03Z","event":{"category":["process"]},"n":3}"#,
);

#[test]
fn a_query_prints_the_lines_that_match_as_they_were() {
    let lines: Vec<_> = EVENTS.lines().collect();
    assert_eq!(stdout(&["query", "process where n >= 1"], EVENTS), format!("{}\n{}\n", lines[0], lines[3]));
    assert_eq!(stdout(&["query", "any where n > 7"], EVENTS), "");
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (file(&folder, "one", lines[0]), file(&folder, "two", lines[3]));
    assert_eq!(
        stdout(&["query", "any where true", name(&two), "-", name(&one)], lines[2]),
        format!("{}\n{}\n{}\n", lines[3], lines[2], lines[0])
    );
}

#[test]
fn a_sequence_prints_its_events_as_one_array_a_line() {
    let lines: Vec<_> = EVENTS.lines().collect();
    let found = stdout(&["query", "sequence [file where true] [process where true]"], EVENTS);
    assert_eq!(found, format!("[{},{}]\n", lines[2], lines[0]));
    assert_eq!(stdout(&["query", "any where true | tail 1"], EVENTS), format!("{}\n", lines[3]));
}

#[test]
fn the_fields_for_time_category_and_order_can_be_named() {
    let input = r#"{"t":1,"o":2,"c":"x","n":1}
{"t":1,"o":1,"c":"x","n":2}"#;
    let found = stdout(
        &[
            "query",
            "x where true | head 1",
            "--timestamp-field",
            "t",
            "--category-field",
            "c",
            "--tiebreaker-field",
            "o",
        ],
        input,
    );
    assert!(found.contains(r#""n":2"#), "{found}");
}

#[test]
fn an_error_in_a_query_is_shown_in_its_place() {
    let error = failure(&["query", "process where name = \"x\""], "");
    assert!(error.contains("process where name = \"x\""), "{error}");
    assert!(error.contains("help") && error.contains("=="), "{error}");
}

#[test]
fn a_bad_line_is_named_and_what_came_before_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let events = file(&folder, "events.ndjson", "{\"n\":1}\n{\"n\":2\n{\"n\":3}\n");
    let output = hullwatch(&["query", "any where true", name(&events)], "");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "{\"n\":1}\n");
    let error = text(&output.stderr);
    assert!(error.contains("events.ndjson:2: EOF while parsing an object at column 6"), "{error}");
    assert!(failure(&["query", "any where true"], "[1]").contains("standard input:1:"));
    assert!(failure(&["query", "any where true", "/nonexistent.ndjson"], "").contains("/nonexistent.ndjson"));
}

#[test]
fn events_without_a_time_are_told_of_once_and_only_where_time_matters() {
    let input = "{\"n\":1}\n{\"n\":2}\n";
    let told = |query| text(&hullwatch(&["query", query], input).stderr);
    let error = told("any where true | head 5");
    assert_eq!(error.matches("2 events without a time").count(), 1, "{error}");
    assert_eq!(told("any where true"), "");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = command(&["query", "any where true"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdin.write_all(b"{\"n\":1}\n").unwrap();
    let mut first = [0; 8];
    stdout.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"{\"n\":1}\n", "it did not wait for the end of the input");
    drop(stdout);
    for _ in 0..100_000 {
        if stdin.write_all(b"{\"n\":2}\n").is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
}

/// An exec as `record` writes it, as far as the rule below looks.
fn exec(args: &[&str]) -> String {
    let event = serde_json::json!({
        "@timestamp": "2026-11-23T07:00:00.123456789Z",
        "event": {"kind": "event", "category": ["process"], "type": ["start"], "action": ["exec"], "id": "e1"},
        "process": {"name": args[0], "args": args, "pid": 7, "interactive": true},
        "container": {"id": "ab".repeat(32)},
        "host": {"name": "node-1", "os": {"type": "linux"}},
        "mine": [1, 2.5],
    });
    event.to_string() + "\n"
}

const RULE: &str = r#"
[metadata]
[rule]
rule_id = "11111111-1111-1111-1111-111111111111"
name = "curl was run"
description = "x"
type = "eql"
language = "eql"
severity = "high"
risk_score = 73
query = 'process where process.name == "curl"'
"#;

#[test]
fn replay_writes_the_alerts_with_all_that_the_events_say() {
    let folder = tempfile::tempdir().unwrap();
    let rule = file(&folder, "rule.toml", RULE);
    let events = file(&folder, "events.ndjson", &(exec(&["ls"]) + &exec(&["curl", "x"])));
    let output = hullwatch(&["replay", "--rules", name(&rule), name(&events)], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let alert: serde_json::Value = serde_json::from_str(text(&output.stdout).trim_end()).unwrap();
    for (pointer, want) in [
        ("/event/kind", serde_json::json!("alert")),
        ("/event/severity", serde_json::json!(73)),
        ("/rule/name", serde_json::json!("curl was run")),
        ("/process/args", serde_json::json!(["curl", "x"])),
        ("/host/name", serde_json::json!("node-1")),
        ("/container/id", serde_json::json!("ab".repeat(32))),
        ("/mine", serde_json::json!([1, 2.5])),
        ("/@timestamp", serde_json::json!("2026-11-23T07:00:00.123456789Z")),
    ] {
        assert_eq!(alert.pointer(pointer), Some(&want), "{pointer}");
    }
    assert!(text(&output.stderr).contains("summary: events=2 alerts=1"), "{}", text(&output.stderr));
}

#[test]
fn replay_takes_the_bundled_rules_and_standard_input_too_and_can_be_read_by_people() {
    let line = exec(&["apt-get", "install", "curl"]);
    assert_eq!(stdout(&["replay", "-"], &exec(&["true"])), "");
    let shown = stdout(&["replay", "--format", "pretty", "-"], &line);
    assert!(
        shown.contains("bcc7691d-f0db-4aec-9462-c8cdce57389a") && shown.contains("  container"),
        "{shown}"
    );
}

#[test]
fn replay_names_what_it_cannot_use() {
    let folder = tempfile::tempdir().unwrap();
    let rule = file(&folder, "rule.toml", &RULE.replace("process.name", "process.nmae"));
    let error = failure(&["replay", "--rules", name(&rule), "-"], "");
    assert!(error.contains("process.nmae") && error.contains("process.name"), "{error}");
    let error = failure(&["replay", "-"], &(exec(&["ls"]) + "nonsense\n"));
    assert!(error.contains("standard input:2: expected ident at column 2"), "{error}");
    let output = hullwatch(&["replay"], "");
    assert_eq!(output.status.code(), Some(2), "clap wants a file");
}
