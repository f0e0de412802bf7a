//! Starts and ends the sensor under test and collects what it writes. `Sensor::run` raises alerts, `Sensor::record`
//! writes every event; both wait until the sensor says that it is ready. A sensor that a test forgets, or leaves by a
//! panic, is killed. It refuses to hand out a line that is no JSON object: that is an error at once.

use std::ffi::{OsStr, OsString};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::command::{self, Outcome};
use crate::document::Document;
use crate::lines::Lines;
use crate::summary::Summary;
use crate::{control, scratch};

/// How long a test waits for something that takes milliseconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running sensor.
pub struct Sensor {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    mode: Mode,
}

#[derive(Clone, Copy)]
enum Mode {
    Run,
    Record,
}

/// What a sensor left behind that was ended by a signal.
pub struct Ended {
    /// All documents of its standard output.
    pub documents: Vec<Document>,
    /// Its log.
    pub stderr: String,
    /// How it ended.
    pub status: ExitStatus,
    /// The numbers of its summary line.
    pub summary: Summary,
}

/// The sensor's command, with an environment that does not depend on who runs the tests.
pub fn sensor_command<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Result<Command> {
    let mut command = Command::new(scratch::sensor_binary()?);
    command.args(args).env_remove("HOST_ROOT").env_remove("RUST_LOG").env("NO_COLOR", "1");
    Ok(command)
}

/// Runs a sensor that must refuse to start and returns what it said. Fails when it gets ready after all.
pub fn refusal(mut command: Command) -> Result<Outcome> {
    match Sensor::start(&mut command, Mode::Run) {
        Ok(sensor) => {
            bail!("{command:?} must refuse to start, but started: {}", sensor.stderr.all().join("\n"))
        }
        Err(error) => error.downcast::<Refused>().map(|refused| refused.0),
    }
}

/// The sensor ended before it was ready.
#[derive(Debug)]
struct Refused(Outcome);

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the sensor did not start, {}: {}", self.0.status, self.0.stderr)
    }
}

impl std::error::Error for Refused {}

impl Sensor {
    /// `hullwatch run` with these further arguments.
    pub fn run(args: &[&str]) -> Result<Self> {
        Self::start(&mut sensor_command(["run"].iter().chain(args))?, Mode::Run)
    }

    /// `hullwatch record` to its standard output.
    pub fn record() -> Result<Self> {
        Self::start(&mut sensor_command(["record", "-o", "-"])?, Mode::Record)
    }

    /// `hullwatch record` to a file, for storms: the documents then do not pass through the test.
    pub fn record_to(path: &std::path::Path) -> Result<Self> {
        let args = [OsString::from("record"), OsString::from("-o"), path.into()];
        Self::start(&mut sensor_command(args)?, Mode::Record)
    }

    /// Any command that ends up as `hullwatch run`, for example through a shell that sets a umask.
    pub fn run_command(command: &mut Command) -> Result<Self> {
        Self::start(command, Mode::Run)
    }

    /// The same for `hullwatch record` to its standard output.
    pub fn record_command(command: &mut Command) -> Result<Self> {
        Self::start(command, Mode::Record)
    }

