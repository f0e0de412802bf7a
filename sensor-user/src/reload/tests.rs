//! Reloads over real files, with the real watcher.

use super::*;
use crate::rule_files;
use std::{fs, path::Path};

/// How long something may take that takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

fn rule(id: &str, name: &str) -> String {
    format!(
        "[rule]\nname = \"{id}\"\nrule_id = \"{id}\"\nrisk_score = 1\nseverity = \"low\"\ntype = \"eql\"\n\
         language = \"eql\"\nquery = '''process where process.name == \"{name}\"'''\n"
    )
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    // As an editor does it.
    let beside = path.with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}

struct Subject {
    reloads: Reloads,
    runtime: tokio::runtime::Runtime,
}

impl Subject {
    fn start(paths: &[&Path]) -> Self {
        let paths: Vec<PathBuf> = paths.iter().map(|path| (*path).to_owned()).collect();
        let (baseline, _) = Baseline::build(rule_files::read(&paths).unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let subject = Self { reloads: Reloads::start(paths, baseline).unwrap(), runtime };
        // The watches stand within this time; what comes before is found by the first look anyway.
        thread::sleep(Duration::from_millis(100));
        subject
    }

    fn within(&mut self, limit: Duration) -> Option<Outcome> {
        self.runtime.block_on(async { tokio::time::timeout(limit, self.reloads.next()).await.ok() })
    }

    fn next(&mut self) -> Outcome {
        self.within(PATIENCE).expect("no reload")
    }

    /// The names of the rules after a reload that must succeed.
    fn names(&mut self) -> Vec<String> {
        match self.next() {
            Outcome::Reloaded(now) => now.rules.rules().iter().map(|rule| rule.id.clone()).collect(),
            Outcome::Failed(failed) => panic!("{:?}", failed.failures),
        }
    }

    fn failures(&mut self) -> Vec<Failure> {
        match self.next() {
            Outcome::Reloaded(now) => panic!("{:?}", now.rules.rules()),
            Outcome::Failed(failed) => failed.failures,
        }
    }

    fn nothing(&mut self) {
        let outcome = self.within(QUIET * 4);
        assert!(outcome.is_none(), "{outcome:?}");
    }
}

#[test]
fn a_file_that_is_renamed_over_another_added_or_removed_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(&root.join("a.toml"), &rule("a1", "x"));
    let mut subject = Subject::start(&[root]);
    write(&root.join("a.toml"), &rule("a2", "x"));
    assert_eq!(subject.names(), ["a2"]);
    write(&root.join("deep/er/b.toml"), &rule("b", "x"));
    assert_eq!(subject.names(), ["a2", "b"]);
    write(&root.join("deep/er/c.toml"), &rule("c", "x"));
    assert_eq!(subject.names(), ["a2", "b", "c"]);
    fs::remove_dir_all(root.join("deep")).unwrap();
    assert_eq!(subject.names(), ["a2"]);
    subject.nothing();
}

#[test]
fn a_config_map_is_swapped_as_a_whole_however_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("mount");
    for version in ["1", "2"] {
        for file in ["a", "b"] {
            write(&root.join(format!("..v{version}/{file}.toml")), &rule(&format!("{file}{version}"), "x"));
        }
    }
    let turn = |version: &str| {
        std::os::unix::fs::symlink(format!("..v{version}"), root.join("..data_tmp")).unwrap();
        fs::rename(root.join("..data_tmp"), root.join("..data")).unwrap();
    };
    turn("1");
    for file in ["a.toml", "b.toml"] {
        std::os::unix::fs::symlink(format!("..data/{file}"), root.join(file)).unwrap();
    }
    let mut by_folder = Subject::start(&[&root]);
    let mut by_file = Subject::start(&[&root.join("b.toml")]);
    for version in ["2", "1"] {
        turn(version);
        assert_eq!(by_folder.names(), [format!("a{version}"), format!("b{version}")]);
        assert_eq!(by_file.names(), [format!("b{version}")]);
    }
}

