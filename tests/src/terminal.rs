//! Runs a program as a person would: with a pseudo terminal of its own as its controlling terminal and as its
//! standard input, output and error. What the program prints is read all the time, so that it never blocks; what a
//! person would type is written with `type_in`. Called by all tests of interactive execs. It interprets nothing of
//! what appears on the terminal. A program that a test leaves running is killed with its whole session.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::command;

/// A program at a terminal.
pub struct Terminal {
    child: Child,
    master: File,
    screen: Arc<Mutex<Vec<u8>>>,
}

nix::ioctl_write_int_bad!(
    /// Makes the terminal behind a descriptor the controlling terminal of the calling session leader.
    tiocsctty,
    nix::libc::TIOCSCTTY
);

impl Terminal {
    /// Starts `command` as the leader of a session on a new terminal.
    pub fn start(command: &mut Command) -> Result<Self> {
        let (master, slave) = open_pair().context("opening a pseudo terminal")?;
        let stdio = || slave.try_clone().map(Stdio::from);
        command.stdin(stdio()?).stdout(stdio()?).stderr(stdio()?);
        command.env("TERM", "xterm");
        command::die_with_us(command, Signal::SIGKILL);
        command::before_exec(command, || {
            nix::unistd::setsid()?;
            // SAFETY: the descriptor is the terminal that the lines above made standard input.
            unsafe { tiocsctty(0, 0) }?;
            Ok(())
        });
        let child = command.spawn().with_context(|| format!("starting {command:?} at a terminal"))?;
        // A second user of this command must not get this terminal, and ours must be closed for the end to be seen.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        drop(slave);
        let screen = Arc::default();
        let (source, target) = (master.try_clone()?, Arc::clone(&screen));
        thread::spawn(move || read(source, &target));
        Ok(Self { child, master, screen })
    }

    /// The process id of the program.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Types `text`; a line ends with `\n`.
    pub fn type_in(&mut self, text: &str) -> Result<()> {
        self.master.write_all(text.as_bytes()).context("typing at the terminal")
    }

    /// What has appeared on the terminal so far.
    pub fn screen(&self) -> String {
        let bytes = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until `text` has appeared.
    pub fn wait_for(&self, text: &str, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        while !self.screen().contains(text) {
            anyhow::ensure!(
                Instant::now() < deadline,
                "{text:?} did not appear in {limit:?}: {:?}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Waits for the program's end.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        command::wait(&mut self.child, limit)?.with_context(|| {
            format!("the program had not ended after {limit:?}; its terminal: {:?}", self.screen())
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // The child leads its session and process group; those that it started die of the hang-up.
            if let Ok(pid) = i32::try_from(self.child.id()) {
                let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
            }
            let _ = self.child.wait();
        }
    }
}

/// Both ends of a new pseudo terminal, closed at every exec from the start: a program that another thread starts at
/// this moment must not inherit them, or the terminal would never hang up.
fn open_pair() -> Result<(File, File)> {
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let master = posix_openpt(flags)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname_r(&master)?;
    let slave = OpenOptions::new().read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits()).open(name)?;
    Ok((File::from(OwnedFd::from(master)), slave))
}

/// Ends with the error that a master gives once nobody holds the terminal any more. The thread is not waited for: a
/// program that outlives its terminal must not hold the tests up.
fn read(mut source: File, screen: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = source.read(&mut buffer) {
        let read = buffer.get(..count).unwrap_or_default();
        screen.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(read);
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::Terminal;

    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn a_program_has_the_terminal_as_its_controlling_one_and_gets_what_is_typed() {
        let script = "tty; ps -o tty= -p $$; test -t 0 && test -t 2 && : </dev/tty && read x && echo got-$x-";
        let mut terminal = Terminal::start(Command::new("sh").args(["-c", script])).unwrap();
        terminal.type_in("hello\n").unwrap();
        terminal.wait_for("got-hello-", LIMIT).unwrap();
        assert!(terminal.wait(LIMIT).unwrap().success());
        assert!(terminal.screen().contains("/dev/pts/"), "{}", terminal.screen());
    }

    #[test]
    fn much_output_does_not_block_the_program() {
        let mut terminal = Terminal::start(Command::new("sh").args(["-c", "seq 200000"])).unwrap();
        assert!(terminal.wait(LIMIT).unwrap().success());
        terminal.wait_for("200000", LIMIT).unwrap();
    }

    #[test]
    fn a_program_that_is_left_is_killed_with_its_children() {
        let terminal =
            Terminal::start(Command::new("sh").args(["-c", "sleep 987 & echo child-$!-; wait"])).unwrap();
        terminal.wait_for("child-", LIMIT).unwrap();
        terminal.wait_for("-\r\n", LIMIT).unwrap();
        let screen = terminal.screen();
        let child: i32 = screen.split('-').nth(1).unwrap().parse().unwrap();
        drop(terminal);
        let gone = (0..2000).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            let stat = std::fs::read_to_string(format!("/proc/{child}/stat"));
            stat.is_err() || stat.is_ok_and(|stat| stat.contains(") Z "))
        });
        assert!(gone);
    }
}
