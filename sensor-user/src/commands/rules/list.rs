//! `hullwatch rules list`: the rules that can be served, one a line, for people or as JSON.

use std::io;
use std::path::PathBuf;

use clap::Args;
use hullwatch_rules::compile::Compiled;
use serde::Serialize;

use super::{RulesError, Verdict, load};
use crate::text::for_terminal;

/// `hullwatch rules list`
#[derive(Debug, Args)]
pub struct List {
    /// Rule files, or folders that are searched for *.toml [default: the bundled rules]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// One rule.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    severity: &'a str,
    risk_score: u8,
    kind: &'static str,
    name: &'a str,
    exceptions: usize,
    tests: usize,
    file: &'a str,
}

impl List {
    pub(super) fn run(&self, out: &mut dyn io::Write) -> Result<Verdict, RulesError> {
        let loaded = load(&self.paths)?;
        let set = &loaded.build.set;
        for (rule, compiled) in set.rules().iter().zip(set.compiled()) {
            let kind = match compiled.query.kinds().next() {
                Some((_, Compiled::Sequence(_))) => "sequence",
                Some((_, Compiled::Sample(_))) => "sample",
                _ => "event",
            };
            let row = Row {
                id: &rule.id,
                severity: rule.severity.name(),
                risk_score: rule.risk_score,
                kind,
                name: &rule.name,
                exceptions: rule.exceptions.len(),
                tests: rule.cases.len(),
                file: &rule.origin,
            };
            if self.json {
                serde_json::to_writer(&mut *out, &row).map_err(io::Error::from)?;
                writeln!(out)?;
            } else {
                let (id, name) = (for_terminal(row.id), for_terminal(row.name));
                writeln!(out, "{id:<36}  {:<8}  {kind:<8}  {name}", row.severity)?;
            }
        }
        let left_out = loaded.build.refusals.len() + loaded.unreadable.len();
        if left_out > 0 && !self.json {
            writeln!(out, "{left_out} left out; `hullwatch rules check` says why")?;
        }
        Ok(Verdict::Good)
    }
}
