//! The grammar of queries over several events.
//!
//! ```text
//! sequence  = "sequence" (by | "with" maxspan)* stage+ ("until" stage)?
//! sample    = "sample" by stage+
//! stage     = "!"? "[" event "]" by? ("with" "runs" "=" INTEGER)?
//! by        = "by" field ("," field)*            maxspan = "maxspan" "=" DURATION
//! ```
//!
//! What Elasticsearch demands of them as a whole (enough stages, as many keys in each, `maxspan` where it is needed) is
//! checked here, too: it takes no fields and no types.

use winnow::Parser;
use winnow::combinator::{opt, separated};
use winnow::error::ErrMode;
use winnow::stream::Stream as _;
use winnow::token::one_of;

use super::ast::{Key, Maxspan, Sample, Sequence, Stage};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::operand::field;
use super::parser::{Outcome, Tokens, event_query, expect, expected, token};
use super::span::Span;
use super::token::{Token, TokenKind};

/// The most that `with runs=N` takes, as in Elasticsearch.
const MAX_RUNS: u64 = 100;

/// The longest `maxspan`: in nanoseconds, as events are timed, it must fit 64 bits.
const MAX_MS: u64 = i64::MAX.unsigned_abs() / 1_000_000;

pub(super) fn sequence(input: &mut Tokens<'_, '_>) -> Outcome<Sequence> {
    let span = word(input, "sequence").unwrap_or_default();
    let mut by = Vec::new();
    let mut maxspan = None;
    loop {
        if by.is_empty() && word(input, "by").is_some() {
            by = keys(input)?;
        } else if maxspan.is_none() && word(input, "with").is_some() {
            maxspan = Some(duration(input)?);
        } else {
            break;
        }
    }
    let stages = stages(input, "`by`, `with maxspan=...`, or a stage: `[category where ...]`")?;
    let until = match word(input, "until") {
        Some(_) => Some(stage(input, "the condition that ends it: `[category where ...]`")?),
        None => None,
    };
    let sequence = Sequence { by, maxspan, stages, until, span };
    check_sequence(&sequence).map_err(ErrMode::Cut)?;
    Ok(sequence)
}

pub(super) fn sample(input: &mut Tokens<'_, '_>) -> Outcome<Sample> {
    let span = word(input, "sample").unwrap_or_default();
    let by = if word(input, "by").is_some() { keys(input)? } else { Vec::new() };
    let stages = stages(input, "`by` or a stage: `[category where ...]`")?;
    let sample = Sample { by, stages, span };
    check_sample(&sample).map_err(ErrMode::Cut)?;
    Ok(sample)
}

/// Takes the next token if it is this word, and gives its place.
fn word(input: &mut Tokens<'_, '_>, word: &str) -> Option<Span> {
    let next = input.peek_token().filter(|next| next.kind == TokenKind::Word && next.text == word)?;
    input.next_token();
    Some(next.span)
}

fn keys(input: &mut Tokens<'_, '_>) -> Outcome<Vec<Key>> {
    separated(1.., key, token(TokenKind::Comma)).parse_next(input)
}

fn key(input: &mut Tokens<'_, '_>) -> Outcome<Key> {
    field(input, "a field to join by")
}

fn duration(input: &mut Tokens<'_, '_>) -> Outcome<Maxspan> {
    if word(input, "maxspan").is_none() {
        return Err(expected(input, "`maxspan=...` after `with`"));
    }
    expect(TokenKind::Assign, "`=` after `maxspan`").parse_next(input)?;
    let written =
        expect(TokenKind::Duration, "a duration such as `30s`: a whole number and ms, s, m, h or d")
            .parse_next(input)?;
    let text = &*written.text;
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit_ms = match text.get(digits.len()..) {
        Some("ms") => 1,
        Some("s") => 1_000,
        Some("m") => 60_000,
        Some("h") => 3_600_000,
        _ => 86_400_000,
    };
    let ms = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_ms));
    if let Some(ms) = ms.filter(|ms| (1..=MAX_MS).contains(ms)) {
        return Ok(Maxspan { ms, span: written.span });
    }
    let kind = SyntaxErrorKind::OutOfRange { what: "a duration in milliseconds", least: 1, most: MAX_MS };
    Err(ErrMode::Cut(SyntaxError::new(written.span, kind)))
}

fn stages(input: &mut Tokens<'_, '_>, first: &'static str) -> Outcome<Vec<Stage>> {
    let mut stages = vec![stage(input, first)?];
    while input.peek_token().is_some_and(|next| matches!(next.kind, TokenKind::OpenBracket | TokenKind::Bang))
    {
        stages.push(stage(input, "`[`")?);
    }
    Ok(stages)
}

