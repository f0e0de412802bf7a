//! The record that gives a cgroup its path. It comes once per cgroup, before the first event that
//! names the cgroup's id, so that events need to carry only the id.

use crate::record::RecordHeader;

/// The path of one cgroup. Behind the struct lie its components, leaf first, each with its NUL; the
/// root of a hierarchy has none.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    feature = "user",
    derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout, zerocopy::Immutable)
)]
pub struct CgroupRecord {
    /// Kind, version, size and time.
    pub header: RecordHeader,
    /// Which cgroup.
    pub key: CgroupKey,
    /// Bytes of the path in this record, NULs included.
    pub path_bytes: u32,
    /// 1 when the path's beginning was cut.
    pub cut: u32,
}

const _: () = assert!(size_of::<CgroupRecord>() == 40);

/// What a cgroup is called in records: ids are unique only within their hierarchy.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "user",
    derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout, zerocopy::Immutable)
)]
pub struct CgroupKey {
    /// `kernfs_node.id`
    pub id: u64,
    /// [`HIERARCHY_V2`] or [`HIERARCHY_V1`]; 64 bits wide so that the struct has no padding.
    pub hierarchy: u64,
}

/// The one v2 hierarchy.
pub const HIERARCHY_V2: u64 = 2;
/// The v1 hierarchy that the user side chose (see [`crate::layout::V1_NONE`]).
pub const HIERARCHY_V1: u64 = 1;

/// Room for a path's components.
pub const PATH_BYTES: usize = 3072;
/// The longest name in a directory, and so of a component, its NUL included.
pub const COMPONENT_BYTES: usize = 256;
/// What a cgroup record takes from the ring: a component may start at the last byte of the path's
/// room, as the verifier sees it.
pub const RECORD_BYTES: usize = size_of::<CgroupRecord>() + PATH_BYTES + COMPONENT_BYTES;

const _: () = assert!(RECORD_BYTES.is_multiple_of(8));
