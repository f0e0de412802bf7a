//! `cargo xtask run --demo`: shows the product without docker. Starts the sensor, makes a small container by its own
//! means, types an `apt-get install curl` in it as a person would, and shows the alert that comes out. Succeeds only
//! when exactly that alert came. Leaves nothing behind: processes end with us, mounts live in the container's own
//! namespace, cgroups are removed.

mod cgroups;
pub(crate) mod container;
mod inbox;
mod root_folder;
mod screen;
mod sensor;
mod terminal;
mod verdict;

use std::fs::File;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::build;
use crate::run::mount_tracefs;
use crate::support::privilege::attended;
use crate::support::say::{say, show};

use self::cgroups::Cgroups;
use self::container::Container;
use self::inbox::{Awaited, Inbox};
use self::sensor::Sensor;
use self::terminal::Terminal;

/// What the person types.
const COMMAND: &str = "apt-get install curl";

/// The verb: builds as the user, then goes on as root.
pub(crate) fn run() -> Result<()> {
    let built = build::everything()?;
    let myself = std::env::current_exe().context("cannot find this program's own file")?;
    let error = attended(myself)?.arg("demo-as-root").arg("--sensor").arg(built.sensor).exec();
    Err(error).context("cannot go on as root")
}

/// The privileged half.
pub(crate) fn run_as_root(sensor: &Path) -> Result<()> {
    mount_tracefs()?;
    let mut inbox = Inbox::new()?;
    play(sensor, &mut inbox).inspect_err(|_| {
        for line in inbox.log() {
            say(format_args!("sensor's log: {line}"));
        }
    })
}

fn play(sensor: &Path, inbox: &mut Inbox) -> Result<()> {
    heading("the sensor starts");
    let sensor = Sensor::start(sensor, inbox)?;
    inbox.wait_for(Awaited::SensorReady)?;
    show_log(inbox, "ready: ");

    let id = random_id()?;
    heading(&format!("a container starts: {id}"));
    show("(no docker here: own namespaces, a terminal, and a cgroup named as docker names it)\n\n");
    let entered = play_container(&id, inbox)?;

    sensor.interrupt()?;
    inbox.wait_for(Awaited::SensorEnd)?;
    sensor.expect_success()?;
    let alert = verdict::judge(inbox.documents().iter().map(|document| document.text.as_str()), &id, COMMAND)
        .context("the demo failed")?;
    heading("the alert");
    if let Some(message) = alert.document.get("message").and_then(Value::as_str) {
        show(format_args!("{message}\n\n"));
    }
    show(format_args!("{:#}\n", alert.document));
    heading("the sensor ended");
    show_log(inbox, "summary: ");
    if alert.of_others > 0 {
        show(format_args!("({} alerts of other containers are not shown)\n", alert.of_others));
    }
    if let Some(document) = inbox.documents().get(alert.line) {
        let waited = document.arrived.saturating_duration_since(entered);
        show(format_args!("the alert was here {:.1} ms after Enter\n", waited.as_secs_f64() * 1000.0));
    }
    show("exactly the alert that should come: the demo succeeded\n");
    Ok(())
}

/// From the container's start to its end; returns the moment of Enter.
fn play_container(id: &str, inbox: &mut Inbox) -> Result<Instant> {
    // Declared before the container, so dropped after it: a cgroup goes only when nobody is in it.
    let cgroups = Cgroups::create(id)?;
    let container = Container::new(id, cgroups.leaves());
    let (mut terminal, slave) = Terminal::open(inbox)?;
    let running = container.start(&slave)?;
    // Ours would keep the terminal from ending with the container.
    drop(slave);
    let prompt = container.prompt();
    inbox.wait_for(Awaited::Prompt { text: &prompt, times: 1 })?;
    terminal.type_line(COMMAND)?;
    let entered = Instant::now();
    inbox.wait_for(Awaited::Prompt { text: &prompt, times: 2 })?;
    terminal.type_line("exit")?;
    inbox.wait_for(Awaited::ContainerEnd)?;
    drop(running);
    Ok(entered)
}

fn heading(text: &str) {
    show(format_args!("\n=== {text}\n"));
}

/// The sensor's log lines that contain this.
fn show_log(inbox: &Inbox, part: &str) {
    for line in inbox.log().iter().filter(|line| line.contains(part)) {
        show(format_args!("{line}\n"));
    }
}

/// A container id as runtimes make them: 32 random bytes in hex.
fn random_id() -> Result<String> {
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("cannot read /dev/urandom")?;
    Ok(bytes.iter().fold(String::with_capacity(64), |id, byte| format!("{id}{byte:02x}")))
}
