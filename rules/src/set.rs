//! The rule set: rule files in, matches out.
//!
//! Built once and never changed; a reload builds another one. A file that is no good is refused by name and does not
//! keep the others from being served. Opening files is the caller's business.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::compile::{Compiled, SensorQuery, compile};
use crate::engine::Index;
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
    /// What is done for each rule, in the same order.
    served: Vec<Served>,
    index: Index,
    hash: String,
}

/// What is done for a rule.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    /// Its query.
    pub(crate) query: SensorQuery,
    /// What suppresses it.
    pub(crate) exceptions: Vec<Exception>,
    /// Which of its alerts are held back.
    pub(crate) dedup: Option<DedupPlan>,
    /// Names all that the rule does and says: the same in two sets when nothing of it has changed.
    pub(crate) digest: [u8; 32],
}

/// A condition that suppresses a rule's alerts.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    /// For each kind of event the condition, compiled as an exception.
    pub(crate) programs: Vec<(EventKind, Program<FieldId>)>,
}

/// Which alerts of a rule are equal, and how long one stands for the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DedupPlan {
    /// How long, in milliseconds.
    pub(crate) window_ms: u64,
    /// The fields whose values make alerts equal.
    pub(crate) keys: Vec<FieldId>,
}

impl Exception {
    /// Whether it certainly holds for `event`.
    pub(crate) fn holds<E: SensorEvent>(&self, event: &E) -> bool {
        let program = self.programs.iter().find(|(kind, _)| *kind == event.kind());
        program.is_some_and(|(_, program)| program.evaluate_strict(event).is_certain())
    }
}

impl RuleSet {
    /// Reads and compiles `sources`. Gives the rules that can be served, in the order given, and one refusal for each
    /// file that cannot. Of several files with one rule id the first is served.
    pub fn build(sources: impl IntoIterator<Item = RuleSource>) -> (Self, Vec<Refusal>) {
        let mut rules: Vec<Rule> = Vec::new();
        let mut served = Vec::new();
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
                Ok((rule, query)) => {
                    let digest = fingerprint::of_rule(&rule);
                    served.push(Served { query, exceptions: Vec::new(), dedup: None, digest });
                    rules.push(rule);
                }
                Err(refusal) => refusals.push(refusal),
            }
        }
        (Self::of(rules, served), refusals)
    }

    /// Puts a set together.
    fn of(rules: Vec<Rule>, served: Vec<Served>) -> Self {
        let hash = fingerprint::of(&rules);
        let index = Index::new(served.iter().map(|served| &served.query));
        Self { rules, served, index, hash }
    }

    /// What is done for the rule at `index`.
    pub(crate) fn served(&self, index: usize) -> Option<(&Rule, &Served)> {
        Some((self.rules.get(index)?, self.served.get(index)?))
    }

    /// The set with other things done for its rules, and with or without the index.
    #[cfg(test)]
    pub(crate) fn changed(mut self, indexed: bool, change: impl Fn(&mut Served)) -> Self {
        self.served.iter_mut().for_each(change);
        if !indexed {
            self.index.blind();
        }
        self
    }

    /// The index over what the rules require.
    pub(crate) fn index(&self) -> &Index {
        &self.index
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

    /// Calls `on_match` for each rule about single events that `event` matches, in the order of
    /// [`rules`](Self::rules), one rule after the other and without the index. What an
    /// [`Engine`](crate::engine::Engine) does must come to the same. Allocates nothing.
    pub fn evaluate<E: SensorEvent>(&self, event: &E, mut on_match: impl FnMut(&Rule)) {
        for (rule, served) in self.rules.iter().zip(&self.served) {
            if let Some(Compiled::Event(program)) = served.query.for_kind(event.kind())
                && program.evaluate(event).is_possible()
            {
                on_match(rule);
            }
        }
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
