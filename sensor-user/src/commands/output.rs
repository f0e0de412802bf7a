//! Results on standard output: gathered, so that a million of them do not take a million writes, and written as soon as
//! the command would wait for more input.

use std::io::{self, ErrorKind, Write};

/// How much is gathered.
const GATHERED_BYTES: usize = 64 << 10;

/// Whether anybody still reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Reader {
    /// Somebody does.
    There,
    /// Nobody does, and there is no point in going on.
    Gone,
}

/// An output that gathers.
pub struct Output<W> {
    gathered: Vec<u8>,
    target: W,
}

impl<W: Write> Output<W> {
    /// Writes to `target`.
    pub fn new(target: W) -> Self {
        Self { gathered: Vec::with_capacity(GATHERED_BYTES), target }
    }

    /// Where to append the next result. [`settle`](Self::settle) is to be called behind it.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.gathered
    }

    /// Writes what is gathered if that is much, or if now is the time.
    ///
    /// # Errors
    ///
    /// When it cannot be written, for another reason than that nobody reads it.
    pub fn settle(&mut self, now: bool) -> io::Result<Reader> {
        if self.gathered.is_empty() || (!now && self.gathered.len() < GATHERED_BYTES) {
            return Ok(Reader::There);
        }
        let written = self.target.write_all(&self.gathered).and_then(|()| self.target.flush());
        self.gathered.clear();
        // One huge result should not be remembered for ever.
        self.gathered.shrink_to(GATHERED_BYTES);
        match written {
            Ok(()) => Ok(Reader::There),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(ErrorKind);
    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn results_are_gathered_until_it_is_time() {
        let mut output = Output::new(Vec::new());
        output.buffer().extend_from_slice(b"one\n");
        assert_eq!(output.settle(false).unwrap(), Reader::There);
        assert!(output.target.is_empty());
        assert_eq!(output.settle(true).unwrap(), Reader::There);
        assert_eq!(output.target, b"one\n");
        output.buffer().resize(GATHERED_BYTES, b'x');
        assert_eq!(output.settle(false).unwrap(), Reader::There);
        assert_eq!(output.target.len(), GATHERED_BYTES + 4);
    }

    #[test]
    fn a_closed_pipe_is_the_end_and_a_full_disk_an_error() {
        let settled = |kind| {
            let mut output = Output::new(Failing(kind));
            output.buffer().push(b'x');
            output.settle(true)
        };
        assert_eq!(settled(ErrorKind::BrokenPipe).unwrap(), Reader::Gone);
        assert_eq!(settled(ErrorKind::StorageFull).unwrap_err().kind(), ErrorKind::StorageFull);
    }
}
