//! The grammar of EQL, over tokens: queries and conditions. Values are in `operand.rs`, queries over several events in
//! `sequence.rs`.
//!
//! ```text
//! query     = (sequence | sample | event) ("|" ("head" | "tail") INTEGER)* END
//! event     = category "where" or                category = WORD | STRING
//! or        = and ("or" and)*
//! and       = not ("and" not)*
//! not       = "not"* test
//! test      = sum ( comparison sum | "not"? ("in" | "in~") list | "not"? matcher (constant | list) )?
//! matcher   = "like" | "like~" | "regex" | "regex~" | ":"
//! list      = "(" constant ("," constant)* ")"
//! ```
//!
//! The next token always decides, so nothing is parsed twice and every error is final: the parsers below fail with
//! `ErrMode::Cut` once they know what they are reading. What other languages have and EQL has not is recognised where it
//! would stand and refused by name (`refusal.rs`). Nesting is bounded, and so is the stack.

use winnow::Parser;
use winnow::combinator::{opt, separated};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{Stateful, Stream as _, TokenSlice};
use winnow::token::one_of;

use super::ast::{
    Body, Comparison, EventQuery, Expr, ExprKind, Literal, Membership, Name, Pipe, PipeKind, Query, Value,
};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::operand::{constant, sum};
use super::sequence;
use super::span::Span;
use super::token::{Token, TokenKind};
use super::{MAX_DEPTH, MAX_OPERATORS, refusal};

/// Tokens still to read, and what has been spent of the limits.
pub(super) type Tokens<'t, 'q> = Stateful<TokenSlice<'t, Token<'q>>, Spent>;
pub(super) type Outcome<T> = Result<T, ErrMode<SyntaxError>>;

/// What the tree's depth comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    /// Parentheses, calls and `not` that are open.
    depth: usize,
    /// Arithmetic operators so far: a chain of them is as deep as it is long.
    operators: usize,
}

