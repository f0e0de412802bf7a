//! Builds the record of one exec and puts it into the ring, in the smallest size class that holds it.
//!
//! argv's length is known before anything is reserved and picks the class. Whether the filename and
//! the executable's path fit shows only while they are written: if they do not, the reservation is
//! given back and a class with room for two paths of `PATH_MAX` taken. If the ring has no room for
//! the right class, smaller ones are tried and argv is cut, with `ARGV_TRUNCATED` set: an exec is
//! never dropped for being big.

use crate::{
    cgroup,
    counters::count,
    kernel::Kernel,
    path::{self, Outcome, Walk},
    ring,
    strings::Strings,
    terminal,
};
use aya_ebpf::{
    helpers::generated::{bpf_ktime_get_boot_ns, bpf_probe_read_user},
    programs::RawTracePointContext,
};
use aya_log_ebpf::debug;
use hullwatch_common::{
    counter::Counter,
    exec::{ExecRecord, SIZE_CLASSES, flags},
    layout::Slot,
    record::{RecordKind, WIRE_VERSION},
};

/// Longest filename, its NUL included.
const PATH_MAX: u64 = 4096;

/// The first class whose strings hold a filename and a path of any length.
const CLASS_FOR_LONG_STRINGS: usize = 2;

/// The tracepoint's arguments; addresses are plain numbers (see [`Kernel`]).
pub(crate) struct Arguments {
    /// What the program was called with; its log wants it.
    pub(crate) context: RawTracePointContext,
    /// `struct task_struct *`
    pub(crate) task: u64,
    /// Thread id before the exec.
    pub(crate) old_tid: u32,
    /// `struct linux_binprm *`
    pub(crate) bprm: u64,
}

/// Where the variable data is to be read from.
struct Sources {
    filename: u64,
    argv: u64,
    argv_bytes: u64,
    exe: Walk,
}

/// How one size class worked out.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
enum Attempt {
    /// The record is on its way.
    Sent,
    /// Filename or path did not fit; nothing was sent.
    StringsTooLong,
    /// The ring has no room for this class.
    NoRoom,
}

/// Captures one exec.
#[inline(always)]
pub(crate) fn capture(arguments: &Arguments) {
    let (context, kernel) = (&arguments.context, &mut Kernel::new());
    count(Counter::ExecSeen);
    let cgroups = cgroup::announce(context, kernel, arguments.task);
    // SAFETY: the record consists of integers, of which zero is a value.
    let mut record: ExecRecord = unsafe { core::mem::zeroed() };
    facts(kernel, arguments, &mut record);
    record.cgroup_v2_id = cgroups.v2;
    record.cgroup_v1_id = cgroups.v1;
    let sources = sources(kernel, arguments, &mut record);
    if send(kernel, &sources, &mut record) != Attempt::Sent {
        count(Counter::ExecNoRoom);
        debug!(context, "no room in the ring for the exec of pid {}", record.tgid);
    }
    if record.flags & flags::READ_FAULT != 0 {
        count(Counter::ReadFault);
        debug!(context, "a read of kernel memory failed at the exec of pid {}", record.tgid);
    }
}

/// Tries the class that fits, then, if the ring is too full for it, smaller ones.
#[inline(always)]
fn send(kernel: &mut Kernel, sources: &Sources, record: &mut ExecRecord) -> Attempt {
    /// One attempt with the class of this number.
    macro_rules! class {
        ($number:literal) => {{
            const CLASS: hullwatch_common::exec::SizeClass = SIZE_CLASSES[$number];
            attempt::<
                { CLASS.strings_bytes as u64 },
                { CLASS.argv_bytes as u64 },
                { CLASS.record_bytes() / 8 },
            >
        }};
    }
    let fits = |class: usize| sources.argv_bytes <= SIZE_CLASSES[class].argv_bytes as u64;

    let mut class;
    let mut outcome;
    if fits(0) {
        class = 0;
        outcome = class!(0)(kernel, sources, record, false);
    } else if fits(1) {
        class = 1;
        outcome = class!(1)(kernel, sources, record, false);
    } else if fits(2) {
        class = 2;
        outcome = class!(2)(kernel, sources, record, true);
    } else if fits(3) {
        class = 3;
        outcome = class!(3)(kernel, sources, record, true);
    } else if fits(4) {
        class = 4;
        outcome = class!(4)(kernel, sources, record, true);
    } else {
        class = 5;
        outcome = class!(5)(kernel, sources, record, true);
    }
    if outcome == Attempt::StringsTooLong {
        class = CLASS_FOR_LONG_STRINGS;
        outcome = class!(2)(kernel, sources, record, true);
    }
    if outcome == Attempt::NoRoom && class > 3 {
        outcome = class!(3)(kernel, sources, record, true);
    }
    if outcome == Attempt::NoRoom && class > 1 {
        outcome = class!(1)(kernel, sources, record, true);
    }
    if outcome == Attempt::NoRoom && class > 0 {
        outcome = class!(0)(kernel, sources, record, true);
    }
    outcome
}

