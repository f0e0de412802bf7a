//! hullwatch's user side: reads the kernel program's records, finds out what they are about, evaluates
//! rules on them, and writes alerts.
//!
//! ```text
//! kernel ─ring─▶ source ─bytes─▶ decode ─record─▶ event (+ cgroup, identity, clock) ─view─▶ rules ─match─▶ document ─▶ sink
//! ```
//!
//! [`sensor::run`] puts it together. ARCHITECTURE.md walks one exec through it.

pub mod alerting;
pub mod cgroup;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod decode;
pub mod document;
pub mod event;
pub mod identity;
pub mod kernel;
pub mod losses;
pub mod pipeline;
pub mod reload;
pub mod replay;
pub mod rule_files;
pub mod sensor;
pub mod sink;
pub mod source;
pub mod terminal;
pub mod text;
