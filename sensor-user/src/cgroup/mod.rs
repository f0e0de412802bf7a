//! From a process's cgroup to its container: [`path`] reads a path, [`runtime`] looks up on disk what a
//! path alone cannot tell, and [`table`] remembers the answer once per cgroup.

pub mod path;
pub mod runtime;
pub mod table;
