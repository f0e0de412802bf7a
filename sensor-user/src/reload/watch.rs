//! Notices that rule files may have changed. Says that, not what: the loader looks for itself.
//!
//! For every path the folder around it is watched too, because that is where a path goes away and comes back: an
//! editor renames a finished file over the old one, Kubernetes turns the link `..data` to another folder, a
//! deployment replaces the folder as a whole. Watches hang on inodes, so all are made again after every change.
//! What cannot be watched is looked at every few seconds instead.

use super::Trigger;
use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode},
};
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::mpsc::Sender,
};

/// The watches of one set of paths.
pub(super) struct Watch {
    changes: Sender<Trigger>,
    /// Dropped to end the watches.
    watcher: Option<RecommendedWatcher>,
    whole: bool,
    complained: bool,
}

/// What is to be watched for one path.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    folder: PathBuf,
    mode: RecursiveMode,
    /// Only changes of these names count; none for all.
    names: Option<Vec<OsString>>,
}

impl Watch {
    /// Watches nothing yet.
    pub(super) fn new(changes: Sender<Trigger>) -> Self {
        Self { changes, watcher: None, whole: true, complained: false }
    }

    /// Whether every change is told.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Watches these paths, as they are now.
    pub(super) fn renew(&mut self, paths: &[PathBuf]) {
        // The bundled rules are no files and never change.
        let files = || paths.iter().filter(|path| !crate::rule_files::is_bundled(path));
        if files().next().is_none() {
            return;
        }
        let places: Vec<Place> = files().flat_map(|path| places(path)).collect();
        let missing = files().any(|path| !path.exists());
        match self.watch(places) {
            Ok(()) => self.whole = !missing,
            Err(error) => {
                self.whole = false;
                if !self.complained {
                    tracing::warn!(
                        "not all rule files can be watched, so they are looked at every {} s: {error}",
                        super::POLL.as_secs()
                    );
                }
                self.complained = true;
            }
        }
    }

    fn watch(&mut self, places: Vec<Place>) -> notify::Result<()> {
        let changes = self.changes.clone();
        let folders: Vec<(PathBuf, RecursiveMode)> = merged(&places);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error may be a change that was lost.
            if event.as_ref().map_or(true, |event| counts(event, &places)) {
                // The thread that listens ends with the program.
                let _ = changes.send(Trigger::Changed);
            }
        })?;
        let made = folders.into_iter().try_for_each(|(folder, mode)| watcher.watch(&folder, mode));
        // What could be watched is.
        self.watcher = Some(watcher);
        made
    }
}

/// Where changes of a path show.
fn places(path: &Path) -> Vec<Place> {
    let mut places = Vec::new();
    let around = |path: &Path, places: &mut Vec<Place>| {
        if let (Some(folder), Some(name)) = (existing_parent(path), path.file_name()) {
            // A link may lead through the link that Kubernetes turns.
            let names = vec![name.to_owned(), "..data".into()];
            let direct = path.parent() == Some(folder.as_path());
            let names = direct.then_some(names);
            places.push(Place { folder, mode: RecursiveMode::NonRecursive, names });
        }
    };
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    around(&absolute, &mut places);
    if let Ok(target) = fs::canonicalize(&absolute) {
        if target != absolute {
            around(&target, &mut places);
        }
        if target.is_dir() {
            places.push(Place { folder: absolute, mode: RecursiveMode::Recursive, names: None });
        }
    }
    places
}

/// The nearest folder above a path that is there.
fn existing_parent(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned)
}

/// Every folder once, with all below it if anybody wants that.
fn merged(places: &[Place]) -> Vec<(PathBuf, RecursiveMode)> {
    let mut folders: Vec<(PathBuf, RecursiveMode)> = Vec::new();
    for place in places {
        match folders.iter_mut().find(|(folder, _)| *folder == place.folder) {
            Some((_, mode)) if place.mode == RecursiveMode::Recursive => *mode = place.mode,
            Some(_) => {}
            None => folders.push((place.folder.clone(), place.mode)),
        }
    }
    folders
}

/// Whether an event may have changed rules. Reading is none, or the loader would wake itself.
fn counts(event: &Event, places: &[Place]) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => {}
        EventKind::Access(_) => return false,
        _ => {}
    }
    // Queue overflows come without a path.
    event.paths.is_empty() || event.paths.iter().any(|path| places.iter().any(|place| place.covers(path)))
}

impl Place {
    fn covers(&self, path: &Path) -> bool {
        match &self.names {
            _ if !path.starts_with(&self.folder) => false,
            None => true,
            Some(names) => {
                path == self.folder
                    || path.file_name().is_some_and(|name| names.iter().any(|one| one == name))
            }
        }
    }
}
