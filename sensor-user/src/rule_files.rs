//! Finds and reads rule files. What is in them is the business of `hullwatch_rules`.

use hullwatch_rules::{BUNDLED, RuleSource};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Stands for the bundled rules among the paths of rules; a folder of this name is `./bundled`.
const BUNDLED_PATH: &str = "bundled";
/// How deep folders are searched.
const MAX_DEPTH: usize = 16;

/// Why there are no rules to load.
#[derive(Debug, thiserror::Error)]
pub enum RuleFilesError {
    /// A path does not exist or cannot be read.
    #[error(
        "cannot read rules from {path}: {cause}. Give --rules a rule file or a folder of rule files (*.toml)"
    )]
    Unreadable {
        /// Which path.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A folder without a rule file.
    #[error(
        "there is no rule file (*.toml) in the folder {path}. Put rules there, or leave --rules away to use the bundled ones"
    )]
    Empty {
        /// Which folder.
        path: PathBuf,
    },
}

/// What was found at the given paths.
#[derive(Debug, Default)]
pub struct Found {
    /// Texts of rule files.
    pub sources: Vec<RuleSource>,
    /// Files among others in a folder that could not be read, and why.
    pub unreadable: Vec<(PathBuf, io::Error)>,
}

/// Whether this path is the word that stands for the bundled rules.
pub fn is_bundled(path: &Path) -> bool {
    path == Path::new(BUNDLED_PATH)
}

fn bundled() -> impl Iterator<Item = RuleSource> {
    BUNDLED
        .iter()
        .map(|(name, text)| RuleSource { origin: format!("bundled:{name}"), text: (*text).to_owned() })
}

/// Reads the rule files at some paths, or the bundled rules when there is no path; the path `bundled` stands for
/// them among others, so that overlays can be laid over them. Folders are searched with their subfolders, in the order of names; names that begin with a dot are left out, as are the
/// hidden copies that Kubernetes keeps in a mounted ConfigMap.
///
/// # Errors
///
/// When a path named by the user gives nothing.
pub fn read(paths: &[PathBuf]) -> Result<Found, RuleFilesError> {
    let mut found = Found::default();
    if paths.is_empty() {
        found.sources.extend(bundled());
    }
    for path in paths {
        if is_bundled(path) {
            found.sources.extend(bundled());
            continue;
        }
        let unreadable = |cause| RuleFilesError::Unreadable { path: path.clone(), cause };
        if !fs::metadata(path).map_err(unreadable)?.is_dir() {
            found.sources.push(source(path).map_err(unreadable)?);
            continue;
        }
        let before = found.sources.len() + found.unreadable.len();
        search(path, MAX_DEPTH, &mut found).map_err(unreadable)?;
        if found.sources.len() + found.unreadable.len() == before {
            return Err(RuleFilesError::Empty { path: path.clone() });
        }
    }
    Ok(found)
}

fn search(folder: &Path, depth: usize, found: &mut Found) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        // A link to a folder is not followed: it may lead in a circle.
        if entry.file_type()?.is_dir() {
            if depth > 0
                && let Err(error) = search(&path, depth - 1, found)
            {
                found.unreadable.push((path, error));
            }
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            match source(&path) {
                Ok(source) => found.sources.push(source),
                Err(error) => found.unreadable.push((path, error)),
            }
        }
    }
    Ok(())
}

fn source(path: &Path) -> io::Result<RuleSource> {
    Ok(RuleSource { origin: path.display().to_string(), text: fs::read_to_string(path)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folder
    }

    fn names(paths: &[PathBuf]) -> Vec<String> {
        let found = read(paths).unwrap();
        found.sources.iter().map(|source| source.origin.rsplit('/').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn folders_are_searched_in_the_order_of_names_and_only_for_toml() {
        let folder = folder(&["b.toml", "a/z.toml", "c.md", ".hidden/x.toml", "..data/b.toml"]);
        assert_eq!(names(&[folder.path().to_owned()]), ["z.toml", "b.toml"]);
    }

    #[test]
    fn a_file_is_taken_whatever_its_name() {
        let folder = folder(&["rule"]);
        assert_eq!(names(&[folder.path().join("rule")]), ["rule"]);
    }

    #[test]
    fn the_bundled_rules_can_stand_among_other_paths() {
        let folder = folder(&["overlay.toml"]);
        let found = read(&[PathBuf::from("bundled"), folder.path().to_owned()]).unwrap();
        assert_eq!(found.sources.len(), BUNDLED.len() + 1);
    }

    #[test]
    fn without_a_path_there_are_the_bundled_rules() {
        assert_eq!(read(&[]).unwrap().sources.len(), BUNDLED.len());
        assert!(!BUNDLED.is_empty());
    }

    #[test]
    fn an_empty_folder_and_a_missing_path_are_named() {
        let empty = folder(&["readme.md"]);
        let error = read(&[empty.path().to_owned()]).unwrap_err().to_string();
        assert!(
            error.contains("no rule file") && error.contains(&empty.path().display().to_string()),
            "{error}"
        );
        let error = read(&["/nonexistent/rules".into()]).unwrap_err().to_string();
        assert!(error.contains("/nonexistent/rules"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_text_does_not_keep_the_others_away() {
        let folder = folder(&["good.toml"]);
        fs::write(folder.path().join("bad.toml"), [0xff, 0xfe]).unwrap();
        let found = read(&[folder.path().to_owned()]).unwrap();
        assert_eq!((found.sources.len(), found.unreadable.len()), (1, 1));
    }
}
