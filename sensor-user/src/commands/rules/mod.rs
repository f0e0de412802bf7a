//! `hullwatch rules`: look after rule files without running the sensor. Called by the binary.
//!
//! All of them load rules the way `run` does, need no root, and write to the given writer.

mod check;
mod explain;
mod list;
mod report;
mod test;

use std::io;

use clap::{Args, Subcommand};
use hullwatch_rules::Build;

use crate::rule_files::{self, RuleFilesError};

/// `hullwatch rules`
#[derive(Debug, Args)]
pub struct Rules {
    /// What to do with them.
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Say of every rule file whether it can be served, and if not, why and where.
    Check(check::Check),
    /// Run the tests that stand in rule files and overlays.
    Test(test::Test),
    /// List the rules that can be served.
    List(list::List),
    /// Show why a rule does or does not match an event.
    Explain(explain::Explain),
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Good,
    /// Something is wrong with the rules that were looked at.
    Bad,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Rules cannot be read.
    #[error(transparent)]
    Files(#[from] RuleFilesError),
    /// The rule to explain is not among those given.
    #[error("{0}")]
    Rule(String),
    /// The event to explain cannot be read.
    #[error("{0}")]
    Event(String),
    /// The output cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

impl Rules {
    /// Does it. What is said goes to `out`.
    ///
    /// # Errors
    ///
    /// When there is nothing to look at, or nobody to tell.
    pub fn run(&self, out: &mut dyn io::Write) -> Result<Verdict, RulesError> {
        match &self.command {
            RulesCommand::Check(check) => check.run(out),
            RulesCommand::Test(test) => test.run(out),
            RulesCommand::List(list) => list.run(out),
            RulesCommand::Explain(explain) => explain.run(out),
        }
    }
}

/// Rules that were read and built.
struct Loaded {
    build: Build,
    /// The files, in the order in which they were read.
    origins: Vec<String>,
    /// Files that could not be read.
    unreadable: Vec<(String, io::Error)>,
}

fn load(paths: &[std::path::PathBuf]) -> Result<Loaded, RuleFilesError> {
    let found = rule_files::read(paths)?;
    let origins = found.sources.iter().map(|source| source.origin.clone()).collect();
    let unreadable =
        found.unreadable.into_iter().map(|(path, error)| (path.display().to_string(), error)).collect();
    Ok(Loaded { build: hullwatch_rules::RuleSet::build(found.sources), origins, unreadable })
}

/// "1 rule", "2 rules".
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
