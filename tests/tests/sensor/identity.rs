//! Who executed it: a process is the same in all of its events and in those of its children, and users are told as the
//! kernel knows them.

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::document::Document;
use hullwatch_tests::fake_container::FakeContainer;
use hullwatch_tests::sensor::Sensor;
use libtest_mimic::Trial;
use serde_json::json;

const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const CHILDREN: usize = 50;

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        a_process_has_one_identity_in_its_events_and_in_those_of_its_children,
        a_process_of_another_user_is_told_by_that_users_id,
    ]
}

/// A shell executes another shell, which starts fifty children: each names it as the parent.
fn a_process_has_one_identity_in_its_events_and_in_those_of_its_children() -> Result<()> {
    let sensor = Sensor::record()?;
    let container = FakeContainer::new()?;
    let children = format!("for n in $(seq {CHILDREN}); do {NOOP} $n; done; :");
    let outcome = container.run(Command::new("sh").args(["-c", "exec sh -c \"$0\"", &children]))?;
    ensure!(outcome.status.success(), "ended with {}: {}", outcome.status, outcome.stderr);
    let events = container.events(&sensor)?;
    let (noops, shells): (Vec<_>, Vec<_>) = events
        .into_iter()
        .filter(|event| event.text("process.name") != Some("seq"))
        .partition(|event| event.text("process.name") == Some("noop"));
    ensure!(
        (noops.len(), shells.len()) == (CHILDREN, 2),
        "{} children, {} shells",
        noops.len(),
        shells.len()
    );
    for field in ["pid", "entity_id", "start"] {
        let values = |events: &[Document], object: &str| -> BTreeSet<String> {
            events.iter().map(|event| format!("{:?}", event.at(&format!("{object}.{field}")))).collect()
        };
        let own = values(&shells, "process");
        ensure!(own.len() == 1, "process.{field} changes with an exec: {own:?}");
        let told = values(&noops, "process.parent");
        ensure!(told == own, "process.parent.{field} is {told:?}, expected {own:?}");
        let children = values(&noops, "process").len();
        ensure!(children == CHILDREN, "{children} values of process.{field} for {CHILDREN} processes");
    }
    Ok(())
}

fn a_process_of_another_user_is_told_by_that_users_id() -> Result<()> {
    let sensor = Sensor::record()?;
    let container = FakeContainer::new()?;
    let program = container.program(NOOP.as_ref(), "noop")?;
    container.run(Command::new(&program).uid(65534).gid(65533))?;
    let event = container.events_of(&sensor, &program)?.pop().context("no event")?;
    event.expect(&[
        ("user.id", json!("65534")),
        ("process.user.id", json!("65534")),
        ("process.real_user.id", json!("65534")),
        ("process.saved_user.id", json!("65534")),
        ("group.id", json!("65533")),
    ])
}
