//! What is known of each cgroup, worked out once when its path arrives.
//!
//! Bounded: past [`CAPACITY`] the cgroup that was learned first is forgotten, and reported to the
//! caller, who has the kernel side send its path again should it turn up once more.

use super::path::{KnownContainers, Recognised, recognise};
use hullwatch_common::cgroup::CgroupKey;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

/// How many cgroups are remembered: a quarter of what the kernel side remembers having sent.
pub const CAPACITY: usize = 4096;

/// How long after it was learned a cgroup that was not recognised is looked at again for every event.
/// A runtime makes the cgroup before it writes its files, and its own helper may exec in between: the
/// container's first processes, milliseconds later, must not be judged by what was true then.
const YOUNG: Duration = Duration::from_secs(2);

/// How long "not recognised" holds for a cgroup that is no longer young.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// One cgroup.
#[derive(Debug)]
pub struct Cgroup {
    /// Its path from the root of its hierarchy.
    pub path: String,
    /// Whether the beginning of the path is missing.
    pub cut: bool,
    /// What the path says.
    pub recognised: Recognised,
    /// When its path arrived.
    learned: Instant,
    /// When the path was last made sense of.
    asked: Instant,
}

impl Cgroup {
    /// Whether the runtimes' files may say more by now than they did.
    fn may_have_been_recognised_since(&self) -> bool {
        self.recognised == Recognised::Unrecognised
            && (self.learned.elapsed() < YOUNG || self.asked.elapsed() > ASK_AGAIN)
    }
}

/// All cgroups met.
pub struct CgroupTable {
    known: Box<dyn KnownContainers>,
    cgroups: HashMap<CgroupKey, Arc<Cgroup>>,
    /// Keys in the order in which they were learned.
    order: VecDeque<CgroupKey>,
    capacity: usize,
}

impl CgroupTable {
    /// An empty table that asks `known` about ids chosen by people.
    pub fn new(known: Box<dyn KnownContainers>) -> Self {
        Self::with_capacity(known, CAPACITY)
    }

    fn with_capacity(known: Box<dyn KnownContainers>, capacity: usize) -> Self {
        Self { known, cgroups: HashMap::new(), order: VecDeque::new(), capacity }
    }

    /// Learns a cgroup's path. Returns the key that was forgotten for it, if the table was full.
    pub fn learn(&mut self, key: CgroupKey, path: String, cut: bool) -> Option<CgroupKey> {
        let recognised = recognise(&path, &*self.known);
        let now = Instant::now();
        let cgroup = Cgroup { path, cut, recognised, learned: now, asked: now };
        if self.cgroups.insert(key, Arc::new(cgroup)).is_none() {
            self.order.push_back(key);
        }
        if self.cgroups.len() <= self.capacity {
            return None;
        }
        let oldest = self.order.pop_front()?;
        self.cgroups.remove(&oldest);
        Some(oldest)
    }

    /// What is known of a cgroup; none when its path never arrived.
    pub fn get(&mut self, key: CgroupKey) -> Option<Arc<Cgroup>> {
        let cgroup = self.cgroups.get_mut(&key)?;
        if cgroup.may_have_been_recognised_since() {
            let recognised = recognise(&cgroup.path, &*self.known);
            if recognised == Recognised::Unrecognised && cgroup.learned.elapsed() < YOUNG {
                return Some(Arc::clone(cgroup));
            }
            *cgroup = Arc::new(Cgroup {
                path: cgroup.path.clone(),
                cut: cgroup.cut,
                recognised,
                learned: cgroup.learned,
                asked: Instant::now(),
            });
        }
        Some(Arc::clone(cgroup))
    }

    /// How many cgroups are remembered.
    pub fn len(&self) -> usize {
        self.cgroups.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.cgroups.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cgroup::path::tests::NoRuntime;

    fn key(id: u64) -> CgroupKey {
        CgroupKey { id, hierarchy: 2 }
    }

    #[test]
    fn the_same_id_in_two_hierarchies_is_two_cgroups() {
        let mut table = CgroupTable::new(Box::new(NoRuntime));
        table.learn(key(1), "/".to_owned(), false);
        table.learn(CgroupKey { id: 1, hierarchy: 1 }, "/docker".to_owned(), false);
        assert_eq!(table.get(key(1)).unwrap().path, "/");
        assert_eq!(table.get(CgroupKey { id: 1, hierarchy: 1 }).unwrap().path, "/docker");
    }

    /// runc's helper may exec in the new cgroup before runc has written its state.
    #[test]
    fn a_container_whose_files_are_written_after_its_cgroup_was_met_is_recognised_by_the_next_event() {
        struct WrittenLater(std::rc::Rc<std::cell::Cell<bool>>);
        impl KnownContainers for WrittenLater {
            fn runc(&self, _: &str) -> bool {
                self.0.get()
            }
            fn containerd(&self, _: &str, _: &str) -> bool {
                false
            }
        }
        let written = std::rc::Rc::new(std::cell::Cell::new(false));
        let mut table = CgroupTable::new(Box::new(WrittenLater(written.clone())));
        table.learn(key(1), "/web".to_owned(), false);
        assert_eq!(table.get(key(1)).unwrap().recognised, Recognised::Unrecognised);
        written.set(true);
        assert!(matches!(table.get(key(1)).unwrap().recognised, Recognised::Container { .. }));
    }

    #[test]
    fn a_full_table_forgets_the_cgroup_learned_first_and_says_which() {
        let mut table = CgroupTable::with_capacity(Box::new(NoRuntime), 2);
        assert_eq!(table.learn(key(1), "/a".to_owned(), false), None);
        assert_eq!(table.learn(key(2), "/b".to_owned(), false), None);
        assert_eq!(table.learn(key(2), "/b".to_owned(), false), None, "learned before");
        assert_eq!(table.learn(key(3), "/c".to_owned(), false), Some(key(1)));
        assert!(table.get(key(1)).is_none());
        assert_eq!(table.len(), 2);
    }
}
