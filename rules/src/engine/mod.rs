//! The engine: rules evaluated on a stream of events, with what some of them remember from one event to the next.
//!
//! - [`Engine`] is a rule set at work.
//! - `index` finds the rules that an event could match: `require` works out what a condition requires, `literals` looks
//!   it up, `stages` makes entries of sequences and samples.
//! - `sequence`, `sample`: how an event moves a pending match on; [`Memory`] keeps them by tuple of join values.
//! - `dedup` holds equal alerts back.
//! - `store` bounds all that is remembered; [`Limits`] says how much that is, [`EngineLosses`] what did not fit.
//!
//! It has no clock: time is the events' own, or what the caller says it is.

mod alert;
mod dedup;
#[expect(clippy::module_inception, reason = "the file of the type that the module is named for")]
mod engine;
mod index;
mod inside;
mod key;
mod limits;
mod literals;
mod memory;
mod require;
mod sample;
mod sequence;
mod shape;
mod stages;
mod store;
#[cfg(test)]
mod tests;
mod time;

pub use alert::{Alert, Evidence, Output, Summary};
pub use dedup::Held;
pub use engine::Engine;
pub(crate) use index::Index;
pub use key::KeyBuffer;
pub use limits::{EngineLosses, Limits, Retained};
pub use memory::{Hit, Memory, SWEEP};
pub use sequence::{Marks, Match};
pub use shape::Shape;
pub use time::EventTime;
