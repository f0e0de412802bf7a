//! The validator of the Kubernetes manifests: a Python package that carries Kubernetes' JSON schemas, in a virtual
//! environment in the per-user cache, every version pinned. The tests start it; this only installs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context as _, Result, bail};

use crate::support::command::{self, output, which};
use crate::support::say::say;
use crate::support::{apt, paths};

/// What is installed, and nothing else (`--no-deps`): package==version lines.
const REQUIREMENTS: &str = include_str!("../../validator-requirements.txt");

/// The environment's Python, with which `-m kubernetes_validate` runs; installs it when it is missing.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    let cache = paths::cache()?;
    let place = cache.join(folder_name()?);
    let python = place.join("bin/python");
    if works(&python) {
        return Ok(python);
    }
    fs::create_dir_all(&cache).with_context(|| format!("cannot create {}", cache.display()))?;
    say("installing the Kubernetes schemas for the manifest tests (once per user)");
    // An interrupted install must never be taken as done: the last step makes the marker that `works` asks for.
    let _ = fs::remove_dir_all(&place);
    command::run(Command::new(python_with_venv()?).args(["-m", "venv"]).arg(&place))?;
    let list = place.join(format!("requirements-{}.txt", process::id()));
    fs::write(&list, REQUIREMENTS).with_context(|| format!("cannot write {}", list.display()))?;
    command::run(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(&list)
            .stdout(std::io::stderr()),
    )
    .context("cannot install the Kubernetes schemas from PyPI")?;
    // A missing dependency of the pinned list would show only here.
    let version = output(Command::new(&python).args(["-m", "kubernetes_validate", "--version"]));
    if version.is_none() {
        bail!(
            "the validator was installed but does not run: see `{} -m kubernetes_validate --version`",
            python.display()
        );
    }
    fs::rename(&list, place.join(COMPLETE)).context("cannot mark the installed schemas as complete")?;
    if !works(&python) {
        bail!(
            "the validator was installed but does not run: see `{} -m kubernetes_validate --version`",
            python.display()
        );
    }
    Ok(python)
}

/// The marker of an install that ended; its text is what was installed.
const COMPLETE: &str = "installed.txt";

fn works(python: &Path) -> bool {
    let marker = python.parent().and_then(Path::parent).map(|place| place.join(COMPLETE));
    marker.and_then(|file| fs::read_to_string(file).ok()).is_some_and(|text| text == REQUIREMENTS)
        // The Python that it was made with may be gone since: only running it tells.
        && output(Command::new(python).arg("--version")).is_some()
}

fn folder_name() -> Result<String> {
    let version = REQUIREMENTS.lines().find_map(|line| line.strip_prefix("kubernetes-validate=="));
    Ok(format!(
        "kubernetes-validate-{}",
        version.context("validator-requirements.txt names no kubernetes-validate")?
    ))
}

/// A Python that can make virtual environments; Debian splits that off into a package of its own.
fn python_with_venv() -> Result<PathBuf> {
    let has_venv =
        |python: &Path| output(Command::new(python).args(["-c", "import venv, ensurepip"])).is_some();
    if let Some(python) = which("python3").filter(|python| has_venv(python)) {
        return Ok(python);
    }
    apt::install(&["python3-venv"], "the manifest validator gets its own Python environment")?;
    let system = PathBuf::from("/usr/bin/python3");
    if has_venv(&system) {
        Ok(system)
    } else {
        bail!("{} cannot make virtual environments", system.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_pinned_to_one_version() {
        for line in REQUIREMENTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            assert!(
                line.split_once("==").is_some_and(|(name, version)| !name.is_empty() && !version.is_empty()),
                "{line}"
            );
        }
    }

    #[test]
    fn the_cache_folder_names_the_validators_version() {
        let name = folder_name().unwrap();
        assert!(name.starts_with("kubernetes-validate-") && !name.ends_with('-'), "{name}");
    }

    #[test]
    fn a_folder_without_the_marker_is_not_taken_as_installed() {
        assert!(!works(Path::new("/usr/bin/python3")));
    }
}
