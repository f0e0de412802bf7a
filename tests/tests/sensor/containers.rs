//! The main job: a person installs a tool in a real container, with a real package manager, and exactly one alert says
//! so. Docker's first process, `docker exec`, a shell that is typed into, dnf, and runc without a daemon.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::cgroup::Cgroup;
use hullwatch_tests::command::{self, find};
use hullwatch_tests::container::Container;
use hullwatch_tests::document::Document;
use hullwatch_tests::rule_file::RuleFile;
use hullwatch_tests::runc::Runc;
use hullwatch_tests::scratch;
use hullwatch_tests::sensor::Sensor;
use hullwatch_tests::terminal::Terminal;
use libtest_mimic::Trial;
use serde_json::json;

const LIMIT: Duration = Duration::from_secs(120);
const INSTALL: [&str; 4] = ["apt-get", "install", "-y", "curl"];

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        an_installation_as_a_docker_containers_first_process_raises_exactly_one_alert,
        an_installation_by_docker_exec_raises_exactly_one_alert,
        an_installation_typed_into_a_shell_raises_exactly_one_alert,
        an_installation_in_the_background_of_an_interactive_shell_raises_exactly_one_alert,
        an_installation_in_a_runc_container_raises_exactly_one_alert,
        dnf_is_found_behind_its_interpreter_and_both_names_are_told,
        a_runc_container_with_a_name_for_an_id_raises_exactly_one_alert,
        a_control_group_that_nobody_knows_is_told_by_its_path_and_not_taken_for_the_host,
    ]
}

fn an_installation_as_a_docker_containers_first_process_raises_exactly_one_alert() -> Result<()> {
    let sensor = Sensor::run(&[])?;
    let (container, mut terminal) = Container::at_terminal(&["-it"], &INSTALL)?;
    terminal.wait(LIMIT)?;
    let alert = the_one_alert(&sensor, container.id())?;
    check_installation(&alert, container.id())?;
    alert.expect(&[
        ("container.runtime", json!("docker")),
        ("process.executable", json!("/usr/bin/apt-get")),
    ])?;
    let ended = sensor.stop()?;
    ensure!(ended.status.success() && ended.summary.lost == 0, "{:?} {:?}", ended.status, ended.summary);
    ensure!(ended.summary.alerts >= 2, "the alert and the control's: {:?}", ended.summary);
    Ok(())
}

fn an_installation_by_docker_exec_raises_exactly_one_alert() -> Result<()> {
    let container = Container::idle()?;
    let sensor = Sensor::run(&[])?;
    container.exec_at_terminal(&INSTALL)?.wait(LIMIT)?;
    let alert = the_one_alert(&sensor, container.id())?;
    check_installation(&alert, container.id())?;
    alert.expect(&[("container.runtime", json!("docker")), ("process.executable", json!("/usr/bin/apt-get"))])
}

fn an_installation_typed_into_a_shell_raises_exactly_one_alert() -> Result<()> {
    let container = Container::idle()?;
    let sensor = Sensor::run(&[])?;
    type_into_shell(&container, "apt-get install -y curl\n")?;
    check_installation(&the_one_alert(&sensor, container.id())?, container.id())
}

fn an_installation_in_the_background_of_an_interactive_shell_raises_exactly_one_alert() -> Result<()> {
    let container = Container::idle()?;
    let sensor = Sensor::run(&[])?;
    type_into_shell(&container, "apt-get install -y curl &\nwait\n")?;
    check_installation(&the_one_alert(&sensor, container.id())?, container.id())
}

fn an_installation_in_a_runc_container_raises_exactly_one_alert() -> Result<()> {
    let id = scratch::random_hex(32)?;
    let sensor = Sensor::run(&[])?;
    let (_container, mut terminal) = Runc::at_terminal(&id, &INSTALL)?;
    terminal.wait(LIMIT)?;
    let alert = the_one_alert(&sensor, &id)?;
    check_installation(&alert, &id)?;
    alert.expect(&[("process.executable", json!("/usr/bin/apt-get"))])
}

/// DESIGN.md: "A name has two truths." Debian's dnf is a Python script behind a link.
fn dnf_is_found_behind_its_interpreter_and_both_names_are_told() -> Result<()> {
    let container = Container::idle()?;
    let sensor = Sensor::run(&[])?;
    container.exec_at_terminal(&["dnf", "install", "-y", "curl"])?.wait(LIMIT)?;
    let alert = the_one_alert(&sensor, container.id())?;
    alert.expect(&[
        ("process.name", json!("dnf")),
        ("process.args", json!(["/usr/bin/python3", "/usr/bin/dnf", "install", "-y", "curl"])),
        ("process.interactive", json!(true)),
        ("hullwatch.filename", json!("/usr/bin/dnf")),
        ("hullwatch.script.path", json!("/usr/bin/dnf")),
        ("hullwatch.script.name", json!("dnf")),
    ])?;
    for field in ["process.executable", "hullwatch.interpreter.path"] {
        let path = alert.text(field).unwrap_or_default();
        ensure!(path.starts_with("/usr/bin/python3"), "{field} is {path:?} in {alert}");
    }
    let interpreter = alert.text("hullwatch.interpreter.name").unwrap_or_default();
    ensure!(interpreter.starts_with("python3"), "hullwatch.interpreter.name is {interpreter:?}");
    Ok(())
}

