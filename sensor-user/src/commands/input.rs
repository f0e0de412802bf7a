//! Lines of files and of standard input, one after the other, in memory that does not grow with them.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// How much is read at a time.
const BUFFER_BYTES: usize = 256 << 10;
/// Longer lines are refused: whoever writes them has lost the line ends.
const MAX_LINE_BYTES: u64 = 256 << 20;

/// Why there is no next line.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A file cannot be opened or read.
    #[error("cannot read {name}: {cause}")]
    Unreadable {
        /// Which.
        name: String,
        /// Why.
        cause: io::Error,
    },
    /// A line has no end for too long.
    #[error("{name}:{number}: the line has more than {} MiB", MAX_LINE_BYTES >> 20)]
    TooLong {
        /// Of which file.
        name: String,
        /// Which line, from 1.
        number: u64,
    },
    /// A line is not what it should be.
    #[error("{name}:{number}: {reason}")]
    Line {
        /// Of which file.
        name: String,
        /// Which line, from 1.
        number: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// The input of a command.
pub struct Input {
    /// Those that were not opened yet, the next one last.
    paths: Vec<PathBuf>,
    open: Option<Open>,
    line: Vec<u8>,
}

struct Open {
    name: String,
    reader: BufReader<Box<dyn Read>>,
    number: u64,
}

impl Input {
    /// The lines of these files; `-`, or no file at all, is standard input.
    pub fn new(files: &[PathBuf]) -> Self {
        let standard = [PathBuf::from("-")];
        let files = if files.is_empty() { &standard } else { files };
        Self { paths: files.iter().rev().cloned().collect(), open: None, line: Vec::new() }
    }

    /// The next line, without its end.
    ///
    /// # Errors
    ///
    /// See [`InputError`].
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, InputError> {
        loop {
            let open = match &mut self.open {
                Some(open) => open,
                None => match self.paths.pop() {
                    Some(path) => self.open.insert(Open::new(&path)?),
                    None => return Ok(None),
                },
            };
            if open.read(&mut self.line)? {
                return Ok(Some(self.line.strip_suffix(b"\n").unwrap_or(&self.line)));
            }
            self.open = None;
        }
    }

    /// Whether the next line may have to be waited for.
    pub fn may_wait(&self) -> bool {
        self.open.as_ref().is_none_or(|open| open.reader.buffer().is_empty())
    }

    /// What is wrong with the line given last.
    pub fn error(&self, reason: &impl ToString) -> InputError {
        let (name, number) = match &self.open {
            Some(open) => (open.name.clone(), open.number),
            None => (String::new(), 0),
        };
        InputError::Line { name, number, reason: reason.to_string() }
    }
}

impl Open {
    fn new(path: &Path) -> Result<Self, InputError> {
        let (name, source): (_, Box<dyn Read>) = if path.as_os_str() == "-" {
            ("standard input".to_owned(), Box::new(io::stdin()))
        } else {
            let name = path.display().to_string();
            match File::open(path) {
                Ok(file) => (name, Box::new(file)),
                Err(cause) => return Err(InputError::Unreadable { name, cause }),
            }
        };
        Ok(Self { name, reader: BufReader::with_capacity(BUFFER_BYTES, source), number: 0 })
    }

    /// Reads a line, its end included; `false` at the end of the file.
    fn read(&mut self, line: &mut Vec<u8>) -> Result<bool, InputError> {
        line.clear();
        let mut bounded = (&mut self.reader).take(MAX_LINE_BYTES);
        let length = bounded
            .read_until(b'\n', line)
            .map_err(|cause| InputError::Unreadable { name: self.name.clone(), cause })?;
        self.number += 1;
        if length as u64 == MAX_LINE_BYTES && !line.ends_with(b"\n") {
            return Err(InputError::TooLong { name: self.name.clone(), number: self.number });
        }
        Ok(length != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_lines_of_all_files_come_in_order_and_know_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a", "b", "c"].map(|name| folder.path().join(name));
        for (path, text) in paths.iter().zip(["1\n2", "", "\n3\n"]) {
            fs::write(path, text).unwrap();
        }
        let mut input = Input::new(&paths);
        let mut lines = Vec::new();
        while let Some(line) = input.next_line().unwrap() {
            lines.push(String::from_utf8(line.to_vec()).unwrap());
            if line_is(&lines, "2") || line_is(&lines, "3") {
                let error = input.error(&"odd").to_string();
                assert!(error.ends_with("a:2: odd") || error.ends_with("c:2: odd"), "{error}");
            }
        }
        assert_eq!(lines, ["1", "2", "", "3"]);
    }

    fn line_is(lines: &[String], last: &str) -> bool {
        lines.last().is_some_and(|line| line == last)
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Input::new(&["/nonexistent/x.ndjson".into()]).next_line().unwrap_err().to_string();
        assert!(error.contains("/nonexistent/x.ndjson"), "{error}");
    }
}
