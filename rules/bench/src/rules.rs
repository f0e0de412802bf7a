//! Different rules of the kinds that the published packs consist of, drawn from templates.
//!
//! A third is about containers, the others about hosts. They look for names, names with arguments, shells with a
//! fragment of a command, paths, patterns, regular expressions, and things that are not so; some are sequences. The
//! names are those of real tools as well as invented ones, because a thousand rules name more than a node runs.

use crate::random::Random;

/// The rule of the mission.
pub const TOOL_INSTALLATION: &str = include_str!("../../tests/data/form_1_interactive.toml");

const TOOLS: &[&str] = &[
    "nmap", "masscan", "socat", "nc", "ncat", "netcat", "tcpdump", "tshark", "strace", "gdb", "chattr", "setcap", "capsh",
    "nsenter", "unshare", "chroot", "mount", "umount", "fdisk", "debugfs", "insmod", "modprobe", "kmod", "rmmod", "crontab",
    "at", "batch", "useradd", "usermod", "groupadd", "passwd", "chpasswd", "visudo", "pkexec", "sudo", "su", "doas", "base64",
    "base32", "xxd", "openssl", "gpg", "zip", "7z", "rclone", "scp", "sftp", "ssh-keygen", "sshpass", "hydra", "john",
    "hashcat", "linpeas.sh", "pspy64", "chisel", "frpc", "ngrok", "xmrig", "minerd", "kinsing", "wget", "curl", "aria2c",
    "python3", "perl", "ruby", "lua", "php", "awk", "busybox", "docker", "crictl", "ctr", "kubectl", "helm", "etcdctl",
    "aws", "gcloud", "az", "systemctl", "service", "journalctl", "auditctl", "iptables", "ufw", "setenforce", "sysctl",
    "dmidecode", "lspci", "lscpu", "hostnamectl", "findmnt", "getent", "whoami", "id", "w", "last", "ps", "grep", "find",
];
const WORDS: &[&str] = &[
    "beacon", "payload", "stager", "dropper", "implant", "agent", "update", "daemon", "helper", "backdoor", "loader",
    "proxy", "tunnel", "relay", "collect", "archive", "exfil", "stash", "shadow", "passwd", "sudoers", "authorized_keys",
    "id_rsa", "kubeconfig", "serviceaccount", "docker.sock", "credentials", "cloud-init", "metadata", "release_agent",
    "core_pattern", "ld.so.preload", "rc.local", "profile.d", "cron.daily", "systemd", "udev", "motd", "pam", "xdg",
];
const SHELLS: &str = r#"("bash", "dash", "sh", "tcsh", "csh", "zsh", "ksh", "fish")"#;
const START: &str = r#"host.os.type == "linux" and event.type == "start" and event.action == "exec""#;
const CONTAINER: &str = r#"container.id like "?*""#;

/// The rule files of `count` different rules.
pub fn files(count: usize) -> Vec<String> {
    let mut random = Random::new(0xfeed);
    (0..count).map(|number| file(number, &query(&mut random, number))).collect()
}

/// A rule file as the packs have them, with what an analyst reads.
fn file(number: usize, query: &str) -> String {
    format!(
        r###"[metadata]
creation_date = "2026/01/15"
integration = ["cloud_defend"]
maturity = "production"
updated_date = "2026/02/20"

[rule]
author = ["bench"]
description = """
Drawn from a template to see what many rules cost. Identifies the execution of something that is seldom needed and often
misused, in one of the ways in which the published rules do so.
"""
false_positives = ["Administrators do this as well."]
from = "now-6m"
index = ["logs-endpoint.events.process*"]
interval = "5m"
language = "eql"
license = "MIT"
name = "Drawn rule {number}"
note = """## Triage

Look at the parent process, at the user, and at what the process did afterwards.
"""
references = ["https://example.org/rules/{number}"]
risk_score = 47
rule_id = "00000000-0000-4000-8000-{number:012}"
severity = "medium"
tags = ["OS: Linux", "Use Case: Threat Detection", "Tactic: Execution"]
timestamp_override = "event.ingested"
type = "eql"
query = '''
{query}
'''

[[rule.threat]]
framework = "MITRE ATT&CK"

[[rule.threat.technique]]
id = "T1059"
name = "Command and Scripting Interpreter"
reference = "https://attack.mitre.org/techniques/T1059/"

[rule.threat.tactic]
id = "TA0002"
name = "Execution"
reference = "https://attack.mitre.org/tactics/TA0002/"
"###
    )
}

