//! Argument lists that a sensor must deliver byte for byte: long ones, many, empty ones, and every byte that could
//! break a document. `exec-probe` executes them by name and the tests compare what comes out with the same table, so
//! that neither can drift. It refuses arguments with NUL, which no exec can pass.

/// One argument list.
pub struct Case {
    /// What `exec-probe argv` calls it.
    pub name: &'static str,
    /// What is passed to execve, the program's own name first.
    pub argv: Vec<Vec<u8>>,
}

impl Case {
    /// What the new program gets: Linux gives it one empty argument when none was passed (fs/exec.c,
    /// do_execveat_common, since 5.18).
    pub fn seen(&self) -> Vec<Vec<u8>> {
        if self.argv.is_empty() { vec![Vec::new()] } else { self.argv.clone() }
    }
}

/// The longest single argument, without its NUL: MAX_ARG_STRLEN is 32 pages.
const LONGEST: usize = (128 << 10) - 1;

/// All cases by name.
pub fn cases() -> Vec<Case> {
    vec![
        case("plain", [b"noop".as_slice(), b"one", b"two"]),
        Case { name: "longest-argument", argv: vec![b"noop".to_vec(), vec![b'a'; LONGEST]] },
        Case { name: "ten-thousand-arguments", argv: numbered(10_000) },
        Case { name: "almost-two-mebibytes", argv: big_install() },
        case("empty-arguments", [b"noop".as_slice(), b"", b"x", b"", b""]),
        case("empty-first-argument", [b"".as_slice(), b"x"]),
        case("only-empty-arguments", [b"".as_slice(), b"", b""]),
        Case { name: "no-arguments", argv: Vec::new() },
        Case { name: "not-utf-8", argv: not_utf8() },
        Case { name: "every-byte", argv: vec![b"noop".to_vec(), (1..=255).collect()] },
        Case { name: "control-characters", argv: vec![b"noop".to_vec(), (1..32).chain([127]).collect()] },
        case(
            "lines-and-quotes",
            [b"noop".as_slice(), b"a\nb\r\nc", br#"say "hi""#, b"it's", b"\\", b"\\\"", b"\n", b"\t"],
        ),
        case(
            "terminal-sequences",
            [b"noop".as_slice(), b"\x1b[31mred\x1b[0m", b"\x1b]0;title\x07", b"\x9b31m", b"\x08\x08"],
        ),
        case(
            "looks-escaped",
            [b"noop".as_slice(), br"\xff", br"\\", br"\u0041", b"\\x41\xff", b"{\"a\":1}", b"null"],
        ),
        case(
            "beyond-ascii",
            ["noop", "é", "e\u{301}", "漢字", "🦀", "\u{202e}gpj.exe", "\u{2028}", "\u{feff}", "\u{10ffff}"]
                .map(str::as_bytes),
        ),
    ]
}

fn case<const N: usize>(name: &'static str, argv: [&[u8]; N]) -> Case {
    Case { name, argv: argv.map(<[u8]>::to_vec).to_vec() }
}

fn numbered(count: usize) -> Vec<Vec<u8>> {
    let numbers = (1..count).map(|number| format!("argument-{number}").into_bytes());
    std::iter::once(b"noop".to_vec()).chain(numbers).collect()
}

/// An installation whose tool stands behind 1.9 MiB of other arguments, just inside what Linux allows (2 MiB with the
/// environment and eight bytes an argument).
fn big_install() -> Vec<Vec<u8>> {
    let filler = (0..18_u8).map(|number| vec![b'a' + number; 110_700]);
    let start = ["apt-get", "install", "-y"].map(|text| text.as_bytes().to_vec());
    start.into_iter().chain(filler).chain([b"curl".to_vec()]).collect()
}

/// Lone continuation bytes, cut sequences, overlong forms, surrogates, a code point that is too large, and text with
/// backslashes beside them.
fn not_utf8() -> Vec<Vec<u8>> {
    let odd: [&[u8]; 12] = [
        b"noop",
        b"\xff",
        b"\xfe\xff",
        b"caf\xe9",
        b"\x80",
        b"\xc3",
        b"\xe2\x82",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"back\\slash\xff",
        b"\xffend",
    ];
    odd.map(<[u8]>::to_vec).to_vec()
}

/// Argument lists of which the kernel's copy, NULs included, is `bytes` long: for the edges of buffers. The last argument ends
/// in a mark, so that a cut is seen.
pub fn of_length(bytes: usize) -> Vec<Vec<u8>> {
    let mut argv = vec![b"noop".to_vec()];
    let mut left = bytes.saturating_sub(5);
    while left > 0 {
        // An argument of n bytes takes n + 1, and what remains must be nothing or room for at least one more.
        let taken = if left <= 100_000 { left } else { 90_000 };
        let mut argument = vec![b'-'; taken - 1];
        if let Some(last) = argument.last_mut() {
            *last = b'!';
        }
        argv.push(argument);
        left -= taken;
    }
    argv
}

#[cfg(test)]
mod tests {
    use super::{cases, of_length};

    #[test]
    fn the_cases_are_as_large_as_they_claim_and_fit_into_what_linux_allows() {
        let size = |argv: &[Vec<u8>]| argv.iter().map(|argument| argument.len() + 1).sum::<usize>();
        let all = cases();
        let by_name = |name: &str| &all.iter().find(|case| case.name == name).unwrap().argv;
        assert_eq!(by_name("ten-thousand-arguments").len(), 10_000);
        assert_eq!(by_name("longest-argument").last().unwrap().len() + 1, 128 << 10);
        assert!(size(by_name("almost-two-mebibytes")) > (19 << 20) / 10);
        for case in &all {
            assert!(size(&case.argv) + 8 * case.argv.len() < (2 << 20) - 4096, "{}", case.name);
            assert!(case.argv.iter().flatten().all(|byte| *byte != 0), "{}", case.name);
        }
        for bytes in [6, 511, 512, 513, 65_536, 65_537, 1 << 20] {
            assert_eq!(size(&of_length(bytes)), bytes);
        }
    }
}
