//! Control groups named as docker's cgroupfs driver names them (`/docker/<64 hex>`), made in every hierarchy that is
//! mounted: v2, the v1 controllers, or both. A program of the host that runs in one looks to the sensor like a
//! container's, and needs no image. Called where only the exec matters: argv, names, storms, controls. The groups are
//! removed when the value is dropped; processes still in them are killed first.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{command, scratch};

/// How the ids of such groups start, so that those of a run that was killed can be told from a container's; the next
/// eight digits are the test process.
const MARK: &str = "7e57";

/// One container's worth of control groups.
pub struct Cgroup {
    id: String,
    path: String,
    folders: Vec<PathBuf>,
}

/// The parents (`docker` in each hierarchy) that this process made and nobody else had, for `remove_left`.
static PARENTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Every group below them that this process made, for `remove_left`.
static MADE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

impl Cgroup {
    /// Makes `/docker/<id>` with a new id in every hierarchy.
    pub fn new() -> Result<Self> {
        Self::make(Some("docker"), &scratch::random_hex(26)?)
    }

    /// Makes a group below the root of every hierarchy whose name is no container's id.
    pub fn of_nobody() -> Result<Self> {
        Self::make(None, &scratch::random_hex(4)?)
    }

    fn make(parent: Option<&str>, random: &str) -> Result<Self> {
        let id = format!("{MARK}{:08x}{random}", std::process::id());
        let path = parent.map_or_else(|| format!("/{id}"), |parent| format!("/{parent}/{id}"));
        let mut made = Self { id, path, folders: Vec::new() };
        for hierarchy in hierarchies()? {
            let parent = if parent.is_some() { claim_parent(&hierarchy)? } else { hierarchy };
            let folder = parent.join(&made.id);
            fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
            made.folders.push(folder.clone());
            MADE.lock().unwrap_or_else(PoisonError::into_inner).push(folder.clone());
            inherit_cpuset(&folder)?;
        }
        Ok(made)
    }

    /// The 64 hexadecimal digits that the sensor must report as container.id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The path of the group below each hierarchy's root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Has the program of `command` join the group before its exec.
    pub fn enter(&self, command: &mut Command) -> Result<()> {
        let open = |folder: &PathBuf| File::options().write(true).open(folder.join("cgroup.procs"));
        let files: Vec<File> = self.folders.iter().map(open).collect::<Result<_, _>>()?;
        // "0" stands for the process that writes it.
        command::before_exec(command, move || files.iter().try_for_each(|mut file| file.write_all(b"0")));
        Ok(())
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        for folder in &self.folders {
            remove(folder);
        }
    }
}

