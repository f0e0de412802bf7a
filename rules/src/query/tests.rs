//! Queries over small inputs, answers named by the documents' ids.

use super::*;

fn answers(query: &str, input: &str) -> Vec<String> {
    with(query, &QueryOptions::default(), input).0
}

/// The answers, and how many documents had no time.
fn with(query: &str, options: &QueryOptions, input: &str) -> (Vec<String>, u64) {
    let mut query = Query::new(query, options).unwrap_or_else(|error| panic!("{query}: {error}"));
    let mut out = Vec::new();
    for line in input.lines() {
        query.take(line.as_bytes(), |answer| answer.write(&mut out)).unwrap();
    }
    let untimed = query.without_timestamp();
    query.finish(|answer| answer.write(&mut out));
    let ids = |value: &serde_json::Value| match value {
        serde_json::Value::Array(events) => {
            let ids: Vec<_> = events.iter().map(|event| event["id"].to_string()).collect();
            ids.join("-")
        }
        event => event["id"].to_string(),
    };
    let out = String::from_utf8(out).unwrap();
    (out.lines().map(|line| ids(&serde_json::from_str(line).unwrap())).collect(), untimed)
}

const EVENTS: &str = r#"
{"id": 1, "@timestamp": 5000, "event": {"category": "process"}, "p": "a", "k": 1}
{"id": 2, "@timestamp": "1970-01-01T00:00:01Z", "event": {"category": ["file", "process"]}, "p": "b", "k": 1.0}

   {"id": 3, "@timestamp": 3000, "event.category": "file", "p": "a", "k": 2}
{"id": 4, "@timestamp": 4000, "event.category": "process", "p": "b", "k": "1"}
"#;

