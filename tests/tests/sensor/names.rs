//! Ways to execute a program that hide what is executed: each gives one event, with the right names.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::command::find;
use hullwatch_tests::document::Document;
use hullwatch_tests::fake_container::FakeContainer;
use hullwatch_tests::rule_file::RuleFile;
use hullwatch_tests::sensor::Sensor;
use libtest_mimic::Trial;
use serde_json::json;

const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const PROBE: &str = env!("CARGO_BIN_EXE_exec-probe");

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        a_program_in_a_memfd_is_told_as_such,
        a_program_executed_by_descriptor_has_the_name_of_its_file,
        a_deleted_program_keeps_its_name_and_is_told_as_deleted,
        an_exec_by_another_thread_belongs_to_the_leader,
        a_script_has_its_own_name_and_its_interpreters_path,
        a_script_behind_env_gives_the_event_of_env_and_that_of_the_shell,
        a_manager_behind_a_link_of_another_name_is_seen_by_both_names,
        a_program_executed_by_a_relative_path_has_its_full_path,
    ]
}

/// A recording sensor, and a container with a program of a telling name in it.
struct Scene {
    sensor: Sensor,
    container: FakeContainer,
    program: PathBuf,
}

impl Scene {
    fn new() -> Result<Self> {
        let container = FakeContainer::new()?;
        let program = container.program(Path::new(NOOP), "target-program")?;
        Ok(Self { sensor: Sensor::record()?, container, program })
    }

    /// Runs `exec-probe WAY PROGRAM target-program argument` and returns the events of both execs.
    fn probe(&self, way: &[&str]) -> Result<(Document, Document)> {
        let mut command = Command::new(PROBE);
        command.args(way).arg(&self.program).args(["target-program", "argument"]);
        let events = self.events(&mut command)?;
        let [first, second] = <[Document; 2]>::try_from(events).map_err(|events| {
            anyhow::anyhow!(
                "{} events, expected those of exec-probe and of the program: {events:?}",
                events.len()
            )
        })?;
        first.expect(&[("process.executable", json!(fs::canonicalize(PROBE)?))])?;
        second.expect(&[("process.args", json!(["target-program", "argument"]))])?;
        // An exec changes neither the process nor what identifies it.
        for field in ["process.pid", "process.entity_id"] {
            ensure!(
                first.at(field).is_some() && first.at(field) == second.at(field),
                "{field}: {first}\n{second}"
            );
        }
        Ok((first, second))
    }

    /// Runs a command inside and returns the events of all execs there, in their order.
    fn events(&self, command: &mut Command) -> Result<Vec<Document>> {
        let outcome = self.container.run(command)?;
        ensure!(outcome.status.success(), "{command:?} ended with {}: {}", outcome.status, outcome.stderr);
        self.container.events(&self.sensor)
    }

    /// Writes an executable script.
    fn script(&self, name: &str, text: &str) -> Result<PathBuf> {
        let source = self.container.folder().join("source");
        fs::write(&source, text)?;
        fs::set_permissions(&source, fs::Permissions::from_mode(0o755))?;
        self.container.program(&source, name)
    }
}

fn a_program_in_a_memfd_is_told_as_such() -> Result<()> {
    let scene = Scene::new()?;
    let (_, event) = scene.probe(&["memfd", "hidden-one"])?;
    event.expect(&[
        ("process.name", json!("memfd:hidden-one")),
        ("hullwatch.executable.memfd", json!(true)),
        ("hullwatch.executable.deleted", json!(true)),
    ])?;
    let executable = event.text("process.executable").unwrap_or_default();
    ensure!(executable.contains("memfd:hidden-one"), "process.executable is {executable:?}");
    let filename = event.text("hullwatch.filename").unwrap_or_default();
    ensure!(filename.starts_with("/dev/fd/"), "hullwatch.filename is {filename:?}");
    Ok(())
}

fn a_program_executed_by_descriptor_has_the_name_of_its_file() -> Result<()> {
    let scene = Scene::new()?;
    let (_, event) = scene.probe(&["empty-path"])?;
    event.expect(&[
        ("process.name", json!("target-program")),
        ("process.executable", json!(scene.program)),
        ("hullwatch.executable.memfd", json!(false)),
        ("hullwatch.executable.deleted", json!(false)),
    ])?;
    let filename = event.text("hullwatch.filename").unwrap_or_default();
    ensure!(filename.starts_with("/dev/fd/"), "hullwatch.filename is {filename:?}");
    Ok(())
}

