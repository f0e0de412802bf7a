//! Where things are: the repository, its target directory, the per-user cache. Creates nothing.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The triple that user space is built for: glibc, which links statically without a second toolchain.
pub(crate) const HOST_TARGET: &str = concat_target();

const fn concat_target() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" }
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest_dir.parent().map(Path::to_path_buf).unwrap_or(manifest_dir)
}

/// The target directory: the user's own choice, made absolute, or `target` in the repository.
pub(crate) fn target_dir() -> Result<PathBuf> {
    match env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
        Some(dir) => std::path::absolute(dir).context("CARGO_TARGET_DIR names no usable folder"),
        None => Ok(root().join("target")),
    }
}

/// The kernel object that the product embeds.
pub(crate) fn kernel_object(target_dir: &Path) -> PathBuf {
    kernel_output(target_dir, "hullwatch-ebpf")
}

/// The empty probe at the same hook, which benchmarks compare with.
pub(crate) fn floor_object(target_dir: &Path) -> PathBuf {
    kernel_output(target_dir, "floor")
}

fn kernel_output(target_dir: &Path, name: &str) -> PathBuf {
    target_dir.join("ebpf/bpfel-unknown-none/release").join(name)
}

/// The static release binary.
pub(crate) fn sensor(target_dir: &Path) -> PathBuf {
    target_dir.join(HOST_TARGET).join("release/hullwatch")
}

/// The per-user cache, which outlives clones: `$XDG_CACHE_HOME/hullwatch` or `~/.cache/hullwatch`.
pub(crate) fn cache() -> Result<PathBuf> {
    let base =
        cache_base(env::var_os("XDG_CACHE_HOME").map(PathBuf::from), env::var_os("HOME").map(PathBuf::from));
    Ok(base
        .context("neither XDG_CACHE_HOME nor HOME is set: set one, so that built tools can be kept")?
        .join("hullwatch"))
}

/// The XDG specification: a relative or empty XDG_CACHE_HOME is to be ignored.
fn cache_base(xdg: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    xdg.filter(|dir| dir.is_absolute())
        .or_else(|| home.filter(|dir| dir.is_absolute()).map(|dir| dir.join(".cache")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(xdg: Option<&str>, home: Option<&str>) -> Option<PathBuf> {
        cache_base(xdg.map(PathBuf::from), home.map(PathBuf::from))
    }

    #[test]
    fn the_cache_is_where_xdg_says() {
        assert_eq!(base(Some("/x"), Some("/home/a")), Some("/x".into()));
    }

    #[test]
    fn without_a_usable_xdg_value_the_cache_is_below_home() {
        for xdg in [None, Some(""), Some("relative/dir")] {
            assert_eq!(base(xdg, Some("/home/a")), Some("/home/a/.cache".into()));
        }
    }

    #[test]
    fn without_home_there_is_no_cache_rather_than_one_in_the_working_directory() {
        assert_eq!(base(None, None), None);
        assert_eq!(base(None, Some("")), None);
    }

    #[test]
    fn the_root_holds_the_workspace_manifest() {
        assert!(root().join("Cargo.toml").is_file());
        assert!(root().join("xtask").is_dir());
    }
}
