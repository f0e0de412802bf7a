//! The commands that need no kernel: one file each, with its part of the command line.
//!
//! They print results to standard output and leave messages and exit codes to the caller. A reader that has seen enough
//! and closes its end (`| head`) is no error.

pub mod input;
pub mod output;
pub mod query;
pub mod replay;
pub mod rules;
