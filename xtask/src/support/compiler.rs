//! The compiler of the kernel side: one that can build `core` for bpfel-unknown-none, that is, one with its own standard
//! library's sources and with unstable features (a nightly, or RUSTC_BOOTSTRAP=1). Two ways lead there: rustup's
//! nightly with rust-src, and Debian's rustc-web with rust-web-src. Never installs a toolchain that was not there; adds
//! rust-src to a nightly that is. Called by setup and build.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::support::command::{output, run, which};
use crate::support::say::say;
use crate::support::{apt, linker};

/// What Cargo.toml names as rust-version.
const OLDEST_RELEASE: (u32, u32) = (1, 89);

/// Debian's names for: compiler, cargo, sources of the standard library.
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

/// A compiler that can build the kernel side.
#[derive(Debug)]
pub(crate) struct Compiler {
    /// For messages: which one it is.
    pub(crate) label: String,
    pub(crate) rustc: PathBuf,
    pub(crate) cargo: PathBuf,
    pub(crate) version: Version,
}

/// What `rustc -vV` says, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) release: (u32, u32),
    pub(crate) nightly: bool,
    pub(crate) llvm_major: u32,
}

impl Version {
    /// Reads the output of `rustc -vV`; `None` when it is not that.
    fn parse(text: &str) -> Option<Self> {
        let field = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
        };
        let release = field("release")?;
        let mut numbers = release.split(['.', '-']).map(str::parse::<u32>);
        Some(Self {
            release: (numbers.next()?.ok()?, numbers.next()?.ok()?),
            nightly: release.contains("-nightly") || release.contains("-dev"),
            llvm_major: field("LLVM version")?.split('.').next()?.parse().ok()?,
        })
    }

    /// Why this version will not do; `None` when it will.
    fn unfit(&self) -> Option<String> {
        if self.release < OLDEST_RELEASE {
            return Some(format!(
                "Rust {}.{} is older than {}.{}",
                self.release.0, self.release.1, OLDEST_RELEASE.0, OLDEST_RELEASE.1
            ));
        }
        if !linker::LLVM_MAJORS.contains(&self.llvm_major) {
            return Some(format!(
                "its LLVM is {}, and bpf-linker {} knows {} to {}",
                self.llvm_major,
                linker::VERSION,
                linker::LLVM_MAJORS.start(),
                linker::LLVM_MAJORS.end()
            ));
        }
        None
    }
}

/// The compiler to use, if one is there already. Starts a few programs, touches no network.
pub(crate) fn find() -> Option<Compiler> {
    nightlies()
        .into_iter()
        .map(|(name, dir)| candidate(&format!("rustup's {name}"), &dir, &dir.join("bin")))
        .chain([candidate("the system's own Rust", Path::new("/usr"), Path::new("/usr/bin"))])
        .find_map(Result::ok)
}

/// The compiler to use; fetches what is missing where that is possible.
pub(crate) fn find_or_install() -> Result<Compiler> {
    if let Some(compiler) = find() {
        return Ok(compiler);
    }
    for (name, _) in nightlies() {
        say(format_args!("adding rust-src to rustup's {name}, to build the kernel side"));
        // Without a network rustup may try for long; two minutes are plenty for 3 MB.
        let added = run(Command::new("timeout").args([
            "120",
            "rustup",
            "component",
            "add",
            "rust-src",
            "--toolchain",
            &name,
        ]));
        match (added, find()) {
            (Ok(()), Some(compiler)) => return Ok(compiler),
            (Ok(()), None) => {
                say(format_args!("{name} has rust-src now, but will not do: {}", why_unfit(&name)));
            }
            (Err(error), _) => say(format_args!("that did not work: {error:#}")),
        }
    }
    if which("apt-get").is_some() {
        apt::install(DEBIAN_PACKAGES, "a Rust that can build the kernel side")?;
        if let Some(compiler) = find() {
            return Ok(compiler);
        }
    }
    bail!(
        "no Rust here can build the kernel side: it takes a nightly with the component rust-src \
         (`rustup toolchain install nightly --profile minimal --component rust-src`) or, on Debian, `{}`",
        DEBIAN_PACKAGES.join(" ")
    )
}

fn why_unfit(name: &str) -> String {
    nightlies()
        .into_iter()
        .find(|(other, _)| other == name)
        .map(|(_, dir)| candidate(name, &dir, &dir.join("bin")))
        .and_then(Result::err)
        .unwrap_or_else(|| "it is gone".to_owned())
}