/// Kills what is left in the group and removes it. What cannot be removed is found by `leftovers`.
fn remove(folder: &Path) {
    for _ in 0..200 {
        if fs::remove_dir(folder).is_ok() || !folder.exists() {
            return;
        }
        let pids = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
        for pid in pids.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The mount points of all control group hierarchies that show their root and can be written.
pub fn hierarchies() -> Result<Vec<PathBuf>> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let found: Vec<PathBuf> = mounts.lines().filter_map(hierarchy).collect();
    ensure!(!found.is_empty(), "no control group hierarchy is mounted: mount one at /sys/fs/cgroup");
    Ok(found)
}

/// The mount point in one line of mountinfo: `id parent major:minor root mount-point options ... - type source super`.
fn hierarchy(line: &str) -> Option<PathBuf> {
    let (mount, filesystem) = line.split_once(" - ")?;
    let kind = filesystem.split(' ').next()?;
    let mut fields = mount.split(' ').skip(3);
    let (root, point, options) = (fields.next()?, fields.next()?, fields.next()?);
    let writable = options.split(',').any(|option| option == "rw");
    (matches!(kind, "cgroup" | "cgroup2") && root == "/" && writable).then(|| point.into())
}

fn claim_parent(hierarchy: &Path) -> Result<PathBuf> {
    let parent = hierarchy.join("docker");
    match fs::create_dir(&parent) {
        Ok(()) => note_parent(parent.clone()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("creating {}", parent.display())),
    }
    inherit_cpuset(&parent)?;
    Ok(parent)
}

fn note_parent(parent: PathBuf) {
    PARENTS.lock().unwrap_or_else(PoisonError::into_inner).push(parent);
}

/// Makes `docker` in every hierarchy where it is missing, so that it is this process's to remove even when the
/// docker daemon would have made it.
pub fn claim_parents() -> Result<()> {
    hierarchies()?.iter().try_for_each(|hierarchy| claim_parent(hierarchy).map(drop))
}

/// Removes what runs left behind that were killed.
pub(crate) fn sweep() -> Result<()> {
    for parent in hierarchies()?.into_iter().flat_map(|hierarchy| [hierarchy.join("docker"), hierarchy]) {
        for folder in fs::read_dir(&parent).into_iter().flatten().flatten() {
            let name = folder.file_name();
            let digits = name.to_str().and_then(|name| name.strip_prefix(MARK)?.get(..8));
            let pid = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            if pid.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
                remove(&folder.path());
                if parent.ends_with("docker") {
                    // That run made the parent too, or somebody still uses it and it stays.
                    let _ = fs::remove_dir(&parent);
                }
            }
        }
    }
    Ok(())
}

/// Removes the groups that this process made and that are still there, and returns them; then the parents, where
/// nobody else uses them by now.
pub(crate) fn remove_left() -> Vec<PathBuf> {
    let mut left: Vec<PathBuf> = MADE.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
    left.retain(|folder| folder.exists());
    for folder in &left {
        remove(folder);
    }
    for parent in PARENTS.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = fs::remove_dir(parent);
    }
    left
}

/// A new group of the v1 cpuset controller accepts no process until it has processors and memory nodes.
fn inherit_cpuset(folder: &Path) -> Result<()> {
    for name in ["cpuset.cpus", "cpuset.mems"] {
        let file = folder.join(name);
        // The v2 files of the same name may stay empty: that means "as the parent".
        let Some(parent) = folder.parent().filter(|_| folder.join("cgroup.clone_children").exists()) else {
            continue;
        };
        if fs::read_to_string(&file).is_ok_and(|value| value.trim().is_empty()) {
            fs::write(&file, fs::read(parent.join(name))?)
                .with_context(|| format!("writing {}", file.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use super::{Cgroup, hierarchy};

    #[test]
    fn only_writable_roots_of_control_groups_count() {
        let line = |text: &str| hierarchy(text);
        let v2 = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";
        assert_eq!(line(v2), Some(PathBuf::from("/sys/fs/cgroup/unified")));
        let v1 = "32 31 0:29 / /sys/fs/cgroup/cpu rw,nosuid shared:9 - cgroup cgroup rw,cpu";
        assert_eq!(line(v1), Some(PathBuf::from("/sys/fs/cgroup/cpu")));
        assert_eq!(line("31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755"), None);
        assert_eq!(line("41 31 0:38 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw"), None);
        assert_eq!(line("41 31 0:38 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw"), None);
    }

    #[test]
    fn a_program_runs_in_the_group_in_every_hierarchy_and_the_group_goes_away() {
        let cgroup = Cgroup::new().unwrap();
        let mut command = Command::new("cat");
        command.arg("/proc/self/cgroup");
        cgroup.enter(&mut command).unwrap();
        let output = crate::command::output(&mut command, std::time::Duration::from_secs(20)).unwrap();
        let inside = output.lines().filter(|line| line.ends_with(cgroup.path())).count();
        assert_eq!(inside, cgroup.folders.len(), "{output}");
        let folders = cgroup.folders.clone();
        drop(cgroup);
        assert!(folders.iter().all(|folder| !folder.exists()));
        super::remove_left();
    }
}
