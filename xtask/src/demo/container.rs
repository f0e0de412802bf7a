//! The demo's container runtime, in three steps that are three processes, because a pid namespace begins with a child and
//! its /proc can be mounted only from within: the demo starts a supervisor on the pty; the supervisor unshares the
//! namespaces and starts the container's first process; that one joins the cgroups, moves into its own root, takes the
//! terminal and becomes a shell. Each dies with the one before it.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};

use anyhow::{Context as _, Result};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{sethostname, setsid};

use super::root_folder;
use super::terminal::Slave;

nix::ioctl_write_int_bad!(
    /// Makes a terminal the caller's controlling terminal.
    set_controlling_terminal,
    nix::libc::TIOCSCTTY
);

/// What the three processes must know.
#[derive(clap::Args)]
pub(crate) struct Container {
    /// The container's id, 64 hex digits
    #[arg(long)]
    id: String,
    /// A cgroup folder to join
    #[arg(long = "cgroup")]
    cgroups: Vec<PathBuf>,
}

/// The demo's hold on a running container; ends it when dropped.
pub(crate) struct Running {
    supervisor: Child,
}

impl Container {
    pub(crate) fn new(id: &str, cgroups: &[PathBuf]) -> Self {
        Self { id: id.to_owned(), cgroups: cgroups.to_vec() }
    }

    /// Step 1, in the demo: starts the supervisor, with the terminal as its stdin, stdout and stderr.
    pub(crate) fn start(&self, slave: &Slave) -> Result<Running> {
        let supervisor = self
            .step("demo-container")
            .stdin(slave.stdio()?)
            .stdout(slave.stdio()?)
            .stderr(slave.stdio()?)
            .spawn()
            .context("cannot start the container's supervisor")?;
        Ok(Running { supervisor })
    }

    fn step(&self, verb: &str) -> Command {
        let mut command = Command::new("/proc/self/exe");
        command.arg(verb).arg("--id").arg(&self.id);
        for folder in &self.cgroups {
            command.arg("--cgroup").arg(folder);
        }
        command
    }

    /// As docker does: the id's first twelve digits.
    fn hostname(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }

    /// What the shell says when it waits for a command.
    pub(crate) fn prompt(&self) -> String {
        format!("root@{}:/# ", self.hostname())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The first process gets SIGKILL when its supervisor dies, and with it everything in its pid namespace.
        let _ = self.supervisor.kill();
        let _ = self.supervisor.wait();
    }
}

/// Step 2, the supervisor: new namespaces, then the first process in them. The shell's exit status is apt-get's and says
/// nothing about the demo.
pub(crate) fn supervise(container: &Container) -> Result<()> {
    die_with_parent()?;
    let namespaces = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWNET;
    unshare(namespaces).context("cannot make the container's namespaces")?;
    container.step("demo-init").status().context("cannot start the container's first process")?;
    Ok(())
}

/// Step 3, the container's first process. Returns only on failure.
pub(crate) fn become_shell(container: &Container) -> Result<()> {
    die_with_parent()?;
    for folder in &container.cgroups {
        // 0 means the writer.
        fs::write(folder.join("cgroup.procs"), "0")
            .with_context(|| format!("cannot join {}", folder.display()))?;
    }
    sethostname(container.hostname()).context("cannot set the container's host name")?;
    root_folder::enter(container.hostname())?;
    setsid().context("cannot start a session")?;
    // SAFETY: stdin is the pty's slave, open for as long as this process; the argument 0 means "do not steal".
    unsafe { set_controlling_terminal(0, 0) }.context("cannot take the controlling terminal")?;
    let error = Command::new("/bin/sh")
        .arg("-i")
        .env_clear()
        .env("PATH", root_folder::SEARCH_PATH)
        .env("HOME", "/root")
        // No escape sequences: what the shell shows is looked through for its prompt.
        .env("TERM", "dumb")
        .env("PS1", container.prompt())
        .exec();
    Err(error).context("cannot become /bin/sh in the container")
}

fn die_with_parent() -> Result<()> {
    set_pdeathsig(Signal::SIGKILL).context("cannot tie this process to its parent")
}
