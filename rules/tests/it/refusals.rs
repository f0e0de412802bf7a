//! Refusals: each bad rule file is refused by name, at the right place, with what to do about it.

use hullwatch_rules::{Build, Problem, Refusal, RuleSet, RuleSource};
use miette::Diagnostic;

use crate::event::rule_file;

fn refusal(text: &str) -> Refusal {
    let source = RuleSource { origin: "rules/bad.toml".to_owned(), text: text.to_owned() };
    let Build { set, mut refusals, .. } = RuleSet::build([source]);
    assert!(set.is_empty(), "this was to be refused:\n{text}");
    assert_eq!(refusals.len(), 1);
    refusals.remove(0)
}

/// Asserts where a file is refused, and that the one-line message says each of `parts`.
fn assert_refused(text: &str, marked: &str, parts: &[&str]) {
    let refusal = refusal(text);
    let shown = refusal.to_string();
    assert_eq!(&text[refusal.error.span()], marked, "{shown}\n{text}");
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in: {shown}");
    }
    assert!(!shown.contains('\n'), "{shown}");
}

/// The same for a query in an otherwise good file.
fn assert_query_refused(query: &str, marked: &str, parts: &[&str]) {
    assert_refused(&rule_file("r", query), marked, parts);
}

fn without_line(key: &str) -> String {
    let text = rule_file("r", "any where true");
    text.lines().filter(|line| !line.starts_with(key)).flat_map(|line| [line, "\n"]).collect()
}

fn with_line(key: &str, line: &str) -> String {
    rule_file("r", "any where true")
        .lines()
        .fold(String::new(), |text, old| text + if old.starts_with(key) { line } else { old } + "\n")
}

#[test]
fn missing_keys_are_named() {
    for key in ["rule_id", "name", "severity", "risk_score", "type"] {
        let refusal = refusal(&without_line(key));
        let shown = refusal.to_string();
        assert!(shown.contains(&format!("`{key}` is missing")), "{shown}");
        // The table that lacks it.
        assert_eq!(refusal.error.position().line, 4, "{shown}");
    }
    let no_query =
        "[rule]\nrule_id = \"r\"\nname = \"n\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n";
    assert!(refusal(no_query).to_string().contains("`query` is missing"));
    assert_refused(&with_line("name", "name = \"  \""), "\"  \"", &["`name` is empty"]);
}

#[test]
fn other_rule_types_and_languages_are_refused_by_name() {
    for kind in ["query", "threshold", "new_terms", "esql", "machine_learning", "threat_match"] {
        let line = format!("type = \"{kind}\"");
        assert_refused(
            &with_line("type", &line),
            &format!("\"{kind}\""),
            &[&format!("type \"{kind}\""), "leave this one out"],
        );
    }
    assert_refused(&with_line("language", "language = \"kuery\""), "\"kuery\"", &["language \"kuery\""]);
    // The type is what matters, not that the query is not EQL.
    let kuery = with_line("type", "type = \"query\"").replace("any where true", "process.name : (a or b)");
    assert_refused(&kuery, "\"query\"", &["type \"query\""]);
}

#[test]
fn a_rule_without_a_language_is_eql_by_its_type() {
    let source = RuleSource { origin: "a".to_owned(), text: without_line("language") };
    assert!(RuleSet::build([source]).refusals.is_empty());
}

#[test]
fn severity_and_risk_score_are_held_to_their_ranges() {
    assert_refused(
        &with_line("severity", "severity = \"hgih\""),
        "\"hgih\"",
        &["no severity", "did you mean \"high\"?"],
    );
    assert_refused(&with_line("severity", "severity = \"urgent\""), "\"urgent\"", &["\"low\", \"medium\""]);
    assert_refused(&with_line("risk_score", "risk_score = 101"), "101", &["101 is not between 0 and 100"]);
    assert_refused(&with_line("risk_score", "risk_score = -1"), "-1", &["-1"]);
    assert_refused(
        &with_line("risk_score", "risk_score = \"21\""),
        "\"21\"",
        &["must be a whole number", "string"],
    );
    assert_refused(&with_line("risk_score", "risk_score = 2.5"), "2.5", &["must be a whole number", "float"]);
    for fine in ["risk_score = 0", "risk_score = 100", "risk_score = 0x15"] {
        let source = RuleSource { origin: "a".to_owned(), text: with_line("risk_score", fine) };
        assert!(RuleSet::build([source]).refusals.is_empty(), "{fine}");
    }
}

