//! The rule set: rule files in, matches out.
//!
//! Built once and never changed; a reload builds another one. A file that is no good is refused by name and does not
//! keep the others from being served. Opening files is the caller's business.

mod build;

use crate::compile::{Compiled, SensorQuery};
use crate::engine::Index;
use crate::event::SensorEvent;
use crate::fields::FieldId;
use crate::fingerprint::{self, Fingerprint};
use crate::kinds::EventKind;
use crate::matcher::Program;
use crate::rule::Rule;

pub(crate) use build::LEAD;
pub use build::{Build, RuleSource};

/// Rules, compiled and ready.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    /// What each rule does, in the same order.
    compiled: Vec<CompiledRule>,
    index: Index,
    hash: String,
}

/// What a rule of the set does.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    /// Its query, for each kind of event that matters to it.
    pub query: SensorQuery,
    /// Its exceptions, in the order of [`Rule::exceptions`].
    pub exceptions: Vec<CompiledException>,
    /// Names all that it does and says.
    pub fingerprint: Fingerprint,
}

/// A compiled exception, to be evaluated with [`Program::evaluate_strict`].
#[derive(Clone, Debug)]
pub struct CompiledException {
    kinds: Vec<(EventKind, Program<FieldId>)>,
}

impl CompiledException {
    /// Whether `event` is certainly excepted.
    pub fn excepts<E: SensorEvent>(&self, event: &E) -> bool {
        self.for_kind(event.kind()).is_some_and(|program| program.evaluate_strict(event).is_certain())
    }

    /// The condition for events of `kind`; `None` when it excepts none of them.
    pub fn for_kind(&self, kind: EventKind) -> Option<&Program<FieldId>> {
        self.kinds.iter().find(|(known, _)| *known == kind).map(|(_, program)| program)
    }
}

impl CompiledRule {
    /// Whether one of the exceptions certainly holds for `event`.
    pub fn excepts<E: SensorEvent>(&self, event: &E) -> bool {
        self.exceptions.iter().any(|exception| exception.excepts(event))
    }
}

impl RuleSet {
    /// The rule at `index` alone, and every alert of it: what de-duplication would hold back comes out, too. For tests.
    pub(crate) fn alone(&self, index: usize) -> Option<Self> {
        let (rule, compiled) = self.served(index)?;
        let rule = Rule { dedup: None, ..rule.clone() };
        Some(Self::new(vec![rule], vec![compiled.clone()]))
    }

    /// Puts a set together.
    fn new(rules: Vec<Rule>, compiled: Vec<CompiledRule>) -> Self {
        let hash = fingerprint::of_set(compiled.iter().map(|compiled| compiled.fingerprint));
        let index = Index::new(compiled.iter().map(|compiled| &compiled.query));
        Self { rules, compiled, index, hash }
    }

    /// What is done for the rule at `index`.
    pub(crate) fn served(&self, index: usize) -> Option<(&Rule, &CompiledRule)> {
        Some((self.rules.get(index)?, self.compiled.get(index)?))
    }

    /// The set with an index that leaves nothing out.
    #[cfg(test)]
    pub(crate) fn blind(mut self) -> Self {
        self.index.blind();
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

    /// What each of [`rules`](Self::rules) does, in the same order.
    pub fn compiled(&self) -> &[CompiledRule] {
        &self.compiled
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

    /// Calls `on_match` for each rule of single events that `event` matches and no exception suppresses, in the order of
    /// [`rules`](Self::rules), one rule after the other and without the index. What an
    /// [`Engine`](crate::engine::Engine) does must come to the same. Allocates nothing.
    pub fn evaluate<E: SensorEvent>(&self, event: &E, mut on_match: impl FnMut(&Rule)) {
        for (rule, compiled) in self.rules.iter().zip(&self.compiled) {
            // Sequences and samples have state, which the engine keeps.
            let Some(Compiled::Event(program)) = compiled.query.for_kind(event.kind()) else { continue };
            if program.evaluate(event).is_possible() && !compiled.excepts(event) {
                on_match(rule);
            }
        }
    }
}
