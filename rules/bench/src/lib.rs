//! What the benchmarks of the rule engine run on: a stream of execs, rules like those of the published packs, and the
//! tool-installation rule written by hand.
//!
//! Everything is drawn by a generator with a fixed seed, so that two runs measure the same.

pub mod events;
pub mod handwritten;
pub mod random;
pub mod rules;

pub use events::Exec;
