//! Doing things as root: directly, or through sudo. Never asks for a password in setup, where nobody may be watching.

use std::ffi::OsStr;
use std::process::Command;

use anyhow::{Result, bail};

use crate::support::command::{output, which};

/// Whether we are root already.
pub(crate) fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// A command that runs as root, never asking for a password. `hint` is what a person would type instead.
pub(crate) fn unattended(program: &str, hint: &str) -> Result<Command> {
    if is_root() {
        return Ok(Command::new(program));
    }
    if which("sudo").is_some() && output(Command::new("sudo").args(["-n", "true"])).is_some() {
        let mut command = Command::new("sudo");
        command.arg("-n").arg(program);
        return Ok(command);
    }
    bail!("this needs root, and sudo does not work without a password here. Run: {hint}")
}

/// A command that runs as root; sudo may ask for a password on the terminal.
pub(crate) fn attended(program: impl AsRef<OsStr>) -> Result<Command> {
    if is_root() {
        return Ok(Command::new(program));
    }
    if which("sudo").is_none() {
        bail!("this needs root, and there is no sudo here: start the same command as root");
    }
    let mut command = Command::new("sudo");
    command.arg("--").arg(program);
    Ok(command)
}
