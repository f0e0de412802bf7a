//! The fields a rule may use: one table, one row a field.
//!
//! Everything else about a field is derived from its row: the id, the name, the type the checker holds rules to, the
//! kinds of events that carry it, and what docs/fields.md says. A rule that uses a field without a row is refused when
//! it is loaded; so is one that depends on a field that is only planned.

use std::fmt;

use crate::kinds::{EventKind, Given};

mod kind_sets {
    //! Names for sets of kinds, to be written in the table.

    use crate::kinds::EventKind::{self, End, Exec, File, Network};

    pub(super) const EVERY: &[EventKind] = EventKind::ALL;
    pub(super) const EXEC: &[EventKind] = &[Exec];
    pub(super) const END: &[EventKind] = &[End];
    pub(super) const FILE: &[EventKind] = &[File];
    pub(super) const NETWORK: &[EventKind] = &[Network];
}

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Text, compared as it is: [`Values::Text`](crate::Values::Text), `Pair`, `Each` or `List`. Elastic does not index
    /// texts longer than 1024 characters and so does not see them; here they match like all others.
    Keyword,
    /// `true` or `false`: [`Values::Bool`](crate::Values::Bool).
    Boolean,
    /// A whole number: [`Values::Int`](crate::Values::Int).
    Integer,
    /// A point in time: [`Values::Int`](crate::Values::Int), milliseconds since 1970-01-01T00:00:00Z. Rules write it
    /// as such a number or as text like `"2026-11-23T07:00:00Z"`.
    Date,
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyword => "text",
            Self::Boolean => "true or false",
            Self::Integer => "a whole number",
            Self::Date => "a date",
        })
    }
}

/// Where the value of a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Read by the kernel program at the event itself.
    Kernel,
    /// Worked out in user space from what the kernel gave.
    Derived,
    /// A property of the host, read once at start-up.
    Host,
    /// The same for all events of the kind.
    Constant,
    /// Nowhere yet: rules may name it, no event of this version has it.
    Planned,
}

macro_rules! fields {
    ($($id:ident = $name:literal, $kind:ident, $source:ident, $kinds:ident, $doc:literal;)*) => {
        /// A field, as the compiled rules know it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FieldId {
            $(#[doc = concat!("`", $name, "`: ", $doc)] $id,)*
        }

        impl FieldId {
            /// Every field, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$id),*];

            /// The name rules use, dots included.
            pub fn name(self) -> &'static str {
                match self { $(Self::$id => $name,)* }
            }

            /// The field of this name. Letter case counts.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$id),)* _ => None }
            }

            /// What its values are.
            pub fn kind(self) -> FieldType {
                match self { $(Self::$id => FieldType::$kind,)* }
            }

            /// Where its values come from.
            pub fn source(self) -> Source {
                match self { $(Self::$id => Source::$source,)* }
            }

            /// The kinds of events that carry it.
            pub fn kinds(self) -> &'static [EventKind] {
                match self { $(Self::$id => kind_sets::$kinds,)* }
            }

            /// What it says, for the reader of docs/fields.md.
            pub fn doc(self) -> &'static str {
                match self { $(Self::$id => $doc,)* }
            }
        }
    };
}

