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
    if document.pointer("/hullwatch/evidence/truncated") == Some(&Value::Bool(true)) {
        let _ = writeln!(block, "  {:<12} not everything was captured", "evidence");
    }
    block
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
    fn argv_cannot_write_to_the_terminal() {
        let document = json!({"message": "m", "process": {"command_line": "a\u{1b}[2Jb\nc"}});
        assert!(render(&document).contains("a\\u{1b}[2Jb\\nc"));
        assert!(!render(&document).contains('\u{1b}'));
    }
}
