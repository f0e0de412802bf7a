//! Loads the kernel program and hands out what it shares with this side: ring, reader state, counters,
//! and the set of cgroups whose path was sent.
//!
//! Owns the attachment: dropping [`Probes`] detaches and unloads.

use super::layout::Layout;
use aya::{
    Ebpf, EbpfError, EbpfLoader, VerifierLogLevel,
    maps::{Array, HashMap, MapData, MapError, PerCpuArray, RingBuf},
    programs::{ProgramError, RawTracePoint},
};
use hullwatch_common::{
    cgroup::CgroupKey,
    layout::{OFFSETS_GLOBAL, V1_SUBSYS_GLOBAL},
    ring::{COUNTS_MAP, EVENTS_MAP, READER_MAP, SENT_CGROUPS_MAP},
};

/// The object, aligned as ELF wants it; empty in a build without one.
static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/kernel-object"));

/// The program's name in the object, and the tracepoint it goes to.
const PROGRAM: &str = "hullwatch_exec";
const TRACEPOINT: &str = "sched_process_exec";

/// What to do when a kernel refuses the program.
const HELP: &str = "hullwatch needs Linux 5.17 or later with BPF and its tracepoints; if this kernel is one, please \
                    report this message with `uname -r`";

/// Why probes are not running.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// This binary carries the stub.
    #[error("this binary was built without its kernel program; build it with `cargo xtask build`")]
    Stub,
    /// The kernel or aya refused the object. The text is complete: errors of aya repeat their causes.
    #[error("the kernel did not take hullwatch's program: {0}. {HELP}")]
    Load(String),
    /// The kernel's verifier refused the program, or the hook is missing. With what the verifier said.
    #[error("the kernel did not take hullwatch's program at {TRACEPOINT}: {0}\n{HELP}")]
    Attach(String),
    /// A map is not what it should be.
    #[error("a map of the kernel program cannot be used")]
    Map(#[from] MapError),
    /// The object lacks something this side expects: object and binary are from different trees.
    #[error(
        "the kernel program has no `{0}`: it does not belong to this binary; build both with `cargo xtask build`"
    )]
    Foreign(&'static str),
}

impl From<EbpfError> for ProbeError {
    fn from(error: EbpfError) -> Self {
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        Self::Load(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }
}

impl From<ProgramError> for ProbeError {
    fn from(error: ProgramError) -> Self {
        Self::Attach(first_and_last_lines(&error))
    }
}

/// A verifier log may be thousands of lines long; what matters stands at both ends.
fn first_and_last_lines(error: &ProgramError) -> String {
    let text = match error {
        ProgramError::LoadError { io_error, verifier_log } => format!("{io_error}\n{verifier_log}"),
        other => other.to_string(),
    };
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= 24 {
        return text;
    }
    let (head, tail) =
        (lines.get(..4).unwrap_or_default(), lines.get(lines.len() - 20..).unwrap_or_default());
    format!("{}\n[...]\n{}", head.join("\n"), tail.join("\n"))
}

/// How to set the kernel side up.
#[derive(Clone, Copy, Debug)]
pub struct ProbeOptions {
    /// Size of the ring buffer, a power of two and at least a page.
    pub ring_bytes: u32,
    /// Index of the v1 controller to follow, or [`hullwatch_common::layout::V1_NONE`].
    pub v1_subsys: u32,
    /// How much the kernel program logs: [`aya_log::Level`] as a number, 0 for nothing.
    pub log_level: u8,
}

/// A loaded, attached kernel program.
#[derive(Debug)]
pub struct Probes {
    /// Holds programs and links.
    ebpf: Ebpf,
}

/// The kernel side's counters, one set a CPU.
pub type Counts = PerCpuArray<MapData, u64>;

/// The reader's state, for the program to see.
pub type ReaderState = Array<MapData, u32>;

/// The ring of records.
pub type Ring = RingBuf<MapData>;

/// The cgroups whose path the program has sent: two words a key, as [`CgroupKey`].
pub type SentCgroups = HashMap<MapData, [u64; 2], u8>;

/// A [`CgroupKey`] as the map wants it: aya's `Pod` cannot be implemented for a foreign type.
pub fn sent_cgroup_key(key: CgroupKey) -> [u64; 2] {
    zerocopy::transmute!(key)
}

impl Probes {
    /// Loads the program into the kernel; nothing runs yet.
    ///
    /// # Errors
    ///
    /// See [`ProbeError`].
    pub fn load(layout: &Layout, options: ProbeOptions) -> Result<Self, ProbeError> {
        if OBJECT.is_empty() {
            return Err(ProbeError::Stub);
        }
        let mut ebpf = EbpfLoader::new()
            // The object has no CO-RE relocations, so aya need not keep the kernel's BTF.
            .btf(None)
            .verifier_log_level(VerifierLogLevel::default())
            .override_global(OFFSETS_GLOBAL, &layout.offsets[..], true)
            .override_global(V1_SUBSYS_GLOBAL, &options.v1_subsys, true)
            .override_global(aya_log::LEVEL, &options.log_level, true)
            .map_max_entries(EVENTS_MAP, options.ring_bytes)
            .load(OBJECT)?;
        program(&mut ebpf)?.load()?;
        Ok(Self { ebpf })
    }

