//! Where documents go: standard output or a file, each behind a queue of its own.
//!
//! Whoever writes never waits: a queue is bounded in lines and bytes, and what finds it full is
//! counted as dropped. A sink that fails (full disk, closed pipe) says so once, counts on, and says so
//! again when it works again.

use bytes::Bytes;
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Lines that may wait for one sink.
const QUEUE_LINES: usize = 16_384;
/// Bytes that may wait for one sink. One line more is always let in, so that a line of any size
/// passes an idle sink.
const QUEUE_BYTES: usize = 16 << 20;
/// How long the end of the program waits for a sink to write what is queued.
const DRAIN: Duration = Duration::from_secs(5);

/// A sink as the command line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SinkAddress {
    /// Standard output.
    Stdout,
    /// A file, created with mode 0640 and appended to.
    File(PathBuf),
}

impl FromStr for SinkAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "stdout" => Ok(Self::Stdout),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err(format!("`{text}` is not an output; write `stdout` or `file:PATH`")),
        }
    }
}

/// Why a sink cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// The file cannot be created or appended to.
    #[error(
        "cannot write to {path}: {cause}. Give --output file:PATH a path in a folder that exists and may be written to"
    )]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// No thread could be started for it.
    #[error("cannot start a thread for an output: {0}")]
    Thread(io::Error),
}

/// An open sink.
#[derive(Debug)]
pub struct Sink {
    sender: SyncSender<Bytes>,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// What the queue's two ends share.
#[derive(Debug, Default)]
struct Shared {
    queued_bytes: AtomicUsize,
    /// Lines that found the queue full.
    dropped: AtomicU64,
    /// Lines that could not be written.
    failed: AtomicU64,
}

impl Sink {
    /// Opens a sink and starts its thread.
    ///
    /// # Errors
    ///
    /// See [`SinkError`].
    pub fn open(address: &SinkAddress) -> Result<Self, SinkError> {
        let (name, output): (String, Box<dyn Write + Send>) = match address {
            SinkAddress::Stdout => ("stdout".to_owned(), Box::new(io::stdout())),
            SinkAddress::File(path) => {
                let file = open(path).map_err(|cause| SinkError::Open { path: path.clone(), cause })?;
                (format!("file:{}", path.display()), Box::new(file))
            }
        };
        Self::start(name, output)
    }

    fn start(name: String, output: Box<dyn Write + Send>) -> Result<Self, SinkError> {
        let (sender, receiver) = sync_channel(QUEUE_LINES);
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new()
            .name("sink".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || write_all(&name, output, &receiver, &shared)
            })
            .map_err(SinkError::Thread)?;
        Ok(Self { sender, shared, thread })
    }

    /// Queues a line, its end included. Never waits; false when the line was dropped.
    pub fn write(&self, line: Bytes) -> bool {
        let length = line.len();
        let queued = self.shared.queued_bytes.fetch_add(length, Ordering::Relaxed);
        let sent = queued < QUEUE_BYTES
            && match self.sender.try_send(line) {
                Ok(()) => true,
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
            };
        if !sent {
            self.shared.queued_bytes.fetch_sub(length, Ordering::Relaxed);
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }

    /// Lines that did not get through so far, for whichever reason.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed) + self.shared.failed.load(Ordering::Relaxed)
    }

    /// Writes what is queued and ends. Returns the lines that did not get through in all.
    pub fn close(self) -> u64 {
        let Self { sender, shared, thread } = self;
        drop(sender);
        let start = Instant::now();
        while !thread.is_finished() && start.elapsed() < DRAIN {
            thread::sleep(Duration::from_millis(1));
        }
        if thread.is_finished() {
            // The thread has nothing to return and does not panic.
            let _ = thread.join();
        } else {
            tracing::error!("an output did not take its last lines within {} seconds", DRAIN.as_secs());
        }
        shared.dropped.load(Ordering::Relaxed) + shared.failed.load(Ordering::Relaxed)
    }
}

fn open(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}

/// The thread: one write and one flush a line, so that a reader never sees half of one for long and
/// an alert is out when it is raised.
fn write_all(name: &str, mut output: Box<dyn Write + Send>, lines: &Receiver<Bytes>, shared: &Shared) {
    let mut failing = false;
    while let Ok(line) = lines.recv() {
        shared.queued_bytes.fetch_sub(line.len(), Ordering::Relaxed);
        match output.write_all(&line).and_then(|()| output.flush()) {
            Ok(()) => {
                if failing {
                    tracing::info!("output {name} works again");
                }
                failing = false;
            }
            Err(error) => {
                shared.failed.fetch_add(1, Ordering::Relaxed);
                if !failing {
                    tracing::error!(
                        "cannot write to output {name}: {error}; lines are lost until it works again"
                    );
                }
                failing = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    #[test]
    fn addresses_are_stdout_or_a_file() {
        assert_eq!("stdout".parse(), Ok(SinkAddress::Stdout));
        assert_eq!("file:/a:b".parse(), Ok(SinkAddress::File("/a:b".into())));
        for wrong in ["file:", "file", "syslog", ""] {
            assert!(wrong.parse::<SinkAddress>().unwrap_err().contains("file:PATH"), "{wrong}");
        }
    }

    #[test]
    fn a_file_is_private_to_its_group_and_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts");
        for line in ["one\n", "two\n"] {
            let sink = Sink::open(&SinkAddress::File(path.clone())).unwrap();
            assert!(sink.write(Bytes::from_static(line.as_bytes())));
            assert_eq!(sink.close(), 0);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & !0o640, 0, "{mode:o}");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let error = Sink::open(&SinkAddress::File("/nonexistent/alerts".into())).unwrap_err().to_string();
        assert!(error.contains("/nonexistent/alerts"), "{error}");
    }

    /// Takes lines only while it is allowed to.
    struct Gate(std::sync::mpsc::Receiver<()>);
    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().map_err(io::Error::other)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stands_still_costs_lines_and_not_time() {
        let (open, gate) = std::sync::mpsc::channel();
        let sink = Sink::start("gate".to_owned(), Box::new(Gate(gate))).unwrap();
        let line = Bytes::from(vec![b'x'; 1 << 20]);
        let taken = (0..64).filter(|_| sink.write(line.clone())).count();
        assert!((16..=18).contains(&taken), "{taken} lines of 1 MiB were taken");
        assert_eq!(sink.dropped(), 64 - taken as u64);
        for _ in 0..taken {
            open.send(()).unwrap();
        }
        assert_eq!(sink.close(), 64 - taken as u64);
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted() {
        let (open, gate) = std::sync::mpsc::channel();
        drop(open);
        let sink = Sink::start("broken".to_owned(), Box::new(Gate(gate))).unwrap();
        sink.write(Bytes::from_static(b"a\n"));
        sink.write(Bytes::from_static(b"b\n"));
        assert_eq!(sink.close(), 2);
    }
}
