//! A piece of reserved ring memory that NUL-terminated strings are appended to.

use crate::kernel::Kernel;
use core::mem::offset_of;
use hullwatch_common::{cgroup::COMPONENT_BYTES, record::RecordHeader};

/// Longest component of a path, its NUL included.
const COMPONENT: u64 = COMPONENT_BYTES as u64;

/// `LIMIT` bytes for strings behind a record's fixed part.
///
/// How many are used is kept in the record's own `used_bytes` until the record is finished. The
/// verifier takes what is read from ring memory for any number, so a loop that appends looks the same
/// to it in every step. With the number in a register or on the stack it would follow its range from
/// step to step, which took 600,000 instructions.
///
/// It also knows only ranges of single numbers, never that position and length together stay below
/// the limit. So the memory must be valid for writes of more than `LIMIT` bytes; who makes one of
/// these says so.
pub(crate) struct Strings<const LIMIT: u64> {
    memory: *mut u8,
    used: *mut u32,
}

impl<const LIMIT: u64> Strings<LIMIT> {
    /// No strings yet, in the record at `record`, whose fixed part is `fixed_bytes` long.
    ///
    /// # Safety
    ///
    /// `record` must be 8-byte aligned and must, behind `fixed_bytes`, stay valid for writes of
    /// `LIMIT` bytes and the smaller of `LIMIT` and [`COMPONENT_BYTES`] more. The fixed part starts
    /// with a [`RecordHeader`] and is written after the last string.
    #[inline(always)]
    pub(crate) unsafe fn new(record: *mut u8, fixed_bytes: usize) -> Self {
        // SAFETY: the caller vouches for the fixed part and what lies behind it.
        let memory = unsafe { record.add(fixed_bytes) };
        // SAFETY: the fixed part starts with a header.
        let used = unsafe { record.add(offset_of!(RecordHeader, used_bytes)) }.cast();
        let mut strings = Self { memory, used };
        strings.set_used(0);
        strings
    }

    #[inline(always)]
    fn set_used(&mut self, used: u64) {
        // SAFETY: `new` was promised an aligned header there.
        unsafe { self.used.write_volatile(used as u32) };
    }

    /// Bytes used: at most `LIMIT`, in a form that the verifier can see.
    #[inline(always)]
    pub(crate) fn used(&self) -> u64 {
        // SAFETY: `new` wrote it.
        let used = unsafe { self.used.read_volatile() };
        u64::from(used).min(LIMIT)
    }

    /// Puts the first string, which may be as long as `room`. Returns whether it filled the room to
    /// the last byte, as a string that was cut does.
    ///
    /// `room` must be a constant not above `LIMIT`.
    #[inline(always)]
    pub(crate) fn first(&mut self, kernel: &mut Kernel, text: u64, room: u64) -> bool {
        // SAFETY: `new` was promised LIMIT bytes.
        let written = unsafe { kernel.string(self.memory, room, text) };
        self.set_used(written);
        written == room
    }

    /// Appends a component of a path. False when it does not fit; then nothing counts as appended.
    #[inline(always)]
    pub(crate) fn append(&mut self, kernel: &mut Kernel, text: u64) -> bool {
        let position = self.used();
        if position >= LIMIT {
            return false;
        }
        let room = (LIMIT - position).min(COMPONENT);
        // SAFETY: the position was found to lie below LIMIT.
        let place = unsafe { self.memory.add(position as usize) };
        // SAFETY: the room is at most COMPONENT_BYTES and at most LIMIT, and the place lies below
        // LIMIT, for which `new` was promised enough.
        let written = unsafe { kernel.string(place, room, text) };
        // A text that fills a room smaller than a component's was cut, or came to within a byte of it.
        if written == room && room < COMPONENT {
            return false;
        }
        self.set_used(position + written);
        true
    }
}