fn query(random: &mut Random, number: usize) -> String {
    let tool = |random: &mut Random| {
        let name = random.pick(TOOLS);
        if random.chance(60) { format!("{name}-{number}") } else { name.to_owned() }
    };
    let word = |random: &mut Random| format!("{}{number}", random.pick(WORDS));
    let list = |items: &[String]| items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ");
    let (a, b, c) = (tool(random), tool(random), tool(random));
    let (x, y, z) = (word(random), word(random), word(random));
    match number % 12 {
        0 => format!(
            "process where {START} and process.name in ({}) and process.args in ({}) and\n  {CONTAINER} and process.interactive == true",
            list(&[a, b, c]), list(&[x, y])
        ),
        1 => format!("process where {START} and process.name == \"{a}\" and process.args : (\"*{x}*\", \"--{y}*\") and {CONTAINER}"),
        2 => format!(
            "process where {START} and process.executable : (\"/tmp/{x}*\", \"/dev/shm/{y}/*\", \"/var/tmp/{z}*\") and\n  not process.args : (\"*/{a}\", \"--version\")"
        ),
        3 => format!(
            "process where {START} and process.name in {SHELLS} and process.args == \"-c\" and\n  process.args : (\"*{x}*\", \"*/{y}/*\", \"*{a} -*{z}*\")"
        ),
        4 => format!("process where {START} and process.command_line : (\"*{x}*{y}*\", \"*{z}*\") and {CONTAINER}"),
        5 => format!(
            "process where {START} and process.name : (\"{a}\", \"{x}*\", \"*.{y}\") and process.args_count > {} and process.args : \"--{z}*\" and\n  not process.executable : (\"/usr/lib/*\", \"/opt/{z}/*\")",
            number % 5 + 1
        ),
        6 => format!(
            "process where {START} and process.name in (\"{a}\", \"{b}\") and\n  process.args regex \"-{{1,2}}{x}(=[a-z0-9]+)?\" and not process.args in (\"{y}\", \"{z}\")"
        ),
        7 => format!(
            "process where {START} and (\n  (process.name == \"{a}\" and process.args == \"{x}\") or\n  (process.name == \"{b}\" and process.args like \"{y}*\") or\n  (process.executable == \"/usr/local/bin/{z}\")\n) and user.id == \"0\""
        ),
        8 => format!(
            "sequence by container.id with maxspan=3s\n  [process where {START} and process.name == \"{a}\" and process.args == \"{x}\"]\n  [process where {START} and process.executable : \"/tmp/{y}*\"]"
        ),
        9 => format!("process where {START} and process.args : (\"/etc/{x}\", \"/root/.{y}/*\", \"*/{z}/config\") and {CONTAINER} and process.interactive == true"),
        10 => format!(
            "any where event.category == \"process\" and {START} and process.name like~ (\"{a}\", \"{b}\", \"{x}?\") and\n  not (process.args : \"*{y}*\" or user.id == \"{number}\") and not container.id like \"?*\" and process.args in (\"{z}\", \"{c}\")"
        ),
        _ => format!(
            "process where {START} and process.name in (\"{a}\", \"{b}\", \"{c}\") and\n  process.args in~ ({}) and not process.args : (\"{z}*\", \"*help*\")",
            list(&[x, y])
        ),
    }
}
