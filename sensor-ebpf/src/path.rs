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
use hullwatch_common::{exec::flags, layout::Slot};

/// Steps of a walk, mount points crossed included. Deeper paths are cut at their beginning.
const MAX_STEPS: u32 = 256;

/// What a step returns to `bpf_loop`.
const GO_ON: c_long = 0;
/// See above.
const STOP: c_long = 1;

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
    /// `vfsmount.mnt_root` of the mount the walk is in.
    mount_root: u64,
    strings: Strings<LIMIT>,
    /// `EXE_CUT` until the walk ends otherwise.
    flags: u32,
    kernel: &'a mut Kernel,
}

/// Writes the path behind what `strings` holds already. Returns the record's flags for how the walk ended:
/// none at the process's root, `EXE_PSEUDO` at a dentry that hangs in no tree (a memfd or the like; its
/// name was written), `EXE_CUT` for want of room or steps.
#[inline(always)]
pub(crate) fn write<const LIMIT: u64>(
    kernel: &mut Kernel,
    strings: Strings<LIMIT>,
    walk: &Walk,
) -> (Strings<LIMIT>, u32) {
    let mount_root = kernel.field(walk.vfsmount, Slot::VfsmountRoot);
    let mut state = State { walk: *walk, mount_root, strings, flags: flags::EXE_CUT, kernel };
    // SAFETY: the callback has the signature that bpf_loop() wants, and the state outlives the call.
    unsafe {
        bpf_loop(MAX_STEPS, step::<LIMIT> as *mut c_void, (&raw mut state).cast(), 0);
    }
    (state.strings, state.flags)
}

/// One step: writes a component, or crosses to the mount below.
///
/// # Safety
///
/// `state` must be the `State` that [`write`] handed to `bpf_loop`.
unsafe extern "C" fn step<const LIMIT: u64>(_index: u64, state: *mut c_void) -> c_long {
    let state: *mut State<'_, LIMIT> = state.cast();
    // SAFETY: the caller upholds it, and nothing else refers to the state while the loop runs.
    let State { walk, mount_root, strings, flags: ended, kernel } = unsafe { &mut *state };
    if walk.dentry == walk.root_dentry && walk.vfsmount == walk.root_vfsmount {
        *ended = 0;
        return STOP;
    }
    if walk.dentry == *mount_root {
        let mount = Kernel::container(walk.vfsmount, Slot::MountVfsmount);
        let [above, mountpoint] = kernel.pair(mount, Slot::MountParent, Slot::MountMountpoint);
        if above == mount {
            // The root of the mount namespace: the file lies outside the process's own root.
            *ended = 0;
            return STOP;
        }
        walk.dentry = mountpoint;
        walk.vfsmount = Kernel::address(above, Slot::MountVfsmount);
        *mount_root = kernel.field(walk.vfsmount, Slot::VfsmountRoot);
        return GO_ON;
    }
    let [parent, name] = kernel.parent_and_name(walk.dentry);
    if !strings.append(kernel, name) {
        return STOP;
    }
    if parent == walk.dentry {
        *ended = flags::EXE_PSEUDO;
        return STOP;
    }
    walk.dentry = parent;
    GO_ON
}
