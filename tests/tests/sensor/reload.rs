//! Rules change while the sensor runs: as editors, Kubernetes and operators change them, and in the middle of a storm.
//! Every event meets one whole set, none is lost, and a mistake costs nothing but a line that says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::document::Document;
use hullwatch_tests::rule_file::{self, RuleFile};
use hullwatch_tests::sensor::{PATIENCE, Sensor};
use hullwatch_tests::{command, scratch};
use libtest_mimic::Trial;
use nix::sys::signal::Signal;
use serde_json::json;

const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const STORM: &str = env!("CARGO_BIN_EXE_exec-storm");
/// Reloads in the storm. Every twenty-fifth is left to the watch on the files, which takes its time.
const RELOADS: usize = 1_000;
const WATCHED: usize = 25;
/// Rules of each version.
const RULES: usize = 20;
/// Execs of one round of the storm, of which one in ten matches.
const ROUND: usize = 2_000;

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        a_changed_file_is_served_without_a_restart_and_told_with_both_hashes,
        a_broken_file_keeps_the_running_set_and_is_named_in_log_and_output,
        sighup_loads_the_rules_again_although_nothing_changed,
    ]
}

pub(crate) fn storm_trials() -> Vec<Trial> {
    trials![Alone: a_thousand_reloads_in_a_storm_lose_no_event_and_show_none_half_a_set]
}

/// A folder of rules with the bundled one in it, which `settle` needs.
fn folder() -> Result<PathBuf> {
    let folder = scratch::folder("reload")?;
    fs::copy(RuleFile::tool_installation()?.path, folder.join("tool.toml"))?;
    Ok(folder)
}

fn run(rules: &Path) -> Result<Sensor> {
    Sensor::run(&["--rules", rules.to_str().context("the path is not UTF-8")?])
}

/// A rule about execs with one argument.
fn about(id: &str, argument: &str) -> String {
    let query = format!("process where process.name == \"noop\" and process.args == \"{argument}\"");
    rule_file::text(id, id, &query, "")
}

/// Replaces a file as editors do.
fn replace(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("tmp");
    fs::write(&beside, text)?;
    Ok(fs::rename(beside, path)?)
}

fn has_action(document: &Document, action: &str) -> bool {
    document.texts("event.action") == [action]
}

/// The rules that alerted about execs with this argument, and their sets.
fn alerts_about(sensor: &Sensor, argument: &str) -> Result<Vec<(String, String)>> {
    command::output(Command::new(NOOP).arg(argument), PATIENCE)?;
    sensor.settle()?;
    let alerts = sensor.documents()?;
    let about = alerts.iter().filter(|alert| alert.texts("process.args").contains(&argument));
    let text =
        |alert: &Document, field: &str| alert.text(field).map(str::to_owned).context("a field is missing");
    about.map(|alert| Ok((text(alert, "rule.id")?, text(alert, "hullwatch.ruleset.hash")?))).collect()
}

fn a_changed_file_is_served_without_a_restart_and_told_with_both_hashes() -> Result<()> {
    let (folder, argument) = (folder()?, scratch::random_hex(8)?);
    let file = folder.join("mine.toml");
    fs::write(&file, about("before", &argument))?;
    let sensor = run(&folder)?;
    let before = alerts_about(&sensor, &argument)?;
    replace(&file, &about("after", &argument))?;
    let told = sensor.wait_for("the reload", |document| has_action(document, "rules-reloaded"))?;
    let both = alerts_about(&sensor, &argument)?;
    let [(first, old), (second, new)] = both.as_slice() else { anyhow::bail!("{both:?}") };
    ensure!(
        before == [(first.clone(), old.clone())] && first == "before" && second == "after" && old != new,
        "{both:?}"
    );
    told.expect(&[
        ("event.kind", json!("event")),
        ("event.outcome", json!("success")),
        ("hullwatch.ruleset.hash", json!(new)),
        ("hullwatch.ruleset.rules", json!(2)),
        ("hullwatch.reload.previous.hash", json!(old)),
        ("hullwatch.reload.previous.rules", json!(2)),
        ("hullwatch.reload.cause", json!("files")),
    ])?;
    sensor.wait_for_log(&mut 0, &["rules reloaded: 2 rules", old, new]).map(drop)
}

