//! The last act of a test run: everything that was started has ended, everything that was made is gone. A test that
//! leaves a process, a mount, a control group or a container behind makes the run fail, also when the test itself
//! passed or failed for another reason. What is found is named and then removed; only what is our own can be found
//! here. Called by the runner, before the first test and after the last.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use nix::errno::Errno;
use nix::mount::{MntFlags, umount2};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::{cgroup, runc, scratch};

/// Makes every orphan among our descendants our child, so that none can get away, and removes the control groups of
/// runs that were killed. To be called before the first test.
pub fn prepare() -> Result<()> {
    cgroup::sweep()?;
    Ok(nix::sys::prctl::set_child_subreaper(true)?)
}

/// Looks for leftovers, names them, and removes them all the same. To be called when no test is running any more,
/// after `docker::shut_down`.
pub fn check() -> Result<()> {
    let mut found = processes_after(Duration::from_secs(10));
    found.extend(mounts()?);
    found.extend(cgroup::remove_left().into_iter().map(|path| format!("control group {}", path.display())));
    found.extend(runc::remove_left().into_iter().map(|id| format!("runc container {id}")));
    found.extend(scratch::remove().err().map(|error| format!("files: {error:#}")));
    ensure!(found.is_empty(), "the tests left behind:\n  {}", found.join("\n  "));
    Ok(())
}

/// Waits until there are no children any more, and kills and names those that are there even then.
fn processes_after(limit: Duration) -> Vec<String> {
    let deadline = Instant::now() + limit;
    let mut found = Vec::new();
    while reap() {
        if Instant::now() > deadline {
            for pid in children() {
                found.push(format!("process {pid}: {}", command_line(pid)));
                let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    found.dedup();
    found
}

/// Takes the exit status of every child that has ended; true when there are others.
fn reap() -> bool {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => return true,
            Err(Errno::ECHILD) => return false,
            _ => {}
        }
    }
}

fn children() -> Vec<i32> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

/// Mounts below the run's folder, which are taken away.
fn mounts() -> Result<Vec<String>> {
    let root = scratch::root()?;
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let points = mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .filter(|point| Path::new(point).starts_with(root));
    Ok(points
        .map(|point| {
            let _ = umount2(point, MntFlags::MNT_DETACH);
            format!("mount {point}")
        })
        .collect())
}
