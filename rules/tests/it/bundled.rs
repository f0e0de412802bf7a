//! The bundled rules: complete, loadable, in our own words, with cases of their own, and matching what they say.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use hullwatch_rules::{BUNDLED, Build, Expected, RuleSet, RuleSource, ThreatEntry};

use crate::event::{Doc, matches};

fn bundled() -> RuleSet {
    let sources = BUNDLED
        .iter()
        .map(|(name, text)| RuleSource { origin: (*name).to_owned(), text: (*text).to_owned() });
    let Build { set, refusals, warnings, .. } = RuleSet::build(sources);
    assert!(refusals.is_empty(), "{refusals:#?}");
    assert!(warnings.is_empty(), "{warnings:#?}");
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

/// The tactics of MITRE ATT&CK's enterprise matrix.
const TACTICS: &[(&str, &str)] = &[
    ("TA0043", "Reconnaissance"),
    ("TA0042", "Resource Development"),
    ("TA0001", "Initial Access"),
    ("TA0002", "Execution"),
    ("TA0003", "Persistence"),
    ("TA0004", "Privilege Escalation"),
    ("TA0005", "Defense Evasion"),
    ("TA0006", "Credential Access"),
    ("TA0007", "Discovery"),
    ("TA0008", "Lateral Movement"),
    ("TA0009", "Collection"),
    ("TA0011", "Command and Control"),
    ("TA0010", "Exfiltration"),
    ("TA0040", "Impact"),
];

#[test]
fn there_are_at_least_twenty_eight_rules_and_no_two_have_an_id_or_a_name_in_common() {
    let set = bundled();
    assert!(set.len() >= 28, "{} rules", set.len());
    let mut seen = HashMap::new();
    for rule in set.rules() {
        for text in [&rule.id, &rule.name, &rule.query, &rule.description] {
            let other = seen.insert(text.clone(), &rule.origin);
            assert_eq!(other, None, "{} and another file have this in common: {text}", rule.origin);
        }
    }
}

#[test]
fn every_bundled_rule_has_at_least_three_cases_that_match_and_three_that_do_not() {
    for rule in bundled().rules() {
        let matching = rule.cases.iter().filter(|case| case.expected != Expected::NoAlert).count();
        assert!(matching >= 3, "{}: {matching} cases match", rule.origin);
        let others = rule.cases.len() - matching;
        assert!(others >= 3, "{}: {others} cases do not match", rule.origin);
        let mut names: Vec<_> = rule.cases.iter().map(|case| &case.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), rule.cases.len(), "{}: a name is used for two cases", rule.origin);
    }
}

#[test]
fn the_risk_score_of_every_bundled_rule_is_that_of_its_severity() {
    for rule in bundled().rules() {
        assert_eq!(rule.risk_score, rule.severity.number(), "{}", rule.origin);
    }
}

#[test]
fn every_mapping_names_a_tactic_of_attack_and_techniques_with_their_own_pages() {
    let set = bundled();
    let page =
        |entry: &ThreatEntry| format!("https://attack.mitre.org/techniques/{}/", entry.id.replace('.', "/"));
    let mut names: HashMap<String, String> = HashMap::new();
    for rule in set.rules() {
        for threat in &rule.threat {
            let tactic = (threat.tactic.id.as_str(), threat.tactic.name.as_str());
            assert!(TACTICS.contains(&tactic), "{}: {tactic:?}", rule.origin);
            assert!(!threat.techniques.is_empty(), "{}: no technique", rule.origin);
            assert!(rule.tags.contains(&format!("Tactic: {}", threat.tactic.name)), "{}: tags", rule.origin);
            for technique in &threat.techniques {
                for entry in [&technique.technique].into_iter().chain(&technique.subtechniques) {
                    assert_eq!(entry.reference, page(entry), "{}", rule.origin);
                    let name = names.entry(entry.id.clone()).or_insert_with(|| entry.name.clone());
                    assert_eq!(*name, entry.name, "{}: {} has two names", rule.origin, entry.id);
                }
                let closest = technique.subtechniques.last().unwrap_or(&technique.technique);
                assert!(rule.references.contains(&closest.reference), "{}: {}", rule.origin, closest.id);
                for sub in &technique.subtechniques {
                    let parent = sub.id.split('.').next();
                    assert_eq!(parent, Some(technique.technique.id.as_str()), "{}", rule.origin);
                }
            }
        }
    }
}

/// facts on the first rule's misses and wrong hits: each of these words stands in a case of some rule, on the right side.
#[test]
fn what_the_tool_installation_rule_misses_is_a_case_of_another_rule() {
    let set = bundled();
    let others = || set.rules().iter().filter(|rule| rule.id != TOOL_INSTALLATION);
    let cases = |matching: bool| -> Vec<String> {
        others()
            .flat_map(|rule| &rule.cases)
            .filter(|case| (case.expected != Expected::NoAlert) == matching)
            .map(|case| format!("{:?} {:?}", case.name, case.events))
            .collect()
    };
    let (matching, others) = (cases(true), cases(false));
    for word in [
        "curl=8.1",
        "curl:amd64",
        "curl/stable",
        "curl+",
        "cur*",
        "./curl.deb",
        "curl@edge",
        "curl.x86_64",
        "curl-minimal",
        "reinstall",
        "localinstall",
        "zypper in",
        "dnf in",
        "--sync",
        "-U",
        "-ivh",
        "-Uvh",
        "\"nc\"",
        "nmap",
        "\"git\"",
        "tcpdump",
        "strace",
        "gcc",
        "aptitude",
        "nala",
        "opkg",
        "dnf5",
        "pip",
        "npm",
        "gem",
        "go install",
        "cargo install",
        "renamed",
        "copy of",
        "ld-linux",
        "busybox",
        "yum's script",
        "dnf's script",
    ] {
        assert!(matching.iter().any(|case| case.contains(word)), "no case that matches has {word}");
    }
    for word in ["pacman -Ss curl", "python3-dev", "remove sh install"] {
        assert!(others.iter().any(|case| case.contains(word)), "no case that does not match has {word}");
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
        "bash -c apt-get install curl",
        "sudo apt-get install curl",
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
