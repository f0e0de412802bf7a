//! `cargo xtask lint`: formatting and clippy over the whole workspace, warnings refused. Runs with the user's own
//! toolchain and a stub for the kernel object, never with the eBPF compiler.

use anyhow::{Context as _, Result};

use crate::support::command::{run as run_command, users_cargo};
use crate::support::say::say;

/// The verb.
pub(crate) fn run() -> Result<()> {
    say("checking the formatting (cargo fmt --check)");
    run_command(users_cargo().args(["fmt", "--all", "--check"]))
        .context("the code is not formatted (`cargo fmt --all` mends it)")?;
    say("linting (cargo clippy, warnings refused)");
    run_command(users_cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}
