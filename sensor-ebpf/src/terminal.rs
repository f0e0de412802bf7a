//! The controlling terminal, and what descriptors 0, 1 and 2 are.

use crate::kernel::Kernel;
use hullwatch_common::{exec::FdRecord, layout::Slot};

/// Device of the process's controlling terminal, major << 20 | minor; 0 without one.
///
/// `tty_devnum()` in drivers/tty/tty_io.c computes it the same way.
#[inline(never)]
pub(crate) fn controlling_terminal(kernel: &mut Kernel, task: u64) -> u32 {
    let signal: u64 = kernel.field(task, Slot::TaskSignal);
    let tty: u64 = kernel.field(signal, Slot::SignalTty);
    if tty == 0 {
        return 0;
    }
    let driver: u64 = kernel.field(tty, Slot::TtyDriver);
    let major: u32 = kernel.field(driver, Slot::TtyDriverMajor);
    let first_minor: u32 = kernel.field(driver, Slot::TtyDriverMinorStart);
    let index: u32 = kernel.field(tty, Slot::TtyIndex);
    (major << 20) | first_minor.wrapping_add(index)
}

/// The file behind one descriptor.
///
/// Not inlined, and one word to return: the verifier then sees the same kind of value in the record
/// whether the descriptor is open or not, and follows the code behind once instead of once a case.
#[inline(never)]
fn descriptor_word(kernel: &mut Kernel, table: u64, number: u64) -> u64 {
    // A table never has fewer than 64 places (NR_OPEN_DEFAULT), so 0, 1 and 2 need no bound.
    let file: u64 = kernel.word(table.wrapping_add(number * 8));
    if file == 0 {
        return 0;
    }
    let inode: u64 = kernel.field(file, Slot::FileInode);
    let mode: u16 = kernel.field(inode, Slot::InodeMode);
    let rdev: u32 = kernel.field(inode, Slot::InodeRdev);
    (u64::from(rdev) << 32) | (1 << 16) | u64::from(mode)
}

/// What one of the descriptors 0, 1 and 2 refers to.
#[inline(always)]
pub(crate) fn descriptor(kernel: &mut Kernel, table: u64, number: u64) -> FdRecord {
    FdRecord::from_word(descriptor_word(kernel, table, number))
}

/// Address of the process's array of `struct file *`.
#[inline(always)]
pub(crate) fn descriptor_table(kernel: &mut Kernel, task: u64) -> u64 {
    let files: u64 = kernel.field(task, Slot::TaskFiles);
    let fdtable: u64 = kernel.field(files, Slot::FilesFdt);
    kernel.field(fdtable, Slot::FdtableFd)
}
