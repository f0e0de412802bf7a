//! A program that ends with status 0 and does nothing else: no C runtime, no heap, no relocation, so that the cost of
//! running it is the kernel's exec and nothing of its own. `exec-storm` runs it, and the tests copy it under the
//! names of package managers where only the exec matters. It refuses to look at its arguments.
#![no_std]
#![no_main]

#[cfg(target_arch = "x86_64")]
core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "mov $60, %eax",
    "xor %edi, %edi",
    "syscall",
    options(att_syntax)
);

#[cfg(target_arch = "aarch64")]
core::arch::global_asm!(".globl _start", "_start:", "mov x8, #93", "mov x0, #0", "svc #0");

/// Never called: nothing here can panic. The language wants one all the same.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
