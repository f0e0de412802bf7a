//! The fields a rule may use: one table, one row a field.
//!
//! Everything else about a field is derived from its row: the id, the name, the type the checker holds rules to, and
//! what docs/fields.md says. A rule that uses a field without a row is refused when it is loaded.

use std::fmt;

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
}

macro_rules! fields {
    ($($id:ident = $name:literal, $kind:ident, $source:ident, $doc:literal;)*) => {
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

            /// What it says, for the reader of docs/fields.md.
            pub fn doc(self) -> &'static str {
                match self { $(Self::$id => $doc,)* }
            }
        }
    };
}

fields! {
    Timestamp = "@timestamp", Date, Kernel, "when it happened, on the wall clock";
    EventKind = "event.kind", Keyword, Constant, "always `event` where rules look";
    EventCategory = "event.category", Keyword, Constant, "`process` for an exec";
    EventType = "event.type", Keyword, Constant, "`start` for an exec";
    EventAction = "event.action", Keyword, Constant, "`exec` for an exec";
    EventCreated = "event.created", Date, Kernel, "when the kernel program saw it: the same as `@timestamp`";
    EventSequence = "event.sequence", Integer, Kernel, "counts events since the sensor started, orders equal timestamps";
    HostOsType = "host.os.type", Keyword, Constant, "always `linux`";
    HostName = "host.name", Keyword, Host, "the host's name";
    HostHostname = "host.hostname", Keyword, Host, "the host's name as `hostname` prints it";
    HostArchitecture = "host.architecture", Keyword, Host, "the processor's architecture, as `uname -m` prints it";
    ProcessPid = "process.pid", Integer, Kernel, "process id, in the host's numbering";
    ProcessEntityId = "process.entity_id", Keyword, Derived, "names the process for good, whatever becomes of its pid";
    ProcessStart = "process.start", Date, Kernel, "when the process began (its fork, not this exec)";
    ProcessName = "process.name", Keyword, Derived,
        "basename of the executable and, if it differs, of the path given to exec: a script has two names";
    ProcessExecutable = "process.executable", Keyword, Kernel, "path of the executable, as the process sees it";
    ProcessArgs = "process.args", Keyword, Kernel, "the arguments, the command itself first: one value each";
    ProcessArgsCount = "process.args_count", Integer, Kernel, "how many arguments there are, the command counted";
    ProcessCommandLine = "process.command_line", Keyword, Derived, "the arguments joined by one blank each";
    ProcessInteractive = "process.interactive", Boolean, Kernel,
        "whether stdin and stderr both are the controlling terminal";
    ProcessTtyMajor = "process.tty.char_device.major", Integer, Kernel, "major number of the controlling terminal";
    ProcessTtyMinor = "process.tty.char_device.minor", Integer, Kernel, "minor number of the controlling terminal";
    ProcessParentPid = "process.parent.pid", Integer, Kernel, "process id of the parent";
    ProcessParentEntityId = "process.parent.entity_id", Keyword, Derived, "names the parent for good";
    ProcessParentStart = "process.parent.start", Date, Kernel, "when the parent began";
    ProcessUserId = "process.user.id", Keyword, Kernel, "effective user id, as text";
    ProcessGroupId = "process.group.id", Keyword, Kernel, "effective group id, as text";
    ProcessRealUserId = "process.real_user.id", Keyword, Kernel, "real user id, as text";
    ProcessRealGroupId = "process.real_group.id", Keyword, Kernel, "real group id, as text";
    UserId = "user.id", Keyword, Kernel, "effective user id, as text";
    GroupId = "group.id", Keyword, Kernel, "effective group id, as text";
    ContainerId = "container.id", Keyword, Derived, "full id of the container; no value on the host";
    ContainerRuntime = "container.runtime", Keyword, Derived, "what runs the container, such as `docker`";
    HullwatchFdsStdin = "hullwatch.fds.stdin", Keyword, Kernel,
        "what file descriptor 0 is: `tty`, `pipe`, `socket`, `file`, `null`, `char`, `closed` or `other`";
    HullwatchFdsStdout = "hullwatch.fds.stdout", Keyword, Kernel, "the same of file descriptor 1";
    HullwatchFdsStderr = "hullwatch.fds.stderr", Keyword, Kernel, "the same of file descriptor 2";
    HullwatchFilename = "hullwatch.filename", Keyword, Kernel, "the path given to exec, as given";
    HullwatchEvidenceArgc = "hullwatch.evidence.argc", Integer, Kernel, "how many arguments the process got";
    HullwatchEvidenceArgvBytes = "hullwatch.evidence.argv_bytes", Integer, Kernel,
        "how many bytes the arguments took, even where not all were captured";
    HullwatchEvidenceTruncated = "hullwatch.evidence.truncated", Boolean, Kernel,
        "whether something was too long to be captured whole";
    HullwatchExecutableDeleted = "hullwatch.executable.deleted", Boolean, Kernel,
        "whether the executable's file had no name left";
    HullwatchExecutableMemfd = "hullwatch.executable.memfd", Boolean, Kernel,
        "whether the executable existed in memory only";
    HullwatchScriptPath = "hullwatch.script.path", Keyword, Kernel, "path of the script, if a script was started";
    HullwatchScriptName = "hullwatch.script.name", Keyword, Derived, "basename of the script";
    HullwatchCgroupPath = "hullwatch.cgroup.path", Keyword, Kernel, "path of the cgroup";
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
        }
    }
}
