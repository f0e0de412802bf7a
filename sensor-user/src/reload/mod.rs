//! Rules are loaded again while the sensor runs: when their files change, and on SIGHUP.
//!
//! ```text
//! files change ─▶ watch ─┐
//! SIGHUP ────────────────┴▶ thread: settle ─▶ read ─▶ build ─▶ decide ── Outcome ─▶ sensor's loop: swap
//! ```
//!
//! Everything that takes time happens on a thread of its own. The sensor's loop gets a finished set, or the
//! reasons why there is none, and takes it between two events. This module never swaps anything itself.

mod decide;
mod settle;
mod watch;

pub use decide::{Baseline, Cause, Failed, Failure, Outcome, Reloaded};

use self::watch::Watch;
use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::mpsc as tokio_mpsc;

/// No change for so long, and what is being written is taken to be whole.
const QUIET: Duration = Duration::from_millis(200);
/// After so long a look is taken although the files go on changing.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How often a look is taken where the system cannot tell of every change.
const POLL: Duration = Duration::from_secs(2);

/// Why the thread wakes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trigger {
    /// Something changed at or near the rule files.
    Changed,
    /// Somebody asked for it.
    Asked,
}

/// The sensor's end of it.
#[derive(Debug)]
pub struct Reloads {
    asks: Sender<Trigger>,
    outcomes: tokio_mpsc::Receiver<Outcome>,
}

impl Reloads {
    /// Starts to watch `paths`; nothing is watched when there is none, as with the bundled rules.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub fn start(paths: Vec<PathBuf>, baseline: Baseline) -> std::io::Result<Self> {
        let (asks, triggers) = channel();
        // One at a time: the next set is not made before the last one has been taken.
        let (sender, outcomes) = tokio_mpsc::channel(1);
        thread::Builder::new().name("rules".to_owned()).spawn({
            let changes = asks.clone();
            move || Loader { paths, baseline, last_seen: None }.run(&triggers, changes, &sender)
        })?;
        Ok(Self { asks, outcomes })
    }

    /// Has the rules loaded again, changed or not.
    pub fn ask(&self) {
        // The thread ends only when this end is gone.
        let _ = self.asks.send(Trigger::Asked);
    }

    /// The next outcome; waits for ever when there is none. May be dropped half-way.
    pub async fn next(&mut self) -> Outcome {
        match self.outcomes.recv().await {
            Some(outcome) => outcome,
            None => std::future::pending().await,
        }
    }
}

/// The thread's state.
struct Loader {
    paths: Vec<PathBuf>,
    /// What runs.
    baseline: Baseline,
    /// What the files were like when they were last looked at.
    last_seen: Option<u64>,
}

impl Loader {
    fn run(
        mut self,
        triggers: &Receiver<Trigger>,
        changes: Sender<Trigger>,
        outcomes: &tokio_mpsc::Sender<Outcome>,
    ) {
        let mut watch = Watch::new(changes);
        watch.renew(&self.paths);
        // What changed between the start and the watch is not to be missed.
        self.last_seen = Some(self.baseline.seen());
        let mut first = !self.paths.is_empty();
        loop {
            let cause = match if first { Some(Trigger::Changed) } else { wait(triggers, watch.is_whole()) } {
                Some(Trigger::Changed) if first => Cause::Files,
                Some(Trigger::Changed) => quiet(triggers),
                Some(Trigger::Asked) => Cause::Signal,
                None => return,
            };
            first = false;
            if cause == Cause::Signal {
                // Whatever was asked for until now is answered by the look that follows.
                while triggers.try_recv().is_ok() {}
            }
            watch.renew(&self.paths);
            if let Some(outcome) = self.look(cause)
                && outcomes.blocking_send(outcome).is_err()
            {
                return;
            }
        }
    }

    /// Loads what there is. None when nobody asked and nothing differs from the last look.
    fn look(&mut self, cause: Cause) -> Option<Outcome> {
        let found = settle::read(&self.paths);
        let seen = settle::digest(&found);
        if cause == Cause::Files && self.last_seen == Some(seen) {
            return None;
        }
        self.last_seen = Some(seen);
        Some(self.baseline.decide(found, cause))
    }
}

/// The next trigger. Where not everything can be watched, time is one too. None when the sensor is gone.
fn wait(triggers: &Receiver<Trigger>, whole: bool) -> Option<Trigger> {
    if whole {
        return triggers.recv().ok();
    }
    match triggers.recv_timeout(POLL) {
        Ok(trigger) => Some(trigger),
        Err(RecvTimeoutError::Timeout) => Some(Trigger::Changed),
        Err(RecvTimeoutError::Disconnected) => None,
    }
}

/// Returns when nothing has changed for a while, or when somebody asks.
fn quiet(triggers: &Receiver<Trigger>) -> Cause {
    let start = Instant::now();
    while start.elapsed() < LONGEST_WAIT {
        match triggers.recv_timeout(QUIET) {
            Ok(Trigger::Changed) => {}
            Ok(Trigger::Asked) => return Cause::Signal,
            Err(_) => break,
        }
    }
    Cause::Files
}

#[cfg(test)]
mod tests;
