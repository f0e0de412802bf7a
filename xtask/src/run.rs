//! `cargo xtask run [-- ARGS]`: builds, then becomes `hullwatch run ARGS` as root. Becomes, not starts: signals then go
//! straight to the sensor.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::build;
use crate::support::command;
use crate::support::privilege::attended;
use crate::support::say::say;

const TRACEFS: &str = "/sys/kernel/tracing";

/// The verb.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let built = build::everything()?;
    mount_tracefs()?;
    say("starting `hullwatch run`; Ctrl-C ends it");
    let error = attended(&built.sensor)?.arg("run").args(arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", built.sensor.display()))
}

/// Mounts tracefs where nobody has: systemd does it, a bare container or an initramfs does not.
pub(crate) fn mount_tracefs() -> Result<()> {
    let mounts = fs::read_to_string("/proc/self/mounts").context("cannot read /proc/self/mounts")?;
    if is_mounted(&mounts) || !Path::new(TRACEFS).is_dir() {
        return Ok(());
    }
    say(format_args!("mounting tracefs on {TRACEFS}"));
    command::run(attended("mount")?.args(["-t", "tracefs", "tracefs", TRACEFS]))
}

fn is_mounted(mounts: &str) -> bool {
    mounts.lines().any(|line| {
        let mut fields = line.split(' ').skip(1);
        fields.next() == Some(TRACEFS) && fields.next() == Some("tracefs")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracefs_counts_only_at_its_own_place() {
        assert!(is_mounted("sysfs /sys sysfs rw 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0\n"));
        assert!(!is_mounted("tracefs /mnt tracefs rw 0 0\n"));
        assert!(!is_mounted("tmpfs /sys/kernel/tracing tmpfs rw 0 0\n"));
        assert!(!is_mounted(""));
    }
}