fn a_deleted_program_keeps_its_name_and_is_told_as_deleted() -> Result<()> {
    let scene = Scene::new()?;
    let (_, event) = scene.probe(&["deleted"])?;
    event.expect(&[
        ("process.name", json!("target-program")),
        ("process.executable", json!(scene.program)),
        ("hullwatch.executable.memfd", json!(false)),
        ("hullwatch.executable.deleted", json!(true)),
    ])
}

fn an_exec_by_another_thread_belongs_to_the_leader() -> Result<()> {
    let scene = Scene::new()?;
    let (_, event) = scene.probe(&["thread"])?;
    event.expect(&[
        ("process.name", json!("target-program")),
        ("process.executable", json!(scene.program)),
        ("hullwatch.filename", json!(scene.program)),
    ])
}

fn a_script_has_its_own_name_and_its_interpreters_path() -> Result<()> {
    let scene = Scene::new()?;
    let script = scene.script("install-things", "#!/bin/sh\n:\n")?;
    let shell = fs::canonicalize("/bin/sh")?;
    let events = scene.events(Command::new(&script).arg("argument"))?;
    let [event] = events.as_slice() else {
        anyhow::bail!("{} events, expected one: {events:?}", events.len())
    };
    event.expect(&[
        ("process.name", json!("install-things")),
        ("process.executable", json!(shell)),
        ("process.args", json!(["/bin/sh", script, "argument"])),
        ("hullwatch.filename", json!(script)),
        ("hullwatch.script.path", json!(script)),
        ("hullwatch.script.name", json!("install-things")),
        ("hullwatch.interpreter.path", json!(shell)),
        ("hullwatch.interpreter.name", json!(shell.file_name().and_then(|name| name.to_str()))),
    ])
}

/// Two execs, and so two events: the kernel starts env for the script, and env starts the shell by name.
fn a_script_behind_env_gives_the_event_of_env_and_that_of_the_shell() -> Result<()> {
    let scene = Scene::new()?;
    let script = scene.script("install-things", "#!/usr/bin/env sh\n:\n")?;
    let events = scene.events(&mut Command::new(&script))?;
    let [env, shell] = events.as_slice() else {
        anyhow::bail!("{} events, expected two: {events:?}", events.len())
    };
    env.expect(&[
        ("process.name", json!("install-things")),
        ("process.executable", json!(fs::canonicalize("/usr/bin/env")?)),
        ("process.args", json!(["/usr/bin/env", "sh", script])),
        ("hullwatch.script.path", json!(script)),
        ("hullwatch.interpreter.path", json!(fs::canonicalize("/usr/bin/env")?)),
    ])?;
    let executable = fs::canonicalize(find("sh")?)?;
    shell.expect(&[
        ("process.name", json!(executable.file_name().and_then(|name| name.to_str()))),
        ("process.executable", json!(executable)),
        ("process.args", json!(["sh", script])),
        ("hullwatch.filename", json!(find("sh")?)),
        ("hullwatch.script", json!(null)),
        ("process.entity_id", env.at("process.entity_id").cloned().context("no process.entity_id")?),
    ])
}

/// As `vi` is a link to vim.basic: the rule sees the name that was executed, the document writes the program's.
fn a_manager_behind_a_link_of_another_name_is_seen_by_both_names() -> Result<()> {
    let rule = RuleFile::tool_installation()?;
    let sensor = Sensor::run(&[])?;
    let container = FakeContainer::new()?;
    let program = container.program(Path::new(NOOP), "manager.basic")?;
    let link = container.folder().join("apt-get");
    symlink(&program, &link)?;
    let status = container.run_at_terminal(Command::new(&link).args(["install", "curl"]))?;
    ensure!(status.success(), "the manager ended with {status}");
    sensor.wait_for_alert(&rule.id, container.id())?.expect(&[
        ("process.name", json!("manager.basic")),
        ("process.executable", json!(program)),
        ("process.args", json!([link, "install", "curl"])),
        ("hullwatch.filename", json!(link)),
        ("hullwatch.script", json!(null)),
    ])
}

fn a_program_executed_by_a_relative_path_has_its_full_path() -> Result<()> {
    let scene = Scene::new()?;
    let mut command = Command::new("./target-program");
    let events = scene.events(command.arg("argument").current_dir(scene.container.folder()))?;
    let [event] = events.as_slice() else {
        anyhow::bail!("{} events, expected one: {events:?}", events.len())
    };
    event.expect(&[
        ("process.name", json!("target-program")),
        ("process.executable", json!(scene.program)),
        ("process.args", json!(["./target-program", "argument"])),
        ("hullwatch.filename", json!("./target-program")),
    ])
}
