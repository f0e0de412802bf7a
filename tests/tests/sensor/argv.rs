//! argv can be trusted: whatever Linux lets a program pass comes out whole, in valid JSON, and byte for byte, after the
//! documented escapes are undone. The programs are the host's, in control groups named as docker names them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::argv;
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
        every_argument_list_of_the_table_arrives_byte_for_byte,
        argument_lists_around_every_power_of_two_arrive_whole,
        an_installation_behind_almost_two_mebibytes_of_arguments_still_alerts,
    ]
}

fn every_argument_list_of_the_table_arrives_byte_for_byte() -> Result<()> {
    let sensor = Sensor::record()?;
    let mut wrong = Vec::new();
    for case in argv::cases() {
        if let Err(error) = compare(&execute(&sensor, &["argv", case.name])?, &case.seen()) {
            wrong.push(format!("{}: {error:#}", case.name));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// One byte less, exactly, and one byte more: where buffers and size classes end, and where a length that was
/// narrowed to 16 bits starts again at nothing.
fn argument_lists_around_every_power_of_two_arrive_whole() -> Result<()> {
    let sensor = Sensor::record()?;
    let mut wrong = Vec::new();
    for bytes in (7..=20).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1]) {
        let event = execute(&sensor, &["length", &bytes.to_string()])?;
        if let Err(error) = compare(&event, &argv::of_length(bytes)) {
            wrong.push(format!("{bytes} bytes: {error:#}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Has `exec-probe` execute an argument list and returns the one event of it.
fn execute(sensor: &Sensor, way: &[&str]) -> Result<Document> {
    let container = FakeContainer::new()?;
    let program = container.program(Path::new(NOOP), "noop")?;
    let outcome = container.run(Command::new(PROBE).args(way).arg(&program))?;
    ensure!(outcome.status.success(), "exec-probe ended with {}: {}", outcome.status, outcome.stderr);
    let mut events = container.events_of(sensor, &program)?;
    ensure!(events.len() == 1, "{way:?}: {} events, expected one", events.len());
    events.pop().context("no event")
}

fn compare(event: &Document, expected: &[Vec<u8>]) -> Result<()> {
    let found = event.argv()?;
    ensure!(found.len() == expected.len(), "{} arguments, expected {}", found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        ensure!(
            found == expected,
            "argument {index} is {} bytes, expected {}: {:.300?} instead of {:.300?}",
            found.len(),
            expected.len(),
            String::from_utf8_lossy(found),
            String::from_utf8_lossy(expected)
        );
    }
    event.expect(&[
        ("process.args_count", json!(expected.len())),
        ("hullwatch.evidence.argc", json!(expected.len())),
        (
            "hullwatch.evidence.argv_bytes",
            json!(expected.iter().map(|argument| argument.len() + 1).sum::<usize>()),
        ),
        ("hullwatch.evidence.truncated", json!(false)),
        ("process.name", json!("noop")),
    ])
}

fn an_installation_behind_almost_two_mebibytes_of_arguments_still_alerts() -> Result<()> {
    let name = "almost-two-mebibytes";
    let rule = RuleFile::tool_installation()?;
    let sensor = Sensor::run(&[])?;
    let container = FakeContainer::new()?;
    let program = container.program(Path::new(NOOP), "apt-get")?;
    let status = container.run_at_terminal(Command::new(PROBE).args(["argv", name]).arg(&program))?;
    ensure!(status.success(), "exec-probe ended with {status}");
    let alert = sensor.wait_for_alert(&rule.id, container.id())?;
    let expected = argv::cases().into_iter().find(|case| case.name == name).map(|case| case.argv);
    ensure!(Some(alert.argv()?) == expected, "the arguments differ");
    alert.expect(&[("hullwatch.evidence.truncated", json!(false)), ("process.interactive", json!(true))])
}
