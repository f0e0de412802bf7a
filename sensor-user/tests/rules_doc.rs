//! docs/rules.md, done: the files that it shows are written into a folder, and every command is run there, in order.
//!
//! A fenced block with `file=NAME` behind its language is such a file. In a block of the language `console` a line that
//! begins with `$ ` is a command, and what follows is what it writes, to both outputs; `...` stands for any text, and
//! alone on a line for any lines. It must end with 0, or as a last line `[exit status N]` says. No command may need root:
//! `run` and `record`, which do, stand in prose, and their options are looked up in `--help`.

#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "helpers of tests fail by panicking, as tests do"
    )
)]

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

const PAGE: &str = include_str!("../../docs/rules.md");
const BINARY: &str = env!("CARGO_BIN_EXE_hullwatch");

enum Block<'a> {
    File(&'a str, String),
    Command { line: &'a str, output: Vec<&'a str>, status: i32 },
}

/// The blocks of the page that mean something, in order.
fn blocks() -> Vec<Block<'static>> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some((_, name)) = info.split_once(" file=") {
            blocks.push(Block::File(name, body.join("\n") + "\n"));
        } else if info == "console" {
            for line in body {
                if let Some(command) = line.strip_prefix("$ ") {
                    blocks.push(Block::Command { line: command, output: Vec::new(), status: 0 });
                } else if let Some(Block::Command { output, status, .. }) = blocks.last_mut() {
                    match line.strip_prefix("[exit status ") {
                        Some(number) => *status = number.trim_end_matches(']').parse().unwrap(),
                        None => output.push(line),
                    }
                } else {
                    panic!("output without a command: {line}");
                }
            }
        }
    }
    blocks
}

/// What a shell would look for `hullwatch` in.
fn path_with_binary() -> OsString {
    let folder = Path::new(BINARY).parent().unwrap().to_owned();
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths([folder].into_iter().chain(env::split_paths(&others))).unwrap()
}

/// Whether `line` is `wanted`, in which `...` stands for any text.
fn line_is(line: &str, wanted: &str) -> bool {
    let mut parts = wanted.split("...");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    true
}

/// Whether these lines are the wanted ones, in which `...` alone stands for any lines.
fn lines_are(lines: &[&str], wanted: &[&str]) -> bool {
    match (wanted, lines) {
        ([], _) => lines.is_empty(),
        (["...", rest @ ..], _) => (0..=lines.len()).any(|skipped| lines_are(&lines[skipped..], rest)),
        ([first, wanted @ ..], [line, lines @ ..]) => line_is(line, first) && lines_are(lines, wanted),
        _ => false,
    }
}

#[test]
fn every_command_of_the_page_does_what_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for block in blocks() {
        match block {
            Block::File(name, text) => {
                let file = folder.path().join(name);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            Block::Command { line, output, status } => {
                commands += 1;
                let ran = Command::new("sh")
                    .args(["-c", &format!("{line} 2>&1")])
                    .current_dir(folder.path())
                    .env("PATH", path_with_binary())
                    .env("NO_COLOR", "1")
                    .env_remove("HULLWATCH_LOG_LEVEL")
                    .output()
                    .unwrap();
                let text = String::from_utf8(ran.stdout).unwrap();
                let lines: Vec<&str> = text.lines().collect();
                assert_eq!(ran.status.code(), Some(status), "$ {line}\n{text}");
                let wanted = output.join("\n");
                assert!(lines_are(&lines, &output), "$ {line}\nwrote\n{text}\nand the page says\n{wanted}");
            }
        }
    }
    assert!(commands >= 10, "only {commands} commands were found");
}

#[test]
fn the_commands_that_need_root_have_the_options_that_the_page_gives_them() {
    for (command, options) in [("record", ["-o", "--output"]), ("run", ["--rules", "--output"])] {
        let help = Command::new(BINARY).args([command, "--help"]).output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        for option in options {
            assert!(help.contains(option), "hullwatch {command} has no {option}: {help}");
        }
        assert!(PAGE.contains(&format!("hullwatch {command} ")), "the page does not speak of {command}");
    }
}

#[test]
fn the_dots_stand_for_any_text_and_any_lines_and_nothing_else_does() {
    assert!(line_is("abcd", "a...d") && line_is("abcd", "...") && line_is("abcd", "abcd"));
    assert!(!line_is("abcd", "a...c") && !line_is("abcd", "abc") && !line_is("abcd", "b..."));
    assert!(lines_are(&["a", "b", "c"], &["...", "c"]) && lines_are(&["a"], &["a", "..."]));
    assert!(!lines_are(&["a", "b"], &["a"]) && !lines_are(&["a"], &["a", "b"]));
}