    fn start(command: &mut Command, mode: Mode) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command::die_with_us(command, Signal::SIGKILL);
        let mut child = command.spawn().with_context(|| format!("starting {command:?}"))?;
        let stdout = Lines::collect(child.stdout.take().context("no standard output")?);
        let stderr = Lines::collect(child.stderr.take().context("no standard error")?);
        let mut sensor = Self { child, stdout, stderr, mode };
        let ready = sensor.stderr.wait_for(&mut 0, PATIENCE, |line| line.contains("ready: ").then_some(()));
        if ready.is_none() {
            let Some(status) = command::wait(&mut sensor.child, Duration::from_secs(2))? else {
                bail!("no line with `ready: ` in {PATIENCE:?}: {}", sensor.stderr.all().join("\n"));
            };
            let (stdout, stderr) = (sensor.stdout.finish().join("\n"), sensor.stderr.finish().join("\n"));
            return Err(Refused(Outcome { status, stdout, stderr }).into());
        }
        Ok(sensor)
    }

    /// The process id of the sensor.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the first document, from the start of the run, for which `wanted` holds.
    pub fn wait_for(&self, what: &str, wanted: impl FnMut(&Document) -> bool) -> Result<Document> {
        self.wait_for_line_with("", what, wanted)
    }

    /// The same among lines with `text` in them only. Documents can be megabytes, and there is no need to parse those
    /// of other tests again and again.
    pub(crate) fn wait_for_line_with(
        &self,
        text: &str,
        what: &str,
        mut wanted: impl FnMut(&Document) -> bool,
    ) -> Result<Document> {
        let found = self.stdout.wait_for(&mut 0, PATIENCE, |line| {
            if !line.contains(text) {
                return None;
            }
            match Document::parse(line) {
                Ok(document) => wanted(&document).then_some(Ok(document)),
                Err(error) => Some(Err(error)),
            }
        });
        found.with_context(|| {
            let last: Vec<String> = self.stdout.all().into_iter().rev().take(3).collect();
            let log = self.stderr.all().join("\n");
            format!("{what} did not come in {PATIENCE:?}; last documents: {last:.3000?}; log: {log}")
        })?
    }

    /// The alert of one container by one rule.
    pub fn wait_for_alert(&self, rule_id: &str, container_id: &str) -> Result<Document> {
        self.wait_for("the alert", |document| is_alert(document, rule_id, container_id))
    }

    /// Returns when everything that was executed before this call has been evaluated and written: a later exec, made
    /// for the purpose, has come out, and records keep their order.
    pub fn settle(&self) -> Result<()> {
        match self.mode {
            Mode::Record => control::event(self),
            Mode::Run => control::alert(self),
        }
    }

    /// All documents so far; call `settle` before.
    pub fn documents(&self) -> Result<Vec<Document>> {
        self.documents_with("")
    }

    /// Those among them that have `text` in them.
    pub(crate) fn documents_with(&self, text: &str) -> Result<Vec<Document>> {
        self.stdout
            .all()
            .iter()
            .filter(|line| line.contains(text))
            .map(|line| Document::parse(line))
            .collect()
    }

    /// All alerts so far of one container by one rule; call `settle` before.
    pub fn alerts(&self, rule_id: &str, container_id: &str) -> Result<Vec<Document>> {
        let mut documents = self.documents()?;
        documents.retain(|document| is_alert(document, rule_id, container_id));
        Ok(documents)
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        self.stderr.all().join("\n")
    }

    /// Waits for a line of its log, from number `next` on, that has all of `needles` in it; `next` is moved past it.
    pub fn wait_for_log(&self, next: &mut usize, needles: &[&str]) -> Result<String> {
        let found = self.stderr.wait_for(next, PATIENCE, |line| {
            needles.iter().all(|needle| line.contains(needle)).then(|| line.to_owned())
        });
        found.with_context(|| format!("no line with {needles:?} in {PATIENCE:?}: {}", self.log()))
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill(Pid::from_raw(i32::try_from(self.child.id())?), signal)?)
    }

    /// Ends the sensor as a person at a terminal does, and checks nothing.
    pub fn stop(self) -> Result<Ended> {
        self.stop_by(Signal::SIGINT)
    }

    /// Ends the sensor by a signal. Fails when it does not end or writes no summary.
    pub fn stop_by(mut self, signal: Signal) -> Result<Ended> {
        self.signal(signal)?;
        let status = command::wait(&mut self.child, PATIENCE)?
            .with_context(|| format!("the sensor was still running {PATIENCE:?} after {signal}"))?;
        let stderr = self.stderr.finish().join("\n");
        let documents =
            self.stdout.finish().iter().map(|line| Document::parse(line)).collect::<Result<_>>()?;
        let summary =
            Summary::find(&stderr).with_context(|| format!("no summary line in the log: {stderr}"))?;
        Ok(Ended { documents, stderr, status, summary })
    }
}

impl Drop for Sensor {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn is_alert(document: &Document, rule_id: &str, container_id: &str) -> bool {
    document.text("event.kind") == Some("alert")
        && document.text("rule.id") == Some(rule_id)
        && document.text("container.id") == Some(container_id)
}
