//! One closed way from record bytes to documents: decode, find the cgroup, evaluate, write.
//!
//! Runs on the reader's own task, on bytes that still lie in the ring. It waits for nothing: sinks have
//! queues, and the file system is asked only for cgroups that are new.

use crate::{
    alerting::{Alerting, Counts},
    cgroup::table::{Cgroup, CgroupTable},
    clock::{self, Clock},
    decode::{self, Exec, Record},
    document::{lost, notice::Sender, pretty, process::EventDocument},
    event::{Cgroups, ExecEvent, ExecView},
    identity::Host,
    kernel::probes::{SentCgroups, sent_cgroup_key},
    losses::OwnCounts,
    reload::Outcome,
    sink::Sink,
};
use bytes::{BufMut, Bytes, BytesMut};
use clap::ValueEnum;
use hullwatch_common::cgroup::{CgroupKey, HIERARCHY_V1, HIERARCHY_V2};
use hullwatch_rules::engine::EngineLosses;
use jiff::Timestamp;
use procfs::process::Process;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// How documents look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// A block of lines for a person.
    Pretty,
}

/// What is made of events.
#[derive(Debug)]
pub enum Mode {
    /// Alerts, for events that match a rule.
    Alerts(Box<Alerting>),
    /// Every event.
    Events,
}

/// Outputs, each with its format.
#[derive(Debug)]
pub struct Outputs(pub Vec<(Sink, Format)>);

/// The way, and what it remembers between events.
pub struct Pipeline {
    mode: Mode,
    host: Host,
    agent_id: String,
    clock: Clock,
    cgroups: CgroupTable,
    sent_cgroups: SentCgroups,
    /// Name of the v1 controller that is followed, as /proc/PID/cgroup writes it.
    v1_controller: Option<&'static str>,
    outputs: Outputs,
    exec: ExecEvent,
    events_seen: u64,
    own: OwnCounts,
}

/// What a pipeline is made of.
pub struct Parts {
    /// What is made of events.
    pub mode: Mode,
    /// The host.
    pub host: Host,
    /// The cgroups known so far.
    pub cgroups: CgroupTable,
    /// Those whose path the kernel side has sent.
    pub sent_cgroups: SentCgroups,
    /// The v1 controller that is followed.
    pub v1_controller: Option<&'static str>,
    /// Where documents go.
    pub outputs: Outputs,
}

