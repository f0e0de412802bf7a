//! The only place of xtask that prints, so that every line has one look. It never fails: a closed terminal must not
//! stop a build.

use std::fmt::Display;
use std::io::Write as _;

/// Tells what was found or what starts now: one line on stderr, because stdout belongs to what a verb starts.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "xtask: {text}");
}

/// The last line of a verb that failed.
pub(crate) fn complain(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "xtask: error: {text}");
}

/// Writes a result to stdout as it is, for verbs whose output is the result (the demo).
pub(crate) fn show(text: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "{text}");
    let _ = out.flush();
}
