//! Rule engines from crates.io, with the tool-installation rule in their own formats.
//!
//! Each takes events as JSON documents, parsed beforehand: reading JSON is not counted.
//!
//! sigma-rust 0.7 is not among them: by its source it does not match fields that have several values, so it cannot look for
//! an argument.

use rsigma_eval::JsonEvent;
use serde_json::Value;

/// For the one that reads Sigma.
const SIGMA: &str = r"
title: Tool installation in a container
id: 7ba0c4d5-3c9e-4f0e-9c57-0a3c1a0f7d11
status: test
logsource:
    product: linux
    category: process_creation
detection:
    exec:
        host.os.type: linux
        event.type: start
        event.action: exec
        process.interactive: true
        container.id: '*'
    manager_install:
        process.name: [apt, apt-get, dnf, microdnf, yum, zypper, tdnf]
        process.args: install
    manager_apk:
        process.name: apk
        process.args: add
    manager_pacman:
        process.name: pacman
        process.args: '-*S*'
    manager_file:
        process.name: [rpm, dpkg]
        process.args: ['-i', '--install']
    tool:
        process.args: [curl, wget, socat, busybox, openssl, torsocks, netcat, netcat-openbsd, netcat-traditional, ncat,
            tor, 'python*', perl, node, nodejs, ruby, lua]
    condition: exec and tool and 1 of manager_*
level: low
";

/// In tau's format a text that begins with `i` is compared without its case, and the `i` is not part of it: hence
/// `iinstall`.
const TAU: &str = r"
detection:
    exec:
        host.os.type: linux
        event.type: start
        event.action: exec
        process.interactive: true
        container.id: '*'
    manager:
    -   process.name: [apt, apt-get, dnf, microdnf, yum, zypper, tdnf]
        process.args: iinstall
    -   process.name: apk
        process.args: add
    -   process.name: pacman
        process.args: '?^-.*S'
    -   process.name: [rpm, dpkg]
        process.args: ['-i', '--install']
    tool:
        process.args: [curl, wget, socat, busybox, openssl, torsocks, netcat, netcat-openbsd, netcat-traditional, ncat,
            tor, 'python*', perl, node, nodejs, ruby, lua]
    condition: exec and manager and tool
true_positives: []
true_negatives: []
";

/// Counts the documents that match.
pub type Matcher = Box<dyn Fn() -> usize>;

/// Each peer by its name.
pub fn all(documents: &[Value]) -> Vec<(&'static str, Matcher)> {
    vec![("tau-engine", tau(documents)), ("rsigma-eval", rsigma(documents))]
}

fn tau(documents: &[Value]) -> Matcher {
    let rule = tau_engine::Rule::from_str(TAU).expect("the rule loads");
    let documents: Vec<Value> = documents.to_vec();
    Box::new(move || documents.iter().filter(|document| rule.matches(*document)).count())
}

fn rsigma(documents: &[Value]) -> Matcher {
    let rules = rsigma_parser::parse_sigma_yaml(SIGMA).expect("the rule parses");
    let mut engine = rsigma_eval::Engine::new();
    engine.add_collection(&rules).expect("the rule compiles");
    let documents: Vec<Value> = documents.to_vec();
    Box::new(move || {
        documents.iter().filter(|document| !engine.evaluate(&JsonEvent::borrow(document)).is_empty()).count()
    })
}
