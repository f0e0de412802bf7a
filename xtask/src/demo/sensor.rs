//! The sensor as the demo runs it: its own process, log and output into the inbox, ended with SIGINT as a person would.
//! Should the demo itself be killed, it ends too.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, bail};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::inbox::Inbox;

/// A started sensor; killed when dropped before its end.
pub(crate) struct Sensor {
    child: Child,
}

impl Sensor {
    /// Starts `hullwatch run` with its defaults, but one JSON object a line.
    pub(crate) fn start(binary: &Path, inbox: &Inbox) -> Result<Self> {
        let mut command = Command::new(binary);
        command
            .args(["run", "--format", "ndjson"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // SAFETY: between fork and exec the closure makes one system call (prctl) and allocates nothing.
        unsafe { command.pre_exec(|| set_pdeathsig(Signal::SIGTERM).map_err(io::Error::from)) };
        let mut child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
        if let (Some(output), Some(log)) = (child.stdout.take(), child.stderr.take()) {
            inbox.read_documents(output);
            inbox.read_log(log);
        }
        Ok(Self { child })
    }

    /// Asks it to end: it drains what the kernel still holds and says its summary.
    pub(crate) fn interrupt(&self) -> Result<()> {
        let pid = i32::try_from(self.child.id()).context("a process id beyond any Linux")?;
        kill(Pid::from_raw(pid), Signal::SIGINT).context("cannot send SIGINT to the sensor")
    }

    /// Its exit status, once it closed its log.
    pub(crate) fn expect_success(mut self) -> Result<()> {
        let status: ExitStatus = self.child.wait().context("cannot wait for the sensor")?;
        if !status.success() {
            bail!("the sensor ended with {status}");
        }
        Ok(())
    }
}

impl Drop for Sensor {
    fn drop(&mut self) {
        // Both fail harmlessly when it has ended and was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
