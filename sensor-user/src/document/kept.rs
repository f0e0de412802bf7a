//! What is kept of an event for an alert that comes later, when a sequence is complete: its document, as JSON.
//! Long arguments are cut and the document says so, or a few events could use up what the engine may remember.

use super::{
    alert::EventMap,
    tree::{get, put},
};
use hullwatch_rules::engine::Retained;
use serde_json::Value;
use std::sync::Arc;

/// Documents up to this length are kept whole.
const WHOLE_BYTES: usize = 32 << 10;
/// What is kept of the arguments of longer ones.
const ARGS_BYTES: usize = 8 << 10;

/// A document that is kept. Copies share it.
#[derive(Clone, Debug)]
pub struct Kept(Arc<[u8]>);

impl Kept {
    /// Keeps an event's document.
    pub fn of(event: &EventMap) -> Self {
        let whole = json(event);
        if whole.len() <= WHOLE_BYTES {
            return Self(whole.into());
        }
        let mut event = event.clone();
        cut(&mut event);
        Self(json(&event).into())
    }

    /// The document.
    pub fn map(&self) -> EventMap {
        // Written by `of`, so it can be read.
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

impl Retained for Kept {
    fn bytes(&self) -> usize {
        self.0.len() + 2 * size_of::<usize>()
    }
}

fn json(event: &EventMap) -> Vec<u8> {
    // Maps of strings always have a form in JSON.
    serde_json::to_vec(event).unwrap_or_default()
}

fn cut(event: &mut EventMap) {
    let mut left = ARGS_BYTES;
    let mut args = match get(event, "process.args") {
        Some(Value::Array(args)) => args.clone(),
        _ => Vec::new(),
    };
    args.retain_mut(|arg| {
        if left == 0 {
            return false;
        }
        if let Value::String(text) = arg {
            text.truncate(boundary(text, left));
            left = left.saturating_sub(text.len() + 1);
        }
        true
    });
    put(event, "process.args", args);
    if let Some(Value::String(line)) = get(event, "process.command_line") {
        let line = line.get(..boundary(line, ARGS_BYTES)).unwrap_or_default().to_owned();
        put(event, "process.command_line", line);
    }
    let mut fields = match get(event, "hullwatch.evidence.truncated_fields") {
        Some(Value::Array(fields)) => fields.clone(),
        _ => Vec::new(),
    };
    if !fields.iter().any(|field| field == "process.args") {
        fields.push("process.args".into());
    }
    put(event, "hullwatch.evidence.truncated", true);
    put(event, "hullwatch.evidence.truncated_fields", fields);
}

/// The last place at or before `at` where a text may be cut.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|place| text.is_char_boundary(*place)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(args: &[String]) -> EventMap {
        let document = json!({
            "process": {"args": args, "command_line": args.join(" "), "pid": 1},
            "hullwatch": {"evidence": {"truncated": false}}
        });
        let Value::Object(event) = document else { panic!("no object") };
        event
    }

    #[test]
    fn an_event_comes_back_as_it_was() {
        let event = event(&["ls".to_owned(), "-l".to_owned()]);
        assert_eq!(Kept::of(&event).map(), event);
    }

    #[test]
    fn long_arguments_are_cut_between_characters_and_the_document_says_so() {
        for args in [vec!["é".repeat(50_000)], vec!["x".to_owned(); 50_000], vec!["a".repeat(9_000); 20]] {
            let kept = Kept::of(&event(&args));
            assert!(kept.bytes() < WHOLE_BYTES * 2, "{}", kept.bytes());
            let map = kept.map();
            assert_eq!(get(&map, "hullwatch.evidence.truncated"), Some(&json!(true)));
            assert_eq!(get(&map, "hullwatch.evidence.truncated_fields"), Some(&json!(["process.args"])));
            let first = get(&map, "process.args").unwrap()[0].as_str().unwrap();
            assert!(!first.is_empty() && args[0].starts_with(first));
        }
    }
}