/// Parses `tokens`, whose last must be [`TokenKind::End`] or [`TokenKind::Broken`].
pub(super) fn parse(tokens: &[Token<'_>]) -> Result<Query, SyntaxError> {
    let end = tokens.last().map(|token| token.span).unwrap_or_default();
    let mut input = Stateful { input: TokenSlice::new(tokens), state: Spent::default() };
    query.parse_next(&mut input).map_err(|error| match error {
        ErrMode::Cut(error) | ErrMode::Backtrack(error) => error,
        // Never made: the token slice is complete, not a stream to be continued.
        ErrMode::Incomplete(_) => unexpected_at(None, end, "more of the query"),
    })
}

fn query(input: &mut Tokens<'_, '_>) -> Outcome<Query> {
    let first = input.peek_token();
    if let Some(error) = refusal::at_start(first) {
        return Err(ErrMode::Cut(error));
    }
    let word = first.filter(|first| first.kind == TokenKind::Word).map_or("", |first| &*first.text);
    let body = match word {
        "sequence" => Body::Sequence(sequence::sequence(input)?),
        "sample" => Body::Sample(sequence::sample(input)?),
        _ => Body::Event(event_query(input)?),
    };
    let mut pipes = Vec::new();
    while let Some(bar) = opt(token(TokenKind::Pipe)).parse_next(input)? {
        pipes.push(pipe(input, bar.span)?);
    }
    let end = match &body {
        Body::Event(_) => "`and`, `or` or the end of the query",
        Body::Sequence(_) => "`[`, `![`, `until`, `|` or the end of the query",
        Body::Sample(_) => "`[`, `|` or the end of the query",
    };
    expect(TokenKind::End, end).parse_next(input)?;
    Ok(Query { body, pipes })
}

/// `category where condition`.
pub(super) fn event_query(input: &mut Tokens<'_, '_>) -> Outcome<EventQuery> {
    let category = category.parse_next(input)?;
    expect(TokenKind::Where, "`where` after the event category, as in `process where ...`")
        .parse_next(input)?;
    Ok(EventQuery { category, condition: or(input)? })
}

/// What stands behind a `|`.
fn pipe(input: &mut Tokens<'_, '_>, bar: Span) -> Outcome<Pipe> {
    let name = input.peek_token().filter(|name| name.kind == TokenKind::Word);
    let kind = match name.map(|name| &*name.text) {
        Some("head") => PipeKind::Head,
        Some("tail") => PipeKind::Tail,
        _ => {
            return Err(match name.and_then(refusal::pipe) {
                Some(error) => ErrMode::Cut(error),
                None => expected(input, "`head` or `tail` after `|`"),
            });
        }
    };
    input.next_token();
    let count =
        expect(TokenKind::Integer, "how many matches to let through, as in `| head 5`").parse_next(input)?;
    match count.text.parse() {
        Ok(number) if number > 0 => Ok(Pipe { kind, count: number, span: bar.to(count.span) }),
        _ => {
            let kind =
                SyntaxErrorKind::OutOfRange { what: "the number of matches", least: 1, most: u64::MAX };
            Err(ErrMode::Cut(SyntaxError::new(count.span, kind)))
        }
    }
}

fn category(input: &mut Tokens<'_, '_>) -> Outcome<Name> {
    let name = one_of(|token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Text));
    name.map(|token: &Token<'_>| Name { text: token.text.clone().into_owned(), span: token.span })
        .parse_next(input)
        .map_err(|_: ErrMode<SyntaxError>| {
            expected(input, "an event category: a query begins with `process where` or `any where`")
        })
}

pub(super) fn or(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
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
    input.state.depth -= negations.len();
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
pub(super) fn descend(input: &mut Tokens<'_, '_>, at: Span) -> Outcome<()> {
    input.state.depth += 1;
    if input.state.depth > MAX_DEPTH {
        return Err(ErrMode::Cut(SyntaxError::new(at, SyntaxErrorKind::TooDeep { limit: MAX_DEPTH })));
    }
    Ok(())
}

/// Comes back from where [`descend`] went.
pub(super) fn ascend(input: &mut Tokens<'_, '_>) {
    input.state.depth -= 1;
}

/// Counts an arithmetic operator.
pub(super) fn spend_operator(input: &mut Tokens<'_, '_>, at: Span) -> Outcome<()> {
    input.state.operators += 1;
    if input.state.operators > MAX_OPERATORS {
        let kind = SyntaxErrorKind::TooManyOperators { limit: MAX_OPERATORS };
        return Err(ErrMode::Cut(SyntaxError::new(at, kind)));
    }
    Ok(())
}

fn test(input: &mut Tokens<'_, '_>) -> Outcome<Expr> {
    let subject = sum(input)?;
    let negation = opt(token(TokenKind::Not)).parse_next(input)?.map(|token| token.span);
    let Some(next) = input.peek_token() else { return Ok(subject) };
    let expr = match (membership(next.kind), negation) {
        (Some(op), _) => among(input, subject, op)?,
        (None, Some(span)) => return Err(ErrMode::Cut(refusal::after_not(next, span))),
        (None, None) => match comparison(next.kind) {
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

fn membership(kind: TokenKind) -> Option<Membership> {
    match kind {
        TokenKind::In => Some(Membership::In),
        TokenKind::InFold => Some(Membership::InFold),
        TokenKind::Like => Some(Membership::Like),
        TokenKind::LikeFold => Some(Membership::LikeFold),
        TokenKind::Regex => Some(Membership::Regex),
        TokenKind::RegexFold => Some(Membership::RegexFold),
        TokenKind::Colon => Some(Membership::Colon),
        _ => None,
    }
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
    let right = sum(input)?;
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

/// One token of this kind; lets the caller try something else when it is another.
pub(super) fn token<'t, 'q: 't>(
    kind: TokenKind,
) -> impl Parser<Tokens<'t, 'q>, &'t Token<'q>, ErrMode<SyntaxError>> {
    one_of(move |token: &Token<'q>| token.kind == kind)
}

/// One token of this kind, and nothing else will do.
pub(super) fn expect<'t, 'q: 't>(
    kind: TokenKind,
    what: &'static str,
) -> impl Parser<Tokens<'t, 'q>, &'t Token<'q>, ErrMode<SyntaxError>> {
    move |input: &mut Tokens<'t, 'q>| {
        token(kind).parse_next(input).map_err(|_: ErrMode<SyntaxError>| expected(input, what))
    }
}

/// The final error that something else was needed at the next token.
pub(super) fn expected(input: &Tokens<'_, '_>, what: &'static str) -> ErrMode<SyntaxError> {
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
