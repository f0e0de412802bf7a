//! `process.interactive` is exactly ECS's: standard input and standard error both are the process's controlling
//! terminal; and the evidence for it travels along. Programs of the host, in control groups named as docker names them.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::document::Document;
use hullwatch_tests::fake_container::FakeContainer;
use hullwatch_tests::sensor::Sensor;
use hullwatch_tests::terminal::Terminal;
use libtest_mimic::Trial;
use serde_json::json;

const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        redirections_at_a_terminal_decide_as_ecs_says,
        a_terminal_that_is_not_the_controlling_one_does_not_count,
        a_session_without_a_terminal_is_not_interactive_whatever_its_descriptors_are,
        a_socket_as_standard_input_is_told,
    ]
}

/// A recording sensor and a program in a container.
struct Scene {
    sensor: Sensor,
    container: FakeContainer,
    program: PathBuf,
}

impl Scene {
    fn new() -> Result<Self> {
        let container = FakeContainer::new()?;
        let program = container.program(Path::new(NOOP), "program")?;
        Ok(Self { sensor: Sensor::record()?, container, program })
    }

    /// Has a shell at a terminal run this line, in which `$0` is the program, and returns the program's last event.
    fn shell(&self, line: &str) -> Result<Document> {
        let status =
            self.container.run_at_terminal(Command::new("sh").args(["-c", line]).arg(&self.program))?;
        ensure!(status.success(), "{line:?} ended with {status}");
        self.last()
    }

    fn last(&self) -> Result<Document> {
        self.container.events_of(&self.sensor, &self.program)?.pop().context("no event of the program")
    }
}

fn check(event: &Document, interactive: bool, [stdin, stdout, stderr]: [&str; 3]) -> Result<()> {
    event.expect(&[
        ("process.interactive", json!(interactive)),
        ("hullwatch.fds.stdin", json!(stdin)),
        ("hullwatch.fds.stdout", json!(stdout)),
        ("hullwatch.fds.stderr", json!(stderr)),
    ])
}

fn redirections_at_a_terminal_decide_as_ecs_says() -> Result<()> {
    let scene = Scene::new()?;
    let mut wrong = Vec::new();
    for (redirections, interactive, fds) in [
        ("", true, ["tty", "tty", "tty"]),
        (">/dev/null", true, ["tty", "null", "tty"]),
        (">&-", true, ["tty", "closed", "tty"]),
        ("</dev/tty 2>/dev/tty", true, ["tty", "tty", "tty"]),
        ("</dev/null", false, ["null", "tty", "tty"]),
        ("2>/dev/null", false, ["tty", "tty", "null"]),
        ("<&-", false, ["closed", "tty", "tty"]),
        ("2>&-", false, ["tty", "tty", "closed"]),
        ("</etc/passwd", false, ["file", "tty", "tty"]),
        ("</dev/zero", false, ["char", "tty", "tty"]),
    ] {
        let event = scene.shell(&format!("exec \"$0\" {redirections}"))?;
        ensure!(event.number("process.tty.char_device.major") == Some(136), "no terminal in {event}");
        if let Err(error) = check(&event, interactive, fds) {
            wrong.push(format!("{redirections:?}: {error:#}"));
        }
    }
    let event = scene.shell("echo y | \"$0\" 2>&1 | cat")?;
    if let Err(error) = check(&event, false, ["pipe", "pipe", "pipe"]) {
        wrong.push(format!("a pipeline: {error:#}"));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Another person's terminal, opened by a process that has its own.
fn a_terminal_that_is_not_the_controlling_one_does_not_count() -> Result<()> {
    let scene = Scene::new()?;
    let mut other = Terminal::start(Command::new("sh").args(["-c", "tty; read line"]))?;
    other.wait_for("\n", LIMIT)?;
    let screen = other.screen();
    let name = screen.lines().next().context("no terminal's name")?.trim();
    let event = scene.shell(&format!("exec \"$0\" <{name} >{name} 2>{name}"))?;
    other.type_in("\n")?;
    other.wait(LIMIT)?;
    check(&event, false, ["tty", "tty", "tty"])
}

fn a_session_without_a_terminal_is_not_interactive_whatever_its_descriptors_are() -> Result<()> {
    let event = Scene::new()?.shell("setsid --wait \"$0\"")?;
    check(&event, false, ["tty", "tty", "tty"])?;
    event.expect(&[("process.tty", json!(null))])
}

fn a_socket_as_standard_input_is_told() -> Result<()> {
    let scene = Scene::new()?;
    let (_kept, socket) = UnixStream::pair()?;
    let mut command = Command::new(&scene.program);
    command.stdin(Stdio::from(OwnedFd::from(socket))).stdout(Stdio::null()).stderr(Stdio::null());
    scene.container.cgroup().enter(&mut command)?;
    ensure!(command.status()?.success(), "the program failed");
    check(&scene.last()?, false, ["socket", "null", "null"])
}
