//! Counts what went missing, on both sides, and notices when a count rises.

use crate::kernel::probes::Counts;
use hullwatch_common::counter::{COUNTERS, Counter, CounterClass};
use hullwatch_rules::engine::EngineLosses;
use std::collections::BTreeMap;

/// What this side of the ring lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnCounts {
    /// Records that could not be decoded.
    pub undecodable: u64,
    /// Execs whose cgroup stayed unknown: a container may have been missed.
    pub cgroup_unknown: u64,
    /// Documents that did not get through to an output.
    pub output_dropped: u64,
    /// What rules had to forget.
    pub engine: EngineLosses,
}

/// Sums of a run, as the summary shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events that never arrived.
    pub lost: u64,
    /// Documents that this side could not deliver, and what rules had to forget.
    pub dropped: u64,
    /// Events that arrived without a part of themselves, and say so.
    pub truncated: u64,
}

/// Watches the counters.
pub struct Losses {
    counts: Counts,
    last: BTreeMap<&'static str, u64>,
}

impl Losses {
    /// Watches the kernel side's counters, from where they stand.
    pub fn new(counts: Counts) -> Self {
        Self { counts, last: BTreeMap::new() }
    }

    /// One kernel counter, summed over all CPUs. A counter that cannot be read counts as zero, which
    /// the kernel does not do to a map that is there.
    fn read(&self, counter: Counter) -> u64 {
        self.counts.get(&(counter as u32), 0).map_or(0, |cpus| cpus.iter().sum())
    }

    /// What rose since the last call, by reason.
    pub fn risen(&mut self, own: OwnCounts) -> BTreeMap<&'static str, u64> {
        let kernel = COUNTERS
            .iter()
            .filter(|counter| counter.class() != CounterClass::Info)
            .map(|counter| (counter.name(), self.read(*counter)));
        let now: BTreeMap<&'static str, u64> = kernel.chain(own.by_reason()).collect();
        let risen = rises(&self.last, &now);
        self.last = now;
        risen
    }

    /// Sums since the start.
    pub fn totals(&self, own: OwnCounts) -> Totals {
        let sum = |class| {
            COUNTERS
                .iter()
                .filter(|counter| counter.class() == class)
                .map(|counter| self.read(*counter))
                .sum::<u64>()
        };
        Totals {
            lost: sum(CounterClass::Lost) + own.undecodable,
            dropped: own.output_dropped + own.engine.named().iter().map(|(_, count)| count).sum::<u64>(),
            truncated: sum(CounterClass::Truncated) + own.cgroup_unknown,
        }
    }
}

/// What rules had to forget, by its name in the engine and in documents.
pub const ENGINE_REASONS: [(&str, &str); 5] = [
    ("pending_for_keys", "pending_for_keys"),
    ("pending_for_bytes", "pending_for_bytes"),
    ("windows", "dedup_window_closed"),
    ("held_back_untold", "held_back_untold"),
    ("late", "event_late"),
];

impl OwnCounts {
    fn by_reason(self) -> impl Iterator<Item = (&'static str, u64)> {
        let engine = self.engine.named().into_iter().map(|(name, count)| {
            let known = ENGINE_REASONS.iter().find(|(engine, _)| *engine == name);
            (known.map_or(name, |(_, reason)| reason), count)
        });
        let own = [
            ("undecodable", self.undecodable),
            ("cgroup_unknown", self.cgroup_unknown),
            ("output_dropped", self.output_dropped),
        ];
        own.into_iter().chain(engine)
    }
}

fn rises(
    before: &BTreeMap<&'static str, u64>,
    now: &BTreeMap<&'static str, u64>,
) -> BTreeMap<&'static str, u64> {
    now.iter()
        .filter_map(|(reason, count)| {
            let rise = count.saturating_sub(before.get(reason).copied().unwrap_or_default());
            (rise > 0).then_some((*reason, rise))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_rose_is_reported_and_by_how_much() {
        let before = BTreeMap::from([("a", 2), ("b", 5)]);
        let now = BTreeMap::from([("a", 2), ("b", 9), ("c", 1), ("d", 0)]);
        assert_eq!(rises(&before, &now), BTreeMap::from([("b", 4), ("c", 1)]));
    }
}
