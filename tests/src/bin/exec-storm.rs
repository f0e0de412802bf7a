//! Runs a program many times, one after the other, as fast as one process can: `exec-storm COUNT PROGRAM [--tag TAG]`.
//! Each run gets the arguments `PROGRAM TAG NUMBER`, so that every single exec can be looked for in what a sensor
//! wrote. Prints one line with the time it took. Called by the storm tests and by benchmarks; with `noop` as the
//! program, next to all of the time is fork, exec and exit. It stops at the first failure and looks at no sensor.

use std::ffi::{CStr, CString};
use std::io::Write as _;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use nix::sys::wait::{WaitStatus, waitpid};

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (count, program, tag) = match words.as_slice() {
        [count, program] => (count, program, "storm"),
        [count, program, "--tag", tag] => (count, program, *tag),
        _ => anyhow::bail!("usage: exec-storm COUNT PROGRAM [--tag TAG]"),
    };
    let count: u32 = count.parse().with_context(|| format!("{count} is no count"))?;
    let (program, tag) = (CString::new(*program)?, CString::new(tag)?);
    let (actions, attributes) = (PosixSpawnFileActions::init()?, PosixSpawnAttr::init()?);
    let no_environment: [&CStr; 0] = [];
    let start = Instant::now();
    for number in 0..count {
        let number = CString::new(number.to_string())?;
        let argv = [program.as_c_str(), &tag, &number];
        let pid = posix_spawn(program.as_c_str(), &actions, &attributes, &argv, &no_environment)?;
        let end = waitpid(pid, None)?;
        ensure!(matches!(end, WaitStatus::Exited(_, 0)), "{program:?} ended with {end:?}");
    }
    let took = start.elapsed();
    let each = took.as_nanos() / u128::from(count.max(1));
    writeln!(std::io::stdout(), "execs={count} total_ms={} ns_per_exec={each}", took.as_millis())?;
    Ok(())
}
