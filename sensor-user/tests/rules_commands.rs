//! `hullwatch rules`, as a person runs it: files in, text and exit status out. Needs no root and no kernel.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do"))]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Runs it in `folder`. Gives the exit status, and both outputs.
fn hullwatch(folder: &TempDir, args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hullwatch"))
        .arg("rules")
        .args(args)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It need not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn rule(id: &str, query: &str, own: &str) -> String {
    format!(
        "[rule]\nrule_id = \"{id}\"\nname = \"Rule {id}\"\ntype = \"eql\"\nlanguage = \"eql\"\nseverity = \"low\"\n\
         risk_score = 21\nquery = '''\n{query}\n'''\n{own}"
    )
}

const SHELL: &str = "process where process.name == \"sh\" and container.id != null";
const TEST: &str = "[[hullwatch.test]]\nname = \"a shell\"\nexpect = \"match\"\nevent.process.name = \"sh\"\nevent.container.id = \"c\"\n\
                    [[hullwatch.test]]\nname = \"on the host\"\nexpect = \"no-match\"\nevent.process.name = \"sh\"\n";
const WRONG: &str =
    "[[hullwatch.test]]\nname = \"a wish\"\nexpect = \"match\"\nevent.process.name = \"cat\"\n";

#[test]
fn check_serves_good_files_and_exits_with_0() {
    let folder = folder(&[("a.toml", &rule("a", SHELL, TEST))]);
    assert_eq!(
        hullwatch(&folder, &["check", "a.toml"], ""),
        (0, "a.toml: served\n1 rule served\n".to_owned(), String::new())
    );
}

#[test]
fn check_tells_of_one_bad_file_among_good_ones_where_and_why() {
    let folder = folder(&[
        ("a.toml", &rule("a", SHELL, "")),
        ("b.toml", &rule("b", "process where process.nmae == \"sh\"", "")),
        ("c.toml", &rule("c", SHELL, "")),
    ]);
    let (code, out, error) = hullwatch(&folder, &["check", "."], "");
    assert_eq!((code, error.as_str()), (1, ""));
    assert_eq!(
        out,
        "./a.toml: served
./b.toml: refused (field)
  × unknown field `process.nmae`
    ╭─[./b.toml:9:15]
  8 │ query = '''
  9 │ process where process.nmae == \"sh\"
    ·               ──────┬─────
    ·                     ╰── no event has this field
 10 │ '''
    ╰────
  help: did you mean `process.name`? `?process.nmae` stands for a field that may be unknown, and then has no
        value
./c.toml: served
2 rules served, 1 refused
"
    );
}

#[test]
fn check_names_the_reason_of_every_refusal_in_a_word() {
    let folder = folder(&[
        ("capability.toml", &rule("1", "file where true", "")),
        ("field.toml", &rule("2", "process where process.parent.nmae == \"x\"", "")),
        ("language.toml", &rule("3", SHELL, "").replace("language = \"eql\"", "language = \"kuery\"")),
        ("query.toml", &rule("4", "process where process.pid == \"x\"", "")),
        ("syntax.toml", &rule("5", "process where", "")),
        ("toml.toml", "[rule"),
        ("type.toml", &rule("6", SHELL, "").replace("type = \"eql\"", "type = \"esql\"")),
    ]);
    let (code, out, _) = hullwatch(&folder, &["check", "."], "");
    assert_eq!(code, 1);
    for reason in ["capability", "field", "language", "query", "syntax", "type"] {
        assert!(out.contains(&format!("./{reason}.toml: refused ({reason})\n")), "{reason}\n{out}");
    }
    assert!(out.contains("./toml.toml: refused (file)\n"), "{out}");
    assert!(out.ends_with("0 rules served, 7 refused\n"), "{out}");
}

#[test]
fn check_tells_of_rules_that_are_served_in_part_and_of_overlays() {
    let half = "any where process.name == \"sh\" or event.category == \"file\" and file.path == \"/x\"";
    let overlays = "[[hullwatch.overlay]]\nrule_id = \"off\"\nenabled = false\n\
                    [[hullwatch.overlay]]\nrule_id = \"half\"\nbogus = 1\n";
    let folder = folder(&[
        ("half.toml", &rule("half", half, "")),
        ("off.toml", &rule("off", SHELL, "")),
        ("site.toml", overlays),
    ]);
    let (code, out, _) = hullwatch(&folder, &["check", "."], "");
    assert_eq!(code, 1, "a refused overlay: {out}");
    assert!(
        out.contains("./half.toml: served, with a warning\n  ⚠ this part sleeps: it needs file events"),
        "{out}"
    );
    assert!(out.contains("./off.toml: switched off by an overlay\n"), "{out}");
    assert!(out.contains("./site.toml: 1 overlay refused, the rule is served without\n"), "{out}");
    assert!(out.ends_with("1 rule served, 1 with a warning, 1 switched off, 1 overlay refused\n"), "{out}");

    let (code, out, _) = hullwatch(&folder, &["check", "half.toml"], "");
    assert_eq!(code, 0, "a warning is no refusal: {out}");
}

#[test]
fn usage_and_unreadable_paths_exit_with_2() {
    let folder = folder(&[]);
    for args in [
        &["check"][..],
        &["check", "nowhere.toml"],
        &["check", "."],
        &["test", "nowhere"],
        &["list", "nowhere"],
        &["explain", "--rule", "x"],
        &["explain", "--rule", "no-such-id", "--event", "-"],
        &["nonsense"],
    ] {
        let (code, out, error) = hullwatch(&folder, args, "{}");
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(!error.is_empty(), "{args:?}");
    }
}

#[test]
fn no_escape_sequence_of_a_file_reaches_the_output() {
    let folder = folder(&[("a.toml", &rule("a\\u001b[2J", SHELL, WRONG).replace("Rule ", "R\\u001b[31m"))]);
    for args in [&["check", "."][..], &["test", "."], &["list", "."]] {
        let (_, out, error) = hullwatch(&folder, args, "");
        assert!(!out.contains('\u{1b}') && !error.contains('\u{1b}'), "{args:?}: {out}{error}");
    }
}

#[test]
fn test_runs_what_stands_in_the_files_and_explains_what_fails() {
    let folder = folder(&[
        ("a.toml", &rule("a", SHELL, &format!("{TEST}{WRONG}"))),
        ("b.toml", &rule("b", SHELL, "")),
    ]);
    let (code, out, _) = hullwatch(&folder, &["test", "."], "");
    assert_eq!(
        (code, out.as_str()),
        (
            1,
            "failed: Rule a: a wish (./a.toml:20)
  expected 1 alert, came no alert
  condition: held for no event; event 1:
  ✗ process where
  ✗ └─ and
  ✗    ├─ process.name == \"sh\"  [process.name: \"cat\"]
  ✗    └─ container.id != null  [container.id has no value]
no tests: Rule b (./b.toml)
3 tests of 1 rule: 2 passed, 1 failed, 1 without tests
"
        )
    );
}

#[test]
fn test_can_demand_a_number_of_tests() {
    let folder = folder(&[("a.toml", &rule("a", SHELL, TEST))]);
    assert_eq!(hullwatch(&folder, &["test", "a.toml", "--require-cases", "1"], "").0, 0);
    let (code, out, _) = hullwatch(&folder, &["test", "a.toml", "--require-cases", "2"], "");
    assert_eq!(code, 1);
    assert!(out.contains("too few tests: Rule a (a.toml): 1 expect a match, 1 expect none\n"), "{out}");
    assert!(out.ends_with("2 tests of 1 rule: 2 passed, 1 with fewer than 2 of each kind\n"), "{out}");
}

#[test]
fn list_gives_a_line_a_rule_for_people_or_machines() {
    let sequence = "sequence by container.id [process where true] [process where true]";
    let folder = folder(&[("a.toml", &rule("a", SHELL, TEST)), ("b.toml", &rule("b", sequence, ""))]);
    let (code, out, _) = hullwatch(&folder, &["list", "."], "");
    assert_eq!(code, 0);
    assert_eq!(
        out,
        format!("{:<36}  low       event     Rule a\n{:<36}  low       sequence  Rule b\n", "a", "b")
    );
    let (_, out, _) = hullwatch(&folder, &["list", "a.toml", "--json"], "");
    assert_eq!(
        out,
        "{\"id\":\"a\",\"severity\":\"low\",\"risk_score\":21,\"kind\":\"event\",\"name\":\"Rule a\",\"exceptions\":0,\"tests\":2,\"file\":\"a.toml\"}\n"
    );
}

const EVENT: &str = r#"{"event":{"category":["process"],"type":["start"],"action":["exec"]},"process":{"name":"sh"},"container":{"id":"c"}}"#;

#[test]
fn explain_takes_a_file_or_an_id_and_an_event_from_a_file_or_standard_input() {
    let folder = folder(&[("a.toml", &rule("a", SHELL, "")), ("event.json", EVENT)]);
    let expected = "Rule a (a): 1 alert
✓ held   ✗ did not hold   ? cannot know

condition: held for event 1:
✓ process where
✓ └─ and
✓    ├─ process.name == \"sh\"  [process.name: \"sh\"]
✓    └─ container.id != null  [container.id: \"c\"]
";
    for (args, input) in [
        (&["explain", "--rule", "a.toml", "--event", "event.json"][..], ""),
        (&["explain", "--rule", "a", "--rules", ".", "--event", "-"], EVENT),
        (&["explain", "--rule", "a.toml", "--rules", ".", "--event", "-"], EVENT),
    ] {
        assert_eq!(hullwatch(&folder, args, input), (0, expected.to_owned(), String::new()), "{args:?}");
    }
    let (code, out, _) =
        hullwatch(&folder, &["explain", "--rule", "a.toml", "--event", "-", "--json"], EVENT);
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &told["alerts"], &told["parts"][0]["tree"]["outcome"]), (0, &1.into(), &"held".into()));
}

#[test]
fn explain_tells_of_events_that_cannot_be_read_or_that_no_rule_looks_at() {
    let folder = folder(&[("a.toml", &rule("a", SHELL, ""))]);
    let explain = |input: &str| hullwatch(&folder, &["explain", "--rule", "a.toml", "--event", "-"], input);
    let (code, _, error) = explain(&format!("{EVENT}\n{{\"a\": }}\n"));
    assert!(code == 2 && error.contains("line 2: "), "{error}");
    let (code, _, error) = explain("\n");
    assert!(code == 2 && error.contains("no event"), "{error}");
    let (code, out, _) = explain("{\"event\": {\"category\": \"file\"}}");
    assert!(code == 0 && out.contains("event 1 is of a kind that is not captured"), "{out}");
    let (_, out, _) = explain(&format!("{EVENT}\n{EVENT}\n"));
    assert!(out.starts_with("Rule a (a): 2 alerts\n"), "{out}");
}
