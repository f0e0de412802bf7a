//! `| head N` and `| tail N`, over what has a place in the order of time.

use std::cmp::Ordering;

use super::order::Place;
use crate::syntax::ast::{Pipe, PipeKind};

/// What matches, until the pipes can say what of it is wanted. Keeps at most about twice what the first pipe lets
/// through.
#[derive(Debug)]
pub(super) struct Piped<T> {
    pipes: Vec<Pipe>,
    kept: Vec<(Place, T)>,
}

/// Sorting is for many at a time.
const SPARE: usize = 1024;

impl<T> Piped<T> {
    pub(super) fn new(pipes: Vec<Pipe>) -> Self {
        Self { pipes, kept: Vec::new() }
    }

    pub(super) fn push(&mut self, at: Place, item: T) {
        self.kept.push((at, item));
        if let Some(pipe) = self.pipes.first()
            && self.kept.len() >= count(pipe).saturating_mul(2).saturating_add(SPARE)
        {
            self.kept.sort_unstable_by(by_place);
            let_through(pipe, &mut self.kept);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn finish(mut self) -> Vec<T> {
        self.kept.sort_unstable_by(by_place);
        for pipe in &self.pipes {
            let_through(pipe, &mut self.kept);
        }
        self.kept.into_iter().map(|(_, item)| item).collect()
    }
}

fn by_place<T>((a, _): &(Place, T), (b, _): &(Place, T)) -> Ordering {
    a.order(b)
}

fn count(pipe: &Pipe) -> usize {
    usize::try_from(pipe.count).unwrap_or(usize::MAX)
}

/// Leaves of `items`, which are in order, what the pipe lets through.
pub(super) fn let_through<T>(pipe: &Pipe, items: &mut Vec<T>) {
    match pipe.kind {
        PipeKind::Head => items.truncate(count(pipe)),
        PipeKind::Tail => drop(items.drain(..items.len().saturating_sub(count(pipe)))),
    }
}
