//! Reads what the tests must know of the bundled rule from its file, so that no test repeats an id or a name. Called by
//! all tests of alerts. It knows no EQL, and refuses to choose when two files could be meant.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::scratch;

/// The bundled rule for the installation of tools in containers.
pub struct RuleFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// `rule.rule_id`.
    pub id: String,
    /// `rule.name`.
    pub name: String,
}

impl RuleFile {
    /// Reads any rule file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let table: toml::Table = text.parse().with_context(|| format!("parsing {}", path.display()))?;
        let rule = table.get("rule").with_context(|| format!("{} has no [rule]", path.display()))?;
        let field = |name: &str| {
            let value = rule.get(name).and_then(toml::Value::as_str);
            value.map(str::to_owned).with_context(|| format!("{}: rule.{name} is missing", path.display()))
        };
        Ok(Self { path: path.to_owned(), id: field("rule_id")?, name: field("name")?, text })
    }

    /// The rule of rules/content that is about tool installation, by its file's name.
    pub fn tool_installation() -> Result<Self> {
        let mut files = toml_files(&scratch::workspace().join("rules/content"))?;
        files.retain(|file| {
            file.file_stem().is_some_and(|stem| stem.to_string_lossy().contains("tool_installation"))
        });
        ensure!(files.len() == 1, "these files of rules/content could be meant, expected one: {files:?}");
        files.iter().map(|file| Self::read(file)).next().context("no file")?
    }
}

/// The text of a rule file of the test's own.
pub fn text(id: &str, name: &str, query: &str, more: &str) -> String {
    format!(
        "[rule]\nrule_id = \"{id}\"\nname = \"{name}\"\ntype = \"eql\"\nlanguage = \"eql\"\nrisk_score = 50\n\
         severity = \"medium\"\nquery = '''{query}'''\n{more}"
    )
}

/// All `.toml` files directly in a folder, sorted.
pub fn toml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    Ok(files)
}
