//! The rule set: rule files in, matches out.
//!
//! Built once and never changed; a reload builds another one. A file that is no good is refused by name and does not
//! keep the others from being served. Opening files is the caller's business.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::compile::{Compiled, SensorQuery, compile};
use crate::error::{Refusal, RuleError};
use crate::event::SensorEvent;
use crate::fields::FieldId;
use crate::fingerprint;
use crate::kinds::EventKind;
use crate::matcher::Program;
use crate::rule::Rule;
use crate::rule_file::{self, FileError, FileErrorKind, RuleFile};
use crate::syntax;

/// A rule file for [`RuleSet::build`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSource {
    /// What to call the file in messages: its path or name.
    pub origin: String,
    /// Its content.
    pub text: String,
}

/// Rules, compiled and ready.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    /// The condition of each rule, in the same order.
    programs: Vec<SensorQuery>,
    hash: String,
}

impl RuleSet {
    /// Reads and compiles `sources`. Gives the rules that can be served, in the order given, and one refusal for each
    /// file that cannot. Of several files with one rule id the first is served.
    pub fn build(sources: impl IntoIterator<Item = RuleSource>) -> (Self, Vec<Refusal>) {
        let mut rules: Vec<Rule> = Vec::new();
        let mut programs = Vec::new();
        let mut refusals = Vec::new();
        let mut origins: HashMap<String, String> = HashMap::new();
        for source in sources {
            let loaded =
                load(&source).and_then(|(file, program)| match origins.entry(file.rule.id.clone()) {
                    Entry::Vacant(free) => {
                        free.insert(file.rule.origin.clone());
                        Ok((file.rule, program))
                    }
                    Entry::Occupied(taken) => Err(duplicate(&source, file, taken.get())),
                });
            match loaded {
                Ok((rule, program)) => {
                    rules.push(rule);
                    programs.push(program);
                }
                Err(refusal) => refusals.push(refusal),
            }
        }
        let hash = fingerprint::of(&rules);
        (Self { rules, programs, hash }, refusals)
    }

    /// The rules that are served, in the order their files were given.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// How many rules are served.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether no rule is served.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Names the content of the set: SHA-256 in hex over all that the rules do and say, in whatever order and from
    /// whatever files they came.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Calls `on_match` for each rule that `event` matches, in the order of [`rules`](Self::rules). Allocates nothing.
    pub fn evaluate<E: SensorEvent>(&self, event: &E, mut on_match: impl FnMut(&Rule)) {
        for (rule, program) in self.candidates(event.kind()) {
            if program.evaluate(event).is_possible() {
                on_match(rule);
            }
        }
    }

    /// The rules that an event of `kind` could match. This is the place of the index over what rules require: to
    /// leave out a rule here must never change what matches, only what it costs.
    fn candidates(&self, kind: EventKind) -> impl Iterator<Item = (&Rule, &Program<FieldId>)> {
        self.rules.iter().zip(&self.programs).filter_map(move |(rule, query)| match query.for_kind(kind) {
            Some(Compiled::Event(program)) => Some((rule, program)),
            // Sequences and samples have state, which is not kept yet.
            Some(Compiled::Sequence(_) | Compiled::Sample(_)) | None => None,
        })
    }
}

fn load(source: &RuleSource) -> Result<(RuleFile, SensorQuery), Refusal> {
    let RuleSource { origin, text } = source;
    let file = rule_file::read(origin, text).map_err(|unreadable| Refusal {
        origin: origin.clone(),
        rule_id: unreadable.id,
        rule_name: unreadable.name,
        error: RuleError::in_file(origin, text, unreadable.error),
    })?;
    let query = syntax::parse(&file.rule.query).map_err(Into::into);
    match query.and_then(|query| compile(&query).map_err(Into::into)) {
        Ok(program) => Ok((file, program)),
        Err(problem) => {
            let error = RuleError::in_query(&file.rule, text, file.query_span.clone(), problem);
            Err(refuse(file, error))
        }
    }
}

fn duplicate(source: &RuleSource, file: RuleFile, other: &str) -> Refusal {
    let kind = FileErrorKind::DuplicateId { id: file.rule.id.clone(), other: other.to_owned() };
    let error = RuleError::in_file(&source.origin, &source.text, FileError::at(file.id_span.clone(), kind));
    refuse(file, error)
}

fn refuse(file: RuleFile, error: RuleError) -> Refusal {
    let Rule { origin, id, name, .. } = file.rule;
    Refusal { origin, rule_id: Some(id), rule_name: Some(name), error }
}
