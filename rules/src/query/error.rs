//! What is wrong with a query, shown in its text. Rendering is the binary's business, as with rules.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use crate::error::Problem;

/// Why a query cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct QueryError {
    problem: Problem,
    text: String,
}

impl QueryError {
    pub(super) fn new(text: &str, problem: Problem) -> Self {
        Self { problem, text: text.to_owned() }
    }

    /// What is wrong, to tell errors apart by more than their text.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The place in the query, in bytes.
    pub fn span(&self) -> Range<usize> {
        match &self.problem {
            Problem::Syntax(error) => error.span.range(),
            Problem::Check(error) => error.span.range(),
            Problem::File(error) => error.span.clone(),
        }
    }
}

impl Diagnostic for QueryError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some(self.problem.label().to_owned()), self.span());
        Some(Box::new(std::iter::once(label)))
    }
}
