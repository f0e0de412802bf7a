//! What the container's terminal showed, for people: as it comes when our stdout is a terminal, and as finished lines, without
//! what was overwritten, when it is a file or a pipe.

use std::io::{IsTerminal as _, stdout};

use crate::support::say::show;

/// Shows terminal output.
pub(crate) struct Screen {
    live: bool,
    /// The line that has not ended yet, when not live.
    line: String,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self { live: stdout().is_terminal(), line: String::new() }
    }

    /// Shows what the terminal put out.
    pub(crate) fn put(&mut self, text: &str) {
        if self.live { show(text) } else { show(self.finished(text)) }
    }

    /// The lines that this text ends, as they look in the end.
    fn finished(&mut self, text: &str) -> String {
        self.line.push_str(text);
        let Some(end) = self.line.rfind('\n') else {
            return String::new();
        };
        let rest = self.line.split_off(end + 1);
        let lines = std::mem::replace(&mut self.line, rest);
        lines.lines().flat_map(|line| [last_layer(line), "\n"]).collect()
    }
}

/// What is left of a line after every carriage return: the text after the last one.
fn last_layer(line: &str) -> &str {
    let line = line.trim_end_matches('\r');
    line.rsplit('\r').next().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_that_was_overwritten_is_not_shown_in_a_file() {
        let mut screen = Screen { live: false, line: String::new() };
        assert_eq!(screen.finished("Reading... 0%\rReading"), "");
        assert_eq!(screen.finished("... Done\r\nroot@a:/# "), "Reading... Done\n");
        assert_eq!(screen.finished("exit\r\n"), "root@a:/# exit\n");
    }
}
