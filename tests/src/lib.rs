//! Harness of hullwatch's end-to-end tests: it starts the real sensor, makes real containers, terminals and control
//! groups for it to watch, and ends every one of them again. It knows the sensor only from outside (its command line
//! and its documents), links none of its crates, and refuses to run without root or without the binary that
//! `HULLWATCH_BIN` names: a test that cannot run fails, it is not skipped. The tests are in `tests/`.

pub mod scratch;

pub mod command;
pub mod document;
pub mod escape;
pub mod lines;
pub mod sensor;
pub mod summary;

pub mod cgroup;
pub mod control;
pub mod fake_container;
pub mod terminal;

pub mod container;
pub mod docker;
pub mod rootfs;
pub mod runc;

pub mod argv;
pub mod leftovers;
pub mod rule_file;
pub mod turn;
