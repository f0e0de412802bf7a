//! What a tracer costs a machine that execs as fast as it can: pairs of storms, one without and one with each tracer.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::Programs;
use crate::numbers::median;
use crate::tracer::{Kind, Tracer};

/// Execs of one storm.
const EXECS: u32 = 4000;

/// Time for what the last storm or tracer left behind (the kernel frees programs later) to be over.
const SETTLE: Duration = Duration::from_millis(300);

/// What the storms with one tracer showed.
#[derive(Default)]
struct Measured {
    /// Time of an exec, over the same without the tracer just before.
    ratios: Vec<f64>,
    /// The tracer's time on a CPU, in microseconds an exec.
    cpu_us: Vec<f64>,
    resident_kib: u64,
    missing: u64,
}

pub(crate) fn measure(programs: &Programs, rounds: usize) -> Result<String> {
    let mut bare_us = Vec::new();
    let mut measured: Vec<(Kind, Measured)> =
        Kind::TRACERS.into_iter().map(|kind| (kind, Measured::default())).collect();
    for round in 0..rounds {
        for (kind, measured) in &mut measured {
            // Which of the two comes first changes from round to round, so that neither has an advantage.
            let bare_first = round % 2 == 0;
            let mut bare = if bare_first { bare_storm(programs)? } else { 0.0 };
            let tag = format!("storm-{round}-{}", std::process::id());
            let with = measured.storm(*kind, programs, &tag)?;
            if !bare_first {
                bare = bare_storm(programs)?;
            }
            bare_us.push(bare / 1000.0);
            measured.ratios.push(with / bare);
        }
    }
    let mut table = format!(
        "## Exec storm\n\n{rounds} interleaved pairs of {EXECS} execs of a static no-op program; an exec without a \
         tracer took {:.0} us (median).\n\n\
         | tracer | exec slower by (median) | tracer's own CPU, us an exec | resident, MiB | execs not reported |\n\
         |---|---:|---:|---:|---:|\n",
        median(&bare_us)
    );
    for (kind, measured) in &measured {
        let own =
            if *kind == Kind::Floor { "-".to_owned() } else { format!("{:.1}", median(&measured.cpu_us)) };
        let (resident, missing) = match kind {
            Kind::Floor => ("-".to_owned(), "-".to_owned()),
            _ => (format!("{:.1}", kib_to_mib(measured.resident_kib)), measured.missing.to_string()),
        };
        writeln!(
            table,
            "| {} | {:+.1} % | {own} | {resident} | {missing} |",
            kind.name(),
            (median(&measured.ratios) - 1.0) * 100.0
        )?;
    }
    Ok(table)
}

impl Measured {
    /// A storm with a tracer: nanoseconds an exec took, and the rest noted.
    fn storm(&mut self, kind: Kind, programs: &Programs, tag: &str) -> Result<f64> {
        let tracer = Tracer::start(kind, programs)?;
        let before = tracer.used()?;
        thread::sleep(SETTLE);
        let with = storm(programs, &programs.noop, tag)?;
        // What the tracer has not read yet it will have to, and that is its cost too.
        thread::sleep(SETTLE);
        let after = tracer.used()?;
        self.cpu_us.push(micros(after.cpu_ns - before.cpu_ns) / f64::from(EXECS));
        self.resident_kib = self.resident_kib.max(after.resident_kib);
        if let Some(seen) = tracer.stop(tag)? {
            self.missing += u64::from(EXECS).saturating_sub(seen);
        }
        Ok(with)
    }
}

/// A storm that nobody traces.
fn bare_storm(programs: &Programs) -> Result<f64> {
    thread::sleep(SETTLE);
    storm(programs, &programs.noop, "bare")
}

/// Nanoseconds an exec of a program took in a storm.
pub(crate) fn storm(programs: &Programs, program: &Path, tag: &str) -> Result<f64> {
    let output = Command::new(&programs.storm)
        .arg(EXECS.to_string())
        .arg(program)
        .args(["--tag", tag])
        .output()
        .with_context(|| format!("starting {}", programs.storm.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let each = text.trim().rsplit("ns_per_exec=").next().and_then(|number| number.parse().ok());
    each.with_context(|| format!("the storm said: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

#[expect(clippy::cast_precision_loss, reason = "a storm is short")]
fn micros(ns: u64) -> f64 {
    ns as f64 / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "nobody has that much memory")]
fn kib_to_mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
