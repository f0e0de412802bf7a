//! What the kernel programs themselves cost, by the kernel's own statistics (`kernel.bpf_stats_enabled`).
//!
//! Apart from the storms, because keeping the statistics costs time as well.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use anyhow::Result;
use aya::programs::loaded_programs;
use hullwatch_tests::command;

use crate::Programs;
use crate::numbers::{median, quantile};
use crate::storm::storm;
use crate::tracer::{Kind, Tracer};

/// Statistics are sums, so a median needs batches.
const BATCHES: usize = 40;
const EXECS: u32 = 100;
const SWITCH: &str = "/proc/sys/kernel/bpf_stats_enabled";

pub(crate) fn measure(programs: &Programs) -> Result<String> {
    let before = fs::read_to_string(SWITCH)?;
    fs::write(SWITCH, "1")?;
    let table = tables(programs);
    fs::write(SWITCH, before)?;
    table
}

fn tables(programs: &Programs) -> Result<String> {
    let mut table = format!(
        "## BPF run time\n\nOf all programs of a tracer together, in microseconds an exec: {BATCHES} batches of {EXECS} execs.\n\n\
         | tracer | median | p90 |\n|---|---:|---:|\n"
    );
    let mut ours = 0.0;
    for kind in Kind::TRACERS {
        let others = ids();
        let tracer = Tracer::start(kind, programs)?;
        let mut batches = Vec::with_capacity(BATCHES);
        for _ in 0..BATCHES {
            let start = run_time_ns(&others);
            Command::new(&programs.storm)
                .arg(EXECS.to_string())
                .arg(&programs.noop)
                .stdout(Stdio::null())
                .status()?;
            batches.push((run_time_ns(&others) - start) / 1000.0 / f64::from(EXECS));
        }
        tracer.stop("none")?;
        writeln!(table, "| {} | {:.2} | {:.2} |", kind.name(), median(&batches), quantile(&batches, 0.9))?;
        if kind == Kind::Hullwatch {
            ours = median(&batches);
        }
    }
    write!(table, "{}", shares(programs, ours)?)?;
    Ok(table)
}

/// hullwatch's run time as a share of what an exec takes without it, from fork to exit.
fn shares(programs: &Programs, ours_us: f64) -> Result<String> {
    let mut table =
        String::from("\n| an exec of | takes, us | of which hullwatch's program |\n|---|---:|---:|\n");
    let dynamic = command::find("true")?;
    for (name, program) in [
        ("a static program of 4 KiB that does nothing", &programs.noop),
        ("/bin/true, dynamically linked", &dynamic),
    ] {
        let takes: Vec<f64> =
            (0..5).map(|_| Ok(storm(programs, program, "share")? / 1000.0)).collect::<Result<_>>()?;
        let takes = median(&takes);
        writeln!(table, "| {name} | {takes:.0} | {:.2} % |", ours_us / takes * 100.0)?;
    }
    Ok(table)
}

/// Ids of the programs that are loaded now.
fn ids() -> Vec<u32> {
    loaded_programs().flatten().map(|program| program.id()).collect()
}

/// Sum of the run times of all programs that were not there before.
fn run_time_ns(others: &[u32]) -> f64 {
    loaded_programs()
        .flatten()
        .filter(|program| !others.contains(&program.id()))
        .map(|program| program.run_time().as_secs_f64() * 1e9)
        .sum()
}
