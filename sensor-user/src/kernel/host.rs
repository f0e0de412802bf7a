//! What this host offers and forbids, checked before anything is loaded, so that a refusal of the
//! kernel is explained in the operator's terms and not in those of `bpf(2)`.

use procfs::{Current, process::Process};
use std::fs;

/// Bits of /proc/PID/status:CapEff, from include/uapi/linux/capability.h.
const CAP_SYS_ADMIN: u64 = 1 << 21;
const CAP_PERFMON: u64 = 1 << 38;
const CAP_BPF: u64 = 1 << 39;

/// Where the lockdown LSM says how far it goes.
const LOCKDOWN: &str = "/sys/kernel/security/lockdown";

/// v1 controllers in the order in which they are worth following: those that container runtimes set
/// up everywhere come first.
const V1_PREFERENCE: [&str; 11] = [
    "memory", "pids", "devices", "freezer", "cpu", "cpuacct", "blkio", "cpuset", "hugetlb", "net_cls",
    "net_prio",
];

/// Why this host does not let a sensor run.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HostError {
    /// Not root, or root without the capabilities.
    #[error(
        "not permitted to load a kernel program: that needs root, or the capabilities CAP_BPF and CAP_PERFMON{}. \
         Run it with sudo; in a container, privileged or with these capabilities added",
        if *root { " (this process is root, but its capabilities were taken away)" } else { "" }
    )]
    NotPermitted {
        /// Whether the effective user id is 0.
        root: bool,
    },
    /// Kernel lockdown forbids what the sensor lives by.
    #[error(
        "the kernel is locked down in confidentiality mode ({LOCKDOWN} says `{state}`), which forbids every \
         program to read kernel memory, and so this sensor to see any process. Boot with lockdown=integrity, \
         or with lockdown=none"
    )]
    LockedDown {
        /// The file's content.
        state: String,
    },
}

/// Checks what must hold before probes can be loaded.
///
/// # Errors
///
/// See [`HostError`]. What cannot be found out is no error: the kernel has the last word.
pub fn check() -> Result<(), HostError> {
    if let Ok(state) = fs::read_to_string(LOCKDOWN) {
        check_lockdown(&state)?;
    }
    if let Ok(status) = Process::myself().and_then(|process| process.status()) {
        check_capabilities(status.capeff, status.euid == 0)?;
    }
    Ok(())
}

/// The file lists all modes and puts the one in force into brackets.
fn check_lockdown(state: &str) -> Result<(), HostError> {
    if state.contains("[confidentiality]") {
        return Err(HostError::LockedDown { state: state.trim().to_owned() });
    }
    Ok(())
}

fn check_capabilities(effective: u64, root: bool) -> Result<(), HostError> {
    let both = CAP_BPF | CAP_PERFMON;
    if effective & CAP_SYS_ADMIN != 0 || effective & both == both {
        return Ok(());
    }
    Err(HostError::NotPermitted { root })
}

/// The v1 controller whose hierarchy tells containers apart, by name; none on a pure v2 host.
pub fn v1_controller() -> Option<&'static str> {
    let controllers = procfs::CGroupControllers::current().ok()?;
    let in_v1 = |name: &str| {
        controllers
            .0
            .iter()
            .any(|controller| controller.name == name && controller.hierarchy != 0 && controller.enabled)
    };
    V1_PREFERENCE.into_iter().find(|name| in_v1(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidentiality_is_refused_and_quoted() {
        let error = check_lockdown("none integrity [confidentiality]\n").unwrap_err();
        assert!(error.to_string().contains("`none integrity [confidentiality]`"), "{error}");
    }

    #[test]
    fn the_milder_modes_are_fine() {
        assert_eq!(check_lockdown("none [integrity] confidentiality\n"), Ok(()));
        assert_eq!(check_lockdown("[none] integrity confidentiality\n"), Ok(()));
    }

    #[test]
    fn bpf_and_perfmon_together_are_enough_and_neither_is_alone() {
        assert_eq!(check_capabilities(CAP_BPF | CAP_PERFMON, false), Ok(()));
        assert_eq!(check_capabilities(CAP_SYS_ADMIN, true), Ok(()));
        assert_eq!(check_capabilities(CAP_BPF, false), Err(HostError::NotPermitted { root: false }));
        assert_eq!(check_capabilities(CAP_PERFMON, true), Err(HostError::NotPermitted { root: true }));
    }
}
