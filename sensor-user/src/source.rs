//! Reads records from the ring, and decides when to look.
//!
//! A wake-up by the kernel is dear, so it is asked for only when there is nothing to do:
//!
//! ```text
//!            found some                     found none
//!   Busy ───────────────▶ Busy     Busy ─────────────────▶ Armed     (tells the probe: I sleep)
//!   looks again after LOOK_AGAIN             Armed looks once more at once, because a record may have
//!                                            come before the probe knew; then it waits to be woken
//! ```
//!
//! No record waits longer than [`LOOK_AGAIN`] and the timer's granularity of a millisecond. The other
//! half of the protocol, and why nothing falls between them, is in sensor-ebpf/src/ring.rs.

use crate::kernel::probes::{ReaderState, Ring};
use aya::maps::MapError;
use hullwatch_common::ring::SLEEPING;
use std::{
    io,
    os::fd::{AsFd, AsRawFd},
    time::Duration,
};
use tokio::io::{Interest, unix::AsyncFd};

/// How long the reader lets records gather while there are any.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Records taken in one go, before signals and timers get their turn.
pub const BATCH: usize = 4096;

/// Why the ring cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The ring's descriptor cannot be waited on.
    #[error("cannot wait for records of the kernel program")]
    Wait(#[from] io::Error),
    /// The probe cannot be told that the reader sleeps.
    #[error("cannot tell the kernel program that its reader sleeps")]
    State(#[from] MapError),
}

/// Has the runtime watch a descriptor for something to read. Must be called inside a tokio runtime.
///
/// # Errors
///
/// When the runtime cannot watch it.
pub(crate) fn watch<T: AsFd + AsRawFd>(owner: T) -> io::Result<AsyncFd<T>> {
    // SAFETY: the descriptor stays open and the same as long as the runtime watches it: its owner,
    // which vouches for it by AsFd, moves into what is returned and is not replaced there.
    let watched = unsafe { AsyncFd::register_with_interest(owner, Interest::READABLE) };
    watched.map_err(io::Error::from)
}

/// Where the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There may be more.
    Busy,
    /// The last look found nothing.
    Idle,
    /// The probe knows that the reader sleeps.
    Armed,
}

/// The reader's end of the ring.
pub struct Source {
    ring: AsyncFd<Ring>,
    reader: ReaderState,
    state: State,
    /// The last look ended for having taken a whole batch.
    more: bool,
}

impl Source {
    /// A reader of this ring. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the descriptor cannot be registered.
    pub fn new(ring: Ring, reader: ReaderState) -> Result<Self, SourceError> {
        let ring = watch(ring)?;
        Ok(Self { ring, reader, state: State::Busy, more: true })
    }

    /// Hands over the records there are, up to a batch, and returns how many those were. The bytes
    /// are the ring's own: they are gone when `each` returns.
    pub fn drain(&mut self, mut each: impl FnMut(&[u8])) -> usize {
        let ring = self.ring.get_mut();
        let mut taken = 0;
        while taken < BATCH {
            let Some(record) = ring.next() else { break };
            each(&record);
            taken += 1;
        }
        self.more = taken == BATCH;
        self.state = match self.state {
            _ if taken > 0 => State::Busy,
            State::Busy | State::Idle => State::Idle,
            State::Armed => State::Armed,
        };
        taken
    }

    /// Returns when it is time to [`drain`](Self::drain) again. May be dropped half-way.
    ///
    /// # Errors
    ///
    /// See [`SourceError`].
    pub async fn ready(&mut self) -> Result<(), SourceError> {
        if self.more {
            return Ok(());
        }
        match self.state {
            State::Busy => tokio::time::sleep(LOOK_AGAIN).await,
            State::Idle => {
                // The system call is a full barrier, as the protocol wants.
                self.reader.set(0, SLEEPING, 0)?;
                self.state = State::Armed;
            }
            State::Armed => {
                self.ring.readable().await?.clear_ready();
                // The probe may have taken the wish back; it is renewed when nothing is found.
                self.state = State::Busy;
            }
        }
        Ok(())
    }
}
