//! Asks the runtimes' own files which containers there are.
//!
//! Runtimes write these before a container's first exec. No socket is opened and no daemon asked.

use super::path::KnownContainers;
use std::path::PathBuf;

/// The files of the runtimes below a root: `/`, or where the host's is mounted.
#[derive(Clone, Debug)]
pub struct RuntimeFiles {
    root: PathBuf,
}

impl RuntimeFiles {
    /// Files below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Whether a file exists, every part of its path a plain name.
    fn exists(&self, folder: &str, parts: &[&str]) -> bool {
        let plain = |part: &&str| !part.is_empty() && *part != "." && *part != ".." && !part.contains('/');
        if !parts.iter().all(plain) {
            return false;
        }
        let mut path = self.root.join(folder);
        path.extend(parts);
        path.exists()
    }
}

impl KnownContainers for RuntimeFiles {
    fn runc(&self, id: &str) -> bool {
        self.exists("run/runc", &[id, "state.json"])
    }

    fn containerd(&self, namespace: &str, id: &str) -> bool {
        self.exists("run/containerd/io.containerd.runtime.v2.task", &[namespace, id, "config.json"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn containers_are_known_by_the_files_that_their_runtime_wrote() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        };
        write("run/runc/web/state.json");
        write("run/containerd/io.containerd.runtime.v2.task/default/redis/config.json");
        let files = RuntimeFiles::new(root.path());
        assert!(files.runc("web"));
        assert!(!files.runc("redis"));
        assert!(files.containerd("default", "redis"));
        assert!(!files.containerd("k8s.io", "redis"));
    }

    #[test]
    fn names_that_are_no_names_lead_nowhere() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("run/runc")).unwrap();
        fs::write(root.path().join("run/state.json"), "{}").unwrap();
        let files = RuntimeFiles::new(root.path());
        assert!(!files.runc(".."));
        assert!(!files.runc(""));
    }
}
