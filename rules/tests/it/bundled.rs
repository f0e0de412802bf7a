//! The bundled rules: complete, loadable, in our own words, and matching what they say.

use std::fs;
use std::path::Path;

use hullwatch_rules::{BUNDLED, Build, RuleSet, RuleSource};

use crate::event::{Doc, matches};

fn bundled() -> RuleSet {
    let sources = BUNDLED
        .iter()
        .map(|(name, text)| RuleSource { origin: (*name).to_owned(), text: (*text).to_owned() });
    let Build { set, refusals, .. } = RuleSet::build(sources);
    assert!(refusals.is_empty(), "{refusals:#?}");
    set
}

const TOOL_INSTALLATION: &str = "bcc7691d-f0db-4aec-9462-c8cdce57389a";

#[test]
fn every_file_of_the_content_folder_is_bundled() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let mut files: Vec<(String, String)> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    let bundled: Vec<(String, String)> =
        BUNDLED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert!(!files.is_empty(), "there are no bundled rules");
    assert_eq!(bundled, files);
}

#[test]
fn every_bundled_rule_says_all_that_an_alert_needs() {
    for rule in bundled().rules() {
        assert!(rule.id.len() == 36 && rule.id.bytes().filter(|b| *b == b'-').count() == 4, "{}", rule.id);
        assert!(
            !rule.description.is_empty() && !rule.author.is_empty() && rule.license.is_some(),
            "{}",
            rule.name
        );
        assert!(
            !rule.false_positives.is_empty() && rule.note.is_some() && rule.version.is_some(),
            "{}",
            rule.name
        );
        assert!(
            rule.references.iter().any(|link| link.starts_with("https://attack.mitre.org/")),
            "{}",
            rule.name
        );
        assert!(rule.threat.iter().all(|threat| !threat.tactic.id.is_empty()) && !rule.threat.is_empty());
    }
}

#[test]
fn the_tool_installation_rule_is_low_at_21_and_maps_to_software_deployment_tools() {
    let set = bundled();
    let rule = set.rules().iter().find(|rule| rule.id == TOOL_INSTALLATION).unwrap();
    assert_eq!((rule.severity.name(), rule.severity.number(), rule.risk_score), ("low", 21, 21));
    let threat = &rule.threat[0];
    assert_eq!((threat.framework.as_str(), threat.tactic.id.as_str()), ("MITRE ATT&CK", "TA0002"));
    assert_eq!(threat.techniques[0].technique.id, "T1072");
}

#[test]
fn a_person_who_installs_a_tool_in_a_container_is_reported() {
    let set = bundled();
    for argv in [
        "apt-get install -y curl",
        "apt install wget",
        "/usr/bin/apt-get -o Dpkg::Use-Pty=0 install socat",
        "yum install nodejs",
        "dnf install python3",
        "microdnf install openssl",
        "tdnf install lua",
        "zypper install ruby",
        "apk add tor",
        "pacman -S ncat",
        "pacman --noconfirm -Syu perl",
        "rpm -i busybox",
        "rpm --install node",
        "dpkg -i torsocks",
        "dpkg --install netcat netcat-openbsd netcat-traditional",
    ] {
        assert_eq!(matches(&set, &Doc::exec(argv)), [TOOL_INSTALLATION], "{argv}");
    }
}

#[test]
fn a_manager_that_is_a_script_is_reported_too() {
    let dnf =
        Doc::exec("/usr/bin/python3 /usr/bin/dnf install curl").with("process.name", ["python3.11", "dnf"]);
    assert_eq!(matches(&bundled(), &dnf), [TOOL_INSTALLATION]);
}

#[test]
fn other_commands_are_not_reported() {
    let set = bundled();
    for argv in [
        "apt-get update",
        "apt-get install vim",
        "apt-get remove curl",
        "apt-cache show curl",
        "apk update curl",
        "pacman -Q curl",
        "rpm -q curl",
        "dpkg -l curl",
        "pip install curl",
        "bash -c apt-get install curl",
    ] {
        assert_eq!(matches(&set, &Doc::exec(argv)), [""; 0], "{argv}");
    }
}

#[test]
fn the_same_command_is_not_reported_without_container_terminal_or_exec() {
    let set = bundled();
    let installs = || Doc::exec("apt-get install curl");
    for (what, event) in [
        ("on the host", installs().without("container.id")),
        ("with an empty container id", installs().with("container.id", "")),
        ("from a pipe", installs().with("process.interactive", false)),
        ("with unknown terminal", installs().without("process.interactive")),
        ("as a fork", installs().with("event.action", "fork")),
        ("at its end", installs().with("event.type", "end").with("event.action", "end")),
    ] {
        assert_eq!(matches(&set, &event), [""; 0], "{what}");
    }
}
