//! Loss is an event: when the ring overflows, because the sensor is stopped, the documents say how many events are
//! missing, and the sum is right.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::document::Document;
use hullwatch_tests::fake_container::FakeContainer;
use hullwatch_tests::sensor::{Sensor, sensor_command};
use hullwatch_tests::{command, scratch};
use libtest_mimic::Trial;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const STORM: &str = env!("CARGO_BIN_EXE_exec-storm");
const COUNT: usize = 3_000;

pub(crate) fn trials() -> Vec<Trial> {
    trials![Alone:
        events_that_found_no_room_are_counted_in_the_output_and_in_the_summary,
        a_container_that_came_while_the_ring_was_full_is_known_afterwards,
    ]
}

/// A recording sensor with a small ring that was stopped, and what was executed meanwhile.
fn overflow(meanwhile: impl FnOnce(&str) -> Result<()>) -> Result<(Sensor, String)> {
    let sensor =
        Sensor::record_command(&mut sensor_command(["record", "-o", "-", "--ring-size", "256KiB"])?)?;
    sensor.settle()?;
    let pid = Pid::from_raw(i32::try_from(sensor.pid())?);
    let tag = scratch::random_hex(8)?;
    kill(pid, Signal::SIGSTOP)?;
    let storm = [COUNT.to_string(), NOOP.to_owned(), "--tag".to_owned(), tag.clone()];
    let ran = command::output(Command::new(STORM).args(storm), Duration::from_secs(120))
        .and_then(|_| meanwhile(&tag));
    kill(pid, Signal::SIGCONT)?;
    ran?;
    sensor.wait_for("a document about the loss", is_loss)?.expect(&[("event.kind", "event".into())])?;
    sensor.settle()?;
    Ok((sensor, tag))
}

fn is_loss(document: &Document) -> bool {
    document.texts("event.action") == ["events-lost"]
}

/// The counts of one events-lost document, summed over the reasons.
fn lost(document: &Document) -> Result<u64> {
    let reasons = document.at("hullwatch.lost").and_then(Value::as_object).context("no hullwatch.lost")?;
    let counts =
        reasons.iter().map(|(reason, count)| count.as_u64().with_context(|| format!("{reason} is {count}")));
    counts.sum()
}

fn events_that_found_no_room_are_counted_in_the_output_and_in_the_summary() -> Result<()> {
    let (sensor, tag) = overflow(|_| Ok(()))?;
    let ended = sensor.stop()?;
    let losses: Vec<&Document> = ended.documents.iter().filter(|document| is_loss(document)).collect();
    let told: u64 = losses.iter().map(|loss| lost(loss)).sum::<Result<_>>()?;
    let summary = ended.summary;
    let in_summary = summary.lost + summary.dropped + summary.truncated;
    ensure!(told == in_summary, "{told} told in documents, {in_summary} in {summary:?}: {losses:?}");
    let is_of_storm =
        |event: &&Document| matches!(event.texts("process.args").as_slice(), [_, found, _] if *found == tag);
    let seen = u64::try_from(ended.documents.iter().filter(is_of_storm).count())?;
    let count = u64::try_from(COUNT)?;
    ensure!(seen < count, "nothing was lost: the test does not do what it is for");
    // Others may have executed something meanwhile, so that more may be lost than the storm's.
    ensure!(seen + summary.lost >= count, "{seen} seen and {} lost do not make {count}", summary.lost);
    for loss in losses {
        for field in ["hullwatch.window.start", "hullwatch.window.end"] {
            ensure!(loss.at(field).is_some(), "no {field} in {loss}");
        }
    }
    Ok(())
}

/// The path of a control group is told once: what if that was when there was no room?
fn a_container_that_came_while_the_ring_was_full_is_known_afterwards() -> Result<()> {
    let container = FakeContainer::new()?;
    let run = |marker: &str| container.run(Command::new(NOOP).arg(marker)).map(drop);
    let (sensor, tag) = overflow(|tag| run(&format!("during-{tag}")))?;
    let marker = format!("after-{tag}");
    run(&marker)?;
    let event =
        sensor.wait_for("the event", |event| event.texts("process.args").contains(&marker.as_str()))?;
    event.expect(&[
        ("container.id", container.id().into()),
        ("hullwatch.cgroup.path", container.cgroup().path().into()),
    ])
}
