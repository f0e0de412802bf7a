//! The ring to user space, and when to wake the reader.
//!
//! A wake-up is the most expensive thing a probe can do (some 20 us in a virtual machine, against
//! 2 us for everything else). So the reader says when it wants one: it looks at the
//! ring on a timer while there is work, and sets `READER` to [`SLEEPING`] only when it finds nothing
//! and goes to wait on the file descriptor. The first record after that wakes it.
//!
//! ```text
//! reader:  READER = SLEEPING; full barrier; look at the ring once more; wait
//! probe:   take the wish; commit the record (an xchg, a full barrier), waking if there was a wish;
//!          take the wish again; there is one now? ring the bell
//! ```
//!
//! A reader that goes to sleep before the commit is woken by it. One that does so about the same time
//! either sees the record in its last look, or its wish is seen behind the commit: then an empty record
//! that is discarded with a forced wake-up is the bell, the only way to wake after a commit. Should the
//! ring have no room even for that, the wish is left for the next commit, and the reader looks once a
//! second in any case.

use crate::counters::count;
use aya_ebpf::{
    bindings::{BPF_RB_FORCE_WAKEUP, BPF_RB_NO_WAKEUP},
    macros::map,
    maps::{Array, RingBuf},
};
use hullwatch_common::{counter::Counter, ring::SLEEPING};

/// The size is the user side's choice; this is the default.
#[map]
static EVENTS: RingBuf = RingBuf::with_byte_size(8 << 20, 0);

/// One cell: whether the reader sleeps.
#[map]
static READER: Array<u32> = Array::with_max_entries(1, 0);

/// A place in the ring, to be committed or given back on every path: the verifier insists.
pub(crate) struct Reservation<const WORDS: usize> {
    entry: aya_ebpf::maps::ring_buf::RingBufEntry<[u64; WORDS]>,
}

/// Reserves room for `WORDS` times 8 bytes; none when the ring is full.
#[inline(always)]
pub(crate) fn reserve<const WORDS: usize>() -> Option<Reservation<WORDS>> {
    EVENTS.reserve::<[u64; WORDS]>(0).map(|entry| Reservation { entry })
}

impl<const WORDS: usize> Reservation<WORDS> {
    /// The first byte of the reserved memory, 8-byte aligned.
    #[inline(always)]
    pub(crate) fn start(&mut self) -> *mut u8 {
        self.entry.as_mut_ptr().cast()
    }

    /// Hands the record to the reader, and wakes it if it sleeps.
    #[inline(always)]
    pub(crate) fn commit(self) {
        let sleeps = take_wish();
        let wake = if sleeps { BPF_RB_FORCE_WAKEUP } else { BPF_RB_NO_WAKEUP };
        self.entry.submit(u64::from(wake));
        if !sleeps && take_wish() {
            ring_bell();
        }
    }

    /// Gives the room back: the reader skips it.
    #[inline(always)]
    pub(crate) fn give_back(self) {
        self.entry.discard(u64::from(BPF_RB_NO_WAKEUP));
    }
}

/// Whether the reader sleeps and wants to be woken. Who gets to know it has to do so: the wish is gone.
///
/// Two CPUs may both get it and wake twice, which does no harm.
#[inline(always)]
fn take_wish() -> bool {
    let Some(state) = READER.get_ptr_mut(0) else { return false };
    // SAFETY: the map handed out a valid, aligned cell.
    if unsafe { state.read_volatile() } != SLEEPING {
        return false;
    }
    // SAFETY: as above.
    unsafe { state.write_volatile(0) };
    count(Counter::Wakeups);
    true
}

/// Wakes the reader after a commit.
#[inline(always)]
fn ring_bell() {
    if let Some(bell) = EVENTS.reserve::<[u64; 1]>(0) {
        bell.discard(u64::from(BPF_RB_FORCE_WAKEUP));
    } else if let Some(state) = READER.get_ptr_mut(0) {
        // SAFETY: the map handed out a valid, aligned cell.
        unsafe { state.write_volatile(SLEEPING) };
    }
}
