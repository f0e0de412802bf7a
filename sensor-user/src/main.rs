//! The `hullwatch` command: reads the command line, sets up the log, calls the library, and turns what
//! went wrong into a message and an exit status. Decides nothing else.

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use hullwatch::{
    alerting::Alerting,
    cli::{Capture, Cli, Command, LogLevel, Record, Run},
    commands::{
        self,
        rules::{Rules, RulesError, Verdict},
    },
    pipeline::{Format, Mode, Outputs},
    reload::{Baseline, Reloads},
    rule_files,
    sensor::{self, Options, Summary},
    sink::{Sink, SinkAddress},
};
use hullwatch_rules::{Refusal, Subject};
use std::{
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

fn main() -> ExitCode {
    let cli = Cli::parse();
    set_up_log(cli.log_level);
    let result = match cli.command {
        Command::Run(ref run) => self::run(run, cli.log_level).map(|()| ExitCode::SUCCESS),
        Command::Record(ref record) => self::record(record, cli.log_level).map(|()| ExitCode::SUCCESS),
        Command::Rules(ref rules) => self::rules(rules),
        Command::Replay(ref args) => load_rules(&args.rules)
            .and_then(|loaded| commands::replay::run(args, Arc::clone(loaded.rules())))
            .map(|()| ExitCode::SUCCESS),
        Command::Query(ref args) => commands::query::run(args).map(|()| ExitCode::SUCCESS),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            // Standard error being closed leaves nobody to tell.
            let _ = writeln!(io::stderr(), "hullwatch: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Everything of our own at the given level, and of others only what is wrong.
fn set_up_log(level: LogLevel) {
    let targets = Targets::new()
        .with_default(tracing::Level::WARN)
        .with_target("hullwatch", level.filter())
        .with_target("hullwatch_ebpf", level.filter());
    tracing_subscriber::registry()
        .with(
            tracing_subscriber::fmt::layer()
                .with_writer(io::stderr)
                .with_target(false)
                .with_ansi(io::stderr().is_terminal()),
        )
        .with(targets)
        .init();
}

fn run(run: &Run, level: LogLevel) -> Result<()> {
    let baseline = load_rules(&run.rules)?;
    let rules = Arc::clone(baseline.rules());
    let what = match rules.len() {
        1 => "1 rule".to_owned(),
        number => format!("{number} rules"),
    };
    let addresses = if run.output.is_empty() { &[SinkAddress::Stdout][..] } else { &run.output };
    let outputs = open_outputs(addresses, run.format)?;
    let reloads =
        Reloads::start(run.rules.clone(), baseline).context("cannot start the thread that loads rules")?;
    watch(&run.capture, level, Mode::Alerts(Box::new(Alerting::new(rules))), Some(reloads), outputs, &what)
}

fn record(record: &Record, level: LogLevel) -> Result<()> {
    let address = match record.output.as_path() {
        path if path == Path::new("-") => SinkAddress::Stdout,
        path => SinkAddress::File(path.to_owned()),
    };
    let outputs = open_outputs(&[address], Some(Format::Ndjson))?;
    watch(&record.capture, level, Mode::Events, None, outputs, "recording every event")
}

fn rules(rules: &Rules) -> Result<ExitCode> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let verdict = rules.run(&mut out);
    let flushed = out.flush().map_err(RulesError::from);
    match verdict.and_then(|verdict| flushed.map(|()| verdict)) {
        Ok(Verdict::Good) => Ok(ExitCode::SUCCESS),
        Ok(Verdict::Bad) => Ok(ExitCode::FAILURE),
        // Who reads has read enough.
        Err(RulesError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error.into()),
    }
}

fn watch(
    capture: &Capture,
    level: LogLevel,
    mode: Mode,
    reloads: Option<Reloads>,
    outputs: Outputs,
    what: &str,
) -> Result<()> {
    let options = Options {
        btf: capture.btf.clone(),
        ring_bytes: capture.ring_size.0,
        host_root: capture.host_root.clone(),
        host_name: capture.host_name.clone(),
        kernel_log_level: level.kernel_level(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the async runtime")?;
    let Summary { events_seen, alerts, totals } =
        runtime.block_on(sensor::run(&options, mode, reloads, outputs, what))?;
    writeln!(
        io::stderr(),
        "summary: events_seen={events_seen} alerts={alerts} lost={} dropped={} truncated={}",
        totals.lost,
        totals.dropped,
        totals.truncated
    )?;
    Ok(())
}

/// Loads the rules that can be served, and says of each other one why not. Two rules of one id stop
/// the start: to run either would be a guess.
fn load_rules(paths: &[PathBuf]) -> Result<Baseline> {
    let found = rule_files::read(paths)?;
    for (path, error) in &found.unreadable {
        tracing::warn!("rule file {} is left out: {error}", path.display());
    }
    let (baseline, refusals) = Baseline::build(found);
    let (duplicates, refusals): (Vec<_>, Vec<_>) =
        refusals.into_iter().partition(|refusal| refusal.error.is_duplicate_id());
    if !duplicates.is_empty() {
        show(duplicates);
        bail!("a rule id is used more than once; see above");
    }
    if baseline.rules().is_empty() {
        show(refusals);
        bail!("none of the rules can be served; see above for each one's reason");
    }
    for warning in baseline.warnings() {
        tracing::warn!("{warning}");
    }
    for refusal in &refusals {
        match refusal.subject {
            Subject::Rule => tracing::warn!("rule left out: {refusal}"),
            // The rule raises alerts that somebody thinks are excepted, or the other way round.
            Subject::Overlay => tracing::error!("overlay not applied, its rule runs without it: {refusal}"),
        }
    }
    Ok(baseline)
}

/// Shows refusals with the places in the rule files that they are about.
fn show(refusals: Vec<Refusal>) {
    for refusal in refusals {
        // Standard error being closed leaves nobody to tell.
        let _ = writeln!(io::stderr(), "{:?}", report(refusal));
    }
}

/// A refusal with the place in the rule file that it is about.
fn report(refusal: Refusal) -> miette::Report {
    let about = refusal.to_string();
    miette::Report::new(refusal.error).wrap_err(about)
}

/// Opens the outputs. Standard output is for a person when it is a terminal.
fn open_outputs(addresses: &[SinkAddress], format: Option<Format>) -> Result<Outputs> {
    let mut outputs = Vec::with_capacity(addresses.len());
    for address in addresses {
        let format = format.unwrap_or(match address {
            SinkAddress::Stdout if io::stdout().is_terminal() => Format::Pretty,
            _ => Format::Ndjson,
        });
        outputs.push((Sink::open(address)?, format));
    }
    Ok(Outputs(outputs))
}
