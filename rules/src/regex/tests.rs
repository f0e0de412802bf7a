//! Tests of the whole: Lucene's meaning by table, two other matchers by chance, bounds by pathological patterns.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Outcome, Regex, naive, parser};

fn is_match(pattern: &str, text: &str) -> bool {
    Regex::new(pattern, false).unwrap_or_else(|e| panic!("{pattern}: {e}")).is_match(text)
}

fn is_match_fold(pattern: &str, text: &str) -> bool {
    Regex::new(pattern, true).unwrap().is_match(text)
}

/// Pattern, texts that match, texts that do not; texts are separated by blanks, `∅` is the empty one.
const MEANING: &[(&str, &str, &str)] = &[
    ("", "∅", "a"),
    ("abc", "abc", "∅ ab abcd xabc ABC"),
    ("a.c", "abc a.c a\nc aéc a😀c", "ac abbc"),
    ("a?", "∅ a", "aa"),
    ("a*", "∅ a aaaa", "b ab"),
    ("a+", "a aaaa", "∅ b"),
    ("a{3}", "aaa", "aa aaaa"),
    ("a{2,}", "aa aaaaa", "a ∅"),
    ("a{2,4}", "aa aaa aaaa", "a aaaaa"),
    ("a{0}b", "b", "ab"),
    ("(ab){2,3}", "abab ababab", "ab abababab aba"),
    ("ab|cd", "ab cd", "abd acd"),
    ("(ab|c)d", "abd cd", "ab d"),
    ("()", "∅", "a"),
    ("a()b", "ab", "a()b"),
    ("(a|())b", "ab b", "a"),
    ("[abc]", "a b c", "d ab ∅"),
    ("[a-cx-z]+", "abcxyz", "d w -"),
    ("[^a-c]", "d é 😀 \n", "a b c ∅ dd"),
    ("[a^]", "a ^", "b"),
    ("[]]", "]", "∅ a"),
    ("[^]]", "a", "]"),
    ("[-a]", "- a", "b"),
    ("[a\\-c]", "a - c", "b"),
    ("[.*+(\"]+", ".*+(\"", "a"),
    ("[\\]\\\\]+", "]\\", "a"),
    ("[\\d_]+", "12_3", "a"),
    ("[^\\d\\s]", "a", "1 \n"),
    ("a\\.b", "a.b", "axb"),
    ("\\\\", "\\", "\\\\ a"),
    ("\\(\\~\\&\\@\\#\\<\\\"", "(~&@#<\"", "a"),
    ("\"a.b*(\"", "a.b*(", "axb("),
    ("\"\"a", "a", "∅"),
    ("\"ab\"+", "ab abab", "abb"),
    ("^a$", "^a$", "a"),
    // An operator where an expression begins is itself.
    ("*a", "*a", "a aa"),
    ("(*a)", "*a", "a"),
    ("a||b", "a |b", "b"),
    ("}", "}", "{"),
    ("]", "]", "["),
    (")", ")", "("),
    // A complement binds tighter than what is repeated.
    ("~a", "∅ b aa ab", "a"),
    ("~(abc)", "∅ ab abcd", "abc"),
    ("~~a", "a", "∅ b"),
    ("~(a*)", "b ab", "∅ aa"),
    ("~a*", "∅ b aa ab", "a"),
    ("~a{1}", "∅ b aa", "a"),
    ("~@", "", "∅ a"),
    ("a~bc", "adc ac abbc", "abc"),
    ("~(@curl@)", "wget ∅", "curl /usr/bin/curl curl\t-o"),
    ("@&~(abc)", "ab ∅", "abc"),
    ("a@&@b", "ab aab", "a b ba"),
    ("a*&(aa)*", "∅ aa aaaa", "a aaa"),
    ("a&b", "", "a b ab ∅"),
    ("ab|a@&@c", "ab ac abc", "a b c"),
    ("@", "∅ a \n", ""),
    ("a@", "a ab", "∅ b"),
    ("#", "", "∅ a #"),
    ("#|a", "a", "#"),
    ("#*", "∅", "a"),
    ("~#", "∅ a", ""),
    ("<1-100>", "1 01 0001 100 0100 42", "0 101 ∅ 00 1a"),
    ("<0-9>", "0 9", "00 10 ∅"),
    ("<01-10>", "01 10 05", "1 5 11 005"),
    ("<10-1>", "1 01 10 007", "0 11"),
    ("<5-5>", "5", "05 4"),
    ("<0-100>", "0 00 100 99", "∅ 101"),
    ("<000000000000007-000000000000012>", "000000000000009", "9 000000000000013"),
    ("<1-2147483647>", "2147483647 002147483646", "2147483648 0"),
    ("v<8-12>\\.x", "v8.x v10.x v012.x", "v7.x v13.x"),
    ("\\d+", "0123456789", "∅ a \u{663}"),
    ("\\D", "a \u{663}", "1"),
    ("\\w+", "aZ_9", "- é"),
    ("\\W", "- é", "a"),
    ("a\\sb", "a\tb a\nb a\rb", "a\u{b}b a\u{a0}b ab"),
    ("\\S", "a \u{a0}", "\n"),
    ("(a*)*", "∅ aaa", "b"),
    ("(a?){3}", "∅ a aaa", "aaaa"),
    ("(a{2,3}){2}", "aaaa aaaaa aaaaaa", "aaa aaaaaaa"),
    ("(()|a){2,}b", "b aab", "a"),
];

