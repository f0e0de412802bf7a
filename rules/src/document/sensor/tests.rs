//! What rules see of recorded documents and of tests' events.

use super::*;

fn read(json: &str) -> SensorDocument {
    let mut document = SensorDocument::new();
    document.read(json.as_bytes()).unwrap();
    document
}

fn texts(document: &SensorDocument, field: FieldId) -> Vec<String> {
    let mut texts = Vec::new();
    document.get(field).any_text(|text| {
        texts.push(text.to_owned());
        false
    });
    texts
}

#[test]
fn values_are_of_the_types_of_their_fields() {
    let document = read(
        r#"{"@timestamp": "1970-01-01T00:00:01.5Z", "process": {"pid": "7", "args_count": 3.0, "interactive": "true",
            "user": {"id": 0}, "start": 2000, "name": ["a", "b"]}, "event.sequence": 9}"#,
    );
    assert!(matches!(document.get(FieldId::Timestamp), Values::Int(1500)));
    assert!(matches!(document.get(FieldId::ProcessPid), Values::Int(7)));
    assert!(matches!(document.get(FieldId::ProcessArgsCount), Values::Int(3)));
    assert!(matches!(document.get(FieldId::ProcessInteractive), Values::Bool(true)));
    assert!(matches!(document.get(FieldId::ProcessStart), Values::Int(2000)));
    assert_eq!(texts(&document, FieldId::ProcessUserId), ["0"]);
    assert_eq!(texts(&document, FieldId::ProcessName), ["a", "b"]);
    assert_eq!(document.timestamp().unwrap().epoch_ns(), 1_500_000_000);
    assert_eq!(document.sequence(), Some(9));
}

#[test]
fn what_does_not_fit_its_field_is_no_value() {
    let document = read(
        r#"{"@timestamp": "yesterday", "process": {"pid": "x", "interactive": 1, "args_count": true, "start": 1e300}}"#,
    );
    for field in [
        FieldId::Timestamp,
        FieldId::ProcessPid,
        FieldId::ProcessInteractive,
        FieldId::ProcessArgsCount,
        FieldId::ProcessStart,
    ] {
        assert!(!document.get(field).any(), "{field}");
    }
}

#[test]
fn a_script_has_the_names_of_both_files_again() {
    for (json, names) in [
        (
            r#"{"process": {"name": "dnf", "executable": "/usr/bin/python3.11"}, "hullwatch.filename": "/usr/bin/dnf"}"#,
            &["python3.11", "dnf"][..],
        ),
        (
            r#"{"process": {"name": "vim.basic", "executable": "/usr/bin/vim.basic"}, "hullwatch.filename": "/usr/bin/vi"}"#,
            &["vim.basic", "vi"],
        ),
        (r#"{"process": {"name": "ls", "executable": "/bin/ls"}, "hullwatch.filename": "ls"}"#, &["ls"]),
        (
            r#"{"process": {"name": "memfd:x", "executable": "/memfd:x"}, "hullwatch.filename": "/dev/fd/3"}"#,
            &["memfd:x"],
        ),
        (
            r#"{"process": {"name": "t", "executable": "/t"}, "hullwatch.filename": "/dev/fd/3/u"}"#,
            &["t", "u"],
        ),
        // Not recorded by this sensor: the document's own word counts.
        (r#"{"process": {"name": "dnf", "executable": "/usr/bin/python3.11"}}"#, &["dnf"]),
        (r#"{"process": {"executable": "/usr/bin/python3.11"}}"#, &["python3.11"]),
        (r#"{"process": {"args": ["x"]}}"#, &[]),
    ] {
        assert_eq!(texts(&read(json), FieldId::ProcessName), names, "{json}");
    }
}

#[test]
fn a_cut_filename_gives_no_name_and_says_so() {
    let document = read(
        r#"{"process": {"name": "sh", "executable": "/bin/sh"}, "hullwatch": {"filename": "/very/lo",
            "evidence": {"truncated_fields": ["hullwatch.filename"]}}}"#,
    );
    assert_eq!(texts(&document, FieldId::ProcessName), ["sh"]);
    assert_eq!(document.completeness(FieldId::ProcessName), Completeness::MoreValues);
    assert_eq!(document.completeness(FieldId::ProcessArgs), Completeness::Whole);
}

#[test]
fn arguments_that_were_cut_are_not_whole_and_not_counted() {
    let document = read(
        r#"{"process": {"args": ["apt", "insta"]}, "hullwatch": {"evidence": {"argc": 40,
            "truncated_fields": ["process.args"]}}}"#,
    );
    assert_eq!(document.completeness(FieldId::ProcessArgs), Completeness::MoreValues);
    assert_eq!(document.completeness(FieldId::ProcessCommandLine), Completeness::EndCut);
    assert!(matches!(document.get(FieldId::ProcessArgsCount), Values::Int(40)));
}

