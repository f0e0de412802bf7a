//! A bounded memory of states by key: the sequences', the samples' and the de-duplication's.
//!
//! Every state is found by its key, in the order of last use, and by the time at which something is due with it. When
//! there are too many, or they take too many bytes, the ones that were used least recently are given back to the
//! caller, who counts what was in them. It knows nothing of what the states mean.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How many states there may be, and how many bytes they may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) states: usize,
    pub(super) bytes: usize,
}

/// Why a state had to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressure {
    States,
    Bytes,
}

/// Which state: valid until it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle(usize);

/// States by key.
#[derive(Debug)]
pub(super) struct Store<S> {
    bounds: Bounds,
    index: HashMap<Arc<[u8]>, usize>,
    slots: Vec<Option<Slot<S>>>,
    free: Vec<usize>,
    /// The ends of the list in the order of last use.
    oldest: Option<usize>,
    newest: Option<usize>,
    /// Due times with the place of the state.
    due: BTreeSet<(i64, usize)>,
    bytes: usize,
}

#[derive(Debug)]
struct Slot<S> {
    key: Arc<[u8]>,
    state: S,
    /// What the state took when it was last settled.
    bytes: usize,
    due: Option<i64>,
    older: Option<usize>,
    newer: Option<usize>,
}

impl<S> Store<S> {
    /// What a state takes beside what is in it: key, slot, and its part of the index and of the list of due times.
    const OVERHEAD: usize = size_of::<Slot<S>>() + 128;

    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            index: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            oldest: None,
            newest: None,
            due: BTreeSet::new(),
            bytes: 0,
        }
    }

    /// How many states there are.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// What they take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The state of `key`, which now is the one used last.
    pub(super) fn find(&mut self, key: &[u8]) -> Option<Handle> {
        let place = *self.index.get(key)?;
        if self.newest != Some(place) {
            self.unlink(place);
            self.link(place);
        }
        Some(Handle(place))
    }

    /// A state for `key`, which has none yet.
    pub(super) fn insert(&mut self, key: &[u8], state: S) -> Handle {
        let key: Arc<[u8]> = key.into();
        let slot = Slot { key: key.clone(), state, bytes: 0, due: None, older: None, newer: None };
        let place = if let Some(place) = self.free.pop() {
            place
        } else {
            self.slots.push(None);
            self.slots.len() - 1
        };
        if let Some(space) = self.slots.get_mut(place) {
            *space = Some(slot);
        }
        self.index.insert(key, place);
        self.link(place);
        Handle(place)
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut S> {
        Some(&mut self.slots.get_mut(handle.0)?.as_mut()?.state)
    }

    /// The key and the state.
    pub(super) fn entry(&mut self, handle: Handle) -> Option<(&[u8], &mut S)> {
        let slot = self.slots.get_mut(handle.0)?.as_mut()?;
        Some((&slot.key, &mut slot.state))
    }

    /// Notes what the state takes beside its key, and when something is due with it.
    pub(super) fn settle(&mut self, handle: Handle, bytes: usize, due: Option<i64>) {
        let Some(slot) = self.slots.get_mut(handle.0).and_then(Option::as_mut) else { return };
        let bytes = bytes + slot.key.len() + Self::OVERHEAD;
        self.bytes = self.bytes - slot.bytes + bytes;
        slot.bytes = bytes;
        if slot.due != due {
            if let Some(before) = slot.due {
                self.due.remove(&(before, handle.0));
            }
            if let Some(at) = due {
                self.due.insert((at, handle.0));
            }
            slot.due = due;
        }
    }

    pub(super) fn remove(&mut self, handle: Handle) -> Option<S> {
        self.unlink(handle.0);
        let slot = self.slots.get_mut(handle.0)?.take()?;
        self.index.remove(&slot.key);
        if let Some(at) = slot.due {
            self.due.remove(&(at, handle.0));
        }
        self.bytes -= slot.bytes;
        self.free.push(handle.0);
        Some(slot.state)
    }

    /// The state that is due first, if that is before `now`.
    pub(super) fn due_before(&self, now: i64) -> Option<Handle> {
        self.due.first().filter(|(at, _)| *at < now).map(|&(_, place)| Handle(place))
    }

    /// Takes out the state used least recently, if there are too many or they take too much.
    pub(super) fn overflow(&mut self) -> Option<(S, Pressure)> {
        let pressure = if self.index.len() > self.bounds.states {
            Pressure::States
        } else if self.bytes > self.bounds.bytes {
            Pressure::Bytes
        } else {
            return None;
        };
        let oldest = self.oldest?;
        self.remove(Handle(oldest)).map(|state| (state, pressure))
    }

    /// Takes out every state whose key `keep` refuses. Walks over all of them: not for the path of events.
    pub(super) fn retain(&mut self, keep: impl Fn(&[u8]) -> bool) {
        let gone: Vec<usize> =
            self.index.iter().filter(|(key, _)| !keep(key)).map(|(_, place)| *place).collect();
        for place in gone {
            self.remove(Handle(place));
        }
    }

    fn link(&mut self, place: usize) {
        let before = self.newest.replace(place);
        if let Some(slot) = self.slot(Some(place)) {
            slot.older = before;
            slot.newer = None;
        }
        match self.slot(before) {
            Some(slot) => slot.newer = Some(place),
            None => self.oldest = Some(place),
        }
    }

    fn unlink(&mut self, place: usize) {
        let Some(slot) = self.slot(Some(place)) else { return };
        let (older, newer) = (slot.older.take(), slot.newer.take());
        match self.slot(older) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match self.slot(newer) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
    }

    fn slot(&mut self, place: Option<usize>) -> Option<&mut Slot<S>> {
        self.slots.get_mut(place?)?.as_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(states: usize, bytes: usize) -> Store<u32> {
        Store::new(Bounds { states, bytes })
    }

    #[test]
    fn what_was_used_least_recently_goes_first() {
        let mut store = store(2, usize::MAX);
        for (key, state) in [(b"a", 1), (b"b", 2)] {
            store.insert(key, state);
        }
        assert!(store.overflow().is_none());
        assert!(store.find(b"a").is_some());
        store.insert(b"c", 3);
        assert_eq!(store.overflow(), Some((2, Pressure::States)));
        assert!(store.overflow().is_none() && store.find(b"b").is_none());
        store.insert(b"d", 4);
        assert_eq!(store.overflow(), Some((1, Pressure::States)));
        assert_eq!(store.len(), 2);
    }

    #[test]
    fn bytes_are_bounded_and_given_back() {
        let mut store = store(100, 2 * Store::<u32>::OVERHEAD + 1000);
        for (index, key) in [b"a", b"b"].into_iter().enumerate() {
            let handle = store.insert(key, 0);
            store.settle(handle, 400 + index, None);
        }
        assert!(store.overflow().is_none());
        let handle = store.find(b"b").unwrap();
        store.settle(handle, 4000, None);
        assert_eq!(store.overflow().map(|(_, pressure)| pressure), Some(Pressure::Bytes));
        assert_eq!(store.overflow().map(|(_, pressure)| pressure), Some(Pressure::Bytes));
        assert_eq!((store.len(), store.bytes()), (0, 0));
    }

    #[test]
    fn what_is_due_comes_in_the_order_of_time_and_only_once_settled_anew() {
        let mut store = store(100, usize::MAX);
        for (key, due) in [(b"a", 30), (b"b", 10), (b"c", 20)] {
            let handle = store.insert(key, 0);
            store.settle(handle, 0, Some(due));
        }
        assert!(store.due_before(10).is_none(), "due at 10 is not before 10");
        let first = store.due_before(11).unwrap();
        assert_eq!(store.entry(first).unwrap().0, b"b");
        store.settle(first, 0, Some(40));
        let second = store.due_before(50).unwrap();
        assert_eq!(store.entry(second).unwrap().0, b"c");
        store.remove(second);
        let third = store.due_before(50).unwrap();
        store.settle(third, 0, None);
        assert_eq!(store.due_before(50), store.find(b"b"));
    }

    #[test]
    fn places_are_used_again_and_the_list_stays_whole() {
        let mut store = store(3, usize::MAX);
        for number in 0..1000_u32 {
            let key = (number % 7).to_le_bytes();
            if store.find(&key).is_none() {
                store.insert(&key, number);
            }
            while store.overflow().is_some() {}
            assert!(store.len() <= 3 && store.slots.len() <= 4);
        }
        store.retain(|_| false);
        assert_eq!((store.len(), store.bytes(), store.oldest, store.newest), (0, 0, None, None));
    }
}
