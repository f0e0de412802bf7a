//! Rule files as people have them: published ones run unchanged, good ones run beside bad ones, and what is refused is
//! named. Refusals that keep the sensor from starting are in `refusals`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::command::find;
use hullwatch_tests::fake_container::FakeContainer;
use hullwatch_tests::rule_file::{RuleFile, toml_files};
use hullwatch_tests::scratch;
use hullwatch_tests::sensor::Sensor;
use libtest_mimic::Trial;
use serde_json::json;

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        the_bundled_rule_given_by_path_alerts_as_the_bundled_one_does,
        every_published_form_of_the_rule_runs_unchanged,
        the_published_form_without_the_interactive_condition_needs_no_terminal,
        good_rules_run_although_bad_ones_lie_beside_them,
    ]
}

/// Runs a stand-in for apt-get in a container, with or without a terminal, and returns the container.
fn install(terminal: bool) -> Result<FakeContainer> {
    let container = FakeContainer::new()?;
    let mut command = Command::new(container.program(&find("true")?, "apt-get")?);
    command.args(["install", "-y", "curl"]);
    if terminal {
        container.run_at_terminal(&mut command)?;
    } else {
        container.run(&mut command)?;
    }
    Ok(container)
}

fn sensor_with(rules: &Path) -> Result<Sensor> {
    Sensor::run(&["--rules", rules.to_str().context("the path is not UTF-8")?])
}

fn the_bundled_rule_given_by_path_alerts_as_the_bundled_one_does() -> Result<()> {
    let rule = RuleFile::tool_installation()?;
    let (by_path, bundled) = (sensor_with(&rule.path)?, Sensor::run(&[])?);
    let container = install(true)?;
    let alerts = [&by_path, &bundled].map(|sensor| sensor.wait_for_alert(&rule.id, container.id()));
    let [by_path, bundled] = alerts;
    let (by_path, bundled) = (by_path?, bundled?);
    // Not `rule.ruleset`: that is the hash of the whole set, in which the bundled one has more rules.
    for field in [
        "rule.id",
        "rule.name",
        "rule.description",
        "rule.version",
        "threat",
        "event.severity",
        "event.risk_score",
        "process.args",
        "process.entity_id",
    ] {
        let same = by_path.at(field) == bundled.at(field) && by_path.at(field).is_some();
        ensure!(same, "{field} differs: {by_path} and {bundled}");
    }
    Ok(())
}

/// Files in the three forms in which Elastic has published the rule.
fn published() -> Result<Vec<PathBuf>> {
    let files = toml_files(&scratch::workspace().join("rules/tests/data"))?;
    ensure!(files.len() == 3, "rules/tests/data has {} rule files, expected three", files.len());
    Ok(files)
}

fn every_published_form_of_the_rule_runs_unchanged() -> Result<()> {
    for file in published()? {
        let rule = RuleFile::read(&file)?;
        let sensor = sensor_with(&file)?;
        let container = install(true)?;
        let alert =
            sensor.wait_for_alert(&rule.id, container.id()).with_context(|| file.display().to_string())?;
        alert.expect(&[
            ("rule.name", json!(rule.name)),
            ("event.severity", json!(21)),
            ("event.risk_score", json!(21)),
            ("hullwatch.severity", json!("low")),
            ("process.interactive", json!(true)),
        ])?;
    }
    Ok(())
}

/// One of the three forms has no such condition, and the other two have: the same exec separates them.
fn the_published_form_without_the_interactive_condition_needs_no_terminal() -> Result<()> {
    let mut alerting = 0;
    for file in published()? {
        let rule = RuleFile::read(&file)?;
        let sensor = sensor_with(&file)?;
        let container = install(false)?;
        sensor.settle()?;
        let alerts = sensor.alerts(&rule.id, container.id())?.len();
        let expected = usize::from(!rule.text.contains("process.interactive =="));
        ensure!(
            alerts == expected,
            "{}: {alerts} alerts without a terminal, expected {expected}",
            file.display()
        );
        alerting += alerts;
    }
    ensure!(alerting == 1, "{alerting} of the three forms alert without a terminal, expected one");
    Ok(())
}

fn good_rules_run_although_bad_ones_lie_beside_them() -> Result<()> {
    let rule = RuleFile::tool_installation()?;
    let folder = scratch::folder("rules")?;
    fs::copy(&rule.path, folder.join("good.toml"))?;
    fs::write(folder.join("broken.toml"), "[rule]\nname = \"no end\nquery = ")?;
    fs::write(
        folder.join("misspelt.toml"),
        rule.text.replace("process.args", "process.agrs").replace(&rule.id, "other"),
    )?;
    let sensor = sensor_with(&folder)?;
    let container = install(true)?;
    sensor.wait_for_alert(&rule.id, container.id())?;
    let log = sensor.log();
    for needle in ["broken.toml", "misspelt.toml", "process.agrs"] {
        ensure!(log.contains(needle), "the log does not name {needle}: {log}");
    }
    ensure!(!log.contains("good.toml"), "the log complains about good.toml: {log}");
    Ok(())
}
