//! Who the host is, and the ids that name processes and alerts for good.

use serde::Serialize;
use std::path::Path;
use uuid::Uuid;

/// Ids made here are UUIDs of version 5 below this one: the same input gives the same id on every
/// start, so a document that is written twice is the same document.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f2c_1f0a_8e5b_4c7d_9a3e_5b1d_7c40_11f6);

/// The host, as documents carry it.
#[derive(Clone, Debug, Serialize)]
pub struct Host {
    /// The node's name.
    pub name: String,
    /// The same: ECS has both.
    pub hostname: String,
    /// The processor's architecture, as `uname -m` prints it.
    pub architecture: String,
    /// /etc/machine-id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// This boot.
    pub boot: Boot,
    /// The operating system.
    pub os: Os,
}

/// This boot of the host.
#[derive(Clone, Debug, Serialize)]
pub struct Boot {
    /// /proc/sys/kernel/random/boot_id.
    pub id: String,
}

/// The operating system.
#[derive(Clone, Debug, Serialize)]
pub struct Os {
    /// Always "linux".
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `uname -r`.
    pub kernel: String,
    /// NAME of os-release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// VERSION_ID of os-release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// PRETTY_NAME of os-release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full: Option<String>,
}

impl Host {
    /// Reads it all once. `root` is where the host's root lies; `name` overrides the host's own name,
    /// which inside a pod is the pod's. What is not below `root` is looked for where the host's first
    /// process sees it, which a privileged container with the host's pids may.
    pub fn read(root: &Path, name: Option<String>) -> Self {
        let file = |path: &str| {
            let places = [root.join(path), root.join("proc/1/root").join(path)];
            places.into_iter().find_map(|place| std::fs::read_to_string(place).ok())
        };
        let first_line = |path: &str| file(path).and_then(|text| first_line(&text));
        let uname = nix::sys::utsname::uname().ok();
        let uname = |part: fn(&nix::sys::utsname::UtsName) -> &std::ffi::OsStr| {
            uname.as_ref().map(|uname| part(uname).to_string_lossy().into_owned()).unwrap_or_default()
        };
        let name = name
            .filter(|name| !name.is_empty())
            .or_else(|| first_line("etc/hostname"))
            .unwrap_or_else(|| uname(nix::sys::utsname::UtsName::nodename));
        let release = file("etc/os-release").unwrap_or_default();
        Self {
            hostname: name.clone(),
            name,
            architecture: uname(nix::sys::utsname::UtsName::machine),
            id: first_line("etc/machine-id"),
            boot: Boot { id: boot_id() },
            os: Os {
                kind: "linux",
                kernel: uname(nix::sys::utsname::UtsName::release),
                name: release_value(&release, "NAME"),
                version: release_value(&release, "VERSION_ID"),
                full: release_value(&release, "PRETTY_NAME"),
            },
        }
    }

    /// The sensor's own id: the same after a restart, and no clue to the machine id, which is
    /// confidential (machine-id(5)).
    pub fn agent_id(&self) -> String {
        let host = self.id.as_deref().unwrap_or(&self.name);
        Uuid::new_v5(&NAMESPACE, format!("agent\0{host}").as_bytes()).to_string()
    }

    /// Names a process for good: stable from fork to exit and across exec, and safe against reuse of
    /// its pid. The start time counts in hundredths of a second, as /proc/PID/stat shows it, so that a
    /// process found there gets the same name.
    pub fn entity_id(&self, tgid: u32, start_boottime_ns: u64) -> String {
        const TICK_NS: u64 = 10_000_000;
        let seed = format!("process\0{}\0{tgid}\0{}", self.boot.id, start_boottime_ns / TICK_NS);
        Uuid::new_v5(&NAMESPACE, seed.as_bytes()).to_string()
    }

    /// Names one event.
    pub fn document_id(&self, tgid: u32, ktime_ns: u64) -> String {
        let seed = format!("event\0{}\0{tgid}\0{ktime_ns}", self.boot.id);
        Uuid::new_v5(&NAMESPACE, seed.as_bytes()).to_string()
    }
}

/// Names one alert of a rule, by the events that it is about.
pub fn alert_id(rule: &str, events: &[String]) -> String {
    let seed = format!("alert\0{rule}\0{}", events.join("\0"));
    Uuid::new_v5(&NAMESPACE, seed.as_bytes()).to_string()
}

/// The kernel's id of this boot; the same in every namespace.
fn boot_id() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    first_line(&text).unwrap_or_default()
}

/// The first line of a text, without blanks around it; none when it is empty.
fn first_line(text: &str) -> Option<String> {
    text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)
}

/// A value of os-release, without its quotes.
fn release_value(text: &str, key: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
    let value = value.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn host() -> Host {
        Host {
            name: "node-1".to_owned(),
            hostname: "node-1".to_owned(),
            architecture: "x86_64".to_owned(),
            id: Some("0123".to_owned()),
            boot: Boot { id: "b007".to_owned() },
            os: Os { kind: "linux", kernel: "6.18".to_owned(), name: None, version: None, full: None },
        }
    }

    #[test]
    fn a_process_keeps_its_entity_id_within_a_tick_and_no_longer() {
        let host = host();
        assert_eq!(host.entity_id(7, 1_000_000_001), host.entity_id(7, 1_009_999_999));
        assert_ne!(host.entity_id(7, 1_000_000_000), host.entity_id(7, 1_010_000_000));
        assert_ne!(host.entity_id(7, 1_000_000_000), host.entity_id(8, 1_000_000_000));
        let rebooted = Host { boot: Boot { id: "b008".to_owned() }, ..host.clone() };
        assert_ne!(host.entity_id(7, 0), rebooted.entity_id(7, 0));
    }

    #[test]
    fn the_agent_id_does_not_show_the_machine_id() {
        assert!(!host().agent_id().contains("0123"));
        assert_eq!(host().agent_id(), host().agent_id());
    }

    #[test]
    fn what_is_not_below_the_root_is_read_as_the_first_process_sees_it() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("etc")).unwrap();
        std::fs::create_dir_all(root.path().join("proc/1/root/etc")).unwrap();
        std::fs::write(root.path().join("etc/hostname"), "pod\n").unwrap();
        std::fs::write(root.path().join("proc/1/root/etc/machine-id"), "abc\n").unwrap();
        let host = Host::read(root.path(), Some("node-7".to_owned()));
        assert_eq!((host.name.as_str(), host.id.as_deref()), ("node-7", Some("abc")));
        assert_eq!(Host::read(root.path(), None).name, "pod");
    }

    #[test]
    fn os_release_values_lose_their_quotes() {
        let text = "PRETTY_NAME=\"Debian GNU/Linux 12\"\nNAME='Debian'\nVERSION_ID=12\nEMPTY=\n";
        assert_eq!(release_value(text, "PRETTY_NAME").as_deref(), Some("Debian GNU/Linux 12"));
        assert_eq!(release_value(text, "NAME").as_deref(), Some("Debian"));
        assert_eq!(release_value(text, "VERSION_ID").as_deref(), Some("12"));
        assert_eq!(release_value(text, "EMPTY"), None);
    }
}
