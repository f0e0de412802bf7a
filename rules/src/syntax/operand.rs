//! The grammar of values: constants, fields, calls, arithmetic, and conditions in parentheses.
//!
//! ```text
//! sum       = product (("+" | "-") product)*
//! product   = factor (("*" | "/" | "%") factor)*
//! factor    = ("+" | "-") factor | constant | field | call | "(" or ")"
//! field     = "?"? name ("." name)*
//! call      = WORD "~"? "(" (or ("," or)*)? ")"
//! ```

use winnow::Parser;
use winnow::combinator::{opt, repeat};
use winnow::error::ErrMode;
use winnow::stream::Stream as _;
use winnow::token::one_of;

use super::ast::{Arithmetic, Expr, ExprKind, FieldPath, Key, Literal, Name, Real, Value};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::parser::{Outcome, Tokens, ascend, descend, expect, expected, or, spend_operator, token};
use super::refusal;
use super::span::Span;
use super::token::{Token, TokenKind};

/// What can begin a value.
const A_VALUE: &str = "a field, a constant or `(`";
/// What can begin a constant.
const A_CONSTANT: &str = "a constant: a string in double quotes, a number, `true`, `false` or `null`";

pub(super) fn sum(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    let mut left = product(input)?;
    while let Some((op, at)) = operator(input, [Arithmetic::Add, Arithmetic::Subtract]) {
        spend_operator(input, at)?;
        left = arithmetic(left, op, product(input)?);
    }
    Ok(left)
}

fn product(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    let mut left = factor(input)?;
    while let Some((op, at)) = operator(input, [Arithmetic::Multiply, Arithmetic::Divide, Arithmetic::Modulo])
    {
        spend_operator(input, at)?;
        left = arithmetic(left, op, factor(input)?);
    }
    Ok(left)
}

/// Takes the next token if it is one of these operators.
fn operator<const N: usize>(input: &mut Tokens<'_, '_>, ops: [Arithmetic; N]) -> Option<(Arithmetic, Span)> {
    let next = input.peek_token()?;
    let op = match next.kind {
        TokenKind::Plus => Arithmetic::Add,
        TokenKind::Minus => Arithmetic::Subtract,
        TokenKind::Star => Arithmetic::Multiply,
        TokenKind::Slash => Arithmetic::Divide,
        TokenKind::Percent => Arithmetic::Modulo,
        _ => return None,
    };
    ops.contains(&op).then(|| {
        input.next_token();
        (op, next.span)
    })
}

fn arithmetic(left: Expr, op: Arithmetic, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Arithmetic { left: Box::new(left), op, right: Box::new(right) }, span }
}

fn factor(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    let Some(sign) = input.peek_token() else { return Err(expected(input, A_VALUE)) };
    if !matches!(sign.kind, TokenKind::Plus | TokenKind::Minus) {
        return primary(input);
    }
    let second = refusal::second(input).map(|second| second.kind);
    if matches!(second, Some(TokenKind::Integer | TokenKind::Float)) {
        return primary(input);
    }
    input.next_token();
    descend(input, sign.span)?;
    let inner = factor(input)?;
    ascend(input);
    let span = sign.span.to(inner.span);
    Ok(match sign.kind {
        TokenKind::Minus => Expr { kind: ExprKind::Negate(Box::new(inner)), span },
        _ => Expr { span, ..inner },
    })
}

fn primary(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    if let Some(open) = opt(token(TokenKind::Open)).parse_next(input)? {
        return parenthesised(input, open.span);
    }
    if let Some(constant) = opt_constant(input)? {
        return Ok(Expr { kind: ExprKind::Literal(constant.value), span: constant.span });
    }
    field_or_call(input)
}

fn parenthesised(input: &mut Tokens<'_, '_>, open: Span) -> Outcome<Expr> {
    descend(input, open)?;
    let inner = or(input)?;
    let close = expect(TokenKind::Close, "`and`, `or` or `)`").parse_next(input)?;
    ascend(input);
    Ok(Expr { span: open.to(close.span), ..inner })
}

fn field_or_call(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    if let (Some(name), Some(next)) = (input.peek_token(), refusal::second(input))
        && name.kind == TokenKind::Word
        && matches!(next.kind, TokenKind::Open | TokenKind::Tilde)
    {
        return call(input, name);
    }
    let Key { field, span } = field(input, A_VALUE)?;
    Ok(Expr { kind: ExprKind::Field(field), span })
}