#[test]
fn a_file_that_is_not_toml_is_refused_at_its_line() {
    let refusal = refusal("[rule]\nname = \"n\"\nrule_id = \n");
    assert_eq!(refusal.error.position().line, 3, "{refusal}");
    assert!(refusal.to_string().contains("not TOML"), "{refusal}");
    assert!(self::refusal("").to_string().contains("no `[rule]` table"));
    assert!(self::refusal("rule = 1").to_string().contains("`rule` must be a table"));
    let deep = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(self::refusal(&deep).to_string().contains("not TOML"));
}

#[test]
fn the_rule_is_named_wherever_the_file_can_be_read_so_far() {
    let bad_query = refusal(&rule_file("abc", "process where"));
    assert_eq!(
        (bad_query.rule_id.as_deref(), bad_query.rule_name.as_deref()),
        (Some("abc"), Some("test rule abc"))
    );
    let bad_score = refusal(&with_line("risk_score", "risk_score = 1000"));
    assert_eq!(
        (bad_score.rule_id.as_deref(), bad_score.rule_name.as_deref()),
        (Some("r"), Some("test rule r"))
    );
    assert_eq!(refusal("[rule").rule_id, None);
}

#[test]
fn a_misspelt_field_is_marked_in_the_file_and_the_nearest_is_named() {
    let text = rule_file("r", "process where event.type == \"start\" and\n  process.nmae == \"apt\"");
    let refusal = refusal(&text);
    let position = refusal.error.position();
    assert_eq!(&text[refusal.error.span()], "process.nmae");
    assert_eq!(
        (text.lines().nth(position.line - 1).unwrap(), position.column),
        ("  process.nmae == \"apt\"", 3)
    );
    assert_eq!(
        refusal.to_string(),
        format!(
            "rules/bad.toml:{}:3: rule \"test rule r\": unknown field `process.nmae` (did you mean `process.name`? \
             `?process.nmae` stands for a field that may be unknown, and then has no value)",
            position.line
        )
    );
}

#[test]
fn the_place_is_right_in_every_notation_of_toml_strings() {
    for query in [
        "query = '''\n\nany where\n  nonsense == 1'''",
        "query = '''any where nonsense == 1'''",
        "query = 'any where nonsense == 1'",
        "query = \"any where process.name == \\\"\\u00e9\\\" or nonsense == 1\"",
        "query = \"\"\"\nany where \\\n     process.name == \\\"x\\\" or nonsense == 1\"\"\"",
    ] {
        let text = without_line("query").replace("any where true\n'''\n", "") + query;
        assert_refused(&text, "nonsense", &["unknown field"]);
        let windows = text.replace('\n', "\r\n");
        assert_refused(&windows, "nonsense", &["unknown field"]);
    }
}

#[test]
fn categories_without_events_are_refused() {
    assert_query_refused(
        "file where true",
        "file",
        &["needs file events, which are not captured yet", "exec"],
    );
    assert_query_refused(
        "registry where true",
        "registry",
        &["no events of the category `registry`", "process, file"],
    );
    assert_query_refused("proces where true", "proces", &["did you mean `process`?"]);
}

