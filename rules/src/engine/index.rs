//! The index over what rules require: which of them an event could match.
//!
//! An entry is a rule about single events or one stage of a sequence or sample. To leave an entry out must never change
//! what matches, only what it costs. For each kind of event there is:
//!
//! - gates: cheap tests that many entries require, each done once an event;
//! - lanes: in each, the literals of which an event must have one. They are gone through in the order of their costs,
//!   and only while there are entries left that require something there.
//!
//! Sets of entries are bits in the order of the rules, so that matches come in that order and no entry comes twice.

use super::literals::{Bits, Literals};
use super::require::{self, Gate, Lane, Literal};
use super::shape::Shape;
use super::stages::Stages;
use crate::compile::{Compiled, SensorQuery};
use crate::event::{Completeness, SensorEvent};
use crate::fields::FieldId;
use crate::kinds::EventKind;
use crate::matcher::{Node, Program};

/// At most so many gates: there is a set of entries for each combination of open ones.
const MAX_GATES: usize = 5;

/// The index of a rule set.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    kinds: Vec<(EventKind, KindIndex)>,
    /// For each rule that is a sequence what it looks like.
    shapes: Vec<Option<Shape>>,
}

/// The index for the events of one kind.
#[derive(Clone, Debug)]
pub(super) struct KindIndex {
    entries: Vec<Entry>,
    /// The sequences and samples.
    stateful: Vec<Stages>,
    gates: Vec<Gate>,
    /// For each combination of open gates the entries that may match, one set after the other.
    open: Bits,
    words: usize,
    lanes: Vec<LaneIndex>,
}

/// What an entry stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// The rule of this number.
    Single(usize),
    /// A stage; the sequence or sample is at this place in `stateful`.
    Stage(usize),
}

#[derive(Clone, Debug)]
struct LaneIndex {
    /// The entries that require nothing in this lane.
    free: Bits,
    fields: Vec<FieldIndex>,
}

#[derive(Clone, Debug)]
struct FieldIndex {
    field: FieldId,
    /// The entries that have literals of this field.
    entries: Bits,
    literals: Literals,
}

/// Sets of entries that are used again for every event.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub(super) candidates: Bits,
    found: Bits,
}

impl Index {
    /// The index over `queries`, which are those of the rules, in order.
    pub(crate) fn new<'q>(queries: impl Iterator<Item = &'q SensorQuery> + Clone) -> Self {
        let kind = |kind| (kind, KindIndex::new(kind, queries.clone()));
        let kinds = EventKind::captured().map(kind).filter(|(_, index)| !index.entries.is_empty()).collect();
        let shape = |query: &SensorQuery| match query.kinds().next() {
            Some((_, Compiled::Sequence(plan))) => {
                Some(Shape::new(plan.stages.iter().map(|stage| stage.missing), plan.maxspan_ms))
            }
            _ => None,
        };
        Self { kinds, shapes: queries.map(shape).collect() }
    }

    /// Makes every entry a candidate for every event: what the index must come to the same as.
    #[cfg(test)]
    pub(crate) fn blind(&mut self) {
        for (_, kind) in &mut self.kinds {
            kind.gates.clear();
            kind.lanes.clear();
            kind.open = vec![0; kind.words];
            (0..kind.entries.len()).for_each(|entry| set(&mut kind.open, entry));
        }
    }

    pub(super) fn of_kind(&self, kind: EventKind) -> Option<&KindIndex> {
        self.kinds.iter().find(|(known, _)| *known == kind).map(|(_, index)| index)
    }

    /// What the rule of this number looks like, if it is a sequence.
    pub(super) fn shape(&self, rule: usize) -> Option<&Shape> {
        self.shapes.get(rule)?.as_ref()
    }
}

impl KindIndex {
    fn new<'q>(kind: EventKind, queries: impl Iterator<Item = &'q SensorQuery>) -> Self {
        let mut entries = Vec::new();
        let mut programs: Vec<&Program<FieldId>> = Vec::new();
        let mut stateful = Vec::new();
        for (rule, query) in queries.enumerate() {
            let stages = match query.for_kind(kind) {
                None => continue,
                Some(Compiled::Event(program)) => {
                    if !program.is_never() {
                        entries.push(Entry::Single(rule));
                        programs.push(program);
                    }
                    continue;
                }
                Some(Compiled::Sequence(plan)) => Stages::of_sequence(rule, entries.len(), plan),
                Some(Compiled::Sample(plan)) => Stages::of_sample(rule, entries.len(), plan),
            };
            let (stages, own) = stages;
            entries.extend(own.iter().map(|_| Entry::Stage(stateful.len())));
            programs.extend(own);
            stateful.push(stages);
        }
        let conditions: Vec<&Node<FieldId>> = programs.iter().map(|program| program.condition()).collect();
        let words = entries.len().div_ceil(64);
        let (gates, open) = gates(&conditions, words);
        let lanes =
            Lane::ALL.into_iter().filter_map(|lane| LaneIndex::new(lane, &conditions, words)).collect();
        Self { entries, stateful, gates, open, words, lanes }
    }

    /// Works out which entries `event` could match. `false` if there are none.
    pub(super) fn candidates<E: SensorEvent>(&self, event: &E, scratch: &mut Scratch) -> bool {
        let mut combination = 0;
        for (number, gate) in self.gates.iter().enumerate() {
            combination |= usize::from(gate.lets_through(event)) << number;
        }
        let start = combination * self.words;
        let Some(open) = self.open.get(start..start + self.words) else { return false };
        if open.iter().all(|word| *word == 0) {
            return false;
        }
        let Scratch { candidates, found } = scratch;
        candidates.clear();
        candidates.extend_from_slice(open);
        self.lanes.iter().all(|lane| lane.narrow(event, candidates, found))
    }

    pub(super) fn entry(&self, number: usize) -> Option<Entry> {
        self.entries.get(number).copied()
    }

    pub(super) fn stages(&self, place: usize) -> Option<&Stages> {
        self.stateful.get(place)
    }
}

