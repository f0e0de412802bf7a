//! The counters of `hullwatch_common::counter`, one set a CPU, read by the user side.

use aya_ebpf::{macros::map, maps::PerCpuArray};
use hullwatch_common::counter::{COUNTERS, Counter};

#[map]
static COUNTS: PerCpuArray<u64> = PerCpuArray::with_max_entries(COUNTERS.len() as u32, 0);

/// Adds one. A program that preempts this one on the same CPU can make one increment of two vanish;
/// a counter may be low by that, never zero after something happened.
#[inline(always)]
pub(crate) fn count(counter: Counter) {
    if let Some(cell) = COUNTS.get_ptr_mut(counter as u32) {
        // SAFETY: the map handed out a valid, aligned cell of this CPU.
        let old = unsafe { cell.read_volatile() };
        // SAFETY: as above.
        unsafe { cell.write_volatile(old + 1) };
    }
}
