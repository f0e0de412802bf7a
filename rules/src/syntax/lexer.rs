//! From the text of a query to its tokens, in one pass and linear time.
//!
//! Skips white space and both kinds of comments wherever they stand between tokens. When it meets something that is
//! no token it stops there, leaves a [`TokenKind::Broken`] and hands back the error: the parser may find an earlier
//! mistake, and the earlier one is the one to report.

use std::borrow::Cow;

use super::error::{SyntaxError, SyntaxErrorKind};
use super::span::Span;
use super::text;
use super::token::{Token, TokenKind, begins_word, continues_word};

/// The tokens of `query`, the last of them [`TokenKind::End`] or [`TokenKind::Broken`], and what broke.
pub(super) fn lex(query: &str) -> (Vec<Token<'_>>, Option<SyntaxError>) {
    let mut lexer = Lexer { query, at: 0 };
    // A token of EQL is about six bytes long with the blank behind it.
    let mut tokens = Vec::with_capacity(query.len() / 6 + 2);
    loop {
        match lexer.next_token() {
            Ok(token) => {
                let last = token.kind == TokenKind::End;
                tokens.push(token);
                if last {
                    return (tokens, None);
                }
            }
            Err(error) => {
                tokens.push(Token { kind: TokenKind::Broken, span: error.span, text: Cow::Borrowed("") });
                return (tokens, Some(error));
            }
        }
    }
}

/// The text and how far it has been read. `at` is always a character boundary.
struct Lexer<'q> {
    query: &'q str,
    at: usize,
}

impl<'q> Lexer<'q> {
    fn rest(&self) -> &'q str {
        self.query.get(self.at..).unwrap_or_default()
    }

    /// Reads past as many characters as `accept` takes.
    fn skip_while(&mut self, accept: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(accept).len();
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    fn next_token(&mut self) -> Result<Token<'q>, SyntaxError> {
        self.skip_blanks()?;
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(self.token(start, TokenKind::End));
        };
        if first == '"' {
            return self.string();
        }
        if first == '`' {
            return self.back_ticked();
        }
        if begins_word(first) {
            return Ok(self.word());
        }
        let digit_after_dot = first == '.' && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        if first.is_ascii_digit() || digit_after_dot {
            return self.number();
        }
        self.symbol(first)
    }

    /// The token from `start` to here, with its text as written.
    fn token(&self, start: usize, kind: TokenKind) -> Token<'q> {
        let span = self.span_from(start);
        Token { kind, span, text: Cow::Borrowed(span.slice(self.query)) }
    }

    fn skip_blanks(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.skip_while(char::is_whitespace);
            if self.rest().starts_with("//") {
                self.skip_while(|c| c != '\n');
            } else if let Some(comment) = self.rest().strip_prefix("/*") {
                let Some(length) = comment.find("*/") else {
                    return Err(SyntaxError::new(
                        Span::new(self.at, self.at + 2),
                        SyntaxErrorKind::Unclosed { what: "comment", hint: "close it with `*/`" },
                    ));
                };
                self.at += length + 4;
            } else {
                return Ok(());
            }
        }
    }

    fn string(&mut self) -> Result<Token<'q>, SyntaxError> {
        let start = self.at;
        let (content, length) = text::read_string(self.rest(), start)?;
        self.at += length;
        Ok(Token { kind: TokenKind::Text, span: self.span_from(start), text: content })
    }

    fn back_ticked(&mut self) -> Result<Token<'q>, SyntaxError> {
        let start = self.at;
        let (content, length) = text::read_back_ticked(self.rest(), start)?;
        self.at += length;
        Ok(Token { kind: TokenKind::BackTicked, span: self.span_from(start), text: content })
    }

    fn word(&mut self) -> Token<'q> {
        let start = self.at;
        self.skip_while(continues_word);
        let word = self.token(start, TokenKind::Word);
        let kind = TokenKind::of_word(&word.text);
        match kind.folded() {
            Some(folded) if self.rest().starts_with('~') => {
                self.at += 1;
                self.token(start, folded)
            }
            _ => Token { kind, ..word },
        }
    }

    fn number(&mut self) -> Result<Token<'q>, SyntaxError> {
        let start = self.at;
        let mut kind = TokenKind::Integer;
        self.skip_while(|c| c.is_ascii_digit());
        if let Some(fraction) = self.rest().strip_prefix('.')
            && fraction.starts_with(|c: char| c.is_ascii_digit())
        {
            kind = TokenKind::Float;
            self.at += 1;
            self.skip_while(|c| c.is_ascii_digit());
        }
        if let Some(exponent) = self.rest().strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
                kind = TokenKind::Float;
                self.at += 1 + exponent.len() - unsigned.len();
                self.skip_while(|c| c.is_ascii_digit());
            }
        }
        if self.rest().starts_with(begins_word) {
            let unit = self.at;
            self.skip_while(continues_word);
            if kind == TokenKind::Integer && is_unit(self.span_from(unit).slice(self.query)) {
                return Ok(self.token(start, TokenKind::Duration));
            }
            let span = self.span_from(start);
            let found = span.slice(self.query).to_owned();
            return Err(SyntaxError::new(span, SyntaxErrorKind::NumberRunsOn { found }));
        }
        Ok(self.token(start, kind))
    }

    fn symbol(&mut self, first: char) -> Result<Token<'q>, SyntaxError> {
        let start = self.at;
        let two = match self.rest().get(..2) {
            Some("==") => Some(TokenKind::Equal),
            Some("!=") => Some(TokenKind::NotEqual),
            Some("<=") => Some(TokenKind::LessOrEqual),
            Some(">=") => Some(TokenKind::GreaterOrEqual),
            _ => None,
        };
        if let Some(kind) = two {
            self.at += 2;
            return Ok(self.token(start, kind));
        }
        let kind = match first {
            '(' => TokenKind::Open,
            ')' => TokenKind::Close,
            '[' => TokenKind::OpenBracket,
            ']' => TokenKind::CloseBracket,
            ',' => TokenKind::Comma,
            '.' => TokenKind::Dot,
            ':' => TokenKind::Colon,
            '<' => TokenKind::Less,
            '>' => TokenKind::Greater,
            '?' => TokenKind::Question,
            '|' => TokenKind::Pipe,
            '~' => TokenKind::Tilde,
            '+' => TokenKind::Plus,
            '-' => TokenKind::Minus,
            '*' => TokenKind::Star,
            '/' => TokenKind::Slash,
            '%' => TokenKind::Percent,
            '=' => TokenKind::Assign,
            '!' => TokenKind::Bang,
            _ => {
                let span = Span::new(start, start + first.len_utf8());
                let kind = SyntaxErrorKind::Character { found: first, hint: character_hint(first) };
                return Err(SyntaxError::new(span, kind));
            }
        };
        self.at += first.len_utf8();
        Ok(self.token(start, kind))
    }
}

/// Whether `text` is a unit that a duration may have.
fn is_unit(text: &str) -> bool {
    matches!(text, "ms" | "s" | "m" | "h" | "d")
}

/// What was probably meant by a character that EQL does not have.
fn character_hint(found: char) -> Option<&'static str> {
    match found {
        '\'' => Some("strings stand in double quotes: \"text\""),
        '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' => {
            Some("strings stand in plain double quotes: \"text\"")
        }
        '&' => Some("write `and`"),
        '#' => Some("comments begin with `//` or stand between `/*` and `*/`"),
        c if c.is_alphabetic() => Some("a field name with other than ASCII letters needs back-ticks: `name`"),
        _ => None,
    }
}
