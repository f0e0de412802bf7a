//! The functions of EQL, applied to values.
//!
//! Positions and lengths count characters, from 0. A null argument gives null, and so does whatever has no answer: a
//! text that is no number, a division by zero, a number that does not fit 64 bits.

use std::borrow::Cow;

use super::number::Number;
use super::text::{begins, ends};
use super::value::{Worked, arithmetic};

/// A function, an arithmetic operator included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Add,
    Subtract,
    Multiply,
    /// Of two whole numbers the whole part of the quotient.
    Divide,
    Modulo,
    Negate,
    Between,
    Concat,
    EndsWith,
    IndexOf,
    Length,
    /// From a text to a number.
    Number,
    StartsWith,
    /// From any value to a text.
    String,
    StringContains,
    Substring,
}

impl Function {
    /// Applies it to `args`; with `fold`, ASCII letters compare without their case.
    pub(super) fn apply<'a>(self, fold: bool, args: &mut dyn Iterator<Item = Worked<'a>>) -> Worked<'a> {
        match self {
            Self::Add => numbers(args, i64::checked_add, |a, b| a + b),
            Self::Subtract => numbers(args, i64::checked_sub, |a, b| a - b),
            Self::Multiply => numbers(args, i64::checked_mul, |a, b| a * b),
            Self::Divide => numbers(args, i64::checked_div, |a, b| a / b),
            Self::Modulo => numbers(args, i64::checked_rem, |a, b| a % b),
            Self::Negate => {
                let negated = args.next().and_then(Worked::number).and_then(|number| match number {
                    Number::Int(value) => value.checked_neg().map(Number::Int),
                    Number::Real(value) => Some(Number::Real(-value)),
                });
                negated.into()
            }
            Self::Concat => concat(args),
            Self::String => args.next().and_then(Worked::into_text).into(),
            Self::StartsWith => texts(args).map(|(text, part)| begins(&text, &part, fold)).into(),
            Self::EndsWith => texts(args).map(|(text, part)| ends(&text, &part, fold)).into(),
            // Nothing contains the empty text, as Elasticsearch has it.
            Self::StringContains => {
                texts(args).map(|(text, part)| !part.is_empty() && find(&text, &part, fold).is_some()).into()
            }
            Self::Length => text(args).map(|text| count(text.chars().count())).into(),
            Self::IndexOf => index_of(fold, args).map(Number::Int).into(),
            Self::Number => to_number(args).into(),
            Self::Between => between(fold, args).into(),
            Self::Substring => substring(args).into(),
        }
    }
}

fn text<'a>(args: &mut dyn Iterator<Item = Worked<'a>>) -> Option<Cow<'a, str>> {
    args.next()?.text()
}

fn texts<'a>(args: &mut dyn Iterator<Item = Worked<'a>>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    Some((text(args)?, text(args)?))
}

fn count(length: usize) -> Number {
    Number::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn numbers<'a>(
    args: &mut dyn Iterator<Item = Worked<'a>>,
    whole: fn(i64, i64) -> Option<i64>,
    real: fn(f64, f64) -> f64,
) -> Worked<'a> {
    let first = args.next().and_then(Worked::number);
    let second = args.next().and_then(Worked::number);
    first.zip(second).and_then(|(first, second)| arithmetic(first, second, whole, real)).into()
}

fn concat<'a>(args: &mut dyn Iterator<Item = Worked<'a>>) -> Worked<'a> {
    let mut whole = Cow::Borrowed("");
    for arg in args {
        match arg.into_text() {
            None => return Worked::Null,
            Some(text) if whole.is_empty() => whole = text,
            Some(text) => whole.to_mut().push_str(&text),
        }
    }
    Worked::Text(whole)
}

/// `indexOf(text, part, from)`
fn index_of(fold: bool, args: &mut dyn Iterator<Item = Worked<'_>>) -> Option<i64> {
    let (text, part) = texts(args)?;
    let from = match args.next() {
        Some(from) => usize::try_from(from.int()?.max(0)).ok()?,
        None => 0,
    };
    // The place behind the last character is one, too.
    let start = text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(from)?;
    let rest = text.get(start..)?;
    let before = rest.get(..find(rest, &part, fold)?)?;
    i64::try_from(from + before.chars().count()).ok()
}

