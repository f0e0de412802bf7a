//! What rules remember, and what they cannot know: sequences over real execs, also across a reload; alerts that are held
//! back; and arguments that were cut before the word that decides.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::document::Document;
use hullwatch_tests::fake_container::FakeContainer;
use hullwatch_tests::rule_file::{self, RuleFile};
use hullwatch_tests::sensor::Sensor;
use hullwatch_tests::{command, scratch};
use libtest_mimic::Trial;
use nix::sys::signal::Signal;
use serde_json::json;

const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const PROBE: &str = env!("CARGO_BIN_EXE_exec-probe");

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        a_sequence_over_two_execs_in_one_container_raises_one_alert_that_tells_of_both,
        a_reload_that_leaves_a_sequence_as_it_was_keeps_what_it_remembers,
        a_reload_that_changes_a_sequence_begins_it_anew,
        alerts_of_one_kind_are_held_back_and_summed_up_when_their_window_ends,
        arguments_that_were_cut_raise_alerts_that_say_what_cannot_be_known,
    ]
}

const SEQUENCE: &str = "sequence by container.id with maxspan=5m
  [process where process.name == \"first-step\"]
  [process where process.name == \"second-step\"]";

/// A sensor with these rules and the bundled one, which `settle` needs.
fn run(rules: &[(&str, String)], more: &[&str]) -> Result<(Sensor, std::path::PathBuf)> {
    let folder = scratch::folder("state")?;
    fs::copy(RuleFile::tool_installation()?.path, folder.join("tool.toml"))?;
    for (name, text) in rules {
        fs::write(folder.join(name), text)?;
    }
    let path = folder.to_str().context("the path is not UTF-8")?.to_owned();
    let sensor = Sensor::run(&[&["--rules", path.as_str()], more].concat())?;
    Ok((sensor, folder))
}

fn step(container: &FakeContainer, name: &str) -> Result<()> {
    let program = container.program(Path::new(NOOP), name)?;
    let outcome = container.run(Command::new(&program).arg(name))?;
    ensure!(outcome.status.success(), "{name} ended with {}", outcome.status);
    Ok(fs::remove_file(program)?)
}

fn sequence_rule(name: &str) -> String {
    rule_file::text("two-steps", name, SEQUENCE, "")
}

/// The alerts of the sequence in this container, once everything has come out.
fn alerts(sensor: &Sensor, container: &FakeContainer) -> Result<Vec<Document>> {
    sensor.settle()?;
    sensor.alerts("two-steps", container.id())
}

fn a_sequence_over_two_execs_in_one_container_raises_one_alert_that_tells_of_both() -> Result<()> {
    let (sensor, _) = run(&[("mine.toml", sequence_rule("Two steps"))], &[])?;
    let (here, there) = (FakeContainer::new()?, FakeContainer::new()?);
    step(&here, "second-step")?;
    step(&here, "first-step")?;
    step(&there, "second-step")?;
    ensure!(alerts(&sensor, &here)?.is_empty() && alerts(&sensor, &there)?.is_empty(), "too early");
    step(&here, "second-step")?;
    let found = alerts(&sensor, &here)?;
    let [alert] = found.as_slice() else { anyhow::bail!("{} alerts: {found:?}", found.len()) };
    ensure!(alerts(&sensor, &there)?.is_empty(), "the other container has an alert");
    alert.expect(&[
        ("event.kind", json!("alert")),
        ("process.name", json!("second-step")),
        ("rule.id", json!("two-steps")),
        ("hullwatch.evidence.incomplete", json!(null)),
    ])?;
    let events = alert.at("hullwatch.sequence.events").context("no events")?;
    let names: Vec<_> =
        events.as_array().into_iter().flatten().map(|event| event.pointer("/process/name")).collect();
    ensure!(names == [Some(&json!("first-step")), Some(&json!("second-step"))], "{events}");
    let message = alert.text("message").unwrap_or_default();
    ensure!(message.contains("first-step") && message.contains("second-step"), "{message}");
    Ok(())
}

/// Begins the sequence, changes the rules, ends the sequence, and returns how many alerts there were.
fn across(change: impl FnOnce(&Path) -> Result<()>) -> Result<usize> {
    let (sensor, folder) = run(&[("mine.toml", sequence_rule("Two steps"))], &[])?;
    let container = FakeContainer::new()?;
    step(&container, "first-step")?;
    sensor.settle()?;
    change(&folder)?;
    sensor.signal(Signal::SIGHUP)?;
    let told =
        sensor.wait_for("the reload", |document| document.texts("event.action") == ["rules-reloaded"])?;
    ensure!(told.at("hullwatch.ruleset") != told.at("hullwatch.reload.previous"), "nothing changed: {told}");
    step(&container, "second-step")?;
    Ok(alerts(&sensor, &container)?.len())
}

fn a_reload_that_leaves_a_sequence_as_it_was_keeps_what_it_remembers() -> Result<()> {
    let other = "process where process.name == \"whatever\"";
    let number = across(|folder| {
        Ok(fs::write(folder.join("a-new-one.toml"), rule_file::text("new", "New", other, ""))?)
    })?;
    ensure!(number == 1, "{number} alerts");
    Ok(())
}

fn a_reload_that_changes_a_sequence_begins_it_anew() -> Result<()> {
    let longer = SEQUENCE.replace("5m", "6m");
    let number = across(|folder| {
        Ok(fs::write(folder.join("mine.toml"), rule_file::text("two-steps", "Two steps", &longer, ""))?)
    })?;
    ensure!(number == 0, "{number} alerts");
    Ok(())
}

fn alerts_of_one_kind_are_held_back_and_summed_up_when_their_window_ends() -> Result<()> {
    let query = "process where process.name == \"again\"";
    let dedup = "[hullwatch.dedup]\nwindow = \"3s\"\nkeys = [\"container.id\", \"process.name\"]\n";
    let (sensor, _) = run(&[("mine.toml", rule_file::text("again", "Again", query, dedup))], &[])?;
    let (here, there) = (FakeContainer::new()?, FakeContainer::new()?);
    for container in [&here, &here, &there, &here, &here] {
        step(container, "again")?;
    }
    let is_summary = |document: &Document| {
        document.texts("event.action") == ["alerts-suppressed"] && document.to_string().contains(here.id())
    };
    let summary = sensor.wait_for("the summary", is_summary)?;
    summary.expect(&[
        ("event.kind", json!("event")),
        ("rule.id", json!("again")),
        ("rule.name", json!("Again")),
        ("hullwatch.suppressed.count", json!(3)),
    ])?;
    for field in ["event.start", "event.end", "hullwatch.suppressed.keys"] {
        ensure!(summary.at(field).is_some(), "no {field} in {summary}");
    }
    for container in [&here, &there] {
        let number = sensor.alerts("again", container.id())?.len();
        ensure!(number == 1, "{number} alerts in {}", container.id());
    }
    // The window is over: the next one is told again.
    step(&here, "again")?;
    sensor.settle()?;
    ensure!(sensor.alerts("again", here.id())?.len() == 2, "nothing after the window");
    Ok(())
}

/// With a ring that is far too small the argument list of almost 2 MiB is cut, and with it the last argument, `curl`.
fn arguments_that_were_cut_raise_alerts_that_say_what_cannot_be_known() -> Result<()> {
    let about = |argument: &str| {
        let query = format!("process where process.name == \"cut-short\" and process.args == \"{argument}\"");
        (argument.to_owned(), rule_file::text(argument, argument, &query, ""))
    };
    let rules = ["install", "curl", "never-passed"].map(about);
    let files: Vec<(String, String)> =
        rules.into_iter().map(|(name, text)| (format!("{name}.toml"), text)).collect();
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let (sensor, _) = run(&files, &["--ring-size", "64KiB"])?;
    let container = FakeContainer::new()?;
    let program = container.program(Path::new(NOOP), "cut-short")?;
    let mut probe = Command::new(PROBE);
    container.run(probe.args(["argv", "almost-two-mebibytes"]).arg(&program))?;
    for (rule, incomplete) in [("install", json!(null)), ("curl", json!(true)), ("never-passed", json!(true))]
    {
        let alert = sensor.wait_for_alert(rule, container.id())?;
        alert.expect(&[
            ("hullwatch.evidence.truncated", json!(true)),
            ("hullwatch.evidence.truncated_fields", json!(["process.args"])),
            ("hullwatch.evidence.incomplete", incomplete.clone()),
        ])?;
        let said = alert.text("message").unwrap_or_default().contains("not everything was captured");
        ensure!(said == (incomplete == json!(true)), "{rule}: {:?}", alert.text("message"));
    }
    // Arguments that are whole leave no doubt.
    command::output(Command::new(&program).args(["install", "curl"]), hullwatch_tests::sensor::PATIENCE)?;
    sensor.settle()?;
    let alerts = sensor.documents()?;
    let whole: Vec<_> = alerts
        .iter()
        .filter(|alert| alert.texts("process.args").ends_with(&["install", "curl"]))
        .filter(|alert| alert.text("process.name") == Some("cut-short"))
        .map(|alert| (alert.text("rule.id"), alert.at("hullwatch.evidence.incomplete")))
        .collect();
    ensure!(whole.len() == 2 && whole.iter().all(|(_, incomplete)| incomplete.is_none()), "{whole:?}");
    Ok(())
}
