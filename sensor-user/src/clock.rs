//! Wall-clock times of kernel timestamps.
//!
//! The kernel stamps records with `CLOCK_BOOTTIME`, which nobody can set and which counts through
//! suspend. Its distance from the wall clock changes only when somebody sets the clock, so it is kept
//! until it has changed by more than reading two clocks one after the other can explain. A process's
//! start time is therefore the same to the nanosecond in every document of a run.

use jiff::Timestamp;
use nix::time::{ClockId, clock_gettime};

/// A change smaller than this is noise of the reading: the process may lose its CPU between two clocks.
const STEP_NS: u128 = 1_000_000;

/// Nanoseconds between 1970 and boot, by the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    boot_ns: i128,
}

impl Clock {
    /// Reads both clocks.
    pub fn now() -> Self {
        Self { boot_ns: read(ClockId::CLOCK_REALTIME) - read(ClockId::CLOCK_BOOTTIME) }
    }

    /// Looks at the clocks again, and follows if the wall clock was set.
    pub fn follow(&mut self) {
        self.adopt(Self::now());
    }

    fn adopt(&mut self, now: Self) {
        if self.boot_ns.abs_diff(now.boot_ns) >= STEP_NS {
            *self = now;
        }
    }

    /// A clock by which boot was at a given time, for tests and replay.
    pub fn booted_at(boot_ns: i128) -> Self {
        Self { boot_ns }
    }

    /// The wall-clock time of a kernel timestamp.
    pub fn wall(self, ktime_ns: u64) -> Timestamp {
        Timestamp::from_nanosecond(self.boot_ns + i128::from(ktime_ns)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Now, in nanoseconds of `CLOCK_BOOTTIME`.
pub fn ktime_ns() -> u64 {
    u64::try_from(read(ClockId::CLOCK_BOOTTIME)).unwrap_or_default()
}

/// One clock in nanoseconds. Both clocks exist on every kernel that can run the probe, so a failure
/// cannot happen; it would put times at 1970.
fn read(clock: ClockId) -> i128 {
    clock_gettime(clock)
        .map_or(0, |time| i128::from(time.tv_sec()) * 1_000_000_000 + i128::from(time.tv_nsec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_timestamp_becomes_a_time_of_day() {
        let clock = Clock::booted_at(1_700_000_000_000_000_000);
        assert_eq!(clock.wall(1_500_000_000).to_string(), "2023-11-14T22:13:21.5Z");
    }

    #[test]
    fn noise_is_not_followed_and_a_clock_that_was_set_is() {
        let mut clock = Clock::booted_at(5_000_000_000);
        clock.adopt(Clock::booted_at(5_000_000_900));
        assert_eq!(clock, Clock::booted_at(5_000_000_000));
        clock.adopt(Clock::booted_at(2_000_000_000));
        assert_eq!(clock, Clock::booted_at(2_000_000_000));
    }

    #[test]
    fn the_present_by_way_of_boot_time_is_the_present() {
        let distance = Timestamp::now().as_nanosecond() - Clock::now().wall(ktime_ns()).as_nanosecond();
        assert!(distance.abs() < 5_000_000_000, "{distance} ns");
    }
}