/// `between(text, left, right, greedy)`
fn between<'a>(fold: bool, args: &mut dyn Iterator<Item = Worked<'a>>) -> Option<Cow<'a, str>> {
    let text = text(args)?;
    let (left, right) = texts(args)?;
    let greedy = match args.next() {
        Some(greedy) => greedy.bool()?,
        None => false,
    };
    // Elasticsearch gives the text back when a side is empty.
    if text.is_empty() || left.is_empty() || right.is_empty() {
        return Some(text);
    }
    let range = find(&text, &left, fold).and_then(|at| {
        let start = at + left.len();
        let rest = text.get(start..)?;
        let length = if greedy { find_last(rest, &right, fold)? } else { find(rest, &right, fold)? };
        Some(start..start + length)
    });
    Some(slice(text, range.unwrap_or(0..0)))
}

/// `substring(text, start, end)`, where negative places count from the end.
fn substring<'a>(args: &mut dyn Iterator<Item = Worked<'a>>) -> Option<Cow<'a, str>> {
    let text = text(args)?;
    let start = args.next()?.int()?;
    let end = match args.next() {
        Some(end) => end.int()?,
        None => i64::MAX,
    };
    let length = if start < 0 || end < 0 { text.chars().count() } else { 0 };
    let place = |at: i64| {
        let from_front = if at < 0 { at.saturating_add_unsigned(length as u64).max(0) } else { at };
        usize::try_from(from_front).unwrap_or(usize::MAX)
    };
    let (start, end) = (place(start), place(end));
    if start >= end {
        return Some(Cow::Borrowed(""));
    }
    let byte_of = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    let range = byte_of(start)..byte_of(end);
    Some(slice(text, range))
}

/// A part of `text`, without a copy where that can be.
fn slice(text: Cow<'_, str>, range: std::ops::Range<usize>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or_default().to_owned()),
    }
}

