//! Where alerts go, and how the sensor ends: files, the terminal, and the two signals.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::command::{self, find};
use hullwatch_tests::document::Document;
use hullwatch_tests::fake_container::FakeContainer;
use hullwatch_tests::rule_file::RuleFile;
use hullwatch_tests::scratch;
use hullwatch_tests::sensor::{PATIENCE, Sensor, sensor_command};
use hullwatch_tests::summary::Summary;
use hullwatch_tests::terminal::Terminal;
use libtest_mimic::Trial;
use nix::sys::signal::Signal;

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        a_file_output_is_created_0640_whatever_the_umask_and_appended_to,
        sigint_drains_and_ends_with_the_summary,
        sigterm_drains_and_ends_with_the_summary,
        an_alert_on_a_terminal_never_shows_escape_sequences_raw,
    ]
}

fn documents(path: &Path) -> Result<Vec<Document>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    text.lines().map(Document::parse).collect()
}

/// Runs a sensor with an umask that lets every permission through and both outputs, raises an alert, and checks that the file has it
/// before the sensor ends. Returns the number of documents that went to standard output.
fn run_into(path: &Path) -> Result<usize> {
    let rule = RuleFile::tool_installation()?;
    let before = if path.exists() { documents(path)?.len() } else { 0 };
    let mut command = Command::new("sh");
    command.args(["-c", "umask 0; exec \"$@\"", "sh"]).arg(scratch::sensor_binary()?);
    command.args(["run", "--output", "stdout", "--output", &format!("file:{}", path.display())]);
    let sensor = Sensor::run_command(&mut command)?;
    sensor.settle()?;
    let alert = sensor.wait_for("an alert", |document| document.text("rule.id") == Some(&rule.id))?;
    let id = alert.text("event.id").context("no event.id")?;
    let mut found = false;
    for _ in 0..500 {
        found = documents(path)?.iter().any(|document| document.text("event.id") == Some(id));
        if found {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    ensure!(found, "the alert is on standard output but not in the file while the sensor runs");
    let ended = sensor.stop()?;
    let after = documents(path)?.len() - before;
    ensure!(
        after == ended.documents.len(),
        "{after} documents in the file, {} on stdout",
        ended.documents.len()
    );
    Ok(after)
}

fn a_file_output_is_created_0640_whatever_the_umask_and_appended_to() -> Result<()> {
    let path = scratch::folder("output")?.join("alerts.ndjson");
    let first = run_into(&path)?;
    let mode = fs::metadata(&path)?.permissions().mode() & 0o7777;
    ensure!(mode == 0o640, "the file's mode is {mode:o}");
    let text = fs::read_to_string(&path)?;
    let second = run_into(&path)?;
    ensure!(
        fs::read_to_string(&path)?.starts_with(&text),
        "the second run changed what the first had written"
    );
    ensure!(documents(&path)?.len() == first + second, "documents are missing from the file");
    Ok(())
}

fn sigint_drains_and_ends_with_the_summary() -> Result<()> {
    ends_by(Signal::SIGINT)
}

fn sigterm_drains_and_ends_with_the_summary() -> Result<()> {
    ends_by(Signal::SIGTERM)
}

/// An exec that was over before the signal must still come out after it.
fn ends_by(signal: Signal) -> Result<()> {
    let sensor = Sensor::record()?;
    sensor.settle()?;
    let marker = format!("last-one-{}", scratch::random_hex(8)?);
    command::output(Command::new(find("true")?).arg(&marker), PATIENCE)?;
    let ended = sensor.stop_by(signal)?;
    ensure!(ended.status.code() == Some(0), "ended with {}: {}", ended.status, ended.stderr);
    let seen =
        ended.documents.iter().filter(|event| event.texts("process.args").contains(&marker.as_str())).count();
    ensure!(seen == 1, "the last exec before the signal was seen {seen} times");
    let events = ended.documents.iter().filter(|event| event.text("hullwatch.filename").is_some()).count();
    let Summary { events_seen, lost, dropped, .. } = ended.summary;
    ensure!(
        usize::try_from(events_seen)? == events,
        "{events_seen} events in the summary, {events} came out"
    );
    ensure!((lost, dropped) == (0, 0), "lost or dropped: {:?}", ended.summary);
    ensure!(ended.stderr.matches("summary: ").count() == 1, "not one summary: {}", ended.stderr);
    Ok(())
}

/// Arguments are the attacker's to choose; a title change or a cleared screen must not reach the person who watches.
fn an_alert_on_a_terminal_never_shows_escape_sequences_raw() -> Result<()> {
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\r\u{8}\u{9b}31m";
    let mut sensor = Terminal::start(&mut sensor_command(["run"])?)?;
    sensor.wait_for("ready: ", PATIENCE)?;
    let container = FakeContainer::new()?;
    let mut command = Command::new(container.program(&find("true")?, "apt-get")?);
    container.run_at_terminal(command.args(["install", "curl", hostile, "the-end"]))?;
    sensor.wait_for("the-end", PATIENCE)?;
    sensor.wait_for(container.id(), PATIENCE)?;
    sensor.type_in("\u{3}")?;
    let status = sensor.wait(PATIENCE)?;
    ensure!(status.success(), "ended with {status}");
    sensor.wait_for("summary: ", PATIENCE)?;
    let screen = sensor.screen();
    for sequence in ["\u{1b}]0;owned", "\u{1b}[2J", "\u{7}", "\u{8}", "\u{9b}"] {
        ensure!(!screen.contains(sequence), "{sequence:?} reached the terminal raw: {screen:?}");
    }
    ensure!(screen.contains("owned"), "the argument was not shown at all: {screen:?}");
    Ok(())
}