fn stage(input: &mut Tokens<'_, '_>, what: &'static str) -> Outcome<Stage> {
    let begin = input.peek_token().map_or_else(Span::default, |next| next.span);
    let missing = opt(token(TokenKind::Bang)).parse_next(input)?.is_some();
    expect(TokenKind::OpenBracket, if missing { "`[` after `!`" } else { what }).parse_next(input)?;
    let query = event_query(input)?;
    let close = expect(TokenKind::CloseBracket, "`and`, `or` or `]`").parse_next(input)?;
    let mut span = begin.to(close.span);
    let by = if word(input, "by").is_some() { keys(input)? } else { Vec::new() };
    if let Some(last) = by.last() {
        span = span.to(last.span);
    }
    let mut runs = 1;
    if word(input, "with").is_some() {
        let (number, at) = read_runs(input)?;
        runs = number;
        span = span.to(at);
    }
    Ok(Stage { missing, query, by, runs, span })
}

fn read_runs(input: &mut Tokens<'_, '_>) -> Outcome<(u32, Span)> {
    if word(input, "runs").is_none() {
        return Err(expected(input, "`runs=...` after `with`"));
    }
    expect(TokenKind::Assign, "`=` after `runs`").parse_next(input)?;
    let number = one_of(|token: &Token<'_>| token.kind == TokenKind::Integer)
        .parse_next(input)
        .map_err(|_: ErrMode<SyntaxError>| expected(input, "how often in a row, as in `with runs=3`"))?;
    match number.text.parse::<u32>() {
        Ok(runs) if (1..=MAX_RUNS).contains(&u64::from(runs)) => Ok((runs, number.span)),
        _ => {
            let kind = SyntaxErrorKind::OutOfRange { what: "`runs`", least: 1, most: MAX_RUNS };
            Err(ErrMode::Cut(SyntaxError::new(number.span, kind)))
        }
    }
}

fn check_sequence(sequence: &Sequence) -> Result<(), SyntaxError> {
    let refuse = |span, what: &str, hint| Err(SyntaxError::not_eql(span, what, hint));
    let runs: u64 = sequence.stages.iter().map(|stage| u64::from(stage.runs)).sum();
    if runs < 2 {
        return refuse(
            sequence.span,
            "a sequence has at least two stages",
            "add another `[category where ...]`, or `with runs=N` behind the only one",
        );
    }
    if sequence.stages.iter().all(|stage| stage.missing) {
        return refuse(
            sequence.span,
            "a sequence has at least one stage that is not `![...]`",
            "say what must happen besides what must not",
        );
    }
    if let Some(stage) = sequence.stages.iter().find(|stage| stage.missing)
        && sequence.maxspan.is_none()
    {
        return refuse(
            stage.span,
            "an event can be missing only within a time",
            "write `sequence with maxspan=5m ...`",
        );
    }
    if let Some(stage) = sequence.stages.iter().find(|stage| stage.missing && stage.runs > 1) {
        return refuse(stage.span, "what is missing does not run", "leave `with runs` out");
    }
    if let Some(until) = &sequence.until {
        if until.missing {
            return refuse(until.span, "`until` takes an event, not a missing one", "leave the `!` out");
        }
        if until.runs > 1 {
            return refuse(until.span, "`until` does not run", "leave `with runs` out");
        }
    }
    check_keys(sequence.stages.iter().chain(&sequence.until))
}

fn check_sample(sample: &Sample) -> Result<(), SyntaxError> {
    let refuse = |span, what: &str, hint| Err(SyntaxError::not_eql(span, what, hint));
    if sample.stages.len() < 2 {
        return refuse(sample.span, "a sample has at least two stages", "add another `[category where ...]`");
    }
    for stage in &sample.stages {
        if stage.missing {
            return refuse(
                stage.span,
                "a sample has no missing events",
                "use `sequence`, or leave the `!` out",
            );
        }
        if stage.runs > 1 {
            return refuse(stage.span, "a sample has no runs", "use `sequence`, or leave `with runs` out");
        }
    }
    if sample.by.is_empty() && sample.stages.iter().all(|stage| stage.by.is_empty()) {
        return refuse(
            sample.span,
            "a sample joins its events by at least one key",
            "write `sample by host.id ...`",
        );
    }
    check_keys(&sample.stages)
}

/// Every stage has as many keys of its own as the first.
fn check_keys<'s>(stages: impl IntoIterator<Item = &'s Stage>) -> Result<(), SyntaxError> {
    let mut stages = stages.into_iter();
    let Some(first) = stages.next() else { return Ok(()) };
    match stages.find(|stage| stage.by.len() != first.by.len()) {
        Some(stage) => Err(SyntaxError::not_eql(
            stage.span,
            "every stage has as many `by` keys as the first",
            "give each stage the same number of keys, in the order in which they correspond",
        )),
        None => Ok(()),
    }
}
