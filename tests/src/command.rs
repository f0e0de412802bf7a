//! Runs other programs to their end within a time limit, and makes sure that none outlives the tests. Called by the
//! modules that drive docker, runc and mmdebstrap, and by tests of start-up failures. It refuses to wait for ever:
//! past the limit the program is killed and the call fails with what it had printed.

use std::env;
use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use nix::sys::signal::Signal;

/// What a program left behind when it ended.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote, with bytes that are not UTF-8 replaced.
    pub stdout: String,
    /// The same for its messages.
    pub stderr: String,
}

/// Runs `command` to its end, whatever its status, with nothing on its standard input.
pub fn run(command: &mut Command, limit: Duration) -> Result<Outcome> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    die_with_us(command, Signal::SIGKILL);
    let mut child = command.spawn().with_context(|| format!("starting {command:?}"))?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let status = wait(&mut child, limit)?;
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    let (stdout, stderr) = (text(stdout), text(stderr));
    match status {
        Some(status) => Ok(Outcome { status, stdout, stderr }),
        None => bail!("{command:?} had not ended after {limit:?}\nstdout: {stdout}\nstderr: {stderr}"),
    }
}

/// Runs `command` and returns its standard output without the line end; fails when its status is not 0.
pub fn output(command: &mut Command, limit: Duration) -> Result<String> {
    let outcome = run(command, limit)?;
    ensure!(outcome.status.success(), "{command:?} ended with {}: {}", outcome.status, outcome.stderr.trim());
    Ok(outcome.stdout.trim_end().to_owned())
}

/// Waits for a child's end; `None` when it is still running after `limit`.
pub fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() > deadline {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Has the kernel send `signal` to the program when the thread that started it ends, so that not even a killed test
/// run leaves it behind.
pub fn die_with_us(command: &mut Command, signal: Signal) {
    before_exec(command, move || Ok(nix::sys::prctl::set_pdeathsig(signal)?));
}

/// Copies a program to where it is to be executed. `cp` does it: a file that this process itself had open for writing
/// could be open in a child of another test at this moment, and its exec would fail ("text file busy").
pub fn copy_program(original: &Path, copy: &Path) -> Result<()> {
    output(Command::new("cp").arg("--").arg(original).arg(copy), Duration::from_secs(60)).map(drop)
}

/// A program on the search path, or where an administrator's programs are.
pub fn find(program: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    let mut files = folders.map(|folder| folder.join(program));
    files
        .find(|file| file.is_file())
        .with_context(|| format!("{program} is neither on PATH nor in /usr/sbin"))
}

/// Runs `action` in the new process just before its exec. Only system calls may be made there: no memory is to be
/// had, because another thread of ours may have held the allocator's lock when the process was forked.
pub(crate) fn before_exec(
    command: &mut Command,
    action: impl FnMut() -> std::io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: every caller in this crate passes a closure of plain system calls on memory prepared beforehand.
    unsafe { command.pre_exec(action) };
}

fn drain(source: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut source) = source {
            // A read error ends the text early; the status says whether the program did its work.
            let _ = source.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn text(thread: thread::JoinHandle<Vec<u8>>) -> String {
    String::from_utf8_lossy(&thread.join().unwrap_or_default()).into_owned()
}
