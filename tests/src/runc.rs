//! Containers that runc starts without a daemon, at a terminal, on the cached Debian root, which they see read-only.
//! The caller chooses the id: runc takes any name, and unless told otherwise makes the control group `/ID`. The
//! container and its bundle are removed when the value is dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::command::{self, find};
use crate::terminal::Terminal;
use crate::{rootfs, scratch};

const LIMIT: Duration = Duration::from_secs(60);
/// Where runc keeps the state of a container, by default.
const STATE: &str = "/run/runc";

static IDS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// One container.
pub struct Runc {
    id: String,
}

impl Runc {
    /// Starts `program` as the first process of a new container with a terminal, as `runc run ID` typed at one does.
    pub fn at_terminal(id: &str, program: &[&str]) -> Result<(Self, Terminal)> {
        let bundle = bundle(program)?;
        let made = Self { id: id.to_owned() };
        IDS.lock().unwrap_or_else(PoisonError::into_inner).push(id.to_owned());
        let mut command = Command::new(find("runc")?);
        command.args(["run", "--bundle"]).arg(bundle).arg(id);
        Ok((made, Terminal::start(&mut command)?))
    }
}

/// A folder with a configuration: runc's own example, with a terminal and our root and program.
fn bundle(program: &[&str]) -> Result<PathBuf> {
    let folder = scratch::folder("bundle")?;
    command::output(Command::new(find("runc")?).arg("spec").arg("--bundle").arg(&folder), LIMIT)?;
    let path = folder.join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path)?)?;
    for (pointer, value) in [
        ("/process/terminal", json!(true)),
        ("/process/args", json!(program)),
        ("/root/path", json!(rootfs::debian()?)),
        ("/root/readonly", json!(true)),
    ] {
        let place = config.pointer_mut(pointer);
        *place.with_context(|| format!("runc's example configuration has no {pointer}"))? = value;
    }
    fs::write(&path, config.to_string())?;
    Ok(folder)
}

impl Drop for Runc {
    fn drop(&mut self) {
        delete(&self.id);
    }
}

fn delete(id: &str) {
    if let Ok(runc) = find("runc") {
        // It is an error that there is nothing left to remove, which is the usual case.
        let _ = command::run(Command::new(runc).args(["delete", "--force", id]), LIMIT);
    }
}

/// Removes the containers of this process that runc still knows, and returns their ids.
pub(crate) fn remove_left() -> Vec<String> {
    let mut left: Vec<String> = IDS.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
    left.retain(|id| Path::new(STATE).join(id).exists());
    for id in &left {
        delete(id);
    }
    left
}
