//! Record bytes to typed records: pure and total. Any bytes give a record or an error value.
//!
//! The records borrow from the ring; [`crate::event`] makes of them what is kept.

use hullwatch_common::{
    cgroup::{CgroupKey, CgroupRecord},
    exec::ExecRecord,
    record::{RecordHeader, RecordKind, WIRE_VERSION},
};
use zerocopy::{FromBytes, Immutable, KnownLayout};

/// Why bytes are no record.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecodeError {
    /// Shorter than what its kind has at least.
    #[error("a record of {have} bytes is shorter than the {want} it must have")]
    TooShort {
        /// Bytes there are.
        have: usize,
        /// Bytes there must be.
        want: usize,
    },
    /// From another version of the kernel program.
    #[error("a record of wire version {found}, where this side speaks {WIRE_VERSION}")]
    Version {
        /// The record's version.
        found: u16,
    },
    /// Of a kind this side does not know.
    #[error("a record of unknown kind {0}")]
    Kind(u16),
    /// The lengths inside contradict each other.
    #[error("a record whose parts ({parts} bytes) are not the {used} bytes it says it has")]
    Lengths {
        /// Sum of the parts.
        parts: usize,
        /// What the header says.
        used: usize,
    },
}

/// A record, borrowed from the bytes.
#[derive(Debug)]
pub enum Record<'a> {
    /// A process became another program.
    Exec(Exec<'a>),
    /// A cgroup's path.
    Cgroup(Cgroup<'a>),
}

/// One exec: the fixed part, and the three pieces of variable data.
#[derive(Clone, Copy, Debug)]
pub struct Exec<'a> {
    /// Everything of a fixed size.
    pub fixed: &'a ExecRecord,
    /// The path given to execve, without its NUL.
    pub filename: &'a [u8],
    /// Components of the executable's path, leaf first, each with its NUL.
    pub executable: &'a [u8],
    /// Arguments, each with its NUL; the last may lack it when argv was truncated.
    pub argv: &'a [u8],
}

/// One cgroup's path.
#[derive(Clone, Copy, Debug)]
pub struct Cgroup<'a> {
    /// Which cgroup.
    pub key: CgroupKey,
    /// Components, leaf first, each with its NUL.
    pub components: &'a [u8],
    /// Whether the beginning of the path is missing.
    pub cut: bool,
}

/// Reads one record.
///
/// # Errors
///
/// See [`DecodeError`].
pub fn decode(bytes: &[u8]) -> Result<Record<'_>, DecodeError> {
    let (header, _) = fixed::<RecordHeader>(bytes)?;
    if header.version != WIRE_VERSION {
        return Err(DecodeError::Version { found: header.version });
    }
    let kind = RecordKind::try_from(header.kind).map_err(DecodeError::Kind)?;
    let used = header.used_bytes as usize;
    let bytes = bytes.get(..used).ok_or(DecodeError::TooShort { have: bytes.len(), want: used })?;
    match kind {
        RecordKind::Exec => exec(bytes).map(Record::Exec),
        RecordKind::Cgroup => cgroup(bytes).map(Record::Cgroup),
    }
}

fn exec(bytes: &[u8]) -> Result<Exec<'_>, DecodeError> {
    let (fixed, data) = fixed::<ExecRecord>(bytes)?;
    let lengths =
        [usize::from(fixed.filename_bytes), usize::from(fixed.exe_bytes), fixed.argv_captured_bytes as usize];
    let parts = size_of::<ExecRecord>() + lengths.iter().sum::<usize>();
    let wrong = DecodeError::Lengths { parts, used: bytes.len() };
    if parts != bytes.len() {
        return Err(wrong);
    }
    let [filename_bytes, exe_bytes, _] = lengths;
    let Some((filename, data)) = data.split_at_checked(filename_bytes) else { return Err(wrong) };
    let Some((executable, argv)) = data.split_at_checked(exe_bytes) else { return Err(wrong) };
    Ok(Exec { fixed, filename: filename.strip_suffix(&[0]).unwrap_or(filename), executable, argv })
}