#[test]
fn every_operator_means_what_it_means_in_lucene() {
    let texts = |list: &'static str| {
        list.split(' ').filter(|text| !text.is_empty()).map(|text| if text == "∅" { "" } else { text })
    };
    for (pattern, yes, no) in MEANING {
        for text in texts(yes) {
            assert!(is_match(pattern, text), "`{pattern}` should match {text:?}");
        }
        for text in texts(no) {
            assert!(!is_match(pattern, text), "`{pattern}` should not match {text:?}");
        }
    }
}

#[test]
fn folding_covers_ascii_letters_in_every_construct_and_no_others() {
    for (pattern, text) in
        [("Curl", "cURL"), ("\"Curl\"", "CURL"), ("[a-f]+", "AbF"), ("[ABC]", "b"), ("É", "É"), ("~a", "É")]
    {
        assert!(is_match_fold(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in
        [("[^a]", "A"), ("~a", "A"), ("É", "é"), ("k", "\u{212a}"), ("[@-Z]", "`"), ("[\\[-^]", "{")]
    {
        assert!(!is_match_fold(pattern, text), "{pattern} {text}");
    }
}

#[test]
fn what_is_not_well_formed_is_refused_where_it_goes_wrong() {
    for (pattern, offset, message) in [
        ("a|", 2, "ends too early"),
        ("a&", 2, "ends too early"),
        ("é\\", 3, "ends too early"),
        ("~", 1, "ends too early"),
        ("(ab", 0, "not closed"),
        ("ab)c", 2, "closes nothing"),
        ("a[bc", 1, "not closed"),
        ("[]", 0, "not closed"),
        ("[z-a]", 1, "backwards"),
        ("[a-]", 1, "backwards"),
        ("a{", 2, "a number belongs here"),
        ("a{1", 3, "`}` belongs here"),
        ("a{3,2}", 1, "never"),
        ("a{2147483648}", 2, "too large"),
        ("x\"ab", 1, "not closed"),
        ("<1-", 0, "not closed"),
        ("a<b>", 1, "two numbers"),
        ("<1-2-3>", 0, "two numbers"),
        ("<+1-2>", 0, "two numbers"),
        ("<1-99999999999>", 0, "two numbers"),
        ("a\\nb", 1, "means nothing"),
        ("[\\b]", 1, "means nothing"),
    ] {
        let error = Regex::new(pattern, false).unwrap_err();
        assert!(error.message.contains(message), "{pattern}: {error}");
        assert_eq!(error.offset, offset, "{pattern}: {error}");
    }
}

#[test]
fn pathological_patterns_are_served_or_refused_quickly() {
    let nested = |open: &str, close: &str, n: usize| format!("{}a{}", open.repeat(n), close.repeat(n));
    let counted: String = (0..60).flat_map(|n| [format!("(.*{n}"), ".{9})?".to_owned()]).collect();
    let chars: String = ('一'..).take(1300).collect();
    let patterns = [
        "(a*)*b".to_owned(),
        "((a|a)*)*".to_owned(),
        "(a?){1000}a{1000}".to_owned(),
        ".*a.{30}".to_owned(),
        "a{1000}{1000}".to_owned(),
        "(a{0,1000}){0,1000}b".to_owned(),
        "((a{0,100}){0,100}){0,100}b".to_owned(),
        "a{2147483647}".to_owned(),
        "(~(.*a.{20})&.*b.{20}){3,}".to_owned(),
        "(.*a){12}&(.*b){12}&(.*c){12}&(.*d){12}".to_owned(),
        nested("(", ")", 99),
        nested("(", ")", 2000),
        nested("~", "", 4000),
        nested("", "*", 4000),
        nested("", "{1,3}", 800),
        nested("(", "?b)*", 99),
        "a?".repeat(2000),
        ".*a".repeat(1000),
        "(a|b)".repeat(800),
        "[^a]|[^b]".repeat(400),
        "<0-2147483647>".repeat(200),
        "x".repeat(4096),
        "x".repeat(4097),
        "|".repeat(4095),
        counted,
        chars,
    ];
    for pattern in &patterns {
        let start = Instant::now();
        let regex = Regex::new(pattern, false);
        let took = start.elapsed();
        let shown: String = pattern.chars().take(40).collect();
        println!("{took:>10.1?} {:?} {shown}", regex.as_ref().map(Regex::states).map_err(|e| &e.message));
        // 100 ms in a release build on an idle machine.
        assert!(took < Duration::from_secs(10), "{shown}: {took:?}");
        if let Ok(regex) = regex {
            assert!(regex.bytes() < (1 << 20) + 65_536, "{shown}: {}", regex.bytes());
        }
    }
    for refused in [3, 4, 7, 11, 12, 13, 14, 22] {
        assert!(Regex::new(&patterns[refused], false).is_err(), "{refused}");
    }
    for served in [0, 1, 10, 20, 21] {
        if let Err(e) = Regex::new(&patterns[served], false) {
            assert!(served == 20, "{served}: {e}");
        }
    }
}

#[test]
fn a_bounded_gap_behind_an_unbounded_one_is_served() {
    let regex = Regex::new("@(base64|xxd).{0,20}-d@", false).unwrap();
    assert!(regex.states() < 400, "{}", regex.states());
    assert!(
        regex.is_match("echo x | base64 --wrap -d | sh") && !regex.is_match("base64 12345678901234567890x-d")
    );
    assert!(regex.is_match("xxd xxd 12345678901234567-d"));
}

#[test]
fn a_match_reads_each_character_once() {
    let text = "a".repeat(4_000_000);
    // A matcher that backtracks does not come back from these.
    assert!(!is_match("(a*)*b", &text));
    assert!(!is_match("(a|a|aa)*b", &text));
    assert!(is_match("~(.*b.*)&(a*a*)*", &text));
}

#[test]
fn a_beginning_tells_what_it_tells() {
    let outcome = |pattern: &str, prefix: &str| Regex::new(pattern, false).unwrap().prefix_outcome(prefix);
    assert_eq!(outcome("/tmp/.*", "/tmp/"), Outcome::Yes);
    assert_eq!(outcome("/tmp/.*", "/tm"), Outcome::Maybe);
    assert_eq!(outcome("/tmp/.*", "/var"), Outcome::No);
    assert_eq!(outcome("abc", "abc"), Outcome::Maybe);
    assert_eq!(outcome("~(@curl@)", "x curl"), Outcome::No);
    assert_eq!(outcome("~(@curl@)", "x cur"), Outcome::Maybe);
    assert_eq!(outcome("@", ""), Outcome::Yes);
    assert_eq!(outcome("#", ""), Outcome::No);
    assert_eq!(outcome("(.|())(.*)", ""), Outcome::Yes);
    assert_eq!(outcome("[^a]@|a@|()", ""), Outcome::Yes);
}

#[test]
fn literals_are_found_where_every_match_has_them() {
    let prefix = |pattern: &str, fold| Regex::new(pattern, fold).unwrap().literal_prefix();
    assert_eq!(prefix("/usr/bin/(curl|cut).*", false), "/usr/bin/cu");
    assert_eq!(prefix("abc", false), "abc");
    assert_eq!(prefix("ab?c", false), "a");
    assert_eq!(prefix("(ab)+", false), "ab");
    assert_eq!(prefix("a*", false), "");
    assert_eq!(prefix("Curl.*", true), "curl");
    assert_eq!(prefix("#", false), "");
    let texts = |pattern: &str, fold| Regex::new(pattern, fold).unwrap().texts(8);
    assert_eq!(texts("/bin/(ba|da|())sh", false).unwrap(), ["/bin/bash", "/bin/dash", "/bin/sh"]);
    assert_eq!(texts("Sh|ASH", true).unwrap(), ["ash", "sh"]);
    assert_eq!(texts("[ab]", false).unwrap(), ["a", "b"]);
    assert_eq!(texts("a*", false), None);
    assert_eq!(texts("[a-z]", false), None);
    assert_eq!(texts(".", false), None);
    assert_eq!(texts("#", false).unwrap(), Vec::<String>::new());
    assert_eq!(texts("", false).unwrap(), [""]);
}

/// Patterns of every operator over few letters.
fn any_pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        8 => "[abcéB1]",
        2 => Just(".".to_owned()),
        1 => prop::sample::select(vec![
            "@", "#", "()", "[ab]", "[^ab]", "[a-c]", "\\d", "\\W", "<1-12>", "<01-12>", "<0-3>", "\"ab\"",
        ]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.concat()),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join("|"))),
            1 => prop::collection::vec(inner.clone(), 2..3).prop_map(|parts| format!("({})", parts.join("&"))),
            1 => inner.clone().prop_map(|part| format!("~({part})")),
            2 => (inner, prop::sample::select(vec!["?", "*", "+", "{2}", "{1,}", "{0,2}", "{2,3}"]))
                .prop_map(|(part, count)| format!("({part}){count}")),
        ]
    })
}

