//! The syntax tree of a query: what was written, not yet what it means.
//!
//! Nothing here knows fields or types; `crate::compile` checks those. Every node keeps its [`Span`], so that a later
//! complaint can point at it. `Display` (in `display.rs`) prints a tree back as EQL that parses to the same tree.

use super::span::Span;

/// A whole single-event query: `category where condition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The event category, `any` included.
    pub category: Name,
    /// The condition after `where`.
    pub condition: Expr,
}

/// A bare name and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name, without quotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// An expression: a condition or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, its own parentheses included.
    pub span: Span,
}

/// The kinds of expression. Chains of `and` and of `or` are flat, so that their length costs no depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `a or b or c`: at least two.
    Or(Vec<Expr>),
    /// `a and b and c`: at least two.
    And(Vec<Expr>),
    /// `not a`. `x not in (...)` is written down as `not x in (...)`, which is what it means.
    Not(Box<Expr>),
    /// `true`, `17`, `"text"`, `null`.
    Literal(Value),
    /// `process.name`, `?process.name`.
    Field(FieldPath),
    /// `left op right`.
    Compare {
        /// The left side.
        left: Box<Expr>,
        /// The operator.
        op: Comparison,
        /// The right side.
        right: Box<Expr>,
    },
    /// `subject in (...)`, `subject like "a*"`, `subject : ("a*", "b*")`. One bare constant is a list of one.
    Among {
        /// What is looked at.
        subject: Box<Expr>,
        /// How it is compared with each constant.
        op: Membership,
        /// The constants: at least one.
        list: Vec<Literal>,
    },
}

/// A field as written: segments joined by dots, back-ticks taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    /// `process.name`.
    pub path: String,
    /// Whether it was written with `?`, and so may be unknown.
    pub optional: bool,
}

/// A constant and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The constant.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`: no value.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A string, escapes resolved.
    Text(String),
}

/// The operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// The operator that says the same with its sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

/// The operators between a value and a constant or a list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// `in`: equal to one of them, exactly.
    In,
    /// `in~`: equal to one of them, ASCII letter case aside.
    InFold,
    /// `like`: matches one of the wildcard patterns, exactly.
    Like,
    /// `like~`: matches one of the wildcard patterns, ASCII letter case aside.
    LikeFold,
    /// `:`: the same as `like~` for text, equality for everything else.
    Colon,
}

impl Membership {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::InFold => "in~",
            Self::Like => "like",
            Self::LikeFold => "like~",
            Self::Colon => ":",
        }
    }
}
