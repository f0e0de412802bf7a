//! Holds the workspace to its own rules, where cargo does not. Needs neither root nor the sensor.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::scratch::workspace;
use toml::{Table, Value};

fn manifest(folder: &Path) -> Result<Table> {
    let path = folder.join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    text.parse().with_context(|| format!("parsing {}", path.display()))
}

fn members() -> Result<Vec<String>> {
    let root = manifest(workspace())?;
    let members = root.get("workspace").and_then(|table| table.get("members")).and_then(Value::as_array);
    let members: Vec<_> =
        members.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    ensure!(members.len() >= 6, "the workspace has only these members: {members:?}");
    Ok(members)
}

#[test]
fn every_crate_inherits_the_workspaces_lints() -> Result<()> {
    for member in members()? {
        let manifest = manifest(&workspace().join(&member))?;
        let inherits =
            manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(Value::as_bool);
        ensure!(inherits == Some(true), "{member}/Cargo.toml has no `lints.workspace = true`");
    }
    Ok(())
}

/// Workspaces of their own: rules/fuzz is compiled with coverage instrumentation throughout, rules/bench has dependencies
/// that nothing else needs.
const OUTSIDE: [&str; 2] = ["rules/bench", "rules/fuzz"];

/// The folders with a manifest, at any depth; not in what builds leave behind.
fn collect_manifests(folder: &Path, found: &mut Vec<std::path::PathBuf>) -> Result<()> {
    if folder.join("Cargo.toml").is_file() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_left_behind =
            path.file_name().is_some_and(|name| name == "target" || name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !is_left_behind {
            collect_manifests(&path, found)?;
        }
    }
    Ok(())
}

#[test]
fn every_folder_with_a_manifest_is_a_member() -> Result<()> {
    let members = members()?;
    let mut manifests = Vec::new();
    collect_manifests(workspace(), &mut manifests)?;
    for folder in manifests {
        let name = folder.strip_prefix(workspace())?.to_string_lossy().into_owned();
        ensure!(
            name.is_empty() || OUTSIDE.contains(&name.as_str()) || members.contains(&name),
            "{name} has a Cargo.toml but is no member of the workspace"
        );
    }
    Ok(())
}

#[test]
fn every_source_file_opens_with_a_module_comment() -> Result<()> {
    for member in members()? {
        for file in rust_files(&workspace().join(&member))? {
            let text = fs::read_to_string(&file)?;
            ensure!(text.starts_with("//! "), "{} does not open with `//!`", file.display());
        }
    }
    Ok(())
}

fn rust_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}