fields! {
    Timestamp = "@timestamp", Date, Kernel, EVERY, "when it happened, on the wall clock";
    EventKind = "event.kind", Keyword, Constant, EVERY, "always `event` where rules look";
    EventCategory = "event.category", Keyword, Constant, EVERY, "`process` for an exec";
    EventType = "event.type", Keyword, Constant, EVERY, "`start` for an exec";
    EventAction = "event.action", Keyword, Constant, EVERY, "`exec` for an exec";
    EventCreated = "event.created", Date, Kernel, EVERY, "when the kernel program saw it: the same as `@timestamp`";
    EventSequence = "event.sequence", Integer, Kernel, EVERY, "counts events since the sensor started, orders equal timestamps";
    HostOsType = "host.os.type", Keyword, Constant, EVERY, "always `linux`";
    HostName = "host.name", Keyword, Host, EVERY, "the host's name";
    HostHostname = "host.hostname", Keyword, Host, EVERY, "the host's name as `hostname` prints it";
    HostArchitecture = "host.architecture", Keyword, Host, EVERY, "the processor's architecture, as `uname -m` prints it";
    ProcessPid = "process.pid", Integer, Kernel, EVERY, "process id, in the host's numbering";
    ProcessEntityId = "process.entity_id", Keyword, Derived, EVERY, "names the process for good, whatever becomes of its pid";
    ProcessStart = "process.start", Date, Kernel, EVERY, "when the process began (its fork, not this exec)";
    ProcessName = "process.name", Keyword, Derived, EVERY,
        "basename of the executable and, if it differs, of the path given to exec: a script has two names";
    ProcessExecutable = "process.executable", Keyword, Kernel, EVERY, "path of the executable, as the process sees it";
    ProcessArgs = "process.args", Keyword, Kernel, EVERY, "the arguments, the command itself first: one value each";
    ProcessArgsCount = "process.args_count", Integer, Kernel, EVERY, "how many arguments there are, the command counted";
    ProcessCommandLine = "process.command_line", Keyword, Derived, EVERY, "the arguments joined by one blank each";
    ProcessInteractive = "process.interactive", Boolean, Kernel, EVERY,
        "whether stdin and stderr both are the controlling terminal";
    ProcessTtyMajor = "process.tty.char_device.major", Integer, Kernel, EVERY, "major number of the controlling terminal";
    ProcessTtyMinor = "process.tty.char_device.minor", Integer, Kernel, EVERY, "minor number of the controlling terminal";
    ProcessParentPid = "process.parent.pid", Integer, Kernel, EVERY, "process id of the parent";
    ProcessParentEntityId = "process.parent.entity_id", Keyword, Derived, EVERY, "names the parent for good";
    ProcessParentStart = "process.parent.start", Date, Kernel, EVERY, "when the parent began";
    ProcessUserId = "process.user.id", Keyword, Kernel, EVERY, "effective user id, as text";
    ProcessGroupId = "process.group.id", Keyword, Kernel, EVERY, "effective group id, as text";
    ProcessRealUserId = "process.real_user.id", Keyword, Kernel, EVERY, "real user id, as text";
    ProcessRealGroupId = "process.real_group.id", Keyword, Kernel, EVERY, "real group id, as text";
    UserId = "user.id", Keyword, Kernel, EVERY, "effective user id, as text";
    GroupId = "group.id", Keyword, Kernel, EVERY, "effective group id, as text";
    ContainerId = "container.id", Keyword, Derived, EVERY, "full id of the container; no value on the host";
    ContainerRuntime = "container.runtime", Keyword, Derived, EVERY, "what runs the container, such as `docker`";
    HullwatchFdsStdin = "hullwatch.fds.stdin", Keyword, Kernel, EXEC,
        "what file descriptor 0 is: `tty`, `pipe`, `socket`, `file`, `null`, `char`, `closed` or `other`";
    HullwatchFdsStdout = "hullwatch.fds.stdout", Keyword, Kernel, EXEC, "the same of file descriptor 1";
    HullwatchFdsStderr = "hullwatch.fds.stderr", Keyword, Kernel, EXEC, "the same of file descriptor 2";
    HullwatchFilename = "hullwatch.filename", Keyword, Kernel, EXEC, "the path given to exec, as given";
    HullwatchEvidenceArgc = "hullwatch.evidence.argc", Integer, Kernel, EXEC, "how many arguments the process got";
    HullwatchEvidenceArgvBytes = "hullwatch.evidence.argv_bytes", Integer, Kernel, EXEC,
        "how many bytes the arguments took, even where not all were captured";
    HullwatchEvidenceTruncated = "hullwatch.evidence.truncated", Boolean, Kernel, EXEC,
        "whether something was too long to be captured whole";
    HullwatchExecutableDeleted = "hullwatch.executable.deleted", Boolean, Kernel, EXEC,
        "whether the executable's file had no name left";
    HullwatchExecutableMemfd = "hullwatch.executable.memfd", Boolean, Kernel, EXEC,
        "whether the executable existed in memory only";
    HullwatchScriptPath = "hullwatch.script.path", Keyword, Kernel, EXEC, "path of the script, if a script was started";
    HullwatchScriptName = "hullwatch.script.name", Keyword, Derived, EXEC, "basename of the script";
    HullwatchCgroupPath = "hullwatch.cgroup.path", Keyword, Kernel, EVERY, "path of the cgroup";

    // Fields of Elastic's events that this version does not have yet.
    ProcessWorkingDirectory = "process.working_directory", Keyword, Planned, EVERY,
        "the directory the process stands in";
    ProcessExitCode = "process.exit_code", Integer, Planned, END, "what the process ended with";
    ProcessTitle = "process.title", Keyword, Planned, EVERY, "what the process calls itself";
    ProcessSavedUserId = "process.saved_user.id", Keyword, Kernel, EVERY, "saved user id, as text";
    ProcessSavedGroupId = "process.saved_group.id", Keyword, Kernel, EVERY, "saved group id, as text";
    ProcessUserName = "process.user.name", Keyword, Planned, EVERY, "name of the effective user";
    ProcessGroupName = "process.group.name", Keyword, Planned, EVERY, "name of the effective group";
    ProcessRealUserName = "process.real_user.name", Keyword, Planned, EVERY, "name of the real user";
    ProcessRealGroupName = "process.real_group.name", Keyword, Planned, EVERY, "name of the real group";
    ProcessEnvVars = "process.env_vars", Keyword, Planned, EVERY, "chosen environment variables, as `NAME=value`";
    ProcessThreadCapabilitiesEffective = "process.thread.capabilities.effective", Keyword, Planned, EVERY,
        "capabilities in effect, such as `CAP_SYS_ADMIN`";
    ProcessThreadCapabilitiesPermitted = "process.thread.capabilities.permitted", Keyword, Planned, EVERY,
        "capabilities the process may put into effect";
    ProcessHashSha256 = "process.hash.sha256", Keyword, Planned, EVERY, "SHA-256 of the executable";
    ProcessHashSha1 = "process.hash.sha1", Keyword, Planned, EVERY, "SHA-1 of the executable";
    ProcessHashMd5 = "process.hash.md5", Keyword, Planned, EVERY, "MD5 of the executable";
    ProcessParentName = "process.parent.name", Keyword, Planned, EVERY, "name of the parent, as `process.name`";
    ProcessParentExecutable = "process.parent.executable", Keyword, Planned, EVERY,
        "path of the executable of the parent";
    ProcessParentArgs = "process.parent.args", Keyword, Planned, EVERY,
        "the arguments of the parent, one value each";
    ProcessParentArgsCount = "process.parent.args_count", Integer, Planned, EVERY,
        "how many arguments the parent has";
    ProcessParentCommandLine = "process.parent.command_line", Keyword, Planned, EVERY,
        "the arguments of the parent joined by one blank each";
    ProcessParentWorkingDirectory = "process.parent.working_directory", Keyword, Planned, EVERY,
        "the directory the parent stands in";
    ProcessParentInteractive = "process.parent.interactive", Boolean, Planned, EVERY,
        "whether stdin and stderr of the parent both are its controlling terminal";
    ProcessParentUserId = "process.parent.user.id", Keyword, Planned, EVERY,
        "effective user id of the parent, as text";
    ProcessParentUserName = "process.parent.user.name", Keyword, Planned, EVERY,
        "name of the effective user of the parent";
    ProcessParentGroupId = "process.parent.group.id", Keyword, Planned, EVERY,
        "effective group id of the parent, as text";
    ProcessParentGroupName = "process.parent.group.name", Keyword, Planned, EVERY,
        "name of the effective group of the parent";
    ProcessParentRealUserId = "process.parent.real_user.id", Keyword, Planned, EVERY,
        "real user id of the parent, as text";
    ProcessParentRealGroupId = "process.parent.real_group.id", Keyword, Planned, EVERY,
        "real group id of the parent, as text";
    ProcessParentTtyCharDeviceMajor = "process.parent.tty.char_device.major", Integer, Planned, EVERY,
        "major number of the controlling terminal of the parent";
    ProcessParentTtyCharDeviceMinor = "process.parent.tty.char_device.minor", Integer, Planned, EVERY,
        "minor number of the controlling terminal of the parent";
    ProcessEntryLeaderPid = "process.entry_leader.pid", Integer, Planned, EVERY, "process id of the entry leader";
    ProcessEntryLeaderEntityId = "process.entry_leader.entity_id", Keyword, Planned, EVERY,
        "names the entry leader for good";
    ProcessEntryLeaderStart = "process.entry_leader.start", Date, Planned, EVERY, "when the entry leader began";
    ProcessEntryLeaderName = "process.entry_leader.name", Keyword, Planned, EVERY,
        "name of the entry leader, as `process.name`";
    ProcessEntryLeaderExecutable = "process.entry_leader.executable", Keyword, Planned, EVERY,
        "path of the executable of the entry leader";
    ProcessEntryLeaderArgs = "process.entry_leader.args", Keyword, Planned, EVERY,
        "the arguments of the entry leader, one value each";
    ProcessEntryLeaderArgsCount = "process.entry_leader.args_count", Integer, Planned, EVERY,
        "how many arguments the entry leader has";
    ProcessEntryLeaderCommandLine = "process.entry_leader.command_line", Keyword, Planned, EVERY,
        "the arguments of the entry leader joined by one blank each";
    ProcessEntryLeaderWorkingDirectory = "process.entry_leader.working_directory", Keyword, Planned, EVERY,
        "the directory the entry leader stands in";
    ProcessEntryLeaderInteractive = "process.entry_leader.interactive", Boolean, Planned, EVERY,
        "whether stdin and stderr of the entry leader both are its controlling terminal";
    ProcessEntryLeaderUserId = "process.entry_leader.user.id", Keyword, Planned, EVERY,
        "effective user id of the entry leader, as text";
    ProcessEntryLeaderUserName = "process.entry_leader.user.name", Keyword, Planned, EVERY,
        "name of the effective user of the entry leader";
    ProcessEntryLeaderGroupId = "process.entry_leader.group.id", Keyword, Planned, EVERY,
        "effective group id of the entry leader, as text";
    ProcessEntryLeaderGroupName = "process.entry_leader.group.name", Keyword, Planned, EVERY,
        "name of the effective group of the entry leader";
    ProcessEntryLeaderRealUserId = "process.entry_leader.real_user.id", Keyword, Planned, EVERY,
        "real user id of the entry leader, as text";
    ProcessEntryLeaderRealGroupId = "process.entry_leader.real_group.id", Keyword, Planned, EVERY,
        "real group id of the entry leader, as text";
    ProcessEntryLeaderTtyCharDeviceMajor = "process.entry_leader.tty.char_device.major", Integer, Planned, EVERY,
        "major number of the controlling terminal of the entry leader";
    ProcessEntryLeaderTtyCharDeviceMinor = "process.entry_leader.tty.char_device.minor", Integer, Planned, EVERY,
        "minor number of the controlling terminal of the entry leader";
    ProcessEntryLeaderSameAsProcess = "process.entry_leader.same_as_process", Boolean, Planned, EVERY,
        "whether the entry leader is the process itself";
    ProcessSessionLeaderPid = "process.session_leader.pid", Integer, Planned, EVERY,
        "process id of the session leader";
    ProcessSessionLeaderEntityId = "process.session_leader.entity_id", Keyword, Planned, EVERY,
        "names the session leader for good";
    ProcessSessionLeaderStart = "process.session_leader.start", Date, Planned, EVERY,
        "when the session leader began";
    ProcessSessionLeaderName = "process.session_leader.name", Keyword, Planned, EVERY,
        "name of the session leader, as `process.name`";
    ProcessSessionLeaderExecutable = "process.session_leader.executable", Keyword, Planned, EVERY,
        "path of the executable of the session leader";
    ProcessSessionLeaderArgs = "process.session_leader.args", Keyword, Planned, EVERY,
        "the arguments of the session leader, one value each";
    ProcessSessionLeaderArgsCount = "process.session_leader.args_count", Integer, Planned, EVERY,
        "how many arguments the session leader has";
    ProcessSessionLeaderCommandLine = "process.session_leader.command_line", Keyword, Planned, EVERY,
        "the arguments of the session leader joined by one blank each";
    ProcessSessionLeaderWorkingDirectory = "process.session_leader.working_directory", Keyword, Planned, EVERY,
        "the directory the session leader stands in";
    ProcessSessionLeaderInteractive = "process.session_leader.interactive", Boolean, Planned, EVERY,
        "whether stdin and stderr of the session leader both are its controlling terminal";
    ProcessSessionLeaderUserId = "process.session_leader.user.id", Keyword, Planned, EVERY,
        "effective user id of the session leader, as text";
    ProcessSessionLeaderUserName = "process.session_leader.user.name", Keyword, Planned, EVERY,
        "name of the effective user of the session leader";
    ProcessSessionLeaderGroupId = "process.session_leader.group.id", Keyword, Planned, EVERY,
        "effective group id of the session leader, as text";
    ProcessSessionLeaderGroupName = "process.session_leader.group.name", Keyword, Planned, EVERY,
        "name of the effective group of the session leader";
    ProcessSessionLeaderRealUserId = "process.session_leader.real_user.id", Keyword, Planned, EVERY,
        "real user id of the session leader, as text";
    ProcessSessionLeaderRealGroupId = "process.session_leader.real_group.id", Keyword, Planned, EVERY,
        "real group id of the session leader, as text";
    ProcessSessionLeaderTtyCharDeviceMajor = "process.session_leader.tty.char_device.major", Integer, Planned, EVERY,
        "major number of the controlling terminal of the session leader";
    ProcessSessionLeaderTtyCharDeviceMinor = "process.session_leader.tty.char_device.minor", Integer, Planned, EVERY,
        "minor number of the controlling terminal of the session leader";
    ProcessSessionLeaderSameAsProcess = "process.session_leader.same_as_process", Boolean, Planned, EVERY,
        "whether the session leader is the process itself";
    ProcessGroupLeaderPid = "process.group_leader.pid", Integer, Planned, EVERY, "process id of the group leader";
    ProcessGroupLeaderEntityId = "process.group_leader.entity_id", Keyword, Planned, EVERY,
        "names the group leader for good";
    ProcessGroupLeaderStart = "process.group_leader.start", Date, Planned, EVERY, "when the group leader began";
    ProcessGroupLeaderName = "process.group_leader.name", Keyword, Planned, EVERY,
        "name of the group leader, as `process.name`";
    ProcessGroupLeaderExecutable = "process.group_leader.executable", Keyword, Planned, EVERY,
        "path of the executable of the group leader";
    ProcessGroupLeaderArgs = "process.group_leader.args", Keyword, Planned, EVERY,
        "the arguments of the group leader, one value each";
    ProcessGroupLeaderArgsCount = "process.group_leader.args_count", Integer, Planned, EVERY,
        "how many arguments the group leader has";
    ProcessGroupLeaderCommandLine = "process.group_leader.command_line", Keyword, Planned, EVERY,
        "the arguments of the group leader joined by one blank each";
    ProcessGroupLeaderWorkingDirectory = "process.group_leader.working_directory", Keyword, Planned, EVERY,
        "the directory the group leader stands in";
    ProcessGroupLeaderInteractive = "process.group_leader.interactive", Boolean, Planned, EVERY,
        "whether stdin and stderr of the group leader both are its controlling terminal";
    ProcessGroupLeaderUserId = "process.group_leader.user.id", Keyword, Planned, EVERY,
        "effective user id of the group leader, as text";
    ProcessGroupLeaderUserName = "process.group_leader.user.name", Keyword, Planned, EVERY,
        "name of the effective user of the group leader";
    ProcessGroupLeaderGroupId = "process.group_leader.group.id", Keyword, Planned, EVERY,
        "effective group id of the group leader, as text";
    ProcessGroupLeaderGroupName = "process.group_leader.group.name", Keyword, Planned, EVERY,
        "name of the effective group of the group leader";
    ProcessGroupLeaderRealUserId = "process.group_leader.real_user.id", Keyword, Planned, EVERY,
        "real user id of the group leader, as text";
    ProcessGroupLeaderRealGroupId = "process.group_leader.real_group.id", Keyword, Planned, EVERY,
        "real group id of the group leader, as text";
    ProcessGroupLeaderTtyCharDeviceMajor = "process.group_leader.tty.char_device.major", Integer, Planned, EVERY,
        "major number of the controlling terminal of the group leader";
    ProcessGroupLeaderTtyCharDeviceMinor = "process.group_leader.tty.char_device.minor", Integer, Planned, EVERY,
        "minor number of the controlling terminal of the group leader";
    ProcessGroupLeaderSameAsProcess = "process.group_leader.same_as_process", Boolean, Planned, EVERY,
        "whether the group leader is the process itself";
    ProcessParentThreadCapabilitiesEffective = "process.parent.thread.capabilities.effective", Keyword, Planned, EVERY,
        "capabilities of the parent in effect";
    ProcessParentThreadCapabilitiesPermitted = "process.parent.thread.capabilities.permitted", Keyword, Planned, EVERY,
        "capabilities the parent may put into effect";
    ProcessEntryLeaderEntryMetaType = "process.entry_leader.entry_meta.type", Keyword, Planned, EVERY,
        "how the session began: `init`, `container`, `sshd`, `ssm`, `terminal`";
    ProcessEntryLeaderEntryMetaSourceIp = "process.entry_leader.entry_meta.source.ip", Keyword, Planned, EVERY,
        "the address the session came from";
    ProcessEntryLeaderParentPid = "process.entry_leader.parent.pid", Integer, Planned, EVERY,
        "process id of the entry leader's parent";
    ProcessEntryLeaderParentEntityId = "process.entry_leader.parent.entity_id", Keyword, Planned, EVERY,
        "names the entry leader's parent for good";
    UserName = "user.name", Keyword, Planned, EVERY, "name of the effective user";
    GroupName = "group.name", Keyword, Planned, EVERY, "name of the effective group";
    ContainerName = "container.name", Keyword, Planned, EVERY, "name of the container";
    ContainerImageName = "container.image.name", Keyword, Planned, EVERY, "name of the image, without its tag";
    ContainerImageTag = "container.image.tag", Keyword, Planned, EVERY, "tags of the image";
    ContainerImageHashAll = "container.image.hash.all", Keyword, Planned, EVERY, "digests of the image";
    ContainerLabels = "container.labels", Keyword, Planned, EVERY, "labels of the container";
    ContainerSecurityContextPrivileged = "container.security_context.privileged", Boolean, Planned, EVERY,
        "whether the container runs privileged";
    OrchestratorType = "orchestrator.type", Keyword, Planned, EVERY,
        "what places the containers, such as `kubernetes`";
    OrchestratorNamespace = "orchestrator.namespace", Keyword, Planned, EVERY, "namespace of the pod";
    OrchestratorResourceName = "orchestrator.resource.name", Keyword, Planned, EVERY, "name of the pod";
    OrchestratorResourceType = "orchestrator.resource.type", Keyword, Planned, EVERY,
        "what is named, such as `pod`";
    OrchestratorResourceParentType = "orchestrator.resource.parent.type", Keyword, Planned, EVERY,
        "what the pod belongs to, such as `DaemonSet`";
    OrchestratorClusterName = "orchestrator.cluster.name", Keyword, Planned, EVERY, "name of the cluster";
    HostId = "host.id", Keyword, Host, EVERY, "machine id of the host";
    HostBootId = "host.boot.id", Keyword, Host, EVERY, "names this boot of the host";
    HostPidNsIno = "host.pid_ns_ino", Keyword, Planned, EVERY, "inode of the host's pid namespace";
    HostOsName = "host.os.name", Keyword, Host, EVERY, "name of the distribution";
    HostOsVersion = "host.os.version", Keyword, Host, EVERY, "version of the distribution";
    HostOsKernel = "host.os.kernel", Keyword, Host, EVERY, "release of the kernel";
    HostOsPlatform = "host.os.platform", Keyword, Planned, EVERY, "short name of the distribution";
    HostOsFamily = "host.os.family", Keyword, Planned, EVERY, "family of the distribution";
    HostOsFull = "host.os.full", Keyword, Host, EVERY, "name and version of the distribution";
    EventOutcome = "event.outcome", Keyword, Planned, EVERY, "whether it came to pass: `success` or `failure`";

    // Fields of kinds that are not captured yet.
    FilePath = "file.path", Keyword, Kernel, FILE, "path of the file, as the process sees it";
    FileName = "file.name", Keyword, Kernel, FILE, "name of the file";
    FileExtension = "file.extension", Keyword, Kernel, FILE, "what stands behind the last dot of the name";
    FileDirectory = "file.directory", Keyword, Kernel, FILE, "path of its directory";
    FileType = "file.type", Keyword, Kernel, FILE, "what it is, such as `file` or `symlink`";
    FileTargetPath = "file.target_path", Keyword, Kernel, FILE, "where a link leads";
    FileMode = "file.mode", Keyword, Kernel, FILE, "permissions, as octal digits";
    FileOwner = "file.owner", Keyword, Kernel, FILE, "name of its owner";
    FileGroup = "file.group", Keyword, Kernel, FILE, "name of its group";
    FileUid = "file.uid", Keyword, Kernel, FILE, "user id of its owner, as text";
    FileGid = "file.gid", Keyword, Kernel, FILE, "group id of its group, as text";
    FileInode = "file.inode", Keyword, Kernel, FILE, "its inode, as text";
    FileSize = "file.size", Integer, Kernel, FILE, "its size in bytes";
    FileHashSha256 = "file.hash.sha256", Keyword, Kernel, FILE, "SHA-256 of its content";
    FileExtOriginalPath = "file.Ext.original.path", Keyword, Kernel, FILE, "its path before it was renamed";
    FileExtOriginalName = "file.Ext.original.name", Keyword, Kernel, FILE, "its name before it was renamed";
    FileExtOriginalExtension = "file.Ext.original.extension", Keyword, Kernel, FILE,
        "its extension before it was renamed";
    FileExtHeaderBytes = "file.Ext.header_bytes", Keyword, Kernel, FILE, "its first bytes, in hexadecimal digits";
    SourceIp = "source.ip", Keyword, Kernel, NETWORK, "address of the side that began";
    SourcePort = "source.port", Integer, Kernel, NETWORK, "port of the side that began";
    SourceAddress = "source.address", Keyword, Kernel, NETWORK, "the same as `source.ip`";
    SourceBytes = "source.bytes", Integer, Kernel, NETWORK, "bytes sent by the side that began";
    DestinationIp = "destination.ip", Keyword, Kernel, NETWORK, "address of the other side";
    DestinationPort = "destination.port", Integer, Kernel, NETWORK, "port of the other side";
    DestinationAddress = "destination.address", Keyword, Kernel, NETWORK, "the same as `destination.ip`";
    DestinationDomain = "destination.domain", Keyword, Kernel, NETWORK, "name of the other side";
    DestinationBytes = "destination.bytes", Integer, Kernel, NETWORK, "bytes sent by the other side";
    DnsQuestionName = "dns.question.name", Keyword, Kernel, NETWORK, "the name that was looked up";
    DnsQuestionType = "dns.question.type", Keyword, Kernel, NETWORK, "the kind of record that was asked for";
    NetworkDirection = "network.direction", Keyword, Kernel, NETWORK, "`ingress` or `egress`";
    NetworkTransport = "network.transport", Keyword, Kernel, NETWORK, "`tcp` or `udp`";
    NetworkType = "network.type", Keyword, Kernel, NETWORK, "`ipv4` or `ipv6`";
    NetworkProtocol = "network.protocol", Keyword, Kernel, NETWORK, "what is spoken, such as `dns`";
    NetworkBytes = "network.bytes", Integer, Kernel, NETWORK, "bytes of both sides";
}

