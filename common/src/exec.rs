//! The record of one successful exec, and the sizes it may reserve.

use crate::record::RecordHeader;

/// What one of the file descriptors 0, 1 and 2 refers to.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "user",
    derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout, zerocopy::Immutable)
)]
pub struct FdRecord {
    /// `inode.i_mode`: file type and permission bits.
    pub mode: u16,
    /// 1 when the descriptor is open, 0 when it is closed.
    pub open: u16,
    /// `inode.i_rdev` in the kernel's own encoding: major << 20 | minor. 0 unless a device.
    pub rdev: u32,
}

impl FdRecord {
    /// The record of which mode, open and rdev are the bits of a word, lowest first.
    #[expect(clippy::cast_possible_truncation, reason = "the cuts are what takes the word apart")]
    pub const fn from_word(word: u64) -> Self {
        Self { mode: word as u16, open: (word >> 16) as u16, rdev: (word >> 32) as u32 }
    }
}

/// One exec. Behind the struct lies the variable data, without padding, in this order:
///
/// ```text
/// | filename, NUL | executable's path, leaf first, each component with its NUL | argv, each argument with its NUL |
///   filename_bytes  exe_bytes                                                    argv_captured_bytes
/// ```
///
/// The leaf comes first so that a path that had to be cut loses its beginning and keeps its name.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    feature = "user",
    derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout, zerocopy::Immutable)
)]
pub struct ExecRecord {
    /// Kind, version, size and time.
    pub header: RecordHeader,
    /// `task_struct.start_boottime` of the process, nanoseconds. With `tgid` it names a process for
    /// the whole uptime of the host.
    pub start_boottime_ns: u64,
    /// The same of the parent's thread group leader; 0 when there is no parent.
    pub parent_start_boottime_ns: u64,
    /// Id of the cgroup in the v2 hierarchy (`kernfs_node.id`).
    pub cgroup_v2_id: u64,
    /// Id of the cgroup in the v1 hierarchy that the user side chose; 0 when there is none.
    pub cgroup_v1_id: u64,
    /// Length of the whole argv area, `mm.arg_end - mm.arg_start`, captured or not.
    pub argv_bytes: u64,
    /// Inode number of the executable.
    pub exe_ino: u64,
    /// Process id (thread group id), in the host's pid namespace.
    pub tgid: u32,
    /// Thread id; equals `tgid` after an exec.
    pub tid: u32,
    /// Thread id before the exec: differs from `tid` when a thread that was not the leader called execve.
    pub old_tid: u32,
    /// Thread group id of the parent.
    pub parent_tgid: u32,
    /// Real user id, in the initial user namespace, as all ids here.
    pub uid: u32,
    /// Effective user id.
    pub euid: u32,
    /// Saved user id.
    pub suid: u32,
    /// Real group id.
    pub gid: u32,
    /// Effective group id.
    pub egid: u32,
    /// Saved group id.
    pub sgid: u32,
    /// Number of arguments, from `linux_binprm.argc`.
    pub argc: u32,
    /// Bits of [`flags`].
    pub flags: u32,
    /// Device of the controlling terminal, major << 20 | minor; 0 when there is none.
    pub tty_dev: u32,
    /// Hard links to the executable: 0 means deleted, never linked (`O_TMPFILE`) or a memfd.
    pub exe_nlink: u32,
    /// Descriptors 0, 1 and 2.
    pub fds: [FdRecord; 3],
    /// `task_struct.comm`, padded with NULs.
    pub comm: [u8; 16],
    /// Bytes of argv in this record.
    pub argv_captured_bytes: u32,
    /// Bytes of the filename in this record, its NUL included.
    pub filename_bytes: u16,
    /// Bytes of the executable's path in this record, NULs included.
    pub exe_bytes: u16,
    /// `inode.i_mode` of the executable.
    pub exe_mode: u16,
    /// Zero.
    pub padding: [u8; 6],
}

const _: () = assert!(size_of::<ExecRecord>() == 176);
const _: () = assert!(core::mem::offset_of!(ExecRecord, tgid) == 64);
const _: () = assert!(core::mem::offset_of!(ExecRecord, fds) == 120);
const _: () = assert!(core::mem::offset_of!(ExecRecord, argv_captured_bytes) == 160);

/// Bits of [`ExecRecord::flags`].
pub mod flags {
    /// An interpreter runs in the place of the file that was executed (`bprm.interp != bprm.filename`).
    pub const SCRIPT: u32 = 1 << 0;
    /// The filename was made up by the kernel as `/dev/fd/N[/path]` (execveat with a descriptor).
    pub const FD_PATH: u32 = 1 << 1;
    /// argv is longer than what this record carries.
    pub const ARGV_TRUNCATED: u32 = 1 << 2;
    /// argv could not be read.
    pub const ARGV_FAULT: u32 = 1 << 3;
    /// The filename was cut at its end.
    pub const FILENAME_CUT: u32 = 1 << 4;
    /// The executable's path was cut at its beginning.
    pub const EXE_CUT: u32 = 1 << 5;
    /// The executable hangs in no directory tree: a memfd or the like.
    pub const EXE_PSEUDO: u32 = 1 << 6;
    /// A read of kernel memory failed; some field of this record is zero that should not be.
    pub const READ_FAULT: u32 = 1 << 7;
}

/// One size an exec record may reserve: room for the strings (filename and path) and for argv.
#[derive(Clone, Copy, Debug)]
pub struct SizeClass {
    /// Room for the filename and the executable's path together.
    pub strings_bytes: usize,
    /// Room for argv.
    pub argv_bytes: usize,
}

impl SizeClass {
    /// What a record of this class takes from the ring, the ring's own 8-byte header left out.
    pub const fn record_bytes(self) -> usize {
        size_of::<ExecRecord>() + self.strings_bytes + self.argv_bytes
    }
}

/// The classes, smallest first. The first makes 512 bytes with the ring's header; the last holds an
/// argv of 2 MiB, the most that argv and environment may have together under the usual stack limit.
/// From the third on there is room for a filename and a path of `PATH_MAX` each.
pub const SIZE_CLASSES: [SizeClass; 6] = [
    SizeClass { strings_bytes: 128, argv_bytes: 200 },
    SizeClass { strings_bytes: 512, argv_bytes: 1352 },
    SizeClass { strings_bytes: 8192, argv_bytes: 8192 },
    SizeClass { strings_bytes: 8192, argv_bytes: 128 << 10 },
    SizeClass { strings_bytes: 8192, argv_bytes: 512 << 10 },
    SizeClass { strings_bytes: 8192, argv_bytes: 2 << 20 },
];

const _: () = assert!(SIZE_CLASSES[0].record_bytes() + 8 == 512);

// The verifier knows the range of an offset and the range of a length, never that their sum stays
// within the strings. The strings therefore may run over into the room of argv, which is written
// after them: twice their size must fit.
const _: () = {
    let mut classes: &[SizeClass] = &SIZE_CLASSES;
    while let [class, rest @ ..] = classes {
        assert!(class.strings_bytes <= class.argv_bytes);
        assert!(class.record_bytes().is_multiple_of(8));
        classes = rest;
    }
};
