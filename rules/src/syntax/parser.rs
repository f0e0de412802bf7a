//! The grammar of single-event EQL, over tokens.
//!
//! ```text
//! query     = category "where" or END            category = WORD | STRING
//! or        = and ("or" and)*
//! and       = not ("and" not)*
//! not       = "not"* test
//! test      = primary ( comparison primary | "not"? ("in" | "in~") list | ("like" | "like~" | ":") (constant | list) )?
//! primary   = constant | "?"? field | "(" or ")"
//! list      = "(" constant ("," constant)* ")"
//! ```
//!
//! The next token always decides, so nothing is parsed twice and every error is final: the parsers below fail with
//! `ErrMode::Cut` once they know what they are reading. Constructs of EQL that are not served yet are recognised where
//! they would stand and refused by name (`refusal.rs`). Nesting is bounded, and so is the stack.

use winnow::Parser;
use winnow::combinator::{opt, repeat, separated};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{Stateful, Stream, TokenSlice};
use winnow::token::one_of;

use super::MAX_DEPTH;
use super::ast::{
    Body, Comparison, EventQuery, Expr, ExprKind, FieldPath, Literal, Membership, Name, Query, Value,
};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::refusal;
use super::span::Span;
use super::token::{Token, TokenKind};

/// Tokens still to read, and how deep the parser is in parentheses and `not`.
pub(super) type Tokens<'t, 'q> = Stateful<TokenSlice<'t, Token<'q>>, usize>;
type Outcome<T> = Result<T, ErrMode<SyntaxError>>;

/// What can begin a value.
const A_VALUE: &str = "a field, a constant or `(`";
/// What can begin a constant.
const A_CONSTANT: &str = "a constant: a string in double quotes, a number, `true`, `false` or `null`";

