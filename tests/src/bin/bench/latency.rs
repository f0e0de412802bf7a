//! From an exec to its alert's line in the reader's hands, on a host that does nothing else.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use hullwatch_tests::document::Document;
use hullwatch_tests::fake_container::FakeContainer;
use jiff::Timestamp;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Programs;
use crate::numbers::quantile;
use crate::tracer::wait_for_ready_line;

const ALERTS: usize = 200;

pub(crate) fn measure(programs: &Programs) -> Result<String> {
    let container = FakeContainer::new()?;
    let manager = container.program(&programs.noop, "apt-get")?;
    let mut sensor = Command::new(&programs.sensor)
        .args(["--log-level", "info", "run"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = BufReader::new(sensor.stdout.take().context("no stdout")?);
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if sender.send((Timestamp::now(), line)).is_err() {
                break;
            }
        }
    });
    let _log = wait_for_ready_line(&mut sensor)?;
    let mut latencies = Vec::with_capacity(ALERTS);
    for _ in 0..ALERTS {
        container.run_at_terminal(Command::new(&manager).args(["install", "curl"]))?;
        let (arrived, line) =
            receiver.recv_timeout(Duration::from_secs(5)).context("an alert did not come within 5 s")?;
        let raised: Timestamp =
            Document::parse(&line)?.text("@timestamp").context("no timestamp")?.parse()?;
        latencies.push(arrived.duration_since(raised).as_secs_f64() * 1000.0);
        thread::sleep(Duration::from_millis(20));
    }
    kill(Pid::from_raw(sensor.id().cast_signed()), Signal::SIGINT)?;
    sensor.wait()?;
    drop(receiver);
    // The thread ends with the sensor's stdout.
    let _ = reader.join();
    Ok(format!(
        "## Latency\n\n| from exec to the alert's line, {ALERTS} alerts | ms |\n|---|---:|\n\
         | median | {:.2} |\n| p99 | {:.2} |\n| slowest | {:.2} |\n",
        quantile(&latencies, 0.5),
        quantile(&latencies, 0.99),
        quantile(&latencies, 1.0)
    ))
}
