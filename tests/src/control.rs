//! Positive controls: an exec that is certain to come out of the sensor, made so that a test can say "everything before
//! this one has come out too". For a recording sensor any program does; for one that raises alerts a program named
//! apt-get installs curl at a terminal in a docker-like control group. Called by `Sensor::settle`. They prove nothing
//! about the documents but that they come.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::command::{self, find};
use crate::fake_container::FakeContainer;
use crate::scratch;
use crate::sensor::{PATIENCE, Sensor};

/// Executes a program with a unique argument and waits for its event.
pub fn event(sensor: &Sensor) -> Result<()> {
    let marker = format!("hullwatch-marker-{}", scratch::random_hex(8)?);
    command::output(Command::new(find("true")?).arg(&marker), PATIENCE)?;
    sensor.wait_for_line_with(&marker, "the marker's event", |document| {
        document.texts("process.args").contains(&marker.as_str())
    })?;
    Ok(())
}

/// Installs curl, in appearance, and waits for the alert.
pub fn alert(sensor: &Sensor) -> Result<()> {
    let container = FakeContainer::new()?;
    let program = container.program(&find("true")?, "apt-get")?;
    let status = container.run_at_terminal(Command::new(program).args(["install", "-y", "curl"]))?;
    ensure!(status.success(), "the control ended with {status}");
    sensor.wait_for_line_with(container.id(), "the control's alert", |document| {
        document.text("event.kind") == Some("alert") && document.text("container.id") == Some(container.id())
    })?;
    Ok(())
}
