//! Expressions over classes, each kept once, and their derivatives.
//!
//! The derivative of an expression by a class is what may follow once a character of that class has been read
//! (Brzozowski 1964). Expressions are kept in a normal form: unions and intersections flat, sorted and without twins,
//! concatenations leaning right and never behind a union (so that a state is a set of partial derivatives, Antimirov
//! 1996). So there are finitely many, and equal ones have equal numbers: they are the states of the automaton.
//!
//! Every expression made costs work; when the work is used up, everything becomes "nothing", and `is_exhausted` says so.

use std::collections::HashMap;
use std::rc::Rc;

use super::alphabet::{Alphabet, Class};
use super::ast::Ast;
use super::interval;

/// The number of an expression.
pub(super) type Id = u32;

/// No text at all.
pub(super) const NOTHING: Id = 0;
/// Only the empty text.
pub(super) const EMPTY: Id = 1;
/// Every text.
pub(super) const EVERYTHING: Id = 2;

/// How many steps a pattern may take: some tens of milliseconds.
const MAX_WORK: usize = 1_000_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Term {
    Nothing,
    Empty,
    Everything,
    Class(Rc<[Class]>),
    Concat(Id, Id),
    Union(Rc<[Id]>),
    Intersection(Rc<[Id]>),
    Complement(Id),
    Repeat(Id, u32, Option<u32>),
}

/// All expressions of one pattern.
pub(super) struct Terms {
    all: Vec<Term>,
    /// Whether the empty text matches, by number.
    nullable: Vec<bool>,
    known: HashMap<Term, Id>,
    concats: HashMap<(Id, Id), Id>,
    derivatives: HashMap<(Id, Class), Id>,
    work: usize,
}

impl Terms {
    pub(super) fn new() -> Self {
        let mut terms = Self {
            all: Vec::new(),
            nullable: Vec::new(),
            known: HashMap::new(),
            concats: HashMap::new(),
            derivatives: HashMap::new(),
            work: 0,
        };
        // In the order of the constants above.
        terms.keep(Term::Nothing);
        terms.keep(Term::Empty);
        terms.keep(Term::Everything);
        terms
    }

    /// Whether the bound on work was hit: nothing made since is to be trusted.
    pub(super) fn is_exhausted(&self) -> bool {
        self.work > MAX_WORK
    }

    pub(super) fn is_nullable(&self, id: Id) -> bool {
        self.nullable.get(id as usize).copied().unwrap_or(false)
    }

    fn term(&self, id: Id) -> Term {
        self.all.get(id as usize).cloned().unwrap_or(Term::Nothing)
    }

    fn keep(&mut self, term: Term) -> Id {
        self.work += 1;
        if let Some(id) = self.known.get(&term) {
            return *id;
        }
        if self.is_exhausted() {
            return NOTHING;
        }
        let nullable = match &term {
            Term::Nothing | Term::Class(_) => false,
            Term::Empty | Term::Everything => true,
            Term::Concat(a, b) => self.is_nullable(*a) && self.is_nullable(*b),
            Term::Union(parts) => parts.iter().any(|part| self.is_nullable(*part)),
            Term::Intersection(parts) => parts.iter().all(|part| self.is_nullable(*part)),
            Term::Complement(inner) => !self.is_nullable(*inner),
            Term::Repeat(inner, min, _) => *min == 0 || self.is_nullable(*inner),
        };
        // More terms than work is left for do not come to be.
        let id = Id::try_from(self.all.len()).unwrap_or(NOTHING);
        self.all.push(term.clone());
        self.nullable.push(nullable);
        self.known.insert(term, id);
        id
    }

