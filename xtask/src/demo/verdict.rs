//! Whether exactly the expected alert came. Pure: takes the lines that the sensor wrote, says yes with the alert or no with
//! what is wrong.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

/// The one alert about the command in the demo's container.
pub(crate) struct Alert {
    /// Its line among those that came.
    pub(crate) line: usize,
    pub(crate) document: Value,
    /// Alerts of other containers: someone else may be installing tools at this very moment.
    pub(crate) of_others: usize,
}

/// Judges the sensor's output after `command` was typed in container `id`.
pub(crate) fn judge<'a>(lines: impl Iterator<Item = &'a str>, id: &str, command: &str) -> Result<Alert> {
    let words: Vec<&str> = command.split(' ').collect();
    let mut ours = Vec::new();
    let mut of_others = 0;
    for (line, text) in lines.enumerate() {
        let document: Value = serde_json::from_str(text)
            .with_context(|| format!("the sensor wrote a line that is not JSON: {text}"))?;
        if document.pointer("/event/kind") != Some(&json!("alert")) {
            continue;
        }
        if document.pointer("/container/id") != Some(&json!(id)) {
            of_others += 1;
        } else if document.pointer("/process/name") == Some(&json!(words.first())) {
            // The shell that the command is typed into may raise an alert of its own.
            ours.push((line, document));
        }
    }
    let count = ours.len();
    let Some((line, document)) = ours.pop() else {
        bail!("no alert came from container {id} ({of_others} came from elsewhere)");
    };
    if count > 1 {
        bail!("{count} alerts came from container {id}, and one was expected");
    }
    let arguments = document.pointer("/process/args").unwrap_or(&Value::Null);
    if !is_command(arguments, &words) {
        bail!("the alert says {arguments} in /process/args, and {words:?} was expected");
    }
    let found = document.pointer("/process/interactive").unwrap_or(&Value::Null);
    if *found != json!(true) {
        bail!("the alert says {found} in /process/interactive, and true was expected");
    }
    Ok(Alert { line, document, of_others })
}

/// Whether these are the typed words; for a script the kernel puts the interpreter first and makes the name a path.
fn is_command(arguments: &Value, words: &[&str]) -> bool {
    let Some(mut arguments) =
        arguments.as_array().map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>())
    else {
        return false;
    };
    let Some((name, rest)) = words.split_first() else {
        return false;
    };
    if arguments.len() == words.len() + 1 {
        arguments.remove(0);
    }
    let Some((program, after)) = arguments.split_first() else {
        return false;
    };
    program.rsplit('/').next() == Some(*name) && after == rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4f3c";
    const COMMAND: &str = "apt-get install curl";

    fn alert(id: &str, interactive: bool) -> String {
        json!({
            "event": { "kind": "alert" },
            "container": { "id": id },
            "process": { "name": "apt-get", "args": ["apt-get", "install", "curl"], "interactive": interactive },
        })
        .to_string()
    }

    fn judge_lines(lines: &[String]) -> Result<Alert, String> {
        judge(lines.iter().map(String::as_str), ID, COMMAND).map_err(|error| error.to_string())
    }

    fn complaint(lines: &[String]) -> String {
        judge_lines(lines).err().unwrap_or_default()
    }

    #[test]
    fn exactly_one_alert_with_the_right_container_is_what_succeeds() {
        let lines = [r#"{"event":{"kind":"event"}}"#.to_owned(), alert("other", true), alert(ID, true)];
        let alert = judge_lines(&lines).unwrap();
        assert_eq!((alert.line, alert.of_others), (2, 1));
    }

    #[test]
    fn no_alert_of_our_container_fails() {
        assert!(complaint(&[]).contains("no alert"));
        assert!(complaint(&[alert("other", true)]).contains("1 came from elsewhere"));
    }

    #[test]
    fn an_alert_about_the_shell_is_not_the_one_that_is_looked_for() {
        let shell = alert(ID, true).replace(r#""name":"apt-get""#, r#""name":"sh""#);
        assert_eq!(judge_lines(&[shell.clone(), alert(ID, true)]).unwrap().line, 1);
        assert!(complaint(&[shell]).contains("no alert"));
    }

    #[test]
    fn a_second_alert_fails() {
        assert!(complaint(&[alert(ID, true), alert(ID, true)]).contains("2 alerts"));
    }

    #[test]
    fn wrong_fields_fail_by_name() {
        assert!(complaint(&[alert(ID, false)]).contains("/process/interactive"));
        let cut = alert(ID, true).replace(r#","curl""#, "");
        assert!(complaint(&[cut]).contains("/process/args"));
    }

    #[test]
    fn a_script_of_that_name_counts_and_another_command_does_not() {
        let words = ["apt-get", "install", "curl"];
        assert!(is_command(&json!(["/bin/sh", "/opt/demo/apt-get", "install", "curl"]), &words));
        assert!(is_command(&json!(words), &words));
        assert!(!is_command(&json!(["apt-get", "install", "vim"]), &words));
        assert!(!is_command(&json!(["sh", "-c", "apt-get", "install", "curl"]), &words));
        assert!(!is_command(&json!([]), &words));
        assert!(!is_command(&Value::Null, &words));
    }

    #[test]
    fn a_torn_line_fails() {
        assert!(complaint(&[alert(ID, true), "{\"event\":".to_owned()]).contains("not JSON"));
    }
}
