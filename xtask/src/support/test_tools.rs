//! Programs that the lints and the end-to-end tests start. Looked for as programs, not as packages: who has docker from
//! elsewhere keeps it. Starts none of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run::mount_tracefs;
use crate::support::apt;
use crate::support::command::{self, output, users_cargo, which};
use crate::support::say::say;

/// One program, what it is there for, and Debian's package of it.
struct Tool {
    program: &'static str,
    why: &'static str,
    package: &'static str,
    /// It must run in a root that has no shared libraries.
    is_static: bool,
}

const fn tool(program: &'static str, why: &'static str, package: &'static str) -> Tool {
    Tool { program, why, package, is_static: false }
}

const TOOLS: &[Tool] = &[
    tool("runc", "containers without a daemon", "runc"),
    tool("containerd", "containers as Kubernetes starts them", "containerd"),
    tool("dockerd", "the docker daemon", "docker.io"),
    tool("docker", "docker run and docker exec", "docker.io"),
    tool("mmdebstrap", "a Debian root with a real apt-get", "mmdebstrap"),
    Tool { is_static: true, ..tool("busybox", "small container roots", "busybox-static") },
    tool("python3", "the manifest validator", "python3"),
];

impl Tool {
    fn find(&self) -> Option<PathBuf> {
        which(self.program).filter(|file| !self.is_static || is_static(file))
    }
}

/// ldd fails on a static program, or says so.
fn is_static(file: &Path) -> bool {
    output(Command::new("ldd").arg(file)).is_none_or(|text| text.contains("statically linked"))
}

/// Finds or installs every tool; returns one line that names them all.
pub(crate) fn find_or_install() -> Result<String> {
    let mut packages: Vec<&str> = missing().iter().map(|tool| tool.package).collect();
    packages.dedup();
    if !packages.is_empty() {
        apt::install(&packages, "the end-to-end tests start them")?;
    }
    if let Some(tool) = missing().first() {
        bail!("{} is still missing ({}): install it so that it is on PATH", tool.program, tool.why);
    }
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if output(users_cargo().args([subcommand, "--version"])).is_none() {
            add_component(component)?;
        }
    }
    mount_tracefs()?;
    let names: Vec<&str> = TOOLS.iter().map(|tool| tool.program).collect();
    Ok(format!("test tools: {}, rustfmt, clippy, tracefs", names.join(", ")))
}

fn missing() -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| tool.find().is_none()).collect()
}

/// For the toolchain that runs us: RUSTUP_TOOLCHAIN names it to rustup.
fn add_component(component: &str) -> Result<()> {
    say(format_args!("adding {component} to this Rust toolchain"));
    command::run(Command::new("rustup").args(["component", "add", component]))
        .with_context(|| format!("lint needs {component}: install it for the Rust you use"))
}
