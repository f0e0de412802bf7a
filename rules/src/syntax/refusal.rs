//! What the parser says about things that other languages have and EQL has not, where they would stand.
//!
//! A user who writes `args[0]` must read that a test holds for any value, never "expected `and`".

use winnow::stream::Stream;

use super::ast::{Expr, ExprKind};
use super::error::{FUNCTIONS, SyntaxError, SyntaxErrorKind};
use super::parser::Tokens;
use super::span::Span;
use super::token::{Token, TokenKind};

fn not_eql(span: Span, what: impl Into<String>, hint: &'static str) -> SyntaxError {
    SyntaxError::new(span, SyntaxErrorKind::NotEql { what: what.into(), hint })
}

/// Queries that Elasticsearch does not have.
pub(super) fn at_start(first: Option<&Token<'_>>) -> Option<SyntaxError> {
    let first = first.filter(|first| first.kind == TokenKind::Word && first.text == "join")?;
    Some(not_eql(
        first.span,
        "Elasticsearch's EQL has no `join`",
        "it has `sequence` and `sample`, which join events by keys: `sequence by host.id [...] [...]`",
    ))
}

/// Pipes that Elasticsearch does not have.
pub(super) fn pipe(name: &Token<'_>) -> Option<SyntaxError> {
    matches!(&*name.text, "count" | "filter" | "sort" | "unique" | "unique_count" | "window").then(|| {
        not_eql(
            name.span,
            format!("Elasticsearch's EQL has no pipe `{}`", name.text),
            "it has `| head N` and `| tail N`",
        )
    })
}

/// `next` stands behind `x not`, where an operator with a list may stand.
pub(super) fn after_not(next: &Token<'_>, not: Span) -> SyntaxError {
    let kind = SyntaxErrorKind::Unexpected {
        expected: "`in`, `like`, `regex` or `:` after `not`",
        found: next.describe(),
        hint: Some("`not` stands before a whole condition: `not field == ...`"),
    };
    SyntaxError::new(not.to(next.span), kind)
}

/// `next` stands behind the complete `test`.
pub(super) fn after_test(next: &Token<'_>, test: &Expr) -> Option<SyntaxError> {
    let compared = matches!(test.kind, ExprKind::Compare { .. } | ExprKind::Among { .. });
    match next.kind {
        TokenKind::OpenBracket => Some(not_eql(
            next.span,
            "EQL does not pick single values of a field by position",
            "a test of a field with several values holds when any one of them satisfies it",
        )),
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

/// Calls of functions that EQL does not have.
pub(super) fn function(name: &Token<'_>) -> Option<SyntaxError> {
    (!FUNCTIONS.contains(&&*name.text)).then(|| {
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

/// What a person who wrote `found` in a wrong place probably meant.
pub(super) fn hint(found: &Token<'_>) -> Option<&'static str> {
    match (found.kind, &*found.text) {
        (TokenKind::Word, word) if TokenKind::of_word(&word.to_ascii_lowercase()) != TokenKind::Word => {
            Some("keywords are written in small letters")
        }
        (TokenKind::Word, "by" | "with" | "until") => Some(
            "this belongs to a query over several events: `sequence by host.id with maxspan=5s [...] [...]`",
        ),
        (TokenKind::Dot, _) => Some("a field's name is written without blanks: `process.name`"),
        (TokenKind::Assign, _) => Some("equality is written `==`"),
        (TokenKind::Bang, _) => Some("write `not`, or `!=` for inequality"),
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
