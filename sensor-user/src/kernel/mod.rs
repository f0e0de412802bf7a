//! Everything that touches the running kernel: what it offers, how its structures are laid out, and
//! the probes loaded into it. What the probes report is read elsewhere ([`crate::source`]).

pub mod btf;
pub mod host;
pub mod layout;
pub mod probes;
