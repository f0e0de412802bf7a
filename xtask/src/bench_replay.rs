//! `cargo xtask bench --replay`: a recording of 1 GB, generated, replayed with the bundled rules, and deleted again.
//!
//! Lines look as `hullwatch record` writes them; one in a hundred raises an alert. Needs neither root nor the kernel side.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::support::command::{run as run_command, users_cargo};
use crate::support::paths;
use crate::support::say::{say, show};

/// How much is generated.
const BYTES: u64 = 1_000_000_000;
/// How often it is replayed; the median counts.
const RUNS: usize = 3;

/// The verb.
pub(crate) fn run() -> Result<()> {
    run_command(users_cargo().args(["build", "--release", "--package", "hullwatch", "--bin", "hullwatch"]))?;
    let program = paths::target_dir()?.join("release/hullwatch");
    let recording = Recording::generate(BYTES)?;
    say(format_args!("generated {} lines", recording.lines));
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let child = Command::new(&program)
            .args(["replay", "--format", "ndjson"])
            .arg(&recording.path)
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let (status, cpu, resident_kib) = watch(child)?;
        if !status.success() {
            bail!("replay ended with {status}");
        }
        runs.push((start.elapsed().as_secs_f64(), cpu, resident_kib));
    }
    runs.sort_by(|a, b| a.1.total_cmp(&b.1));
    let resident_kib = runs.iter().map(|(_, _, kib)| *kib).max().unwrap_or_default();
    let (seconds, cpu) = runs.get(RUNS / 2).map_or((0.0, 0.0), |(seconds, cpu, _)| (*seconds, *cpu));
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (megabytes, events, mebibytes) =
        (BYTES as f64 / 1e6, recording.lines as f64, resident_kib as f64 / 1024.0);
    show(format_args!(
        "| 1 GB of recorded events, bundled rules | |\n|---|---:|\n| events | {} |\n| CPU time, median of {RUNS} | {cpu:.2} s |\n\
         | throughput of one core | {:.0} MB/s |\n| all CPU for an event | {:.2} us |\n| time on the wall | {seconds:.2} s |\n\
         | resident memory, at most | {mebibytes:.1} MiB |\n",
        recording.lines,
        megabytes / cpu,
        cpu * 1e6 / events,
    ));
    Ok(())
}

/// Waits for the end, and gives the CPU time in seconds and the most memory that was resident.
fn watch(mut child: Child) -> Result<(ExitStatus, f64, u64)> {
    let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
    let stat_file = PathBuf::from(format!("/proc/{}/stat", child.id()));
    let (mut most, mut cpu) = (0, 0.0_f64);
    loop {
        // After the name in parentheses: utime and stime are the 12th and 13th, in hundredths of a second.
        let stat = fs::read_to_string(&stat_file).unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u32 = fields.skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
        cpu = cpu.max(f64::from(ticks) / 100.0);
        let text = fs::read_to_string(&status_file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(most).max(most);
        if let Some(status) = child.try_wait().context("cannot wait for replay")? {
            return Ok((status, cpu, most));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// A recording that goes with its value.
struct Recording {
    folder: PathBuf,
    path: PathBuf,
    lines: u64,
}

impl Recording {
    fn generate(bytes: u64) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("hullwatch-bench-replay-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let mut recording = Self { path: folder.join("events.ndjson"), folder, lines: 0 };
        let mut file = BufWriter::new(File::create(&recording.path)?);
        let mut written = 0;
        while written < bytes {
            let line = line(recording.lines);
            file.write_all(line.as_bytes())?;
            written += line.len() as u64;
            recording.lines += 1;
        }
        file.flush()?;
        Ok(recording)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // What is left behind in the folder for temporary files is the system's business.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The `number`th event.
fn line(number: u64) -> String {
    let (name, args): (_, &[&str]) = match number % 100 {
        0 => ("apt-get", &["apt-get", "install", "-y", "curl"]),
        part if part % 3 == 0 => ("sh", &["sh", "-c", "test -e /etc/os-release && cat /etc/os-release"]),
        part if part % 3 == 1 => ("grep", &["grep", "-rn", "--include=*.rs", "needle", "src/lib.rs"]),
        _ => (
            "runc",
            &["runc", "--root", "/var/run/docker/runtime-runc/moby", "--log-format", "json", "state"],
        ),
    };
    let (seconds, fraction) = (number / 1000 % 60, number % 1000);
    let time = format!(
        "2026-11-23T{:02}:{:02}:{seconds:02}.{fraction:03}123456Z",
        number / 3_600_000 % 24,
        number / 60_000 % 60
    );
    let container = format!("{:064x}", 0xc0ff_ee00_u64 + number % 8);
    let id = json!({"id": "0"});
    let document = json!({
        "@timestamp": time, "ecs": {"version": "8.17.0"},
        "event": {
            "kind": "event", "module": "hullwatch", "dataset": "hullwatch.events",
            "id": format!("d7adc3c1-b791-521a-8b6f-{number:012x}"), "category": ["process"], "type": ["start"],
            "action": ["exec"], "created": time, "sequence": number,
        },
        "process": {
            "pid": number % 4_000_000, "entity_id": format!("1e292be4-9b32-59b7-a55f-{number:012x}"), "start": time,
            "name": name, "executable": format!("/usr/bin/{name}"), "args": args, "args_count": args.len(),
            "command_line": args.join(" "), "interactive": number.is_multiple_of(50),
            "tty": {"char_device": {"major": 136, "minor": 3}},
            "user": id, "real_user": id, "saved_user": id, "group": id, "real_group": id, "saved_group": id,
            "parent": {"pid": 6538, "entity_id": "2f69a30f-d90b-5df7-b736-73017d2344fb", "start": time},
        },
        "user": id, "group": id, "container": {"id": container, "runtime": "docker"},
        "host": {
            "name": "node-1", "hostname": "node-1", "architecture": "x86_64", "id": "3d1219c7c4c5404aaa1f6d2a48adfda4",
            "boot": {"id": "3d88b1de-5edc-42e9-b57c-b592cb806e23"},
            "os": {"type": "linux", "kernel": "6.18.44", "name": "Debian GNU/Linux", "version": "12",
                "full": "Debian GNU/Linux 12 (bookworm)"},
        },
        "agent": {"type": "hullwatch", "version": "0.1.0", "id": "8db8273c-bc6f-513c-8676-b4c6ae26cb7f"},
        "data_stream": {"type": "logs", "dataset": "hullwatch.events", "namespace": "default"},
        "hullwatch": {
            "evidence": {"argc": args.len(), "argv_bytes": 31, "argv_captured_bytes": 31, "truncated": false},
            "filename": format!("/usr/bin/{name}"), "fds": {"stdin": "tty", "stdout": "tty", "stderr": "tty"},
            "executable": {"inode": "10876875", "mode": "0755", "deleted": false, "memfd": false},
            "cgroup": {"path": format!("/docker/{container}"), "recognised": "container", "id": "77"},
        },
    });
    format!("{document}\n")
}
