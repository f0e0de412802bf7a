//! Bytes from the kernel as text, so that nothing is lost.
//!
//! Arguments and paths on Linux are bytes; JSON and rules want text. Valid UTF-8 stays as it is. In
//! anything else each bad byte becomes `\xNN` and each backslash `\\`, which can be undone; whoever
//! keeps the text keeps with it that it was escaped, because the same characters could also have been
//! there in the first place.

use std::{borrow::Cow, fmt::Write as _};

/// The text of some bytes, and whether it had to be escaped.
pub fn lossless(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (Cow::Owned(escape(bytes)), true),
    }
}

fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '\\' {
                text.push('\\');
            }
            text.push(character);
        }
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// A number in decimal digits, without memory of its own.
#[derive(Clone, Copy, Debug)]
pub struct Digits {
    bytes: [u8; 10],
    start: usize,
}

impl Digits {
    /// The digits of a number.
    pub fn of(mut number: u32) -> Self {
        let mut bytes = [b'0'; 10];
        let mut start = bytes.len();
        for byte in bytes.iter_mut().rev() {
            // A digit fits into a byte.
            *byte += (number % 10) as u8;
            start -= 1;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        Self { bytes, start }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        let digits = self.bytes.get(self.start..).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

/// The part of a path behind its last slash.
pub fn basename(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Text as a terminal may show it: control characters, also those of the C1 range and the ones that
/// turn the direction of writing, come out as escapes, so that argv cannot paint over an alert.
pub fn for_terminal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                shown.extend(character.escape_unicode());
            }
            control if control.is_control() => shown.extend(control.escape_default()),
            plain => shown.push(plain),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Undoes [`escape`].
    fn unescape(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if let Some(digits) = rest.strip_prefix("\\x") {
                bytes.push(u8::from_str_radix(&digits[..2], 16).unwrap());
                rest = &digits[2..];
            } else if let Some(behind) = rest.strip_prefix("\\\\") {
                bytes.push(b'\\');
                rest = behind;
            } else {
                bytes.extend(character.to_string().as_bytes());
                rest = &rest[character.len_utf8()..];
            }
        }
        bytes
    }

    #[test]
    fn valid_text_is_left_alone_backslashes_included() {
        assert_eq!(lossless("a\\x41ü\n".as_bytes()), (Cow::Borrowed("a\\x41ü\n"), false));
    }

    #[test]
    fn bad_bytes_and_backslashes_beside_them_are_escaped() {
        assert_eq!(lossless(b"a\\\xffb\xc3"), (Cow::Owned::<str>("a\\\\\\xffb\\xc3".to_owned()), true));
    }

    #[test]
    fn a_terminal_never_sees_a_control_character() {
        assert_eq!(
            for_terminal("\x1b[2Jcurl\r\n\u{9b}1m\u{202e}x"),
            "\\u{1b}[2Jcurl\\r\\n\\u{9b}1m\\u{202e}x"
        );
    }

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 7, 10, 65534, 1_000_000_000, u32::MAX] {
            assert_eq!(Digits::of(number).as_str(), number.to_string());
        }
    }

    #[test]
    fn the_basename_is_what_follows_the_last_slash() {
        assert_eq!((basename("/usr/bin/dnf"), basename("dnf"), basename("/")), ("dnf", "dnf", ""));
    }

    proptest! {
        #[test]
        fn every_escaped_text_gives_its_bytes_back(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let (text, escaped) = lossless(&bytes);
            let back = if escaped { unescape(&text) } else { text.as_bytes().to_vec() };
            prop_assert_eq!(back, bytes);
        }
    }
}
