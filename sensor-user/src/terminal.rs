//! Terminals: what a descriptor is, and whether a person sits there.

use hullwatch_common::exec::FdRecord;
use serde::Serialize;

/// Bits of `i_mode`.
const S_IFMT: u16 = 0o170_000;
const S_IFIFO: u16 = 0o010_000;
const S_IFCHR: u16 = 0o020_000;
const S_IFDIR: u16 = 0o040_000;
const S_IFBLK: u16 = 0o060_000;
const S_IFREG: u16 = 0o100_000;
const S_IFSOCK: u16 = 0o140_000;

/// A device number of the kernel: major << 20 | minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device(pub u32);

impl Device {
    /// "The controlling terminal", whichever that is: /dev/tty.
    const CONTROLLING: Self = Self(5 << 20);
    /// /dev/ptmx is a terminal's other end, not a terminal.
    const PTMX: Self = Self(5 << 20 | 2);
    const NULL: Self = Self(1 << 20 | 3);

    /// Which driver.
    pub fn major(self) -> u32 {
        self.0 >> 20
    }

    /// Which of its devices.
    pub fn minor(self) -> u32 {
        self.0 & 0xf_ffff
    }

    /// Whether devices of this number are terminals, by Documentation/admin-guide/devices.txt:
    /// consoles and serial lines (4), /dev/tty and /dev/console (5), pty slaves (136 to 143), and the
    /// serial ports of USB, ARM, IBM and virtual machines.
    fn is_terminal(self) -> bool {
        self != Self::PTMX && matches!(self.major(), 4 | 5 | 136..=143 | 166 | 188 | 204 | 229)
    }
}

/// What a descriptor refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FdKind {
    /// A terminal, the controlling one or another.
    Tty,
    /// A pipe or FIFO.
    Pipe,
    /// A socket.
    Socket,
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// /dev/null.
    Null,
    /// Another character device.
    Char,
    /// A block device.
    Block,
    /// Not open.
    Closed,
    /// What has no file type: an eventfd or the like.
    Other,
}

impl FdKind {
    /// Its name in rules and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tty => "tty",
            Self::Pipe => "pipe",
            Self::Socket => "socket",
            Self::File => "file",
            Self::Directory => "directory",
            Self::Null => "null",
            Self::Char => "char",
            Self::Block => "block",
            Self::Closed => "closed",
            Self::Other => "other",
        }
    }

    /// Classifies a descriptor.
    pub fn of(fd: FdRecord) -> Self {
        if fd.open == 0 {
            return Self::Closed;
        }
        match fd.mode & S_IFMT {
            S_IFCHR if Device(fd.rdev) == Device::NULL => Self::Null,
            S_IFCHR if Device(fd.rdev).is_terminal() => Self::Tty,
            S_IFCHR => Self::Char,
            S_IFIFO => Self::Pipe,
            S_IFSOCK => Self::Socket,
            S_IFREG => Self::File,
            S_IFDIR => Self::Directory,
            S_IFBLK => Self::Block,
            _ => Self::Other,
        }
    }
}

/// ECS's process.interactive, exactly: standard input and standard error both are the process's
/// controlling terminal.
pub fn interactive(terminal: Option<Device>, fds: &[FdRecord; 3]) -> bool {
    let Some(terminal) = terminal else { return false };
    let [stdin, _, stderr] = fds;
    [stdin, stderr].into_iter().all(|fd| {
        let device = Device(fd.rdev);
        fd.open != 0 && fd.mode & S_IFMT == S_IFCHR && (device == terminal || device == Device::CONTROLLING)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PTS: u32 = 136 << 20 | 3;

    fn char_device(rdev: u32) -> FdRecord {
        FdRecord { mode: S_IFCHR | 0o620, open: 1, rdev }
    }

    fn other(mode: u16) -> FdRecord {
        FdRecord { mode, open: 1, rdev: 0 }
    }

    const CLOSED: FdRecord = FdRecord { mode: 0, open: 0, rdev: 0 };

    #[test]
    fn interactive_wants_stdin_and_stderr_on_the_controlling_terminal() {
        let (tty, pipe) = (char_device(PTS), other(S_IFIFO));
        let on = |fds| interactive(Some(Device(PTS)), &fds);
        assert!(on([tty, tty, tty]));
        assert!(on([tty, pipe, tty]), "stdout does not matter");
        assert!(!on([pipe, tty, tty]), "yes | apt-get install");
        assert!(!on([tty, tty, pipe]));
        assert!(!on([CLOSED, tty, tty]));
    }

    #[test]
    fn dev_tty_is_the_controlling_terminal_by_definition() {
        let dev_tty = char_device(5 << 20);
        assert!(interactive(Some(Device(PTS)), &[dev_tty, dev_tty, dev_tty]));
    }

    #[test]
    fn another_terminal_than_the_controlling_one_does_not_count() {
        let elsewhere = char_device(136 << 20 | 4);
        assert!(!interactive(Some(Device(PTS)), &[elsewhere, elsewhere, elsewhere]));
        assert!(!interactive(None, &[elsewhere, elsewhere, elsewhere]), "no controlling terminal");
    }

    #[test]
    fn a_file_that_happens_to_have_the_number_is_no_terminal() {
        let file = FdRecord { mode: S_IFREG, open: 1, rdev: PTS };
        assert!(!interactive(Some(Device(PTS)), &[file, file, file]));
    }

    #[test]
    fn descriptors_are_named_by_what_is_behind_them() {
        let cases = [
            (char_device(PTS), "tty"),
            (char_device(5 << 20 | 1), "tty"),
            (char_device(5 << 20 | 2), "char"),
            (char_device(1 << 20 | 3), "null"),
            (char_device(1 << 20 | 9), "char"),
            (other(S_IFIFO), "pipe"),
            (other(S_IFSOCK), "socket"),
            (other(S_IFREG), "file"),
            (other(S_IFDIR), "directory"),
            (other(S_IFBLK), "block"),
            (other(0o600), "other"),
            (CLOSED, "closed"),
        ];
        for (fd, name) in cases {
            assert_eq!(FdKind::of(fd).name(), name, "{fd:?}");
        }
    }

    #[test]
    fn device_numbers_come_apart() {
        assert_eq!((Device(PTS).major(), Device(PTS).minor()), (136, 3));
    }
}
