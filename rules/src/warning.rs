//! What is odd about a rule or overlay that is served all the same, shown in its file.
//!
//! The counterpart of `crate::error`: the same face for miette, at the severity of a warning.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use crate::compile;
use crate::error::Subject;
use crate::place::Position;
use crate::quote::quoted;

/// Something to tell whoever looks after the rules.
#[derive(Debug)]
pub struct RuleWarning {
    /// What it is about.
    pub subject: Subject,
    /// The file, as the caller named it.
    pub origin: String,
    /// The rule's id.
    pub rule_id: String,
    /// The rule's name, if there is such a rule.
    pub rule_name: Option<String>,
    /// What is odd.
    pub kind: RuleWarningKind,
    file: NamedSource<Arc<str>>,
    /// In the file, in bytes.
    span: Range<usize>,
}

/// What is odd.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleWarningKind {
    /// About the query, or the condition of an exception.
    #[error("{0}")]
    Query(compile::WarningKind),
    /// An overlay for a rule that is not there.
    #[error("no rule has the id `{}`, so the overlay does nothing", quoted(.id))]
    NoSuchRule {
        /// The id.
        id: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
}

impl RuleWarning {
    pub(crate) fn new(
        subject: Subject,
        rule: (&str, Option<&str>),
        place: Place<'_>,
        kind: RuleWarningKind,
    ) -> Self {
        let Place { origin, text, span } = place;
        Self {
            subject,
            origin: origin.to_owned(),
            rule_id: rule.0.to_owned(),
            rule_name: rule.1.map(str::to_owned),
            kind,
            file: NamedSource::new(origin, Arc::from(text)).with_language("TOML"),
            span,
        }
    }

    /// The place in the file, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The place in the file, as editors count.
    pub fn position(&self) -> Position {
        Position::of(self.file.inner(), self.span.start)
    }

    /// What to do about it, if there is something to say.
    pub fn help_text(&self) -> Option<String> {
        match &self.kind {
            RuleWarningKind::NoSuchRule { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{}`?", quoted(nearest)))
            }
            RuleWarningKind::NoSuchRule { nearest: None, .. } => {
                Some("give the rule's folder too, or remove the overlay".to_owned())
            }
            RuleWarningKind::Query(_) => None,
        }
    }

    fn label(&self) -> &'static str {
        match self.kind {
            RuleWarningKind::Query(compile::WarningKind::Sleeps { .. }) => "sleeps",
            RuleWarningKind::Query(_) => "never true",
            RuleWarningKind::NoSuchRule { .. } => "no such rule",
        }
    }
}

/// A place in a file.
pub(crate) struct Place<'a> {
    pub(crate) origin: &'a str,
    pub(crate) text: &'a str,
    pub(crate) span: Range<usize>,
}

impl fmt::Display for RuleWarning {
    /// `file:line:column: rule "name": what is odd (what to do)`, on one line, for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position();
        let name = self.rule_name.as_deref().unwrap_or(&self.rule_id);
        write!(f, "{}:{line}:{column}: {}{}", self.origin, self.subject.lead(Some(name)), self.kind)?;
        match self.help_text() {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RuleWarning {}

impl Diagnostic for RuleWarning {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Warning)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help_text().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some(self.label().to_owned()), self.span());
        Some(Box::new(std::iter::once(label)))
    }
}
