//! From the start of the sensor to the first exec it captured, while something execs all the time.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use hullwatch_tests::document::Document;
use jiff::Timestamp;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Programs;
use crate::numbers::{median, quantile};

const STARTS: usize = 15;

pub(crate) fn measure(programs: &Programs) -> Result<String> {
    let busy = AtomicBool::new(true);
    let times = thread::scope(|scope| {
        scope.spawn(|| {
            while busy.load(Ordering::Relaxed) {
                // That it ran is all that matters, and it has no way to fail.
                let _ = Command::new(&programs.noop).status();
                thread::sleep(Duration::from_millis(1));
            }
        });
        let times = (0..STARTS).map(|_| one_start(programs)).collect::<Result<Vec<_>>>();
        busy.store(false, Ordering::Relaxed);
        times
    })?;
    Ok(format!(
        "## Start\n\n| from start to first captured exec, {STARTS} starts | ms |\n|---|---:|\n\
         | median | {:.0} |\n| slowest | {:.0} |\n",
        median(&times),
        quantile(&times, 1.0)
    ))
}

fn one_start(programs: &Programs) -> Result<f64> {
    let start = Timestamp::now();
    let mut sensor = Command::new(&programs.sensor)
        .args(["--log-level", "error", "record"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(sensor.stdout.take().context("no stdout")?).read_line(&mut line)?;
    kill(Pid::from_raw(sensor.id().cast_signed()), Signal::SIGINT)?;
    sensor.wait()?;
    let first: Timestamp = Document::parse(&line)?.text("@timestamp").context("no timestamp")?.parse()?;
    Ok(first.duration_since(start).as_secs_f64() * 1000.0)
}
