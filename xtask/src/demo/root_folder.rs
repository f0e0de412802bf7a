//! The container's root: the host's own programs, read-only, and nothing else of the host. So the apt-get that runs is the
//! machine's real one, and it can change nothing: no network, no package lists, an empty dpkg database in memory.
//! Everything is mounted in the container's own mount namespace and goes away with it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, pivot_root, ttyname};

/// The folder with the stand-in comes last: a real apt-get wins.
pub(crate) const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/demo";

/// Where the new root is put together. Covered by a tmpfs in this namespace only.
const NEW_ROOT: &str = "/tmp";

/// Folders of programs and libraries; on most hosts all but the first are links into it.
const PROGRAMS: &[&str] = &["usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// What a shell and apt-get look for and may write to.
const FOLDERS: &[&str] = &[
    "dev",
    "etc/apt/apt.conf.d",
    "etc/apt/preferences.d",
    "etc/apt/sources.list.d",
    "etc/apt/trusted.gpg.d",
    "opt/demo",
    "proc",
    "root",
    "run",
    "sys",
    "tmp",
    "var/cache/apt/archives/partial",
    "var/lib/apt/lists/partial",
    "var/lib/dpkg/info",
    "var/lib/dpkg/updates",
    "var/log/apt",
    "var/tmp",
];

const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom", "tty"];

/// On a host without apt-get the demo still has something of that name to start, which says what it is.
const STAND_IN: &str =
    "#!/bin/sh\necho \"this machine has no apt-get; this script of that name does nothing\"\n";

/// Builds the root and moves this process into it.
pub(crate) fn enter(hostname: &str) -> Result<()> {
    mount_at(None, Path::new("/"), None, MsFlags::MS_REC | MsFlags::MS_PRIVATE)?;
    let root = Path::new(NEW_ROOT);
    mount(Some("tmpfs"), root, Some("tmpfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV, Some("mode=755"))
        .context("cannot mount a tmpfs for the container's root")?;
    for folder in FOLDERS {
        let folder = root.join(folder);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    for name in PROGRAMS {
        show_programs(name, root)?;
    }
    for (file, text) in files(hostname) {
        fs::write(root.join(file), text).with_context(|| format!("cannot write the container's {file}"))?;
    }
    // Where the host keeps libraries outside the standard folders; not every host has one.
    let _ = fs::copy("/etc/ld.so.cache", root.join("etc/ld.so.cache"));
    let stand_in = root.join("opt/demo/apt-get");
    fs::set_permissions(&stand_in, fs::Permissions::from_mode(0o755))
        .context("cannot make the stand-in executable")?;
    for name in DEVICES {
        bind_device(&Path::new("/dev").join(name), &root.join("dev").join(name))?;
    }
    // As docker does: the terminal is the container's console.
    bind_device(&ttyname(std::io::stdin()).context("stdin is no terminal")?, &root.join("dev/console"))?;
    mount_at(
        Some("proc"),
        &root.join("proc"),
        Some("proc"),
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC,
    )?;
    // The old root ends up on top of the new one, from where it is taken away: no spare folder is needed.
    chdir(root).context("cannot enter the container's root")?;
    pivot_root(".", ".").context("cannot make the container's root the root")?;
    umount2(".", MntFlags::MNT_DETACH).context("cannot take the host's root away")?;
    chdir("/").context("cannot enter the root")
}

/// The container's own files. Of /etc it gets only this: the host's settings are not its business.
fn files(hostname: &str) -> [(&'static str, String); 6] {
    [
        (
            "etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\n_apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n".to_owned(),
        ),
        ("etc/group", "root:x:0:\nnogroup:x:65534:\n".to_owned()),
        ("etc/hostname", format!("{hostname}\n")),
        ("etc/apt/sources.list", String::new()),
        ("var/lib/dpkg/status", String::new()),
        ("opt/demo/apt-get", STAND_IN.to_owned()),
    ]
}

fn show_programs(name: &str, root: &Path) -> Result<()> {
    let (host, inside) = (Path::new("/").join(name), root.join(name));
    let Ok(kind) = host.symlink_metadata() else {
        return Ok(());
    };
    if kind.is_symlink() {
        return fs::read_link(&host)
            .and_then(|target| symlink(target, &inside))
            .with_context(|| format!("cannot copy the link {}", host.display()));
    }
    fs::create_dir(&inside).with_context(|| format!("cannot make {}", inside.display()))?;
    // Without MS_REC: what is mounted further below stays out, and so cannot be written to.
    mount_at(host.to_str(), &inside, None, MsFlags::MS_BIND)?;
    // The kernel takes MS_RDONLY only from a second call (mount(2), "Creating a bind mount").
    mount_at(
        None,
        &inside,
        None,
        MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID,
    )
}

fn bind_device(host: &Path, inside: &PathBuf) -> Result<()> {
    fs::write(inside, "").with_context(|| format!("cannot make {}", inside.display()))?;
    mount_at(host.to_str(), inside, None, MsFlags::MS_BIND)
}

fn mount_at(source: Option<&str>, target: &Path, kind: Option<&str>, flags: MsFlags) -> Result<()> {
    mount(source, target, kind, flags, None::<&str>)
        .with_context(|| format!("cannot mount {} on {}", source.unwrap_or("nothing"), target.display()))
}
