//! Reads kernel memory by address and slot of the layout table.
//!
//! A read never faults the kernel: on a bad address `bpf_probe_read_kernel` writes zeros and returns
//! an error, which is remembered here and reported once per record. Addresses are plain numbers, so
//! nothing can be dereferenced by accident.

use aya_ebpf::helpers::generated::{bpf_probe_read_kernel, bpf_probe_read_kernel_str};
use core::mem::MaybeUninit;
use hullwatch_common::layout::{ROW_COUNT, Slot, V1_NONE};

/// Offsets by slot; the user side overwrites them before the program is loaded.
#[unsafe(no_mangle)]
pub(crate) static OFFSETS: [u32; ROW_COUNT] = [0; ROW_COUNT];

/// Which v1 controller's cgroup to report; the user side overwrites it likewise.
#[unsafe(no_mangle)]
pub(crate) static V1_SUBSYS: u32 = V1_NONE;

/// The offset of a slot. The read is volatile because the compiler sees only the zeros above.
#[inline(always)]
fn offset(slot: Slot) -> u64 {
    let row = &raw const OFFSETS[slot as usize];
    // SAFETY: the address is that of an element of a static array.
    u64::from(unsafe { row.read_volatile() })
}

/// The index of the v1 controller to follow, if any.
#[inline(always)]
pub(crate) fn v1_subsys() -> Option<u32> {
    let subsys = &raw const V1_SUBSYS;
    // SAFETY: the address is that of a static.
    let index = unsafe { subsys.read_volatile() };
    (index != V1_NONE).then_some(index)
}

/// A reader of kernel memory that remembers whether a read failed.
pub(crate) struct Kernel {
    /// Error codes of all reads, or-ed: 0 as long as none failed.
    faults: i64,
}

/// Integers of fixed size: any bytes are a valid value of them.
pub(crate) trait Word: Copy {}
impl Word for u16 {}
impl Word for u32 {}
impl Word for u64 {}
impl Word for [u8; 16] {}

impl Kernel {
    /// A reader that has seen no fault.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self { faults: 0 }
    }

    /// Whether a read failed.
    #[inline(always)]
    pub(crate) fn faulted(&self) -> bool {
        self.faults != 0
    }

    /// The word at an address; zero, remembered as a fault, when it cannot be read.
    #[inline(always)]
    pub(crate) fn word<T: Word>(&mut self, address: u64) -> T {
        let mut word = MaybeUninit::<T>::uninit();
        // SAFETY: the destination is a place of T's size. The source may be anything: the helper
        // checks it and zeroes the destination when it cannot be read.
        let code = unsafe {
            bpf_probe_read_kernel(word.as_mut_ptr().cast(), size_of::<T>() as u32, address as *const _)
        };
        self.faults |= code;
        // SAFETY: the helper wrote the whole destination in either case, and any bytes are a T.
        unsafe { word.assume_init() }
    }

    /// The field of a structure at `base`.
    #[inline(always)]
    pub(crate) fn field<T: Word>(&mut self, base: u64, slot: Slot) -> T {
        self.word(Self::address(base, slot))
    }

    /// The address of a field of a structure at `base`.
    #[inline(always)]
    pub(crate) fn address(base: u64, slot: Slot) -> u64 {
        base.wrapping_add(offset(slot))
    }

    /// Address of the structure that has a field of this slot at `address`: `container_of`.
    #[inline(always)]
    pub(crate) fn container(address: u64, slot: Slot) -> u64 {
        address.wrapping_sub(offset(slot))
    }

    /// Copies a NUL-terminated string of kernel memory, cut to `room` bytes with its NUL.
    /// Returns the bytes written, NUL included, or 0 when there is nothing to read.
    ///
    /// # Safety
    ///
    /// `destination` must be valid for writes of `room` bytes.
    #[inline(always)]
    pub(crate) unsafe fn string(&mut self, destination: *mut u8, room: u64, address: u64) -> u64 {
        // SAFETY: the caller upholds the destination; the helper checks the source.
        let length =
            unsafe { bpf_probe_read_kernel_str(destination.cast(), room as u32, address as *const _) };
        if length < 0 {
            self.faults |= length;
            return 0;
        }
        length.cast_unsigned()
    }
}