    /// Attaches the program: from here on every exec makes a record.
    ///
    /// # Errors
    ///
    /// When the kernel has no such tracepoint or refuses.
    pub fn attach(&mut self) -> Result<(), ProbeError> {
        program(&mut self.ebpf)?.attach(TRACEPOINT)?;
        Ok(())
    }

    /// How many instructions the kernel's verifier followed before it took the program. It gives up at a
    /// million, and older kernels follow more of the same program than newer ones.
    pub fn verified_instructions(&mut self) -> Option<u32> {
        program(&mut self.ebpf).ok()?.info().ok()?.verified_instruction_count()
    }

    /// Detaches the program; what is in the ring stays there.
    pub fn detach(&mut self) {
        if let Ok(program) = program(&mut self.ebpf) {
            // Unloading drops the link. It fails only if the program is not loaded.
            let _ = program.unload();
        }
    }

    /// The ring of records. Can be taken once, as each of the following.
    ///
    /// # Errors
    ///
    /// When it was taken, or is not there.
    pub fn take_ring(&mut self) -> Result<Ring, ProbeError> {
        Ok(RingBuf::try_from(self.take(EVENTS_MAP)?)?)
    }

    /// The reader's state.
    ///
    /// # Errors
    ///
    /// As [`Self::take_ring`].
    pub fn take_reader_state(&mut self) -> Result<ReaderState, ProbeError> {
        Ok(Array::try_from(self.take(READER_MAP)?)?)
    }

    /// The counters.
    ///
    /// # Errors
    ///
    /// As [`Self::take_ring`].
    pub fn take_counts(&mut self) -> Result<Counts, ProbeError> {
        Ok(PerCpuArray::try_from(self.take(COUNTS_MAP)?)?)
    }

    /// The cgroups whose path was sent.
    ///
    /// # Errors
    ///
    /// As [`Self::take_ring`].
    pub fn take_sent_cgroups(&mut self) -> Result<SentCgroups, ProbeError> {
        Ok(HashMap::try_from(self.take(SENT_CGROUPS_MAP)?)?)
    }

    /// The kernel program's own log, routed into the `log` crate and from there into tracing.
    ///
    /// # Errors
    ///
    /// When its map is not there.
    pub fn take_log(&mut self) -> Result<aya_log::EbpfLogger<&'static dyn log::Log>, aya_log::Error> {
        aya_log::EbpfLogger::init(&mut self.ebpf)
    }

    fn take(&mut self, name: &'static str) -> Result<aya::maps::Map, ProbeError> {
        self.ebpf.take_map(name).ok_or(ProbeError::Foreign(name))
    }
}

fn program(ebpf: &mut Ebpf) -> Result<&mut RawTracePoint, ProbeError> {
    let program = ebpf.program_mut(PROGRAM).ok_or(ProbeError::Foreign(PROGRAM))?;
    Ok(program.try_into()?)
}
