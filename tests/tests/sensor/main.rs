//! All tests that need the sensor or real containers. They are one program with a `main` of its own, because they share
//! a docker daemon that has to be ended, and because the run must fail when anything is left behind. The options
//! are those of every Rust test program, with one filter at most. A module is a subject; a test that is not in its
//! module's list is dead code, which the compiler reports.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use hullwatch_tests::{docker, leftovers, turn};
use libtest_mimic::{Arguments, Failed, Trial};

/// Lists tests: how they want to run, then their names.
macro_rules! trials {
    ($turn:ident: $($test:ident),+ $(,)?) => {
        vec![$($crate::trial(module_path!(), stringify!($test), hullwatch_tests::turn::Turn::$turn, $test)),+]
    };
}

mod argv;
mod containers;
mod deployed;
mod harness;
mod identity;
mod interactive;
mod loss;
mod names;
mod output;
mod quiet;
mod refusals;
mod reload;
mod rules;
mod state;
mod storm;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let tests = [
        harness::trials(),
        containers::trials(),
        quiet::trials(),
        argv::trials(),
        names::trials(),
        identity::trials(),
        interactive::trials(),
        rules::trials(),
        refusals::trials(),
        output::trials(),
        deployed::trials(),
        loss::trials(),
        reload::trials(),
        state::trials(),
        reload::storm_trials(),
        storm::trials(),
    ];
    let prepared = leftovers::prepare();
    let conclusion = libtest_mimic::run(&arguments, tests.into_iter().flatten().collect());
    let mut failed = conclusion.has_failed();
    for end in [prepared, docker::shut_down(), leftovers::check()] {
        if let Err(error) = end {
            let _ = writeln!(std::io::stderr(), "\nerror: {error:#}");
            failed = true;
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// One test, named as the standard runner would name it.
fn trial(module: &str, name: &str, turn: turn::Turn, test: fn() -> Result<()>) -> Trial {
    let subject = module.rsplit("::").next().unwrap_or(module);
    Trial::test(format!("{subject}::{name}"), move || {
        turn::take(turn, test).map_err(|error| Failed::from(format!("{error:#}")))
    })
}