#[test]
fn what_only_events_could_satisfy_that_are_not_captured_is_refused_at_the_place_that_asks_for_them() {
    for (query, marked, part) in [
        (
            r#"process where event.type == "end" and process.pid == 1"#,
            r#"event.type == "end""#,
            "needs end events",
        ),
        (
            r#"any where process.pid == 1 and file.path like "/etc/*""#,
            r#"file.path like "/etc/*""#,
            "needs file events",
        ),
        (
            r#"any where process.pid == 1 and not (not file.path == "/x")"#,
            r#"not (not file.path == "/x")"#,
            "needs file events",
        ),
        (
            r#"any where event.category in ("file", "network")"#,
            r#"event.category in ("file", "network")"#,
            "needs file or network events",
        ),
        (
            r#"any where host.os.type == "windows" and process.pid == 1"#,
            r#"host.os.type == "windows""#,
            "no event of this sensor",
        ),
        (r#"process where file.path == "/x""#, r#"file.path == "/x""#, "no event of this sensor"),
        (
            r#"process where process.name == "x" and event.action == "exce""#,
            r#"event.action == "exce""#,
            "no event of this sensor",
        ),
    ] {
        assert_query_refused(query, marked, &[part]);
    }
}

#[test]
fn a_field_that_is_only_planned_is_refused_as_such_where_it_decides() {
    for query in [
        r#"process where process.parent.name == "sh""#,
        r#"process where process.name == "x" or process.parent.name == "sh""#,
        r#"process where process.name == "x" and not process.parent.name like "s*""#,
        r#"any where event.category == "file" or process.parent.name == "sh""#,
    ] {
        assert_query_refused(query, "process.parent.name", &["`process.parent.name` is not captured yet"]);
    }
    // Null, and so never true; it will be once the field is captured.
    assert_query_refused(
        r#"process where ?process.parent.name == "sh""#,
        "?process.parent.name",
        &["`process.parent.name` is not captured yet"],
    );
    assert_query_refused(
        r#"process where process.parent.nmae == "sh""#,
        "process.parent.nmae",
        &["did you mean `process.parent.name`"],
    );
}

#[test]
fn a_planned_field_in_a_part_that_no_captured_event_reaches_does_no_harm() {
    for query in [
        r#"any where event.category == "file" and process.parent.name == "sh" or process.pid == 1"#,
        r#"any where process.pid == 1 or (process.parent.name == "sh" and file.path != null)"#,
        "process where process.pid == 1 and ?process.parent.name == null",
        r#"process where process.pid == 1 or ?process.parent.name == "sh""#,
    ] {
        let source = RuleSource { origin: "a".to_owned(), text: rule_file("r", query) };
        let refusals = RuleSet::build([source]).refusals;
        assert!(refusals.is_empty(), "{query}: {refusals:#?}");
    }
}

#[test]
fn constants_of_another_type_than_the_field_are_refused() {
    for (condition, marked, parts) in [
        (
            r#"process.interactive == "true""#,
            "\"true\"",
            ["`process.interactive` is true or false", "without quotes: true"],
        ),
        (r#"process.pid == "42""#, "\"42\"", ["`process.pid` is a whole number", "without quotes: 42"]),
        ("process.name == 5", "5", ["`process.name` is text", "in quotes: \"5\""]),
        ("process.name == true", "true", ["`process.name` is text", "a truth value"]),
        ("process.name in (\"a\", 5)", "5", ["`in` cannot compare", "a number"]),
        ("process.pid in (1, \"a\")", "\"a\"", ["`in` cannot compare", "text"]),
        ("process.interactive in (true, 1)", "1", ["`process.interactive`", "a number"]),
        ("process.interactive > true", "true", ["no order", "`>`"]),
        ("process.pid like \"4*\"", "\"4*\"", ["`like` compares text", "use `==` or `in`"]),
        ("process.interactive in~ (true)", "true", ["`in~` compares text", "process.interactive"]),
        ("process.name == null and process.name > null", "null", ["nothing is `>` null", "field == null"]),
        ("process.name in (null)", "null", ["nothing is `in` null", "field == null"]),
        ("@timestamp > \"now-1d\"", "\"now-1d\"", ["is not a date", "2026-11-23"]),
        ("@timestamp > true", "true", ["`@timestamp` is a date", "a truth value"]),
        ("1 == \"1\"", "\"1\"", ["`1` is a whole number", "text"]),
    ] {
        assert_query_refused(&format!("any where {condition}"), marked, &parts);
    }
}

#[test]
fn fields_are_compared_with_constants_only() {
    let refused = [
        ("process.name == process.executable", "process.name == process.executable"),
        ("process.pid < process.parent.pid", "process.pid < process.parent.pid"),
        ("?nosuch == process.name", "?nosuch == process.name"),
        ("process.name in (\"a\", process.executable)", "process"),
        ("process.name like process.executable", "process"),
    ];
    for (condition, marked) in refused {
        assert_query_refused(
            &format!("any where {condition}"),
            marked,
            &["compared with another field", "double quotes"],
        );
    }
}

#[test]
fn a_regular_expression_that_is_none_is_refused_at_its_place() {
    assert_query_refused(
        r#"any where process.name regex ("ok", "a(b")"#,
        "(",
        &["at character 2 of the regular expression", "Lucene"],
    );
    // Where quotes or escapes hide the place, all of it is marked.
    assert_query_refused(
        r#"any where process.name regex """a(b""""#,
        r#""""a(b""""#,
        &["at character 2 of the regular expression"],
    );
}

#[test]
fn functions_are_held_to_their_names_and_arguments() {
    for (condition, marked, parts) in [
        (
            "startswith(process.name, \"a\")",
            "startswith",
            ["no function `startswith`", "did you mean `startsWith`"],
        ),
        ("wildcard(process.name, \"a*\")", "wildcard", ["no function `wildcard`", "wildcard"]),
        ("foo(1) == 1", "foo", ["no function `foo`", "EQL"]),
        ("length~(process.name) == 1", "length", ["`length` has no form with `~`", "leave the `~` out"]),
        ("length() == 1", "length()", ["`length` takes 1 arguments", "here are 0"]),
        (
            "between(process.name, \"a\") == \"\"",
            "between(process.name, \"a\")",
            ["takes 3 or 4", "here are 2"],
        ),
        ("length(process.pid) == 1", "process.pid", ["`length` takes text here", "a whole number"]),
        ("process.name + 1 == 1", "process.name", ["`+` takes a number here", "this is text"]),
        ("add(1, \"2\") == 3", "\"2\"", ["`add` takes a number", "text"]),
        ("substring(process.name, 1.5) == \"\"", "1.5", ["takes a whole number", "a number"]),
        (
            "cidrMatch(host.name, \"10.0.0.0/33\")",
            "\"10.0.0.0/33\"",
            ["is no block of IP addresses", "10.0.0.0/8"],
        ),
        ("cidrMatch(host.name, process.name)", "process.name", ["must be a constant", "double quotes"]),
        (
            "length(process.name) == \"5\"",
            "\"5\"",
            ["`length(process.name)` is a whole number", "without quotes"],
        ),
        ("length(process.nmae) == 5", "process.nmae", ["unknown field", "process.name"]),
        (
            "process.pid == length(process.name)",
            "process.pid == length(process.name)",
            ["another field", "constant"],
        ),
        ("length(process.name)", "length(process.name)", ["a value, not a condition", "!= null"]),
        ("process.pid + 1", "process.pid + 1", ["a value, not a condition", "!= null"]),
        ("length(process.name == \"a\") == 1", "process.name == \"a\"", ["a condition, not a value", "and"]),
    ] {
        assert_query_refused(&format!("any where {condition}"), marked, &parts);
    }
    let many = ["process.name"; 9].join(", ");
    assert_query_refused(
        &format!("any where concat({many}) == \"\""),
        &format!("concat({many})"),
        &["more than 8 fields"],
    );
}

#[test]
fn pipes_are_for_queries_not_for_rules() {
    assert_query_refused(
        "process where true | head 5",
        "| head 5",
        &["cannot have pipes", "hullwatch query"],
    );
}

#[test]
fn a_stage_that_waits_for_other_events_refuses_the_whole_sequence() {
    let exec = r#"[process where process.name == "x"]"#;
    assert_query_refused(
        &format!("sequence by host.name {exec} [file where true]"),
        "file",
        &["needs file events"],
    );
    assert_query_refused(
        &format!("sequence by host.name with maxspan=1m {exec} ![file where true]"),
        "file",
        &["needs file events"],
    );
    assert_query_refused(
        &format!("sample by host.name {exec} [network where true]"),
        "network",
        &["needs network events"],
    );
    assert_query_refused(
        &format!("sequence by process.parent.name {exec} {exec}"),
        "process.parent.name",
        &["not captured yet"],
    );
    assert_query_refused(
        &format!("sequence by process.nmae {exec} {exec}"),
        "process.nmae",
        &["unknown field"],
    );
}

#[test]
fn values_are_no_conditions_and_conditions_no_values() {
    assert_query_refused("any where process.name", "process.name", &["a value, not a condition", "!= null"]);
    assert_query_refused("any where \"x\"", "\"x\"", &["a value, not a condition"]);
    assert_query_refused("any where 5 or true", "5", &["a value, not a condition"]);
    assert_query_refused("any where null", "null", &["a value, not a condition"]);
    assert_query_refused(
        "any where (true or false) == true",
        "(true or false)",
        &["a condition, not a value"],
    );
    assert_query_refused("any where true == (not false)", "(not false)", &["a condition, not a value"]);
}

#[test]
fn a_pattern_that_could_not_be_matched_in_bounded_time_is_refused() {
    let long = "x".repeat(1025);
    assert_query_refused(
        &format!("any where process.name : \"*{long}*\""),
        &format!("\"*{long}*\""),
        &["more than 1024 characters"],
    );
}

#[test]
fn errors_carry_all_that_a_renderer_needs() {
    let text = rule_file("r", "any where process.nmae == 1");
    let error = refusal(&text).error;
    assert!(matches!(error.problem(), Problem::Check(_)));
    let label = error.labels().unwrap().next().unwrap();
    assert_eq!(&text[label.offset()..label.offset() + label.len()], "process.nmae");
    assert_eq!(label.label(), Some("no event has this field"));
    assert!(error.help().unwrap().to_string().contains("process.name"));
    let source = error.source_code().unwrap().read_span(label.inner(), 0, 0).unwrap();
    assert_eq!(source.name(), Some("rules/bad.toml"));
    let _: &(dyn std::error::Error + Send + Sync) = &error;
}

#[test]
fn messages_quote_long_names_in_part_only() {
    let long = "x".repeat(100_000);
    let shown = refusal(&rule_file("r", &format!("any where {long} == 1"))).to_string();
    assert!(shown.len() < 1000, "{} bytes", shown.len());
    for condition in [
        format!("{long}.x == 1"),
        format!("process.name == {long}"),
        format!("{long}(1)"),
        format!("a == 1{long}"),
        format!("a == 1{}", long.replace('x', "2")),
        format!("a \"{long}\""),
    ] {
        let shown = refusal(&rule_file("r", &format!("any where {condition}"))).to_string();
        assert!(shown.len() < 1000, "{} bytes", shown.len());
    }
    for (key, line) in [
        ("type", format!("type = \"{long}\"")),
        ("severity", format!("severity = \"{long}\"")),
        ("name", format!("type = \"{long}\"")),
    ] {
        let shown = refusal(&with_line(key, &line)).to_string();
        assert!(shown.len() < 1000, "{} bytes", shown.len());
    }
    let shown =
        refusal(&with_line("name", &format!("name = \"{long}\"")).replace("where true", "where nosuch"))
            .to_string();
    assert!(shown.len() < 1000, "{} bytes", shown.len());
}
