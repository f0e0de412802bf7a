//! `cargo xtask build`: the kernel object with its own compiler, then the static release binary that embeds it with the
//! user's. Prints where they are and how large. Called by run, demo and test too.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::setup::{self, Toolchain};
use crate::support::command::{self, other_cargo, users_cargo};
use crate::support::linker::prepend_to_path;
use crate::support::paths::{self, HOST_TARGET};
use crate::support::say::say;

/// What a build leaves.
pub(crate) struct Built {
    /// The kernel object that the binary embeds.
    pub(crate) object: PathBuf,
    /// The empty probe at the same hook.
    pub(crate) floor: PathBuf,
    /// The static release binary.
    pub(crate) sensor: PathBuf,
}

/// The verb.
pub(crate) fn run() -> Result<()> {
    let built = everything()?;
    for file in [&built.object, &built.sensor] {
        let bytes = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
        say(format_args!("{} ({})", file.display(), size(bytes)));
    }
    Ok(())
}

/// Sets up what is missing and builds both sides.
pub(crate) fn everything() -> Result<Built> {
    let toolchain = setup::toolchain()?;
    let target_dir = paths::target_dir()?;
    say(format_args!("building the kernel side with {}", toolchain.compiler.label));
    kernel_side(&toolchain, &target_dir)?;
    let built = Built {
        object: paths::kernel_object(&target_dir),
        floor: paths::floor_object(&target_dir),
        sensor: paths::sensor(&target_dir),
    };
    for object in [&built.object, &built.floor] {
        if !object.is_file() {
            bail!(
                "the kernel side built, but left no {}: does sensor-ebpf still have that binary?",
                object.display()
            );
        }
    }
    say("building the user side, static, with the kernel object inside");
    user_side(&built.object, &target_dir)?;
    Ok(built)
}

fn kernel_side(toolchain: &Toolchain, target_dir: &Path) -> Result<()> {
    let compiler = &toolchain.compiler;
    // Line tables become BTF; the linker writes it; aya-ebpf and the probes choose register layouts by the cfg.
    let flags = [
        "-Cdebuginfo=2".to_owned(),
        "-Clink-arg=--btf".to_owned(),
        format!("--cfg=bpf_target_arch=\"{}\"", env::consts::ARCH),
    ];
    let mut cargo = other_cargo(&compiler.cargo);
    cargo
        .args(["build", "--release", "--package", "hullwatch-ebpf", "--bins", "-Zbuild-std=core"])
        .args(["--target", "bpfel-unknown-none", "--target-dir"])
        .arg(target_dir.join("ebpf"))
        .env("RUSTC", &compiler.rustc)
        .env("PATH", prepend_to_path(&toolchain.linker))
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    if !compiler.version.nightly {
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }
    command::run(&mut cargo)
        .inspect_err(|_| {
            say("if that is not about sensor-ebpf's own code: `cargo xtask setup` shows which compiler and linker are used,");
            say(format_args!("and a broken intermediate state goes away with {}", target_dir.join("ebpf").display()));
        })
        .with_context(|| format!("the kernel side did not build with {}", compiler.label))
}

fn user_side(object: &Path, target_dir: &Path) -> Result<()> {
    let mut cargo = users_cargo();
    cargo
        .args([
            "build",
            "--release",
            "--package",
            "hullwatch",
            "--bin",
            "hullwatch",
            "--target",
            HOST_TARGET,
            "--target-dir",
        ])
        .arg(target_dir)
        .env("HULLWATCH_EBPF_OBJECT", object)
        .env("RUSTFLAGS", static_flags(env::var_os("RUSTFLAGS")));
    command::run(&mut cargo)
        .inspect_err(|_| {
            say(format_args!("if that misses `core` or `std`: `rustup target add {HOST_TARGET}`;"));
            say("if it misses libc.a: install the static C library (on Debian, libc6-dev)");
        })
        .context("the user side did not build")
}

/// The user's own flags, then ours: RUSTFLAGS given twice would hide one.
fn static_flags(users: Option<OsString>) -> OsString {
    let mut flags = users.unwrap_or_default();
    if !flags.is_empty() {
        flags.push(" ");
    }
    flags.push("-C target-feature=+crt-static");
    flags
}

fn size(bytes: u64) -> String {
    if bytes < 1 << 20 {
        return format!("{} KiB", bytes.div_ceil(1 << 10));
    }
    let tenths = (bytes * 10).div_ceil(1 << 20);
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_flags_are_kept_before_ours() {
        assert_eq!(static_flags(None), "-C target-feature=+crt-static");
        assert_eq!(static_flags(Some("-g".into())), "-g -C target-feature=+crt-static");
    }

    #[test]
    fn sizes_are_rounded_up_so_that_a_limit_is_never_met_by_rounding() {
        assert_eq!(size(1), "1 KiB");
        assert_eq!(size(1 << 20), "1.0 MiB");
        assert_eq!(size((12 << 20) + 1), "12.1 MiB");
    }
}
