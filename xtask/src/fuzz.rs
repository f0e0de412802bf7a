//! `cargo xtask fuzz [--seconds N] [TARGET...]`: builds the fuzz targets of `rules/fuzz` with the user's stable Rust and runs each
//! for a while, two at a time. A crash ends in an error that names the input and how to run it again.
//!
//! Stable Rust has the coverage instrumentation that libFuzzer needs, only not the sanitizers; the crates are safe Rust,
//! so none is missed. cargo-fuzz is not needed, and works: `cargo fuzz run --sanitizer none TARGET` in `rules`. Seeds and
//! dictionaries are made anew at each start (`seeds`); what a run has found stays in the target directory.

mod seeds;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;

use anyhow::{Context as _, Result, bail};

use crate::support::apt;
use crate::support::command::{run as run_command, users_cargo, which};
use crate::support::paths::{self, HOST_TARGET};
use crate::support::say::say;

/// The targets, as `rules/fuzz/Cargo.toml` has them.
pub(crate) const TARGETS: [&str; 4] = ["regex", "query", "rule_file", "document"];

/// Seconds a target, when nobody says otherwise.
pub(crate) const SECONDS: u32 = 60;

/// What cargo-fuzz passes to rustc for `--sanitizer none`, but for the names of linker sections.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// The verb. Without names, all targets.
pub(crate) fn run(seconds: u32, names: &[String]) -> Result<()> {
    let targets: Vec<&str> = TARGETS
        .into_iter()
        .filter(|target| names.is_empty() || names.iter().any(|name| name == target))
        .collect();
    if let Some(unknown) = names.iter().find(|name| !TARGETS.contains(&name.as_str())) {
        bail!("there is no fuzz target `{unknown}`; there are: {}", TARGETS.join(", "));
    }
    find_or_install()?;
    let programs = build()?;
    let place = paths::target_dir()?.join("fuzz");
    let workers = thread::available_parallelism().map_or(1, |cores| cores.get().min(2));
    for pair in targets.chunks(workers) {
        let runs = pair
            .iter()
            .map(|target| Run::start(target, &programs, &place, seconds))
            .collect::<Result<Vec<_>>>()?;
        // All of them end before the first failure is told: none goes on behind our back.
        let results: Vec<_> = runs.into_iter().map(Run::finish).collect();
        results.into_iter().collect::<Result<()>>()?;
    }
    Ok(())
}

/// libFuzzer is C++, compiled with the crate that brings it.
pub(crate) fn find_or_install() -> Result<()> {
    if which("c++").is_none() && which("g++").is_none() {
        apt::install(&["g++"], "libFuzzer is compiled from C++")?;
    }
    Ok(())
}

/// Builds all targets; returns the folder they are in.
fn build() -> Result<PathBuf> {
    let target_dir = paths::target_dir()?.join("fuzz/build");
    run_command(
        users_cargo()
            .args(["build", "--release", "--locked", "--target", HOST_TARGET])
            .arg("--manifest-path")
            .arg(paths::root().join("rules/fuzz/Cargo.toml"))
            // Flags of the host's tools and of the targets stay apart because --target is given.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", RUSTFLAGS)
            .env("CARGO_TARGET_DIR", &target_dir),
    )
    .context("cannot build the fuzz targets")?;
    Ok(target_dir.join(HOST_TARGET).join("release"))
}

/// One target at work.
struct Run {
    target: String,
    child: Child,
    log: PathBuf,
    command: String,
    artifacts: PathBuf,
}

impl Run {
    fn start(target: &str, programs: &Path, place: &Path, seconds: u32) -> Result<Self> {
        let [corpus, artifacts] = ["corpus", "artifacts"].map(|name| place.join(name).join(target));
        for folder in [&corpus, &artifacts] {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let dictionary = place.join(format!("{target}.dict"));
        seeds::write(target, &corpus, &dictionary)?;
        let log = place.join(format!("{target}.log"));
        let output = File::create(&log).with_context(|| format!("cannot create {}", log.display()))?;
        let program = programs.join(target);
        let mut command = Command::new(&program);
        command
            .arg(&corpus)
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg(format!("-dict={}", dictionary.display()))
            .arg(format!("-max_total_time={seconds}"))
            .args([
                "-rss_limit_mb=2048",
                "-malloc_limit_mb=1024",
                "-timeout=10",
                "-max_len=16384",
                "-print_final_stats=1",
            ])
            .stdout(output.try_clone().context("cannot share the log")?)
            .stderr(output);
        say(format_args!("fuzzing {target} for {seconds} s"));
        let child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self { target: target.to_owned(), child, log, command: program.display().to_string(), artifacts })
    }

    fn finish(mut self) -> Result<()> {
        let status = self.child.wait().with_context(|| format!("waiting for {}", self.target))?;
        let log = fs::read_to_string(&self.log)
            .unwrap_or_else(|error| format!("(the log cannot be read: {error})"));
        if status.success() {
            let runs = statistic(&log, "stat::number_of_executed_units").unwrap_or("an unknown number of");
            say(format_args!("{}: {runs} inputs, no crash", self.target));
            return Ok(());
        }
        let end: Vec<&str> = log.lines().rev().take(40).collect();
        for line in end.iter().rev() {
            say(line);
        }
        let again = match artifact(&log) {
            Some(input) => format!("run it again with `{} {input}`", self.command),
            None => format!("inputs that crashed before are in {}", self.artifacts.display()),
        };
        bail!(
            "fuzz target {} failed ({status}): {again}; the whole log is {}. Once fixed, the input becomes a test",
            self.target,
            self.log.display()
        );
    }
}

/// The file that libFuzzer says it wrote the input to.
fn artifact(log: &str) -> Option<&str> {
    log.lines().find_map(|line| line.split_once("Test unit written to ").map(|(_, path)| path.trim()))
}

/// One of the figures that libFuzzer ends with.
fn statistic<'l>(log: &'l str, name: &str) -> Option<&'l str> {
    log.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_are_those_of_the_fuzz_crate() {
        let manifest = fs::read_to_string(paths::root().join("rules/fuzz/Cargo.toml")).unwrap();
        let bins = manifest.split("[[bin]]").skip(1).map(|bin| bin.split('"').nth(1).unwrap());
        assert_eq!(bins.collect::<Vec<_>>(), TARGETS);
    }

    #[test]
    fn the_input_of_a_crash_and_the_figures_are_found_in_the_log() {
        let log = "#7 NEW cov: 3\nartifact_prefix='/t/'; Test unit written to /t/crash-0a\nstat::number_of_executed_units: 4711\n";
        assert_eq!(artifact(log), Some("/t/crash-0a"));
        assert_eq!(statistic(log, "stat::number_of_executed_units"), Some("4711"));
        assert_eq!(artifact("Done 5 runs"), None);
    }
}
