//! Functions and arithmetic, as conditions use them: over one value, many, or none.

use crate::event::{Doc, assert_holds};

fn apt() -> Doc {
    Doc::empty()
        .with("process.name", "apt-get")
        .with("process.args", ["apt-get", "install", "Curl", "a*b"])
        .with("process.command_line", "apt-get install Curl")
        .with("process.args_count", 4)
        .with("process.pid", 42)
        .with("process.parent.pid", 40)
        .with("process.interactive", true)
        .with("hullwatch.evidence.argc", 0)
}

#[test]
fn a_function_that_gives_a_truth_value_stands_alone_as_a_condition() {
    assert_holds(
        &apt(),
        &[
            (r#"startsWith(process.name, "apt")"#, true),
            (r#"startsWith(process.name, "APT")"#, false),
            (r#"startsWith~(process.name, "APT")"#, true),
            (r#"endsWith(process.name, "-get")"#, true),
            (r#"endsWith~(process.name, "-GET")"#, true),
            (r#"stringContains(process.command_line, "install")"#, true),
            (r#"stringContains~(process.command_line, "CURL")"#, true),
            (r#"stringContains(process.command_line, "CURL")"#, false),
            (r#"not startsWith(process.name, "yum")"#, true),
            (r#"startsWith(process.name, "apt") == true"#, true),
            (r#"startsWith(process.name, "apt") != true"#, false),
            (r#"startsWith(process.name, "yum") == false"#, true),
            (r#"true == startsWith(process.name, "apt")"#, true),
        ],
    );
}

#[test]
fn stars_in_the_arguments_of_functions_are_stars() {
    assert_holds(
        &apt(),
        &[
            (r#"stringContains(process.args, "a*b")"#, true),
            (r#"stringContains(process.args, "a*t")"#, false),
            (r#"startsWith(process.args, "a?")"#, false),
            (r#"stringContains(process.command_line, "")"#, false),
            (r#"startsWith(process.name, "")"#, true),
        ],
    );
}

#[test]
fn any_value_of_a_field_will_do_for_a_function_too() {
    assert_holds(
        &apt(),
        &[
            (r#"startsWith(process.args, "inst")"#, true),
            ("length(process.args) == 7", true),
            ("length(process.args) == 5", false),
            ("length(process.args) > 6 and length(process.args) < 4", true),
            ("length(process.args) != 7", false),
            (r#"substring(process.args, 0, 2) in ("Cu", "xx")"#, true),
            (r#"substring(process.args, 0, 2) : "cu""#, true),
            (r#"concat(process.name, ":", process.args) == "apt-get:Curl""#, true),
            (r#"concat(process.name, ":", process.args) like "*:inst*""#, true),
        ],
    );
}

#[test]
fn two_places_of_one_field_may_take_different_values() {
    assert_holds(&apt(), &[(r#"concat(process.args, "/", process.args) == "install/Curl""#, true)]);
}

#[test]
fn a_missing_value_makes_a_function_null() {
    assert_holds(
        &Doc::empty(),
        &[
            ("length(process.name) == 0", false),
            ("length(process.name) == null", true),
            ("length(process.name) != null", false),
            (r#"startsWith(process.name, "a")"#, false),
            (r#"not startsWith(process.name, "a")"#, true),
            (r#"startsWith(process.name, "a") == false"#, false),
            (r#"startsWith(process.name, "a") == null"#, true),
            ("process.pid + 1 > 0", false),
            ("not process.pid + 1 > 0", true),
            ("length(?nosuch) == null", true),
            (r#"concat("x", ?nosuch) == null"#, true),
        ],
    );
    assert_holds(&apt(), &[("length(process.name) != null", true), ("length(null) == null", true)]);
}

#[test]
fn arithmetic_works_on_fields_and_constants() {
    assert_holds(
        &apt(),
        &[
            ("process.pid + 1 == 43", true),
            ("process.pid - process.parent.pid == 2", true),
            ("2 == process.pid - process.parent.pid", true),
            ("process.pid * 2 > 83 and process.pid * 2 < 85", true),
            ("process.pid / 4 == 10", true),
            ("process.pid / 4.0 == 10.5", true),
            ("process.pid % 5 == 2", true),
            ("-process.pid == -42", true),
            ("2 + 3 * 4 == 14", true),
            ("(2 + 3) * 4 == 20", true),
            ("process.args_count - 1 in (1, 2, 3)", true),
            ("add(process.pid, 0.5) == 42.5", true),
            ("subtract(multiply(process.pid, 2), 80) == modulo(44, 40)", true),
            ("divide(process.pid, 0) == null", true),
            ("process.pid / hullwatch.evidence.argc > 0", false),
            ("process.pid * 9223372036854775807 != null", false),
            ("process.pid == 42.0", true),
            ("process.pid > 41.5", true),
            ("process.pid in (1, 42.0)", true),
            ("process.pid < 42.5 and process.pid >= 42", true),
        ],
    );
}

#[test]
fn texts_and_numbers_are_turned_into_each_other() {
    assert_holds(
        &apt().with("user.id", "1000"),
        &[
            ("number(user.id) >= 1000", true),
            ("number(user.id, 16) == 4096", true),
            ("number(process.name) == null", true),
            (r#"string(process.pid) like "4*""#, true),
            (r#"string(process.interactive) == "true""#, true),
            (r#"concat(process.name, " ", process.pid) == "apt-get 42""#, true),
            (r#"between(process.command_line, "get ", " C") == "install""#, true),
            (r#"between~(process.command_line, "GET ", " c") == "install""#, true),
            (r#"indexOf(process.command_line, "install") == 8"#, true),
            (r#"indexOf~(process.command_line, "CURL", 1) > 1"#, true),
            (r#"indexOf(process.command_line, "nmap") == null"#, true),
        ],
    );
}

#[test]
fn address_blocks_hold_addresses_of_either_kind() {
    let doc =
        Doc::empty().with("host.name", ["192.168.152.12", "fe80::1"]).with("process.name", "no address");
    assert_holds(
        &doc,
        &[
            (r#"cidrMatch(host.name, "192.168.0.0/16")"#, true),
            (r#"cidrMatch(host.name, "10.0.0.0/8", "FE80::/10")"#, true),
            (r#"cidrMatch(host.name, "10.0.0.0/8", "::1")"#, false),
            (r#"not cidrMatch(host.name, "10.0.0.0/8")"#, true),
            (r#"cidrMatch(process.name, "0.0.0.0/0")"#, false),
            (r#"cidrMatch(process.name, "0.0.0.0/0") == null"#, true),
            (r#"cidrMatch(host.name, "10.0.0.0/8", null) == null"#, true),
            (r#"cidrMatch(process.executable, "10.0.0.0/8") == null"#, true),
            (r#"cidrMatch("10.1.2.3", "10.0.0.0/8")"#, true),
        ],
    );
}

#[test]
fn what_is_constant_is_worked_out_when_the_rule_is_loaded() {
    assert_holds(
        &Doc::empty(),
        &[
            (r#"length("é😀") == 2"#, true),
            (r#"concat("a", 1, true) == "a1true""#, true),
            (r#"startsWith("abc", "ab")"#, true),
            (r#"startsWith(null, "ab")"#, false),
            (r#"not startsWith(null, "ab")"#, true),
            ("1 / 0 == null", true),
            (r#"process.pid == null and event.action == substring("xexec", 1)"#, true),
            (r#"startsWith(event.action, "ex") and length(event.category) == 7"#, true),
        ],
    );
}
