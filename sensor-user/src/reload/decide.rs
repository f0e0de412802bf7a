//! Whether a set that was loaded again replaces the one that runs.
//!
//! It does unless something is wrong that was not wrong before: a file that is refused, a path that cannot be
//! read, an id that two files have. A file that was left out when the sensor started, and still is as it was, does
//! not stand in the way. So a mistake never costs a rule that was served.

use super::settle::{self, ReadError};
use crate::rule_files::Found;
use hullwatch_rules::{Build, Refusal, RuleSet};
use std::{collections::BTreeSet, sync::Arc};

/// What runs, and what is known to be wrong with its files.
#[derive(Clone, Debug)]
pub struct Baseline {
    rules: Arc<RuleSet>,
    known: BTreeSet<Known>,
    /// What is odd about rules that are served.
    warnings: BTreeSet<String>,
    /// What the files were like.
    seen: u64,
}

/// A fault that does not count any more: a file, and its content or what kept it from being read.
type Known = (String, u64);

/// What came of an attempt.
#[derive(Debug)]
pub enum Outcome {
    /// A set that is to run from now on.
    Reloaded(Reloaded),
    /// The running set stays.
    Failed(Failed),
}

/// A set that is to run from now on.
#[derive(Debug)]
pub struct Reloaded {
    /// The set.
    pub rules: Arc<RuleSet>,
    /// Files that are left out of it, as before.
    pub left_out: usize,
    /// What made it be loaded.
    pub cause: Cause,
}

/// Why the running set stays.
#[derive(Debug)]
pub struct Failed {
    /// Everything that is wrong, at least one.
    pub failures: Vec<Failure>,
    /// What made it be loaded.
    pub cause: Cause,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In which file, where it is about one.
    pub file: Option<String>,
    /// What is wrong and where.
    pub reason: String,
}

/// What made the rules be loaded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Their files changed.
    Files,
    /// SIGHUP.
    Signal,
}

impl Cause {
    /// As documents write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Signal => "signal",
        }
    }
}

/// Sources, each named with its content.
fn contents(found: &Found) -> Vec<Known> {
    found.sources.iter().map(|source| (source.origin.clone(), settle::hash(&source.text))).collect()
}

impl Baseline {
    /// Builds what was found. The first one may refuse whatever it wants: that is the caller's to judge.
    pub fn build(found: Found) -> (Self, Vec<Refusal>) {
        let contents = contents(&found);
        let seen = settle::of(&found);
        let mut known: BTreeSet<Known> = found
            .unreadable
            .iter()
            .map(|(path, error)| (path.display().to_string(), settle::hash(&error.to_string())))
            .collect();
        let Build { set: rules, refusals, warnings, .. } = RuleSet::build(found.sources);
        let warnings = warnings.iter().map(ToString::to_string).collect();
        let refused: BTreeSet<&str> = refusals.iter().map(|refusal| refusal.origin.as_str()).collect();
        known.extend(contents.into_iter().filter(|(origin, _)| refused.contains(origin.as_str())));
        (Self { rules: Arc::new(rules), known, warnings, seen }, refusals)
    }

    /// The set that runs.
    pub fn rules(&self) -> &Arc<RuleSet> {
        &self.rules
    }

    /// What is odd about rules that are served.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.warnings.iter().map(String::as_str)
    }

    /// What the files were like that it was made of.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Builds what was found, and becomes it unless something is wrong that was not.
    pub(super) fn decide(&mut self, found: Result<Found, ReadError>, cause: Cause) -> Outcome {
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                let failures = vec![Failure { file: None, reason: error.to_string() }];
                return Outcome::Failed(Failed { failures, cause });
            }
        };
        let unreadable: Vec<Failure> = found
            .unreadable
            .iter()
            .map(|(path, error)| Failure {
                file: Some(path.display().to_string()),
                reason: format!("cannot be read: {error}"),
            })
            .collect();
        let (next, refusals) = Self::build(found);
        let refused = refusals
            .iter()
            .map(|refusal| Failure { file: Some(refusal.origin.clone()), reason: refusal.to_string() });
        let mut failures: Vec<Failure> = unreadable.into_iter().chain(refused).collect();
        let left_out = failures.len();
        let is_new =
            |file: &str| next.known.iter().any(|known| known.0 == file && !self.known.contains(known));
        failures.retain(|failure| failure.file.as_deref().is_some_and(is_new));
        if failures.is_empty() && next.rules.is_empty() {
            failures.push(Failure { file: None, reason: "none of the rules can be served".to_owned() });
        }
        if !failures.is_empty() {
            return Outcome::Failed(Failed { failures, cause });
        }
        for warning in next.warnings.difference(&self.warnings) {
            tracing::warn!("{warning}");
        }
        *self = next;
        Outcome::Reloaded(Reloaded { rules: Arc::clone(&self.rules), left_out, cause })
    }
}
