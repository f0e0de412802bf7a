//! Every field of a kernel structure that the probes read: one row a field.
//!
//! Rust cannot emit CO-RE relocations (aya issue 349), so the user side resolves each row against
//! the running kernel's BTF at start-up and hands the offsets to the program as a read-only global,
//! an array indexed by [`Slot`]. The verifier knows such globals as constants.

/// One row: a field by name, and what to do when a kernel does not have it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Where the offset goes.
    pub slot: Slot,
    /// The structure.
    pub structure: &'static str,
    /// The field, under each of its names, newest first. Members of anonymous structs and unions are
    /// found by their own name; dots lead into named members.
    pub fields: &'static [&'static str],
}

/// Declares the rows, and with them the slots.
macro_rules! rows {
    ($($slot:ident = $structure:literal [$($field:literal),+];)+) => {
        /// An index into the array of offsets.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        #[expect(missing_docs, reason = "each is documented by its row: structure and field")]
        pub enum Slot {
            $($slot,)+
        }

        /// The table.
        pub const ROWS: &[Row] = &[
            $(Row { slot: Slot::$slot, structure: $structure, fields: &[$($field),+] },)+
        ];
    };
}

rows! {
    TaskTgid = "task_struct" ["tgid"];
    TaskPid = "task_struct" ["pid"];
    TaskGroupLeader = "task_struct" ["group_leader"];
    TaskRealParent = "task_struct" ["real_parent"];
    // Named real_start_time before 5.5 (cf25e24db61c).
    TaskStartBoottime = "task_struct" ["start_boottime", "real_start_time"];
    TaskComm = "task_struct" ["comm"];
    TaskMm = "task_struct" ["mm"];
    TaskCred = "task_struct" ["cred"];
    TaskSignal = "task_struct" ["signal"];
    TaskFiles = "task_struct" ["files"];
    TaskFs = "task_struct" ["fs"];
    TaskCgroups = "task_struct" ["cgroups"];

    MmArgStart = "mm_struct" ["arg_start"];
    MmArgEnd = "mm_struct" ["arg_end"];
    MmExeFile = "mm_struct" ["exe_file"];

    CredUid = "cred" ["uid"];
    CredEuid = "cred" ["euid"];
    CredSuid = "cred" ["suid"];
    CredGid = "cred" ["gid"];
    CredEgid = "cred" ["egid"];
    CredSgid = "cred" ["sgid"];

    SignalTty = "signal_struct" ["tty"];
    TtyDriver = "tty_struct" ["driver"];
    TtyIndex = "tty_struct" ["index"];
    TtyDriverMajor = "tty_driver" ["major"];
    TtyDriverMinorStart = "tty_driver" ["minor_start"];

    FilesFdt = "files_struct" ["fdt"];
    FdtableFd = "fdtable" ["fd"];
    FileInode = "file" ["f_inode"];
    FilePathMnt = "file" ["f_path.mnt"];
    FilePathDentry = "file" ["f_path.dentry"];
    InodeMode = "inode" ["i_mode"];
    InodeRdev = "inode" ["i_rdev"];
    InodeIno = "inode" ["i_ino"];
    InodeNlink = "inode" ["i_nlink"];

    FsRootMnt = "fs_struct" ["root.mnt"];
    FsRootDentry = "fs_struct" ["root.dentry"];
    DentryParent = "dentry" ["d_parent"];
    DentryName = "dentry" ["d_name.name"];
    VfsmountRoot = "vfsmount" ["mnt_root"];
    MountVfsmount = "mount" ["mnt"];
    MountParent = "mount" ["mnt_parent"];
    MountMountpoint = "mount" ["mnt_mountpoint"];

    BprmFilename = "linux_binprm" ["filename"];
    BprmInterp = "linux_binprm" ["interp"];
    BprmFdpath = "linux_binprm" ["fdpath"];
    BprmArgc = "linux_binprm" ["argc"];

    CssSetDefaultCgroup = "css_set" ["dfl_cgrp"];
    CssSetSubsys = "css_set" ["subsys"];
    CssCgroup = "cgroup_subsys_state" ["cgroup"];
    CgroupKn = "cgroup" ["kn"];
    KernfsName = "kernfs_node" ["name"];
    // Renamed in 6.15 (633488947ef6).
    KernfsParent = "kernfs_node" ["__parent", "parent"];
    KernfsId = "kernfs_node" ["id"];
}

/// Number of rows, and so of slots.
pub const ROW_COUNT: usize = ROWS.len();

/// Stands in the place of the v1 controller's index when no v1 hierarchy is in use.
pub const V1_NONE: u32 = u32::MAX;

/// Name of the program's global that holds the offsets: `[u32; ROW_COUNT]`.
pub const OFFSETS_GLOBAL: &str = "OFFSETS";
/// Name of the program's global that holds the index of the v1 controller to follow
/// (`enum cgroup_subsys_id` of the running kernel), or [`V1_NONE`].
pub const V1_SUBSYS_GLOBAL: &str = "V1_SUBSYS";
