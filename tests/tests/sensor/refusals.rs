//! When the sensor cannot start it says what is wrong, where, and what to do, on standard error, and ends with status 2
//! without a panic, without a line on standard output, and without waiting.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use hullwatch_tests::command::{copy_program, find};
use hullwatch_tests::rule_file::RuleFile;
use hullwatch_tests::scratch;
use hullwatch_tests::sensor::{Sensor, refusal, sensor_command};
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    trials![Shared:
        a_rule_file_that_is_no_toml_is_refused,
        a_rule_whose_query_is_malformed_is_refused,
        a_rule_with_an_unknown_field_is_refused_and_the_nearest_name_told,
        a_rule_id_that_two_files_have_is_refused_and_both_are_named,
        an_empty_rules_folder_is_refused,
        a_rules_path_that_is_not_there_is_refused,
        an_output_folder_that_is_not_there_is_refused,
        an_output_file_that_is_a_folder_is_refused,
        an_output_of_an_unknown_kind_is_refused,
        a_user_who_is_not_root_is_refused,
        root_without_its_capabilities_is_refused,
        a_btf_file_that_is_not_there_is_refused,
        a_btf_file_that_is_none_is_refused,
        a_kernel_locked_down_for_confidentiality_is_refused,
        a_kernel_locked_down_for_integrity_is_not_refused,
    ]
}

/// Fails unless this command line is refused with a message that has all of `needles` in it.
fn refused(args: &[&str], needles: &[&str]) -> Result<()> {
    refused_command(sensor_command(args)?, needles)
}

fn refused_command(command: Command, needles: &[&str]) -> Result<()> {
    let outcome = refusal(command)?;
    let log = &outcome.stderr;
    ensure!(outcome.status.code() == Some(2), "ended with {}, expected status 2: {log}", outcome.status);
    ensure!(outcome.stdout.is_empty(), "wrote to standard output: {}", outcome.stdout);
    ensure!(!log.contains("panicked"), "panicked: {log}");
    let mut parts: Vec<&str> = log.split(": ").map(str::trim).collect();
    parts.sort_unstable();
    let repeated = parts.iter().zip(parts.iter().skip(1)).find(|(one, other)| one == other && one.len() > 20);
    ensure!(repeated.is_none(), "says the same twice: {log}");
    for needle in needles {
        ensure!(log.contains(needle), "the message does not say {needle:?}: {log}");
    }
    Ok(())
}

/// Writes a rule file and returns its path.
fn rule_file(text: &str) -> Result<String> {
    let path = scratch::folder("rules")?.join("the-bad-one.toml");
    fs::write(&path, text)?;
    Ok(path.display().to_string())
}

/// The bundled rule with its query replaced.
fn with_query(query: &str) -> Result<String> {
    let rule = RuleFile::tool_installation()?;
    let mut table: toml::Table = rule.text.parse()?;
    if let Some(toml::Value::Table(rule)) = table.get_mut("rule") {
        rule.insert("query".to_owned(), toml::Value::String(query.to_owned()));
    }
    rule_file(&table.to_string())
}

fn a_rule_file_that_is_no_toml_is_refused() -> Result<()> {
    let path =
        rule_file("[metadata]\nmaturity = \"production\"\n\n[rule]\nname = \"no end\nrisk_score = 21\n")?;
    refused(&["run", "--rules", &path], &[&path, "5"])
}

fn a_rule_whose_query_is_malformed_is_refused() -> Result<()> {
    let path = with_query("process where process.name == \"apt\" and and process.args == \"install\"")?;
    refused(&["run", "--rules", &path], &["the-bad-one.toml", "and and"])
}

fn a_rule_with_an_unknown_field_is_refused_and_the_nearest_name_told() -> Result<()> {
    let path = with_query("process where process.nmae == \"apt\"")?;
    refused(&["run", "--rules", &path], &["the-bad-one.toml", "process.nmae", "process.name"])
}