/// runc takes any name, and the control group is `/NAME`, in which nothing says "container": runc's own state does, as
/// long as the container is there.
fn a_runc_container_with_a_name_for_an_id_raises_exactly_one_alert() -> Result<()> {
    let id = format!("hullwatch-test-{}", scratch::random_hex(4)?);
    let sensor = Sensor::run(&[])?;
    let script = format!("{}; sleep 3600", INSTALL.join(" "));
    let (_container, _terminal) = Runc::at_terminal(&id, &["sh", "-c", &script])?;
    let alert = the_one_alert(&sensor, &id)?;
    check_installation(&alert, &id)?;
    alert.expect(&[("hullwatch.cgroup.path", json!(format!("/{id}")))])
}

/// Not recognised is not the host: the event carries the path, so that a person can see what it was.
fn a_control_group_that_nobody_knows_is_told_by_its_path_and_not_taken_for_the_host() -> Result<()> {
    let sensor = Sensor::record()?;
    let cgroup = Cgroup::of_nobody()?;
    let marker = scratch::random_hex(8)?;
    let mut command = Command::new(find("true")?);
    cgroup.enter(command.arg(&marker))?;
    command::output(&mut command, LIMIT)?;
    let event =
        sensor.wait_for("the event", |event| event.texts("process.args").contains(&marker.as_str()))?;
    event.expect(&[
        ("container", json!(null)),
        ("hullwatch.cgroup.path", json!(cgroup.path())),
        ("hullwatch.cgroup.recognised", json!("unrecognised")),
    ])
}

fn type_into_shell(container: &Container, lines: &str) -> Result<()> {
    let mut terminal: Terminal = container.exec_at_terminal(&["bash"])?;
    terminal.type_in(lines)?;
    terminal.type_in("exit\n")?;
    terminal.wait(LIMIT).map(drop)
}

/// The alert of the bundled rule in this container. Fails when there are several.
fn the_one_alert(sensor: &Sensor, container_id: &str) -> Result<Document> {
    let rule = RuleFile::tool_installation()?;
    sensor.wait_for_alert(&rule.id, container_id)?;
    sensor.settle()?;
    let mut alerts = sensor.alerts(&rule.id, container_id)?;
    ensure!(alerts.len() == 1, "{} alerts, expected one: {alerts:?}", alerts.len());
    alerts.pop().context("no alert")
}

/// Everything that is the same for every `apt-get install -y curl` at a container's terminal.
fn check_installation(alert: &Document, container_id: &str) -> Result<()> {
    let rule = RuleFile::tool_installation()?;
    alert.expect(&[
        ("event.kind", json!("alert")),
        ("event.category", json!(["process"])),
        ("event.type", json!(["start"])),
        ("event.action", json!(["exec"])),
        ("event.module", json!("hullwatch")),
        ("event.dataset", json!("hullwatch.alerts")),
        ("event.severity", json!(21)),
        ("event.risk_score", json!(21)),
        ("rule.id", json!(rule.id)),
        ("rule.name", json!(rule.name)),
        ("container.id", json!(container_id)),
        ("host.os.type", json!("linux")),
        ("process.name", json!("apt-get")),
        ("process.args", json!(INSTALL)),
        ("process.args_count", json!(4)),
        ("process.command_line", json!("apt-get install -y curl")),
        ("process.interactive", json!(true)),
        ("process.tty.char_device.major", json!(136)),
        ("process.user.id", json!("0")),
        ("hullwatch.severity", json!("low")),
        ("hullwatch.evidence.argc", json!(4)),
        ("hullwatch.evidence.argv_bytes", json!("apt-get install -y curl ".len())),
        ("hullwatch.evidence.truncated", json!(false)),
        ("hullwatch.fds.stdin", json!("tty")),
        ("hullwatch.fds.stdout", json!("tty")),
        ("hullwatch.fds.stderr", json!("tty")),
        ("hullwatch.filename", json!("/usr/bin/apt-get")),
        ("threat.framework", json!("MITRE ATT&CK")),
    ])?;
    for field in [
        "@timestamp",
        "ecs.version",
        "message",
        "process.entity_id",
        "process.start",
        "process.parent.entity_id",
    ] {
        ensure!(alert.text(field).is_some_and(|text| !text.is_empty()), "{field} is missing in {alert}");
    }
    for field in ["process.pid", "process.parent.pid", "event.sequence"] {
        ensure!(alert.number(field).is_some_and(|number| number > 0), "{field} is missing in {alert}");
    }
    let path = alert.text("hullwatch.cgroup.path").unwrap_or_default();
    ensure!(path.ends_with(container_id), "hullwatch.cgroup.path is {path:?}");
    let hash = alert.text("hullwatch.ruleset.hash").unwrap_or_default();
    ensure!(hash.len() == 64, "hullwatch.ruleset.hash is {hash:?}");
    Ok(())
}