/// Patterns that mean the same in the regex crate.
fn common_pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => "[abcéB1]",
        2 => Just(".".to_owned()),
        2 => prop::sample::select(vec!["[ab]", "[^ab]", "[a-c]", "[B-b]", "\\.", "\\[", "\\\\"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..5).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 2..5).prop_map(|parts| format!("({})", parts.join("|"))),
            (inner, prop::sample::select(vec!["?", "*", "+", "{2}", "{1,}", "{0,2}", "{2,3}"]))
                .prop_map(|(part, count)| format!("({part}){count}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn the_automaton_agrees_with_the_definition(
        pattern in any_pattern(), texts in prop::collection::vec("[abcéB10\n]{0,7}", 12), fold: bool,
    ) {
        let ast = parser::parse(&pattern, fold).unwrap();
        let Ok(regex) = Regex::new(&pattern, fold) else { return Ok(()) };
        let prefix = regex.literal_prefix();
        let all = regex.texts(6);
        for text in &texts {
            let expected = naive::matches(&ast, text);
            prop_assert_eq!(regex.is_match(text), expected, "{} {:?}", pattern, text);
            let cased = if fold { text.to_ascii_lowercase() } else { text.clone() };
            prop_assert!(!expected || cased.starts_with(&prefix), "{} {:?}", pattern, prefix);
            if let Some(all) = &all {
                prop_assert_eq!(all.contains(&cased), expected, "{} {:?}", pattern, all);
            }
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                match regex.prefix_outcome(&text[..end]) {
                    Outcome::No => prop_assert!(!expected),
                    Outcome::Yes => prop_assert!(expected),
                    Outcome::Maybe => {}
                }
            }
        }
    }

    #[test]
    fn the_common_subset_agrees_with_the_regex_crate(
        pattern in common_pattern(), texts in prop::collection::vec("[abcéB1.\\[\\\\\n]{0,9}", 12), fold: bool,
    ) {
        let theirs = regex::RegexBuilder::new(&format!("\\A(?:{pattern})\\z"))
            .dot_matches_new_line(true).case_insensitive(fold).build().unwrap();
        let ours = Regex::new(&pattern, fold).unwrap();
        for text in &texts {
            prop_assert_eq!(ours.is_match(text), theirs.is_match(text), "{} {:?}", pattern, text);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(pattern in "[ab(){}\\[\\]^~&|<>@#\"?*+.,0-9\\\\-]{0,24}", fold: bool) {
        if let Err(error) = Regex::new(&pattern, fold) {
            prop_assert!(pattern.is_char_boundary(error.offset));
        }
    }
}