    /// The expression that a tree stands for. The tree's height bounds the recursion.
    pub(super) fn lower(&mut self, ast: &Ast, alphabet: &Alphabet) -> Id {
        if self.is_exhausted() {
            return NOTHING;
        }
        match ast {
            Ast::Nothing => NOTHING,
            Ast::Class(set) => self.class(alphabet.classes_of(set)),
            Ast::Concat(parts) => {
                let parts: Vec<Id> = parts.iter().map(|part| self.lower(part, alphabet)).collect();
                parts.into_iter().rev().fold(EMPTY, |rest, part| self.concat(part, rest))
            }
            Ast::Union(parts) => {
                let parts = parts.iter().map(|part| self.lower(part, alphabet)).collect();
                self.union(parts)
            }
            Ast::Intersection(parts) => {
                let parts = parts.iter().map(|part| self.lower(part, alphabet)).collect();
                self.intersection(parts)
            }
            Ast::Complement(inner) => {
                let inner = self.lower(inner, alphabet);
                self.complement(inner)
            }
            Ast::Repeat { inner, min, max } => {
                let is_any_text =
                    **inner == Ast::Class(super::set::CharSet::any()) && *min == 0 && max.is_none();
                if is_any_text {
                    return EVERYTHING;
                }
                let inner = self.lower(inner, alphabet);
                self.repeat(inner, *min, *max)
            }
            Ast::Interval { min, max, digits } => {
                let tree = interval::tree(*min, *max, *digits);
                self.lower(&tree, alphabet)
            }
        }
    }

    fn class(&mut self, classes: Vec<Class>) -> Id {
        if classes.is_empty() { NOTHING } else { self.keep(Term::Class(classes.into())) }
    }

    fn concat(&mut self, a: Id, b: Id) -> Id {
        if a == NOTHING || b == NOTHING || self.is_exhausted() {
            return NOTHING;
        }
        if b == EMPTY {
            return a;
        }
        if let Some(known) = self.concats.get(&(a, b)) {
            return *known;
        }
        // What leans left, turned over; the list stands for the stack.
        let mut spine = Vec::new();
        let mut head = a;
        while let Term::Concat(first, rest) = self.term(head) {
            self.work += 1;
            spine.push(first);
            head = rest;
        }
        let mut whole = match self.term(head) {
            Term::Empty => b,
            Term::Union(parts) => {
                let parts = parts.iter().map(|part| self.concat(*part, b)).collect();
                self.union(parts)
            }
            Term::Everything if b == EVERYTHING => EVERYTHING,
            _ => self.keep(Term::Concat(head, b)),
        };
        while let Some(first) = spine.pop() {
            whole = if whole == NOTHING { NOTHING } else { self.keep(Term::Concat(first, whole)) };
        }
        self.concats.insert((a, b), whole);
        whole
    }

    fn union(&mut self, parts: Vec<Id>) -> Id {
        self.junction(parts, NOTHING, EVERYTHING, Term::Union)
    }

    fn intersection(&mut self, parts: Vec<Id>) -> Id {
        self.junction(parts, EVERYTHING, NOTHING, Term::Intersection)
    }

    /// A union or an intersection: `neutral` changes nothing, `absorbing` decides alone.
    fn junction(&mut self, parts: Vec<Id>, neutral: Id, absorbing: Id, node: fn(Rc<[Id]>) -> Term) -> Id {
        self.work += parts.len();
        let is_union = neutral == NOTHING;
        let mut flat = Vec::with_capacity(parts.len());
        let mut classes: Vec<Class> = Vec::new();
        for part in parts {
            match self.term(part) {
                Term::Union(inner) if is_union => flat.extend_from_slice(&inner),
                Term::Intersection(inner) if !is_union => flat.extend_from_slice(&inner),
                Term::Class(of) if is_union => classes.extend_from_slice(&of),
                _ => flat.push(part),
            }
        }
        // A union inside may have brought a class of its own.
        if is_union {
            flat.retain(|part| match self.all.get(*part as usize) {
                Some(Term::Class(of)) => {
                    classes.extend_from_slice(of);
                    false
                }
                _ => true,
            });
        }
        classes.sort_unstable();
        classes.dedup();
        if !classes.is_empty() {
            flat.push(self.class(classes));
        }
        self.work += flat.len();
        flat.retain(|part| *part != neutral);
        flat.sort_unstable();
        flat.dedup();
        if flat.contains(&absorbing) {
            return absorbing;
        }
        if is_union {
            self.drop_subsumed(&mut flat);
        }
        match flat.as_slice() {
            [] => neutral,
            [only] => *only,
            _ => self.keep(node(flat.into())),
        }
    }

