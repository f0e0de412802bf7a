//! Reads rule files that may be being written. Kubernetes swaps a whole folder of them between two reads;
//! half of each version is a set that nobody wrote. So they are read until two readings in a row agree.

use crate::rule_files::{self, Found, RuleFilesError};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    thread,
    time::Duration,
};

/// How often they are read before that is given up.
const READINGS: usize = 40;
/// Between two readings that differ.
const PAUSE: Duration = Duration::from_millis(25);

/// Why there are no rules to load.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// There is nothing, or it cannot be read.
    #[error(transparent)]
    Files(#[from] RuleFilesError),
    /// Never the same twice.
    #[error(
        "the rule files changed at each of {READINGS} readings. Replace them by renaming a finished file or folder"
    )]
    Restless,
}

/// Reads the files as they are at one point in time.
pub(super) fn read(paths: &[PathBuf]) -> Result<Found, ReadError> {
    let mut before = None;
    for reading in 0..READINGS {
        let found = rule_files::read(paths).map_err(ReadError::from);
        let now = digest(&found);
        if before == Some(now) {
            return found;
        }
        // The second reading comes at once; only files that do change are waited for.
        if reading > 0 {
            thread::sleep(PAUSE);
        }
        before = Some(now);
    }
    Err(ReadError::Restless)
}

/// Names what was read, so that two readings can be told apart.
pub(super) fn digest(found: &Result<Found, ReadError>) -> u64 {
    match found {
        Ok(found) => of(found),
        Err(error) => hash(&error.to_string()),
    }
}

/// The same of a reading that succeeded.
pub(super) fn of(found: &Found) -> u64 {
    let mut hasher = DefaultHasher::new();
    for source in &found.sources {
        (&source.origin, &source.text).hash(&mut hasher);
    }
    for (path, error) in &found.unreadable {
        (path, error.to_string()).hash(&mut hasher);
    }
    hasher.finish()
}

/// Names a text.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        fs,
        os::unix::fs::symlink,
        sync::atomic::{AtomicBool, Ordering},
        time::Instant,
    };

    #[test]
    fn of_files_that_are_swapped_all_the_time_no_reading_has_some_of_each_version() {
        const FILES: usize = 40;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for version in ["a", "b"] {
            fs::create_dir(root.join(format!("..{version}"))).unwrap();
            for number in 0..FILES {
                fs::write(root.join(format!("..{version}/{number}.toml")), version).unwrap();
            }
        }
        symlink("..a", root.join("..data")).unwrap();
        for number in 0..FILES {
            symlink(format!("..data/{number}.toml"), root.join(format!("{number}.toml"))).unwrap();
        }
        let over = AtomicBool::new(false);
        let paths = [root.to_owned()];
        let (mut mixed, mut whole, mut wrong) = (0, 0, 0);
        thread::scope(|scope| {
            scope.spawn(|| {
                for version in ["b", "a"].iter().cycle() {
                    symlink(format!("..{version}"), root.join("..next")).unwrap();
                    fs::rename(root.join("..next"), root.join("..data")).unwrap();
                    thread::sleep(Duration::from_micros(1700));
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
            let versions = |found: Found| {
                let mut texts: Vec<String> = found.sources.into_iter().map(|source| source.text).collect();
                texts.dedup();
                texts.len()
            };
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(2) {
                mixed += usize::from(rule_files::read(&paths).is_ok_and(|found| versions(found) != 1));
                if let Ok(found) = read(&paths) {
                    let one = versions(found) == 1;
                    whole += usize::from(one);
                    wrong += usize::from(!one);
                }
            }
            over.store(true, Ordering::Relaxed);
        });
        // Only here, because a panic above would leave the other thread running for ever.
        assert_eq!(wrong, 0);
        assert!(mixed > 0 && whole > 0, "{mixed} readings were mixed, {whole} were whole");
    }
}
