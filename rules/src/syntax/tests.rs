//! The grammar: what parses to what, what is refused where and how, and that nothing makes the parser panic or crawl.

use proptest::prelude::*;

use super::ast::{
    Arithmetic, Body, Comparison, EventQuery, Expr, ExprKind, FieldPath, Key, Literal, Maxspan, Membership,
    Name, Pipe, Query, Real, Sample, Sequence, Stage, Value,
};
use super::{MAX_DEPTH, MAX_OPERATORS, MAX_QUERY_BYTES, Span, SyntaxErrorKind, parse};

/// The condition after `any where`, printed back with all that the tree knows.
fn shape(condition: &str) -> String {
    fn show(expr: &Expr) -> String {
        let all = |terms: &[Expr]| terms.iter().map(show).collect::<Vec<_>>().join(" ");
        match &expr.kind {
            ExprKind::Or(terms) => format!("(or {})", all(terms)),
            ExprKind::And(terms) => format!("(and {})", all(terms)),
            ExprKind::Not(inner) => format!("(not {})", show(inner)),
            ExprKind::Literal(value) => value.to_string(),
            ExprKind::Field(field) => field.to_string(),
            ExprKind::Compare { left, op, right } => {
                format!("({} {} {})", op.symbol(), show(left), show(right))
            }
            ExprKind::Among { subject, op, list } => {
                let list: Vec<_> = list.iter().map(ToString::to_string).collect();
                format!("({} {} [{}])", op.symbol(), show(subject), list.join(" "))
            }
            ExprKind::Call { name, fold, args } => {
                format!("({}{} {})", name.text, if *fold { "~" } else { "" }, all(args))
            }
            ExprKind::Arithmetic { left, op, right } => {
                format!("({} {} {})", op.symbol(), show(left), show(right))
            }
            ExprKind::Negate(inner) => format!("(- {})", show(inner)),
        }
    }
    show(&only_event(parse(&format!("any where {condition}")).unwrap()).condition)
}

/// A query for single events.
fn only_event(query: Query) -> EventQuery {
    match query.body {
        Body::Event(query) => query,
        other => panic!("{other:?}"),
    }
}

#[test]
fn precedence_is_not_then_and_then_or() {
    assert_eq!(shape("a or b and c or d"), "(or a (and b c) d)");
    assert_eq!(shape("not a and b"), "(and (not a) b)");
    assert_eq!(shape("not a == 1 or b"), "(or (not (== a 1)) b)");
    assert_eq!(shape("not (a and b)"), "(not (and a b))");
    assert_eq!(shape("not not a"), "(not (not a))");
    assert_eq!(shape("a and (b or c) and d"), "(and a (or b c) d)");
    assert_eq!(shape("not a in (1) and b"), "(and (not (in a [1])) b)");
}

#[test]
fn every_operator_is_read_with_and_without_blanks() {
    for (written, shown) in [
        ("a==1", "(== a 1)"),
        ("a!=1", "(!= a 1)"),
        ("a<1", "(< a 1)"),
        ("a<=1", "(<= a 1)"),
        ("a>1", "(> a 1)"),
        ("a>=-1", "(>= a -1)"),
        ("a == +1", "(== a 1)"),
        ("a in(1,2)", "(in a [1 2])"),
        ("a in~(\"x\")", "(in~ a [\"x\"])"),
        ("a not in (1)", "(not (in a [1]))"),
        ("a not in~ (1)", "(not (in~ a [1]))"),
        ("a like \"x*\"", "(like a [\"x*\"])"),
        ("a like~(\"x\",\"y\")", "(like~ a [\"x\" \"y\"])"),
        ("a:\"x\"", "(: a [\"x\"])"),
        ("a :(\"x\" , \"y\")", "(: a [\"x\" \"y\"])"),
        ("a: true", "(: a [true])"),
        ("1 == a", "(== 1 a)"),
        ("(a) == (1)", "(== a 1)"),
        ("true", "true"),
        ("null == a", "(== null a)"),
    ] {
        assert_eq!(shape(written), shown, "{written}");
    }
}