impl FieldId {
    /// Whether it is not captured yet: no event has it, and a rule that depends on it is refused.
    pub fn is_planned(self) -> bool {
        self.source() == Source::Planned
    }

    /// Whether events of `kind` can have it.
    pub fn is_carried_by(self, kind: EventKind) -> bool {
        self.kinds().contains(&kind)
    }

    /// What the kind of an event alone says of its values.
    pub fn given_by(self, kind: EventKind) -> Given {
        match self {
            Self::EventKind => Given::Always(&["event"]),
            Self::HostOsType => Given::Always(&["linux"]),
            Self::EventCategory => kind.category_values(),
            Self::EventType => kind.types(),
            Self::EventAction => kind.actions(),
            _ => Given::Any,
        }
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_field_is_found_by_its_own_name_and_no_name_is_used_twice() {
        let names: HashSet<_> = FieldId::ALL.iter().map(|field| field.name()).collect();
        assert_eq!(names.len(), FieldId::ALL.len());
        for &field in FieldId::ALL {
            assert_eq!(FieldId::from_name(field.name()), Some(field));
        }
        assert_eq!(FieldId::from_name("process.Name"), None);
    }

    #[test]
    fn every_row_is_documented_for_people() {
        for field in FieldId::ALL {
            assert!(field.doc().len() > 10, "{field}");
            assert!(!field.doc().ends_with('.'), "{field}: rows are phrases, not sentences");
            assert!(!field.kinds().is_empty(), "{field}: no kind carries it");
        }
    }

    #[test]
    fn what_a_constant_field_says_comes_from_the_kind_alone() {
        for &field in FieldId::ALL {
            let constant = field.given_by(EventKind::Exec) != Given::Any;
            assert_eq!(field.source() == Source::Constant, constant, "{field}");
        }
    }
}
