//! Starting other programs: with an environment that the cargo around us has not coloured, and with errors that
//! carry the whole command. Decides nothing about which programs.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::support::paths;

/// Variables that `cargo run` sets for the program it starts. A cargo started from here must not see them: it would
/// take them for the user's wishes (RUSTUP_TOOLCHAIN) or hand them on to build scripts.
const SET_BY_CARGO_RUN: &[&str] = &[
    "CARGO",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PRIMARY_PACKAGE",
    "OUT_DIR",
    "RUST_RECURSION_COUNT",
    "RUSTUP_TOOLCHAIN_SOURCE",
];

/// What chooses or colours a compiler. Meant for the user's own toolchain; poison for a second one.
const CHOOSES_A_COMPILER: &[&str] = &[
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
];

/// Cargo as the user started it, with the same toolchain, in the repository.
pub(crate) fn users_cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    clean(&mut command, is_set_by_cargo_run);
    command.current_dir(paths::root());
    // A relative one is meant from where the user stands.
    if env::var_os("CARGO_TARGET_DIR").is_some()
        && let Ok(target_dir) = paths::target_dir()
    {
        command.env("CARGO_TARGET_DIR", target_dir);
    }
    command
}

/// A cargo of another toolchain, which must see nothing of the user's choice of compiler.
pub(crate) fn other_cargo(cargo: &Path) -> Command {
    let mut command = Command::new(cargo);
    clean(&mut command, |name| is_set_by_cargo_run(name) || chooses_a_compiler(name));
    // An empty value switches off a wrapper that the user's cargo configuration may name.
    command.env("RUSTC_WRAPPER", "");
    command.current_dir(paths::root());
    command
}

fn clean(command: &mut Command, drop: impl Fn(&str) -> bool) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(&drop) {
            command.env_remove(&name);
        }
    }
    // rustup and cargo prepend the folders of their own shared libraries; another compiler must not load those.
    if let Some(value) = env::var_os("LD_LIBRARY_PATH") {
        match without_rust_folders(&value) {
            Some(rest) => command.env("LD_LIBRARY_PATH", rest),
            None => command.env_remove("LD_LIBRARY_PATH"),
        };
    }
}

fn is_set_by_cargo_run(name: &str) -> bool {
    SET_BY_CARGO_RUN.contains(&name) || name.starts_with("CARGO_PKG_")
}

fn chooses_a_compiler(name: &str) -> bool {
    CHOOSES_A_COMPILER.contains(&name)
        || ["CARGO_BUILD_", "CARGO_TARGET_", "CARGO_PROFILE_"].iter().any(|prefix| name.starts_with(prefix))
}

/// The search path without folders of Rust toolchains and target directories; `None` when nothing is left.
fn without_rust_folders(value: &OsStr) -> Option<OsString> {
    let is_rust = |dir: &Path| {
        let text = dir.as_os_str().as_bytes();
        [&b"/toolchains/"[..], b"/rustlib/", b"/debug", b"/release"]
            .iter()
            .any(|part| text.windows(part.len()).any(|window| window == *part))
    };
    let rest: Vec<PathBuf> =
        env::split_paths(value).filter(|dir| !dir.as_os_str().is_empty() && !is_rust(dir)).collect();
    if rest.is_empty() { None } else { env::join_paths(rest).ok() }
}

/// Runs a command with our own stdin, stdout and stderr; anything but success is an error that names it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs a command and returns its stdout; `None` when it cannot be started or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as one could type it.
fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// The first executable of that name on PATH or in the system folders, which a user's PATH often lacks.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/bin", "/bin"].iter().map(PathBuf::from))
        .map(|dir| dir.join(name))
        .find(|file| {
            file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_outer_cargo_sets_is_taken_away_and_what_the_user_sets_stays() {
        assert!(is_set_by_cargo_run("CARGO"));
        assert!(is_set_by_cargo_run("CARGO_PKG_VERSION_MAJOR"));
        assert!(!is_set_by_cargo_run("CARGO_HOME"));
        assert!(!is_set_by_cargo_run("CARGO_TARGET_DIR"));
        assert!(!is_set_by_cargo_run("CARGO_NET_OFFLINE"));
    }

    #[test]
    fn another_toolchain_sees_no_choice_of_compiler_but_keeps_registry_settings() {
        assert!(chooses_a_compiler("RUSTUP_TOOLCHAIN"));
        assert!(chooses_a_compiler("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"));
        assert!(chooses_a_compiler("CARGO_PROFILE_RELEASE_DEBUG"));
        assert!(!chooses_a_compiler("CARGO_REGISTRIES_CRATES_IO_INDEX"));
        assert!(!chooses_a_compiler("CARGO_HTTP_CAINFO"));
        assert!(!chooses_a_compiler("RUSTUP_HOME"));
    }

    #[test]
    fn library_folders_of_rust_are_dropped_and_others_kept_in_order() {
        let value = OsString::from("/r/toolchains/stable/lib:/opt/a:/clone/target/debug/deps::/opt/b");
        assert_eq!(without_rust_folders(&value), Some(OsString::from("/opt/a:/opt/b")));
        assert_eq!(without_rust_folders(OsStr::new("/r/toolchains/stable/lib")), None);
    }

    #[test]
    fn a_failing_command_is_named_with_its_arguments() {
        let error = run(Command::new("false").arg("--really")).unwrap_err().to_string();
        assert!(error.starts_with("`false --really` failed"), "{error}");
    }

    #[test]
    fn which_finds_programs_and_not_folders() {
        assert!(which("sh").is_some());
        assert!(which("no-such-program-here").is_none());
    }
}
