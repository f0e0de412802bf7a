//! bpf-linker, built against the LLVM of the compiler that feeds it: bitcode of one LLVM major is not another's.
//! Kept in the per-user cache, one folder a pair of versions, because a build takes minutes. An interrupted build is
//! never taken as done: it happens beside, and is renamed into place. Called by setup and build.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context as _, Result, bail};

use crate::support::command::{other_cargo, output, run, users_cargo, which};
use crate::support::compiler::Compiler;
use crate::support::say::say;
use crate::support::{apt, paths};

/// The version that goes with this aya.
pub(crate) const VERSION: &str = "0.13.0";

/// The LLVM majors that this version has a feature for.
pub(crate) const LLVM_MAJORS: RangeInclusive<u32> = 21..=23;

/// Where the linker for this LLVM major is kept, below the cache.
fn folder_name(llvm_major: u32) -> String {
    format!("bpf-linker-{VERSION}-llvm{llvm_major}")
}

/// The linker's folder for PATH, if the linker is there and runs.
pub(crate) fn find(compiler: &Compiler) -> Result<Option<PathBuf>> {
    let bin = paths::cache()?.join(folder_name(compiler.version.llvm_major)).join("bin");
    // It is linked against a shared LLVM, which may be gone since: only running it tells.
    let runs = output(Command::new(bin.join("bpf-linker")).arg("--version"))
        .is_some_and(|text| text.trim() == format!("bpf-linker {VERSION}"));
    Ok(runs.then_some(bin))
}

/// The linker's folder for PATH; builds the linker when it is missing.
pub(crate) fn find_or_install(compiler: &Compiler) -> Result<PathBuf> {
    if let Some(bin) = find(compiler)? {
        return Ok(bin);
    }
    let major = compiler.version.llvm_major;
    let llvm = llvm_prefix(major)?;
    let cache = paths::cache()?;
    fs::create_dir_all(&cache).with_context(|| format!("cannot create {}", cache.display()))?;
    remove_abandoned(&cache);
    let place = cache.join(folder_name(major));
    let partial = cache.join(format!("{}{PARTIAL}{}", folder_name(major), process::id()));
    say(format_args!(
        "building bpf-linker {VERSION} against LLVM {major} (once per user, one to five minutes)"
    ));
    let built = install(&partial, major, &llvm)
        .and_then(|()| put_in_place(&partial, &place))
        .with_context(|| format!("cannot build bpf-linker {VERSION} against {}", llvm.display()));
    let _ = fs::remove_dir_all(&partial);
    built?;
    match find(compiler)? {
        Some(bin) => Ok(bin),
        None => {
            bail!("bpf-linker was built but does not run: see `{}/bin/bpf-linker --version`", place.display())
        }
    }
}

/// Marks a folder in which a build goes on; the builder's process id follows.
const PARTIAL: &str = ".partial-";

