//! An exec as a document: process, user, container and host, and the evidence behind them. Alerts are made of
//! it in [`super::alert`].

use super::{Agent, DataStream, EVENTS, Ecs, alert::EventMap};
use crate::{
    cgroup::path::{Recognised, Runtime},
    event::ExecView,
    identity::Host,
    terminal::{Device, FdKind},
};
use hullwatch_common::exec::flags;
use hullwatch_rules::TextList;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;

#[derive(Debug, Serialize)]
struct ExecFields<'a> {
    process: Process<'a>,
    user: Id,
    group: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<Container<'a>>,
    host: &'a Host,
}

#[derive(Debug, Serialize)]
struct Id {
    id: String,
}

impl Id {
    fn of(id: u32) -> Self {
        Self { id: id.to_string() }
    }
}

#[derive(Debug, Serialize)]
struct Process<'a> {
    pid: u32,
    entity_id: &'a str,
    start: Timestamp,
    name: &'a str,
    executable: &'a str,
    #[serde(serialize_with = "texts")]
    args: &'a TextList,
    args_count: u32,
    command_line: &'a str,
    interactive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tty: Option<Tty>,
    user: Id,
    real_user: Id,
    saved_user: Id,
    group: Id,
    real_group: Id,
    saved_group: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Parent<'a>>,
}

#[derive(Debug, Serialize)]
struct Tty {
    char_device: CharDevice,
}

#[derive(Debug, Serialize)]
struct CharDevice {
    major: u32,
    minor: u32,
}

#[derive(Debug, Serialize)]
struct Parent<'a> {
    pid: u32,
    entity_id: &'a str,
    start: Timestamp,
}

#[derive(Debug, Serialize)]
struct Container<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<Runtime>,
}

fn texts<S: Serializer>(list: &TextList, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter())
}

impl<'a> ExecFields<'a> {
    fn of(view: &'a ExecView<'a>) -> Self {
        let exec = view.exec;
        let fixed = &exec.fixed;
        Self {
            process: Process {
                pid: fixed.tgid,
                entity_id: view.entity_id(),
                start: view.clock.wall(fixed.start_boottime_ns),
                name: exec.name(),
                executable: &exec.executable,
                args: &exec.args,
                args_count: fixed.argc,
                command_line: view.command_line(),
                interactive: exec.interactive(),
                tty: exec.terminal().map(tty),
                user: Id::of(fixed.euid),
                real_user: Id::of(fixed.uid),
                saved_user: Id::of(fixed.suid),
                group: Id::of(fixed.egid),
                real_group: Id::of(fixed.gid),
                saved_group: Id::of(fixed.sgid),
                parent: view.parent_entity_id().map(|entity_id| Parent {
                    pid: fixed.parent_tgid,
                    entity_id,
                    start: view.clock.wall(fixed.parent_start_boottime_ns),
                }),
            },
            user: Id::of(fixed.euid),
            group: Id::of(fixed.egid),
            container: view
                .cgroups
                .container()
                .map(|container| Container { id: &container.id, runtime: container.runtime }),
            host: view.host,
        }
    }
}

fn tty(device: Device) -> Tty {
    Tty { char_device: CharDevice { major: device.major(), minor: device.minor() } }
}

/// `hullwatch`: what has no name in ECS.
#[derive(Debug, Serialize)]
struct Own<'a> {
    evidence: Evidence<'a>,
    filename: &'a str,
    fds: Fds,
    executable: Executable,
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interpreter: Option<Named<'a>>,
    cgroup: CgroupFields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<OuterContainer<'a>>,
}

/// How much of the event was captured, and how.
#[derive(Debug, Serialize)]
struct Evidence<'a> {
    argc: u32,
    argv_bytes: u64,
    argv_captured_bytes: u32,
    truncated: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    truncated_fields: Vec<&'static str>,
    #[serde(skip_serializing_if = "<[u32]>::is_empty")]
    escaped_args: &'a [u32],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    escaped_fields: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Fds {
    stdin: FdKind,
    stdout: FdKind,
    stderr: FdKind,
}

#[derive(Debug, Serialize)]
struct Executable {
    inode: String,
    mode: String,
    deleted: bool,
    memfd: bool,
}

/// A file by its path, and the name at the path's end.
#[derive(Debug, Serialize)]
struct Named<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct CgroupFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    recognised: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    v1_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v1_id: Option<String>,
}

#[derive(Debug, Serialize)]
struct OuterContainer<'a> {
    outer_id: &'a str,
}

