//! `cargo xtask setup`: finds or installs what building takes, and with `--tests` what testing takes. Says in one line
//! each what it found or did. When everything is there it touches no network and takes well under a second.

use std::path::PathBuf;

use anyhow::Result;

use crate::fuzz;
use crate::support::compiler::{self, Compiler};
use crate::support::linker;
use crate::support::say::say;
use crate::support::{test_tools, validator};

/// What building the kernel side takes.
pub(crate) struct Toolchain {
    pub(crate) compiler: Compiler,
    /// The folder that holds bpf-linker.
    pub(crate) linker: PathBuf,
}

/// The verb.
pub(crate) fn run(tests: bool) -> Result<()> {
    let toolchain = toolchain()?;
    say(format_args!("kernel-side compiler: {}", toolchain.compiler.label));
    say(format_args!("bpf-linker {}: {}", linker::VERSION, toolchain.linker.display()));
    if tests {
        fuzz::find_or_install()?;
        say(test_tools::find_or_install()?);
        say(format_args!("Kubernetes schemas: {}", validator::find_or_install()?.display()));
    }
    Ok(())
}

/// Finds or installs what building takes; silent about what is there.
pub(crate) fn toolchain() -> Result<Toolchain> {
    let compiler = compiler::find_or_install()?;
    let linker = linker::find_or_install(&compiler)?;
    Ok(Toolchain { compiler, linker })
}
