//! Everything that comes in while the demo runs, in one queue: the sensor's log, its documents, the container's
//! terminal. Readers are threads; the demo waits here, with a limit, and can be interrupted. Shows the terminal live.

use std::io::{BufRead as _, BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

use super::screen::Screen;

/// Generous, because the machine may be busy building; nothing waits that long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// One thing that came in.
enum Item {
    Log(String),
    LogEnd,
    Document(Document),
    DocumentsEnd,
    Terminal(String),
    TerminalEnd,
}

/// A line that the sensor wrote to its output.
pub(crate) struct Document {
    pub(crate) arrived: Instant,
    pub(crate) text: String,
}

/// What the demo waits for.
#[derive(Clone, Copy)]
pub(crate) enum Awaited<'a> {
    /// The sensor's log says that its probes are attached.
    SensorReady,
    /// The shell has prompted so often.
    Prompt { text: &'a str, times: usize },
    /// The container's last process let go of its terminal.
    ContainerEnd,
    /// The sensor closed its log and its output.
    SensorEnd,
}

impl Awaited<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::SensorReady => "the sensor's ready line",
            Self::Prompt { .. } => "the shell's prompt",
            Self::ContainerEnd => "the container's end",
            Self::SensorEnd => "the sensor's end",
        }
    }
}

/// Where everything comes in, and what has come so far.
pub(crate) struct Inbox {
    sender: Sender<Item>,
    receiver: Receiver<Item>,
    log: Vec<String>,
    log_ended: bool,
    documents: Vec<Document>,
    documents_ended: bool,
    terminal: String,
    terminal_ended: bool,
    screen: Screen,
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

extern "C" fn note_interrupt(_signal: nix::libc::c_int) {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

impl Inbox {
    /// From here on Ctrl-C and SIGTERM end the wait rather than the process, so that what was made is removed.
    pub(crate) fn new() -> Result<Self> {
        let action =
            SigAction::new(SigHandler::Handler(note_interrupt), SaFlags::SA_RESTART, SigSet::empty());
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            // SAFETY: the handler only stores to an atomic, which is async-signal-safe; exec resets it for children.
            unsafe { sigaction(signal, &action) }.with_context(|| format!("cannot handle {signal}"))?;
        }
        let (sender, receiver) = mpsc::channel();
        Ok(Self {
            sender,
            receiver,
            log: Vec::new(),
            log_ended: false,
            documents: Vec::new(),
            documents_ended: false,
            terminal: String::new(),
            terminal_ended: false,
            screen: Screen::new(),
        })
    }

    /// Reads the sensor's log, a line each, until its end.
    pub(crate) fn read_log(&self, source: impl Read + Send + 'static) {
        read_lines(self.sender.clone(), source, Item::Log, || Item::LogEnd);
    }

    /// Reads the sensor's documents, a line each, noting when each came.
    pub(crate) fn read_documents(&self, source: impl Read + Send + 'static) {
        let document = |text| Item::Document(Document { arrived: Instant::now(), text });
        read_lines(self.sender.clone(), source, document, || Item::DocumentsEnd);
    }

    /// Reads what the container's terminal shows. A pty reports EIO when its last user is gone: that is the end.
    pub(crate) fn read_terminal(&self, mut source: impl Read + Send + 'static) {
        let sender = self.sender.clone();
        thread::spawn(move || {
            let mut buffer = [0_u8; 4096];
            while let Ok(length @ 1..) = source.read(&mut buffer) {
                let text = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
                let _ = sender.send(Item::Terminal(text.into_owned()));
            }
            let _ = sender.send(Item::TerminalEnd);
        });
    }

    /// Takes in what comes until the awaited is there. Fails at the time limit, on Ctrl-C, and as soon as the awaited
    /// cannot come any more.
    pub(crate) fn wait_for(&mut self, awaited: Awaited<'_>) -> Result<()> {
        let start = Instant::now();
        while !self.has(awaited) {
            if INTERRUPTED.load(Ordering::Relaxed) {
                bail!("interrupted");
            }
            if self.log_ended && !matches!(awaited, Awaited::SensorEnd) {
                bail!("the sensor ended while the demo waited for {}", awaited.name());
            }
            if self.terminal_ended && matches!(awaited, Awaited::Prompt { .. }) {
                bail!("the container ended while the demo waited for {}", awaited.name());
            }
            if start.elapsed() > PATIENCE {
                bail!("{} did not come within {} s", awaited.name(), PATIENCE.as_secs());
            }
            // A short limit, so that an interrupt is noticed; our own sender keeps the queue open.
            if let Ok(item) = self.receiver.recv_timeout(Duration::from_millis(50)) {
                self.take(item);
            }
        }
        Ok(())
    }

    fn has(&self, awaited: Awaited<'_>) -> bool {
        match awaited {
            Awaited::SensorReady => self.log.iter().any(|line| line.contains("ready: ")),
            Awaited::Prompt { text, times } => self.terminal.matches(text).count() >= times,
            Awaited::ContainerEnd => self.terminal_ended,
            Awaited::SensorEnd => self.log_ended && self.documents_ended,
        }
    }

    fn take(&mut self, item: Item) {
        match item {
            Item::Log(line) => self.log.push(line),
            Item::LogEnd => self.log_ended = true,
            Item::Document(document) => self.documents.push(document),
            Item::DocumentsEnd => self.documents_ended = true,
            Item::Terminal(text) => {
                self.screen.put(&text);
                self.terminal.push_str(&text);
            }
            Item::TerminalEnd => self.terminal_ended = true,
        }
    }

    /// Every line of the sensor's output so far.
    pub(crate) fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The sensor's log so far.
    pub(crate) fn log(&self) -> &[String] {
        &self.log
    }
}

fn read_lines(
    sender: Sender<Item>,
    source: impl Read + Send + 'static,
    item: impl Fn(String) -> Item + Send + 'static,
    end: impl FnOnce() -> Item + Send + 'static,
) {
    thread::spawn(move || {
        for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
            let _ = sender.send(item(String::from_utf8_lossy(&line).into_owned()));
        }
        let _ = sender.send(end());
    });
}
