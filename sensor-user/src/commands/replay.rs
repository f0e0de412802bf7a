//! `hullwatch replay`: the alerts that `run` would have raised about recorded events.

use super::{
    input::Input,
    output::{Output, Reader},
};
use crate::{
    document::{alert::AlertDocument, pretty},
    pipeline::Format,
    replay::{Counts, Replay},
};
use anyhow::{Context as _, Result};
use clap::Args;
use hullwatch_rules::RuleSet;
use std::{
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    sync::Arc,
};

/// `hullwatch replay`
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// A rule file, or a folder that is searched for *.toml; can be given more than once [default: the bundled rules]
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// How alerts look [default: pretty on a terminal, else ndjson]
    #[arg(long, value_enum)]
    pub format: Option<Format>,

    /// Recordings of `hullwatch record`, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// Runs it, with alerts on standard output and a summary on standard error.
///
/// # Errors
///
/// When a file cannot be read, or a line of it is no JSON object.
pub fn run(args: &ReplayArgs, rules: Arc<RuleSet>) -> Result<()> {
    let stdout = io::stdout();
    let format = args.format.unwrap_or(if stdout.is_terminal() { Format::Pretty } else { Format::Ndjson });
    let mut output = Output::new(stdout.lock());
    let mut input = Input::new(&args.files);
    let mut replay = Replay::new(rules);
    let cannot_write = "cannot write to standard output";
    let ended = loop {
        let line = match input.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        if let Err(error) = replay.take(line, |alert| write(alert, format, output.buffer())) {
            break Err(input.error(&error));
        }
        if output.settle(input.may_wait()).context(cannot_write)? == Reader::Gone {
            return Ok(());
        }
    };
    if ended.is_ok() {
        replay.finish(|alert| write(alert, format, output.buffer()));
    }
    if output.settle(true).context(cannot_write)? == Reader::Gone {
        return Ok(());
    }
    ended?;
    tell(&replay)
}

/// Appends an alert.
fn write(alert: &AlertDocument, format: Format, out: &mut Vec<u8>) {
    match format {
        // Maps of strings always have a form in JSON.
        Format::Ndjson => drop(serde_json::to_writer(&mut *out, alert)),
        Format::Pretty => {
            let document = serde_json::to_value(alert).unwrap_or_default();
            out.extend_from_slice(pretty::render(&document).as_bytes());
        }
    }
    out.push(b'\n');
}

fn tell(replay: &Replay) -> Result<()> {
    let Counts { events, alerts, passed_over, held_back, excepted, without_timestamp } = replay.counts();
    let losses = replay.losses();
    if losses.named().iter().any(|(_, count)| *count > 0) {
        tracing::warn!("sequences could not remember everything: {losses}");
    }
    writeln!(
        io::stderr(),
        "summary: events={events} alerts={alerts} held_back={held_back} excepted={excepted} passed_over={passed_over} without_timestamp={without_timestamp}"
    )?;
    Ok(())
}