/// Reserves one class, writes the record and commits it. `accept_cut`: send strings cut to this
/// class's room rather than ask for a larger one.
#[inline(never)]
fn attempt<const STRINGS: u64, const ARGV: u64, const WORDS: usize>(
    kernel: &mut Kernel,
    sources: &Sources,
    record: &mut ExecRecord,
    accept_cut: bool,
) -> Attempt {
    let Some(mut reservation) = ring::reserve::<WORDS>() else { return Attempt::NoRoom };
    let start = reservation.start();
    // SAFETY: the reservation is longer than the struct.
    let data = unsafe { start.add(size_of::<ExecRecord>()) };

    // SAFETY: the reservation is aligned, and the room of argv behind that of the strings is at least
    // as large as it, which SIZE_CLASSES asserts.
    let mut strings = unsafe { Strings::<STRINGS>::new(start, size_of::<ExecRecord>()) };
    let filename_room = if STRINGS < PATH_MAX { STRINGS } else { PATH_MAX };
    // PATH_MAX is room for every filename; only less than that cuts.
    let filename_cut = strings.first(kernel, sources.filename, filename_room) && filename_room < PATH_MAX;
    let filename_bytes = strings.used();
    let (strings, outcome) = path::write(kernel, strings, &sources.exe);
    if !accept_cut && (filename_cut || outcome == Outcome::Cut) {
        reservation.give_back();
        return Attempt::StringsTooLong;
    }
    let strings_bytes = strings.used();

    let mut argv_bytes = sources.argv_bytes.min(ARGV);
    // SAFETY: at most STRINGS bytes are used, and argv's room lies behind them.
    let argv = unsafe { data.add(strings_bytes as usize) };
    // SAFETY: ARGV bytes from there are inside the reservation. The helper checks the source.
    let code = unsafe { bpf_probe_read_user(argv.cast(), argv_bytes as u32, sources.argv as *const _) };
    if code != 0 {
        record.flags |= flags::ARGV_FAULT;
        argv_bytes = 0;
        count(Counter::ArgvFault);
    } else if argv_bytes < sources.argv_bytes {
        record.flags |= flags::ARGV_TRUNCATED;
        let largest = ARGV as usize == SIZE_CLASSES[SIZE_CLASSES.len() - 1].argv_bytes;
        count(if largest { Counter::ArgvTooLong } else { Counter::ArgvNoRoom });
    }

    if filename_cut {
        record.flags |= flags::FILENAME_CUT;
        count(Counter::FilenameCut);
    }
    match outcome {
        Outcome::Whole => {}
        Outcome::Pseudo => record.flags |= flags::EXE_PSEUDO,
        Outcome::Cut => {
            record.flags |= flags::EXE_CUT;
            count(Counter::ExePathCut);
        }
    }
    if kernel.faulted() {
        record.flags |= flags::READ_FAULT;
    }
    record.filename_bytes = filename_bytes as u16;
    record.exe_bytes = (strings_bytes - filename_bytes) as u16;
    record.argv_captured_bytes = argv_bytes as u32;
    record.header.used_bytes = (size_of::<ExecRecord>() as u64 + strings_bytes + argv_bytes) as u32;
    // SAFETY: the reservation is 8-byte aligned and longer than the struct.
    unsafe { start.cast::<ExecRecord>().write(*record) };
    reservation.commit();
    Attempt::Sent
}

