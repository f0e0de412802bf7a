//! The terminal that a person would sit at: a pty. The container gets the slave as its controlling terminal; the demo
//! types into the master and reads what it shows.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::{Winsize, openpty};

use super::inbox::Inbox;

/// Between two keys of the person who types: quick, but visible.
const KEYSTROKE: Duration = Duration::from_millis(25);

/// The demo's end of the pty.
pub(crate) struct Terminal {
    master: File,
}

/// The container's end of the pty.
pub(crate) struct Slave(OwnedFd);

impl Terminal {
    /// Opens a pty whose output goes to the inbox.
    pub(crate) fn open(inbox: &Inbox) -> Result<(Self, Slave)> {
        let size = Winsize { ws_row: 25, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).context("cannot open a pty")?;
        // A child that inherits either end would keep the terminal from ever ending.
        close_on_exec(&pty.master)?;
        close_on_exec(&pty.slave)?;
        let master = File::from(pty.master);
        inbox.read_terminal(master.try_clone().context("cannot duplicate the pty's master")?);
        Ok((Self { master }, Slave(pty.slave)))
    }

    /// Types a line and Enter.
    pub(crate) fn type_line(&mut self, line: &str) -> Result<()> {
        for key in line.bytes().chain([b'\n']) {
            thread::sleep(KEYSTROKE);
            self.master.write_all(&[key]).context("cannot type into the terminal")?;
        }
        Ok(())
    }
}

impl Slave {
    /// One more handle, for a child's stdin, stdout or stderr.
    pub(crate) fn stdio(&self) -> Result<Stdio> {
        Ok(self.0.try_clone().context("cannot duplicate the pty's slave")?.into())
    }
}

fn close_on_exec(fd: impl AsFd) -> Result<()> {
    fcntl(fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).context("cannot mark the pty as close-on-exec")?;
    Ok(())
}
