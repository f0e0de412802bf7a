//! The syntax of EQL: from the text of a query to a tree with places, and back to text.
//!
//! [`parse`] is all there is to call. It runs in linear time, never panics, and refuses what would be too long or too
//! deep. What the names and operators mean is not decided here but in `crate::compile`.

pub mod ast;
mod display;
mod error;
mod lexer;
mod operand;
mod parser;
mod refusal;
mod sequence;
mod span;
mod text;
mod token;

#[cfg(test)]
mod tests;

pub use error::{SyntaxError, SyntaxErrorKind};
pub use span::Span;

/// Parentheses and `not` inside each other beyond this are refused: the parser, the checker and the evaluation are
/// recursive, and their stack must hold it. Published rules stay below ten; long chains of `and` and `or` are flat.
pub const MAX_DEPTH: usize = 100;

/// More arithmetic operators in one query are refused: `1 + 1 + 1` is a tree as deep as it is long.
pub const MAX_OPERATORS: usize = 200;

/// Longer queries are refused. The longest published one has 12 KiB.
pub const MAX_QUERY_BYTES: usize = 2 << 20;

/// Parses one query.
///
/// # Errors
///
/// The first thing in the text that is not EQL.
pub fn parse(query: &str) -> Result<ast::Query, SyntaxError> {
    if query.len() > MAX_QUERY_BYTES {
        let kind = SyntaxErrorKind::TooLong { found: query.len(), limit: MAX_QUERY_BYTES };
        return Err(SyntaxError::new(Span::new(0, query.len()), kind));
    }
    let (tokens, broken) = lexer::lex(query);
    let parsed = parser::parse(&tokens);
    match (parsed, broken) {
        // The parser may have stumbled over something before the place at which the lexer gave up.
        (Err(earlier), Some(broken)) if earlier.span.start < broken.span.start => Err(earlier),
        (_, Some(broken)) => Err(broken),
        (parsed, None) => parsed,
    }
}
