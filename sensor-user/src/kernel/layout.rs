//! Resolves the layout table against a kernel's BTF.
//!
//! The rows are in [`hullwatch_common::layout`]; what each slot means to the probe is its business.
//! A row that does not resolve stops the start with a message that names it: a probe that read at a
//! guessed offset would report garbage as truth.

use super::btf::{Btf, BtfError};
use hullwatch_common::layout::{ROW_COUNT, ROWS, Row, V1_NONE};
use std::{fs, io, path::Path, path::PathBuf};

/// Where kernels with `CONFIG_DEBUG_INFO_BTF` keep their own BTF.
pub const KERNEL_BTF: &str = "/sys/kernel/btf/vmlinux";

/// The enum that numbers the cgroup controllers.
const CONTROLLERS: &str = "cgroup_subsys_id";

/// Why a kernel's layout is not known. Each message is complete: it holds its cause, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// The file cannot be read.
    #[error("cannot read the kernel's type information (BTF) at {path}: {cause}. {}", hint(path))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file is something else.
    #[error("{path} is not usable as the kernel's type information (BTF): {cause}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: BtfError,
    },
    /// A field that the probe needs is not there.
    #[error(
        "this kernel's type information has no field {structure}.{field}, which the probe reads. \
         If {path} belongs to the running kernel, hullwatch does not know this kernel yet: please report it with `uname -r`"
    )]
    MissingField {
        /// The structure.
        structure: &'static str,
        /// The field, by its newest name.
        field: &'static str,
        /// Which file.
        path: PathBuf,
    },
}

fn hint(path: &Path) -> &'static str {
    if path == Path::new(KERNEL_BTF) {
        "The kernel must be built with CONFIG_DEBUG_INFO_BTF=y (every current distribution's is); for one \
         without, give a BTF file made for exactly this kernel with --btf PATH"
    } else {
        "Give the BTF file made for exactly this kernel, or leave --btf away to use the kernel's own"
    }
}

/// What the probe must know of the running kernel.
#[derive(Debug)]
pub struct Layout {
    /// Offsets by slot.
    pub offsets: [u32; ROW_COUNT],
    btf: Btf,
}

impl Layout {
    /// Reads and resolves a BTF file.
    ///
    /// # Errors
    ///
    /// See [`LayoutError`].
    pub fn read(path: &Path) -> Result<Self, LayoutError> {
        let data =
            fs::read(path).map_err(|cause| LayoutError::Unreadable { path: path.to_owned(), cause })?;
        Self::resolve(data, path)
    }

    /// Resolves BTF that came from `path`.
    fn resolve(data: Vec<u8>, path: &Path) -> Result<Self, LayoutError> {
        let mut wanted: Vec<&str> = ROWS.iter().map(|row| row.structure).collect();
        wanted.push(CONTROLLERS);
        wanted.dedup();
        let btf = Btf::index(data, &wanted)
            .map_err(|cause| LayoutError::Malformed { path: path.to_owned(), cause })?;
        let mut offsets = [0; ROW_COUNT];
        for (place, row) in offsets.iter_mut().zip(ROWS) {
            *place = offset(&btf, row).ok_or_else(|| LayoutError::MissingField {
                structure: row.structure,
                field: row.fields.first().copied().unwrap_or_default(),
                path: path.to_owned(),
            })?;
        }
        Ok(Self { offsets, btf })
    }

    /// The index of a v1 controller in `css_set.subsys`, by the name that /proc/cgroups gives it;
    /// [`V1_NONE`] when this kernel does not have it.
    pub fn controller(&self, name: &str) -> u32 {
        // The one controller whose name in the file system differs from that in the source.
        let name = if name == "blkio" { "io" } else { name };
        self.btf.enumerator(CONTROLLERS, &format!("{name}_cgrp_id")).unwrap_or(V1_NONE)
    }
}

fn offset(btf: &Btf, row: &Row) -> Option<u32> {
    row.fields.iter().find_map(|field| btf.member_offset(row.structure, field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hullwatch_common::layout::Slot;

    #[test]
    fn slots_are_the_rows_indices() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.slot as usize, index, "{}.{:?}", row.structure, row.fields);
        }
    }

    #[test]
    fn every_row_resolves_on_the_running_kernel() {
        let layout = Layout::read(Path::new(KERNEL_BTF)).unwrap();
        assert_ne!(layout.offsets[Slot::TaskTgid as usize], 0);
        assert_ne!(layout.controller("cpu"), V1_NONE);
    }

    #[test]
    fn a_missing_row_is_named() {
        // The kernel's BTF with one structure's name damaged.
        let mut data = fs::read(KERNEL_BTF).unwrap();
        let at = data.windows(14).position(|window| window == b"\0linux_binprm\0").unwrap();
        data[at + 1] = b'X';
        let error = Layout::resolve(data, Path::new("some.btf")).unwrap_err().to_string();
        assert!(error.contains("linux_binprm.filename"), "{error}");
    }

    #[test]
    fn an_unreadable_file_says_what_to_do() {
        let error = Layout::read(Path::new("/nonexistent/btf")).unwrap_err().to_string();
        assert!(error.contains("/nonexistent/btf") && error.contains("--btf"), "{error}");
    }
}
