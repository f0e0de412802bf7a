//! From a place in a query to a place in the rule file.
//!
//! The query is a TOML string inside the file, in one of four notations. Literal strings (`'''...'''`, `'...'`) hold
//! the query byte for byte; in basic strings (`"""..."""`, `"..."`) escapes make the two differ, so the string is read
//! again, with both positions counted. When the second reading disagrees with TOML's own, the place is not guessed:
//! the whole value is.

use std::ops::Range;

use crate::syntax::Span;

/// Where byte `range` of the decoded string `decoded` stands in `file`; `value` is where the string, quotes included,
/// stands there.
pub(crate) fn in_file(file: &str, value: Range<usize>, decoded: &str, range: Range<usize>) -> Range<usize> {
    let raw = file.get(value.clone()).unwrap_or_default();
    let mapped = if let Some(content) = literal_content(raw) {
        (raw.get(content..content + decoded.len()) == Some(decoded))
            .then_some((content + range.start, content + range.end))
    } else {
        basic_content(raw).and_then(|content| basic_positions(raw, content, decoded, &range))
    };
    match mapped {
        Some((start, end)) => value.start + start..value.start + end,
        None => value,
    }
}

/// Where `span` of a query stands in `file`, when the query is `lead` bytes of ours and then `eql`, whose string stands at
/// `value`.
pub(crate) fn of_eql(file: &str, value: Range<usize>, eql: &str, lead: usize, span: Span) -> Range<usize> {
    let place = |offset: usize| offset.saturating_sub(lead).min(eql.len());
    let range = span.range();
    in_file(file, value, eql, place(range.start)..place(range.end))
}

/// Where the content of a literal string begins.
fn literal_content(raw: &str) -> Option<usize> {
    match raw.strip_prefix("'''") {
        Some(rest) => Some(3 + first_newline(rest)),
        None => raw.starts_with('\'').then_some(1),
    }
}

/// Where the content of a basic string begins.
fn basic_content(raw: &str) -> Option<usize> {
    match raw.strip_prefix("\"\"\"") {
        Some(rest) => Some(3 + first_newline(rest)),
        None => raw.starts_with('"').then_some(1),
    }
}

/// A line break directly behind the opening quotes is not content.
fn first_newline(rest: &str) -> usize {
    if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) }
}

/// Reads the basic string `raw` again, from `content` on, and says where the ends of `range` of `decoded` stand.
fn basic_positions(raw: &str, content: usize, decoded: &str, range: &Range<usize>) -> Option<(usize, usize)> {
    let (mut at, mut read) = (content, 0);
    let (mut start, mut end) = (None, None);
    loop {
        if read >= range.start && start.is_none() {
            start = Some(at);
        }
        if read >= range.end && end.is_none() {
            end = Some(at);
        }
        if let (Some(start), Some(end)) = (start, end) {
            return Some((start, end));
        }
        let rest = raw.get(at..)?;
        let (character, length) = match rest.strip_prefix('\\') {
            Some(escape) => basic_escape(escape)?,
            None => (rest.chars().next(), rest.chars().next()?.len_utf8()),
        };
        at += length;
        if let Some(character) = character {
            // Disagreement means that this reading is wrong somewhere.
            if !decoded.get(read..)?.starts_with(character) {
                return None;
            }
            read += character.len_utf8();
        }
    }
}

/// What an escape stands for, and its length with the backslash. `rest` begins behind the backslash.
fn basic_escape(rest: &str) -> Option<(Option<char>, usize)> {
    let letter = rest.chars().next()?;
    let hex = |digits: usize| {
        let number = u32::from_str_radix(rest.get(1..=digits)?, 16).ok()?;
        Some((Some(char::from_u32(number)?), digits + 2))
    };
    match letter {
        'n' => Some((Some('\n'), 2)),
        'r' => Some((Some('\r'), 2)),
        't' => Some((Some('\t'), 2)),
        'b' => Some((Some('\u{8}'), 2)),
        'f' => Some((Some('\u{c}'), 2)),
        'e' => Some((Some('\u{1b}'), 2)),
        '"' | '\\' => Some((Some(letter), 2)),
        'x' => hex(2),
        'u' => hex(4),
        'U' => hex(8),
        // A backslash at the end of a line swallows the line break and all blanks up to the next text.
        blank if blank.is_ascii_whitespace() => {
            Some((None, 1 + rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len()))
        }
        _ => None,
    }
}

/// A line and column of a file, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The position of byte `offset` of `file`.
    pub(crate) fn of(file: &str, offset: usize) -> Self {
        // Inside a character, or behind the end: the nearest place before.
        let before = (0..=offset.min(file.len())).rev().find_map(|end| file.get(..end)).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Self { line: before.matches('\n').count() + 1, column }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;

    /// The text in the file at which `needle` of the decoded query is shown.
    fn shown(file: &str, needle: &str) -> String {
        let parsed = DeTable::parse(file).unwrap();
        let (_, value) = parsed.get_ref().iter().find(|(key, _)| key.get_ref() == "query").unwrap();
        let decoded = value.get_ref().as_str().unwrap();
        let start = decoded.find(needle).unwrap();
        file[in_file(file, value.span(), decoded, start..start + needle.len())].to_owned()
    }

    #[test]
    fn literal_strings_are_exact() {
        assert_eq!(shown("query = '''\nprocess where x'''\n", "where"), "where");
        assert_eq!(shown("query = '''\r\nprocess\r\nwhere x'''\r\n", "where"), "where");
        assert_eq!(shown("query = '''process where x'''", "process"), "process");
        assert_eq!(shown("query = 'process where x'", "x"), "x");
    }

    #[test]
    fn escapes_of_basic_strings_are_counted() {
        assert_eq!(shown(r#"query = "a == \"\u00e9\U0001F600\" bad""#, "bad"), "bad");
        assert_eq!(shown(r#"query = "a == \"b\" bad""#, "\"b\""), r#"\"b\""#);
        assert_eq!(shown("query = \"\"\"\n  a \\\n\n   b\\tbad\"\"\"", "bad"), "bad");
        assert_eq!(shown("query = \"\"\"\r\na\r\n  bad\"\"\"", "bad"), "bad");
    }

    #[test]
    fn a_reading_that_disagrees_falls_back_to_the_whole_value() {
        assert_eq!(in_file("q = \"abc\"", 4..9, "xyz", 1..2), 4..9);
        assert_eq!(in_file("q = 'abc'", 4..9, "xyz", 1..2), 4..9);
    }

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let file = "a\nbé c\n";
        assert_eq!(Position::of(file, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(file, file.find('c').unwrap()), Position { line: 2, column: 4 });
        assert_eq!(Position::of(file, 1000), Position { line: 3, column: 1 });
    }

    proptest! {
        #[test]
        fn whatever_toml_writes_is_mapped_back(query in "[a-z\"'\\\\\n\r\té\u{1}]{0,30}X[a-z\"\\\\é\n]{0,10}") {
            let mut basic = String::new();
            for c in query.chars() {
                match c {
                    '"' | '\\' => { basic.push('\\'); basic.push(c); }
                    c if c.is_control() => basic.extend(format!("\\u{:04X}", u32::from(c)).chars()),
                    c => basic.push(c),
                }
            }
            prop_assert_eq!(shown(&format!("query = \"{basic}\""), "X"), "X");
        }
    }
}
