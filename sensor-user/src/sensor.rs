//! The sensor as a whole: checks the host, loads the probe, runs the pipeline until it is told to end.

use crate::{
    cgroup::{runtime::RuntimeFiles, table::CgroupTable},
    identity::Host,
    kernel::{
        host::{self, HostError},
        layout::{Layout, LayoutError},
        probes::{ProbeError, ProbeOptions, Probes},
    },
    losses::{Losses, Totals},
    pipeline::{Mode, Outputs, Parts, Pipeline},
    reload::{Outcome, Reloads},
    source::{self, Source, SourceError},
};
use hullwatch_common::layout::V1_NONE;
use jiff::Timestamp;
use std::{
    io,
    path::PathBuf,
    time::{Duration, Instant},
};
use tokio::{
    io::unix::AsyncFd,
    signal::unix::{Signal, SignalKind, signal},
    time::MissedTickBehavior,
};

/// How often the counters of loss and the wall clock are looked at.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// How the sensor is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The kernel's type information.
    pub btf: PathBuf,
    /// Size of the ring in bytes.
    pub ring_bytes: u32,
    /// Where the host's root lies.
    pub host_root: PathBuf,
    /// The host's name, if it is to be another than the host's own.
    pub host_name: Option<String>,
    /// What the kernel program logs, as `aya_log::Level`; 0 for nothing.
    pub kernel_log_level: u8,
}

/// Why the sensor does not run.
#[derive(Debug, thiserror::Error)]
pub enum SensorError {
    /// The host does not allow it.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The kernel's structures are not known.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The probe is not running.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The ring cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Signals or timers are not to be had.
    #[error("cannot set up signals")]
    Signals(#[from] io::Error),
}

/// What a run amounted to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Execs seen.
    pub events_seen: u64,
    /// Alerts raised.
    pub alerts: u64,
    /// What went missing.
    pub totals: Totals,
}

/// Runs until SIGINT or SIGTERM. `what` names what is loaded, for the line that says the sensor is ready. SIGHUP has
/// the rules loaded again where there are `reloads`; else it ends the process, as it does by default.
///
/// # Errors
///
/// See [`SensorError`]. Nothing is left behind in the kernel.
pub async fn run(
    options: &Options,
    mode: Mode,
    mut reloads: Option<Reloads>,
    outputs: Outputs,
    what: &str,
) -> Result<Summary, SensorError> {
    let start = Instant::now();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = reloads.is_some().then(|| signal(SignalKind::hangup())).transpose()?;

    host::check()?;
    let layout = Layout::read(&options.btf)?;
    let v1_controller = host::v1_controller();
    let v1_subsys = v1_controller.map_or(V1_NONE, |name| layout.controller(name));
    let mut probes = Probes::load(
        &layout,
        ProbeOptions { ring_bytes: options.ring_bytes, v1_subsys, log_level: options.kernel_log_level },
    )?;
    drop(layout);
    if let Some(number) = probes.verified_instructions() {
        tracing::debug!("the kernel's verifier followed {number} instructions");
    }
    let mut kernel_log = kernel_log(&mut probes, options.kernel_log_level)?;
    let mut source = Source::new(probes.take_ring()?, probes.take_reader_state()?)?;
    let mut losses = Losses::new(probes.take_counts()?);
    let mut pipeline = Pipeline::new(Parts {
        mode,
        host: Host::read(&options.host_root, options.host_name.clone()),
        cgroups: CgroupTable::new(Box::new(RuntimeFiles::new(&options.host_root))),
        sent_cgroups: probes.take_sent_cgroups()?,
        v1_controller,
        outputs,
    });
    probes.attach()?;
    tracing::info!("ready: {what}, probe attached in {} ms", start.elapsed().as_millis());

    let mut tick = tokio::time::interval(HOUSEKEEPING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut window_start = Timestamp::now();
    loop {
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            _ = tick.tick() => {
                pipeline.follow_clock();
                // Nothing should be waiting; should a wake-up ever be missed, it waits no longer than this.
                // Rules that wait for what must not come must not miss it when it lies in the ring.
                if source.drain(|record| pipeline.take(record)) < source::BATCH {
                    pipeline.advance();
                }
                report_lost(&mut losses, &pipeline, &mut window_start);
            }
            () = next_hang_up(&mut hang_up) => if let Some(reloads) = &reloads {
                reloads.ask();
            },
            outcome = next_reload(&mut reloads) => pipeline.take_reload(outcome),
            log = next_kernel_log(&mut kernel_log) => log?,
            ready = source.ready() => {
                ready?;
                source.drain(|record| pipeline.take(record));
            }
        }
    }

    probes.detach();
    while source.drain(|record| pipeline.take(record)) > 0 {}
    pipeline.finish();
    report_lost(&mut losses, &pipeline, &mut window_start);
    let (events_seen, alerts) = (pipeline.events_seen(), pipeline.counts().alerts);
    let mut own = pipeline.own_counts();
    own.output_dropped = pipeline.close();
    Ok(Summary { events_seen, alerts, totals: losses.totals(own) })
}

/// Writes a document when something was lost since the last time.
fn report_lost(losses: &mut Losses, pipeline: &Pipeline, window_start: &mut Timestamp) {
    let risen = losses.risen(pipeline.own_counts());
    let now = Timestamp::now();
    if !risen.is_empty() {
        pipeline.report_lost(risen, (*window_start, now));
    }
    *window_start = now;
}

/// The next SIGHUP; never, where none is waited for.
async fn next_hang_up(hang_up: &mut Option<Signal>) {
    if let Some(hang_up) = hang_up
        && hang_up.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}

/// What came of the next reload; never, where there are none.
async fn next_reload(reloads: &mut Option<Reloads>) -> Outcome {
    match reloads {
        Some(reloads) => reloads.next().await,
        None => std::future::pending().await,
    }
}

type KernelLog = AsyncFd<aya_log::EbpfLogger<&'static dyn log::Log>>;

/// The kernel program's log, when it is switched on.
fn kernel_log(probes: &mut Probes, level: u8) -> Result<Option<KernelLog>, SensorError> {
    if level == 0 {
        return Ok(None);
    }
    match probes.take_log() {
        Ok(log) => Ok(Some(source::watch(log)?)),
        Err(error) => {
            tracing::warn!("the kernel program's own log is not to be had: {error}");
            Ok(None)
        }
    }
}

/// Passes on what the kernel program logged; waits for ever when its log is off.
async fn next_kernel_log(log: &mut Option<KernelLog>) -> io::Result<()> {
    let Some(log) = log else { return std::future::pending().await };
    let mut guard = log.readable_mut().await?;
    guard.get_inner_mut().flush();
    guard.clear_ready();
    Ok(())
}
