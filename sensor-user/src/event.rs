//! One exec as rules and documents see it.
//!
//! [`ExecEvent`] owns what was captured, in buffers that are filled again for the next event, so that
//! an event that matches nothing allocates nothing. [`ExecView`] adds what the rest of the sensor
//! knows (cgroup, host, clock) and answers for the fields of the rule language; what costs something
//! to work out is worked out when it is asked for.

use crate::{
    cgroup::{
        path::{Container, Recognised, Runtime},
        table::Cgroup,
    },
    clock::Clock,
    decode::{Exec, join_path},
    identity::Host,
    terminal::{self, Device, FdKind},
    text::{Digits, basename, lossless},
};
use hullwatch_common::exec::{ExecRecord, flags};
use hullwatch_rules::{Completeness, Event, EventKind, FieldId, SensorEvent, TextList, Values};
use std::cell::{Cell, OnceCell};

/// What was captured of one exec.
pub struct ExecEvent {
    /// Everything of a fixed size.
    pub fixed: ExecRecord,
    /// The path given to execve, escaped if it was not text.
    pub filename: String,
    /// The executable's path, as the process sees it.
    pub executable: String,
    /// The arguments, argv[0] included.
    pub args: TextList,
    /// Which of these had to be escaped.
    pub escaped: Escaped,
    /// Counts events since the sensor started, from 1.
    pub sequence: u64,
    /// Where the next view writes its command line, so that most need no memory of their own.
    spare: Cell<String>,
}

/// What had to be escaped because it was not UTF-8: see [`crate::text`].
#[derive(Debug, Default)]
pub struct Escaped {
    /// The path given to execve.
    pub filename: bool,
    /// The executable's path.
    pub executable: bool,
    /// Indices of arguments.
    pub args: Vec<u32>,
}

/// Buffers that grew past this for one huge argv are given back.
const KEEP_BYTES: usize = 64 << 10;

impl Default for ExecEvent {
    fn default() -> Self {
        Self {
            fixed: zerocopy::FromZeros::new_zeroed(),
            filename: String::new(),
            executable: String::new(),
            args: TextList::new(),
            escaped: Escaped::default(),
            sequence: 0,
            spare: Cell::default(),
        }
    }
}

impl ExecEvent {
    /// Replaces the content by that of a record.
    pub fn fill(&mut self, exec: &Exec<'_>, sequence: u64) {
        self.fixed = *exec.fixed;
        self.sequence = sequence;
        self.filename.clear();
        let (filename, escaped) = lossless(exec.filename);
        self.filename.push_str(&filename);
        self.escaped.filename = escaped;
        self.escaped.executable = join_path(exec.executable, self.has(flags::EXE_CUT), &mut self.executable);
        self.fill_args(exec.argv);
    }

    fn fill_args(&mut self, argv: &[u8]) {
        if self.args.capacity_bytes() > KEEP_BYTES {
            self.args = TextList::new();
        }
        self.args.clear();
        self.escaped.args.clear();
        if argv.is_empty() {
            return;
        }
        // Every argument ends in a NUL; only the last one of a truncated argv does not.
        let argv = argv.strip_suffix(&[0]).unwrap_or(argv);
        for (index, argument) in argv.split(|byte| *byte == 0).enumerate() {
            let (text, escaped) = lossless(argument);
            if escaped {
                self.escaped.args.push(u32::try_from(index).unwrap_or(u32::MAX));
            }
            self.args.push(&text);
        }
    }

    /// Whether a bit of [`flags`] is set.
    pub fn has(&self, flag: u32) -> bool {
        self.fixed.flags & flag != 0
    }

    /// Whether some text of the event is not whole.
    pub fn truncated(&self) -> bool {
        self.has(flags::ARGV_TRUNCATED | flags::ARGV_FAULT | flags::FILENAME_CUT | flags::EXE_CUT)
    }

