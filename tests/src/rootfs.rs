//! A root folder with Debian's real apt-get, dpkg and dnf, for docker and runc. It is built once per user by mmdebstrap
//! from the package mirror that this machine uses, and kept in the cache: about 25 s and 260 MB. One root has both
//! managers, because two would cost more time and space. A build that was interrupted is never taken as done: the
//! folder gets its final name as the last step. Nothing may write to the folder afterwards: docker gets a copy, and
//! runc uses it read-only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::command::{self, find};
use crate::scratch;

/// Counted up when the build below changes in a way that an older folder does not fit.
const NAME: &str = "rootfs-debian-v1";

/// Downloading may be slow.
const BUILD_LIMIT: Duration = Duration::from_secs(900);

/// The folder, built now if it is not there.
pub fn debian() -> Result<PathBuf> {
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = BUILDING.lock();
    let cache = scratch::cache()?;
    let target = cache.join(NAME);
    if !target.is_dir() {
        sweep(&cache)?;
        let building = cache.join(format!("{NAME}.building-{}", std::process::id()));
        build(&building).with_context(|| format!("building {}", target.display()))?;
        // Another run may have been faster; its folder is as good.
        if fs::rename(&building, &target).is_err() && target.is_dir() {
            fs::remove_dir_all(&building)?;
        }
    }
    for program in ["usr/bin/apt-get", "usr/bin/dpkg", "usr/bin/dnf", "usr/bin/python3"] {
        let file = target.join(program);
        // Links inside the root may be absolute, so that only the link itself can be looked at from here.
        ensure!(
            file.symlink_metadata().is_ok(),
            "{} is missing: remove {}",
            file.display(),
            target.display()
        );
    }
    Ok(target)
}

fn build(target: &Path) -> Result<()> {
    let mut command = Command::new(find("mmdebstrap")?);
    command.args(["--quiet", "--mode=root", "--variant=apt", "--include=dnf", "--format=directory"]);
    for folder in ["doc", "man", "locale"] {
        command.arg(format!("--dpkgopt=path-exclude=/usr/share/{folder}/*"));
    }
    let suite = codename()?;
    command.arg(&suite).arg(target);
    // Without a mirror mmdebstrap takes Debian's own, which is right where apt could not be asked.
    command.args(mirror(&suite));
    command::output(&mut command, BUILD_LIMIT)?;
    Ok(())
}

/// The code name of the release that this machine runs.
fn codename() -> Result<String> {
    let release = fs::read_to_string("/etc/os-release")?;
    let value = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let name = value.context(
        "/etc/os-release has no VERSION_CODENAME; the tests' root is built from Debian's packages",
    )?;
    Ok(name.trim_matches('"').to_owned())
}

/// The mirror from which apt gets the main packages of this release.
fn mirror(suite: &str) -> Option<String> {
    let format = "$(SITE) $(RELEASE) $(COMPONENT)";
    let arguments = ["indextargets", "--format", format, "Created-By: Packages"];
    let rows = command::output(Command::new("apt-get").args(arguments), Duration::from_secs(60)).ok()?;
    rows.lines().find_map(|row| {
        let mut fields = row.split(' ');
        let (address, release, component) = (fields.next()?, fields.next()?, fields.next()?);
        (release == suite && component == "main").then(|| address.to_owned())
    })
}

/// Removes what builds left behind whose process is no more.
fn sweep(cache: &Path) -> Result<()> {
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(NAME)?.strip_prefix(".building-"));
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
