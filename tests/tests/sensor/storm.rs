//! Nothing is lost: twenty thousand execs in a tight loop, each with arguments of its own, and each of them comes out
//! once and whole; with one loop and with two at once. The sensor has its default ring and writes to a file.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::document::Document;
use hullwatch_tests::sensor::Sensor;
use hullwatch_tests::{command, scratch};
use libtest_mimic::Trial;
use nix::sys::signal::Signal;

const NOOP: &str = env!("CARGO_BIN_EXE_noop");
const STORM: &str = env!("CARGO_BIN_EXE_exec-storm");
const COUNT: usize = 20_000;
/// What issue 2 allows.
const MEMORY_MIB: u64 = 40;
/// Some six seconds on two idle cores.
const LIMIT: Duration = Duration::from_secs(300);

pub(crate) fn trials() -> Vec<Trial> {
    trials![Alone:
        twenty_thousand_execs_in_a_tight_loop_all_come_out_whole,
        twenty_thousand_execs_in_each_of_two_loops_at_once_all_come_out_whole,
    ]
}

fn twenty_thousand_execs_in_a_tight_loop_all_come_out_whole() -> Result<()> {
    storm(1)
}

fn twenty_thousand_execs_in_each_of_two_loops_at_once_all_come_out_whole() -> Result<()> {
    storm(2)
}

/// The most memory that a process ever had resident, its share of the ring included.
fn peak_resident_kib(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn storm(loops: usize) -> Result<()> {
    let path = scratch::folder("storm")?.join("events.ndjson");
    let sensor = Sensor::record_to(&path)?;
    let tags: Vec<String> = (0..loops).map(|_| scratch::random_hex(8)).collect::<Result<_>>()?;
    let run = |tag: &String| {
        let args = [COUNT.to_string(), NOOP.to_owned(), "--tag".to_owned(), tag.clone()];
        command::output(Command::new(STORM).args(args), LIMIT)
    };
    thread::scope(|scope| {
        let running: Vec<_> = tags.iter().map(|tag| scope.spawn(move || run(tag))).collect();
        running.into_iter().try_for_each(|one| one.join().map_err(|_| anyhow::anyhow!("panicked"))?.map(drop))
    })?;
    let peak = peak_resident_kib(sensor.pid())?;
    ensure!(peak <= MEMORY_MIB << 10, "the sensor had {peak} KiB resident, more than {MEMORY_MIB} MiB");
    let ended = sensor.stop_by(Signal::SIGTERM)?;
    let summary = ended.summary;
    ensure!(ended.status.success(), "the sensor ended with {}", ended.status);
    ensure!(
        summary.lost == 0 && summary.dropped == 0 && summary.truncated == 0,
        "not everything arrived: {summary:?}"
    );
    ensure!(usize::try_from(summary.events_seen)? >= loops * COUNT, "not everything was seen: {summary:?}");
    let mut seen: Vec<Vec<u32>> = vec![vec![0; COUNT]; loops];
    let mut sequence = 0;
    for line in BufReader::new(File::open(&path)?).lines() {
        let line = line?;
        let Some(which) = tags.iter().position(|tag| line.contains(tag.as_str())) else { continue };
        let event = Document::parse(&line)?;
        let number = event.number("event.sequence").context("no event.sequence")?;
        ensure!(number > sequence, "event.sequence went from {sequence} to {number}");
        sequence = number;
        let tag = tags.get(which).map(String::as_str);
        // The storm's own exec has the tag among its arguments too.
        if let [program, found, number] = event.texts("process.args").as_slice()
            && Some(*found) == tag
        {
            let place = seen.get_mut(which).and_then(|counts| counts.get_mut(number.parse::<usize>().ok()?));
            let count = place.with_context(|| format!("an argument that nobody passed: {number:?}"))?;
            *count += 1;
            let whole = *program == NOOP && event.text("process.name") == Some("noop");
            ensure!(whole && event.text("hullwatch.filename") == Some(NOOP), "wrong names in {event}");
        }
    }
    for (counts, tag) in seen.iter().zip(&tags) {
        let once = counts.iter().filter(|count| **count == 1).count();
        ensure!(once == COUNT, "{once} of {COUNT} execs of loop {tag} came out exactly once");
    }
    Ok(())
}