fn call(input: &mut Tokens<'_, '_>, name: &Token<'_>) -> Outcome<Expr> {
    input.next_token();
    let fold = opt(token(TokenKind::Tilde)).parse_next(input)?.is_some();
    let open = expect(TokenKind::Open, "`(` and the arguments of the function").parse_next(input)?;
    if let Some(error) = refusal::function(name) {
        return Err(ErrMode::Cut(error));
    }
    descend(input, open.span)?;
    let mut args = Vec::new();
    let mut end = opt(token(TokenKind::Close)).parse_next(input)?.map(|close| close.span);
    while end.is_none() {
        args.push(or(input)?);
        if opt(token(TokenKind::Comma)).parse_next(input)?.is_none() {
            end = Some(expect(TokenKind::Close, "`,` or `)` after an argument").parse_next(input)?.span);
        }
    }
    ascend(input);
    let span = name.span.to(end.unwrap_or(open.span));
    let name = Name { text: name.text.clone().into_owned(), span: name.span };
    Ok(Expr { kind: ExprKind::Call { name, fold, args }, span })
}

/// A field and its place; `what` is said when there is none.
pub(super) fn field(input: &mut Tokens<'_, '_>, what: &'static str) -> Outcome<Key> {
    let question = opt(token(TokenKind::Question)).parse_next(input)?;
    let checkpoint = input.checkpoint();
    let first = input.next_token().filter(|first| {
        let named = matches!(first.kind, TokenKind::Word | TokenKind::BackTicked);
        // A keyword is a name only where a dot makes it one: `where.x`.
        named
            || (first.kind.is_wordlike()
                && input.peek_token().is_some_and(|next| next.kind == TokenKind::Dot))
    });
    let Some(first) = first else {
        input.reset(&checkpoint);
        return Err(expected(input, what));
    };
    let mut path = first.text.clone().into_owned();
    let mut span = question.map_or(first.span, |question| question.span.to(first.span));
    let rest: Vec<&Token<'_>> = repeat(0.., segment).parse_next(input)?;
    for segment in rest {
        path.push('.');
        path.push_str(&segment.text);
        span = span.to(segment.span);
    }
    Ok(Key { field: FieldPath { path, optional: question.is_some() }, span })
}

/// A dot and the name behind it.
fn segment<'t, 'q>(input: &mut Tokens<'t, 'q>) -> Outcome<&'t Token<'q>> {
    token(TokenKind::Dot).parse_next(input)?;
    one_of(|token: &Token<'q>| token.kind.is_wordlike() || token.kind == TokenKind::BackTicked)
        .parse_next(input)
        .map_err(|_: ErrMode<SyntaxError>| expected(input, "a name after the dot"))
}

pub(super) fn constant(input: &mut Tokens<'_, '_>) -> Outcome<Literal> {
    match opt_constant(input)? {
        Some(constant) => Ok(constant),
        None => match input.peek_token().and_then(refusal::in_list) {
            Some(error) => Err(ErrMode::Cut(error)),
            None => Err(expected(input, A_CONSTANT)),
        },
    }
}

/// A constant, if the next token begins one.
fn opt_constant(input: &mut Tokens<'_, '_>) -> Outcome<Option<Literal>> {
    let Some(first) = input.peek_token() else { return Ok(None) };
    let value = match first.kind {
        TokenKind::Null => Value::Null,
        TokenKind::True => Value::Boolean(true),
        TokenKind::False => Value::Boolean(false),
        TokenKind::Text => Value::Text(first.text.clone().into_owned()),
        TokenKind::Integer | TokenKind::Float => return number(input, None).map(Some),
        TokenKind::Plus | TokenKind::Minus => {
            input.next_token();
            return number(input, Some(first)).map(Some);
        }
        _ => return Ok(None),
    };
    // `where.x` is a field although `where` is a keyword; so are `null.x` and `true.x`.
    if first.kind.is_wordlike() && refusal::second(input).is_some_and(|next| next.kind == TokenKind::Dot) {
        return Ok(None);
    }
    input.next_token();
    Ok(Some(Literal { value, span: first.span }))
}

fn number(input: &mut Tokens<'_, '_>, sign: Option<&Token<'_>>) -> Outcome<Literal> {
    let digits = one_of(|token: &Token<'_>| matches!(token.kind, TokenKind::Integer | TokenKind::Float))
        .parse_next(input)
        .map_err(|_: ErrMode<SyntaxError>| expected(input, "a number after the sign"))?;
    let span = sign.map_or(digits.span, |sign| sign.span.to(digits.span));
    let written = format!("{}{}", sign.map_or("", |sign| &sign.text), digits.text);
    let value = match digits.kind {
        TokenKind::Float => written.parse().ok().and_then(Real::new).map(Value::Real),
        _ => written.parse().ok().map(Value::Integer),
    };
    match value {
        Some(value) => Ok(Literal { value, span }),
        None => Err(ErrMode::Cut(SyntaxError::new(span, SyntaxErrorKind::NumberTooLarge { found: written }))),
    }
}
