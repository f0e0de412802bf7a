//! The three forms in which the tool-installation rule was published, in files of the published shape: all load
//! unchanged, and each matches what its conditions say.

use hullwatch_rules::{Build, RuleSet, RuleSource};

use crate::event::{Doc, matches};

const FORMS: [(&str, &str); 3] = [
    ("form_1_interactive.toml", include_str!("../data/form_1_interactive.toml")),
    ("form_2_with_shells.toml", include_str!("../data/form_2_with_shells.toml")),
    ("form_3_any_session.toml", include_str!("../data/form_3_any_session.toml")),
];

/// Which of the forms match, as three letters.
fn forms(event: &Doc) -> String {
    let sources = FORMS.map(|(origin, text)| RuleSource { origin: origin.to_owned(), text: text.to_owned() });
    let Build { set, refusals, .. } = RuleSet::build(sources);
    assert!(refusals.is_empty(), "{refusals:#?}");
    let ids = matches(&set, event);
    let letter = |id: &str| if ids.iter().any(|found| found == id) { 'y' } else { '-' };
    ["form-1-interactive", "form-2-with-shells", "form-3-any-session"].map(letter).iter().collect()
}

#[test]
fn the_forms_load_with_their_metadata() {
    let sources = FORMS.map(|(origin, text)| RuleSource { origin: origin.to_owned(), text: text.to_owned() });
    let Build { set, refusals, .. } = RuleSet::build(sources);
    assert!(refusals.is_empty(), "{refusals:#?}");
    assert_eq!(set.len(), 3);
    for rule in set.rules() {
        assert_eq!((rule.severity.number(), rule.risk_score), (21, 21));
        assert_eq!(rule.threat[0].techniques[0].technique.id, "T1072");
        assert_eq!(rule.threat[0].tactic.id, "TA0002");
    }
    assert_eq!(set.rules()[2].threat[1].techniques[0].technique.id, "T1105");
}

#[test]
fn a_person_installing_curl_in_a_container_matches_all_three() {
    for argv in [
        "apt-get install -y curl",
        "/usr/bin/apt install wget",
        "apk add --no-cache socat",
        "pacman -Sy nodejs",
        "rpm -i busybox",
        "dpkg --install perl",
        "zypper install python311",
        "microdnf install netcat-openbsd",
    ] {
        assert_eq!(forms(&Doc::exec(argv)), "yyy", "{argv}");
    }
}

#[test]
fn shells_are_in_the_list_of_the_second_and_third_form_only() {
    assert_eq!(forms(&Doc::exec("apk add bash")), "-yy");
    assert_eq!(forms(&Doc::exec("dnf install zsh")), "-yy");
}

#[test]
fn without_a_terminal_only_the_third_form_matches() {
    assert_eq!(forms(&Doc::exec("apt-get install curl").with("process.interactive", false)), "--y");
    assert_eq!(forms(&Doc::exec("apt-get install curl").without("process.interactive")), "--y");
}

#[test]
fn on_the_host_none_matches_and_an_empty_container_id_is_a_value_to_the_first_form() {
    assert_eq!(forms(&Doc::exec("apt-get install curl").without("container.id")), "---");
    assert_eq!(forms(&Doc::exec("apt-get install curl").with("container.id", "")), "y--");
}

#[test]
fn other_verbs_tools_and_managers_match_none() {
    for argv in [
        "apt-get update",
        "apt-get install vim",
        "apt-get remove curl",
        "apk del curl",
        "curl install",
        "APT-GET install curl",
        "apt-get install CURL",
        "apt-get install curl=8.1",
        "rpm -ivh curl",
        "pacman -Qi curl",
    ] {
        assert_eq!(forms(&Doc::exec(argv)), "---", "{argv}");
    }
    assert_eq!(forms(&Doc::exec("apt-get install curl").with("event.action", ["fork"])), "---");
}

#[test]
fn a_script_is_found_by_either_of_its_names() {
    let dnf = Doc::exec("dnf install curl").with("process.name", ["python3.11", "dnf"]);
    assert_eq!(forms(&dnf), "yyy");
    assert_eq!(forms(&Doc::exec("dnf install curl").with("process.name", "python3.11")), "---");
}
