//! Sequences: what is known of one tuple of join values, and how an event moves it on.
//!
//! ```text
//!                    stage 0           stage 1                  last stage
//!   event ------> [ one pending ] -> [ one pending ] -> ... -> match, or waiting for what must not come
//! ```
//!
//! At each stage there is one pending match; a newer one takes its place. An event is shown to the stages from the last
//! to the first, and to `until` after them all: so it may end one match and begin the next, and is never used twice in
//! one. Times are compared, not awaited: it makes no difference when what is overdue is swept out.
//!
//! The module knows no events and no rules. `memory` keeps one [`Progress`] a key within the limits.

use std::collections::VecDeque;

use super::limits::Retained;
use super::shape::{Role, Shape};
use super::time::EventTime;

/// What is to be said of a match beside its events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Something that the capture cut off could have decided otherwise.
    pub incomplete: bool,
    /// An exception holds for one of its events.
    pub excepted: bool,
}

impl Marks {
    fn add(&mut self, other: Self) {
        self.incomplete |= other.incomplete;
        self.excepted |= other.excepted;
    }
}

/// A complete match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<T> {
    /// What was kept of its events, in order.
    pub events: Vec<T>,
    /// When the last of them was.
    pub last: EventTime,
    /// What is to be said of it.
    pub marks: Marks,
}

/// All that is pending for one tuple of join values.
#[derive(Debug)]
pub(super) struct Progress<T> {
    /// The match that has so many events, less one.
    pending: Box<[Option<Pending<T>>]>,
    /// Those that have all their events and wait whether a forbidden one comes, in the order of their ends.
    waiting: VecDeque<Pending<T>>,
    /// The last event that is forbidden before the first one.
    forbidden: Option<EventTime>,
    /// The last one that may have been such an event, for all that was captured of it.
    perhaps_forbidden: Option<EventTime>,
}

#[derive(Debug)]
struct Pending<T> {
    found: Match<T>,
    first_ns: i64,
    bytes: usize,
    /// As the fields of `Progress` were when it began.
    forbidden: Option<EventTime>,
    perhaps_forbidden: Option<EventTime>,
}

impl<T: Retained> Progress<T> {
    pub(super) fn new(shape: &Shape) -> Self {
        let pending = (1..shape.taking()).map(|_| None).collect();
        Self { pending, waiting: VecDeque::new(), forbidden: None, perhaps_forbidden: None }
    }

    /// An event satisfies a stage of this role. Gives the match that it completes. `late` is set when the event stands
    /// before what it would have continued.
    pub(super) fn step(
        &mut self,
        shape: &Shape,
        role: Role,
        (at, marks): (EventTime, Marks),
        keep: impl FnOnce() -> T,
        late: &mut bool,
    ) -> Option<Match<T>> {
        match role {
            Role::Take(index) => return self.take(shape, index, (at, marks), keep, late),
            Role::Before => {
                let known = if marks.incomplete { &mut self.perhaps_forbidden } else { &mut self.forbidden };
                *known = (*known).max(Some(at));
            }
            Role::Between(taken) => {
                if let Some(place) = self.pending.get_mut(taken.wrapping_sub(1)) {
                    forbid(place, at, marks);
                }
            }
            Role::After => self.forbid_waiting(shape, at, marks),
        }
        None
    }

    /// An event satisfies `until`.
    pub(super) fn until(&mut self, shape: &Shape, at: EventTime, marks: Marks) {
        for place in &mut self.pending {
            forbid(place, at, marks);
        }
        self.forbid_waiting(shape, at, marks);
    }

    /// Time has come to `now_ns`: what is too old goes, what has waited long enough is complete.
    pub(super) fn expire(&mut self, shape: &Shape, now_ns: i64, mut on_match: impl FnMut(Match<T>)) {
        let over = |from_ns: i64| shape.is_timed() && shape.end(from_ns) < now_ns;
        for place in &mut self.pending {
            if place.as_ref().is_some_and(|pending| over(pending.first_ns)) {
                *place = None;
            }
        }
        while self.waiting.front().is_some_and(|pending| over(pending.first_ns)) {
            if let Some(pending) = self.waiting.pop_front() {
                on_match(pending.found);
            }
        }
        for known in [&mut self.forbidden, &mut self.perhaps_forbidden] {
            if known.is_some_and(|at| over(at.ns)) {
                *known = None;
            }
        }
    }