/// Parses `tokens`, whose last must be [`TokenKind::End`] or [`TokenKind::Broken`].
pub(super) fn parse(tokens: &[Token<'_>]) -> Result<Query, SyntaxError> {
    let end = tokens.last().map(|token| token.span).unwrap_or_default();
    let mut input = Stateful { input: TokenSlice::new(tokens), state: 0 };
    query.parse_next(&mut input).map_err(|error| match error {
        ErrMode::Cut(error) | ErrMode::Backtrack(error) => error,
        // Never made: the token slice is complete, not a stream to be continued.
        ErrMode::Incomplete(_) => unexpected_at(None, end, "more of the query"),
    })
}

fn query(input: &mut Tokens<'_, '_>) -> Outcome<Query> {
    if let Some(error) = refusal::at_start(input.peek_token()) {
        return Err(ErrMode::Cut(error));
    }
    let category = category.parse_next(input)?;
    expect(TokenKind::Where, "`where` after the event category, as in `process where ...`")
        .parse_next(input)?;
    let condition = or(input)?;
    expect(TokenKind::End, "`and`, `or` or the end of the query").parse_next(input)?;
    Ok(Query { body: Body::Event(EventQuery { category, condition }), pipes: Vec::new() })
}

fn category(input: &mut Tokens<'_, '_>) -> Outcome<Name> {
    let name = one_of(|token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Text));
    name.map(|token: &Token<'_>| Name { text: token.text.clone().into_owned(), span: token.span })
        .parse_next(input)
        .map_err(|_: ErrMode<SyntaxError>| {
            expected(input, "an event category: a query begins with `process where` or `any where`")
        })
}

fn or(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    separated(1.., and, token(TokenKind::Or)).map(|terms| chain(terms, ExprKind::Or)).parse_next(input)
}

fn and(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    separated(1.., not, token(TokenKind::And)).map(|terms| chain(terms, ExprKind::And)).parse_next(input)
}

/// A chain of one is its only term.
fn chain(mut terms: Vec<Expr>, join: impl FnOnce(Vec<Expr>) -> ExprKind) -> Expr {
    match (terms.pop(), terms.first()) {
        (Some(only), None) => only,
        (Some(last), Some(first)) => {
            let span = first.span.to(last.span);
            terms.push(last);
            Expr { kind: join(terms), span }
        }
        // Never reached: `separated(1.., ...)` gives at least one term.
        (None, _) => Expr { kind: ExprKind::Literal(Value::Null), span: Span::default() },
    }
}

fn not(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    let mut negations: Vec<Span> = Vec::new();
    while let Some(negation) = opt(token(TokenKind::Not)).parse_next(input)? {
        descend(input, negation.span)?;
        negations.push(negation.span);
    }
    let mut expr = test(input)?;
    input.state -= negations.len();
    while let Some(negation) = negations.pop() {
        expr = negated(expr, negation);
    }
    Ok(expr)
}

fn negated(expr: Expr, negation: Span) -> Expr {
    let span = negation.to(expr.span);
    Expr { kind: ExprKind::Not(Box::new(expr)), span }
}

/// Goes one level deeper, if there is one.
fn descend(input: &mut Tokens<'_, '_>, at: Span) -> Outcome<()> {
    input.state += 1;
    if input.state > MAX_DEPTH {
        return Err(ErrMode::Cut(SyntaxError::new(at, SyntaxErrorKind::TooDeep { limit: MAX_DEPTH })));
    }
    Ok(())
}

fn test(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    let subject = primary(input)?;
    let negation = opt(token(TokenKind::Not)).parse_next(input)?.map(|token| token.span);
    let Some(next) = input.peek_token() else { return Ok(subject) };
    let expr = match (next.kind, negation) {
        (TokenKind::In, _) => among(input, subject, Membership::In)?,
        (TokenKind::InFold, _) => among(input, subject, Membership::InFold)?,
        (_, Some(span)) => return Err(ErrMode::Cut(refusal::after_not(next, span))),
        (TokenKind::Like, None) => among(input, subject, Membership::Like)?,
        (TokenKind::LikeFold, None) => among(input, subject, Membership::LikeFold)?,
        (TokenKind::Colon, None) => among(input, subject, Membership::Colon)?,
        (kind, None) => match comparison(kind) {
            Some(op) => compare(input, subject, op)?,
            None => subject,
        },
    };
    if let Some(error) = input.peek_token().and_then(|next| refusal::after_test(next, &expr)) {
        return Err(ErrMode::Cut(error));
    }
    Ok(match negation {
        Some(span) => negated(expr, span),
        None => expr,
    })
}

fn comparison(kind: TokenKind) -> Option<Comparison> {
    match kind {
        TokenKind::Equal => Some(Comparison::Equal),
        TokenKind::NotEqual => Some(Comparison::NotEqual),
        TokenKind::Less => Some(Comparison::Less),
        TokenKind::LessOrEqual => Some(Comparison::LessOrEqual),
        TokenKind::Greater => Some(Comparison::Greater),
        TokenKind::GreaterOrEqual => Some(Comparison::GreaterOrEqual),
        _ => None,
    }
}

fn compare(input: &mut Tokens<'_, '_>, left: Expr, op: Comparison) -> Outcome<Expr> {
    input.next_token();
    let right = primary(input)?;
    let span = left.span.to(right.span);
    Ok(Expr { kind: ExprKind::Compare { left: Box::new(left), op, right: Box::new(right) }, span })
}

/// The operator, then one constant (not for `in`) or a list of them.
fn among(input: &mut Tokens<'_, '_>, subject: Expr, op: Membership) -> Outcome<Expr> {
    input.next_token();
    let needs_list = matches!(op, Membership::In | Membership::InFold);
    let (list, end) = if opt(token(TokenKind::Open)).parse_next(input)?.is_some() {
        let list: Vec<Literal> = separated(1.., constant, token(TokenKind::Comma)).parse_next(input)?;
        (list, expect(TokenKind::Close, "`,` or `)` after a constant of the list").parse_next(input)?.span)
    } else if needs_list {
        return Err(expected(input, "`(` and a list of constants"));
    } else {
        let single = constant(input)?;
        let end = single.span;
        (vec![single], end)
    };
    let span = subject.span.to(end);
    Ok(Expr { kind: ExprKind::Among { subject: Box::new(subject), op, list }, span })
}

fn primary(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    if let Some(open) = opt(token(TokenKind::Open)).parse_next(input)? {
        return parenthesised(input, open.span);
    }
    if let Some(constant) = opt_constant(input)? {
        return Ok(Expr { kind: ExprKind::Literal(constant.value), span: constant.span });
    }
    field(input)
}

fn parenthesised(input: &mut Tokens<'_, '_>, open: Span) -> Outcome<Expr> {
    descend(input, open)?;
    let inner = or(input)?;
    let close = expect(TokenKind::Close, "`and`, `or` or `)`").parse_next(input)?;
    input.state -= 1;
    Ok(Expr { span: open.to(close.span), ..inner })
}

fn field(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
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
        return Err(expected(input, A_VALUE));
    };
    if let Some(error) = input.peek_token().and_then(|next| refusal::call(first, next)) {
        return Err(ErrMode::Cut(error));
    }
    let mut path = first.text.clone().into_owned();
    let mut span = question.map_or(first.span, |question| question.span.to(first.span));
    let rest: Vec<&Token<'_>> = repeat(0.., segment).parse_next(input)?;
    for segment in rest {
        path.push('.');
        path.push_str(&segment.text);
        span = span.to(segment.span);
    }
    Ok(Expr { kind: ExprKind::Field(FieldPath { path, optional: question.is_some() }), span })
}

