//! Something that traces execs while a storm goes on: hullwatch, its peers, or an empty probe.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use aya::Ebpf;
use aya::programs::RawTracePoint;
use hullwatch_tests::scratch;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Programs;

/// Who traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An empty program at the same hook.
    Floor,
    /// `hullwatch run` with the bundled rules.
    Hullwatch,
    /// execsnoop of libbpf-tools.
    Execsnoop,
    /// bpftrace, printing argv.
    Bpftrace,
}

impl Kind {
    pub(crate) const TRACERS: [Self; 4] = [Self::Floor, Self::Hullwatch, Self::Execsnoop, Self::Bpftrace];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "empty probe",
            Self::Hullwatch => "hullwatch run",
            Self::Execsnoop => "execsnoop (libbpf-tools)",
            Self::Bpftrace => "bpftrace, printing argv",
        }
    }
}

/// A tracer at work.
pub(crate) enum Tracer {
    /// Unloaded when dropped.
    Floor(#[expect(dead_code, reason = "held for its life, not its value")] Box<Ebpf>),
    Process(Traced),
}

/// A tracer that is a process.
pub(crate) struct Traced {
    kind: Kind,
    child: Child,
    output: std::path::PathBuf,
}

/// What a tracer's process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Use {
    /// Time on a CPU, in nanoseconds, in user space and in the kernel.
    pub(crate) cpu_ns: u64,
    /// Resident memory, in KiB.
    pub(crate) resident_kib: u64,
}

impl Tracer {
    /// Starts one and waits until it traces.
    pub(crate) fn start(kind: Kind, programs: &Programs) -> Result<Self> {
        let mut command = match kind {
            Kind::Floor => return floor(&programs.floor),
            Kind::Hullwatch => {
                let mut command = Command::new(&programs.sensor);
                command.arg("run");
                command
            }
            Kind::Execsnoop => Command::new("execsnoop"),
            Kind::Bpftrace => {
                let mut command = Command::new("bpftrace");
                command.args(["-e", "tracepoint:syscalls:sys_enter_execve { join(args->argv); }"]);
                command
            }
        };
        let output = scratch::folder("tracer")?.join("output");
        // Where Debian's libbpf-tools lie.
        let path = format!("{}:/usr/sbin:/usr/bin", std::env::var("PATH").unwrap_or_default());
        let child = command
            .env("PATH", path)
            .stdin(Stdio::null())
            .stdout(File::create(&output)?)
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}; `cargo xtask bench` installs the peers", kind.name()))?;
        let mut traced = Traced { kind, child, output };
        traced.wait_until_ready(programs)?;
        Ok(Self::Process(traced))
    }

    /// What it used so far; nothing unless it is a process.
    pub(crate) fn used(&self) -> Result<Use> {
        match self {
            Self::Process(traced) => traced.used(),
            Self::Floor(_) => Ok(Use::default()),
        }
    }

    /// Ends it and returns how many execs with this tag it reports, or none if it reports nothing.
    pub(crate) fn stop(self, tag: &str) -> Result<Option<u64>> {
        match self {
            Self::Process(traced) => traced.stop(tag).map(Some),
            Self::Floor(_) => Ok(None),
        }
    }
}

/// Reads hullwatch's log up to the line that says it is ready, and returns the rest, which must be kept: a log that
/// nobody holds is a broken pipe.
pub(crate) fn wait_for_ready_line(hullwatch: &mut Child) -> Result<BufReader<ChildStderr>> {
    let mut log = BufReader::new(hullwatch.stderr.take().context("no stderr")?);
    let mut line = String::new();
    while !line.contains("ready: ") {
        line.clear();
        anyhow::ensure!(log.read_line(&mut line)? > 0, "hullwatch ended before it was ready");
    }
    Ok(log)
}

fn floor(object: &Path) -> Result<Tracer> {
    let mut ebpf = Ebpf::load(&fs::read(object)?)?;
    let program: &mut RawTracePoint = ebpf.program_mut("floor").context("no program `floor`")?.try_into()?;
    program.load()?;
    program.attach("sched_process_exec")?;
    Ok(Tracer::Floor(Box::new(ebpf)))
}

impl Traced {
    /// hullwatch says when it is ready; the peers are asked by execs until one of these is reported.
    fn wait_until_ready(&mut self, programs: &Programs) -> Result<()> {
        if self.kind == Kind::Hullwatch {
            self.child.stderr = Some(wait_for_ready_line(&mut self.child)?.into_inner());
            return Ok(());
        }
        for _ in 0..100 {
            thread::sleep(Duration::from_millis(100));
            Command::new(&programs.noop).arg("are-you-ready").status()?;
            // bpftrace writes its output in blocks, so some more are needed to fill one.
            if self.kind == Kind::Bpftrace {
                Command::new(&programs.storm)
                    .arg("300")
                    .arg(&programs.noop)
                    .stdout(Stdio::null())
                    .status()?;
            }
            if fs::metadata(&self.output)?.len() > 300 {
                thread::sleep(Duration::from_millis(300));
                return Ok(());
            }
        }
        anyhow::bail!("{} reported nothing within 10 s", self.kind.name())
    }

    fn used(&self) -> Result<Use> {
        let process = Path::new("/proc").join(self.child.id().to_string());
        let mut cpu_ns = 0;
        for task in fs::read_dir(process.join("task"))? {
            let schedstat = fs::read_to_string(task?.path().join("schedstat"))?;
            cpu_ns += schedstat.split(' ').next().context("an empty schedstat")?.parse::<u64>()?;
        }
        let status = fs::read_to_string(process.join("status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let resident_kib = resident.trim().trim_end_matches(" kB").parse()?;
        Ok(Use { cpu_ns, resident_kib })
    }

    fn stop(mut self, tag: &str) -> Result<u64> {
        thread::sleep(Duration::from_millis(500));
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGINT)?;
        let mut log = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut log)?;
        }
        self.child.wait()?;
        if self.kind == Kind::Hullwatch {
            // It writes alerts only, so it is asked for what it saw.
            let summary = log.lines().find(|line| line.contains("summary: ")).context("no summary")?;
            let seen = summary.split("events_seen=").nth(1).and_then(|rest| rest.split(' ').next());
            let lost = summary.split(" lost=").nth(1).and_then(|rest| rest.split(' ').next());
            anyhow::ensure!(lost == Some("0"), "hullwatch lost events: {summary}");
            return Ok(seen.context("no events_seen")?.parse()?);
        }
        let output = BufReader::new(File::open(&self.output)?);
        let mut lines = 0;
        for line in output.split(b'\n') {
            let line = line?;
            lines += u64::from(line.windows(tag.len()).any(|window| window == tag.as_bytes()));
        }
        fs::remove_file(&self.output)?;
        Ok(lines)
    }
}
