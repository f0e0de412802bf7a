//! The header every ring record starts with, and the kinds of record there are.

/// Version of the wire format. Both sides are built from one tree, so a reader that meets another
/// number has been handed a foreign kernel program and must not go on.
pub const WIRE_VERSION: u16 = 1;

/// The first bytes of every record.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    feature = "user",
    derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout, zerocopy::Immutable)
)]
pub struct RecordHeader {
    /// One of [`RecordKind`], as a number.
    pub kind: u16,
    /// [`WIRE_VERSION`].
    pub version: u16,
    /// How many bytes of the reservation carry meaning, this header included.
    pub used_bytes: u32,
    /// When the record was made: `CLOCK_BOOTTIME`, nanoseconds.
    pub ktime_ns: u64,
}

const _: () = assert!(size_of::<RecordHeader>() == 16);

/// What a record tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum RecordKind {
    /// [`crate::exec::ExecRecord`]
    Exec = 1,
    /// [`crate::cgroup::CgroupRecord`]
    Cgroup = 2,
}

impl TryFrom<u16> for RecordKind {
    type Error = u16;

    /// The kind, or the number that is none.
    fn try_from(number: u16) -> Result<Self, u16> {
        match number {
            1 => Ok(Self::Exec),
            2 => Ok(Self::Cgroup),
            other => Err(other),
        }
    }
}
