//! `cargo xtask <verb>`: everything one does with this repository, from a fresh clone on.
//!
//! One file a verb. This file only reads the command line and names the failure of a verb; what the verbs share
//! (compilers, packages, privilege) is in `support`. It refuses to know anything about what hullwatch does.

mod bench;
mod bench_replay;
mod build;
mod demo;
mod fuzz;
mod lint;
mod run;
mod setup;
mod support;
mod test;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::support::say::complain;

/// Builds, runs and tests hullwatch. Nothing has to be done before: every verb sets up what it needs.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Finds or installs the eBPF compiler and bpf-linker; says in one line each what it found or did
    Setup {
        /// Also what the tests need: container runtimes, a Debian root builder, the manifest validator
        #[arg(long)]
        tests: bool,
    },
    /// Builds the kernel object and the static release binary around it
    Build,
    /// Builds, then starts `hullwatch run` as root (through sudo when needed)
    Run {
        /// Show the product: a small container, a person typing in it, and the alert that comes out
        #[arg(long, conflicts_with = "arguments")]
        demo: bool,
        /// Passed to `hullwatch run`
        #[arg(last = true, value_name = "ARGS")]
        arguments: Vec<OsString>,
    },
    /// Lints, builds, and runs the unit tests and the end-to-end tests: everything, as CI does
    Test {
        /// Passed to the end-to-end tests, for example a name to filter by; lint and unit tests are then left out
        #[arg(last = true, value_name = "ARGS")]
        arguments: Vec<OsString>,
    },
    /// The figures of docs/benchmarks.md, as Markdown: hullwatch and its peers in interleaved exec storms
    Bench {
        /// Pairs of storms for each tracer
        #[arg(long, default_value_t = 15)]
        rounds: u32,
        /// Only how fast a recording of 1 GB is replayed; needs no root
        #[arg(long, conflicts_with = "rounds")]
        replay: bool,
    },
    /// Runs the fuzz targets of rules/fuzz, two at a time; a crash says how to run its input again
    Fuzz {
        /// For each target
        #[arg(long, default_value_t = fuzz::SECONDS)]
        seconds: u32,
        /// Only these
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
    },
    /// cargo fmt --check and clippy over the whole workspace, warnings refused
    Lint,
    /// The privileged half of `run --demo`: everything but the build
    #[command(hide = true)]
    DemoAsRoot {
        #[arg(long)]
        sensor: PathBuf,
    },
    /// The demo's container runtime: stays outside the container, waits for it
    #[command(hide = true)]
    DemoContainer(demo::container::Container),
    /// The demo container's first process: becomes its shell
    #[command(hide = true)]
    DemoInit(demo::container::Container),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Setup { tests } => setup::run(tests),
        Verb::Build => build::run(),
        Verb::Run { demo: true, .. } => demo::run(),
        Verb::Run { demo: false, arguments } => run::run(&arguments),
        Verb::Test { arguments } => test::run(&arguments),
        Verb::Bench { replay: true, .. } => bench_replay::run(),
        Verb::Bench { rounds, replay: false } => bench::run(rounds),
        Verb::Fuzz { seconds, targets } => fuzz::run(seconds, &targets),
        Verb::Lint => lint::run(),
        Verb::DemoAsRoot { sensor } => demo::run_as_root(&sensor),
        Verb::DemoContainer(container) => demo::container::supervise(&container),
        Verb::DemoInit(container) => demo::container::become_shell(&container),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