#[test]
fn count_and_command_line_are_made_of_the_arguments_only_where_they_lack() {
    let document = read(r#"{"process": {"args": ["a", "", "b c"]}}"#);
    assert!(matches!(document.get(FieldId::ProcessArgsCount), Values::Int(3)));
    assert_eq!(texts(&document, FieldId::ProcessCommandLine), ["a  b c"]);
    let document = read(r#"{"process": {"args": ["a"], "args_count": 9, "command_line": "x"}}"#);
    assert!(matches!(document.get(FieldId::ProcessArgsCount), Values::Int(9)));
    assert_eq!(texts(&document, FieldId::ProcessCommandLine), ["x"]);
    assert!(!read("{}").get(FieldId::ProcessCommandLine).any());
}

#[test]
fn the_cgroup_path_is_the_one_that_says_most() {
    for (v2, v1, container, expected) in [
        ("/", "/a/b", None, "/a/b"),
        ("/a/b", "/", None, "/a/b"),
        ("/a/x", "/b/y", None, "/b/y"),
        ("/a/id1", "/b/c/d", Some("id1"), "/a/id1"),
        ("/a/b/c", "/id1", Some("id1"), "/id1"),
    ] {
        let container = container.map_or(String::new(), |id| format!(r#", "container.id": "{id}""#));
        let json =
            format!(r#"{{"hullwatch": {{"cgroup": {{"path": "{v2}", "v1_path": "{v1}"}}}}{container}}}"#);
        assert_eq!(texts(&read(&json), FieldId::HullwatchCgroupPath), [expected], "{json}");
    }
}

#[test]
fn only_events_of_kinds_that_the_sensor_has_are_known() {
    let with = |rest: &str| {
        let json =
            format!(r#"{{"event": {{"category": ["process"], "type": "start", "action": "exec"}}{rest}}}"#);
        SensorDocument::new().read(json.as_bytes()).unwrap().is_some()
    };
    assert!(with(""));
    assert!(with(r#", "event.kind": "alert", "host": {"os": {"type": "linux"}}"#));
    assert!(!with(r#", "event.kind": "metric""#));
    assert!(!with(r#", "host": {"os": {"type": "windows"}}"#));
    for json in [
        "{}",
        r#"{"event": {"category": "process", "type": "end", "action": "end"}}"#,
        r#"{"event": {"category": "file", "type": "start", "action": "exec"}}"#,
        r#"{"event": {"kind": "event", "action": ["events-lost"]}}"#,
    ] {
        assert_eq!(SensorDocument::new().read(json.as_bytes()).unwrap(), None, "{json}");
    }
}

#[test]
fn a_document_leaves_nothing_to_the_next_one() {
    let mut document = SensorDocument::new();
    let full = r#"{"@timestamp": 5, "event": {"category": "process", "type": "start", "action": "exec"},
        "process": {"args": ["a"], "name": "n"}, "hullwatch.evidence.truncated_fields": "process.args"}"#;
    assert_eq!(document.read(full.as_bytes()).unwrap(), Some(EventKind::Exec));
    assert_eq!(document.read(b"{}").unwrap(), None);
    assert_eq!(document.timestamp(), None);
    for &field in FieldId::ALL {
        assert!(!document.get(field).any() && document.completeness(field) == Completeness::Whole, "{field}");
    }
}

#[test]
fn a_tests_event_is_completed_to_an_exec() {
    let mut document = SensorDocument::new();
    for (name, value) in [
        ("process.executable", Scalar::Text("/usr/bin/apt-get")),
        ("process.args", Scalar::Text("apt-get")),
        ("process.args", Scalar::Text("update")),
        ("@timestamp", Scalar::Text("1970-01-01T00:00:02Z")),
    ] {
        document.set(name, value).unwrap();
    }
    assert_eq!(document.complete(), Some(EventKind::Exec));
    assert_eq!(texts(&document, FieldId::EventAction), ["exec"]);
    assert_eq!(texts(&document, FieldId::ProcessName), ["apt-get"]);
    assert_eq!(texts(&document, FieldId::ProcessCommandLine), ["apt-get update"]);
    assert_eq!(document.timestamp().map(Instant::epoch_ms), Some(2000));
    document.clear();
    document.set("event.action", Scalar::Text("fork")).unwrap();
    assert_eq!(document.complete(), None);
    assert_eq!(texts(&document, FieldId::EventAction), ["fork"]);
}

#[test]
fn a_tests_event_takes_known_fields_of_the_right_type_only() {
    let mut document = SensorDocument::new();
    for (name, value, expected) in [
        ("process.nmae", Scalar::Text("x"), "there is no field `process.nmae`"),
        ("process.args", Scalar::Int(1), "`process.args` is text, and this is a whole number"),
        ("process.pid", Scalar::Text("1"), "`process.pid` is a whole number, and this is a text"),
        (
            "process.interactive",
            Scalar::Text("true"),
            "`process.interactive` is true or false, and this is a text",
        ),
        ("@timestamp", Scalar::Text("now"), "`@timestamp` is a date, and this is a text that names none"),
        (
            "process.pid",
            Scalar::Real(1.5),
            "`process.pid` is a whole number, and this is a number with a fraction",
        ),
    ] {
        assert_eq!(document.set(name, value).unwrap_err().to_string(), expected);
    }
    let Err(FieldError::Unknown { nearest, .. }) = document.set("process.nmae", Scalar::Text("x")) else {
        panic!("it is unknown")
    };
    assert_eq!(nearest, Some("process.name"));
}
