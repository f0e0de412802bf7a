//! The tool-installation rule as a person would write it in Rust for these events: the yardstick.

use crate::Exec;

/// Whether the rule matches.
pub fn tool_installation(event: &Exec) -> bool {
    event.interactive && event.container.is_some() && installs(event) && event.args.iter().any(is_tool)
}

fn installs(event: &Exec) -> bool {
    let named = |name: &str| {
        let arg = |wanted: &[&str]| event.args.iter().any(|arg| wanted.contains(&arg));
        match name {
            "apt" | "apt-get" | "dnf" | "microdnf" | "yum" | "zypper" | "tdnf" => arg(&["install"]),
            "apk" => arg(&["add"]),
            "pacman" => event.args.iter().any(|arg| {
                arg.strip_prefix('-').is_some_and(|rest| rest.contains('S'))
            }),
            "rpm" | "dpkg" => arg(&["-i", "--install"]),
            _ => false,
        }
    };
    named(&event.name) || event.script.as_deref().is_some_and(named)
}

fn is_tool(arg: &str) -> bool {
    matches!(
        arg,
        "curl" | "wget" | "socat" | "busybox" | "openssl" | "torsocks" | "netcat" | "netcat-openbsd"
            | "netcat-traditional" | "ncat" | "tor" | "perl" | "node" | "nodejs" | "ruby" | "lua"
    ) || arg.starts_with("python")
}
