//! What sequences and samples remember between events, of all rules together, within the limits.
//!
//! Used by the engine for the rules of a sensor and by `query` for the one sequence or sample of a query. The key of
//! every state begins with its owner, a number that the caller gives to each sequence or sample.

use super::key;
use super::limits::{EngineLosses, Limits, Retained};
use super::sample::Candidates;
use super::sequence::{Marks, Match, Progress};
use super::shape::{Role, Shape};
use super::store::{Bounds, Handle, Pressure, Store};
use super::time::EventTime;

/// How many states one call of [`Memory::advance`] looks at, so that an event never waits long for a sweep.
pub const SWEEP: usize = 1024;

/// Pending matches by tuple of join values.
#[derive(Debug)]
pub struct Memory<T> {
    store: Store<State<T>>,
    losses: EngineLosses,
}

/// An event that satisfies a stage.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// When it happened. No two events have the same.
    pub at: EventTime,
    /// Its join values at this stage, as [`KeyBuffer`](super::KeyBuffer) puts them together.
    pub key: &'a [u8],
    /// What is to be said of it. If it is marked incomplete it satisfies the stage perhaps.
    pub marks: Marks,
}

#[derive(Debug)]
enum State<T> {
    Sequence(Progress<T>),
    Sample(Candidates<T>),
}

impl<T> State<T>
where
    T: Retained,
{
    fn matches(&self) -> u64 {
        let matches = match self {
            Self::Sequence(progress) => progress.matches(),
            Self::Sample(candidates) => candidates.matches(),
        };
        u64::try_from(matches).unwrap_or(u64::MAX)
    }
}

impl<T: Retained> Memory<T> {
    /// An empty memory.
    pub fn new(limits: Limits) -> Self {
        let bounds = Bounds { states: limits.keys, bytes: limits.bytes };
        Self { store: Store::new(bounds), losses: EngineLosses::default() }
    }

    /// The event of `hit` satisfies a stage of a sequence. Gives the match that this completes. For each event the
    /// stages are to be shown from the last to the first, and [`until`](Self::until) after them.
    pub fn sequence(
        &mut self,
        shape: &Shape,
        stage: usize,
        hit: Hit<'_>,
        keep: impl FnOnce() -> T,
    ) -> Option<Match<T>> {
        let role = shape.role(stage)?;
        let handle = match self.store.find(hit.key) {
            Some(handle) => handle,
            None if matches!(role, Role::Take(0) | Role::Before) => {
                self.store.insert(hit.key, State::Sequence(Progress::new(shape)))
            }
            None => return None,
        };
        let State::Sequence(progress) = self.store.get_mut(handle)? else { return None };
        let mut late = false;
        let complete = progress.step(shape, role, (hit.at, hit.marks), keep, &mut late);
        self.losses.late += u64::from(late);
        self.settle(handle, shape);
        self.bound();
        complete
    }

    /// The event of `hit` satisfies `until`.
    pub fn until(&mut self, shape: &Shape, hit: Hit<'_>) {
        let Some(handle) = self.store.find(hit.key) else { return };
        if let Some(State::Sequence(progress)) = self.store.get_mut(handle) {
            progress.until(shape, hit.at, hit.marks);
            self.settle(handle, shape);
        }
    }

    /// The event of `hit` satisfies a stage of a sample of so many `stages`. Gives the match that this completes.
    pub fn sample(
        &mut self,
        stages: usize,
        stage: usize,
        hit: Hit<'_>,
        keep: impl FnOnce() -> T,
    ) -> Option<Match<T>> {
        let handle = match self.store.find(hit.key) {
            Some(handle) => handle,
            None => self.store.insert(hit.key, State::Sample(Candidates::new(stages))),
        };
        let State::Sample(candidates) = self.store.get_mut(handle)? else { return None };
        let complete = candidates.step(stage, (hit.at, hit.marks), keep);
        let bytes = candidates.bytes();
        self.store.settle(handle, bytes, None);
        self.bound();
        complete
    }

    /// Time has come to `now_ns`: matches that waited for what did not come are complete, and what is too old is
    /// forgotten. Looks at [`SWEEP`] states at most; `true` if there are more. `shape_of` gives the sequence of an owner.
    /// When it is called makes no difference to what matches, only to when it is told.
    pub fn advance<'s>(
        &mut self,
        now_ns: i64,
        shape_of: impl Fn(u32) -> Option<&'s Shape>,
        mut on_match: impl FnMut(u32, Match<T>),
    ) -> bool {
        self.advance_keys(now_ns, shape_of, |key, complete| on_match(key::owner(key), complete))
    }

    /// The same, giving the whole key of each match.
    pub(super) fn advance_keys<'s>(
        &mut self,
        now_ns: i64,
        shape_of: impl Fn(u32) -> Option<&'s Shape>,
        mut on_match: impl FnMut(&[u8], Match<T>),
    ) -> bool {
        for _ in 0..SWEEP {
            let Some(handle) = self.store.due_before(now_ns) else { return false };
            let Some((key, state)) = self.store.entry(handle) else { return false };
            match (state, shape_of(key::owner(key))) {
                (State::Sequence(progress), Some(shape)) => {
                    progress.expire(shape, now_ns, |complete| on_match(key, complete));
                    self.settle(handle, shape);
                }
                _ => {
                    self.store.remove(handle);
                }
            }
        }
        self.store.due_before(now_ns).is_some()
    }

    /// The input has ended, and so what was waited for does not come.
    pub fn finish<'s>(
        &mut self,
        shape_of: impl Fn(u32) -> Option<&'s Shape>,
        mut on_match: impl FnMut(u32, Match<T>),
    ) {
        while self.advance(i64::MAX, &shape_of, &mut on_match) {}
    }

    /// Forgets everything of owners that `keep` refuses.
    pub fn retain_owners(&mut self, keep: impl Fn(u32) -> bool) {
        self.store.retain(|key| keep(key::owner(key)));
    }

    /// What was lost to the limits.
    pub fn losses(&self) -> EngineLosses {
        self.losses
    }

    /// How many tuples of join values are remembered.
    pub fn keys(&self) -> usize {
        self.store.len()
    }

    /// How much memory they take.
    pub fn bytes(&self) -> usize {
        self.store.bytes()
    }

    fn settle(&mut self, handle: Handle, shape: &Shape) {
        let Some(State::Sequence(progress)) = self.store.get_mut(handle) else { return };
        if progress.is_empty() {
            self.store.remove(handle);
        } else {
            let (bytes, due) = (progress.bytes(), progress.due(shape));
            self.store.settle(handle, bytes, due);
        }
    }

    fn bound(&mut self) {
        while let Some((state, pressure)) = self.store.overflow() {
            match pressure {
                Pressure::States => self.losses.pending_for_keys += state.matches(),
                Pressure::Bytes => self.losses.pending_for_bytes += state.matches(),
            }
        }
    }
}
