//! The tool-installation rule as an engineer would write it in Rust for these events: the yardstick.
//!
//! It does the checks of the rule and no others: the constants first, then the container and the terminal, the package
//! manager with its argument, and the list of tools.

use crate::Exec;

const INSTALLERS: [&str; 7] = ["apt", "apt-get", "dnf", "microdnf", "yum", "zypper", "tdnf"];
const TOOLS: [&str; 16] = [
    "curl", "wget", "socat", "busybox", "openssl", "torsocks", "netcat", "netcat-openbsd", "netcat-traditional", "ncat", "tor",
    "perl", "node", "nodejs", "ruby", "lua",
];

/// Whether the rule matches.
pub fn tool_installation(event: &Exec) -> bool {
    event.category == "process"
        && event.os == "linux"
        && event.kind == "start"
        && event.action == "exec"
        && event.container.is_some()
        && event.interactive
        && installs(event)
        && event.args.iter().any(|arg| TOOLS.contains(&arg) || arg.starts_with("python"))
}

fn installs(event: &Exec) -> bool {
    (has_name(event, &INSTALLERS) && has_arg(event, &["install"]))
        || (has_name(event, &["apk"]) && has_arg(event, &["add"]))
        || (has_name(event, &["pacman"])
            && event.args.iter().any(|arg| arg.strip_prefix('-').is_some_and(|rest| rest.contains('S'))))
        || (has_name(event, &["rpm", "dpkg"]) && has_arg(event, &["-i", "--install"]))
}

/// Like an interpreter's event, one may have two names.
fn has_name(event: &Exec, wanted: &[&str]) -> bool {
    wanted.contains(&event.name.as_str())
        || event.script.as_deref().is_some_and(|script| wanted.contains(&script))
}

fn has_arg(event: &Exec, wanted: &[&str]) -> bool {
    event.args.iter().any(|arg| wanted.contains(&arg))
}
