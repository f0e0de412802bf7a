//! An empty program at the hook of the exec probe: what any tracer there pays before it does
//! anything. Loaded by `cargo xtask bench` only; the product does not contain it.
#![no_std]
#![no_main]

use aya_ebpf::{macros::raw_tracepoint, programs::RawTracePointContext};

/// Does nothing.
#[raw_tracepoint(tracepoint = "sched_process_exec")]
pub(crate) fn floor(_context: RawTracePointContext) -> i32 {
    0
}

/// The licence under which the kernel loads this object.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
pub(crate) static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";

#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
