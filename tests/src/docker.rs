//! A docker daemon that belongs to the test run: its own socket, data, containerd and pid file, all below the run's
//! folder, beside whatever docker the machine has. It is started at the first use, with one image made from the
//! cached Debian root, and ended by `shut_down`, or by the kernel when the test process dies. Containers get no
//! network: an installation fails after its exec, and the exec is what the tests are about. Containers are in
//! `container`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::command::{self, find};
use crate::{cgroup, rootfs, scratch};

/// For anything that the client is asked to do.
const LIMIT: Duration = Duration::from_secs(120);
/// The image with the Debian root.
pub const IMAGE: &str = "hullwatch-test:debian";

/// The running daemon.
pub struct Docker {
    folder: PathBuf,
    client: PathBuf,
}

/// The thread that started the daemon and ends it. The daemon is told to die with its parent thread, and threads of
/// tests come and go.
struct Keeper {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<Result<()>>,
}

static KEEPER: Mutex<Option<Keeper>> = Mutex::new(None);

/// The daemon of this test run, started by the first call.
pub fn daemon() -> Result<&'static Docker> {
    static DOCKER: OnceLock<Result<Docker, String>> = OnceLock::new();
    let started = DOCKER.get_or_init(|| Docker::start().map_err(|error| format!("{error:#}")));
    started.as_ref().map_err(|error| anyhow::anyhow!("docker: {error}"))
}

/// Ends the daemon, if one was started, and waits for its end. Fails when there are containers that nobody removed;
/// the daemon stops them.
pub fn shut_down() -> Result<()> {
    let Some(keeper) = KEEPER.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
    let left =
        daemon().and_then(|docker| command::output(&mut docker.client(["ps", "--all", "--quiet"]), LIMIT));
    let _ = keeper.stop.send(());
    keeper.thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the docker keeper panicked")))?;
    let left = left?;
    ensure!(left.is_empty(), "the tests left these docker containers behind: {}", left.replace('\n', " "));
    Ok(())
}

impl Docker {
    fn start() -> Result<Self> {
        cgroup::claim_parents()?;
        // Debian's client fits Debian's daemon; another one first on PATH may not speak its version.
        let packaged = PathBuf::from("/usr/bin/docker");
        let client = if packaged.is_file() { packaged } else { find("docker")? };
        let docker = Self { folder: scratch::folder("docker")?, client };
        let mut dockerd = docker.daemon_command()?;
        let (stop, stopped) = mpsc::channel();
        let (started, start) = mpsc::channel();
        let thread = thread::spawn(move || keep(&mut dockerd, &started, &stopped));
        *KEEPER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Keeper { stop, thread });
        start.recv().context("the docker keeper ended")?.context("starting dockerd")?;
        docker.wait_until_it_answers()?;
        docker.import_image()?;
        Ok(docker)
    }

    fn daemon_command(&self) -> Result<Command> {
        let mut command = Command::new(find("dockerd")?);
        // No firewall and no bridge: neither is needed, and both would change the machine.
        command.args(["--iptables=false", "--ip6tables=false", "--bridge=none"]);
        for (option, name) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")] {
            command.arg(option).arg(self.folder.join(name));
        }
        command.arg("--host").arg(self.address());
        // containerd and runc are looked for on PATH, which may lack the administrator's folders.
        command.env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH")?));
        let log = File::create(self.folder.join("log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // On this signal it stops its containers first.
        command::die_with_us(&mut command, Signal::SIGTERM);
        Ok(command)
    }

    fn address(&self) -> String {
        format!("unix://{}", self.folder.join("socket").display())
    }

    fn wait_until_it_answers(&self) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        while let Err(error) = command::output(&mut self.client(["version"]), LIMIT) {
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            ensure!(Instant::now() < deadline, "dockerd does not answer ({error:#}); its log: {}", log());
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn import_image(&self) -> Result<()> {
        let archive = self.folder.join("root.tar");
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(rootfs::debian()?).arg("-cf").arg(&archive).arg(".");
        command::output(&mut tar, LIMIT)?;
        let archive_name = archive.to_str().context("the folder's name is not UTF-8")?;
        command::output(&mut self.client(["import", archive_name, IMAGE]), LIMIT)?;
        Ok(fs::remove_file(&archive)?)
    }

    /// Builds an image from a definition, with the files below `context` and without a network.
    pub fn build(&self, definition: &Path, context: &Path, name: &str) -> Result<()> {
        let mut command = self.client(["build", "--network=none", "--tag", name, "--file"]);
        // The daemon's own builder: the newer one is a program of its own that may be missing.
        command.arg(definition).arg(context).env("DOCKER_BUILDKIT", "0");
        command::output(&mut command, LIMIT).map(drop)
    }

    /// The client with these arguments, connected to this daemon and independent of the user's settings.
    pub fn client<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(&self.client);
        command.arg("--host").arg(self.address()).args(args);
        command
            .env("DOCKER_CONFIG", self.folder.join("client"))
            .env_remove("DOCKER_CONTEXT")
            .env_remove("DOCKER_HOST");
        command
    }
}

/// Starts the daemon, reports how that went, and ends it when told to or when the sender is gone.
fn keep(
    dockerd: &mut Command,
    started: &mpsc::Sender<Result<()>>,
    stopped: &mpsc::Receiver<()>,
) -> Result<()> {
    let mut child = match dockerd.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(started.send(Err(error.into()))?),
    };
    started.send(Ok(()))?;
    let _ = stopped.recv();
    end(&mut child)
}

fn end(child: &mut Child) -> Result<()> {
    kill(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGTERM)?;
    if command::wait(child, Duration::from_secs(60))?.is_none() {
        child.kill()?;
        child.wait()?;
        anyhow::bail!("dockerd did not end within a minute and was killed");
    }
    Ok(())
}