#[test]
fn single_events_come_as_they_were_in_the_order_of_the_input() {
    assert_eq!(answers("process where true", EVENTS), ["1", "2", "4"]);
    assert_eq!(answers(r#"any where p == "a""#, EVENTS), ["1", "3"]);
    assert_eq!(answers("any where no.such.field == null", EVENTS).len(), 4);
    let mut query = Query::new("any where id == 3", &QueryOptions::default()).unwrap();
    let mut out = Vec::new();
    for line in EVENTS.lines() {
        query.take(line.as_bytes(), |answer| answer.write(&mut out)).unwrap();
    }
    assert_eq!(
        out,
        EVENTS.lines().nth(4).unwrap().trim().as_bytes().iter().chain(b"\n").copied().collect::<Vec<_>>()
    );
}

#[test]
fn pipes_put_events_in_the_order_of_time() {
    assert_eq!(answers("any where true | head 2", EVENTS), ["2", "3"]);
    assert_eq!(answers("any where true | tail 3", EVENTS), ["3", "4", "1"]);
    assert_eq!(answers("any where true | tail 3 | head 1", EVENTS), ["3"]);
    assert_eq!(answers("any where true | head 100", EVENTS), ["2", "3", "4", "1"]);
}

#[test]
fn a_pipe_keeps_no_more_than_it_lets_through() {
    let lines: Vec<String> =
        (0..5000).map(|id| format!(r#"{{"id": {id}, "@timestamp": {}}}"#, (id * 7919) % 5000)).collect();
    let query = Query::new("any where true | tail 3", &QueryOptions::default()).unwrap();
    let kept = |query: &Query| match &query.work {
        Work::Piped(_, piped) => piped.len(),
        _ => panic!("it has a pipe"),
    };
    let mut query = query;
    for line in &lines {
        query.take(line.as_bytes(), |_| panic!("too early")).unwrap();
        assert!(kept(&query) < 1100);
    }
    let answers = answers("any where true | tail 3", &lines.join("\n"));
    let place = |id: &String| (id.parse::<u64>().unwrap() * 7919) % 5000;
    assert_eq!(answers.iter().map(place).collect::<Vec<_>>(), [4997, 4998, 4999]);
}

#[test]
fn sequences_are_found_in_the_order_of_time_and_joined_by_values() {
    assert_eq!(answers(r#"sequence [any where p == "b"] [any where p == "a"]"#, EVENTS), ["2-3", "4-1"]);
    assert_eq!(answers(r#"sequence by k [any where p == "b"] [any where p == "a"]"#, EVENTS), ["2-1"]);
    assert_eq!(
        answers(r#"sequence with maxspan=1s [any where p == "b"] [any where p == "a"]"#, EVENTS),
        ["4-1"]
    );
    assert_eq!(
        answers(r#"sequence [any where p == "b"] [any where p == "a"] until [any where id == 4]"#, EVENTS),
        ["2-3"]
    );
    assert_eq!(answers("sequence [any where true] [any where true] | tail 1", EVENTS), ["4-1"]);
}

#[test]
fn a_missing_stage_at_the_end_holds_when_the_input_ends() {
    let query = r#"sequence with maxspan=2s [any where p == "b"] ![any where p == "a"]"#;
    assert_eq!(answers(query, EVENTS), Vec::<String>::new());
    let query = r#"sequence with maxspan=500ms [any where p == "b"] ![any where p == "a"]"#;
    assert_eq!(answers(query, EVENTS), ["2", "4"]);
}

#[test]
fn samples_are_joined_whatever_the_order() {
    assert_eq!(answers(r#"sample by k [any where p == "a"] [any where p == "b"]"#, EVENTS), ["1-2"]);
}

#[test]
fn equal_times_are_ordered_by_tiebreaker_and_then_as_they_came() {
    let input = r#"
        {"id": 1, "@timestamp": 1}
        {"id": 2, "@timestamp": 1, "event.sequence": 9}
        {"id": 3, "@timestamp": 1, "event.sequence": 2.5}
        {"id": 4, "@timestamp": 1, "event.sequence": "x"}
        {"id": 5, "@timestamp": 1, "event.sequence": 9}"#;
    assert_eq!(answers("any where true | head 9", input), ["3", "2", "5", "4", "1"]);
}

#[test]
fn a_document_without_a_time_takes_that_of_the_one_before_and_is_counted() {
    let input = r#"
        {"id": 1, "@timestamp": 9000}
        {"id": 2}
        {"id": 3, "@timestamp": 1000}
        {"id": 4, "@timestamp": "no time"}"#;
    let options = QueryOptions::default();
    assert_eq!(
        with("any where true | head 9", &options, input),
        (["3", "4", "1", "2"].map(str::to_owned).to_vec(), 2)
    );
    assert_eq!(with("any where true", &options, input).1, 0, "time does not matter");
}

#[test]
fn the_fields_that_queries_rest_on_can_be_others() {
    let options = QueryOptions {
        timestamp_field: "t".to_owned(),
        category_field: "kind.of".to_owned(),
        tiebreaker_field: "n".to_owned(),
    };
    let input = r#"
        {"id": 1, "t": 1, "n": 2, "kind": {"of": "x"}}
        {"id": 2, "t": 1, "n": 1, "kind.of": ["y", "x"]}"#;
    assert_eq!(with("x where true | head 5", &options, input).0, ["2", "1"]);
}

#[test]
fn what_is_wrong_with_a_query_is_shown_in_it() {
    let wrong = |query: &str| Query::new(query, &QueryOptions::default()).unwrap_err();
    let error = wrong("process where name = \"x\"");
    assert_eq!(error.span(), 19..20);
    assert!(matches!(error.problem(), crate::Problem::Syntax(_)));
    let error = wrong("process where a == b");
    assert!(matches!(error.problem(), crate::Problem::Check(_)));
    assert!(error.to_string().contains("another field"), "{error}");
}

#[test]
fn a_line_that_is_no_object_is_an_error() {
    let mut query = Query::new("any where true", &QueryOptions::default()).unwrap();
    assert!(query.take(b"{\"a\": 1", |_| ()).is_err());
    assert!(query.take(b"[]", |_| ()).is_err());
    query.take(b" \t\r", |_| panic!("a blank line")).unwrap();
}
