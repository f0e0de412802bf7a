//! EQL over documents of any form, without a schema: what `hullwatch query` does.
//!
//! ```text
//! line --document--> values --programs--> a single event that matches ------------------------------> answer
//!                                     \-> what a stage takes --by time--> sequences, samples --pipes--> answer
//! ```
//!
//! Fields that nobody knows have no value, categories are whatever the category field says. Single events without
//! pipes are answered as they come, in any amount. Everything else has to be put in the order of time first, and
//! so is kept until the input ends: the documents that some stage takes, and no others; behind a pipe only as many as
//! the pipe lets through.

mod error;
mod order;
mod pipes;
mod stages;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::compile::{Compiled, FreeSchema, PathId, compile_with};
use crate::document::{DocumentError, FreeDocument, Paths};
use crate::matcher::{Program, Truth};
use crate::syntax::{self, ast};

pub use error::QueryError;
use order::Clock;
use pipes::Piped;
use stages::Stages;

/// How documents are to be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryOptions {
    /// The field that says when a document's event happened.
    pub timestamp_field: String,
    /// The field that `category where` looks at.
    pub category_field: String,
    /// The field that orders documents of one time; what has none comes after what has one.
    pub tiebreaker_field: String,
}

impl Default for QueryOptions {
    fn default() -> Self {
        Self {
            timestamp_field: "@timestamp".to_owned(),
            category_field: "event.category".to_owned(),
            tiebreaker_field: "event.sequence".to_owned(),
        }
    }
}

/// Something that a query found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// A document that matches, as it was.
    Document(&'a [u8]),
    /// The documents of a sequence or a sample, stage by stage.
    Events(&'a [Rc<[u8]>]),
}

impl Answer<'_> {
    /// Appends it to `out` as one line: a document as it was, several as a JSON array.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Document(line) => out.extend_from_slice(line),
            Self::Events(lines) => {
                for (index, line) in lines.iter().enumerate() {
                    out.push(if index == 0 { b'[' } else { b',' });
                    out.extend_from_slice(line);
                }
                out.push(b']');
            }
        }
        out.push(b'\n');
    }
}

/// A query at work on documents.
#[derive(Debug)]
pub struct Query {
    paths: Paths,
    document: FreeDocument,
    clock: Clock,
    work: Work,
}

#[derive(Debug)]
enum Work {
    /// Single events, answered as they come.
    Each(Program<PathId>),
    /// Single events behind pipes.
    Piped(Program<PathId>, Piped<Rc<[u8]>>),
    /// Sequences and samples.
    Stages(Stages),
}

impl Query {
    /// Makes `text` ready.
    pub fn new(text: &str, options: &QueryOptions) -> Result<Self, QueryError> {
        let query = syntax::parse(text).map_err(|error| QueryError::new(text, error.into()))?;
        let mut schema = FreeSchema::new(&options.category_field);
        let compiled =
            compile_with(&query, &mut schema).map_err(|error| QueryError::new(text, error.into()))?;
        let timestamp = schema.path(&options.timestamp_field);
        let tiebreaker = schema.path(&options.tiebreaker_field);
        let ast::Query { pipes, .. } = query;
        let work = match compiled {
            Compiled::Event(program) if pipes.is_empty() => Work::Each(program),
            Compiled::Event(program) => Work::Piped(program, Piped::new(pipes)),
            Compiled::Sequence(plan) => Work::Stages(Stages::of_sequence(plan, pipes)),
            Compiled::Sample(plan) => Work::Stages(Stages::of_sample(plan, pipes)),
        };
        Ok(Self {
            paths: schema.paths().iter().collect(),
            document: FreeDocument::new(),
            clock: Clock::new(timestamp, tiebreaker),
            work,
        })
    }

    /// Takes one line of the input, without its end. Blank lines are passed over.
    pub fn take(&mut self, line: &[u8], mut found: impl FnMut(Answer<'_>)) -> Result<(), DocumentError> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        self.document.read(line, &self.paths)?;
        match &mut self.work {
            Work::Each(program) => {
                if program.evaluate(&self.document) != Truth::False {
                    found(Answer::Document(line));
                }
            }
            Work::Piped(program, piped) => {
                let at = self.clock.place(&self.document);
                if program.evaluate(&self.document) != Truth::False {
                    piped.push(at, line.into());
                }
            }
            Work::Stages(stages) => stages.take(line, &self.document, self.clock.place(&self.document)),
        }
        Ok(())
    }

    /// The input has ended: tells what had to wait for that.
    pub fn finish(self, mut found: impl FnMut(Answer<'_>)) {
        match self.work {
            Work::Each(_) => {}
            Work::Piped(_, piped) => {
                piped.finish().into_iter().for_each(|line| found(Answer::Document(&line)));
            }
            Work::Stages(stages) => {
                stages.finish().into_iter().for_each(|events| found(Answer::Events(&events)));
            }
        }
    }

    /// How many documents had no time of their own, where time matters: each took that of the one before it.
    pub fn without_timestamp(&self) -> u64 {
        self.clock.without_timestamp()
    }
}
