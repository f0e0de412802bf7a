//! The harness itself, without the sensor: what it starts is what the other tests take it for.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use hullwatch_tests::container::Container;
use hullwatch_tests::runc::Runc;
use hullwatch_tests::{command, rootfs, scratch};
use libtest_mimic::Trial;

const LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        a_docker_container_at_a_terminal_has_one_and_is_in_the_control_group_of_its_id,
        a_docker_container_that_idles_can_be_entered_with_and_without_a_terminal,
        a_runc_container_has_a_terminal_and_the_control_group_of_its_name,
        the_debian_root_has_the_real_package_managers,
    ]
}

fn a_docker_container_at_a_terminal_has_one_and_is_in_the_control_group_of_its_id() -> Result<()> {
    let (container, mut terminal) =
        Container::at_terminal(&["-it"], &["sh", "-c", "tty; cat /proc/self/cgroup"])?;
    terminal.wait(LIMIT)?;
    terminal.wait_for(&format!("/docker/{}", container.id()), LIMIT)?;
    terminal.wait_for("/dev/pts/0", LIMIT)?;
    Ok(())
}

fn a_docker_container_that_idles_can_be_entered_with_and_without_a_terminal() -> Result<()> {
    let container = Container::idle()?;
    let without = command::output(&mut container.exec(&[], &["sh", "-c", "tty || true"]), LIMIT)?;
    ensure!(without.contains("not a tty"), "{without}");
    let mut terminal = container.exec_at_terminal(&["sh"])?;
    terminal.type_in("echo $((6*7))=$(cat /proc/1/comm)\nexit 3\n")?;
    ensure!(terminal.wait(LIMIT)?.code() == Some(3), "{}", terminal.screen());
    terminal.wait_for("42=sleep", LIMIT)
}

fn a_runc_container_has_a_terminal_and_the_control_group_of_its_name() -> Result<()> {
    let id = format!("hullwatch-test-{}", scratch::random_hex(4)?);
    let (_container, mut terminal) =
        Runc::at_terminal(&id, &["sh", "-c", "tty; cat /proc/self/cgroup; exit 3"])?;
    ensure!(terminal.wait(LIMIT)?.code() == Some(3), "{}", terminal.screen());
    terminal.wait_for("/dev/pts/0", LIMIT)
}

fn the_debian_root_has_the_real_package_managers() -> Result<()> {
    let root = rootfs::debian()?;
    let id = scratch::random_hex(32)?;
    // It stays until all has been read: what a container writes just before it ends may not reach the terminal.
    let script =
        "apt-get --version | head -1; dpkg --version | head -1; head -1 $(command -v dnf); sleep 3600";
    let (_container, terminal) = Runc::at_terminal(&id, &["sh", "-c", script])?;
    for text in ["apt ", "package management program", "#!/usr/bin/python3"] {
        terminal.wait_for(text, LIMIT).with_context(|| root.display().to_string())?;
    }
    Ok(())
}
