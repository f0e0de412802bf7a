//! The figures of docs/benchmarks.md: `bench`, started by `cargo xtask bench` as root.
//!
//! Everything is compared within one run, in interleaved pairs, because machines are noisy and shared. Prints
//! Markdown tables. Fails only if something could not be measured; whether a figure is good is for the reader.
//!
//! Environment: `HULLWATCH_BIN`, `HULLWATCH_EBPF_FLOOR` (an object with an empty probe), `HULLWATCH_BENCH_ROUNDS`.

mod latency;
mod numbers;
mod probe;
mod start;
mod storm;
mod tracer;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use hullwatch_tests::scratch;

fn main() -> Result<()> {
    let rounds = match std::env::var("HULLWATCH_BENCH_ROUNDS") {
        Ok(number) => {
            number.parse().with_context(|| format!("HULLWATCH_BENCH_ROUNDS={number} is no number"))?
        }
        Err(_) => 15,
    };
    let programs = Programs::find()?;
    let result = say(&start::measure(&programs)?)
        .and_then(|()| say(&latency::measure(&programs)?))
        .and_then(|()| say(&storm::measure(&programs, rounds)?))
        .and_then(|()| say(&probe::measure(&programs)?));
    scratch::remove()?;
    result
}

/// The programs that take part, apart from the peers.
struct Programs {
    sensor: PathBuf,
    floor: PathBuf,
    storm: PathBuf,
    noop: PathBuf,
}

impl Programs {
    fn find() -> Result<Self> {
        let here = std::env::current_exe()?;
        let beside = |name: &str| here.with_file_name(name);
        Ok(Self {
            sensor: scratch::sensor_binary()?,
            floor: std::env::var_os("HULLWATCH_EBPF_FLOOR")
                .map(PathBuf::from)
                .context("HULLWATCH_EBPF_FLOOR is not set; `cargo xtask bench` sets it")?,
            storm: beside("exec-storm"),
            noop: beside("noop"),
        })
    }
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("writing a table")
}