/// Everything of a fixed size.
///
/// A function of its own, and field by field into the caller's record: up to kernel 6.12 all frames of
/// a chain of calls share 512 bytes of stack, and the values in between need not be held at once.
#[inline(never)]
fn facts(kernel: &mut Kernel, arguments: &Arguments, record: &mut ExecRecord) {
    let task = arguments.task;
    record.header.kind = RecordKind::Exec as u16;
    record.header.version = WIRE_VERSION;
    // SAFETY: the helper takes nothing and only reads a clock.
    record.header.ktime_ns = unsafe { bpf_ktime_get_boot_ns() };
    record.start_boottime_ns = kernel.field(task, Slot::TaskStartBoottime);
    record.tgid = kernel.field(task, Slot::TaskTgid);
    record.tid = kernel.field(task, Slot::TaskPid);
    record.old_tid = arguments.old_tid;
    record.comm = kernel.field(task, Slot::TaskComm);
    record.argc = kernel.field(arguments.bprm, Slot::BprmArgc);

    let parent: u64 = kernel.field(task, Slot::TaskRealParent);
    record.parent_tgid = kernel.field(parent, Slot::TaskTgid);
    let parent_leader: u64 = kernel.field(parent, Slot::TaskGroupLeader);
    record.parent_start_boottime_ns = kernel.field(parent_leader, Slot::TaskStartBoottime);

    let cred: u64 = kernel.field(task, Slot::TaskCred);
    record.uid = kernel.field(cred, Slot::CredUid);
    record.euid = kernel.field(cred, Slot::CredEuid);
    record.suid = kernel.field(cred, Slot::CredSuid);
    record.gid = kernel.field(cred, Slot::CredGid);
    record.egid = kernel.field(cred, Slot::CredEgid);
    record.sgid = kernel.field(cred, Slot::CredSgid);

    record.tty_dev = terminal::controlling_terminal(kernel, task);
    let table = terminal::descriptor_table(kernel, task);
    record.fds[0] = terminal::descriptor(kernel, table, 0);
    record.fds[1] = terminal::descriptor(kernel, table, 1);
    record.fds[2] = terminal::descriptor(kernel, table, 2);
}

/// Finds the variable data, and fills in what else is learned on the way.
#[inline(never)]
fn sources(kernel: &mut Kernel, arguments: &Arguments, record: &mut ExecRecord) -> Sources {
    let mm: u64 = kernel.field(arguments.task, Slot::TaskMm);
    let argv: u64 = kernel.field(mm, Slot::MmArgStart);
    let argv_end: u64 = kernel.field(mm, Slot::MmArgEnd);
    record.argv_bytes = argv_end.saturating_sub(argv);

    let exe: u64 = kernel.field(mm, Slot::MmExeFile);
    let inode: u64 = kernel.field(exe, Slot::FileInode);
    record.exe_ino = kernel.field(inode, Slot::InodeIno);
    record.exe_nlink = kernel.field(inode, Slot::InodeNlink);
    record.exe_mode = kernel.field(inode, Slot::InodeMode);

    let filename: u64 = kernel.field(arguments.bprm, Slot::BprmFilename);
    let interp: u64 = kernel.field(arguments.bprm, Slot::BprmInterp);
    let fd_path: u64 = kernel.field(arguments.bprm, Slot::BprmFdpath);
    if interp != filename {
        record.flags |= flags::SCRIPT;
    }
    if fd_path != 0 {
        record.flags |= flags::FD_PATH;
    }

    let fs: u64 = kernel.field(arguments.task, Slot::TaskFs);
    Sources {
        filename,
        argv,
        argv_bytes: record.argv_bytes,
        exe: Walk {
            dentry: kernel.field(exe, Slot::FilePathDentry),
            vfsmount: kernel.field(exe, Slot::FilePathMnt),
            root_dentry: kernel.field(fs, Slot::FsRootDentry),
            root_vfsmount: kernel.field(fs, Slot::FsRootMnt),
        },
    }
}
