//! A rule or overlay that is refused, and why: every error of the crate, shown in the rule file.
//!
//! The inner errors know their place in the query or the file. Here they get the file's text, a line and a column, and
//! the face miette needs; rendering is the binary's business. Without miette, `Display` is one complete line.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use crate::compile::{CheckError, Reason};
use crate::place::{self, Position};
use crate::quote::quoted;
use crate::rule_file::{FileError, FileErrorKind};
use crate::syntax::SyntaxError;

/// A rule that is not served, or an overlay that is not applied.
#[derive(Debug)]
pub struct Refusal {
    /// Which of the two.
    pub subject: Subject,
    /// The file, as the caller named it.
    pub origin: String,
    /// The rule's id, if the file could be read that far.
    pub rule_id: Option<String>,
    /// The rule's name, if the file could be read that far.
    pub rule_name: Option<String>,
    /// Why.
    pub error: RuleError,
}

/// What a refusal or a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A rule, or a file that may have been meant to be one.
    Rule,
    /// An overlay; its rule is served without it.
    Overlay,
}

impl Subject {
    /// What to begin a message with: `rule "name": `.
    pub(crate) fn lead(self, name: Option<&str>) -> String {
        match (self, name) {
            (Self::Rule, Some(name)) => format!("rule \"{}\": ", quoted(name)),
            (Self::Overlay, Some(name)) => format!("overlay of rule \"{}\": ", quoted(name)),
            (Self::Rule, None) => String::new(),
            (Self::Overlay, None) => "overlay: ".to_owned(),
        }
    }
}

impl fmt::Display for Refusal {
    /// `file:line:column: rule "name": what is wrong (what to do)`, on one line, for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.error.position();
        write!(f, "{}:{line}:{column}: ", self.origin)?;
        let name = self.rule_name.as_deref().or(self.rule_id.as_deref());
        write!(f, "{}", self.subject.lead(name))?;
        write!(f, "{}", self.error)?;
        match self.error.help_text() {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// Why a rule is not served. Boxed: a rule set with a thousand good rules should not pay for it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.problem)]
pub struct RuleError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: Problem,
    file: NamedSource<Arc<str>>,
    /// In the file, in bytes.
    span: Range<usize>,
}

/// What is wrong: one case for each stage a rule goes through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The text of the query.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// The meaning of the query.
    #[error(transparent)]
    Check(#[from] CheckError),
}

impl RuleError {
    /// An error in the file itself.
    pub(crate) fn in_file(origin: &str, text: &str, error: FileError) -> Self {
        let span = error.span.clone();
        Self::new(origin, text, span, error.into())
    }

    /// An error in EQL: `eql` is the text, whose string stands at `value` of the file, quotes included, and `lead` bytes
    /// were put before it to make it a query.
    pub(crate) fn in_eql(
        origin: &str,
        text: &str,
        value: Range<usize>,
        eql: &str,
        lead: usize,
        problem: Problem,
    ) -> Self {
        let span = match &problem {
            Problem::Syntax(error) => error.span,
            Problem::Check(error) => error.span,
            Problem::File(error) => return Self::new(origin, text, error.span.clone(), problem),
        };
        let span = place::of_eql(text, value, eql, lead, span);
        Self::new(origin, text, span, problem)
    }

    fn new(origin: &str, text: &str, span: Range<usize>, problem: Problem) -> Self {
        let file = NamedSource::new(origin, Arc::from(text)).with_language("TOML");
        Self(Box::new(Inner { problem, file, span }))
    }

    /// What is wrong, to tell errors apart by more than their text.
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }

    /// The place in the file, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.0.span.clone()
    }

    /// The place in the file, as editors count.
    pub fn position(&self) -> Position {
        Position::of(self.0.file.inner(), self.0.span.start)
    }

    /// What to do about it, if there is something to say.
    pub fn help_text(&self) -> Option<String> {
        self.0.problem.help()
    }

    /// Why it cannot be served, in a word: `file`, `type`, `language`, `syntax`, `query`, `field` or `capability`.
    pub fn reason(&self) -> &'static str {
        match &self.0.problem {
            Problem::File(FileError { kind: FileErrorKind::WrongKind { key, .. }, .. }) => key,
            Problem::File(_) => "file",
            Problem::Syntax(_) => "syntax",
            Problem::Check(error) => match error.reason() {
                Reason::Query => "query",
                Reason::Field => "field",
                Reason::Capability => "capability",
            },
        }
    }

    /// Whether another file of the set has the same rule id, so that nobody can know which of them is meant.
    pub fn is_duplicate_id(&self) -> bool {
        matches!(&self.0.problem, Problem::File(error) if error.is_duplicate_id())
    }

    fn label(&self) -> &'static str {
        self.0.problem.label()
    }
}

impl Problem {
    /// What to do about it, if there is something to say.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::File(error) => error.help(),
            Self::Syntax(error) => error.help(),
            Self::Check(error) => error.help(),
        }
    }

    /// A few words to put at the marked place.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::File(error) => error.label(),
            Self::Syntax(error) => error.label(),
            Self::Check(error) => error.label(),
        }
    }
}

impl Diagnostic for RuleError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help_text().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.0.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some(self.label().to_owned()), self.span());
        Some(Box::new(std::iter::once(label)))
    }
}