    /// The controlling terminal.
    pub fn terminal(&self) -> Option<Device> {
        (self.fixed.tty_dev != 0).then_some(Device(self.fixed.tty_dev))
    }

    /// ECS's process.interactive.
    pub fn interactive(&self) -> bool {
        terminal::interactive(self.terminal(), &self.fixed.fds)
    }

    /// What descriptor 0, 1 or 2 is.
    pub fn fd(&self, number: usize) -> FdKind {
        self.fixed.fds.get(number).map_or(FdKind::Closed, |fd| FdKind::of(*fd))
    }

    /// Whether the executable has no name in any directory: deleted, `O_TMPFILE`, or a memfd.
    pub fn deleted(&self) -> bool {
        self.fixed.exe_nlink == 0
    }

    /// Whether the executable exists in memory only: unlinked, and in no directory tree. The name
    /// alone would not tell; anybody can call a file `memfd:x`.
    pub fn memfd(&self) -> bool {
        self.deleted() && self.has(flags::EXE_PSEUDO)
    }

    /// Name of the file that runs.
    pub fn executable_name(&self) -> &str {
        basename(&self.executable)
    }

    /// Name of the file that was asked for: the script, or the link. None when the kernel made the
    /// path up from a descriptor (`/dev/fd/3`) or cut it.
    pub fn filename_name(&self) -> Option<&str> {
        let made_up = self.has(flags::FD_PATH)
            && self.filename.strip_prefix("/dev/fd/").is_some_and(|rest| !rest.contains('/'));
        let name = basename(&self.filename);
        (!made_up && !self.has(flags::FILENAME_CUT) && !name.is_empty()).then_some(name)
    }

    /// The script's path, when one was started.
    pub fn script(&self) -> Option<&str> {
        self.has(flags::SCRIPT).then_some(self.filename.as_str())
    }

    /// The script's name, when one was started and the kernel did not make its path up.
    pub fn script_name(&self) -> Option<&str> {
        self.script().and_then(|_| self.filename_name())
    }

    /// The parent's process id; none for the first process.
    pub fn parent_tgid(&self) -> Option<u32> {
        (self.fixed.parent_tgid != 0).then_some(self.fixed.parent_tgid)
    }

    /// The one name that documents carry: the script's for a script, else the executable's.
    pub fn name(&self) -> &str {
        self.script_name().unwrap_or_else(|| self.executable_name())
    }
}

/// An exec with everything that is known about it.
pub struct ExecView<'a> {
    /// What was captured.
    pub exec: &'a ExecEvent,
    /// Its cgroups: v2 and v1, where there are such.
    pub cgroups: Cgroups<'a>,
    /// The host.
    pub host: &'a Host,
    /// Wall-clock times.
    pub clock: Clock,
    command_line: OnceCell<String>,
    entity_id: OnceCell<String>,
    parent_entity_id: OnceCell<String>,
    ids: Ids,
}

/// User and group ids as text, which is what ECS wants; written when a rule asks.
#[derive(Default)]
struct Ids {
    uid: OnceCell<Digits>,
    euid: OnceCell<Digits>,
    gid: OnceCell<Digits>,
    egid: OnceCell<Digits>,
    suid: OnceCell<Digits>,
    sgid: OnceCell<Digits>,
}

fn id(cell: &OnceCell<Digits>, id: u32) -> Values<'_> {
    Values::Text(cell.get_or_init(|| Digits::of(id)).as_str())
}

/// The cgroups of a process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cgroups<'a> {
    /// In the v2 hierarchy.
    pub v2: Option<&'a Cgroup>,
    /// In the v1 hierarchy that is followed.
    pub v1: Option<&'a Cgroup>,
}

