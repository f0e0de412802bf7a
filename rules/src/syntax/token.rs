//! The tokens of EQL.
//!
//! A token keeps the text it was read from (strings and back-ticked names: what they stand for), so that the parser
//! needs no second look at the query and an error can quote what was found.

use std::borrow::Cow;

use super::span::Span;
use crate::quote::quoted;

/// One token of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'q> {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
    /// As written; for strings and back-ticked names, the decoded content.
    pub(super) text: Cow<'q, str>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    BackTicked,
    Text,
    Integer,
    Float,
    /// `5m`: digits and a unit of time.
    Duration,
    And,
    Or,
    Not,
    In,
    InFold,
    Like,
    LikeFold,
    Regex,
    RegexFold,
    True,
    False,
    Null,
    Where,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    Colon,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Question,
    Pipe,
    Tilde,
    /// `=`, as in `maxspan=5m`.
    Assign,
    /// `!`, as in `![...]`.
    Bang,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    /// The end of the query.
    End,
    /// The place at which the lexer gave up; its error says why.
    Broken,
}

impl TokenKind {
    /// The kind of a bare word: a keyword or a plain word. Keywords are lower case, as in Elasticsearch.
    pub(super) fn of_word(word: &str) -> Self {
        match word {
            "and" => Self::And,
            "or" => Self::Or,
            "not" => Self::Not,
            "in" => Self::In,
            "like" => Self::Like,
            "regex" => Self::Regex,
            "true" => Self::True,
            "false" => Self::False,
            "null" => Self::Null,
            "where" => Self::Where,
            _ => Self::Word,
        }
    }

    /// The same operator with `~` behind it, if there is one.
    pub(super) fn folded(self) -> Option<Self> {
        match self {
            Self::In => Some(Self::InFold),
            Self::Like => Some(Self::LikeFold),
            Self::Regex => Some(Self::RegexFold),
            _ => None,
        }
    }

    /// Whether the token is spelt as a word, and so can be a segment of a field's name after a dot.
    pub(super) fn is_wordlike(self) -> bool {
        matches!(
            self,
            Self::Word
                | Self::And
                | Self::Or
                | Self::Not
                | Self::In
                | Self::Like
                | Self::Regex
                | Self::True
                | Self::False
                | Self::Null
                | Self::Where
        )
    }
}

impl Token<'_> {
    /// The token as an error names it.
    pub(super) fn describe(&self) -> String {
        let text = quoted(&self.text);
        match self.kind {
            TokenKind::End | TokenKind::Broken => "the end of the query".to_owned(),
            TokenKind::Text => format!("the string \"{text}\""),
            TokenKind::BackTicked => format!("the name `{text}`"),
            TokenKind::Integer | TokenKind::Float => format!("the number {text}"),
            _ => format!("`{text}`"),
        }
    }
}

/// Whether `c` can begin a bare word.
pub(super) fn begins_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '@'
}

/// Whether `c` can continue a bare word.
pub(super) fn continues_word(c: char) -> bool {
    begins_word(c) || c.is_ascii_digit()
}
