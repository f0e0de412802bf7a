//! `hullwatch rules explain`: a rule's condition as a tree, with what came of every part of it and the values seen.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use hullwatch_rules::document::SensorDocument;
use hullwatch_rules::explain::explain;
use hullwatch_rules::{RuleSet, Trial, try_events};
use serde::Serialize;

use super::{Loaded, RulesError, Verdict, count, load, report};
use crate::text::for_terminal;

/// `hullwatch rules explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule: its file, or its id among the rules of --rules
    #[arg(long, value_name = "RULE")]
    rule: String,

    /// The event, as `hullwatch record` writes it: one JSON document, or several, one a line, for a sequence; - for
    /// standard input
    #[arg(long, value_name = "FILE")]
    event: PathBuf,

    /// Where to look for the rule and its overlays [default: the bundled rules]
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,

    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// All that is said, for machines.
#[derive(Serialize)]
struct Told<'a> {
    alerts: u32,
    incomplete: u32,
    suppressed: u64,
    events_ignored: &'a [usize],
    #[serde(flatten)]
    explanation: &'a hullwatch_rules::explain::Explanation,
}

impl Explain {
    pub(super) fn run(&self, out: &mut dyn io::Write) -> Result<Verdict, RulesError> {
        let file = Path::new(&self.rule);
        let is_file = file.is_file();
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let same = |origin: &str| is_file && whole(Path::new(origin)) == whole(file);
        let Loaded { mut build, origins, .. } = match (&*self.rules, is_file) {
            ([], true) => load(&[file.to_owned()])?,
            (paths, _) => load(paths)?,
        };
        if is_file && !origins.iter().any(|origin| same(origin)) {
            // Beside the rules it stands among, for their overlays.
            build = load(&[&*self.rules, &[file.to_owned()]].concat())?.build;
        }
        let index = build
            .set
            .rules()
            .iter()
            .position(|rule| if is_file { same(&rule.origin) } else { rule.id == self.rule });
        let Some(index) = index else {
            let about = |refusal: &&hullwatch_rules::Refusal| {
                if is_file {
                    Path::new(&refusal.origin) == file
                } else {
                    refusal.rule_id.as_ref() == Some(&self.rule)
                }
            };
            if let Some(refusal) = build.refusals.iter().find(about) {
                report::draw(out, &refusal.error)?;
                return Err(RulesError::Rule(format!("the rule cannot be served: {refusal}")));
            }
            return Err(RulesError::Rule(format!(
                "there is no rule file and no rule with the id `{}`; `hullwatch rules list` lists the ids",
                for_terminal(&self.rule)
            )));
        };
        let events = self.events()?;
        self.tell(out, &build.set, index, &events)?;
        Ok(Verdict::Good)
    }

    fn tell(
        &self,
        out: &mut dyn io::Write,
        set: &RuleSet,
        index: usize,
        events: &[(SensorDocument, bool)],
    ) -> io::Result<()> {
        let (Some(rule), Some(trial)) = (set.rules().get(index), try_events(set, index, events)) else {
            return Ok(());
        };
        let documents: Vec<_> = events.iter().map(|(document, _)| document.clone()).collect();
        let explanation = explain(rule, &documents);
        let Trial { alerts, incomplete, suppressed, ignored } = &trial;
        if self.json {
            let told = Told {
                alerts: *alerts,
                incomplete: *incomplete,
                suppressed: *suppressed,
                events_ignored: ignored,
                explanation: &explanation,
            };
            serde_json::to_writer(&mut *out, &told)?;
            return writeln!(out);
        }
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        write!(out, "{} ({}): ", for_terminal(&rule.name), for_terminal(&rule.id))?;
        match *alerts {
            0 => write!(out, "no alert")?,
            alerts => write!(out, "{}", count(number(alerts), "alert"))?,
        }
        if *incomplete > 0 {
            write!(out, ", {incomplete} of them on incomplete evidence")?;
        }
        if *suppressed > 0 {
            write!(out, ", {suppressed} suppressed by an exception")?;
        }
        writeln!(out)?;
        for event in ignored {
            writeln!(out, "event {event} is of a kind that is not captured, so no rule looks at it")?;
        }
        writeln!(out, "✓ held   ✗ did not hold   ? cannot know\n")?;
        write!(out, "{explanation}")
    }

    /// The events, and whether the sensor has events of their kind.
    fn events(&self) -> Result<Vec<(SensorDocument, bool)>, RulesError> {
        let shown = for_terminal(&self.event.display().to_string());
        let read = if self.event == Path::new("-") {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            std::fs::read_to_string(&self.event)
        };
        let text =
            read.map_err(|error| RulesError::Event(format!("cannot read the event from {shown}: {error}")))?;
        let mut whole = SensorDocument::new();
        if let Ok(known) = whole.read(text.as_bytes()) {
            return Ok(vec![(whole, known.is_some())]);
        }
        let mut events = Vec::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let mut document = SensorDocument::new();
            let known = document
                .read(line.as_bytes())
                .map_err(|error| RulesError::Event(format!("{shown}, line {}: {error}", number + 1)))?;
            events.push((document, known.is_some()));
        }
        if events.is_empty() {
            return Err(RulesError::Event(format!("there is no event in {shown}")));
        }
        Ok(events)
    }
}