#[test]
fn field_names_have_dots_digits_underscores_and_back_ticks() {
    for (written, shown) in [
        ("@timestamp", "@timestamp"),
        ("file.Ext.x_2", "file.Ext.x_2"),
        ("?a.b", "?a.b"),
        ("`a-b`.c", "`a-b.c`"),
        ("a.`b c`", "`a.b c`"),
        ("`a``b`", "`a``b`"),
        ("`plain`", "plain"),
        // Keywords are names where a dot makes them so.
        ("event.sequence", "event.sequence"),
        ("rule.in.where", "rule.in.where"),
        ("where.x", "`where.x`"),
        ("null.x", "`null.x`"),
        ("sequence", "sequence"),
        ("android", "android"),
        ("not_here", "not_here"),
    ] {
        assert_eq!(shape(written), shown, "{written}");
    }
}

#[test]
fn strings_are_decoded_and_raw_strings_are_not() {
    let text =
        |written: &str| match only_event(parse(&format!("any where {written}")).unwrap()).condition.kind {
            ExprKind::Literal(Value::Text(text)) => text,
            other => panic!("{written}: {other:?}"),
        };
    assert_eq!(text(r#""""#), "");
    assert_eq!(text(r#""a\n\r\t\b\f\\\"z""#), "a\n\r\t\u{8}\u{c}\\\"z");
    assert_eq!(text(r#""\u{41}\u{1F600}\u{000000e9}""#), "A😀é");
    assert_eq!(text(r#""""a\n"b""""#), r#"a\n"b"#);
    assert_eq!(text(r#""""""""#), "");
    // Up to two quotes directly before the closing three are content.
    assert_eq!(text(r#""""a""""""#), "a\"\"");
    assert_eq!(text(r#""'//' /* x */ | ;""#), "'//' /* x */ | ;");
}

#[test]
fn comments_stand_anywhere_between_tokens() {
    let query = "/* a */ process // b\n where /**/ a in /* * / */ ( // c, \"x\")\n 1, /* 2, */ 3 // d\r\n ) // the end";
    let parsed = parse(query).unwrap();
    assert_eq!(parsed.to_string(), "process where a in (1, 3)");
    assert_eq!(shape("a // x\n. // y\n b == 1"), "(== a.b 1)");
}

#[test]
fn every_node_knows_its_place() {
    let query = r#"process where not (a.b == "x" or c in (1, 2))"#;
    let parsed = only_event(parse(query).unwrap());
    let at = |span: Span| &query[span.range()];
    assert_eq!(at(parsed.category.span), "process");
    assert_eq!(at(parsed.condition.span), r#"not (a.b == "x" or c in (1, 2))"#);
    let ExprKind::Not(inner) = &parsed.condition.kind else { panic!() };
    assert_eq!(at(inner.span), r#"(a.b == "x" or c in (1, 2))"#);
    let ExprKind::Or(terms) = &inner.kind else { panic!() };
    let ExprKind::Compare { left, right, .. } = &terms[0].kind else { panic!() };
    assert_eq!((at(left.span), at(right.span)), ("a.b", "\"x\""));
    let ExprKind::Among { list, .. } = &terms[1].kind else { panic!() };
    assert_eq!((at(terms[1].span), at(list[1].span)), ("c in (1, 2)", "2"));
}

#[test]
fn mistakes_are_marked_and_say_what_was_expected() {
    for (query, marked, message, help) in [
        ("", "", "expected an event category", ""),
        ("where true", "where", "expected an event category", ""),
        ("process", "", "expected `where`", ""),
        ("process.name == \"x\"", ".", "expected `where`", ""),
        ("name == \"x\"", "==", "expected `where`", "begins with an event category"),
        ("any where", "", "expected a field, a constant or `(`, found the end of the query", ""),
        ("any where a ==", "", "expected a field, a constant", ""),
        ("any where a == and b", "and", "found `and`", ""),
        ("any where a b", "b", "expected `and`, `or` or the end of the query, found `b`", ""),
        ("any where a AND b", "AND", "found `AND`", "small letters"),
        ("any where (a", "", "expected `and`, `or` or `)`", ""),
        ("any where a)", ")", "expected `and`, `or` or the end", ""),
        ("any where ()", ")", "expected a field, a constant", ""),
        ("any where a in 1", "1", "expected `(` and a list", ""),
        ("any where a in ()", ")", "expected a constant", ""),
        ("any where a in (1,)", ")", "expected a constant", ""),
        ("any where a in (1 2)", "2", "expected `,` or `)`", ""),
        ("any where a in (1", "", "expected `,` or `)`", ""),
        ("any where a like x", "x", "compared with another field", "double quotes"),
        ("any where a in (b)", "b", "compared with another field", "double quotes"),
        (
            "any where a not == 1",
            "not ==",
            "expected `in`, `like`, `regex` or `:` after `not`",
            "before a whole condition",
        ),
        ("any where 1 <= a <= 3", "<=", "do not chain", "a >= 1 and a <= 3"),
        ("any where a == 'x'", "'", "`'` has no meaning", "double quotes"),
        ("any where a = 1", "=", "found `=`", "`==`"),
        ("any where a && b", "&", "`&` has no meaning", "`and`"),
        ("any where !a", "!", "found `!`", "`not`"),
        ("any where a == “x”", "“", "has no meaning", "plain double quotes"),
        ("any where größe == 1", "ö", "has no meaning", "back-ticks"),
        ("any where a == \"x", "\"", "string is never closed", "same line"),
        ("any where a == \"x\ny\"", "\"", "string is never closed", "same line"),
        ("any where a == \"\"\"x", "\"\"\"", "raw string is never closed", "three quotes"),
        ("any where a /* x", "/*", "comment is never closed", "`*/`"),
        ("any where `a", "`", "back-ticked name is never closed", "back-tick"),
        (r#"any where a == "\d""#, "\\d", "`\\d` is not an escape", "raw string"),
        (r#"any where a == "\u{110000}""#, "\\u", "`\\u` is not an escape", "\\u{1F600}"),
        (r#"any where a == "\"#, "\\", "is not an escape", ""),
        ("any where a == 2x", "2x", "neither a number nor a name", "`2x`"),
        ("any where a == 99999999999999999999", "99999999999999999999", "64 bits", ""),
        ("any where a == -9223372036854775809", "-9223372036854775809", "64 bits", ""),
        ("any where a. == 1", "==", "expected a name after the dot", ""),
        ("any where ? == 1", "==", "expected a field", ""),
        ("any where a[0] == 1", "[", "by position", "any one"),
        ("any where nosuch(a)", "nosuch", "EQL has no function `nosuch`", ""),
        ("any where lenght(a) > 1", "lenght", "EQL has no function `lenght`", "`length`"),
    ] {
        let error = parse(query).unwrap_err();
        assert_eq!(&query[error.span.range()], marked, "{query}: {error}");
        assert!(error.to_string().contains(message), "{query}: {error}");
        assert!(error.help().unwrap_or_default().contains(help), "{query}: {:?}", error.help());
        assert!(!help.is_empty() || error.help().is_none_or(|help| !help.is_empty()));
    }
}

#[test]
fn arithmetic_binds_as_everywhere() {
    assert_eq!(shape("a + 2 * b - c % 3 == -d"), "(== (- (+ a (* 2 b)) (% c 3)) (- d))");
    assert_eq!(shape("(a + 2) * -3 >= 1.5e2"), "(>= (* (+ a 2) -3) 150.0)");
    assert_eq!(shape("a - 1 > 0 and 1 < a"), "(and (> (- a 1) 0) (< 1 a))");
    assert_eq!(shape("a -1 == 0"), "(== (- a 1) 0)");
}

#[test]
fn functions_and_regular_expressions_are_read() {
    assert_eq!(shape("length(a) > 3"), "(> (length a) 3)");
    assert_eq!(shape("startsWith~(a.b, \"x\")"), "(startsWith~ a.b \"x\")");
    assert_eq!(shape("concat(a, 1 + 2, length(b)) == \"x\""), "(== (concat a (+ 1 2) (length b)) \"x\")");
    assert_eq!(
        shape("a regex \"x.*\" and b regex~(\"y\", \"z\")"),
        r#"(and (regex a ["x.*"]) (regex~ b ["y" "z"]))"#
    );
    assert_eq!(
        shape("a not like \"x\" and a not regex~ \"y\""),
        r#"(and (not (like a ["x"])) (not (regex~ a ["y"])))"#
    );
}

#[test]
fn sequences_are_read_with_all_they_can_have() {
    for query in [
        "sequence [any where true] [any where false]",
        "sequence by a, ?b.c with maxspan=90000ms [process where a == 1] by d [process where true] by e until [any where x] by f",
        "sequence with maxspan=5ms ![any where a] [any where b] ![any where c]",
        "sequence by a [any where true] with runs=5",
        "sequence [any where true] by a with runs=2 [any where x == \"]\"] by b | head 3 | tail 1",
        "sample by host.id [any where a] [any where b] | head 1",
        "process where a == 1 | tail 18446744073709551615",
    ] {
        let parsed = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(parsed.to_string(), query);
    }
    for (written, ms) in [("1ms", 1), ("2s", 2_000), ("3m", 180_000), ("1h", 3_600_000), ("10d", 864_000_000)]
    {
        let query =
            format!("sequence with /* c */ maxspan = {written} by a // d\n [any where x] [any where y]");
        let Body::Sequence(sequence) = parse(&query).unwrap().body else { panic!("{query}") };
        assert_eq!((sequence.maxspan.unwrap().ms, sequence.by.len()), (ms, 1), "{query}");
    }
}

#[test]
fn what_elasticsearch_demands_of_sequences_is_demanded() {
    for (query, marked, message) in [
        ("sequence [any where true]", "sequence", "at least two stages"),
        ("sequence by a", "", "expected `by`"),
        ("sequence by a b [any where true]", "b", "found `b`"),
        ("sequence by [any where true]", "[", "expected a field to join by"),
        ("sequence with maxspan=5 [any where a] [any where b]", "5", "a duration such as"),
        ("sequence with maxspan=0s [any where a] [any where b]", "0s", "a duration in milliseconds"),
        ("sequence with maxspan 5s [any where a] [any where b]", "5s", "expected `=`"),
        ("sequence with maxspan=5x [any where a] [any where b]", "5x", "neither a number nor a name"),
        ("sequence with runs=2 [any where a]", "runs", "expected `maxspan=...`"),
        ("sequence [any where a] with runs=0 [any where b]", "0", "from 1 to 100"),
        ("sequence [any where a] with runs=101 [any where b]", "101", "from 1 to 100"),
        ("sequence [any where a] by x [any where b]", "[any where b]", "as many `by` keys"),
        ("sequence [any where a] ![any where b]", "![any where b]", "only within a time"),
        ("sequence with maxspan=1s ![any where a] ![any where b]", "sequence", "not `![...]`"),
        ("sequence [any where a] [any where b] until ![any where c]", "![any where c]", "not a missing one"),
        ("sequence [any where a] [any where b", "", "`and`, `or` or `]`"),
        ("sequence [any where a] [any where b] x", "x", "found `x`"),
        ("sample by a [any where true]", "sample", "at least two stages"),
        ("sample [any where true] [any where true]", "sample", "at least one key"),
        ("sample by a ![any where true] [any where true]", "![any where true]", "no missing events"),
        ("any where true | head 0", "0", "from 1 to"),
        ("any where true | unique a", "unique", "no pipe `unique`"),
        ("any where true | top 5", "top", "expected `head` or `tail`"),
        ("any where true | head", "", "how many matches"),
    ] {
        let error = parse(query).unwrap_err();
        assert_eq!(&query[error.span.range()], marked, "{query}: {error}");
        assert!(error.to_string().contains(message), "{query}: {error}");
    }
}

#[test]
fn long_arithmetic_is_refused_before_it_takes_the_stack() {
    assert!(parse(&format!("any where a == 1{}", " + 1".repeat(MAX_OPERATORS))).is_ok());
    let error = parse(&format!("any where a == 1{}", " + 1".repeat(100_000))).unwrap_err();
    assert_eq!(error.kind, SyntaxErrorKind::TooManyOperators { limit: MAX_OPERATORS });
    let error = parse(&format!("any where a == {}1", "- -".repeat(100_000))).unwrap_err();
    assert_eq!(error.kind, SyntaxErrorKind::TooDeep { limit: MAX_DEPTH });
    let error = parse(&format!("any where {}", "length(".repeat(100_000))).unwrap_err();
    assert_eq!(error.kind, SyntaxErrorKind::TooDeep { limit: MAX_DEPTH });
}

#[test]
fn the_first_mistake_is_the_one_reported() {
    let query = "any where a b and c == 'x'";
    assert_eq!(&query[parse(query).unwrap_err().span.range()], "b");
    let query = "any where c == 'x' b";
    assert_eq!(&query[parse(query).unwrap_err().span.range()], "'");
}

#[test]
fn nesting_is_bounded_and_does_not_take_the_stack() {
    let nested = |open: &str, close: &str, levels: usize| {
        format!("any where {}true{}", open.repeat(levels), close.repeat(levels))
    };
    // The stack that a thread gets by default. A level takes about 2 KiB of it, without optimisation 13 KiB.
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let checked = small.spawn(move || {
        for (open, close) in [("(", ")"), ("not ", ""), ("not (true and ", ")"), ("(false or ", ")")] {
            let levels = if open.starts_with("not (") { MAX_DEPTH / 2 } else { MAX_DEPTH };
            let fine = parse(&nested(open, close, levels)).unwrap();
            assert!(fine.to_string().len() > 10);
            for levels in [levels + 1, 100_000] {
                let error = parse(&nested(open, close, levels)).unwrap_err();
                assert_eq!(error.kind, SyntaxErrorKind::TooDeep { limit: MAX_DEPTH }, "{levels} x {open}");
            }
        }
    });
    checked.unwrap().join().unwrap();
}

#[test]
fn siblings_do_not_count_as_depth() {
    for term in ["not a", "(a == 1)", "not (a == (1))"] {
        let chain = vec![term; 5000].join(" and ");
        assert!(parse(&format!("any where {chain}")).is_ok(), "{term}");
    }
}

#[test]
fn large_queries_are_read_in_linear_time_and_larger_ones_refused() {
    // Anything quadratic does not end within the patience of whoever runs this.
    let list = (0..10_000).map(|i| format!("\"value {i}\"")).collect::<Vec<_>>().join(", ");
    assert!(parse(&format!("any where a in ({list}) and b like ({list})")).is_ok());
    let chain = vec!["a == \"x\\n\" or /* c */ b : (\"y*\", 1)"; 25_000].join(" and ");
    assert!(parse(&format!("any where {chain}")).is_ok());
    assert!(parse(&format!("any where a == \"{}\"", "\\n".repeat(500_000))).is_ok());
    assert!(parse(&format!("any where {} true", "/* */ // \n".repeat(100_000))).is_ok());
    for open in ["/*", "\"", "\"\"\"", "` ", "(", "a.", "?", "\\"] {
        assert!(parse(&format!("any where {}", open.repeat(400_001))).is_err(), "{open}");
    }
    let error = parse(&" ".repeat(MAX_QUERY_BYTES + 1)).unwrap_err();
    assert!(matches!(error.kind, SyntaxErrorKind::TooLong { .. }));
}

/// The tree with all places forgotten, to compare what was written with what was printed and read again.
fn placeless(query: Query) -> Query {
    fn forget(expr: Expr) -> Expr {
        let all = |terms: Vec<Expr>| terms.into_iter().map(forget).collect();
        let kind = match expr.kind {
            ExprKind::Or(terms) => ExprKind::Or(all(terms)),
            ExprKind::And(terms) => ExprKind::And(all(terms)),
            ExprKind::Not(inner) => ExprKind::Not(Box::new(forget(*inner))),
            ExprKind::Compare { left, op, right } => {
                ExprKind::Compare { left: Box::new(forget(*left)), op, right: Box::new(forget(*right)) }
            }
            ExprKind::Among { subject, op, list } => {
                let list =
                    list.into_iter().map(|literal| Literal { span: Span::default(), ..literal }).collect();
                ExprKind::Among { subject: Box::new(forget(*subject)), op, list }
            }
            ExprKind::Call { name, fold, args } => {
                ExprKind::Call { name: Name { span: Span::default(), ..name }, fold, args: all(args) }
            }
            ExprKind::Arithmetic { left, op, right } => {
                ExprKind::Arithmetic { left: Box::new(forget(*left)), op, right: Box::new(forget(*right)) }
            }
            ExprKind::Negate(inner) => ExprKind::Negate(Box::new(forget(*inner))),
            plain @ (ExprKind::Literal(_) | ExprKind::Field(_)) => plain,
        };
        Expr { kind, span: Span::default() }
    }
    let event = |EventQuery { category, condition }| EventQuery {
        category: Name { span: Span::default(), ..category },
        condition: forget(condition),
    };
    let keys = |keys: Vec<Key>| keys.into_iter().map(|key| Key { span: Span::default(), ..key }).collect();
    let stage = |stage: Stage| Stage {
        query: event(stage.query),
        by: keys(stage.by),
        span: Span::default(),
        ..stage
    };
    let body = match query.body {
        Body::Event(query) => Body::Event(event(query)),
        Body::Sequence(sequence) => Body::Sequence(Sequence {
            by: keys(sequence.by),
            maxspan: sequence.maxspan.map(|maxspan| Maxspan { span: Span::default(), ..maxspan }),
            stages: sequence.stages.into_iter().map(stage).collect(),
            until: sequence.until.map(stage),
            span: Span::default(),
        }),
        Body::Sample(sample) => Body::Sample(Sample {
            by: keys(sample.by),
            stages: sample.stages.into_iter().map(stage).collect(),
            span: Span::default(),
        }),
    };
    let pipes = query.pipes.into_iter().map(|pipe| Pipe { span: Span::default(), ..pipe }).collect();
    Query { body, pipes }
}

fn event_query(category: Name, condition: Expr) -> Query {
    Query { body: Body::Event(EventQuery { category, condition }), pipes: Vec::new() }
}

fn an_expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_filter_map("finite", Real::new).prop_map(Value::Real),
        any::<String>().prop_map(Value::Text),
        "[a*?\"\\\\/ ]{0,8}".prop_map(Value::Text),
    ]
}

fn any_expr() -> impl Strategy<Value = Expr> {
    let field = ("[a-z@_]{1,5}(\\.[a-z0-9_@`é -]{1,5}){0,2}|where|not\\.x|in", any::<bool>())
        .prop_map(|(path, optional)| an_expr(ExprKind::Field(FieldPath { path, optional })));
    let leaf = prop_oneof![field, any_value().prop_map(|value| an_expr(ExprKind::Literal(value)))];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let comparison = prop_oneof![
            Just(Comparison::Equal),
            Just(Comparison::NotEqual),
            Just(Comparison::Less),
            Just(Comparison::LessOrEqual),
            Just(Comparison::Greater),
            Just(Comparison::GreaterOrEqual),
        ];
        let membership = prop_oneof![
            Just(Membership::In),
            Just(Membership::InFold),
            Just(Membership::Like),
            Just(Membership::LikeFold),
            Just(Membership::Colon),
            Just(Membership::Regex),
            Just(Membership::RegexFold),
        ];
        let arithmetic = prop_oneof![
            Just(Arithmetic::Add),
            Just(Arithmetic::Subtract),
            Just(Arithmetic::Multiply),
            Just(Arithmetic::Divide),
            Just(Arithmetic::Modulo),
        ];
        let call = (prop::sample::select(vec!["length", "concat", "startsWith"]), any::<bool>());
        let negatable = inner.clone().prop_filter("a sign before a number is the number's", |inner| {
            !matches!(inner.kind, ExprKind::Literal(_))
        });
        let literal = any_value().prop_map(|value| Literal { value, span: Span::default() });
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|terms| an_expr(ExprKind::Or(terms))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|terms| an_expr(ExprKind::And(terms))),
            inner.clone().prop_map(|inner| an_expr(ExprKind::Not(Box::new(inner)))),
            (inner.clone(), comparison, inner.clone()).prop_map(|(left, op, right)| {
                an_expr(ExprKind::Compare { left: Box::new(left), op, right: Box::new(right) })
            }),
            (inner.clone(), arithmetic, inner.clone()).prop_map(|(left, op, right)| {
                an_expr(ExprKind::Arithmetic { left: Box::new(left), op, right: Box::new(right) })
            }),
            negatable.prop_map(|inner| an_expr(ExprKind::Negate(Box::new(inner)))),
            (call, prop::collection::vec(inner.clone(), 0..3)).prop_map(|((name, fold), args)| {
                let name = Name { text: name.to_owned(), span: Span::default() };
                an_expr(ExprKind::Call { name, fold, args })
            }),
            (inner, membership, prop::collection::vec(literal, 1..4)).prop_map(|(subject, op, list)| {
                an_expr(ExprKind::Among { subject: Box::new(subject), op, list })
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_text_makes_the_parser_panic_and_every_error_is_inside_the_text(query in any::<String>()) {
        for query in [query.clone(), format!("any where {query}")] {
            if let Err(error) = parse(&query) {
                prop_assert!(query.get(error.span.range()).is_some(), "{}", error);
            }
        }
    }

    #[test]
    fn no_soup_of_tokens_makes_the_parser_panic(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "and", "or", "not", "in", "in~", "like", "like~", "regex", ":", "==", "!=", "<", ">=", "(", ")", "[", "]",
            ",", ".", "?", "|", "~", "+", "-", "*", "/", "a", "process", "`b c`", "\"x*\"", "\"\"\"r\"\"\"", "1", "2.5",
            "true", "null", "where", "any", "sequence", "length", "//", "/*", "*/", "\"", "`", "\\", "é", "\n",
        ]), 0..40),
        glue in prop::sample::select(vec![" ", ""]),
    ) {
        let query = format!("any where {}", tokens.join(glue));
        match parse(&query) {
            Ok(parsed) => {
                let printed = parsed.to_string();
                prop_assert_eq!(placeless(parse(&printed).unwrap()), placeless(parsed), "{}", printed);
            }
            Err(error) => prop_assert!(query.get(error.span.range()).is_some(), "{}", error),
        }
    }

    #[test]
    fn what_is_printed_parses_to_the_same_tree(
        condition in any_expr(), category in "[a-z]{1,8}|any|sequence|where|[ -~]{0,6}",
    ) {
        let query = event_query(Name { text: category, span: Span::default() }, condition);
        let printed = query.to_string();
        let parsed = parse(&printed).map_err(|error| TestCaseError::fail(format!("{printed}: {error}")))?;
        prop_assert_eq!(placeless(parsed), query, "{}", printed);
    }
}