fn install(root: &Path, major: u32, llvm: &Path) -> Result<()> {
    // The user's cargo without the user's flags: a workspace's RUSTFLAGS have no business in a host tool.
    let mut command = other_cargo(Path::new(users_cargo().get_program()));
    if let Some(toolchain) = env::var_os("RUSTUP_TOOLCHAIN") {
        command.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    command
        .args([
            "install",
            "bpf-linker",
            "--locked",
            "--version",
            VERSION,
            "--no-default-features",
            "--features",
        ])
        .arg(format!("llvm-{major}"))
        .arg("--root")
        .arg(root)
        .arg("--target-dir")
        .arg(root.join("target"))
        .env("LLVM_PREFIX", llvm)
        // cargo warns when the folder it installs to is not on PATH.
        .env("PATH", prepend_to_path(&root.join("bin")));
    run(&mut command)?;
    fs::remove_dir_all(root.join("target")).context("cannot remove the build's intermediate files")
}

/// Moves a finished build into place. Someone else may have been faster: then theirs stays, if it is whole.
fn put_in_place(partial: &Path, place: &Path) -> Result<()> {
    if fs::rename(partial, place).is_ok() {
        return Ok(());
    }
    // What stands there did not run when we began; should it be another's fresh build, ours is as good.
    fs::remove_dir_all(place).with_context(|| format!("cannot replace {}", place.display()))?;
    fs::rename(partial, place).with_context(|| format!("cannot move the build to {}", place.display()))
}

/// Removes what builds left that were killed: their folder names a process that is no more.
fn remove_abandoned(cache: &Path) {
    for entry in fs::read_dir(cache).into_iter().flatten().flatten() {
        if let Some(pid) = builder_of(&entry.file_name().to_string_lossy())
            && !Path::new("/proc").join(pid.to_string()).exists()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn builder_of(folder: &str) -> Option<u32> {
    folder.strip_prefix("bpf-linker-")?.split_once(PARTIAL)?.1.parse().ok()
}

/// PATH with one folder before all others.
pub(crate) fn prepend_to_path(dir: &Path) -> OsString {
    let mut path = dir.as_os_str().to_owned();
    if let Some(rest) = env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}

/// An LLVM of that major with headers: what LLVM_PREFIX names, else where distributions keep it, else from Debian.
fn llvm_prefix(major: u32) -> Result<PathBuf> {
    if let Some(prefix) = env::var_os("LLVM_PREFIX").map(PathBuf::from) {
        if llvm_major_of(&prefix) != Some(major) {
            bail!("LLVM_PREFIX is {}, which holds no LLVM {major} with its llvm-config", prefix.display());
        }
        return Ok(prefix);
    }
    let debian = PathBuf::from(format!("/usr/lib/llvm-{major}"));
    if which("apt-get").is_some() {
        let wanted = [
            format!("llvm-{major}-dev"),
            format!("libpolly-{major}-dev"),
            "libzstd-dev".into(),
            "zlib1g-dev".into(),
        ];
        let missing = apt::missing(&wanted.each_ref().map(String::as_str));
        if !missing.is_empty() {
            apt::install(&missing, &format!("bpf-linker needs LLVM {major}, the compiler's own")).with_context(|| {
                format!("if this release of Debian has no llvm-{major}-dev, install LLVM {major} with headers and set LLVM_PREFIX")
            })?;
        }
        return Ok(debian);
    }
    [debian, format!("/usr/lib64/llvm{major}").into(), format!("/usr/lib/llvm/{major}").into(), "/usr".into()]
        .into_iter()
        .find(|prefix| llvm_major_of(prefix) == Some(major))
        .with_context(|| format!("no LLVM {major} with headers here: install it (and zlib, zstd) and set LLVM_PREFIX to its folder"))
}

fn llvm_major_of(prefix: &Path) -> Option<u32> {
    output(Command::new(prefix.join("bin/llvm-config")).arg("--version"))
        .as_deref()
        .and_then(parse_llvm_major)
}

fn parse_llvm_major(version: &str) -> Option<u32> {
    version.trim().split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_versions_has_its_own_folder() {
        assert_eq!(folder_name(22), "bpf-linker-0.13.0-llvm22");
        assert_ne!(folder_name(22), folder_name(23));
    }

    #[test]
    fn llvm_configs_answer_is_read_to_its_major() {
        assert_eq!(parse_llvm_major("22.1.8\n"), Some(22));
        assert_eq!(parse_llvm_major("23.0.0git"), Some(23));
        assert_eq!(parse_llvm_major("not found"), None);
    }

    #[test]
    fn only_folders_of_unfinished_builds_name_a_builder() {
        assert_eq!(builder_of("bpf-linker-0.13.0-llvm22.partial-4711"), Some(4711));
        assert_eq!(builder_of("bpf-linker-0.13.0-llvm22"), None);
        assert_eq!(builder_of("debian-root.partial-4711"), None);
    }

    #[test]
    fn a_finished_build_replaces_a_broken_one() {
        let dir = env::temp_dir().join(format!("xtask-linker-{}", process::id()));
        let (partial, place) = (dir.join("partial"), dir.join("place"));
        fs::create_dir_all(partial.join("bin")).unwrap();
        fs::create_dir_all(place.join("broken")).unwrap();
        put_in_place(&partial, &place).unwrap();
        let (new, old, rest) = (place.join("bin").exists(), place.join("broken").exists(), partial.exists());
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!((new, old, rest), (true, false, false));
    }
}
