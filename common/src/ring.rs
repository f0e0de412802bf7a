//! Names and values of the maps that both sides use.

/// The ring buffer of records.
pub const EVENTS_MAP: &str = "EVENTS";
/// The reader's state, one `u32`.
pub const READER_MAP: &str = "READER";
/// Value of the reader's state: it waits on the ring's file descriptor and wants to be woken.
pub const SLEEPING: u32 = 1;
/// The per-CPU array of [`crate::counter::Counter`]s.
pub const COUNTS_MAP: &str = "COUNTS";
/// The cgroups whose path has been sent, by [`crate::cgroup::CgroupKey`].
pub const SENT_CGROUPS_MAP: &str = "SENT_CGROUPS";
/// How many cgroups that map remembers; the least recently used one is forgotten first, and its
/// path sent again when it is met again.
pub const SENT_CGROUPS_ENTRIES: u32 = 16384;