#[test]
fn a_folder_that_goes_away_costs_nothing_and_is_read_when_it_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("one/two");
    write(&root.join("a.toml"), &rule("a1", "x"));
    let mut subject = Subject::start(&[&root]);
    fs::remove_dir_all(folder.path().join("one")).unwrap();
    let failures = subject.failures();
    assert!(failures[0].reason.contains(&root.display().to_string()), "{failures:?}");
    fs::create_dir_all(&root).unwrap();
    write(&root.join("a.toml"), &rule("a2", "x"));
    loop {
        match subject.next() {
            Outcome::Reloaded(now) => break assert_eq!(now.rules.rules()[0].id, "a2"),
            // Seen while it was empty.
            Outcome::Failed(failed) => assert!(failed.failures[0].reason.contains("no rule file")),
        }
    }
    write(&root.join("a.toml"), &rule("a3", "x"));
    assert_eq!(subject.names(), ["a3"]);
}

#[test]
fn a_link_to_a_folder_may_be_turned() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("current");
    for version in ["1", "2"] {
        write(&folder.path().join(version).join("a.toml"), &rule(version, "x"));
    }
    std::os::unix::fs::symlink("1", &link).unwrap();
    let mut subject = Subject::start(&[&link]);
    std::os::unix::fs::symlink("2", folder.path().join("next")).unwrap();
    fs::rename(folder.path().join("next"), &link).unwrap();
    assert_eq!(subject.names(), ["2"]);
    write(&folder.path().join("2/a.toml"), &rule("3", "x"));
    assert_eq!(subject.names(), ["3"]);
}

#[test]
fn what_is_wrong_and_was_not_keeps_the_running_set_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(&root.join("a.toml"), &rule("a", "x"));
    write(&root.join("b.toml"), &rule("b", "x"));
    let mut subject = Subject::start(&[root]);
    write(&root.join("b.toml"), "[rule]\n");
    let failures = subject.failures();
    assert!(failures.len() == 1 && failures[0].file.as_ref().unwrap().ends_with("b.toml"), "{failures:?}");
    write(&root.join("b.toml"), &rule("a", "y"));
    assert!(subject.failures()[0].reason.contains("a.toml"));
    fs::write(root.join("b.toml"), [0xff]).unwrap();
    assert!(subject.failures()[0].reason.contains("cannot be read"));
    fs::remove_file(root.join("b.toml")).unwrap();
    assert_eq!(subject.names(), ["a"]);
    fs::remove_file(root.join("a.toml")).unwrap();
    assert!(subject.failures()[0].reason.contains("no rule file"));
}

#[test]
fn what_was_wrong_at_the_start_and_is_as_it_was_does_not_stand_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(&root.join("a.toml"), &rule("a1", "x"));
    write(&root.join("bad.toml"), "[rule]\n");
    fs::write(root.join("unreadable.toml"), [0xff]).unwrap();
    let mut subject = Subject::start(&[root]);
    write(&root.join("a.toml"), &rule("a2", "x"));
    let Outcome::Reloaded(now) = subject.next() else { panic!("failed") };
    assert_eq!((now.rules.len(), now.left_out), (1, 2));
    write(&root.join("bad.toml"), "[rule]\nname = 1\n");
    assert_eq!(subject.failures().len(), 1);
}

#[test]
fn whoever_asks_gets_an_answer_also_when_nothing_changed() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("a.toml"), &rule("a", "x"));
    let mut subject = Subject::start(&[folder.path()]);
    for _ in 0..3 {
        subject.reloads.ask();
        let Outcome::Reloaded(now) = subject.next() else { panic!("failed") };
        assert_eq!(now.cause, Cause::Signal);
    }
    subject.nothing();
}

#[test]
fn the_bundled_rules_can_be_asked_for_and_are_the_same() {
    let mut subject = Subject::start(&[]);
    subject.nothing();
    subject.reloads.ask();
    assert!(!subject.names().is_empty());
}
