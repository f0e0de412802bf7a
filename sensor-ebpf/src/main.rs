//! hullwatch's kernel program: at every successful exec it puts one record into a ring buffer.
//!
//! It captures and does not judge: which exec matters is decided in user space. What it does itself
//! is what only the kernel can do well: read the new image's argv before anybody can change it, name
//! the executable by its inode's path, and see the terminal, the descriptors and the cgroup as they
//! are at that moment.
//!
//! Rules that hold throughout, and why:
//! - Records are built in reserved ring memory, never in a per-CPU scratch map: a program may be
//!   preempted, and another one on the same CPU would write into the same scratch.
//! - Field offsets come from `layout`, resolved against the running kernel's BTF by the user side.
//! - Reserved memory is not zeroed by the kernel: every byte up to `used_bytes` is written here.
//! - No reachable panic: the panic handler loops for ever, which the verifier refuses.
#![no_std]
#![no_main]
#![expect(
    clippy::inline_always,
    reason = "what is a function of its own is the verifier's business: see exec::attempt"
)]
#![expect(
    clippy::cast_possible_truncation,
    reason = "values are bounded before they are narrowed, as the verifier checks"
)]
#![expect(
    clippy::cast_ptr_alignment,
    reason = "ring memory is aligned to 8 bytes, and records have no larger alignment"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "the verifier refuses a program in which an index could be out of bounds"
)]

mod cgroup;
mod counters;
mod exec;
mod kernel;
mod path;
mod ring;
mod strings;
mod terminal;

use aya_ebpf::{macros::raw_tracepoint, programs::RawTracePointContext};

/// Runs in the context of the process that has just become the new program.
///
/// Arguments of the tracepoint (`include/trace/events/sched.h`, unchanged since 3.4): the task, its
/// thread id before the exec, and the `linux_binprm` that led here.
#[raw_tracepoint(tracepoint = "sched_process_exec")]
pub(crate) fn hullwatch_exec(context: RawTracePointContext) -> i32 {
    let task: u64 = context.arg(0);
    let old_tid: i32 = context.arg(1);
    let bprm: u64 = context.arg(2);
    exec::capture(&exec::Arguments { context, task, old_tid: old_tid.cast_unsigned(), bprm });
    0
}

/// The licence under which the kernel loads this object; the helpers it calls are for
/// GPL-compatible programs only.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
pub(crate) static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";

/// Never runs: the verifier refuses a program in which it could.
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