fn cgroup(bytes: &[u8]) -> Result<Cgroup<'_>, DecodeError> {
    let (fixed, components) = fixed::<CgroupRecord>(bytes)?;
    let parts = size_of::<CgroupRecord>() + fixed.path_bytes as usize;
    if parts != bytes.len() {
        return Err(DecodeError::Lengths { parts, used: bytes.len() });
    }
    Ok(Cgroup { key: fixed.key, components, cut: fixed.cut != 0 })
}

/// The fixed part, and what lies behind it.
fn fixed<T: FromBytes + KnownLayout + Immutable>(bytes: &[u8]) -> Result<(&T, &[u8]), DecodeError> {
    // The ring aligns records to 8 bytes. Bytes from elsewhere that are not aligned are refused like
    // short ones: no part of them can be read.
    T::ref_from_prefix(bytes).map_err(|_| DecodeError::TooShort { have: bytes.len(), want: size_of::<T>() })
}

/// A path from its components, which come leaf first, each with its NUL. Returns whether it had to be
/// escaped.
///
/// A path whose beginning was cut starts with `...` in the place of what is missing.
pub fn join_path(components: &[u8], cut: bool, path: &mut String) -> bool {
    path.clear();
    if cut {
        path.push_str("...");
    }
    let components = components.strip_suffix(&[0]).unwrap_or(components);
    let mut escaped = false;
    for component in components.rsplit(|byte| *byte == 0).filter(|component| !component.is_empty()) {
        let (text, was_escaped) = crate::text::lossless(component);
        escaped |= was_escaped;
        path.push('/');
        path.push_str(&text);
    }
    if path.is_empty() {
        path.push('/');
    }
    escaped
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use hullwatch_common::exec::FdRecord;
    use proptest::prelude::*;
    use zerocopy::IntoBytes;

    /// A record of `apt-get install curl`, and the means to change it.
    pub(crate) fn exec_record() -> ExecRecord {
        ExecRecord {
            header: RecordHeader { kind: 1, version: WIRE_VERSION, used_bytes: 0, ktime_ns: 5_000_000_000 },
            start_boottime_ns: 4_990_000_000,
            parent_start_boottime_ns: 1_000_000_000,
            cgroup_v2_id: 77,
            cgroup_v1_id: 0,
            argv_bytes: 0,
            exe_ino: 12,
            tgid: 4242,
            tid: 4242,
            old_tid: 4242,
            parent_tgid: 4000,
            uid: 1000,
            euid: 0,
            suid: 0,
            gid: 1000,
            egid: 0,
            sgid: 0,
            argc: 0,
            flags: 0,
            tty_dev: 136 << 20 | 3,
            exe_nlink: 1,
            fds: [FdRecord { mode: 0o020_620, open: 1, rdev: 136 << 20 | 3 }; 3],
            comm: *b"apt-get\0\0\0\0\0\0\0\0\0",
            argv_captured_bytes: 0,
            filename_bytes: 0,
            exe_bytes: 0,
            exe_mode: 0o100_755,
            padding: [0; 6],
        }
    }

    /// The bytes of a record, lengths filled in, aligned as in the ring, with rubbish behind it.
    pub(crate) fn exec_bytes(
        mut record: ExecRecord,
        filename: &[u8],
        components: &[u8],
        argv: &[u8],
    ) -> Vec<u64> {
        record.filename_bytes = u16::try_from(filename.len()).unwrap();
        record.exe_bytes = u16::try_from(components.len()).unwrap();
        record.argv_captured_bytes = u32::try_from(argv.len()).unwrap();
        if record.argv_bytes == 0 {
            record.argv_bytes = argv.len() as u64;
        }
        if record.argc == 0 {
            record.argc = u32::try_from(argv.split(|byte| *byte == 0).count() - 1).unwrap();
        }
        let used = size_of::<ExecRecord>() + filename.len() + components.len() + argv.len();
        record.header.used_bytes = u32::try_from(used).unwrap();
        aligned(&[record.as_bytes(), filename, components, argv, b"rubbish of an older record"].concat())
    }

    pub(crate) fn aligned(bytes: &[u8]) -> Vec<u64> {
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        words.as_mut_bytes()[..bytes.len()].copy_from_slice(bytes);
        words
    }

    #[test]
    fn an_exec_record_comes_apart_into_its_pieces() {
        let words =
            exec_bytes(exec_record(), b"/usr/bin/apt-get\0", b"apt-get\0bin\0usr\0", b"apt-get\0install\0");
        let Record::Exec(exec) = decode(words.as_bytes()).unwrap() else { panic!("not an exec") };
        assert_eq!(exec.filename, b"/usr/bin/apt-get");
        assert_eq!(exec.executable, b"apt-get\0bin\0usr\0");
        assert_eq!(exec.argv, b"apt-get\0install\0");
        assert_eq!(exec.fixed.tgid, 4242);
    }

    #[test]
    fn the_wire_format_of_an_exec_has_these_bytes() {
        // Golden bytes: a change here is a change of WIRE_VERSION.
        let words = exec_bytes(exec_record(), b"/f\0", b"f\0", b"f\0");
        let bytes = words.as_bytes();
        assert_eq!(&bytes[..8], [1, 0, 1, 0, 183, 0, 0, 0]);
        assert_eq!(&bytes[8..16], 5_000_000_000u64.to_le_bytes());
        assert_eq!(&bytes[64..68], 4242u32.to_le_bytes());
        assert_eq!(&bytes[120..128], [0x90, 0x21, 1, 0, 3, 0, 0x80, 8]);
        assert_eq!(&bytes[144..151], b"apt-get");
        assert_eq!(&bytes[160..168], [2, 0, 0, 0, 3, 0, 2, 0]);
        assert_eq!(&bytes[176..183], b"/f\0f\0f\0");
    }

    #[test]
    fn a_cgroup_record_has_its_key_and_components() {
        let record = CgroupRecord {
            header: RecordHeader { kind: 2, version: WIRE_VERSION, used_bytes: 40 + 10, ktime_ns: 1 },
            key: CgroupKey { id: 9, hierarchy: 2 },
            path_bytes: 10,
            cut: 0,
        };
        let words = aligned(&[record.as_bytes(), b"id\0docker\0"].concat());
        let Record::Cgroup(cgroup) = decode(words.as_bytes()).unwrap() else { panic!("not a cgroup") };
        let mut path = String::new();
        assert!(!join_path(cgroup.components, cgroup.cut, &mut path));
        assert_eq!((cgroup.key.id, path.as_str()), (9, "/docker/id"));
    }

    #[test]
    fn foreign_versions_and_kinds_are_errors() {
        let mut record = exec_record();
        record.header.version = 9;
        let words = exec_bytes(record, b"", b"", b"");
        assert_eq!(decode(words.as_bytes()).unwrap_err(), DecodeError::Version { found: 9 });
        let mut record = exec_record();
        record.header.kind = 77;
        let words = exec_bytes(record, b"", b"", b"");
        assert_eq!(decode(words.as_bytes()).unwrap_err(), DecodeError::Kind(77));
    }

    #[test]
    fn lengths_that_do_not_add_up_are_an_error() {
        let mut words = exec_bytes(exec_record(), b"/f\0", b"f\0", b"f\0");
        words.as_mut_bytes()[160] = 3;
        assert_eq!(decode(words.as_bytes()).unwrap_err(), DecodeError::Lengths { parts: 184, used: 183 });
    }

    #[test]
    fn a_path_is_joined_root_first_and_marked_when_cut() {
        let mut path = String::new();
        join_path(b"curl\0bin\0usr\0", false, &mut path);
        assert_eq!(path, "/usr/bin/curl");
        join_path(b"curl\0bin\0", true, &mut path);
        assert_eq!(path, ".../bin/curl");
        join_path(b"", false, &mut path);
        assert_eq!(path, "/");
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_record_or_an_error(
            bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0u16..4, used in 0u32..500
        ) {
            let mut words = aligned(&bytes);
            let _ = decode(words.as_bytes());
            // And with a header that leads further in.
            if words.len() > 2 {
                let header = [kind.to_le_bytes(), WIRE_VERSION.to_le_bytes()].concat();
                words.as_mut_bytes()[..4].copy_from_slice(&header);
                words.as_mut_bytes()[4..8].copy_from_slice(&used.to_le_bytes());
                let _ = decode(words.as_bytes());
            }
        }
    }
}
