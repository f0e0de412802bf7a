//! The cgroups of a process, in both hierarchies, and their paths, each sent once.

use crate::{
    counters::count,
    kernel::{Kernel, v1_subsys},
    path::{GO_ON, STOP},
    ring::{self, Reservation},
    strings::Strings,
};
use aya_ebpf::{
    EbpfContext,
    cty::c_long,
    helpers::generated::{bpf_ktime_get_boot_ns, bpf_loop},
    macros::map,
    maps::LruHashMap,
};
use aya_log_ebpf::debug;
use core::ffi::c_void;
use hullwatch_common::{
    cgroup::{CgroupKey, CgroupRecord, HIERARCHY_V1, HIERARCHY_V2, PATH_BYTES, RECORD_BYTES},
    counter::Counter,
    layout::Slot,
    record::{RecordHeader, RecordKind, WIRE_VERSION},
    ring::SENT_CGROUPS_ENTRIES,
};

/// Cgroups whose path the reader has been given. The user side removes the keys it forgets.
#[map]
static SENT_CGROUPS: LruHashMap<CgroupKey, u8> = LruHashMap::with_max_entries(SENT_CGROUPS_ENTRIES, 0);

/// Components of a path at the most; deeper ones are cut at their beginning.
const MAX_DEPTH: u32 = 64;

/// The ids of a process's cgroups; 0 for a hierarchy that is not in use.
pub(crate) struct Ids {
    /// In the v2 hierarchy.
    pub(crate) v2: u64,
    /// In the v1 hierarchy of the chosen controller.
    pub(crate) v1: u64,
}

/// Finds the process's cgroups and sends their paths if the reader does not know them yet.
#[inline(always)]
pub(crate) fn announce<C: EbpfContext>(context: &C, kernel: &mut Kernel, task: u64) -> Ids {
    let css_set: u64 = kernel.field(task, Slot::TaskCgroups);
    let v2: u64 = kernel.field(css_set, Slot::CssSetDefaultCgroup);
    let v2 = send(context, kernel, v2, HIERARCHY_V2);
    let mut v1 = 0;
    if let Some(index) = v1_subsys() {
        let subsys = Kernel::address(css_set, Slot::CssSetSubsys);
        let css: u64 = kernel.word(subsys.wrapping_add(u64::from(index) * 8));
        let cgroup: u64 = kernel.field(css, Slot::CssCgroup);
        v1 = send(context, kernel, cgroup, HIERARCHY_V1);
    }
    Ids { v2, v1 }
}

/// Sends one cgroup's path unless that was done before. Returns its id.
#[inline(never)]
fn send<C: EbpfContext>(context: &C, kernel: &mut Kernel, cgroup: u64, hierarchy: u64) -> u64 {
    let node: u64 = kernel.field(cgroup, Slot::CgroupKn);
    let id: u64 = kernel.field(node, Slot::KernfsId);
    let key = CgroupKey { id, hierarchy };
    if SENT_CGROUPS.get_ptr(key).is_some() {
        return id;
    }
    let Some(reservation) = ring::reserve::<{ RECORD_BYTES / 8 }>() else {
        count(Counter::CgroupNoRoom);
        debug!(context, "no room in the ring for the path of cgroup {}", id);
        return id;
    };
    fill(kernel, reservation, node, key);
    debug!(context, "sent the path of cgroup {} (hierarchy v{})", id, hierarchy);
    // Only now: an exec on another CPU that finds the key may rely on the path being in the ring
    // before its own record. A full map replaces its oldest key, so this fails only for want of
    // memory, and then the path is sent again.
    let _ = SENT_CGROUPS.insert(key, 1, 0);
    id
}

/// Writes the record and commits it.
#[inline(always)]
fn fill(kernel: &mut Kernel, mut reservation: Reservation<{ RECORD_BYTES / 8 }>, node: u64, key: CgroupKey) {
    let start = reservation.start();
    // SAFETY: the reservation is aligned, and RECORD_BYTES has room for one component more than
    // PATH_BYTES.
    let strings = unsafe { Strings::new(start, size_of::<CgroupRecord>()) };
    let mut state = State { node, strings, whole: 0, kernel };
    // SAFETY: the callback has the signature that bpf_loop() wants, and the state outlives the call.
    unsafe {
        bpf_loop(MAX_DEPTH, step as *mut c_void, (&raw mut state).cast(), 0);
    }
    if state.whole == 0 {
        count(Counter::CgroupPathCut);
    }
    let path_bytes = state.strings.used() as u32;
    let record = CgroupRecord {
        header: RecordHeader {
            kind: RecordKind::Cgroup as u16,
            version: WIRE_VERSION,
            used_bytes: size_of::<CgroupRecord>() as u32 + path_bytes,
            // SAFETY: the helper takes nothing and only reads a clock.
            ktime_ns: unsafe { bpf_ktime_get_boot_ns() },
        },
        key,
        path_bytes,
        cut: u32::from(state.whole == 0),
    };
    // SAFETY: the reservation is 8-byte aligned and longer than the struct.
    unsafe { start.cast::<CgroupRecord>().write(record) };
    reservation.commit();
}

/// What the steps share.
struct State<'a> {
    node: u64,
    strings: Strings<{ PATH_BYTES as u64 }>,
    /// 1 once the root was reached.
    whole: u64,
    kernel: &'a mut Kernel,
}

/// One step upwards: writes a node's name, unless it is the hierarchy's root, which has none.
///
/// # Safety
///
/// `state` must be the `State` that [`fill`] handed to `bpf_loop`.
unsafe extern "C" fn step(_index: u64, state: *mut c_void) -> c_long {
    let state: *mut State<'_> = state.cast();
    // SAFETY: the caller upholds it, and nothing else refers to the state while the loop runs.
    let State { node, strings, whole, kernel } = unsafe { &mut *state };
    let parent: u64 = kernel.field(*node, Slot::KernfsParent);
    if parent == 0 {
        *whole = 1;
        return STOP;
    }
    let name: u64 = kernel.field(*node, Slot::KernfsName);
    if !strings.append(kernel, name) {
        return STOP;
    }
    *node = parent;
    GO_ON
}