fn a_broken_file_keeps_the_running_set_and_is_named_in_log_and_output() -> Result<()> {
    let (folder, argument) = (folder()?, scratch::random_hex(8)?);
    let file = folder.join("mine.toml");
    let good = about("mine", &argument);
    fs::write(&file, &good)?;
    let sensor = run(&folder)?;
    let before = alerts_about(&sensor, &argument)?;
    replace(&file, &good.replace("process.args ==", "process.agrs =="))?;
    let told = sensor.wait_for("the failure", |document| has_action(document, "rules-reload-failed"))?;
    let hash = before.first().map(|(_, hash)| hash).context("no alert before the mistake")?;
    told.expect(&[
        ("event.kind", json!("event")),
        ("event.outcome", json!("failure")),
        ("hullwatch.ruleset.hash", json!(hash)),
        ("hullwatch.ruleset.rules", json!(2)),
        ("hullwatch.reload.failure_count", json!(1)),
    ])?;
    let failures = told.at("hullwatch.reload.failures").map(ToString::to_string).unwrap_or_default();
    for needle in ["mine.toml", "process.agrs", "process.args"] {
        ensure!(failures.contains(needle), "{needle} is not in {failures}");
        sensor.wait_for_log(&mut 0, &["rules not reloaded", needle])?;
    }
    let after = alerts_about(&sensor, &argument)?;
    ensure!(after == [before.clone(), before].concat(), "{after:?}");
    replace(&file, &good)?;
    sensor.wait_for("the way back", |document| has_action(document, "rules-reloaded"))?;
    fs::remove_dir_all(&folder)?;
    sensor.wait_for_log(&mut 0, &["rules not reloaded", "No such file"])?;
    ensure!(alerts_about(&sensor, &argument)?.len() == 3, "the rules went with their folder");
    Ok(())
}

fn sighup_loads_the_rules_again_although_nothing_changed() -> Result<()> {
    for sensor in [run(&folder()?)?, Sensor::run(&[])?] {
        sensor.signal(Signal::SIGHUP)?;
        let told = sensor.wait_for("the reload", |document| has_action(document, "rules-reloaded"))?;
        ensure!(told.at("hullwatch.ruleset") == told.at("hullwatch.reload.previous"), "{told}");
        told.expect(&[("hullwatch.reload.cause", json!("signal"))])?;
        sensor.settle()?;
    }
    Ok(())
}

/// Two versions of one set, of which a link names the one that counts, as in a ConfigMap.
struct Versions {
    folder: PathBuf,
}

impl Versions {
    fn new(tag: &str) -> Result<Self> {
        let folder = scratch::folder("versions")?;
        for version in ["A", "B"] {
            let inner = folder.join(format!("..{version}"));
            fs::create_dir(&inner)?;
            for number in 0..RULES {
                let query = format!(
                    "process where process.name == \"noop\" and process.args == \"{tag}\" and process.args : \"*7\""
                );
                let name = format!("{version} {number}");
                let text = rule_file::text(&format!("rule-{number}"), &name, &query, "");
                fs::write(inner.join(format!("{number}.toml")), text)?;
            }
        }
        let versions = Self { folder };
        versions.turn("A")?;
        for number in 0..RULES {
            let name = format!("{number}.toml");
            symlink(format!("..data/{name}"), versions.folder.join(name))?;
        }
        Ok(versions)
    }

    fn turn(&self, version: &str) -> Result<()> {
        let next = self.folder.join("..next");
        symlink(format!("..{version}"), &next)?;
        Ok(fs::rename(next, self.folder.join("..data"))?)
    }
}

