//! What must raise no alert. Each test shows three things in one run: the exec was captured, with the fields that make
//! the difference (by a second sensor that records); the container raised no alert; and the sensor raised one for the
//! control afterwards, so that the silence was a decision.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use hullwatch_tests::command::{self, find};
use hullwatch_tests::container::Container;
use hullwatch_tests::document::Document;
use hullwatch_tests::fake_container::FakeContainer;
use hullwatch_tests::sensor::Sensor;
use hullwatch_tests::terminal::Terminal;
use libtest_mimic::Trial;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(120);

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        an_installation_without_a_terminal_is_quiet,
        an_installation_by_docker_exec_without_a_terminal_is_quiet,
        an_installation_fed_by_yes_at_the_terminal_is_quiet,
        an_installation_run_as_cron_does_it_is_quiet,
        an_update_of_the_package_lists_is_quiet,
        an_installation_of_an_editor_is_quiet,
        an_installation_on_the_host_is_quiet,
    ]
}

/// Two sensors on the same kernel: one evaluates, one records.
struct Watch {
    alerts: Sensor,
    events: Sensor,
}

impl Watch {
    fn new() -> Result<Self> {
        Ok(Self { alerts: Sensor::run(&[])?, events: Sensor::record()? })
    }

    /// Fails unless exactly one exec with these arguments, among those that `ours` selects, was recorded with these
    /// fields, and no rule raised an alert about it. Other execs of the scene may: the shell that it was typed into.
    fn expect_quiet(
        &self,
        args: &[&str],
        ours: impl Fn(&Document) -> bool,
        fields: &[(&str, Value)],
    ) -> Result<()> {
        self.events.settle()?;
        let mut events = self.events.documents()?;
        events.retain(|event| ours(event) && event.texts("process.args") == args);
        ensure!(events.len() == 1, "{} recorded events of {args:?}, expected one", events.len());
        events.iter().try_for_each(|event| event.expect(fields))?;
        self.alerts.settle()?;
        let mut alerts = self.alerts.documents()?;
        alerts.retain(|alert| ours(alert) && alert.texts("process.args") == args);
        ensure!(alerts.is_empty(), "expected no alert: {alerts:?}");
        Ok(())
    }
}

fn within(container: &Container) -> impl Fn(&Document) -> bool {
    |document| document.text("container.id") == Some(container.id())
}

fn an_installation_without_a_terminal_is_quiet() -> Result<()> {
    let watch = Watch::new()?;
    let args = ["apt-get", "install", "-y", "curl"];
    let (container, mut terminal) = Container::at_terminal(&["-i"], &args)?;
    terminal.wait(LIMIT)?;
    let fields = [("process.interactive", json!(false)), ("hullwatch.fds.stdin", json!("pipe"))];
    watch.expect_quiet(&args, within(&container), &fields)
}

fn an_installation_by_docker_exec_without_a_terminal_is_quiet() -> Result<()> {
    let container = Container::idle()?;
    let watch = Watch::new()?;
    let args = ["apt-get", "install", "-y", "curl"];
    command::run(&mut container.exec(&[], &args), LIMIT)?;
    watch.expect_quiet(&args, within(&container), &[("process.interactive", json!(false))])
}

fn an_installation_fed_by_yes_at_the_terminal_is_quiet() -> Result<()> {
    let container = Container::idle()?;
    let watch = Watch::new()?;
    let mut terminal = container.exec_at_terminal(&["bash"])?;
    terminal.type_in("yes | apt-get install curl\nexit\n")?;
    terminal.wait(LIMIT)?;
    watch.expect_quiet(
        &["apt-get", "install", "curl"],
        within(&container),
        &[
            ("process.interactive", json!(false)),
            ("hullwatch.fds.stdin", json!("pipe")),
            ("hullwatch.fds.stderr", json!("tty")),
            ("process.tty.char_device.major", json!(136)),
        ],
    )
}

/// cron's jobs lead a session without a terminal, read a pipe and write to a file.
fn an_installation_run_as_cron_does_it_is_quiet() -> Result<()> {
    let container = Container::idle()?;
    let watch = Watch::new()?;
    let job = "echo y | apt-get install curl >/var/log/cron.log 2>&1";
    let mut terminal = container.exec_at_terminal(&["setsid", "--wait", "sh", "-c", job])?;
    terminal.wait(LIMIT)?;
    watch.expect_quiet(
        &["apt-get", "install", "curl"],
        within(&container),
        &[
            ("process.interactive", json!(false)),
            ("hullwatch.fds.stdin", json!("pipe")),
            ("hullwatch.fds.stdout", json!("file")),
            ("hullwatch.fds.stderr", json!("file")),
            ("process.tty", json!(null)),
        ],
    )
}

fn an_update_of_the_package_lists_is_quiet() -> Result<()> {
    interactive_but_quiet(&["apt-get", "update"])
}

fn an_installation_of_an_editor_is_quiet() -> Result<()> {
    interactive_but_quiet(&["apt-get", "install", "vim"])
}

fn interactive_but_quiet(args: &[&str]) -> Result<()> {
    let container = Container::idle()?;
    let watch = Watch::new()?;
    container.exec_at_terminal(args)?.wait(LIMIT)?;
    watch.expect_quiet(args, within(&container), &[("process.interactive", json!(true))])
}

/// The manager is a stand-in, because the real one would install curl on this machine. The control, which the harness
/// runs afterwards, differs in nothing but the control group.
fn an_installation_on_the_host_is_quiet() -> Result<()> {
    let folder = FakeContainer::new()?;
    let program = folder.program(&find("true")?, "apt-get")?;
    let watch = Watch::new()?;
    let mut terminal = Terminal::start(Command::new(&program).args(["install", "-y", "curl"]))?;
    terminal.wait(LIMIT)?;
    let path = program.display().to_string();
    watch.expect_quiet(
        &[&path, "install", "-y", "curl"],
        |document| document.text("process.executable") == Some(&path),
        &[("process.interactive", json!(true)), ("container", json!(null))],
    )
}