impl<'a> Cgroups<'a> {
    /// The container, by whichever hierarchy knows one.
    pub fn container(self) -> Option<&'a Container> {
        [self.v2, self.v1].into_iter().flatten().find_map(|cgroup| match &cgroup.recognised {
            Recognised::Container(container) => Some(container),
            _ => None,
        })
    }

    /// The path that says most: the one that names the container, else the deeper one.
    pub fn telling(self) -> Option<&'a Cgroup> {
        let named = |cgroup: &&Cgroup| matches!(cgroup.recognised, Recognised::Container(_));
        let both = [self.v2, self.v1];
        both.into_iter().flatten().find(named).or_else(|| {
            both.into_iter()
                .flatten()
                .max_by_key(|cgroup| cgroup.path.trim_end_matches('/').matches('/').count())
        })
    }
}

impl<'a> ExecView<'a> {
    /// Brings the pieces together.
    pub fn new(exec: &'a ExecEvent, cgroups: Cgroups<'a>, host: &'a Host, clock: Clock) -> Self {
        Self {
            exec,
            cgroups,
            host,
            clock,
            command_line: OnceCell::new(),
            entity_id: OnceCell::new(),
            parent_entity_id: OnceCell::new(),
            ids: Ids::default(),
        }
    }

    /// The arguments, joined by one blank each.
    pub fn command_line(&self) -> &str {
        self.command_line.get_or_init(|| {
            let mut line = self.exec.spare.take();
            line.clear();
            for (index, argument) in self.exec.args.iter().enumerate() {
                if index != 0 {
                    line.push(' ');
                }
                line.push_str(argument);
            }
            line
        })
    }

    /// Names the process for good.
    pub fn entity_id(&self) -> &str {
        self.entity_id
            .get_or_init(|| self.host.entity_id(self.exec.fixed.tgid, self.exec.fixed.start_boottime_ns))
    }

    /// Names the parent for good; none when the process has none.
    pub fn parent_entity_id(&self) -> Option<&str> {
        self.exec.parent_tgid().map(|tgid| {
            self.parent_entity_id
                .get_or_init(|| self.host.entity_id(tgid, self.exec.fixed.parent_start_boottime_ns))
                .as_str()
        })
    }

    fn milliseconds(&self, ktime_ns: u64) -> Values<'_> {
        Values::Int(self.clock.wall(ktime_ns).as_millisecond())
    }
}

impl Drop for ExecView<'_> {
    /// Gives the command line's memory to the next view.
    fn drop(&mut self) {
        if let Some(line) = self.command_line.take().filter(|line| line.capacity() <= KEEP_BYTES) {
            self.exec.spare.set(line);
        }
    }
}

/// A text, or no value.
fn text(value: Option<&str>) -> Values<'_> {
    value.map_or(Values::Missing, Values::Text)
}

/// A number, or no value.
fn number(value: Option<impl Into<i64>>) -> Values<'static> {
    value.map_or(Values::Missing, |value| Values::Int(value.into()))
}

impl SensorEvent for ExecView<'_> {
    fn kind(&self) -> EventKind {
        EventKind::Exec
    }
}

