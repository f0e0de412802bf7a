//! Collects the lines of a pipe in a thread of its own, so that the program that writes them never blocks, and lets
//! others wait for a line. Called by `sensor` for its two outputs. It keeps lines as they came and parses nothing: a
//! storm of events must not be slowed by the reader.

use std::io::{BufRead as _, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The lines of one pipe so far.
pub struct Lines {
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

impl Lines {
    /// Starts to collect. Bytes that are not UTF-8 become replacement characters.
    pub fn collect(source: impl Read + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let writer = Arc::clone(&shared);
        let reader = std::thread::spawn(move || read(source, &writer));
        Self { shared, reader: Some(reader) }
    }

    /// Offers every line, from number `next` on, to `wanted` until it returns something; `None` when the time is over
    /// or the pipe has ended. `next` is moved past the lines that were offered.
    pub fn wait_for<T>(
        &self,
        next: &mut usize,
        limit: Duration,
        mut wanted: impl FnMut(&str) -> Option<T>,
    ) -> Option<T> {
        let deadline = Instant::now() + limit;
        loop {
            let (fresh, ended) = self.after(*next, deadline);
            for line in &fresh {
                *next += 1;
                if let Some(found) = wanted(line) {
                    return Some(found);
                }
            }
            if fresh.is_empty() && (ended || Instant::now() >= deadline) {
                return None;
            }
        }
    }

    /// The lines from number `next` on, after waiting until there is one, the pipe has ended or the time is over.
    fn after(&self, next: usize, deadline: Instant) -> (Vec<String>, bool) {
        let mut state = self.shared.lock();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if state.lines.len() > next || state.ended || left.is_zero() {
                return (state.lines.get(next..).unwrap_or_default().to_vec(), state.ended);
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// All lines so far.
    pub fn all(&self) -> Vec<String> {
        self.shared.lock().lines.clone()
    }

    /// All lines, once the pipe has ended. The writer must have been ended before.
    pub fn finish(&mut self) -> Vec<String> {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.all()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(source: impl Read, shared: &Shared) {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut line = Vec::new();
    while source.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).into_owned();
        shared.lock().lines.push(text);
        shared.changed.notify_all();
        line.clear();
    }
    shared.lock().ended = true;
    shared.changed.notify_all();
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::Duration;

    use super::Lines;

    #[test]
    fn a_line_that_comes_later_is_waited_for_and_none_is_offered_twice() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let mut lines = Lines::collect(reader);
        writer.write_all(b"one\ntwo\nthr").unwrap();
        let mut next = 0;
        let mut seen = Vec::new();
        let late = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            writer.write_all(b"ee\nfour").unwrap();
        });
        let found = lines.wait_for(&mut next, Duration::from_secs(20), |line| {
            seen.push(line.to_owned());
            (line == "three").then_some(line.len())
        });
        assert_eq!((found, next), (Some(5), 3));
        assert_eq!(seen, ["one", "two", "three"]);
        late.join().unwrap();
        assert_eq!(lines.finish(), ["one", "two", "three", "four"]);
    }

    #[test]
    fn an_ended_pipe_ends_the_wait() {
        let lines = Lines::collect(&b"only\n"[..]);
        assert_eq!(
            lines.wait_for(&mut 0, Duration::from_secs(60), |line| (line == "other").then_some(())),
            None
        );
    }
}
