//! The command line: what can be said, and what it means.

use crate::{
    commands::{query::QueryArgs, replay::ReplayArgs, rules::Rules},
    kernel::layout::KERNEL_BTF,
    pipeline::Format,
    sink::SinkAddress,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{path::PathBuf, str::FromStr};

/// An eBPF sensor with a local rule engine.
///
/// Sees every exec on a Linux host in the kernel, knows which container it happened in and whether a
/// person sits at the terminal, evaluates Elastic-style EQL rules on the spot, and writes ECS alerts.
#[derive(Debug, Parser)]
#[command(name = "hullwatch", version, max_term_width = 110)]
pub struct Cli {
    /// How much is logged, on standard error. From debug on, the kernel program's own log is switched on too.
    #[arg(long, global = true, value_enum, default_value_t = LogLevel::Info, env = "HULLWATCH_LOG_LEVEL")]
    pub log_level: LogLevel,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch this host and write an alert for every exec that matches a rule.
    Run(Run),
    /// Watch this host and write every exec as an ECS document, one JSON object a line.
    Record(Record),
    /// Check, test, list and explain rules.
    Rules(Rules),
    /// Read recorded events and write the alerts that they would have raised.
    Replay(ReplayArgs),
    /// Find events in any lines of JSON with a query in EQL.
    Query(QueryArgs),
}

/// `hullwatch run`
#[derive(Debug, Args)]
pub struct Run {
    /// A rule file, or a folder that is searched for *.toml; can be given more than once [default: the bundled rules]
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// Where alerts go: stdout or file:PATH; can be given more than once [default: stdout]
    #[arg(long, value_name = "OUTPUT")]
    pub output: Vec<SinkAddress>,

    /// How alerts look [default: pretty on a terminal, else ndjson]
    #[arg(long, value_enum)]
    pub format: Option<Format>,

    /// What both `run` and `record` take.
    #[command(flatten)]
    pub capture: Capture,
}

/// `hullwatch record`
#[derive(Debug, Args)]
pub struct Record {
    /// Where events go: a file, which is appended to, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,

    /// What both `run` and `record` take.
    #[command(flatten)]
    pub capture: Capture,
}

/// How to capture.
#[derive(Debug, Args)]
pub struct Capture {
    /// Size of the buffer between kernel and sensor: a power of two from 64KiB to 1GiB, with KiB, MiB or GiB.
    /// Below 8MiB the longest argument lists may be cut
    #[arg(long, value_name = "SIZE", default_value = "8MiB")]
    pub ring_size: RingSize,

    /// The kernel's type information, for kernels that carry none themselves
    #[arg(long, value_name = "FILE", default_value = KERNEL_BTF)]
    pub btf: PathBuf,

    /// Where the host's root lies, when this runs in a container
    #[arg(long, value_name = "DIR", default_value = "/", env = "HOST_ROOT")]
    pub host_root: PathBuf,

    /// The host's name in alerts [default: the host's own]
    #[arg(long, value_name = "NAME", env = "HULLWATCH_HOST_NAME")]
    pub host_name: Option<String>,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// What needs somebody's attention.
    Error,
    /// And what may soon.
    Warn,
    /// And starts and ends.
    Info,
    /// And what helps to find a fault, the kernel program's own log included.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// As tracing names it.
    pub fn filter(self) -> tracing::level_filters::LevelFilter {
        use tracing::level_filters::LevelFilter;
        match self {
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }

    /// As the kernel program counts it: off below debug, since its log costs time at every exec.
    pub fn kernel_level(self) -> u8 {
        match self {
            Self::Error | Self::Warn | Self::Info => 0,
            Self::Debug => aya_log::Level::Debug as u8,
            Self::Trace => aya_log::Level::Trace as u8,
        }
    }
}

/// A size the kernel takes for a ring buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingSize(pub u32);

impl FromStr for RingSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a size from 64KiB to 1GiB that is a power of two, such as 8MiB");
        let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let shift = match unit.trim() {
            "" | "B" => 0,
            "KiB" | "K" => 10,
            "MiB" | "M" => 20,
            "GiB" | "G" => 30,
            _ => return Err(wrong()),
        };
        let bytes =
            number.parse::<u32>().ok().and_then(|number| number.checked_mul(1 << shift)).ok_or_else(wrong)?;
        if !bytes.is_power_of_two() || !(64 << 10..=1 << 30).contains(&bytes) {
            return Err(wrong());
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn ring_sizes_are_powers_of_two_within_bounds() {
        for (text, bytes) in [("8MiB", 8 << 20), ("65536", 65536), ("64K", 65536), ("1GiB", 1 << 30)] {
            assert_eq!(text.parse(), Ok(RingSize(bytes)), "{text}");
        }
        for wrong in ["7MiB", "32KiB", "2GiB", "8TB", "", "-8MiB", "MiB", "99999999999"] {
            assert!(wrong.parse::<RingSize>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_kernel_programs_log_is_off_until_asked_for() {
        assert_eq!(LogLevel::Info.kernel_level(), 0);
        assert_eq!(LogLevel::Debug.kernel_level(), 4);
    }
}
