//! What conditions mean: one test for each rule of Elasticsearch's EQL that the engine keeps.

use hullwatch_rules::{Event, EventKind, FieldId, SensorEvent, TextList, Values};

use crate::event::{Doc, assert_holds, holds};

fn apt() -> Doc {
    Doc::empty()
        .with("process.name", "apt-get")
        .with("process.args", ["apt-get", "install", "Curl", ""])
        .with("process.pid", 42)
        .with("process.interactive", true)
        .with("@timestamp", 1_700_000_000_500)
}

#[test]
fn a_leaf_holds_when_any_value_satisfies_it() {
    assert_holds(
        &apt(),
        &[
            (r#"process.args == "install""#, true),
            (r#"process.args == "update""#, false),
            (r#"process.args in ("update", "install")"#, true),
            (r#"process.args like "inst*""#, true),
            (r#"process.args : "CURL""#, true),
        ],
    );
}

#[test]
fn two_leaves_of_a_conjunction_may_be_satisfied_by_different_values() {
    assert_holds(
        &apt(),
        &[
            (r#"process.args == "install" and process.args == "Curl""#, true),
            (r#"process.args like "inst*" and process.args like "*url""#, true),
            (r#"process.args like "inst*url""#, false),
        ],
    );
}

#[test]
fn negation_is_the_plain_complement_over_all_values() {
    assert_holds(
        &apt(),
        &[
            // One value equals, so `!=` does not hold, although other values differ.
            (r#"process.args != "install""#, false),
            (r#"not process.args == "install""#, false),
            (r#"process.args != "update""#, true),
            (r#"process.args not in ("update", "install")"#, false),
            (r#"not process.args in ("update", "upgrade")"#, true),
            (r#"not process.args like "in*""#, false),
            (r#"not (process.args == "install" and process.name == "yum")"#, true),
            (r#"not not process.args == "install""#, true),
            ("process.pid != 42", false),
            ("process.pid != 43", true),
        ],
    );
}

#[test]
fn a_missing_field_satisfies_every_negation_and_nothing_else() {
    assert_holds(
        &Doc::empty(),
        &[
            (r#"process.name == "apt""#, false),
            (r#"process.name != "apt""#, true),
            (r#"not process.name == "apt""#, true),
            (r#"process.name in ("apt", "")"#, false),
            (r#"process.name not in ("apt")"#, true),
            (r#"process.name not in~ ("apt")"#, true),
            (r#"process.name like "*""#, false),
            (r#"not process.name like "*""#, true),
            (r#"process.name : "*""#, false),
            ("process.interactive == true", false),
            ("process.interactive == false", false),
            ("process.interactive != true", true),
            ("process.interactive != false", true),
            ("process.interactive", false),
            ("not process.interactive", true),
            ("process.pid < 5", false),
            ("not process.pid < 5", true),
            ("process.pid >= 5", false),
            (r#"@timestamp > "2020-01-01""#, false),
        ],
    );
}

#[test]
fn null_is_no_value_and_the_empty_text_is_one() {
    let empty_text = Doc::empty().with("process.name", "").with("process.args", [""; 0]);
    assert_holds(
        &empty_text,
        &[
            ("process.name == null", false),
            ("process.name != null", true),
            (r#"process.name == """#, true),
            ("process.args == null", true),
            ("process.args != null", false),
            ("process.pid == null", true),
            ("null == process.pid", true),
            ("null != process.name", true),
            ("not process.name == null", true),
        ],
    );
    assert_holds(&apt(), &[("process.interactive == null", false), ("process.interactive != null", true)]);
}

#[test]
fn equality_and_in_and_like_count_letter_case() {
    assert_holds(
        &apt(),
        &[
            (r#"process.name == "Apt-Get""#, false),
            (r#"process.name in ("APT-GET")"#, false),
            (r#"process.name not in ("APT-GET")"#, true),
            (r#"process.name like "APT*""#, false),
            (r#"process.name != "Apt-Get""#, true),
        ],
    );
}

#[test]
fn colon_and_the_operators_with_a_tilde_fold_ascii_letters_only() {
    assert_holds(
        &apt(),
        &[
            (r#"process.name : "APT-get""#, true),
            (r#"process.name:"APT*""#, true),
            (r#"process.name in~ ("yum", "APT-GET")"#, true),
            (r#"process.name not in~ ("APT-GET")"#, false),
            (r#"process.name like~ "*-GET""#, true),
            (r#"process.name like~ ("x*", "*T-G?T")"#, true),
        ],
    );
    let umlaut = Doc::empty().with("process.name", "ÄPFEL");
    assert_holds(
        &umlaut,
        &[
            (r#"process.name : "Äpfel""#, true),
            (r#"process.name : "äpfel""#, false),
            (r#"process.name : "ä*""#, false),
            (r#"process.name in~ ("äpfel")"#, false),
            (r#"process.name like~ "?pfel""#, true),
        ],
    );
}

#[test]
fn colon_takes_a_text_or_a_list_and_is_equality_on_numbers_and_truth_values() {
    assert_holds(
        &apt(),
        &[
            (r#"process.name : ("yum", "apt*")"#, true),
            (r#"process.name:("yum","dnf")"#, false),
            ("process.pid : 42", true),
            ("process.pid : (1, 42)", true),
            ("process.pid : 43", false),
            ("process.interactive : true", true),
            ("process.interactive : (false)", false),
            ("process.interactive : (true, false)", true),
        ],
    );
}

#[test]
fn wildcards_are_any_run_and_exactly_one_character() {
    let doc = Doc::empty().with("process.name", "aé😀z");
    assert_holds(
        &doc,
        &[
            (r#"process.name like "a*z""#, true),
            (r#"process.name like "a??z""#, true),
            (r#"process.name like "a?z""#, false),
            (r#"process.name like "a???z""#, false),
            (r#"process.name like "a*é😀z*""#, true),
            (r#"process.name like "????""#, true),
            (r#"process.name like "*😀*""#, true),
            (r#"process.name like "aé😀z""#, true),
            (r#"process.name like "é*""#, false),
        ],
    );
}

#[test]
fn a_star_alone_asks_for_a_value_and_a_question_mark_before_it_for_a_character() {
    let empty = Doc::empty().with("container.id", "");
    let full = Doc::empty().with("container.id", "4f");
    let host = Doc::empty();
    for (pattern, on_empty, on_full) in
        [("*", true, true), ("?*", false, true), ("**", true, true), ("", true, false)]
    {
        let condition = format!(r#"container.id like "{pattern}""#);
        assert_eq!(holds(&condition, &empty), on_empty, "{condition} on the empty text");
        assert_eq!(holds(&condition, &full), on_full, "{condition} on text");
        assert!(!holds(&condition, &host), "{condition} on nothing");
    }
}

#[test]
fn regular_expressions_are_lucenes_and_match_the_whole_value() {
    let doc = Doc::empty().with("process.args", ["python3.11", "Curl", "a^b", "port=80", "x\ny"]);
    assert_holds(
        &doc,
        &[
            (r#"process.args regex "python3\\.[0-9]+""#, true),
            (r#"process.args regex """python3\.\d+""""#, true),
            (r#"process.args regex "python""#, false),
            (r#"process.args regex "python.*""#, true),
            (r#"process.args regex "curl""#, false),
            (r#"process.args regex~ "curl""#, true),
            (r#"process.args regex ("nmap", "[Cc]url|wget")"#, true),
            (r#"process.args regex "a^b""#, true),
            (r#"process.args regex "^Curl$""#, false),
            (r#"process.args regex "port=<1-99>""#, true),
            (r#"process.args regex "port=<1-79>""#, false),
            (r#"process.args regex "~(python.*)""#, true),
            (r#"process.args regex "C.*&.*l""#, true),
            (r#"process.args regex "x@""#, true),
            (r##"process.args regex "#""##, false),
            (r#"process.args regex "a\"^\"b""#, true),
            (r#"not process.args regex "nmap.*""#, true),
            (r#"process.executable regex ".*""#, false),
            (r#"not process.executable regex ".*""#, true),
        ],
    );
    assert!(holds(r#"process.args regex "(ab|c){2}""#, &Doc::empty().with("process.args", "abc")));
}

#[test]
fn equality_and_in_take_wildcards_literally() {
    let doc = Doc::empty().with("process.args", ["cc1plus", "what?"]);
    assert_holds(
        &doc,
        &[
            (r#"process.args == "cc1*""#, false),
            (r#"process.args in ("cc1*", "x")"#, false),
            (r#"process.args in~ ("CC1*")"#, false),
            (r#"process.args == "what?""#, true),
            (r#"process.args == "what!""#, false),
            (r#"process.args like "cc1*""#, true),
        ],
    );
    assert!(holds(r#"process.args in ("cc1*")"#, &Doc::empty().with("process.args", "cc1*")));
}

#[test]
fn a_backslash_in_a_pattern_is_a_backslash() {
    let doc = Doc::empty().with("process.args", r"C:\temp\*");
    assert_holds(
        &doc,
        &[
            (r#"process.args like "C:\\temp\\*""#, true),
            (r#"process.args like """C:\temp\*""""#, true),
            (r#"process.args like """C:\\temp*""""#, false),
            (r#"process.args == """C:\temp\*""""#, true),
        ],
    );
}

#[test]
fn strings_know_their_escapes_and_raw_strings_have_none() {
    let doc = Doc::empty().with("process.args", ["a\nb\r\t\"\\😀", r"\d+\n", r#"say "hi""#]);
    assert_holds(
        &doc,
        &[
            (r#"process.args == "a\nb\r\t\"\\\u{1F600}""#, true),
            (r#"process.args == """\d+\n""""#, true),
            (r#"process.args == """say "hi"""""#, true),
            (r#"process.args == "\\d+\\n""#, true),
        ],
    );
}

#[test]
fn operators_inside_strings_are_text() {
    let doc = Doc::empty().with("process.args", ["http://x/*|>;", "/* no comment */"]);
    assert_holds(
        &doc,
        &[
            (r#"process.args == "http://x/*|>;""#, true),
            (r#"process.args in ("/* no comment */") // a comment"#, true),
        ],
    );
}

#[test]
fn numbers_compare_by_size() {
    assert_holds(
        &apt(),
        &[
            ("process.pid < 43", true),
            ("process.pid < 42", false),
            ("process.pid <= 42", true),
            ("process.pid > 41", true),
            ("process.pid > 42", false),
            ("process.pid >= 42", true),
            ("42 < process.pid", false),
            ("41 < process.pid", true),
            ("process.pid in (1, 42, 3)", true),
            ("process.pid not in (1, 3)", true),
            ("process.pid == -42", false),
            ("process.pid > -42", true),
            ("process.pid > 9223372036854775807", false),
            ("process.pid < -9223372036854775808", false),
            ("not process.pid > 9223372036854775807", true),
        ],
    );
}

#[test]
fn texts_compare_by_code_point() {
    let doc = Doc::empty().with("process.name", "b");
    assert_holds(
        &doc,
        &[
            (r#"process.name > "a""#, true),
            (r#"process.name > "b""#, false),
            (r#"process.name >= "b""#, true),
            (r#"process.name < "B""#, false),
            (r#"process.name <= "ba""#, true),
            (r#"process.name < "é""#, true),
        ],
    );
}

#[test]
fn dates_compare_with_iso_text_and_with_milliseconds() {
    assert_holds(
        &apt(),
        &[
            (r#"@timestamp >= "2023-11-14T22:13:20.500Z""#, true),
            (r#"@timestamp > "2023-11-14T22:13:20.500Z""#, false),
            (r#"@timestamp == "2023-11-14T23:13:20.5+01:00""#, true),
            (r#"@timestamp < "2023-11-14""#, false),
            ("@timestamp > 1700000000499", true),
            ("@timestamp in (1700000000500)", true),
        ],
    );
}

#[test]
fn a_truth_value_stands_alone_as_a_condition() {
    let off = apt().with("process.interactive", false);
    assert_holds(
        &apt(),
        &[("process.interactive", true), ("not process.interactive", false), ("true", true)],
    );
    assert_holds(
        &off,
        &[("process.interactive", false), ("process.interactive == false", true), ("false", false)],
    );
}

#[test]
fn and_binds_tighter_than_or_and_not_tighter_than_both() {
    assert_holds(
        &Doc::empty(),
        &[
            ("true or false and false", true),
            ("(true or false) and false", false),
            ("false and false or true", true),
            ("not false and false", false),
            ("not (false and false)", true),
            ("not true or true", true),
            ("not (true or true)", false),
        ],
    );
    assert_holds(
        &apt(),
        &[
            (r#"process.name == "x" or process.name == "apt-get" and process.pid == 42"#, true),
            (r#"not process.name == "x" and process.pid == 42"#, true),
            (r#"not process.name in ("x") or false"#, true),
        ],
    );
}

#[test]
fn constants_compare_among_themselves_when_the_rule_is_loaded() {
    assert_holds(
        &Doc::empty(),
        &[
            ("1 == 1", true),
            ("1 > 2", false),
            (r#""a" == "a""#, true),
            (r#""a" != "A""#, true),
            (r#""abc" like "a*""#, true),
            (r#""abc" in ("x")"#, false),
            ("null == null", true),
            ("1 == null", false),
        ],
    );
}

#[test]
fn an_optional_field_that_nobody_knows_is_null() {
    assert_holds(
        &apt(),
        &[
            (r#"?process.parent.nosuch == "x""#, false),
            (r#"?process.parent.nosuch != "x""#, true),
            ("?process.parent.nosuch == null", true),
            ("?process.parent.nosuch != null", false),
            (r#"?process.parent.nosuch like "*""#, false),
            ("?process.parent.nosuch in (1, 2)", false),
            ("?process.parent.nosuch not in (1, 2)", true),
            ("?process.parent.nosuch > 5", false),
            ("?process.parent.nosuch", false),
            ("not ?process.parent.nosuch", true),
        ],
    );
}

#[test]
fn an_optional_field_that_is_known_is_itself() {
    assert_holds(
        &apt(),
        &[(r#"?process.name == "apt-get""#, true), (r#"?process.name != "apt-get""#, false)],
    );
}

#[test]
fn back_ticks_name_the_same_field() {
    assert_holds(
        &apt(),
        &[
            (r#"`process.name` == "apt-get""#, true),
            (r#"process.`name` == "apt-get""#, true),
            ("?`my-field`.x == null", true),
            ("`@timestamp` != null", true),
            ("event.sequence == null", true),
        ],
    );
}

#[test]
fn any_matches_every_category_and_a_category_its_own() {
    let source = |query: &str| crate::event::set_of(&crate::event::rule_file("r", query));
    let doc = Doc::empty();
    assert_eq!(crate::event::matches(&source("any where true"), &doc), ["r"]);
    assert_eq!(crate::event::matches(&source("process where true"), &doc), ["r"]);
    assert_eq!(crate::event::matches(&source(r#""process" where true"#), &doc), ["r"]);
}

/// An event whose process.name comes in a chosen shape.
struct Shaped<'a>(Values<'a>);

impl SensorEvent for Shaped<'_> {
    fn kind(&self) -> EventKind {
        EventKind::Exec
    }
}

impl Event for Shaped<'_> {
    type Field = FieldId;

    fn get(&self, field: FieldId) -> Values<'_> {
        if field == FieldId::ProcessName { self.0 } else { Values::Missing }
    }
}

#[test]
fn the_shape_in_which_values_come_makes_no_difference() {
    let list: TextList = ["python3.11", "dnf"].into_iter().collect();
    for values in
        [Values::Pair("python3.11", "dnf"), Values::Each(&["python3.11", "dnf"]), Values::List(&list)]
    {
        assert_holds(
            &Shaped(values),
            &[
                (r#"process.name == "dnf""#, true),
                (r#"process.name == "python3.11""#, true),
                (r#"process.name in ("yum", "dnf")"#, true),
                (r#"process.name like "python*""#, true),
                (r#"process.name != "dnf""#, false),
                (r#"process.name != "yum""#, true),
                ("process.name != null", true),
            ],
        );
    }
    let none = TextList::new();
    for values in [Values::Missing, Values::Each(&[]), Values::List(&none)] {
        assert_holds(&Shaped(values), &[("process.name == null", true), (r#"process.name != "dnf""#, true)]);
    }
}

#[test]
fn values_of_the_wrong_type_match_nothing_and_harm_nothing() {
    for values in [Values::Int(1), Values::Bool(true)] {
        assert_holds(
            &Shaped(values),
            &[
                (r#"process.name == "1""#, false),
                (r#"process.name != "1""#, true),
                (r#"process.name > "0""#, false),
            ],
        );
    }
}
