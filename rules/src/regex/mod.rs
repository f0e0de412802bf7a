//! Regular expressions in Lucene's syntax, anchored to the whole text, as EQL's `regex` and `regex~` have them.
//!
//! ```text
//! pattern --parser--> tree --terms--> expressions and their derivatives --dfa--> complete automaton
//! ```
//!
//! Everything is decided at load: a pattern either becomes an automaton of bounded size (10 000 states, 1 MiB) within
//! bounded work, or is refused. A match then reads every character at most once, whatever the pattern, and allocates
//! nothing. Folding means ASCII letters only; in ranges too (`[a-f]` with `regex~` takes `B`).
//!
//! Knows nothing of events and rules; the compiler of queries calls it.

mod alphabet;
mod ast;
mod dfa;
mod error;
mod interval;
#[cfg(test)]
mod naive;
mod parser;
mod set;
mod terms;
#[cfg(test)]
mod tests;

pub use error::RegexError;

use alphabet::Alphabet;
use ast::Ast;
use dfa::Dfa;
use set::CharSet;
use terms::Terms;

/// A prepared regular expression.
#[derive(Clone, Debug)]
pub struct Regex {
    dfa: Dfa,
    fold: bool,
}

/// What is known of a text of which only the beginning is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// However it goes on, it does not match.
    No,
    /// What is missing decides.
    Maybe,
    /// However it goes on, it matches.
    Yes,
}

impl Regex {
    /// Prepares `pattern`; with `fold`, ASCII letters match whatever their case.
    pub fn new(pattern: &str, fold: bool) -> Result<Self, RegexError> {
        let ast = parser::parse(pattern, fold)?;
        let mut sets = Vec::new();
        collect_sets(&ast, &mut sets);
        sets.sort_unstable();
        sets.dedup();
        let alphabet = Alphabet::new(&sets);
        let mut terms = Terms::new();
        let root = terms.lower(&ast, &alphabet);
        Ok(Self { dfa: Dfa::new(terms, root, alphabet)?, fold })
    }

    /// Whether all of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.dfa.is_match(text)
    }

    /// Whether a text that begins with `prefix` and goes on in an unknown way, or ends there, matches.
    pub fn prefix_outcome(&self, prefix: &str) -> Outcome {
        self.dfa.prefix_outcome(prefix)
    }

    /// What every text that matches begins with; in small letters when the expression folds.
    pub fn literal_prefix(&self) -> String {
        self.dfa.literal_prefix(self.fold)
    }

    /// All texts that match, sorted, if there are at most `limit`; in small letters when the expression folds.
    pub fn texts(&self, limit: usize) -> Option<Vec<String>> {
        self.dfa.texts(limit, self.fold)
    }

    /// Bytes on the heap.
    pub fn bytes(&self) -> usize {
        self.dfa.bytes()
    }

    /// States of the automaton.
    pub fn states(&self) -> usize {
        self.dfa.states()
    }
}

/// All sets of characters in the tree. A set and its complement tell the same characters apart, so the one with
/// fewer ranges stands for both.
fn collect_sets(ast: &Ast, sets: &mut Vec<CharSet>) {
    match ast {
        Ast::Nothing => {}
        Ast::Class(set) => {
            let complement = set.complement();
            sets.push(set.clone().min_by_ranges(complement));
        }
        Ast::Concat(parts) | Ast::Union(parts) | Ast::Intersection(parts) => {
            for part in parts {
                collect_sets(part, sets);
            }
        }
        Ast::Complement(inner) | Ast::Repeat { inner, .. } => collect_sets(inner, sets),
        Ast::Interval { .. } => sets.extend(interval::sets()),
    }
}
