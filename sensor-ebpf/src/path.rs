//! Writes a file's path as the process sees it: components leaf first, each with its NUL.
//!
//! `bpf_d_path` is not allowed in tracepoints, so this walks dentries and mounts as `prepend_path()`
//! in fs/d_path.c does, without its locks: a rename at the same instant can give a mixture of the
//! old and the new path, as it can for every reader of /proc/PID/exe a moment later.
//!
//! The walk is a `bpf_loop` (kernel 5.17), whose body the verifier checks once. As a plain loop it
//! is checked step by step, for every size class again: 200,000 instructions and half a second.

use crate::{kernel::Kernel, strings::Strings};
use aya_ebpf::{cty::c_long, helpers::generated::bpf_loop};
use core::ffi::c_void;
use hullwatch_common::layout::Slot;

/// Steps of a walk, mount points crossed included. Deeper paths are cut at their beginning.
const MAX_STEPS: u32 = 256;

/// What a step returns to `bpf_loop`.
pub(crate) const GO_ON: c_long = 0;
/// See above.
pub(crate) const STOP: c_long = 1;

/// How a walk ended.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Outcome {
    /// At the process's root.
    Whole,
    /// At a dentry that hangs in no tree: a memfd or the like. Its name was written.
    Pseudo,
    /// For want of room or of steps.
    Cut,
}

/// Where a path starts and where it ends.
#[derive(Clone, Copy)]
pub(crate) struct Walk {
    /// `struct path.dentry` of the file.
    pub(crate) dentry: u64,
    /// `struct path.mnt` of the file.
    pub(crate) vfsmount: u64,
    /// The same two of the process's root.
    pub(crate) root_dentry: u64,
    /// See above.
    pub(crate) root_vfsmount: u64,
}

/// What the steps share.
struct State<'a, const LIMIT: u64> {
    walk: Walk,
    strings: Strings<LIMIT>,
    outcome: Outcome,
    kernel: &'a mut Kernel,
}

/// Writes the path behind what `strings` holds already.
#[inline(always)]
pub(crate) fn write<const LIMIT: u64>(
    kernel: &mut Kernel,
    strings: Strings<LIMIT>,
    walk: &Walk,
) -> (Strings<LIMIT>, Outcome) {
    let mut state = State { walk: *walk, strings, outcome: Outcome::Cut, kernel };
    // SAFETY: the callback has the signature that bpf_loop() wants, and the state outlives the call.
    unsafe {
        bpf_loop(MAX_STEPS, step::<LIMIT> as *mut c_void, (&raw mut state).cast(), 0);
    }
    (state.strings, state.outcome)
}

/// One step: writes a component, or crosses to the mount above.
///
/// # Safety
///
/// `state` must be the `State` that [`write`] handed to `bpf_loop`.
unsafe extern "C" fn step<const LIMIT: u64>(_index: u64, state: *mut c_void) -> c_long {
    let state: *mut State<'_, LIMIT> = state.cast();
    // SAFETY: the caller upholds it, and nothing else refers to the state while the loop runs.
    let State { walk, strings, outcome, kernel } = unsafe { &mut *state };
    if walk.dentry == walk.root_dentry && walk.vfsmount == walk.root_vfsmount {
        *outcome = Outcome::Whole;
        return STOP;
    }
    let mount_root: u64 = kernel.field(walk.vfsmount, Slot::VfsmountRoot);
    if walk.dentry == mount_root {
        let mount = Kernel::container(walk.vfsmount, Slot::MountVfsmount);
        let above: u64 = kernel.field(mount, Slot::MountParent);
        if above == mount {
            // The root of the mount namespace: the file lies outside the process's own root.
            *outcome = Outcome::Whole;
            return STOP;
        }
        walk.dentry = kernel.field(mount, Slot::MountMountpoint);
        walk.vfsmount = Kernel::address(above, Slot::MountVfsmount);
        return GO_ON;
    }
    let name: u64 = kernel.field(walk.dentry, Slot::DentryName);
    if !strings.append(kernel, name) {
        return STOP;
    }
    let parent: u64 = kernel.field(walk.dentry, Slot::DentryParent);
    if parent == walk.dentry {
        *outcome = Outcome::Pseudo;
        return STOP;
    }
    walk.dentry = parent;
    GO_ON
}