impl<'a> Own<'a> {
    fn of(view: &'a ExecView<'a>) -> Self {
        let exec = view.exec;
        let fixed = &exec.fixed;
        let (v2, v1) = (view.cgroups.v2, view.cgroups.v1);
        let container = view.cgroups.container();
        Self {
            evidence: Evidence {
                argc: fixed.argc,
                argv_bytes: fixed.argv_bytes,
                argv_captured_bytes: fixed.argv_captured_bytes,
                truncated: exec.truncated(),
                truncated_fields: names_of([
                    ("process.args", exec.has(flags::ARGV_TRUNCATED | flags::ARGV_FAULT)),
                    ("hullwatch.filename", exec.has(flags::FILENAME_CUT)),
                    ("process.executable", exec.has(flags::EXE_CUT)),
                    ("hullwatch.cgroup.path", v2.is_some_and(|cgroup| cgroup.cut)),
                    ("hullwatch.cgroup.v1_path", v1.is_some_and(|cgroup| cgroup.cut)),
                ]),
                escaped_args: &exec.escaped.args,
                escaped_fields: names_of([
                    ("hullwatch.filename", exec.escaped.filename),
                    ("process.executable", exec.escaped.executable),
                ]),
            },
            filename: &exec.filename,
            fds: Fds { stdin: exec.fd(0), stdout: exec.fd(1), stderr: exec.fd(2) },
            executable: Executable {
                inode: fixed.exe_ino.to_string(),
                mode: format!("{:04o}", fixed.exe_mode & 0o7777),
                deleted: exec.deleted(),
                memfd: exec.memfd(),
            },
            script: exec.script().map(|path| Named { path, name: exec.script_name() }),
            interpreter: exec
                .script()
                .map(|_| Named { path: &exec.executable, name: Some(exec.executable_name()) }),
            cgroup: CgroupFields {
                path: v2.map(|cgroup| cgroup.path.as_str()),
                recognised: view.cgroups.telling().map_or("unknown", |cgroup| match cgroup.recognised {
                    Recognised::Container(_) => "container",
                    Recognised::Host => "host",
                    Recognised::Unrecognised => "unrecognised",
                }),
                id: fixed.cgroup_v2_id.to_string(),
                v1_path: v1.map(|cgroup| cgroup.path.as_str()),
                v1_id: (fixed.cgroup_v1_id != 0).then(|| fixed.cgroup_v1_id.to_string()),
            },
            container: container
                .and_then(|container| container.outer_id.as_deref())
                .map(|outer_id| OuterContainer { outer_id }),
        }
    }
}

fn names_of<const N: usize>(fields: [(&'static str, bool); N]) -> Vec<&'static str> {
    fields.into_iter().filter_map(|(name, is_so)| is_so.then_some(name)).collect()
}

/// An exec that no rule is asked about: what `record` writes.
#[derive(Debug, Serialize)]
pub struct EventDocument<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: Timestamp,
    ecs: Ecs,
    event: EventFields,
    #[serde(flatten)]
    exec: ExecFields<'a>,
    agent: Agent<'a>,
    data_stream: DataStream,
    hullwatch: Own<'a>,
}

#[derive(Debug, Serialize)]
struct EventFields {
    kind: &'static str,
    module: &'static str,
    dataset: &'static str,
    id: String,
    category: [&'static str; 1],
    #[serde(rename = "type")]
    kinds: [&'static str; 1],
    action: [&'static str; 1],
    created: Timestamp,
    sequence: u64,
}

impl EventFields {
    fn of(view: &ExecView<'_>) -> Self {
        let fixed = &view.exec.fixed;
        Self {
            kind: "event",
            module: "hullwatch",
            dataset: EVENTS,
            id: view.host.document_id(fixed.tgid, fixed.header.ktime_ns),
            category: ["process"],
            kinds: ["start"],
            action: ["exec"],
            created: view.clock.wall(fixed.header.ktime_ns),
            sequence: view.exec.sequence,
        }
    }
}

impl<'a> EventDocument<'a> {
    /// The document of an exec.
    pub fn of(view: &'a ExecView<'a>, agent_id: &'a str) -> Self {
        Self {
            timestamp: view.clock.wall(view.exec.fixed.header.ktime_ns),
            ecs: Ecs::CURRENT,
            event: EventFields::of(view),
            exec: ExecFields::of(view),
            agent: Agent::new(agent_id),
            data_stream: DataStream::of(EVENTS),
            hullwatch: Own::of(view),
        }
    }
    /// The document with its fields open to be added to.
    pub fn map(&self) -> EventMap {
        // Structures of strings and numbers always have a form in JSON.
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => EventMap::new(),
        }
    }
}
