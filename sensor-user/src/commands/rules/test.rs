//! `hullwatch rules test`: runs the tests that stand in rule files and overlays.

use std::io;
use std::path::PathBuf;

use clap::Args;
use hullwatch_rules::{Case, CaseOutcome, Expected, Rule, run_case};

use super::{Loaded, RulesError, Verdict, count, load, report};
use crate::text::for_terminal;

/// `hullwatch rules test`
#[derive(Debug, Args)]
pub struct Test {
    /// Rule files, or folders that are searched for *.toml [default: the bundled rules]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Fail unless every rule has at least so many tests that expect a match, and so many that expect none
    #[arg(long, value_name = "N", default_value_t = 0)]
    require_cases: usize,
}

impl Test {
    pub(super) fn run(&self, out: &mut dyn io::Write) -> Result<Verdict, RulesError> {
        let Loaded { build, unreadable, .. } = load(&self.paths)?;
        let (mut passed, mut failed, mut short) = (0, 0, 0);
        for refusal in &build.refusals {
            writeln!(out, "cannot be tested: {}", for_terminal(&refusal.to_string()))?;
            report::draw(out, &refusal.error)?;
        }
        for (path, error) in &unreadable {
            writeln!(out, "cannot be read: {}: {error}", for_terminal(path))?;
        }
        for (index, rule) in build.set.rules().iter().enumerate() {
            for case in &rule.cases {
                match run_case(&build.set, index, case) {
                    Some(outcome) if outcome.passed => passed += 1,
                    Some(outcome) => {
                        failed += 1;
                        tell(out, rule, case, &outcome)?;
                    }
                    None => {}
                }
            }
            short += usize::from(!self.has_enough(out, rule)?);
        }
        let tested = build.set.rules().iter().filter(|rule| !rule.cases.is_empty()).count();
        write!(out, "{} of {}: {passed} passed", count(passed + failed, "test"), count(tested, "rule"))?;
        for (number, what) in [
            (failed, "failed".to_owned()),
            (build.set.len() - tested, "without tests".to_owned()),
            (short, format!("with fewer than {} of each kind", self.require_cases)),
            (build.refusals.len() + unreadable.len(), "could not be loaded".to_owned()),
        ] {
            if number > 0 {
                write!(out, ", {number} {what}")?;
            }
        }
        writeln!(out)?;
        let good = failed == 0 && short == 0 && build.refusals.is_empty() && unreadable.is_empty();
        Ok(if good { Verdict::Good } else { Verdict::Bad })
    }

    /// Whether `rule` has the tests that are required; tells of rules that have not, or have none.
    fn has_enough(&self, out: &mut dyn io::Write, rule: &Rule) -> io::Result<bool> {
        let no_match = rule.cases.iter().filter(|case| case.expected == Expected::NoAlert).count();
        let matching = rule.cases.len() - no_match;
        let enough = matching >= self.require_cases && no_match >= self.require_cases;
        let name = for_terminal(&rule.name);
        if rule.cases.is_empty() {
            writeln!(out, "no tests: {name} ({})", for_terminal(&rule.origin))?;
        } else if !enough {
            writeln!(
                out,
                "too few tests: {name} ({}): {matching} expect a match, {no_match} expect none",
                for_terminal(&rule.origin)
            )?;
        }
        Ok(enough)
    }
}

/// Tells of a test that failed: what was expected, what came, and why.
fn tell(out: &mut dyn io::Write, rule: &Rule, case: &Case, outcome: &CaseOutcome) -> io::Result<()> {
    let (name, test) = (for_terminal(&rule.name), for_terminal(&case.name));
    let place = format!("{}:{}", for_terminal(&case.origin), case.position.line);
    writeln!(out, "failed: {name}: {test} ({place})")?;
    let alerts = |number: u32| match number {
        0 => "no alert".to_owned(),
        number => count(usize::try_from(number).unwrap_or(usize::MAX), "alert"),
    };
    let trial = &outcome.trial;
    write!(out, "  expected {}, came {}", alerts(case.expected.alerts()), alerts(trial.alerts))?;
    match trial.suppressed {
        0 => writeln!(out)?,
        suppressed => writeln!(out, " ({suppressed} suppressed by an exception)")?,
    }
    for event in &trial.ignored {
        writeln!(out, "  event {event} is of a kind that is not captured, so no rule looks at it")?;
    }
    if let Some(explanation) = &outcome.explanation {
        for line in explanation.to_string().lines() {
            writeln!(out, "{}", format!("  {line}").trim_end())?;
        }
    }
    Ok(())
}
