//! The syntax tree of a query: what was written, not yet what it means.
//!
//! Nothing here knows fields or types; `crate::compile` checks those. Every node keeps its [`Span`], so that a later
//! complaint can point at it. `Display` (in `display.rs`) prints a tree back as EQL that parses to the same tree.

use super::span::Span;

/// A whole query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What is looked for.
    pub body: Body,
    /// `| head 5 | tail 2`, in the order written.
    pub pipes: Vec<Pipe>,
}

/// What a query looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Single events.
    Event(EventQuery),
    /// Several events in order.
    Sequence(Sequence),
    /// Several events in any order.
    Sample(Sample),
}

/// `category where condition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventQuery {
    /// The event category, `any` included.
    pub category: Name,
    /// The condition after `where`.
    pub condition: Expr,
}

/// `sequence by KEYS with maxspan=T [...] [...] until [...]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Join keys that all stages share.
    pub by: Vec<Key>,
    /// The longest time from the first event to the last.
    pub maxspan: Option<Maxspan>,
    /// At least one; with `runs` counted, at least two.
    pub stages: Vec<Stage>,
    /// What ends every match that is not complete.
    pub until: Option<Stage>,
    /// Where the word `sequence` stands.
    pub span: Span,
}

/// `sample by KEYS [...] [...]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Join keys that all stages share.
    pub by: Vec<Key>,
    /// At least two; none is `missing`, and none has `runs`.
    pub stages: Vec<Stage>,
    /// Where the word `sample` stands.
    pub span: Span,
}

/// One `[category where condition] by KEYS with runs=N` of a sequence or sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// `![...]`: no such event may come.
    pub missing: bool,
    /// What is looked for.
    pub query: EventQuery,
    /// Join keys of this stage, after the shared ones.
    pub by: Vec<Key>,
    /// How often in a row: 1 to 100.
    pub runs: u32,
    /// Where it stands, keys and runs included.
    pub span: Span,
}

/// A join key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The field. `?field` joins events without a value, too.
    pub field: FieldPath,
    /// Where it stands.
    pub span: Span,
}

/// `maxspan=5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maxspan {
    /// In milliseconds.
    pub ms: u64,
    /// Where the duration stands.
    pub span: Span,
}

/// `| head 5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pipe {
    /// Which.
    pub kind: PipeKind,
    /// How many matches it lets through.
    pub count: u64,
    /// Where it stands, from the `|` on.
    pub span: Span,
}

/// What can follow a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipeKind {
    /// The first matches.
    Head,
    /// The last matches.
    Tail,
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
    /// `length(process.args)`, `startsWith~(process.name, "ba")`.
    Call {
        /// The function, as written and without `~`. Whether there is such a function is checked by the compiler.
        name: Name,
        /// Whether `~` stands behind the name.
        fold: bool,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// `left + right`.
    Arithmetic {
        /// The left side.
        left: Box<Expr>,
        /// The operator.
        op: Arithmetic,
        /// The right side.
        right: Box<Expr>,
    },
    /// `-a`, where `a` is not a constant.
    Negate(Box<Expr>),
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
    /// A number with a fraction or an exponent.
    Real(Real),
    /// A string, escapes resolved.
    Text(String),
}

/// A number with a fraction: finite, and so equal to itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Real(f64);

impl Eq for Real {}

impl Real {
    /// `None` for infinities and for what is no number.
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The operators that make a number of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`: of two whole numbers the whole part of the quotient.
    Divide,
    /// `%`
    Modulo,
}

impl Arithmetic {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
        }
    }
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
    /// `regex`: matches one of the regular expressions as a whole, exactly.
    Regex,
    /// `regex~`: matches one of the regular expressions as a whole, ASCII letter case aside.
    RegexFold,
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
            Self::Regex => "regex",
            Self::RegexFold => "regex~",
        }
    }
}
