//! Prints a syntax tree as EQL that parses to the same tree (places aside).
//!
//! Used to show conditions to people, and by the property test that holds parser and printer against each other.

use std::fmt::{self, Display, Formatter, Write};

use super::ast::{
    Body, EventQuery, Expr, ExprKind, FieldPath, Key, Literal, Name, PipeKind, Query, Stage, Value,
};
use super::token::{TokenKind, begins_word, continues_word};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.body {
            Body::Event(query) => query.fmt(f)?,
            Body::Sequence(sequence) => {
                f.write_str("sequence")?;
                by(f, &sequence.by)?;
                if let Some(maxspan) = sequence.maxspan {
                    write!(f, " with maxspan={}ms", maxspan.ms)?;
                }
                for stage in &sequence.stages {
                    write!(f, " {stage}")?;
                }
                if let Some(until) = &sequence.until {
                    write!(f, " until {until}")?;
                }
            }
            Body::Sample(sample) => {
                f.write_str("sample")?;
                by(f, &sample.by)?;
                for stage in &sample.stages {
                    write!(f, " {stage}")?;
                }
            }
        }
        for pipe in &self.pipes {
            let name = match pipe.kind {
                PipeKind::Head => "head",
                PipeKind::Tail => "tail",
            };
            write!(f, " | {name} {}", pipe.count)?;
        }
        Ok(())
    }
}

impl Display for EventQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} where {}", self.category, self.condition)
    }
}

impl Display for Stage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", if self.missing { "!" } else { "" }, self.query)?;
        by(f, &self.by)?;
        if self.runs > 1 {
            write!(f, " with runs={}", self.runs)?;
        }
        Ok(())
    }
}

fn by(f: &mut Formatter<'_>, keys: &[Key]) -> fmt::Result {
    for (i, key) in keys.iter().enumerate() {
        write!(f, "{} {}", if i == 0 { " by" } else { "," }, key.field)?;
    }
    Ok(())
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // `sequence` and its like would begin another kind of query.
        let plain = is_word(&self.text)
            && TokenKind::of_word(&self.text) == TokenKind::Word
            && !matches!(&*self.text, "sequence" | "sample" | "join");
        if plain { f.write_str(&self.text) } else { quote(f, &self.text) }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Or(terms) => join(f, terms, " or "),
            ExprKind::And(terms) => join(f, terms, " and "),
            ExprKind::Not(inner) => {
                f.write_str("not ")?;
                inner.within(f, !matches!(inner.kind, ExprKind::Or(_) | ExprKind::And(_)))
            }
            ExprKind::Literal(value) => value.fmt(f),
            ExprKind::Field(field) => field.fmt(f),
            ExprKind::Compare { left, op, right } => {
                left.within(f, left.is_plain())?;
                write!(f, " {} ", op.symbol())?;
                right.within(f, right.is_plain())
            }
            ExprKind::Among { subject, op, list } => {
                subject.within(f, subject.is_plain())?;
                write!(f, " {} (", op.symbol())?;
                for (i, literal) in list.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{literal}")?;
                }
                f.write_char(')')
            }
            ExprKind::Call { name, fold, args } => {
                write!(f, "{}{}(", name.text, if *fold { "~" } else { "" })?;
                for (i, arg) in args.iter().enumerate() {
                    write!(f, "{}{arg}", if i == 0 { "" } else { ", " })?;
                }
                f.write_char(')')
            }
            ExprKind::Arithmetic { left, op, right } => {
                left.within(f, left.is_plain())?;
                write!(f, " {} ", op.symbol())?;
                right.within(f, right.is_plain())
            }
            ExprKind::Negate(inner) => {
                f.write_char('-')?;
                inner.within(f, matches!(inner.kind, ExprKind::Field(_) | ExprKind::Call { .. }))
            }
        }
    }
}

impl Expr {
    /// Whether it stands beside an operator without parentheses.
    fn is_plain(&self) -> bool {
        matches!(self.kind, ExprKind::Literal(_) | ExprKind::Field(_) | ExprKind::Call { .. })
    }

    /// Prints it, in parentheses unless `bare`.
    fn within(&self, f: &mut Formatter<'_>, bare: bool) -> fmt::Result {
        if bare { self.fmt(f) } else { write!(f, "({self})") }
    }
}

/// A chain inside a chain keeps its parentheses: it was written with them.
fn join(f: &mut Formatter<'_>, terms: &[Expr], with: &str) -> fmt::Result {
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            f.write_str(with)?;
        }
        term.within(f, !matches!(term.kind, ExprKind::Or(_) | ExprKind::And(_)))?;
    }
    Ok(())
}

impl Display for FieldPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.optional {
            f.write_char('?')?;
        }
        let first = self.path.split('.').next().unwrap_or_default();
        if TokenKind::of_word(first) == TokenKind::Word && self.path.split('.').all(is_word) {
            f.write_str(&self.path)
        } else {
            write!(f, "`{}`", self.path.replace('`', "``"))
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            // Debug always prints a fraction or an exponent, and enough digits to read the same number again.
            Self::Real(value) => write!(f, "{:?}", value.get()),
            Self::Text(text) => quote(f, text),
        }
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(begins_word) && text.chars().all(continues_word)
}

fn quote(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
