//! A document for a person at a terminal: a few lines instead of one long one.
//!
//! Works on the finished document, so that what a person sees is what a machine gets. Every text goes
//! through [`for_terminal`]: argv is written by whoever is being watched.

use crate::text::for_terminal;
use serde_json::Value;
use std::fmt::Write as _;

/// The rows of an alert or event: label, and the paths of what stands behind it.
const ROWS: [(&str, &[&str]); 8] = [
    ("command", &["process.command_line"]),
    ("process", &["process.executable", "process.pid"]),
    ("script", &["hullwatch.script.path"]),
    ("container", &["container.id", "container.runtime"]),
    ("cgroup", &["hullwatch.cgroup.path", "hullwatch.cgroup.v1_path"]),
    ("user id", &["process.user.id"]),
    ("interactive", &["process.interactive"]),
    ("rule", &["rule.id", "rule.version"]),
];

/// Renders a document.
pub fn render(document: &Value) -> String {
    let mut block = String::new();
    let time = text(document, "@timestamp").unwrap_or_default();
    let title = ["rule.name", "message"].into_iter().find_map(|path| text(document, path));
    let title = title.unwrap_or_else(|| "event".to_owned());
    let severity = text(document, "hullwatch.severity").map(|word| format!("{word}  ")).unwrap_or_default();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(block, "{time}  {severity}{title}");
    for (label, paths) in ROWS {
        let parts: Vec<String> = paths.iter().filter_map(|path| text(document, path)).collect();
        if !parts.is_empty() {
            let _ = writeln!(block, "  {label:<12} {}", parts.join("  "));
        }
    }
    for (index, event) in sequence(document).iter().enumerate() {
        let label = format!("event {}", index + 1);
        let _ = writeln!(block, "  {label:<12} {}", short(event));
    }
    for failure in list(document, "/hullwatch/reload/failures") {
        let _ = writeln!(block, "  {:<12} {}", "refused", text(failure, "reason").unwrap_or_default());
    }
    if let Some(evidence) = evidence(document) {
        let _ = writeln!(block, "  {:<12} {evidence}", "evidence");
    }
    block
}

/// How far the evidence goes, where it is not whole.
fn evidence(document: &Value) -> Option<&'static str> {
    let is = |path| document.pointer(path) == Some(&Value::Bool(true));
    if is("/hullwatch/evidence/incomplete") {
        return Some("incomplete: what was not captured decides whether the rule is right");
    }
    is("/hullwatch/evidence/truncated").then_some("not everything was captured")
}

/// The events of a sequence, in order; none where it is about a single event.
fn sequence(document: &Value) -> &[Value] {
    list(document, "/hullwatch/sequence/events")
}

fn list<'a>(document: &'a Value, pointer: &str) -> &'a [Value] {
    document.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Longest piece of an argument list in a row.
const SHOWN_CHARACTERS: usize = 120;

/// An event in one row: when, what, and which process.
fn short(event: &Value) -> String {
    let args = list(event, "/process/args").iter().filter_map(Value::as_str);
    let mut line = String::new();
    for word in args {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * SHOWN_CHARACTERS {
            break;
        }
    }
    let cut: String = line.chars().take(SHOWN_CHARACTERS).collect();
    let more = if cut.len() < line.len() { " [...]" } else { "" };
    let what = format!("{}{more}", for_terminal(&cut));
    let parts = [
        text(event, "@timestamp"),
        (!line.is_empty()).then_some(what),
        text(event, "process.executable"),
        text(event, "process.pid"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// The value at a dotted path as text fit for a terminal.
fn text(document: &Value, path: &str) -> Option<String> {
    let value = document.pointer(&format!("/{}", path.replace('.', "/")))?;
    match value {
        Value::Null => None,
        Value::String(text) => Some(for_terminal(text)),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_alert_is_a_block_of_aligned_rows() {
        let document = json!({
            "@timestamp": "2026-11-23T07:00:00Z", "rule": {"name": "Tool installation", "id": "r1"},
            "process": {"command_line": "apt-get install curl", "executable": "/usr/bin/apt-get", "pid": 7,
                        "interactive": true, "user": {"id": "0"}},
            "container": {"id": "4ff4"}, "hullwatch": {"severity": "low"}
        });
        let want = "2026-11-23T07:00:00Z  low  Tool installation\n  \
                    command      apt-get install curl\n  \
                    process      /usr/bin/apt-get  7\n  \
                    container    4ff4\n  \
                    user id      0\n  \
                    interactive  true\n  \
                    rule         r1\n";
        assert_eq!(render(&document), want);
    }

    #[test]
    fn a_sequence_is_shown_event_by_event_and_doubt_is_told() {
        let document = json!({
            "@timestamp": "2026-11-23T07:00:09Z", "rule": {"name": "Download and run"},
            "hullwatch": {
                "sequence": {"events": [
                    {"@timestamp": "2026-11-23T07:00:00Z", "process": {"args": ["curl", "\u{1b}x"], "pid": 1}},
                    {"@timestamp": "2026-11-23T07:00:09Z", "process": {"executable": "/bin/sh", "pid": 2}}
                ]},
                "evidence": {"truncated": true, "incomplete": true}
            }
        });
        let want = "2026-11-23T07:00:09Z  Download and run\n  \
                    event 1      2026-11-23T07:00:00Z  curl \\u{1b}x  1\n  \
                    event 2      2026-11-23T07:00:09Z  /bin/sh  2\n  \
                    evidence     incomplete: what was not captured decides whether the rule is right\n";
        assert_eq!(render(&document), want);
    }

    #[test]
    fn a_reload_that_failed_says_why() {
        let document = json!({"@timestamp": "t", "message": "m", "hullwatch": {"reload": {"failures": [
            {"file": "a.toml", "reason": "a.toml:1:1: no"}, {"reason": "b"}
        ]}}});
        assert_eq!(render(&document), "t  m\n  refused      a.toml:1:1: no\n  refused      b\n");
    }

    #[test]
    fn argv_cannot_write_to_the_terminal() {
        let document = json!({"message": "m", "process": {"command_line": "a\u{1b}[2Jb\nc"}});
        assert!(render(&document).contains("a\\u{1b}[2Jb\\nc"));
        assert!(!render(&document).contains('\u{1b}'));
    }
}
