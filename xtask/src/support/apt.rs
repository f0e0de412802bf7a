//! Debian packages: which are there, and installing those that are not. Knows no package by name.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::support::command::{output, run, which};
use crate::support::privilege;
use crate::support::say::say;

/// The packages of this list that are not installed.
pub(crate) fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages.iter().copied().filter(|package| !is_installed(package)).collect()
}

fn is_installed(package: &str) -> bool {
    output(Command::new("dpkg-query").args(["--show", "--showformat", "${db:Status-Status}", package]))
        .is_some_and(|status| status == "installed")
}

/// Whether the package lists that are on disk offer every one of these.
fn are_known(packages: &[String]) -> bool {
    output(Command::new("apt-cache").args(["show", "--no-all-versions"]).args(packages)).is_some()
}

/// Installs packages; `why` ends the sentence "installing ... : {why}". The lists are fetched anew only when they do
/// not know a package, or when an install with the lists on disk failed (they may be older than the mirror's files).
pub(crate) fn install(packages: &[impl AsRef<str>], why: &str) -> Result<()> {
    let packages: Vec<String> = packages.iter().map(|package| package.as_ref().to_owned()).collect();
    let list = packages.join(" ");
    if which("apt-get").is_none() {
        bail!(
            "{why}: wanted are what Debian calls `{list}`, and there is no apt-get here. Install their like by hand"
        );
    }
    let hint = format!("sudo apt-get install --no-install-recommends {list}");
    let mut updated = false;
    if !are_known(&packages) {
        update(&hint)?;
        updated = true;
        if !are_known(&packages) {
            bail!("{why}: this machine's package sources do not offer all of `{list}`");
        }
    }
    say(format_args!("installing {list}: {why}"));
    match run(&mut apt_get(&hint, &install_arguments(&packages))?) {
        Ok(()) => Ok(()),
        Err(_) if !updated => {
            update(&hint)?;
            run(&mut apt_get(&hint, &install_arguments(&packages))?)
                .with_context(|| format!("cannot install {list}"))
        }
        Err(error) => Err(error).with_context(|| format!("cannot install {list}")),
    }
}

fn install_arguments(packages: &[String]) -> Vec<&str> {
    ["install", "--yes", "--no-install-recommends", "--quiet"]
        .into_iter()
        .chain(packages.iter().map(String::as_str))
        .collect()
}

fn update(hint: &str) -> Result<()> {
    say("fetching package lists (apt-get update)");
    run(&mut apt_get(hint, &["update", "--quiet"])?)
}

/// apt-get that asks nothing. The variable travels as an argument because sudo drops the environment.
fn apt_get(hint: &str, arguments: &[&str]) -> Result<Command> {
    let mut command = privilege::unattended("env", hint)?;
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    // An unattended upgrade may hold the lock: wait for it.
    command.args(["-o", "DPkg::Lock::Timeout=300"]).args(arguments);
    // Its chatter is progress, not a result.
    command.stdout(std::io::stderr());
    Ok(command)
}
