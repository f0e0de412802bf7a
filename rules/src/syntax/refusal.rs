//! What the parser says about constructs it recognises but does not take: parts of EQL that are not served yet, and
//! things that other languages have and EQL has not.
//!
//! A user who copies a published rule must read "regular expressions are not supported yet", never "expected `and`".

use winnow::stream::Stream;

use super::ast::{Expr, ExprKind};
use super::error::{FUNCTIONS, SyntaxError, SyntaxErrorKind};
use super::parser::Tokens;
use super::span::Span;
use super::token::{Token, TokenKind};

fn not_yet(span: Span, what: impl Into<String>, hint: &'static str) -> SyntaxError {
    SyntaxError::new(span, SyntaxErrorKind::NotYet { what: what.into(), hint })
}

fn not_eql(span: Span, what: impl Into<String>, hint: &'static str) -> SyntaxError {
    SyntaxError::new(span, SyntaxErrorKind::NotEql { what: what.into(), hint })
}

/// Queries over several events.
pub(super) fn at_start(first: Option<&Token<'_>>) -> Option<SyntaxError> {
    let first = first.filter(|first| first.kind == TokenKind::Word)?;
    match &*first.text {
        "sequence" => Some(not_yet(
            first.span,
            "`sequence` queries are",
            "write one rule for each of its stages, or leave the rule out for now",
        )),
        "sample" => Some(not_yet(
            first.span,
            "`sample` queries are",
            "write one rule for each of its filters, or leave the rule out for now",
        )),
        "join" => Some(not_eql(
            first.span,
            "Elasticsearch's EQL has no `join`",
            "it has `sequence` and `sample`; this version serves single events: `process where ...`",
        )),
        _ => None,
    }
}

/// `next` stands behind `x not`, where only `in` may stand.
pub(super) fn after_not(next: &Token<'_>, not: Span) -> SyntaxError {
    let hint = match next.kind {
        TokenKind::Like | TokenKind::LikeFold => {
            Some("write `not field like ...`: only `in` takes `not` before it")
        }
        TokenKind::Regex | TokenKind::RegexFold => {
            Some("write `not field regex ...` (regular expressions are not supported yet, however)")
        }
        _ => Some("`not` stands before a whole condition: `not field == ...`"),
    };
    let kind =
        SyntaxErrorKind::Unexpected { expected: "`in` or `in~` after `not`", found: next.describe(), hint };
    SyntaxError::new(not.to(next.span), kind)
}

/// `next` stands behind the complete `test`.
pub(super) fn after_test(next: &Token<'_>, test: &Expr) -> Option<SyntaxError> {
    let compared = matches!(test.kind, ExprKind::Compare { .. } | ExprKind::Among { .. });
    match next.kind {
        TokenKind::Regex | TokenKind::RegexFold => Some(not_yet(
            next.span,
            "regular expressions (`regex`, `regex~`) are",
            "say it with wildcards (`like`, `like~`, `:`) where they suffice",
        )),
        TokenKind::Pipe => Some(not_yet(
            next.span,
            "pipes (`| head`, `| tail`) are",
            "leave the pipe out: a rule gives one alert for every event that matches",
        )),
        TokenKind::OpenBracket => Some(not_eql(
            next.span,
            "EQL does not pick single values of a field by position",
            "a test of a field with several values holds when any one of them satisfies it",
        )),
        kind if kind.is_arithmetic() => {
            Some(not_yet(next.span, "arithmetic is", "write the result as a number"))
        }
        TokenKind::Equal
        | TokenKind::NotEqual
        | TokenKind::Less
        | TokenKind::LessOrEqual
        | TokenKind::Greater
        | TokenKind::GreaterOrEqual
            if compared =>
        {
            Some(not_eql(next.span, "comparisons do not chain", "join them with `and`: `a >= 1 and a <= 3`"))
        }
        _ => None,
    }
}

/// `name` and `next` begin a function call.
pub(super) fn call(name: &Token<'_>, next: &Token<'_>) -> Option<SyntaxError> {
    if name.kind != TokenKind::Word || !matches!(next.kind, TokenKind::Open | TokenKind::Tilde) {
        return None;
    }
    Some(if FUNCTIONS.contains(&&*name.text) {
        not_yet(
            name.span,
            format!("functions (here `{}`) are", name.text),
            "wildcards often say the same: `like \"a*\"` for startsWith, `like \"*a*\"` for stringContains",
        )
    } else {
        SyntaxError::new(name.span, SyntaxErrorKind::UnknownFunction { name: name.text.clone().into_owned() })
    })
}

/// `found` stands in a list, or behind `like`, and is no constant.
pub(super) fn in_list(found: &Token<'_>) -> Option<SyntaxError> {
    matches!(found.kind, TokenKind::Word | TokenKind::BackTicked | TokenKind::Question).then(|| {
        not_eql(
            found.span,
            "a field cannot be compared with another field",
            "only constants may stand here; a string needs double quotes",
        )
    })
}

/// Fractional numbers.
pub(super) fn float(found: &Token<'_>) -> SyntaxError {
    not_yet(
        found.span,
        "fractional numbers are",
        "no field of this version has fractions: write a whole number",
    )
}

/// What a person who wrote `found` in a wrong place probably meant.
pub(super) fn hint(found: &Token<'_>) -> Option<&'static str> {
    match (found.kind, &*found.text) {
        (TokenKind::Word, word) if TokenKind::of_word(&word.to_ascii_lowercase()) != TokenKind::Word => {
            Some("keywords are written in small letters")
        }
        (TokenKind::Word, "by" | "with" | "until") => {
            Some("this belongs to `sequence`, which is not supported yet")
        }
        (TokenKind::Dot, _) => Some("a field's name is written without blanks: `process.name`"),
        (TokenKind::Equal, _) => Some("a query begins with an event category: `process where ...`"),
        _ => None,
    }
}

/// The token after the next one.
pub(super) fn second<'t, 'q>(input: &Tokens<'t, 'q>) -> Option<&'t Token<'q>> {
    let mut ahead = input.clone();
    ahead.next_token();
    ahead.next_token()
}
