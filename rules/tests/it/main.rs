//! The crate from outside: rule files and events in, matches and refusals out.
//!
//! One binary, one module a subject. Nothing here looks inside the crate.

mod bundled;
mod event;
mod published;
mod refusals;
mod semantics;
mod set;
