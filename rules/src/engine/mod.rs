//! The engine: rules evaluated on a stream of events, with what some of them remember from one event to the next.
//!
//! - `sequence`, `sample`: how an event moves a pending match on; `memory` keeps them by tuple of join values.
//! - `store`: what bounds all that is remembered. `limits`: how much that is, and what is counted when it is too little.
//!
//! It has no clock: time is the events' own, or what the caller says it is.

mod key;
mod limits;
mod memory;
mod sample;
mod sequence;
mod shape;
mod store;
#[cfg(test)]
mod tests;
mod time;

pub use key::KeyBuffer;
pub use limits::{EngineLosses, Limits, Retained};
pub use memory::{Hit, Memory, SWEEP};
pub use sequence::{Marks, Match};
pub use shape::Shape;
pub use time::EventTime;