    /// Of repetitions that differ in their upper bound alone, the widest is all of them: without this, `@a.{0,20}b@`
    /// would have a state for each set of places where an `a` may have been.
    fn drop_subsumed(&self, parts: &mut Vec<Id>) {
        let mut widest: HashMap<(Id, Id), Option<u32>> = HashMap::new();
        let is_wider = |a: Option<u32>, b: Option<u32>| a.is_none() || b.is_some_and(|b| a >= Some(b));
        for part in parts.iter() {
            if let Some((key, max)) = self.optional_run(*part) {
                let known = widest.entry(key).or_insert(max);
                if is_wider(max, *known) {
                    *known = max;
                }
            }
        }
        parts.retain(|part| self.optional_run(*part).is_none_or(|(key, max)| widest.get(&key) == Some(&max)));
    }

    /// `r{0,m}` and what stands behind it, apart from `m`.
    fn optional_run(&self, id: Id) -> Option<((Id, Id), Option<u32>)> {
        let (head, tail) = match self.all.get(id as usize)? {
            Term::Concat(head, tail) => (*head, *tail),
            Term::Repeat(..) => (id, EMPTY),
            _ => return None,
        };
        match self.all.get(head as usize)? {
            Term::Repeat(inner, 0, max) => Some(((*inner, tail), *max)),
            _ => None,
        }
    }

    fn complement(&mut self, inner: Id) -> Id {
        match self.term(inner) {
            Term::Nothing => EVERYTHING,
            Term::Everything => NOTHING,
            Term::Complement(inner) => inner,
            _ => self.keep(Term::Complement(inner)),
        }
    }

    fn repeat(&mut self, inner: Id, min: u32, max: Option<u32>) -> Id {
        let min = if self.is_nullable(inner) { 0 } else { min };
        match (self.term(inner), min, max) {
            (_, _, Some(0)) | (Term::Empty, ..) => EMPTY,
            (Term::Nothing, ..) => {
                if min == 0 {
                    EMPTY
                } else {
                    NOTHING
                }
            }
            (Term::Everything, ..) => EVERYTHING,
            (_, 1, Some(1)) | (Term::Repeat(_, 0, None), 0, _) => inner,
            _ => self.keep(Term::Repeat(inner, min, max)),
        }
    }

    /// What may follow a character of `class`. Recursion goes into parts of the pattern, not along its length.
    pub(super) fn derivative(&mut self, id: Id, class: Class) -> Id {
        self.work += 1;
        if self.is_exhausted() {
            return NOTHING;
        }
        if let Some(known) = self.derivatives.get(&(id, class)) {
            return *known;
        }
        let derivative = match self.term(id) {
            Term::Nothing | Term::Empty => NOTHING,
            Term::Everything => EVERYTHING,
            Term::Class(classes) => {
                if classes.binary_search(&class).is_ok() {
                    EMPTY
                } else {
                    NOTHING
                }
            }
            Term::Concat(..) => self.derivative_of_concat(id, class),
            Term::Union(parts) => {
                let parts = parts.iter().map(|part| self.derivative(*part, class)).collect();
                self.union(parts)
            }
            Term::Intersection(parts) => {
                let parts = parts.iter().map(|part| self.derivative(*part, class)).collect();
                self.intersection(parts)
            }
            Term::Complement(inner) => {
                let inner = self.derivative(inner, class);
                self.complement(inner)
            }
            Term::Repeat(inner, min, max) => {
                let first = self.derivative(inner, class);
                let rest = self.repeat(inner, min.saturating_sub(1), max.map(|max| max.saturating_sub(1)));
                self.concat(first, rest)
            }
        };
        self.derivatives.insert((id, class), derivative);
        derivative
    }

    fn derivative_of_concat(&mut self, id: Id, class: Class) -> Id {
        let mut parts = Vec::new();
        let mut rest = id;
        while let Term::Concat(first, behind) = self.term(rest) {
            let derived = self.derivative(first, class);
            parts.push(self.concat(derived, behind));
            if !self.is_nullable(first) || self.is_exhausted() {
                return self.union(parts);
            }
            rest = behind;
        }
        parts.push(self.derivative(rest, class));
        self.union(parts)
    }
}
