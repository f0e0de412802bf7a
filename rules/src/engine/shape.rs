//! What a sequence looks like from the outside: which of its stages take an event and which forbid one, and how long
//! it may last.

/// The stages of a sequence, runs unrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    roles: Box<[Role]>,
    /// How many stages take an event.
    taking: usize,
    /// Whether something is forbidden after the last event.
    waits: bool,
    maxspan_ns: Option<i64>,
}

/// What an event that satisfies a stage does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It becomes the event of this number of a match.
    Take(usize),
    /// It forbids matches that begin after it.
    Before,
    /// It ends matches that have this number of events.
    Between(usize),
    /// It ends matches that are complete but for the time to wait.
    After,
}

impl Shape {
    /// For each stage, first to last, whether it is a missing one (`![...]`), and the time from the first event to the
    /// last. Missing stages do nothing without such a time, which is why the parser demands it.
    pub fn new(missing: impl IntoIterator<Item = bool>, maxspan_ms: Option<u64>) -> Self {
        let missing: Vec<bool> = missing.into_iter().collect();
        let taking = missing.iter().filter(|missing| !**missing).count();
        let mut taken = 0;
        let role = |&missing: &bool| {
            if !missing {
                taken += 1;
                Role::Take(taken - 1)
            } else if taken == 0 {
                Role::Before
            } else if taken == taking {
                Role::After
            } else {
                Role::Between(taken)
            }
        };
        let roles: Box<[Role]> = missing.iter().map(role).collect();
        let waits = roles.contains(&Role::After);
        let nanoseconds = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        Self { roles, taking, waits, maxspan_ns: maxspan_ms.map(nanoseconds) }
    }

    /// How many stages there are.
    pub fn len(&self) -> usize {
        self.roles.len()
    }

    /// Whether there is no stage.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty()
    }

    pub(super) fn role(&self, stage: usize) -> Option<Role> {
        self.roles.get(stage).copied()
    }

    pub(super) fn taking(&self) -> usize {
        self.taking
    }

    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    /// The last moment of a match that began at `first_ns`.
    pub(super) fn end(&self, first_ns: i64) -> i64 {
        self.maxspan_ns.map_or(i64::MAX, |span| first_ns.saturating_add(span))
    }

    /// The first moment at which an event may have stood that forbids a match that ended at `last_ns`.
    pub(super) fn start(&self, last_ns: i64) -> i64 {
        self.maxspan_ns.map_or(i64::MIN, |span| last_ns.saturating_sub(span))
    }

    /// Whether matches end by themselves.
    pub(super) fn is_timed(&self) -> bool {
        self.maxspan_ns.is_some()
    }
}