    /// The first moment after which [`expire`](Self::expire) has something to do.
    pub(super) fn due(&self, shape: &Shape) -> Option<i64> {
        if !shape.is_timed() {
            return None;
        }
        let pending = self.pending.iter().flatten().chain(self.waiting.front());
        let known = [self.forbidden, self.perhaps_forbidden].into_iter().flatten();
        let begins = pending.map(|pending| pending.first_ns).chain(known.map(|at| at.ns));
        begins.min().map(|first_ns| shape.end(first_ns))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.matches() == 0 && self.forbidden.is_none() && self.perhaps_forbidden.is_none()
    }

    /// How many matches are pending.
    pub(super) fn matches(&self) -> usize {
        self.pending.iter().flatten().count() + self.waiting.len()
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let places = self.pending.len() * size_of::<Option<Pending<T>>>();
        let kept = self.pending.iter().flatten().chain(&self.waiting).map(|pending| pending.bytes);
        places + self.waiting.len() * size_of::<Pending<T>>() + kept.sum::<usize>()
    }

    fn take(
        &mut self,
        shape: &Shape,
        index: usize,
        (at, marks): (EventTime, Marks),
        keep: impl FnOnce() -> T,
        late: &mut bool,
    ) -> Option<Match<T>> {
        let mut pending = match index.checked_sub(1) {
            None => Pending::new(at, self.forbidden, self.perhaps_forbidden),
            Some(before) => {
                let place = self.pending.get_mut(before)?;
                if place.as_ref()?.found.last > at {
                    *late = true;
                    return None;
                }
                place.take().filter(|pending| at.ns <= shape.end(pending.first_ns))?
            }
        };
        pending.push(keep(), at, marks);
        let Some(place) = self.pending.get_mut(index) else { return self.complete(shape, pending) };
        if place.as_ref().is_none_or(|other| other.found.last <= at) {
            *place = Some(pending);
        } else {
            *late = true;
        }
        None
    }

    /// All its events are there.
    fn complete(&mut self, shape: &Shape, mut pending: Pending<T>) -> Option<Match<T>> {
        let start = shape.start(pending.found.last.ns);
        if pending.forbidden.is_some_and(|at| at.ns >= start) {
            return None;
        }
        pending.found.marks.incomplete |= pending.perhaps_forbidden.is_some_and(|at| at.ns >= start);
        if !shape.waits() {
            return Some(pending.found);
        }
        let later = self.waiting.iter().rev().take_while(|other| other.first_ns > pending.first_ns).count();
        self.waiting.insert(self.waiting.len() - later, pending);
        None
    }

    fn forbid_waiting(&mut self, shape: &Shape, at: EventTime, marks: Marks) {
        self.waiting.retain_mut(|pending| {
            let concerned = pending.found.last <= at && at.ns <= shape.end(pending.first_ns);
            pending.found.marks.incomplete |= concerned && marks.incomplete;
            !concerned || marks.incomplete
        });
    }
}

impl<T: Retained> Pending<T> {
    fn new(at: EventTime, forbidden: Option<EventTime>, perhaps_forbidden: Option<EventTime>) -> Self {
        let found = Match { events: Vec::new(), last: at, marks: Marks::default() };
        Self { found, first_ns: at.ns, bytes: 0, forbidden, perhaps_forbidden }
    }

    fn push(&mut self, event: T, at: EventTime, marks: Marks) {
        self.bytes += event.bytes() + size_of::<T>();
        self.found.events.push(event);
        self.found.last = at;
        self.found.marks.add(marks);
    }
}

/// An event at `at` ends the pending match, or, where it is not certain, leaves a mark on it.
fn forbid<T>(place: &mut Option<Pending<T>>, at: EventTime, marks: Marks) {
    match place {
        Some(pending) if pending.found.last <= at => {
            if marks.incomplete {
                pending.found.marks.incomplete = true;
            } else {
                *place = None;
            }
        }
        _ => {}
    }
}
