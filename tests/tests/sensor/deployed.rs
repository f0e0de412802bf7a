//! The binary as it is deployed: alone in an image, in a container with the needed privileges that sees the host's
//! processes, ended by its runtime. Docker stands in for the node's runtime; that the Kubernetes manifests are valid is
//! tested elsewhere.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::container::Container;
use hullwatch_tests::document::Document;
use hullwatch_tests::rule_file::RuleFile;
use hullwatch_tests::sensor::{PATIENCE, Sensor, sensor_command};
use hullwatch_tests::summary::Summary;
use hullwatch_tests::{command, docker, scratch};
use libtest_mimic::Trial;

const IMAGE: &str = "hullwatch-test:sensor";
/// Where the image definition takes the binary from.
const BINARY: &str = "target/x86_64-unknown-linux-gnu/release";
/// What issue 2 allows the binary to weigh.
const LARGEST_BINARY_MIB: u64 = 12;
/// What a verifier may have to follow, on this machine.
const MOST_INSTRUCTIONS: u32 = 70_000;

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        the_binary_needs_no_other_file_and_is_small,
        the_verifiers_of_older_kernels_have_room_left,
        the_image_in_a_container_with_the_needed_capabilities_watches_its_host,
    ]
}

fn the_binary_needs_no_other_file_and_is_small() -> Result<()> {
    let binary = scratch::sensor_binary()?;
    let size = fs::metadata(&binary)?.len();
    ensure!(size <= LARGEST_BINARY_MIB << 20, "{size} bytes, more than {LARGEST_BINARY_MIB} MiB");
    let root = scratch::folder("empty-root")?;
    command::copy_program(&binary, &root.join("hullwatch"))?;
    let mut chroot = Command::new(command::find("chroot")?);
    let help = command::output(chroot.arg(&root).args(["/hullwatch", "run", "--help"]), PATIENCE)?;
    ensure!(help.contains("--rules"), "this is no help: {help}");
    Ok(())
}

/// A verifier gives up at a million instructions. That of 6.1 needed ten times as many as that of 6.18 for a program
/// which 6.18 took after 83,000; at 62,000, with the kernel program's log switched on, both had plenty left.
fn the_verifiers_of_older_kernels_have_room_left() -> Result<()> {
    let mut command = sensor_command(["--log-level", "debug", "record"])?;
    let ended = Sensor::record_command(&mut command)?.stop()?;
    let (_, rest) = ended.stderr.split_once("verifier followed ").context("the log tells no number")?;
    let number: u32 = rest.split(' ').next().unwrap_or_default().parse().context(rest.to_owned())?;
    ensure!(
        (1..=MOST_INSTRUCTIONS).contains(&number),
        "{number} instructions, more than {MOST_INSTRUCTIONS}"
    );
    Ok(())
}

fn the_image_in_a_container_with_the_needed_capabilities_watches_its_host() -> Result<()> {
    let context = scratch::folder("image")?;
    fs::create_dir_all(context.join(BINARY))?;
    fs::copy(scratch::sensor_binary()?, context.join(BINARY).join("hullwatch"))?;
    let definition = scratch::workspace().join("deploy/image/Containerfile");
    docker::daemon()?.build(&definition, &context, IMAGE)?;
    // Not --privileged: docker then asks for every capability there is, which a virtual machine may not have itself; and
    // not BPF and PERFMON, which older versions of docker do not know.
    let options = [
        "--cap-drop=ALL",
        "--cap-add=SYS_ADMIN",
        "--cap-add=SYS_PTRACE",
        "--cap-add=DAC_READ_SEARCH",
        "--security-opt=seccomp=unconfined",
        "--security-opt=apparmor=unconfined",
        "--pid=host",
        "--read-only",
        "--env=HOST_ROOT=/host",
        "--volume=/sys/kernel/tracing:/sys/kernel/tracing:ro",
        "--volume=/sys/fs/cgroup:/sys/fs/cgroup:ro",
        "--volume=/run:/host/run:ro",
    ];
    let watched = Container::idle()?;
    let sensor = Container::detached(&options, IMAGE, &["run"])?;
    until(&sensor, |_, log| log.contains("ready: "))?;
    watched.exec_at_terminal(&["apt-get", "install", "-y", "curl"])?.wait(PATIENCE)?;
    let rule = RuleFile::tool_installation()?;
    until(&sensor, |alerts, _| alerts.contains(watched.id()))?;
    let (alerts, _) = sensor.logs()?;
    let line = alerts.lines().find(|line| line.contains(watched.id())).context("the alert's line is gone")?;
    Document::parse(line)?.expect(&[
        ("event.kind", "alert".into()),
        ("rule.id", rule.id.into()),
        ("container.id", watched.id().into()),
        ("container.runtime", "docker".into()),
    ])?;
    let status = sensor.stop()?;
    let (_, log) = sensor.logs()?;
    ensure!(status == 0, "ended with {status}: {log}");
    let summary = Summary::find(&log).with_context(|| format!("no summary: {log}"))?;
    ensure!(summary.lost == 0 && summary.alerts > 0, "{summary:?}");
    Ok(())
}

/// Waits until the sensor's alerts and log are as wanted.
fn until(sensor: &Container, wanted: impl Fn(&str, &str) -> bool) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (alerts, log) = sensor.logs()?;
        if wanted(&alerts, &log) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "not in {PATIENCE:?}: {alerts}\n{log}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}
