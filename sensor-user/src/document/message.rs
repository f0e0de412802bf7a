//! What an alert says in one sentence. Made of the document, so that a replayed event says the same as the
//! event did when it happened. A part that the document does not have is left out.

use super::{
    alert::{EventMap, Match},
    tree,
};

/// Longest piece of a command line in a sentence.
const SHOWN_CHARACTERS: usize = 160;

/// One readable sentence.
pub(super) fn message(event: &EventMap, found: &Match<'_>) -> String {
    let Match { rule, incomplete, events, .. } = *found;
    let what = match events {
        [] | [_] => format!("{} was run", command(event)),
        [first, .., last] => {
            format!(
                "{} events in order, from {} to {}, were seen",
                events.len(),
                command(first),
                command(last)
            )
        }
    };
    let doubt = if incomplete { "; not everything was captured, so the rule may be wrong" } else { "" };
    format!("{}: {what} {}{}{}{doubt}", rule.name, place(event), user(event), interactively(event))
}

fn command(event: &EventMap) -> String {
    let line = ["process.command_line", "process.executable", "process.name"]
        .into_iter()
        .find_map(|path| tree::text(event, path))
        .unwrap_or("something");
    let shown: String = line.chars().take(SHOWN_CHARACTERS).collect();
    let more = if shown.len() < line.len() { " [...]" } else { "" };
    format!("`{shown}{more}`")
}

fn place(event: &EventMap) -> String {
    let Some(id) = tree::text(event, "container.id") else {
        return "outside of any known container".to_owned();
    };
    let runtime =
        tree::text(event, "container.runtime").map_or_else(String::new, |runtime| format!("{runtime} "));
    format!("in {runtime}container {}", id.get(..12).unwrap_or(id))
}

fn user(event: &EventMap) -> String {
    let id = ["process.user.id", "user.id"].into_iter().find_map(|path| tree::text(event, path));
    id.map_or_else(String::new, |id| format!(" by user id {id}"))
}

fn interactively(event: &EventMap) -> &'static str {
    let interactive = tree::get(event, "process.interactive").and_then(serde_json::Value::as_bool);
    if interactive == Some(true) { ", interactively" } else { "" }
}
