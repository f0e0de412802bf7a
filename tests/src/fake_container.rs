//! Something that the sensor must take for a container although it is only a process of the host in a control group
//! named as docker names it, with a folder of its own for its programs. Called by the tests in which the exec matters
//! and the container does not; the tests of containers use real ones.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::Result;

use crate::cgroup::Cgroup;
use crate::command::{self, Outcome};
use crate::document::Document;
use crate::scratch;
use crate::sensor::{PATIENCE, Sensor};
use crate::terminal::Terminal;

/// A control group and a folder.
pub struct FakeContainer {
    cgroup: Cgroup,
    folder: PathBuf,
}

impl FakeContainer {
    /// A new one with a new id.
    pub fn new() -> Result<Self> {
        Ok(Self { cgroup: Cgroup::new()?, folder: scratch::folder("container")? })
    }

    /// The id that the sensor must report.
    pub fn id(&self) -> &str {
        self.cgroup.id()
    }

    /// Its control groups.
    pub fn cgroup(&self) -> &Cgroup {
        &self.cgroup
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Copies a program into the folder under another name.
    pub fn program(&self, original: &Path, name: &str) -> Result<PathBuf> {
        let copy = self.folder.join(name);
        command::copy_program(original, &copy)?;
        Ok(copy)
    }

    /// Runs a program inside, without a terminal, to its end.
    pub fn run(&self, command: &mut Command) -> Result<Outcome> {
        self.cgroup.enter(command)?;
        command::run(command, PATIENCE)
    }

    /// Runs a program inside, at a terminal, to its end.
    pub fn run_at_terminal(&self, command: &mut Command) -> Result<ExitStatus> {
        self.cgroup.enter(command)?;
        Terminal::start(command)?.wait(PATIENCE)
    }

    /// Everything so far that the sensor said about execs of `executable` inside; settles the sensor first.
    pub fn events_of(&self, sensor: &Sensor, executable: &Path) -> Result<Vec<Document>> {
        let mut events = self.events(sensor)?;
        events.retain(|event| event.text("process.executable") == executable.to_str());
        Ok(events)
    }

    /// Everything so far that the sensor said about execs inside; settles the sensor first.
    pub fn events(&self, sensor: &Sensor) -> Result<Vec<Document>> {
        sensor.settle()?;
        let mut documents = sensor.documents_with(self.id())?;
        documents.retain(|document| document.text("container.id") == Some(self.id()));
        Ok(documents)
    }
}