fn a_rule_id_that_two_files_have_is_refused_and_both_are_named() -> Result<()> {
    let rule = RuleFile::tool_installation()?;
    let folder = scratch::folder("rules")?;
    for name in ["first-of-two.toml", "second-of-two.toml"] {
        fs::copy(&rule.path, folder.join(name))?;
    }
    let path = folder.display().to_string();
    refused(&["run", "--rules", &path], &["first-of-two.toml", "second-of-two.toml", &rule.id])
}

fn an_empty_rules_folder_is_refused() -> Result<()> {
    let path = scratch::folder("empty-rules")?.display().to_string();
    refused(&["run", "--rules", &path], &[&path, ".toml", "--rules"])
}

fn a_rules_path_that_is_not_there_is_refused() -> Result<()> {
    refused(&["run", "--rules", "/nowhere/rules"], &["/nowhere/rules", "No such file", "--rules"])
}

fn an_output_folder_that_is_not_there_is_refused() -> Result<()> {
    refused(&["run", "--output", "file:/nowhere/alerts.ndjson"], &["/nowhere/alerts.ndjson", "No such file"])
}

fn an_output_file_that_is_a_folder_is_refused() -> Result<()> {
    let path = scratch::folder("not-a-file")?.display().to_string();
    refused(&["run", "--output", &format!("file:{path}")], &[&path, "directory"])
}

fn an_output_of_an_unknown_kind_is_refused() -> Result<()> {
    refused(&["run", "--output", "carrier-pigeon:loft"], &["carrier-pigeon", "stdout", "file:"])
}

fn a_user_who_is_not_root_is_refused() -> Result<()> {
    // The binary may lie where only root can go.
    let folder = scratch::folder("nobody")?;
    let copy = folder.join("hullwatch");
    copy_program(&scratch::sensor_binary()?, &copy)?;
    fs::set_permissions(&copy, Permissions::from_mode(0o755))?;
    let mut command = Command::new(copy);
    command.arg("run").uid(65534).gid(65534).current_dir("/").env("NO_COLOR", "1");
    refused_command(command, &["root", "CAP_BPF"])
}

/// As in a container that is not privileged.
fn root_without_its_capabilities_is_refused() -> Result<()> {
    let mut command = Command::new(find("setpriv")?);
    command.arg("--bounding-set=-all").arg(scratch::sensor_binary()?).arg("run").env("NO_COLOR", "1");
    refused_command(command, &["root", "CAP_BPF", "CAP_PERFMON", "privileged"])
}

fn a_btf_file_that_is_not_there_is_refused() -> Result<()> {
    refused(&["run", "--btf", "/nowhere/vmlinux"], &["/nowhere/vmlinux", "BTF", "--btf"])
}

fn a_btf_file_that_is_none_is_refused() -> Result<()> {
    let path: PathBuf = scratch::folder("btf")?.join("vmlinux");
    fs::write(&path, "this is no BTF")?;
    let path = path.display().to_string();
    refused(&["run", "--btf", &path], &[&path, "BTF", "/sys/kernel/btf/vmlinux"])
}

/// `hullwatch run` where the kernel seems to be locked down: what the lockdown module shows is replaced in a mount
/// namespace of its own.
fn locked_down(state: &str) -> Result<Command> {
    let security = Path::new("/sys/kernel/security");
    ensure!(security.is_dir(), "{} is missing", security.display());
    let script =
        "mount -t tmpfs hullwatch-test \"$0\" && echo \"$1\" >\"$0/lockdown\" && shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", script]).arg(security).arg(state);
    command.arg(scratch::sensor_binary()?).arg("run").env("NO_COLOR", "1");
    Ok(command)
}

fn a_kernel_locked_down_for_confidentiality_is_refused() -> Result<()> {
    let needles = ["lockdown", "confidentiality", "/sys/kernel/security/lockdown"];
    refused_command(locked_down("none integrity [confidentiality]")?, &needles)
}

fn a_kernel_locked_down_for_integrity_is_not_refused() -> Result<()> {
    let sensor = Sensor::run_command(&mut locked_down("none [integrity] confidentiality")?)?;
    sensor.settle()
}