fn a_thousand_reloads_in_a_storm_lose_no_event_and_show_none_half_a_set() -> Result<()> {
    // The tag must not end as the numbers that match do.
    let tag = format!("{}-tag", scratch::random_hex(8)?);
    let versions = Versions::new(&tag)?;
    let path = scratch::folder("alerts")?.join("alerts.ndjson");
    let (rules, output) = (versions.folder.display().to_string(), format!("file:{}", path.display()));
    let sensor = Sensor::run(&["--rules", &rules, "--output", &output])?;
    let over = AtomicBool::new(false);
    let rounds = thread::scope(|scope| {
        let storm = scope.spawn(|| {
            let mut rounds = 0;
            while !over.load(Ordering::Relaxed) {
                let args = [ROUND.to_string(), NOOP.to_owned(), "--tag".to_owned(), tag.clone()];
                command::output(Command::new(STORM).args(args), Duration::from_secs(120))?;
                rounds += 1;
            }
            anyhow::Ok(rounds)
        });
        let reloaded = reload(&sensor, &versions);
        over.store(true, Ordering::Relaxed);
        let rounds = storm.join().map_err(|_| anyhow::anyhow!("the storm panicked"))?;
        reloaded.and(rounds)
    })?;
    let ended = sensor.stop_by(Signal::SIGTERM)?;
    let summary = ended.summary;
    ensure!(
        summary.lost == 0 && summary.dropped == 0 && summary.truncated == 0,
        "not everything arrived: {summary:?}"
    );
    ensure!(usize::try_from(summary.events_seen)? >= rounds * ROUND, "not everything was seen: {summary:?}");
    check(&path, &tag, rounds)
}

/// Turns the versions a thousand times and waits for each time.
fn reload(sensor: &Sensor, versions: &Versions) -> Result<()> {
    let mut line = 0;
    let mut hashes: BTreeMap<&str, String> = BTreeMap::new();
    for number in 0..RELOADS {
        let version = if number % 2 == 0 { "B" } else { "A" };
        versions.turn(version)?;
        if number % WATCHED != 0 {
            sensor.signal(Signal::SIGHUP)?;
        }
        // Which hash is which is learned from the first reload of each, which the files bring about.
        let told = match hashes.get(version) {
            Some(hash) => sensor.wait_for_log(&mut line, &["rules reloaded", &format!("-> {hash}")])?,
            None => sensor.wait_for_log(&mut line, &["rules reloaded"])?,
        };
        let hash = told.rsplit(' ').next().context("an empty line")?.to_owned();
        ensure!(told.contains(&format!("{RULES} rules")) && hash.len() == 64, "{told}");
        hashes.entry(version).or_insert(hash);
    }
    let log = sensor.log();
    let times = log.matches("rules reloaded").count();
    ensure!(times >= RELOADS && !log.contains("not reloaded"), "{times} reloads: {log:.3000}");
    Ok(())
}

/// What an exec met: rules, the hashes of their sets, and in which version's words.
#[derive(Default)]
struct Met {
    rules: BTreeSet<String>,
    hashes: BTreeSet<String>,
    versions: BTreeSet<char>,
    alerts: usize,
}

/// Every exec that matches raised one alert of each rule of one version, under one hash.
fn check(path: &Path, tag: &str, rounds: usize) -> Result<()> {
    let mut execs: BTreeMap<String, Met> = BTreeMap::new();
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        if !line.contains(tag) {
            continue;
        }
        let alert = Document::parse(&line)?;
        let text = |field: &str| {
            alert.text(field).map(str::to_owned).with_context(|| format!("no {field} in {alert}"))
        };
        let exec =
            execs.entry(format!("{} {}", text("process.entity_id")?, text("@timestamp")?)).or_default();
        exec.rules.insert(text("rule.id")?);
        exec.hashes.insert(text("hullwatch.ruleset.hash")?);
        exec.versions.extend(text("rule.name")?.chars().next());
        exec.alerts += 1;
    }
    for (exec, Met { rules, hashes, versions, alerts }) in &execs {
        ensure!(
            (rules.len(), hashes.len(), versions.len(), *alerts) == (RULES, 1, 1, RULES),
            "exec {exec} met {} rules in {alerts} alerts under {hashes:?}, of versions {versions:?}",
            rules.len()
        );
    }
    let expected = rounds * ROUND / 10;
    ensure!(execs.len() == expected, "{} execs alerted, expected {expected}", execs.len());
    let both: BTreeSet<&BTreeSet<char>> = execs.values().map(|exec| &exec.versions).collect();
    ensure!(both.len() == 2, "only one version was ever met: the test does not do what it is for");
    Ok(())
}
