//! What rules cost an event: by hand, one, fifty, a thousand, and other engines; and what loading a thousand costs.
//!
//! Prints the table of docs/benchmarks.md after criterion's own lines. All engines see the same events in the same run,
//! and what they find is compared before anything is measured.

mod peers;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, hint::black_box};

use criterion::{Criterion, Throughput};
use hullwatch_rules::engine::{Engine, EventTime, Limits, Retained};
use hullwatch_rules::{Build, RuleSet, RuleSource};
use hullwatch_rules_bench::{Exec, events, handwritten, rules};
use serde_json::Value;

/// How many events are in the stream.
const EVENTS: usize = 2000;

/// Nothing is kept of an event.
struct Nothing;

impl Retained for Nothing {
    fn bytes(&self) -> usize {
        0
    }
}

fn main() {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let mut criterion = Criterion::default().without_plots().output_directory(&output).configure_from_args();
    let stream = events::stream(EVENTS);
    let expected = stream.iter().filter(|event| handwritten::tool_installation(event)).count();
    assert_eq!(expected, EVENTS / 100);

    let one = vec![rules::TOOL_INSTALLATION.to_owned()];
    let drawn = rules::files(999);
    let with = |count: usize| one.iter().chain(drawn.iter().take(count)).cloned().collect::<Vec<_>>();
    let mut lines = vec![Line::new("hand-written function", None, "by-hand")];

    let mut group = criterion.benchmark_group("event");
    group.throughput(Throughput::Elements(EVENTS as u64));
    group.bench_function("by-hand", |bencher| {
        bencher.iter(|| stream.iter().filter(|event| handwritten::tool_installation(black_box(event))).count());
    });
    for (name, id, limit, files) in [
        ("1 rule", "rules-1", Some(("by-hand", 2.0)), with(0)),
        ("50 rules", "rules-50", Some(("rules-1", 2.0)), with(49)),
        ("1000 rules", "rules-1000", Some(("rules-1", 5.0)), with(999)),
    ] {
        let mut engine: Engine<Nothing> = Engine::new(Arc::new(build(&files)), Limits::default());
        assert_eq!(engine.set().len(), files.len());
        let matching = stream.iter().filter(|event| count(&mut engine, event) > 0).count();
        assert!(matching <= EVENTS / 90, "{name}: {matching} events match, which is too many to be true");
        group.bench_function(id, |bencher| {
            bencher.iter(|| stream.iter().map(|event| count(&mut engine, black_box(event))).sum::<usize>());
        });
        lines.push(Line::new(name, limit, id));
    }
    let documents: Vec<Value> = stream.iter().map(Exec::document).collect();
    for (name, matches) in peers::all(&documents) {
        assert_eq!(matches(), expected, "{name} finds other events: it would be no measure of the same work");
        group.bench_function(name, |bencher| bencher.iter(&matches));
        lines.push(Line::new(name, None, name));
    }
    group.finish();
    load(&mut criterion, &with(999));
    if !std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        print(&output, &lines);
    }
}

/// How many rules match.
fn count(engine: &mut Engine<Nothing>, event: &Exec) -> usize {
    let mut count = 0;
    engine.evaluate(event, EventTime::new(event.pid, 0), || Nothing, |_| count += 1);
    count
}

fn build(files: &[String]) -> RuleSet {
    let source = |(number, text): (usize, &String)| RuleSource { origin: number.to_string(), text: text.clone() };
    let Build { set, refusals, .. } = RuleSet::build(files.iter().enumerate().map(source));
    for refusal in &refusals {
        panic!("{}", refusal.error);
    }
    set
}

/// Reads and compiles rule files from a folder.
fn load(criterion: &mut Criterion, files: &[String]) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths: Vec<PathBuf> = (0..files.len()).map(|number| folder.path().join(format!("{number}.toml"))).collect();
    for (path, text) in paths.iter().zip(files) {
        fs::write(path, text).expect("a file is written");
    }
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a file is read");
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10);
    group.bench_function("files-1000", |bencher| {
        bencher.iter(|| {
            let texts: Vec<String> = paths.iter().map(read).collect();
            Engine::<Nothing>::new(Arc::new(build(&texts)), Limits::default())
        });
    });
    group.finish();
}

/// A line of the table.
struct Line {
    name: &'static str,
    id: &'static str,
    /// What it is compared with, and how many times as long it may take.
    limit: Option<(&'static str, f64)>,
}

impl Line {
    fn new(name: &'static str, limit: Option<(&'static str, f64)>, id: &'static str) -> Self {
        Self { name, id, limit }
    }
}

fn print(output: &Path, lines: &[Line]) {
    let Some(one) = nanoseconds(output, "event/rules-1") else { return };
    let each = |id: &str| nanoseconds(output, &format!("event/{id}")).map(|all| all / EVENTS as f64);
    let one = one / EVENTS as f64;
    println!("\n| an event takes | ns | compared | at most |\n|---|---:|---:|---:|");
    for Line { name, id, limit } in lines {
        let Some(own) = each(id) else { continue };
        let (compared, at_most) = match limit {
            Some((other, limit)) => {
                let times = each(other).map_or(f64::NAN, |other| own / other);
                let other = lines.iter().find(|line| line.id == *other).map_or("", |line| line.name);
                (format!("{times:.1} x {other}"), format!("{limit:.0} x"))
            }
            None => (format!("{:.1} x 1 rule", own / one), String::new()),
        };
        println!("| {name} | {own:.0} | {compared} | {at_most} |");
    }
    if let Some(load) = nanoseconds(output, "load/files-1000") {
        println!("\n| | ms | at most |\n|---|---:|---:|\n| 1000 rule files, read and compiled | {:.0} | 300 |", load / 1e6);
    }
}

/// The median that criterion found, in nanoseconds.
fn nanoseconds(output: &Path, id: &str) -> Option<f64> {
    let text = fs::read_to_string(output.join(id).join("new/estimates.json")).ok()?;
    let estimates: Value = serde_json::from_str(&text).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
