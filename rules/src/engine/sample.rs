//! Samples: events that belong together in any order.
//!
//! For each tuple of join values the earliest events of each stage are kept, as many as there are stages: with so many,
//! if each stage can get an event of its own at all, it can get one of these. As soon as that is so the match is
//! complete. A tuple matches once.

use super::limits::Retained;
use super::sequence::{Marks, Match};
use super::time::EventTime;

/// What is known of one tuple of join values.
#[derive(Debug)]
pub(super) struct Candidates<T> {
    events: Vec<Candidate<T>>,
    /// For each stage which of the events satisfy it, earliest first.
    stages: Box<[Vec<usize>]>,
    bytes: usize,
    done: bool,
}

#[derive(Debug)]
struct Candidate<T> {
    at: EventTime,
    marks: Marks,
    event: T,
}

impl<T: Retained> Candidates<T> {
    pub(super) fn new(stages: usize) -> Self {
        Self { events: Vec::new(), stages: (0..stages).map(|_| Vec::new()).collect(), bytes: 0, done: false }
    }

    /// The event of `at` satisfies `stage`. Gives the match if this completes it.
    pub(super) fn step(
        &mut self,
        stage: usize,
        (at, marks): (EventTime, Marks),
        keep: impl FnOnce() -> T,
    ) -> Option<Match<T>> {
        let enough = self.stages.len();
        if self.done || self.stages.get(stage)?.len() >= enough {
            return None;
        }
        let index = match self.events.last_mut() {
            Some(last) if last.at == at => {
                last.marks = Marks {
                    incomplete: last.marks.incomplete || marks.incomplete,
                    excepted: last.marks.excepted || marks.excepted,
                };
                self.events.len() - 1
            }
            _ => {
                let event = keep();
                self.bytes += event.bytes() + size_of::<Candidate<T>>();
                self.events.push(Candidate { at, marks, event });
                self.events.len() - 1
            }
        };
        self.stages.get_mut(stage)?.push(index);
        let chosen = self.choose()?;
        Some(self.complete(&chosen))
    }

    pub(super) fn matches(&self) -> usize {
        usize::from(!self.done)
    }

    pub(super) fn bytes(&self) -> usize {
        let indices: usize = self.stages.iter().map(|stage| stage.capacity() * size_of::<usize>()).sum();
        self.bytes + indices + self.stages.len() * size_of::<Vec<usize>>()
    }

    /// An event for each stage, no event twice, the earliest possible for the first stage, then for the second, ...
    fn choose(&self) -> Option<Vec<usize>> {
        if self.stages.iter().any(Vec::is_empty) || self.assign(&[]).is_none() {
            return None;
        }
        let mut chosen = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            for &event in stage {
                if chosen.contains(&event) {
                    continue;
                }
                chosen.push(event);
                if self.assign(&chosen).is_some() {
                    break;
                }
                chosen.pop();
            }
        }
        (chosen.len() == self.stages.len()).then_some(chosen)
    }

    /// Whether the stages after those of `chosen` can each get an event of their own: for each event its stage. Stages
    /// get theirs one after the other; one that finds its events taken lets the holders look for other ones.
    fn assign(&self, chosen: &[usize]) -> Option<Vec<Option<usize>>> {
        let mut holders = vec![None; self.events.len()];
        for stage in chosen.len()..self.stages.len() {
            let mut tried = vec![false; self.events.len()];
            for &event in chosen {
                *tried.get_mut(event)? = true;
            }
            if !self.place(stage, &mut holders, &mut tried) {
                return None;
            }
        }
        Some(holders)
    }

    fn place(&self, stage: usize, holders: &mut [Option<usize>], tried: &mut [bool]) -> bool {
        let events = self.stages.get(stage).map(Vec::as_slice).unwrap_or_default();
        for &event in events {
            if tried.get_mut(event).is_none_or(|tried| std::mem::replace(tried, true)) {
                continue;
            }
            let holder = holders.get(event).copied().flatten();
            if holder.is_none_or(|holder| self.place(holder, holders, tried)) {
                if let Some(space) = holders.get_mut(event) {
                    *space = Some(stage);
                }
                return true;
            }
        }
        false
    }

    /// Takes the chosen events out; nothing else is needed any more.
    fn complete(&mut self, chosen: &[usize]) -> Match<T> {
        self.done = true;
        self.bytes = 0;
        self.stages.iter_mut().for_each(|stage| *stage = Vec::new());
        let mut events: Vec<Option<Candidate<T>>> =
            std::mem::take(&mut self.events).into_iter().map(Some).collect();
        let mut found = Match { events: Vec::new(), last: EventTime::default(), marks: Marks::default() };
        for &index in chosen {
            if let Some(candidate) = events.get_mut(index).and_then(Option::take) {
                found.last = found.last.max(candidate.at);
                found.marks.incomplete |= candidate.marks.incomplete;
                found.marks.excepted |= candidate.marks.excepted;
                found.events.push(candidate.event);
            }
        }
        found
    }
}