/// A dot and the name behind it.
fn segment<'t, 'q>(input: &mut Tokens<'t, 'q>) -> Outcome<&'t Token<'q>> {
    token(TokenKind::Dot).parse_next(input)?;
    one_of(|token: &Token<'q>| token.kind.is_wordlike() || token.kind == TokenKind::BackTicked)
        .parse_next(input)
        .map_err(|_: ErrMode<SyntaxError>| expected(input, "a name after the dot"))
}

fn constant(input: &mut Tokens<'_, '_>) -> Outcome<Literal> {
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
    if digits.kind == TokenKind::Float {
        return Err(ErrMode::Cut(refusal::float(digits)));
    }
    let written = format!("{}{}", sign.map_or("", |sign| &sign.text), digits.text);
    written
        .parse()
        .map(|value| Literal { value: Value::Integer(value), span })
        .map_err(|_| ErrMode::Cut(SyntaxError::new(span, SyntaxErrorKind::NumberTooLarge { found: written })))
}

/// One token of this kind; lets the caller try something else when it is another.
fn token<'t, 'q: 't>(kind: TokenKind) -> impl Parser<Tokens<'t, 'q>, &'t Token<'q>, ErrMode<SyntaxError>> {
    one_of(move |token: &Token<'q>| token.kind == kind)
}

/// One token of this kind, and nothing else will do.
fn expect<'t, 'q: 't>(
    kind: TokenKind,
    what: &'static str,
) -> impl Parser<Tokens<'t, 'q>, &'t Token<'q>, ErrMode<SyntaxError>> {
    move |input: &mut Tokens<'t, 'q>| {
        token(kind).parse_next(input).map_err(|_: ErrMode<SyntaxError>| expected(input, what))
    }
}

/// The final error that something else was needed at the next token.
fn expected(input: &Tokens<'_, '_>, what: &'static str) -> ErrMode<SyntaxError> {
    ErrMode::Cut(unexpected_at(input.peek_token(), Span::default(), what))
}

fn unexpected_at(found: Option<&Token<'_>>, otherwise: Span, expected: &'static str) -> SyntaxError {
    let span = found.map_or(otherwise, |token| token.span);
    let hint = found.and_then(refusal::hint);
    let found = found.map_or_else(|| "the end of the query".to_owned(), Token::describe);
    SyntaxError::new(span, SyntaxErrorKind::Unexpected { expected, found, hint })
}

impl<'t, 'q> ParserError<Tokens<'t, 'q>> for SyntaxError {
    type Inner = Self;

    fn from_input(input: &Tokens<'t, 'q>) -> Self {
        unexpected_at(input.peek_token(), Span::default(), "something else")
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}
