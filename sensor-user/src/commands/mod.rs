//! The commands that need no kernel: each in a file of its own, with what it takes on the command line beside it.

pub mod rules;
