//! `cargo xtask test [-- ARGS]`: everything that must hold before a change goes in, stage by stage, as CI runs it. Stops at
//! the first stage that fails and names it. With ARGS, only the end-to-end tests run, and ARGS go to them.

use std::env;
use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Built};
use crate::support::command::{run as run_command, users_cargo};
use crate::support::paths::HOST_TARGET;
use crate::support::privilege;
use crate::support::say::say;
use crate::support::validator;
use crate::{fuzz, lint, setup};

/// The verb.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let mut stages = Stages::default();
    let result = run_stages(&mut stages, arguments);
    stages.say_times();
    result?;
    say("all stages passed");
    Ok(())
}

fn run_stages(stages: &mut Stages, arguments: &[OsString]) -> Result<()> {
    stages.run("setup", || setup::run(true))?;
    if arguments.is_empty() {
        stages.run("lint", lint::run)?;
    }
    let built = stages.run("build", build::everything)?;
    if arguments.is_empty() {
        stages.run("unit tests", unit_tests)?;
        stages.run("fuzz targets", || fuzz::run(fuzz::SECONDS, &[]))?;
    }
    stages.run("end-to-end tests", || end_to_end_tests(&built, arguments))
}

/// Unit, integration and documentation tests of every crate but the end-to-end ones.
fn unit_tests() -> Result<()> {
    run_command(users_cargo().args(["test", "--workspace", "--exclude", "hullwatch-tests"]))
}

/// Built as the user, run as root. The suite itself says which of its tests need the machine alone, so the number of threads
/// is left to it.
fn end_to_end_tests(built: &Built, arguments: &[OsString]) -> Result<()> {
    let variables = [
        ("HULLWATCH_BIN", built.sensor.clone()),
        ("HULLWATCH_MANIFEST_PYTHON", validator::find_or_install()?),
    ];
    let mut cargo = users_cargo();
    cargo.args(["test", "--package", "hullwatch-tests", "--no-fail-fast"]);
    if privilege::is_root() {
        cargo.envs(variables);
    } else {
        // sudo drops the environment, so the variables travel as arguments of env.
        let mut runner = vec!["sudo".to_owned(), "--".to_owned(), "env".to_owned()];
        for (name, path) in &variables {
            runner.push(format!("{name}={}", path.display()));
        }
        for name in ["PATH", "HOME", "XDG_CACHE_HOME"] {
            runner.extend(env::var(name).ok().map(|value| format!("{name}={value}")));
        }
        cargo.arg("--config").arg(format!("target.{HOST_TARGET}.runner={}", toml_array(&runner)));
        // Asks for the password now, at the terminal, rather than in the middle of a test.
        run_command(Command::new("sudo").arg("-v")).context("the end-to-end tests run as root")?;
    }
    let status = cargo.arg("--").args(arguments).status().context("cannot start cargo")?;
    if !status.success() {
        bail!(
            "see what failed above; `cargo xtask test -- NAME` runs the end-to-end tests with NAME in theirs alone"
        );
    }
    Ok(())
}

/// TOML's basic strings escape as Rust's debug format does for what occurs in paths.
fn toml_array(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    format!("[{}]", quoted.join(","))
}

/// The stages that ran, with their times.
#[derive(Default)]
struct Stages {
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    fn run<T>(&mut self, name: &'static str, stage: impl FnOnce() -> Result<T>) -> Result<T> {
        say(format_args!("--- {name}"));
        let start = Instant::now();
        let result = stage().with_context(|| format!("stage `{name}` failed"));
        self.done.push((name, start.elapsed()));
        result
    }

    fn say_times(&self) {
        say("---");
        for (name, time) in &self.done {
            say(format_args!("{name:<17} {:>7.1} s", time.as_secs_f64()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_stage_is_named_and_every_stage_is_timed() {
        let mut stages = Stages::default();
        assert_eq!(stages.run("good", || Ok(7)).unwrap(), 7);
        let error = stages.run("bad", || -> Result<()> { anyhow::bail!("broken") }).unwrap_err();
        assert_eq!(format!("{error:#}"), "stage `bad` failed: broken");
        assert_eq!(stages.done.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["good", "bad"]);
    }

    #[test]
    fn a_runner_with_spaces_and_quotes_stays_one_word() {
        let words = ["sudo".to_owned(), "A=/a b/\"c\"".to_owned()];
        assert_eq!(toml_array(&words), r#"["sudo","A=/a b/\"c\""]"#);
    }
}
