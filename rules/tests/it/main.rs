//! The crate from outside: rule files and events in, matches and refusals out.
//!
//! One binary, one module a subject. Nothing here looks inside the crate.

#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "helpers of tests fail by panicking, as tests do"
    )
)]

mod bundled;
mod event;
mod functions;
mod loader;
mod own_tables;
mod published;
mod refusals;
mod same;
mod semantics;
mod set;
