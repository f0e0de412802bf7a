//! How error messages quote what a rule's author wrote.
//!
//! Names and values in rule files may be of any length and hold any character. A message quotes the beginning, with
//! control characters escaped, so that it stays one readable line and does nothing to a terminal.

/// How much is quoted: longer than any sensible name, shorter than a line.
const SHOWN: usize = 80;

/// The beginning of `text`, fit for a message.
pub(crate) fn quoted(text: &str) -> String {
    printable(text, SHOWN)
}

/// The first `limit` characters of `text`, with those escaped that a terminal might act upon.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        match c {
            _ if count == limit => {
                shown.push_str("...");
                break;
            }
            '"' | '\'' | '\\' => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn short_texts_stay_as_they_are_and_long_ones_are_cut() {
        assert_eq!(quoted("process.näme"), "process.näme");
        assert_eq!(quoted("it's \"so\""), "it's \"so\"");
        assert_eq!(quoted(&"é".repeat(1000)), format!("{}...", "é".repeat(80)));
    }

    #[test]
    fn control_characters_do_not_come_through() {
        assert_eq!(quoted("a\u{1b}[2J\n"), r"a\u{1b}[2J\n");
    }
}
