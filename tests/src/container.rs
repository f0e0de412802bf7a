//! Containers of the test run's docker daemon: started with or without a terminal, entered with `docker exec`, and
//! removed when dropped, whatever runs in them. Called by the tests of real containers; knows nothing of the sensor.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::command;
use crate::docker::{self, Docker, IMAGE};
use crate::scratch;
use crate::terminal::Terminal;

/// For anything that the client is asked to do.
const LIMIT: Duration = Duration::from_secs(120);

/// A container of the Debian image.
pub struct Container {
    docker: &'static Docker,
    id: String,
}

impl Container {
    /// Starts a container whose first process only sleeps.
    pub fn idle() -> Result<Self> {
        Self::detached(&[], IMAGE, &["sleep", "3600"])
    }

    /// Starts a container of any image in the background: `docker run --detach OPTIONS IMAGE PROGRAM`.
    pub fn detached(options: &[&str], image: &str, program: &[&str]) -> Result<Self> {
        let docker = docker::daemon()?;
        let id_file = scratch::folder("id")?.join("id");
        let mut command = docker.client(["run", "--detach", "--network=none", "--cidfile"]);
        let ran = command::output(command.arg(&id_file).args(options).arg(image).args(program), LIMIT);
        // A container that could not be started was made all the same, and has to be removed.
        let made = Self::known(docker, fs::read_to_string(id_file).unwrap_or_default());
        ran?;
        made
    }

    /// Starts `program` as a container's first process, as `docker run OPTIONS IMAGE PROGRAM` typed at a terminal does.
    pub fn at_terminal(options: &[&str], program: &[&str]) -> Result<(Self, Terminal)> {
        let docker = docker::daemon()?;
        let id_file = scratch::folder("id")?.join("id");
        let mut command = docker.client(["run", "--network=none", "--cidfile"]);
        command.arg(&id_file).args(options).arg(IMAGE).args(program);
        let terminal = Terminal::start(&mut command)?;
        let deadline = Instant::now() + LIMIT;
        loop {
            let id = fs::read_to_string(&id_file).unwrap_or_default();
            if !id.is_empty() {
                return Ok((Self::known(docker, id)?, terminal));
            }
            ensure!(Instant::now() < deadline, "docker run made no container: {}", terminal.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn known(docker: &'static Docker, id: String) -> Result<Self> {
        let made = Self { docker, id };
        let is_id = made.id.len() == 64 && made.id.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(is_id, "{:?} is no container id", made.id);
        Ok(made)
    }

    /// All 64 digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What its first process has written so far, to standard output and to standard error.
    pub fn logs(&self) -> Result<(String, String)> {
        let outcome = command::run(&mut self.docker.client(["logs", &self.id]), LIMIT)?;
        Ok((outcome.stdout, outcome.stderr))
    }

    /// Ends it as its runtime does, with SIGTERM first, and returns the status of its first process.
    pub fn stop(&self) -> Result<i32> {
        command::output(&mut self.docker.client(["stop", &self.id]), LIMIT)?;
        Ok(command::output(&mut self.docker.client(["wait", &self.id]), LIMIT)?.parse()?)
    }

    /// `docker exec OPTIONS ID PROGRAM`, to be started by the caller.
    pub fn exec(&self, options: &[&str], program: &[&str]) -> Command {
        let mut command = self.docker.client(["exec"]);
        command.args(options).arg(&self.id).args(program);
        command
    }

    /// `docker exec -it ID PROGRAM`, typed at a terminal.
    pub fn exec_at_terminal(&self, program: &[&str]) -> Result<Terminal> {
        Terminal::start(&mut self.exec(&["-it"], program))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // What could not be removed keeps the daemon's shim alive, which `leftovers` reports.
        let _ = command::run(&mut self.docker.client(["rm", "--force", &self.id]), LIMIT);
    }
}