/// `number(text, base)`
fn to_number(args: &mut dyn Iterator<Item = Worked<'_>>) -> Option<Number> {
    let text = text(args)?;
    let base = match args.next() {
        None | Some(Worked::Null) => None,
        Some(base) => Some(u32::try_from(base.int()?).ok().filter(|base| (2..=36).contains(base))?),
    };
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = digits.strip_prefix("0x").filter(|_| base.is_none_or(|base| base == 16));
    let (digits, radix) = match hexadecimal {
        Some(digits) => (digits, 16),
        None => (digits, base.unwrap_or(10)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-".contains(&b)) {
        return None;
    }
    if digits.bytes().all(|b| b.is_ascii_alphanumeric())
        && let Ok(value) = i128::from_str_radix(digits, radix)
    {
        return i64::try_from(if negative { -value } else { value }).ok().map(Number::Int);
    }
    // `inf` and `nan` are texts; an exponent needs a digit before it.
    if radix != 10 || !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    Some(Number::Real(if negative { -value } else { value }))
}

/// Where `part` first stands in `text`, in bytes.
pub(super) fn find(text: &str, part: &str, fold: bool) -> Option<usize> {
    search(text, part, fold, memchr::memmem::find)
}

fn find_last(text: &str, part: &str, fold: bool) -> Option<usize> {
    search(text, part, fold, memchr::memmem::rfind)
}

/// Folding copies both sides, so that the time stays linear; texts that have no letters to fold are not copied.
fn search(text: &str, part: &str, fold: bool, find: fn(&[u8], &[u8]) -> Option<usize>) -> Option<usize> {
    if fold && part.bytes().any(|b| b.is_ascii_alphabetic()) {
        find(text.to_ascii_lowercase().as_bytes(), part.to_ascii_lowercase().as_bytes())
    } else {
        find(text.as_bytes(), part.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An argument.
    fn arg<'a>(value: impl Into<Worked<'a>>) -> Worked<'a> {
        value.into()
    }

    impl<'a> From<&'a str> for Worked<'a> {
        fn from(text: &'a str) -> Self {
            Self::Text(text.into())
        }
    }

    impl From<i64> for Worked<'_> {
        fn from(value: i64) -> Self {
            Self::Number(Number::Int(value))
        }
    }

    impl From<f64> for Worked<'_> {
        fn from(value: f64) -> Self {
            Self::Number(Number::Real(value))
        }
    }

    impl From<()> for Worked<'_> {
        fn from((): ()) -> Self {
            Self::Null
        }
    }

    /// The value as text; `null` for none.
    fn shown(value: Worked<'_>) -> String {
        value.into_text().map_or_else(|| "null".to_owned(), Cow::into_owned)
    }

    macro_rules! assert_gives {
        ($($function:ident $fold:literal ($($arg:expr),*) => $expected:expr;)*) => {$(
            let args: Vec<Worked<'_>> = vec![$(arg($arg)),*];
            let got = shown(Function::$function.apply($fold, &mut args.into_iter()));
            assert_eq!(got, $expected, "{}", stringify!($function ($($arg),*)));
        )*};
    }

    #[test]
    fn arithmetic_is_exact_on_whole_numbers_and_null_where_there_is_no_answer() {
        assert_gives! {
            Add false (4, 5) => "9";
            Add false (4, 0.5) => "4.5";
            Add false ((), 4) => "null";
            Add false (i64::MAX, 1) => "null";
            Subtract false (10.5, 0.5) => "10.0";
            Subtract false (-2, 4) => "-6";
            Subtract false (i64::MIN, 1) => "null";
            Multiply false (0.25, 2) => "0.5";
            Multiply false (i64::MAX, 2) => "null";
            Multiply false (1e308, 10.0) => "null";
            Divide false (4, 3) => "1";
            Divide false (-7, 2) => "-3";
            Divide false (4, 0.5) => "8.0";
            Divide false (4, 0) => "null";
            Divide false (4.0, 0.0) => "null";
            Divide false (i64::MIN, -1) => "null";
            Modulo false (10, -6) => "4";
            Modulo false (-10, -6) => "-4";
            Modulo false (10, 0.5) => "0.0";
            Modulo false (10, 0) => "null";
            Modulo false (1.0, 0.0) => "null";
            Negate false (5) => "-5";
            Negate false (i64::MIN) => "null";
            Add false ("4", 5) => "null";
        }
    }

    #[test]
    fn between_takes_what_stands_between_the_first_left_and_the_next_or_last_right() {
        let path = r"C:\Windows\System32\cmd.exe";
        assert_gives! {
            Between false (path, r"System32\", ".exe") => "cmd";
            Between false (path, r"system32\", ".exe") => "";
            Between true (path, r"system32\", ".EXE") => "cmd";
            Between false (path, r"workspace\", ".exe") => "";
            Between false (path, r"\", r"\", false) => "Windows";
            Between false (path, r"\", r"\", true) => r"Windows\System32";
            Between false ("", "a", "b") => "";
            Between false ("", "", "") => "";
            Between false ((), "a", "b") => "null";
            Between false ("ab", "a", ()) => "null";
            Between false ("b a", "a", "b", true) => "";
            Between false ("<é>", "<", ">") => "é";
        }
    }

    #[test]
    fn parts_of_texts_are_asked_for_with_and_without_case() {
        assert_gives! {
            StartsWith false ("regsvr32.exe", "regsvr32") => "true";
            StartsWith false ("regsvr32.exe", "Regsvr32") => "false";
            StartsWith true ("regsvr32.exe", "Regsvr32") => "true";
            StartsWith false ("", "") => "true";
            StartsWith false ((), "x") => "null";
            StartsWith false ("x", ()) => "null";
            EndsWith false ("regsvr32.exe", ".exe") => "true";
            EndsWith false ("regsvr32.exe", ".EXE") => "false";
            EndsWith true ("regsvr32.exe", ".EXE") => "true";
            EndsWith false ("é", "x") => "false";
            StringContains false ("start regsvr32.exe", "regsvr32") => "true";
            StringContains false ("start regsvr32.exe", "Regsvr32") => "false";
            StringContains true ("start regsvr32.exe", "Regsvr32") => "true";
            StringContains true ("ÄPFEL", "äpfel") => "false";
            StringContains false ("a", "") => "false";
            StringContains false ("", "") => "false";
            StringContains false ("a*b", "*") => "true";
        }
    }

    #[test]
    fn positions_count_characters_from_nought() {
        let domain = "subdomain.example.com";
        assert_gives! {
            IndexOf false (domain, "d") => "3";
            IndexOf false (domain, "D") => "null";
            IndexOf true (domain, "D") => "3";
            IndexOf false (domain, ".") => "9";
            IndexOf false (domain, ".", 9) => "9";
            IndexOf false (domain, ".", 10) => "17";
            IndexOf false (domain, ".", -6) => "9";
            IndexOf false ("", "") => "0";
            IndexOf false (domain, "") => "0";
            IndexOf false (domain, "", 9) => "9";
            IndexOf false (domain, "", -6) => "0";
            IndexOf false (domain, "", 21) => "21";
            IndexOf false (domain, ".", 30) => "null";
            IndexOf false (domain, ".", ()) => "null";
            IndexOf false ((), ".", 9) => "null";
            IndexOf false ("é😀x", "x", 1) => "2";
            Length false ("explorer.exe") => "12";
            Length false ("") => "0";
            Length false ("é😀") => "2";
            Length false (()) => "null";
            Length false (5) => "null";
            Substring false ("start regsvr32.exe", 6) => "regsvr32.exe";
            Substring false ("start regsvr32.exe", 0, 5) => "start";
            Substring false ("start regsvr32.exe", 6, 14) => "regsvr32";
            Substring false ("start regsvr32.exe", -4) => ".exe";
            Substring false ("start regsvr32.exe", -4, -1) => ".ex";
            Substring false ("abc", 5) => "";
            Substring false ("abc", 2, 1) => "";
            Substring false ("abc", -9, 99) => "abc";
            Substring false ("é😀x", 1, 2) => "😀";
            Substring false ("abc", i64::MIN, i64::MAX) => "abc";
            Substring false ((), 1) => "null";
        }
    }

    #[test]
    fn texts_become_numbers_and_values_texts() {
        assert_gives! {
            Number false ("1337") => "1337";
            Number false ("42.5") => "42.5";
            Number false ("deadbeef", 16) => "3735928559";
            Number false ("0xdeadbeef") => "3735928559";
            Number false ("0xdeadbeef", 16) => "3735928559";
            Number false ("0xdeadbeef", ()) => "3735928559";
            Number false ("1337", ()) => "1337";
            Number false ("+1337") => "1337";
            Number false ("-1337") => "-1337";
            Number false ("-0x10") => "-16";
            Number false ("  1337  ") => "1337";
            Number false ("1e3") => "1000.0";
            Number false ("-9223372036854775808") => "-9223372036854775808";
            Number false ("9223372036854775808") => "null";
            Number false ("") => "null";
            Number false ("-") => "null";
            Number false ("--1") => "null";
            Number false ("inf") => "null";
            Number false ("NaN") => "null";
            Number false ("apt") => "null";
            Number false ("12", 99) => "null";
            Number false ("1.5", 8) => "null";
            Number false (()) => "null";
            String false (42) => "42";
            String false (42.5) => "42.5";
            String false (true) => "true";
            String false ("x") => "x";
            String false (()) => "null";
            Concat false ("regsvr32.exe", " ", 42) => "regsvr32.exe 42";
            Concat false ("a", " ", 42.5, true) => "a 42.5true";
            Concat false ("a") => "a";
            Concat false ("a", ()) => "null";
        }
    }
}