/// The toolchain in this folder as a compiler, or why it is none.
fn candidate(label: &str, sysroot: &Path, bin: &Path) -> Result<Compiler, String> {
    let (rustc, cargo) = (bin.join("rustc"), bin.join("cargo"));
    if !rustc.is_file() || !cargo.is_file() {
        return Err("it has no rustc and cargo".to_owned());
    }
    if !sysroot.join("lib/rustlib/src/rust/library/core/Cargo.toml").is_file() {
        return Err("it lacks the sources of the standard library (rust-src)".to_owned());
    }
    let text = output(Command::new(&rustc).arg("-vV")).ok_or("its rustc does not run")?;
    let version = Version::parse(&text).ok_or("its rustc does not say its version")?;
    if let Some(reason) = version.unfit() {
        Err(reason)
    } else {
        let label =
            format!("{label} ({}.{}, LLVM {})", version.release.0, version.release.1, version.llvm_major);
        Ok(Compiler { label, rustc, cargo, version })
    }
}

/// rustup's nightly toolchains, by name and folder; none where there is no rustup.
fn nightlies() -> Vec<(String, PathBuf)> {
    which("rustup")
        .and_then(|rustup| output(Command::new(rustup).args(["toolchain", "list", "-v"])))
        .map(|list| parse_nightlies(&list))
        .unwrap_or_default()
}

/// Lines look like `nightly-x86_64-unknown-linux-gnu (active, default) /home/a/.rustup/toolchains/nightly-...`.
fn parse_nightlies(list: &str) -> Vec<(String, PathBuf)> {
    list.lines()
        .filter_map(|line| {
            let name = line.split_whitespace().next().filter(|name| name.starts_with("nightly"))?;
            let folder = line.find(" /").or_else(|| line.find("\t/"))?;
            Some((name.to_owned(), PathBuf::from(line.get(folder + 1..)?.trim_end())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: &str = "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)\nbinary: rustc\n\
        commit-hash: ac68\ncommit-date: 2026-05-25\nhost: x86_64-unknown-linux-gnu\nrelease: 1.96.0\nLLVM version: 22.1.8\n";

    #[test]
    fn a_stable_compiler_says_release_and_llvm() {
        let expected = Version { release: (1, 96), nightly: false, llvm_major: 22 };
        assert_eq!(Version::parse(DEBIAN), Some(expected));
    }

    #[test]
    fn a_nightly_is_known_by_its_release() {
        let text = DEBIAN.replace("release: 1.96.0", "release: 1.97.0-nightly");
        assert_eq!(
            Version::parse(&text).map(|version| (version.release, version.nightly)),
            Some(((1, 97), true))
        );
    }

    #[test]
    fn an_output_without_llvm_is_no_version() {
        assert_eq!(Version::parse("rustc 1.96.0\nrelease: 1.96.0\n"), None);
        assert_eq!(Version::parse(""), None);
        assert_eq!(Version::parse(&DEBIAN.replace("22.1.8", "unknown")), None);
    }

    #[test]
    fn an_old_release_and_an_unknown_llvm_are_refused_with_the_reason() {
        let old = Version { release: (1, 88), nightly: true, llvm_major: 22 };
        assert!(old.unfit().is_some_and(|reason| reason.contains("older than 1.89")));
        let new = Version { release: (2, 0), nightly: true, llvm_major: 99 };
        assert!(new.unfit().is_some_and(|reason| reason.contains("LLVM is 99")));
        let good = Version { release: (1, 97), nightly: true, llvm_major: 22 };
        assert_eq!(good.unfit(), None);
    }

    #[test]
    fn only_nightlies_are_taken_from_rustups_list() {
        let list = "stable-x86_64-unknown-linux-gnu (active, default) /r/toolchains/stable\n\
            nightly-x86_64-unknown-linux-gnu /r/tool chains/nightly\n\
            nightly-2026-05-01 (override)\t/r/dated\nno toolchains\n";
        let expected = [
            ("nightly-x86_64-unknown-linux-gnu".to_owned(), PathBuf::from("/r/tool chains/nightly")),
            ("nightly-2026-05-01".to_owned(), PathBuf::from("/r/dated")),
        ];
        assert_eq!(parse_nightlies(list), expected);
    }

    #[test]
    fn a_folder_without_a_compiler_is_no_candidate() {
        assert!(candidate("x", Path::new("/nonexistent"), Path::new("/nonexistent/bin")).is_err());
    }
}