impl Event for ExecView<'_> {
    type Field = FieldId;

    fn get(&self, field: FieldId) -> Values<'_> {
        let exec = self.exec;
        match field {
            FieldId::Timestamp | FieldId::EventCreated => self.milliseconds(exec.fixed.header.ktime_ns),
            FieldId::EventKind => Values::Text("event"),
            FieldId::EventCategory => Values::Text("process"),
            FieldId::EventType => Values::Text("start"),
            FieldId::EventAction => Values::Text("exec"),
            FieldId::EventSequence => number(i64::try_from(exec.sequence).ok()),
            FieldId::HostOsType => Values::Text(self.host.os.kind),
            FieldId::HostName => Values::Text(&self.host.name),
            FieldId::HostHostname => Values::Text(&self.host.hostname),
            FieldId::HostArchitecture => Values::Text(&self.host.architecture),
            FieldId::HostId => text(self.host.id.as_deref()),
            FieldId::HostBootId => text(Some(&*self.host.boot.id).filter(|id| !id.is_empty())),
            FieldId::HostOsKernel => Values::Text(&self.host.os.kernel),
            FieldId::HostOsName => text(self.host.os.name.as_deref()),
            FieldId::HostOsVersion => text(self.host.os.version.as_deref()),
            FieldId::HostOsFull => text(self.host.os.full.as_deref()),
            FieldId::ProcessPid => Values::Int(exec.fixed.tgid.into()),
            FieldId::ProcessEntityId => Values::Text(self.entity_id()),
            FieldId::ProcessStart => self.milliseconds(exec.fixed.start_boottime_ns),
            FieldId::ProcessName => {
                let name = exec.executable_name();
                match exec.filename_name().filter(|other| *other != name) {
                    Some(other) => Values::Pair(name, other),
                    None => Values::Text(name),
                }
            }
            FieldId::ProcessExecutable => Values::Text(&exec.executable),
            FieldId::ProcessArgs => Values::List(&exec.args),
            FieldId::ProcessArgsCount | FieldId::HullwatchEvidenceArgc => Values::Int(exec.fixed.argc.into()),
            FieldId::ProcessCommandLine => Values::Text(self.command_line()),
            FieldId::ProcessInteractive => Values::Bool(exec.interactive()),
            FieldId::ProcessTtyMajor => number(exec.terminal().map(Device::major)),
            FieldId::ProcessTtyMinor => number(exec.terminal().map(Device::minor)),
            FieldId::ProcessParentPid => number(exec.parent_tgid()),
            FieldId::ProcessParentEntityId => text(self.parent_entity_id()),
            FieldId::ProcessParentStart => exec
                .parent_tgid()
                .map_or(Values::Missing, |_| self.milliseconds(exec.fixed.parent_start_boottime_ns)),
            FieldId::ProcessUserId | FieldId::UserId => id(&self.ids.euid, exec.fixed.euid),
            FieldId::ProcessGroupId | FieldId::GroupId => id(&self.ids.egid, exec.fixed.egid),
            FieldId::ProcessRealUserId => id(&self.ids.uid, exec.fixed.uid),
            FieldId::ProcessRealGroupId => id(&self.ids.gid, exec.fixed.gid),
            FieldId::ProcessSavedUserId => id(&self.ids.suid, exec.fixed.suid),
            FieldId::ProcessSavedGroupId => id(&self.ids.sgid, exec.fixed.sgid),
            FieldId::ContainerId => text(self.cgroups.container().map(|container| container.id.as_str())),
            FieldId::ContainerRuntime => {
                text(self.cgroups.container().and_then(|container| container.runtime).map(Runtime::name))
            }
            FieldId::HullwatchFdsStdin => Values::Text(exec.fd(0).name()),
            FieldId::HullwatchFdsStdout => Values::Text(exec.fd(1).name()),
            FieldId::HullwatchFdsStderr => Values::Text(exec.fd(2).name()),
            FieldId::HullwatchFilename => Values::Text(&exec.filename),
            FieldId::HullwatchEvidenceArgvBytes => number(i64::try_from(exec.fixed.argv_bytes).ok()),
            FieldId::HullwatchEvidenceTruncated => Values::Bool(exec.truncated()),
            FieldId::HullwatchExecutableDeleted => Values::Bool(exec.deleted()),
            FieldId::HullwatchExecutableMemfd => Values::Bool(exec.memfd()),
            FieldId::HullwatchScriptPath => text(exec.script()),
            FieldId::HullwatchScriptName => text(exec.script_name()),
            FieldId::HullwatchCgroupPath => text(self.cgroups.telling().map(|cgroup| cgroup.path.as_str())),
            // Fields of other kinds of events, and those that are planned.
            _ => Values::Missing,
        }
    }

    fn completeness(&self, field: FieldId) -> Completeness {
        use Completeness::{EndCut, MoreValues, StartCut, Unknown, Whole};
        let cut = |flag: u32, how: Completeness| if self.exec.has(flag) { how } else { Whole };
        match field {
            FieldId::ProcessArgs => cut(flags::ARGV_TRUNCATED | flags::ARGV_FAULT, MoreValues),
            FieldId::ProcessCommandLine => cut(flags::ARGV_TRUNCATED | flags::ARGV_FAULT, EndCut),
            FieldId::ProcessExecutable => cut(flags::EXE_CUT, StartCut),
            FieldId::HullwatchFilename => cut(flags::FILENAME_CUT, EndCut),
            // What follows is made of the filename's end.
            FieldId::ProcessName => cut(flags::FILENAME_CUT, MoreValues),
            FieldId::HullwatchScriptPath if self.exec.script().is_some() => cut(flags::FILENAME_CUT, EndCut),
            FieldId::HullwatchScriptName if self.exec.script().is_some() => cut(flags::FILENAME_CUT, Unknown),
            // Not recognised is not the host: without its path nobody knows.
            FieldId::ContainerId | FieldId::ContainerRuntime | FieldId::HullwatchCgroupPath
                if self.cgroups.v2.is_none() && self.cgroups.v1.is_none() =>
            {
                Unknown
            }
            FieldId::HullwatchCgroupPath if self.cgroups.telling().is_some_and(|cgroup| cgroup.cut) => {
                StartCut
            }
            _ => Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cgroup::{path::tests::NoRuntime, table::CgroupTable},
        decode::{
            Record, decode,
            tests::{exec_bytes, exec_record},
        },
        identity::tests::host,
    };
    use hullwatch_common::cgroup::CgroupKey;
    use zerocopy::IntoBytes;

    fn event(
        change: impl FnOnce(&mut ExecRecord),
        filename: &str,
        components: &[u8],
        argv: &[u8],
    ) -> ExecEvent {
        let mut record = exec_record();
        change(&mut record);
        let words = exec_bytes(record, format!("{filename}\0").as_bytes(), components, argv);
        let Record::Exec(exec) = decode(words.as_bytes()).unwrap() else { panic!("not an exec") };
        let mut event = ExecEvent::default();
        event.fill(&exec, 1);
        event
    }

    fn names(event: &ExecEvent) -> Vec<String> {
        let host = host();
        let view = ExecView::new(event, Cgroups::default(), &host, Clock::booted_at(0));
        let mut names = Vec::new();
        view.get(FieldId::ProcessName).any_text(|name| {
            names.push(name.to_owned());
            false
        });
        names
    }

    /// The table says which fields an exec has; this holds [`Event::get`] to it, as no compiler does.
    #[test]
    fn an_exec_with_everything_has_a_value_for_every_field_that_the_table_gives_it() {
        let event = event(
            |record| record.flags = flags::SCRIPT,
            "/usr/bin/dnf",
            b"python3.11\0bin\0usr\0",
            b"/usr/bin/python3\0/usr/bin/dnf\0",
        );
        let mut host = host();
        for part in [&mut host.os.name, &mut host.os.version, &mut host.os.full] {
            *part = Some("Debian".to_owned());
        }
        let mut table = CgroupTable::new(Box::new(NoRuntime));
        let key = CgroupKey { id: 77, hierarchy: 2 };
        table.learn(key, format!("/docker/{}", "ab".repeat(32)), false);
        let cgroup = table.get(key).unwrap();
        let cgroups = Cgroups { v2: Some(&cgroup), v1: None };
        let view = ExecView::new(&event, cgroups, &host, Clock::booted_at(0));
        let carried = |field: &FieldId| field.is_carried_by(EventKind::Exec) && !field.is_planned();
        let empty: Vec<_> =
            FieldId::ALL.iter().copied().filter(carried).filter(|field| !view.get(*field).any()).collect();
        assert!(empty.is_empty(), "no value for {empty:?}");
    }

    #[test]
    fn a_script_has_two_names_in_rules_and_its_own_in_documents() {
        let event = event(
            |record| record.flags = flags::SCRIPT,
            "/usr/bin/dnf",
            b"python3.11\0bin\0usr\0",
            b"/usr/bin/python3\0/usr/bin/dnf\0install\0curl\0",
        );
        assert_eq!(names(&event), ["python3.11", "dnf"]);
        assert_eq!(event.name(), "dnf");
        assert_eq!(event.executable, "/usr/bin/python3.11");
    }

    #[test]
    fn a_link_has_two_names_in_rules_and_the_files_in_documents() {
        let event = event(|_| {}, "/usr/bin/vi", b"vim.basic\0bin\0usr\0", b"vi\0");
        assert_eq!(names(&event), ["vim.basic", "vi"]);
        assert_eq!(event.name(), "vim.basic");
    }

    #[test]
    fn a_descriptor_is_no_name() {
        let by_fd = |record: &mut ExecRecord| record.flags = flags::FD_PATH | flags::EXE_PSEUDO;
        let event = event(
            |record| {
                by_fd(record);
                record.exe_nlink = 0;
            },
            "/dev/fd/3",
            b"memfd:x\0",
            b"x\0",
        );
        assert_eq!(names(&event), ["memfd:x"]);
        assert!(event.memfd() && event.deleted());
    }

    #[test]
    fn a_file_below_a_descriptor_has_its_name() {
        let event =
            event(|record| record.flags = flags::FD_PATH, "/dev/fd/3/bin/tool", b"tool2\0bin\0", b"x\0");
        assert_eq!(names(&event), ["tool2", "tool"]);
    }

    #[test]
    fn a_file_called_memfd_is_none() {
        let event = event(|record| record.exe_nlink = 0, "/tmp/memfd:x", b"memfd:x\0tmp\0", b"x\0");
        assert!(event.deleted() && !event.memfd());
    }

    #[test]
    fn empty_arguments_count_wherever_they_stand() {
        let event = event(|_| {}, "/f", b"f\0", b"\0a\0\0b\0\0");
        assert_eq!(event.args.iter().collect::<Vec<_>>(), ["", "a", "", "b", ""]);
        assert_eq!(self::event(|_| {}, "/f", b"f\0", b"\0").args.iter().collect::<Vec<_>>(), [""]);
        assert!(self::event(|_| {}, "/f", b"f\0", b"").args.is_empty());
    }

    #[test]
    fn arguments_that_are_not_text_are_escaped_and_listed() {
        let event = event(|_| {}, "/f", b"f\0", b"ok\0\xff\\\0ok\\\0");
        assert_eq!(event.args.iter().collect::<Vec<_>>(), ["ok", "\\xff\\\\", "ok\\"]);
        assert_eq!(event.escaped.args, [1]);
    }

    #[test]
    fn the_last_argument_of_a_truncated_argv_is_what_there_is_of_it() {
        let event = event(|record| record.flags = flags::ARGV_TRUNCATED, "/f", b"f\0", b"f\0long");
        assert_eq!(event.args.iter().collect::<Vec<_>>(), ["f", "long"]);
        assert!(event.truncated());
    }

    #[test]
    fn what_was_not_captured_whole_is_said_to_be_so_and_how() {
        use Completeness::{EndCut, MoreValues, StartCut, Unknown};
        let mut table = CgroupTable::new(Box::new(NoRuntime));
        let key = CgroupKey { id: 77, hierarchy: 2 };
        table.learn(key, "/user.slice".to_owned(), false);
        let cgroup = table.get(key).unwrap();
        let incomplete = |set: u32| {
            let event = event(|record| record.flags = set, "/usr/bin/dnf", b"python3\0bin\0", b"a\0b");
            let host = host();
            let cgroups = Cgroups { v2: Some(&cgroup), v1: None };
            let view = ExecView::new(&event, cgroups, &host, Clock::booted_at(0));
            let said = FieldId::ALL.iter().map(|field| (field.name(), view.completeness(*field)));
            said.filter(|(_, how)| *how != Completeness::Whole).collect::<Vec<_>>()
        };
        assert_eq!(incomplete(0), []);
        for flag in [flags::ARGV_TRUNCATED, flags::ARGV_FAULT] {
            assert_eq!(incomplete(flag), [("process.args", MoreValues), ("process.command_line", EndCut)]);
        }
        assert_eq!(incomplete(flags::EXE_CUT), [("process.executable", StartCut)]);
        assert_eq!(
            incomplete(flags::FILENAME_CUT),
            [("process.name", MoreValues), ("hullwatch.filename", EndCut)]
        );
        let script = [
            ("process.name", MoreValues),
            ("hullwatch.filename", EndCut),
            ("hullwatch.script.path", EndCut),
            ("hullwatch.script.name", Unknown),
        ];
        assert_eq!(incomplete(flags::FILENAME_CUT | flags::SCRIPT), script);
    }

    #[test]
    fn without_its_cgroups_path_nobody_knows_whether_an_exec_is_in_a_container() {
        let event = event(|_| {}, "/f", b"f\0", b"f\0");
        let host = host();
        let view = ExecView::new(&event, Cgroups::default(), &host, Clock::booted_at(0));
        assert_eq!(view.completeness(FieldId::ContainerId), Completeness::Unknown);
    }

    #[test]
    fn ids_and_the_command_line_are_text_when_a_rule_asks() {
        let mut event = event(|record| record.gid = u32::MAX, "/f", b"f\0", b"f\0-x\0");
        for line in ["f -x", "g"] {
            {
                let host = host();
                let view = ExecView::new(&event, Cgroups::default(), &host, Clock::booted_at(0));
                assert_eq!(view.command_line(), line);
                assert!(matches!(view.get(FieldId::ProcessRealUserId), Values::Text("1000")));
                assert!(matches!(view.get(FieldId::UserId), Values::Text("0")));
                assert!(matches!(view.get(FieldId::ProcessRealGroupId), Values::Text("4294967295")));
            }
            event.args.clear();
            event.args.push("g");
        }
    }

    #[test]
    fn an_event_leaves_nothing_of_the_one_before() {
        let mut event = event(|_| {}, "/usr/bin/first", b"first\0", b"first\0\xff\0");
        let words = exec_bytes(exec_record(), b"/b\0", b"b\0", b"b\0");
        let Record::Exec(exec) = decode(words.as_bytes()).unwrap() else { panic!("not an exec") };
        event.fill(&exec, 2);
        assert_eq!((event.filename.as_str(), event.executable.as_str(), event.args.len()), ("/b", "/b", 1));
        assert!(event.escaped.args.is_empty());
    }

    #[test]
    fn the_process_without_a_parent_has_no_parent_fields() {
        let event = event(|record| record.parent_tgid = 0, "/f", b"f\0", b"f\0");
        let host = host();
        let view = ExecView::new(&event, Cgroups::default(), &host, Clock::booted_at(0));
        for field in [FieldId::ProcessParentPid, FieldId::ProcessParentEntityId, FieldId::ProcessParentStart]
        {
            assert!(!view.get(field).any(), "{field}");
        }
    }

    #[test]
    fn every_field_answers_with_the_type_of_its_row() {
        use hullwatch_rules::FieldType;
        let event = event(|_| {}, "/usr/bin/apt-get", b"apt-get\0bin\0usr\0", b"apt-get\0install\0");
        let host = host();
        let view = ExecView::new(&event, Cgroups::default(), &host, Clock::booted_at(0));
        for &field in FieldId::ALL {
            let fits = match (field.kind(), view.get(field)) {
                (_, Values::Missing) => true,
                (FieldType::Boolean, value) => matches!(value, Values::Bool(_)),
                (FieldType::Integer | FieldType::Date, value) => matches!(value, Values::Int(_)),
                (FieldType::Keyword, value) => !matches!(value, Values::Bool(_) | Values::Int(_)),
            };
            assert!(fits, "{field}");
        }
    }
}
