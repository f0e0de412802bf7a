//! What hullwatch's kernel program and its user side say to each other, declared once for both.
//!
//! The kernel side ([`hullwatch-ebpf`]) writes these records into a BPF ring buffer; the user side
//! (`hullwatch`) reads them as bytes and checks them before it believes them. Nothing here decides,
//! allocates or does input and output: integers, byte arrays, and tables of constants.
//!
//! ```text
//! one ring record:   | RecordHeader | fixed part of its kind | variable data, `used_bytes` in all | unused room |
//! ```
//!
//! A record reserves one of a few constant sizes (the verifier wants constants), so bytes after
//! `used_bytes` are whatever the ring held before and mean nothing.
#![no_std]

pub mod cgroup;
pub mod counter;
pub mod exec;
pub mod layout;
pub mod record;
pub mod ring;