impl LaneIndex {
    fn new(lane: Lane, conditions: &[&Node<FieldId>], words: usize) -> Option<Self> {
        let mut free = vec![0; words];
        let mut required: Vec<(usize, Literal)> = Vec::new();
        for (entry, condition) in conditions.iter().enumerate() {
            match require::literals(condition, lane) {
                Some(literals) => required.extend(literals.into_iter().map(|literal| (entry, literal))),
                None => set(&mut free, entry),
            }
        }
        if free.iter().map(|word| word.count_ones() as usize).sum::<usize>() == conditions.len() {
            return None;
        }
        let mut fields: Vec<FieldId> = required.iter().map(|(_, literal)| literal.field).collect();
        fields.sort_unstable();
        fields.dedup();
        let field = |field| {
            let own: Vec<(usize, &Literal)> = required
                .iter()
                .filter(|(_, literal)| literal.field == field)
                .map(|(entry, literal)| (*entry, literal))
                .collect();
            let mut entries = vec![0; words];
            for (entry, _) in &own {
                set(&mut entries, *entry);
            }
            FieldIndex { field, entries, literals: Literals::new(&own) }
        };
        let fields = fields.into_iter().map(field).collect();
        Some(Self { free, fields })
    }

    /// Takes away the candidates that require something here that `event` does not have. `false` if none is left.
    fn narrow<E: SensorEvent>(&self, event: &E, candidates: &mut [u64], found: &mut Bits) -> bool {
        found.clear();
        found.extend_from_slice(&self.free);
        for FieldIndex { field, entries, literals } in &self.fields {
            if candidates.iter().zip(entries).all(|(one, other)| one & other == 0) {
                continue;
            }
            if event.completeness(*field) == Completeness::Whole {
                event.get(*field).any_text(|text| {
                    literals.find(text, found);
                    false
                });
            } else {
                // What is not known may be any of them.
                found.iter_mut().zip(entries).for_each(|(found, entries)| *found |= entries);
            }
        }
        let mut left = 0;
        for (candidates, found) in candidates.iter_mut().zip(found.iter()) {
            *candidates &= found;
            left |= *candidates;
        }
        left != 0
    }
}

/// The gates that most entries share, and for each combination of open ones the entries that may match.
fn gates(conditions: &[&Node<FieldId>], words: usize) -> (Vec<Gate>, Bits) {
    let required: Vec<Vec<Gate>> = conditions.iter().map(|condition| require::gates(condition)).collect();
    let mut all: Vec<Gate> = required.iter().flatten().copied().collect();
    all.sort_unstable();
    let mut counted: Vec<(usize, Gate)> =
        all.chunk_by(|a, b| a == b).filter_map(|group| Some((group.len(), *group.first()?))).collect();
    counted.sort_unstable_by_key(|(count, gate)| (std::cmp::Reverse(*count), *gate));
    let chosen: Vec<Gate> = counted.into_iter().take(MAX_GATES).map(|(_, gate)| gate).collect();
    let mut open = Vec::with_capacity(words << chosen.len());
    for combination in 0..1_usize << chosen.len() {
        let mut set_of = vec![0; words];
        for (entry, required) in required.iter().enumerate() {
            let closed =
                |(number, gate): (usize, &Gate)| combination & 1 << number == 0 && required.contains(gate);
            if !chosen.iter().enumerate().any(closed) {
                set(&mut set_of, entry);
            }
        }
        open.extend(set_of);
    }
    (chosen, open)
}

pub(super) fn set(bits: &mut [u64], entry: usize) {
    if let Some(word) = bits.get_mut(entry / 64) {
        *word |= 1 << (entry % 64);
    }
}

pub(super) fn is_set(bits: &[u64], entry: usize) -> bool {
    bits.get(entry / 64).is_some_and(|word| word & 1 << (entry % 64) != 0)
}
