//! A cgroup named as docker's cgroupfs driver names it, `docker/ID`, in every hierarchy that this host has: the v2
//! tree, and on v1 or hybrid hosts each controller's. Removes exactly what it made.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::support::say::say;

/// The cgroups of one container; removed when dropped, after the container's processes have ended.
pub(crate) struct Cgroups {
    leaves: Vec<PathBuf>,
    /// In the order in which they were made.
    made: Vec<PathBuf>,
}

impl Cgroups {
    /// Makes them.
    pub(crate) fn create(id: &str) -> Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts").context("cannot read /proc/self/mounts")?;
        // Made before the first folder, so that a failure half way removes what was made.
        let mut cgroups = Self { leaves: Vec::new(), made: Vec::new() };
        for hierarchy in hierarchies(&mounts) {
            let parent = hierarchy.join("docker");
            let leaf = parent.join(id);
            cgroups.make(&hierarchy, &parent)?;
            cgroups.make(&parent, &leaf)?;
            cgroups.leaves.push(leaf);
        }
        if cgroups.leaves.is_empty() {
            bail!(
                "no cgroup hierarchy is mounted here: mount one with `mount -t cgroup2 cgroup2 /sys/fs/cgroup`"
            );
        }
        Ok(cgroups)
    }

    /// The folders that a process joins to be in the container.
    pub(crate) fn leaves(&self) -> &[PathBuf] {
        &self.leaves
    }

    fn make(&mut self, parent: &Path, child: &Path) -> Result<()> {
        match fs::create_dir(child) {
            Ok(()) => self.made.push(child.to_path_buf()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot make the cgroup {}", child.display()));
            }
        }
        // A new v1 cpuset is empty, and an empty one takes no process.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            let (from, to) = (parent.join(file), child.join(file));
            if to.exists() && parent.join("cgroup.clone_children").exists() {
                fs::read(&from)
                    .and_then(|value| fs::write(&to, value))
                    .with_context(|| format!("cannot set {}", to.display()))?;
            }
        }
        Ok(())
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        for folder in self.made.iter().rev() {
            // The parent may have become the home of someone else's containers meanwhile: then it stays.
            if self.leaves.contains(folder) && !remove(folder) {
                say(format_args!("could not remove the cgroup {}: remove it with rmdir", folder.display()));
            }
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A cgroup can be removed a moment after its last process was reaped, not at once.
fn remove(folder: &Path) -> bool {
    for _ in 0..100 {
        if fs::remove_dir(folder).is_ok() || !folder.exists() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Where cgroup hierarchies are mounted, from the text of /proc/self/mounts.
fn hierarchies(mounts: &str) -> Vec<PathBuf> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            let (place, kind) = (fields.next()?, fields.next()?);
            matches!(kind, "cgroup" | "cgroup2").then(|| PathBuf::from(place))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hierarchy_of_a_hybrid_host_is_found_and_nothing_else() {
        let mounts = "tmpfs /sys/fs/cgroup tmpfs rw,mode=755 0 0\n\
            cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n\
            cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n\
            /dev/vda / ext4 rw 0 0\n";
        let expected = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified"].map(PathBuf::from);
        assert_eq!(hierarchies(mounts), expected);
    }

    #[test]
    fn a_host_without_cgroups_has_no_hierarchy() {
        assert!(hierarchies("proc /proc proc rw 0 0\n\n").is_empty());
    }
}
