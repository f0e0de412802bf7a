//! `cargo xtask bench`: installs the peers to compare with, builds everything as it is shipped, and runs the benchmark
//! program of the tests crate as root. What is measured, and how, is in there.

use std::env;

use anyhow::Result;

use crate::build;
use crate::support::command::{run as run_command, users_cargo};
use crate::support::paths::{self, HOST_TARGET};
use crate::support::{apt, privilege};

/// The peers that hullwatch is compared with, by Debian package.
const PEERS: [&str; 2] = ["bpftrace", "libbpf-tools"];

/// The verb, for rules: the benchmark crate has a workspace of its own, which keeps the peers out of ours.
pub(crate) fn run_rules() -> Result<()> {
    run_command(users_cargo().args([
        "bench",
        "--manifest-path",
        "rules/bench/Cargo.toml",
        "--bench",
        "rules",
    ]))
}

/// The verb.
pub(crate) fn run(rounds: u32) -> Result<()> {
    let missing = apt::missing(&PEERS);
    if !missing.is_empty() {
        apt::install(&missing, "the peers that the benchmark compares with")?;
    }
    let built = build::everything()?;
    run_command(
        users_cargo()
            .args(["build", "--release", "--package", "hullwatch-tests", "--features", "bench", "--bins"])
            .args(["--target", HOST_TARGET])
            // The storm's no-op program is to cost little beside its exec.
            .env("RUSTFLAGS", "-C target-feature=+crt-static"),
    )?;
    let program = paths::target_dir()?.join(HOST_TARGET).join("release/bench");
    let mut bench = privilege::attended("env")?;
    for (name, path) in [("HULLWATCH_BIN", &built.sensor), ("HULLWATCH_EBPF_FLOOR", &built.floor)] {
        bench.arg(format!("{name}={}", path.display()));
    }
    bench.arg(format!("HULLWATCH_BENCH_ROUNDS={rounds}"));
    bench.arg(format!("PATH={}", env::var("PATH").unwrap_or_default()));
    run_command(bench.arg(program))
}
