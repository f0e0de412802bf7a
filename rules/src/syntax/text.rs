//! The quoted things of EQL: strings with escapes, raw strings, back-ticked names.
//!
//! Reads one of them from the front of a text and says how long it was. Called by the lexer only.

use std::borrow::Cow;

use super::error::{SyntaxError, SyntaxErrorKind};
use super::span::Span;

/// What stands inside the quotes, and how many bytes quotes and content take.
type Read<'q> = Result<(Cow<'q, str>, usize), SyntaxError>;

/// Reads the string, plain or raw, that `rest` begins with. `start` is where `rest` stands in the query.
pub(super) fn read_string(rest: &str, start: usize) -> Read<'_> {
    match rest.strip_prefix(r#"""""#) {
        Some(content) => read_raw(content, start),
        None => read_escaped(rest, start),
    }
}

/// A raw string ends at the first three quotes; one or two more directly behind them belong to the content, so that
/// a raw string can end in a quote. It does not span lines.
fn read_raw(content: &str, start: usize) -> Read<'_> {
    // The end is looked for first, so that a query of many raw strings is still read in linear time.
    let close = content
        .find(r#"""""#)
        .filter(|&close| !content.get(..close).is_some_and(|line| line.contains(['\n', '\r'])));
    let Some(close) = close else {
        return Err(SyntaxError::new(
            Span::new(start, start + 3),
            SyntaxErrorKind::Unclosed {
                what: "raw string",
                hint: "close it with three quotes; it must end on the line it begins on",
            },
        ));
    };
    let after = content.get(close + 3..).unwrap_or_default();
    let extra = after.bytes().take(2).take_while(|&b| b == b'"').count();
    Ok((Cow::Borrowed(content.get(..close + extra).unwrap_or_default()), 3 + close + extra + 3))
}

fn read_escaped(rest: &str, start: usize) -> Read<'_> {
    let mut decoded = String::new();
    // Up to here the content has been copied to `decoded`; as long as that is 1, nothing needed decoding.
    let mut copied = 1;
    let mut at = 1;
    loop {
        let ahead = rest.get(at..).unwrap_or_default();
        at += ahead.find(['"', '\\', '\n', '\r']).unwrap_or(ahead.len());
        let plain = rest.get(copied..at).unwrap_or_default();
        match rest.as_bytes().get(at) {
            Some(b'"') if copied == 1 => return Ok((Cow::Borrowed(plain), at + 1)),
            Some(b'"') => {
                decoded.push_str(plain);
                return Ok((Cow::Owned(decoded), at + 1));
            }
            Some(b'\\') => {
                decoded.push_str(plain);
                let (character, length) = read_escape(rest.get(at..).unwrap_or_default(), start + at)?;
                decoded.push(character);
                at += length;
                copied = at;
            }
            _ => {
                return Err(SyntaxError::new(
                    Span::new(start, start + 1),
                    SyntaxErrorKind::Unclosed {
                        what: "string",
                        hint: "close it with `\"` on the same line; a line break is written \\n, a quote \\\"",
                    },
                ));
            }
        }
    }
}

/// The character that the escape at the front of `rest` stands for, and the length of the escape.
fn read_escape(rest: &str, start: usize) -> Result<(char, usize), SyntaxError> {
    let letter = rest.chars().nth(1);
    let simple = match letter {
        Some('n') => Some('\n'),
        Some('r') => Some('\r'),
        Some('t') => Some('\t'),
        Some('b') => Some('\u{8}'),
        Some('f') => Some('\u{c}'),
        Some(same @ ('"' | '\\')) => Some(same),
        _ => None,
    };
    if let Some(character) = simple {
        return Ok((character, 2));
    }
    if let Some(digits) = rest.strip_prefix("\\u{")
        && let Some(end) = digits.bytes().take(9).position(|b| b == b'}')
        && let Some(digits) = digits.get(..end)
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
        && let Some(character) = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
    {
        return Ok((character, end + 4));
    }
    let length = 1 + letter.map_or(0, char::len_utf8);
    let found = rest.get(..length).unwrap_or_default().to_owned();
    Err(SyntaxError::new(Span::new(start, start + length), SyntaxErrorKind::Escape { found }))
}

/// Reads the back-ticked name that `rest` begins with. Two back-ticks inside stand for one.
pub(super) fn read_back_ticked(rest: &str, start: usize) -> Read<'_> {
    let mut end = 1;
    let mut doubled = false;
    loop {
        let ahead = rest.get(end..).unwrap_or_default();
        match ahead.find(['`', '\n', '\r']) {
            Some(offset) if ahead.get(offset..).is_some_and(|at| at.starts_with("``")) => {
                doubled = true;
                end += offset + 2;
            }
            Some(offset) if ahead.as_bytes().get(offset) == Some(&b'`') => {
                let content = rest.get(1..end + offset).unwrap_or_default();
                let name =
                    if doubled { Cow::Owned(content.replace("``", "`")) } else { Cow::Borrowed(content) };
                return Ok((name, end + offset + 1));
            }
            _ => {
                return Err(SyntaxError::new(
                    Span::new(start, start + 1),
                    SyntaxErrorKind::Unclosed {
                        what: "back-ticked name",
                        hint: "close it with a back-tick on the same line",
                    },
                ));
            }
        }
    }
}