impl Pipeline {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let Parts { mode, host, cgroups, sent_cgroups, v1_controller, outputs } = parts;
        Self {
            mode,
            agent_id: host.agent_id(),
            clock: Clock::now(),
            host,
            cgroups,
            sent_cgroups,
            v1_controller,
            outputs,
            exec: ExecEvent::default(),
            events_seen: 0,
            own: OwnCounts::default(),
        }
    }

    /// Takes one record.
    pub fn take(&mut self, bytes: &[u8]) {
        match decode::decode(bytes) {
            Ok(Record::Exec(exec)) => self.take_exec(&exec),
            Ok(Record::Cgroup(cgroup)) => {
                let mut path = String::new();
                decode::join_path(cgroup.components, cgroup.cut, &mut path);
                self.learn(cgroup.key, path, cgroup.cut);
            }
            Err(error) => {
                self.own.undecodable += 1;
                // Should this ever happen it happens for every record: one line in a thousand.
                if self.own.undecodable % 1000 == 1 {
                    tracing::error!("cannot decode a record of the kernel program: {error}");
                }
            }
        }
    }

    fn take_exec(&mut self, exec: &Exec<'_>) {
        self.events_seen += 1;
        self.exec.fill(exec, self.events_seen);
        let v2 = self.cgroup(HIERARCHY_V2, exec.fixed.cgroup_v2_id, exec.fixed.tgid);
        let v1 = match exec.fixed.cgroup_v1_id {
            0 => None,
            id => self.cgroup(HIERARCHY_V1, id, exec.fixed.tgid),
        };
        if v2.is_none() && v1.is_none() {
            self.own.cgroup_unknown += 1;
        }
        let cgroups = Cgroups { v2: v2.as_deref(), v1: v1.as_deref() };
        let view = ExecView::new(&self.exec, cgroups, &self.host, self.clock);
        match &mut self.mode {
            Mode::Alerts(alerting) => alerting.take(&view, &self.agent_id, &self.outputs),
            Mode::Events => self.outputs.write(&EventDocument::of(&view, &self.agent_id)),
        }
    }

    /// What is known of a cgroup. Its path is sent before the first event in it; should it have got
    /// lost, the process itself is asked while it lives.
    fn cgroup(&mut self, hierarchy: u64, id: u64, tgid: u32) -> Option<Arc<Cgroup>> {
        let key = CgroupKey { id, hierarchy };
        if let Some(cgroup) = self.cgroups.get(key) {
            return Some(cgroup);
        }
        let path = self.ask_process(hierarchy, tgid)?;
        self.learn(key, path, false);
        self.cgroups.get(key)
    }

    fn ask_process(&self, hierarchy: u64, tgid: u32) -> Option<String> {
        let cgroups = Process::new(i32::try_from(tgid).ok()?).and_then(|process| process.cgroups()).ok()?;
        let ours = |entry: &&procfs::ProcessCGroup| match self.v1_controller {
            _ if hierarchy == HIERARCHY_V2 => entry.hierarchy == 0,
            Some(name) => entry.controllers.iter().any(|controller| controller == name),
            None => false,
        };
        let path = cgroups.0.iter().find(ours)?.pathname.clone();
        // Outside of this sensor's own cgroup namespace the path is not one from the root.
        (!path.starts_with("/..")).then_some(path)
    }

    fn learn(&mut self, key: CgroupKey, path: String, cut: bool) {
        if let Some(forgotten) = self.cgroups.learn(key, path, cut) {
            // So that its path is sent again when it is met again. The kernel side may have forgotten
            // it already, which is as well.
            let _ = self.sent_cgroups.remove(&sent_cgroup_key(forgotten));
        }
    }

    /// Follows the wall clock, should somebody have set it.
    pub fn follow_clock(&mut self) {
        self.clock.follow();
    }

    /// Reports losses between two points in time.
    pub fn report_lost(&self, lost: BTreeMap<&'static str, u64>, window: (Timestamp, Timestamp)) {
        let sender = Sender { host: &self.host, agent_id: &self.agent_id };
        self.outputs.write(&lost::document(lost, window, sender));
    }

    /// Takes what came of a reload of the rules.
    pub fn take_reload(&mut self, outcome: Outcome) {
        let sender = Sender { host: &self.host, agent_id: &self.agent_id };
        if let Mode::Alerts(alerting) = &mut self.mode {
            alerting.take_reload(outcome, sender, &self.outputs);
        }
    }

    /// Tells the rules that time has gone on. To be called when every record so far has been taken.
    pub fn advance(&mut self) {
        let sender = Sender { host: &self.host, agent_id: &self.agent_id };
        if let Mode::Alerts(alerting) = &mut self.mode {
            alerting.advance(clock::ktime_ns(), self.clock, sender, &self.outputs);
        }
    }

    /// Tells what the rules held back, at the end.
    pub fn finish(&mut self) {
        let sender = Sender { host: &self.host, agent_id: &self.agent_id };
        if let Mode::Alerts(alerting) = &mut self.mode {
            alerting.finish(self.clock, sender, &self.outputs);
        }
    }

    /// What this side lost so far.
    pub fn own_counts(&self) -> OwnCounts {
        let output_dropped = self.outputs.0.iter().map(|(sink, _)| sink.dropped()).sum();
        let engine = match &self.mode {
            Mode::Alerts(alerting) => alerting.losses(),
            Mode::Events => EngineLosses::default(),
        };
        OwnCounts { output_dropped, engine, ..self.own }
    }

    /// Events seen so far.
    pub fn events_seen(&self) -> u64 {
        self.events_seen
    }

    /// What the rules did so far.
    pub fn counts(&self) -> Counts {
        match &self.mode {
            Mode::Alerts(alerting) => alerting.counts(),
            Mode::Events => Counts::default(),
        }
    }

    /// Writes what is queued and closes the outputs. Returns the lines that did not get through.
    pub fn close(self) -> u64 {
        self.outputs.0.into_iter().map(|(sink, _)| sink.close()).sum()
    }
}

impl Outputs {
    /// Writes a document to every output.
    pub fn write(&self, document: &impl Serialize) {
        let mut line = BytesMut::with_capacity(2048).writer();
        if let Err(error) = serde_json::to_writer(&mut line, document) {
            // Maps with keys that are no strings cannot be written; no document has one.
            tracing::error!("cannot write a document as JSON: {error}");
            return;
        }
        let mut line = line.into_inner();
        line.put_u8(b'\n');
        let line = line.freeze();
        for (sink, format) in &self.0 {
            match format {
                Format::Ndjson => sink.write(line.clone()),
                Format::Pretty => sink.write(prettied(&line)),
            };
        }
    }
}

/// A document's line as a block for a person, with an empty line behind it.
fn prettied(line: &Bytes) -> Bytes {
    match serde_json::from_slice(line) {
        Ok(document) => Bytes::from(pretty::render(&document) + "\n"),
        Err(_) => line.clone(),
    }
}
