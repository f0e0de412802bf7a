//! `hullwatch rules check`: what becomes of every rule file, before a sensor has to find out.

use std::io;
use std::path::PathBuf;

use clap::Args;
use hullwatch_rules::{Refusal, RuleWarning, Subject};

use super::{Loaded, RulesError, Verdict, count, load, report};
use crate::text::for_terminal;

/// `hullwatch rules check`
#[derive(Debug, Args)]
pub struct Check {
    /// Rule files, or folders that are searched for *.toml
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

impl Check {
    pub(super) fn run(&self, out: &mut dyn io::Write) -> Result<Verdict, RulesError> {
        let Loaded { build, origins, unreadable } = load(&self.paths)?;
        for origin in &origins {
            let refusals: Vec<_> =
                build.refusals.iter().filter(|refusal| refusal.origin == *origin).collect();
            let warnings: Vec<_> =
                build.warnings.iter().filter(|warning| warning.origin == *origin).collect();
            writeln!(out, "{}: {}", for_terminal(origin), standing(&build, origin, &refusals, &warnings))?;
            for refusal in refusals {
                report::draw(out, &refusal.error)?;
            }
            for warning in warnings {
                report::draw(out, warning)?;
            }
        }
        for (path, error) in &unreadable {
            writeln!(out, "{}: cannot be read: {error}", for_terminal(path))?;
        }
        let rules_refused = of(&build.refusals, Subject::Rule);
        let overlays_refused = of(&build.refusals, Subject::Overlay);
        write!(out, "{} served", count(build.set.len(), "rule"))?;
        let in_part = build.warnings.iter().filter(|warning| warning.subject == Subject::Rule).count();
        for (number, what) in
            [(in_part, "with a warning"), (build.disabled.len(), "switched off"), (rules_refused, "refused")]
        {
            if number > 0 {
                write!(out, ", {number} {what}")?;
            }
        }
        if overlays_refused > 0 {
            write!(out, ", {} refused", count(overlays_refused, "overlay"))?;
        }
        if !unreadable.is_empty() {
            write!(out, ", {} unreadable", count(unreadable.len(), "file"))?;
        }
        writeln!(out)?;
        // In a folder among others, or alone: a file that cannot be read is not served.
        let good = build.refusals.is_empty() && unreadable.is_empty();
        Ok(if good { Verdict::Good } else { Verdict::Bad })
    }
}

fn of(refusals: &[Refusal], subject: Subject) -> usize {
    refusals.iter().filter(|refusal| refusal.subject == subject).count()
}

/// What becomes of the file, in a few words.
fn standing(
    build: &hullwatch_rules::Build,
    origin: &str,
    refusals: &[&Refusal],
    warnings: &[&RuleWarning],
) -> String {
    if let Some(refusal) = refusals.iter().find(|refusal| refusal.subject == Subject::Rule) {
        return format!("refused ({})", refusal.error.reason());
    }
    if !refusals.is_empty() {
        return format!("{} refused, the rule is served without", count(refusals.len(), "overlay"));
    }
    if build.disabled.iter().any(|rule| rule.origin == origin) {
        return "switched off by an overlay".to_owned();
    }
    match (build.set.rules().iter().any(|rule| rule.origin == origin), warnings.is_empty()) {
        (true, true) => "served".to_owned(),
        (true, false) => "served, with a warning".to_owned(),
        (false, true) => "applied".to_owned(),
        (false, false) => "with a warning".to_owned(),
    }
}
