//! Building a rule set: files in, a set out, and all that is to be said about the files.
//!
//! First every file is read, then overlays find their rules, then what is switched on is compiled. A rule with an error
//! is refused; an overlay with an error is refused whole, and its rule is served without it: an exception that cannot
//! be applied must not cost the rule, and half an overlay is nothing that anybody wrote.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{CompiledException, CompiledRule, RuleSet};
use crate::compile::{
    self, CheckError, CheckErrorKind, KindSchema, SensorQuery, WarningKind, compile_exception,
};
use crate::error::{Problem, Refusal, RuleError, Subject};
use crate::fingerprint;
use crate::kinds::EventKind;
use crate::nearest::nearest;
use crate::overlay::{Exception, Overlay};
use crate::place;
use crate::rule::Rule;
use crate::rule_file::{self, Contents, FileError, FileErrorKind, OverlayFile, RuleFile, Unreadable};
use crate::syntax;
use crate::syntax::ast::Body;
use crate::warning::{Place, RuleWarning, RuleWarningKind};

/// A rule file, or a file of overlays, for [`RuleSet::build`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSource {
    /// What to call the file in messages: its path or name.
    pub origin: String,
    /// Its content.
    pub text: String,
}

/// What came of building a rule set.
#[derive(Debug)]
pub struct Build {
    /// The rules that can be served, overlaid, in the order given.
    pub set: RuleSet,
    /// One for each rule that cannot be served and each overlay that cannot be applied.
    pub refusals: Vec<Refusal>,
    /// What is odd about others.
    pub warnings: Vec<RuleWarning>,
    /// Rules that an overlay switched off.
    pub disabled: Vec<Rule>,
}

/// What is put before the condition of an exception to make it a query.
pub(crate) const LEAD: &str = "any where ";

impl RuleSet {
    /// Reads and compiles `sources`: rules, and overlays for them. Of several rules with one id, and of several overlays
    /// for one id, the first is served.
    pub fn build(sources: impl IntoIterator<Item = RuleSource>) -> Build {
        let sources: Vec<RuleSource> = sources.into_iter().collect();
        let mut read = Read::default();
        for source in &sources {
            read.take(source);
        }
        let mut build = read.finish();
        // In the order of the files, whatever found them out.
        let order: HashMap<&str, usize> =
            sources.iter().enumerate().map(|(index, source)| (&*source.origin, index)).collect();
        let place = |origin: &str, start: usize| (order.get(origin).copied(), start);
        build.refusals.sort_by_key(|refusal| place(&refusal.origin, refusal.error.span().start));
        build.warnings.sort_by_key(|warning| place(&warning.origin, warning.span().start));
        build
    }
}

/// Files read so far.
#[derive(Default)]
struct Read<'s> {
    rules: Vec<(&'s RuleSource, RuleFile)>,
    overlays: Vec<(&'s RuleSource, OverlayFile)>,
    refusals: Vec<Refusal>,
    warnings: Vec<RuleWarning>,
    /// Ids of rules that are refused: overlays for them are not at fault.
    refused: Vec<String>,
}

impl<'s> Read<'s> {
    fn take(&mut self, source: &'s RuleSource) {
        let RuleSource { origin, text } = source;
        match rule_file::read(origin, text) {
            Ok(Contents::Rule(file)) => self.rules.push((source, *file)),
            Ok(Contents::Overlays(overlays)) => {
                for overlay in overlays {
                    match overlay {
                        Ok(overlay) => self.overlays.push((source, overlay)),
                        Err(unreadable) => self.refusals.push(Refusal {
                            subject: Subject::Overlay,
                            origin: origin.clone(),
                            rule_id: unreadable.rule_id,
                            rule_name: None,
                            error: RuleError::in_file(origin, text, unreadable.error),
                        }),
                    }
                }
            }
            Err(unreadable) => {
                let Unreadable { id, name, error } = *unreadable;
                self.refused.extend(id.clone());
                self.refusals.push(Refusal {
                    subject: Subject::Rule,
                    origin: origin.clone(),
                    rule_id: id,
                    rule_name: name,
                    error: RuleError::in_file(origin, text, error),
                });
            }
        }
    }

    fn finish(mut self) -> Build {
        let mut overlays = self.unique_overlays();
        let mut built = Built::default();
        let mut origins: HashMap<String, String> = HashMap::new();
        for (source, file) in std::mem::take(&mut self.rules) {
            let id = file.rule.id.clone();
            match origins.entry(id.clone()) {
                Entry::Vacant(free) => {
                    if self.rule(source, file, overlays.get_mut(&id), &mut built) {
                        free.insert(source.origin.clone());
                    }
                }
                Entry::Occupied(taken) => {
                    let kind = FileErrorKind::DuplicateId { id, other: taken.get().clone() };
                    let error = FileError::at(file.id_span.clone(), kind);
                    self.refuse(&file.rule, RuleError::in_file(&source.origin, &source.text, error));
                }
            }
        }
        self.unused_overlays(&overlays, &built);
        let Built { rules, compiled, disabled } = built;
        let set = RuleSet::new(rules, compiled);
        Build { set, refusals: self.refusals, warnings: self.warnings, disabled }
    }

    /// The overlays by the rules that they are for; a second one for a rule is refused.
    fn unique_overlays(&mut self) -> HashMap<String, Pending<'s>> {
        let mut unique: HashMap<String, Pending<'s>> = HashMap::new();
        for (source, file) in std::mem::take(&mut self.overlays) {
            let id = file.overlay.rule_id.clone();
            match unique.entry(id.clone()) {
                Entry::Vacant(free) => {
                    free.insert(Pending { source, file, used: false });
                }
                Entry::Occupied(first) => {
                    let other = first.get().file.overlay.origin.clone();
                    let kind = FileErrorKind::DuplicateOverlay { id: id.clone(), other };
                    let error = FileError::at(file.id_span, kind);
                    self.refusals.push(Refusal {
                        subject: Subject::Overlay,
                        origin: source.origin.clone(),
                        rule_id: Some(id),
                        rule_name: None,
                        error: RuleError::in_file(&source.origin, &source.text, error),
                    });
                }
            }
        }
        unique
    }

    /// Compiles a rule with its overlay. Says whether its id is taken from now on.
    fn rule(
        &mut self,
        source: &RuleSource,
        file: RuleFile,
        overlay: Option<&mut Pending<'_>>,
        built: &mut Built,
    ) -> bool {
        let RuleFile { mut rule, query_span, .. } = file;
        let mut exceptions = Vec::new();
        if let Some(pending) = overlay {
            pending.used = true;
            match self.overlaid(&rule, pending) {
                Ok((overlaid, compiled)) => {
                    if pending.file.overlay.enabled == Some(false) {
                        built.disabled.push(overlaid);
                        return true;
                    }
                    (rule, exceptions) = (overlaid, compiled);
                }
                Err(error) => self.refusals.push(Refusal {
                    subject: Subject::Overlay,
                    origin: pending.source.origin.clone(),
                    rule_id: Some(rule.id.clone()),
                    rule_name: Some(rule.name.clone()),
                    error,
                }),
            }
        }
        match query(&rule.query) {
            Ok(query) => {
                for warning in &query.warnings {
                    let span = place::of_eql(&source.text, query_span.clone(), &rule.query, 0, warning.span);
                    let place = Place { origin: &source.origin, text: &source.text, span };
                    let kind = RuleWarningKind::Query(warning.kind.clone());
                    let about = (&*rule.id, Some(&*rule.name));
                    self.warnings.push(RuleWarning::new(Subject::Rule, about, place, kind));
                }
                let fingerprint = fingerprint::of_rule(&rule);
                built.compiled.push(CompiledRule { query, exceptions, fingerprint });
                built.rules.push(rule);
                true
            }
            Err(problem) => {
                let RuleSource { origin, text } = source;
                let error = RuleError::in_eql(origin, text, query_span, &rule.query, 0, problem);
                self.refuse(&rule, error);
                false
            }
        }
    }

    /// `rule` as its overlay has it, and the exceptions compiled; or the first thing that is wrong with the overlay.
    fn overlaid(
        &mut self,
        rule: &Rule,
        pending: &Pending<'_>,
    ) -> Result<(Rule, Vec<CompiledException>), RuleError> {
        let RuleSource { origin, text } = pending.source;
        let Overlay { severity, risk_score, dedup, exceptions, cases, .. } = &pending.file.overlay;
        let mut rule = rule.clone();
        rule.severity = severity.unwrap_or(rule.severity);
        rule.risk_score = risk_score.unwrap_or(rule.risk_score);
        if let Some(change) = dedup {
            rule.dedup = rule_file::apply_dedup(rule.dedup.take(), change)
                .map_err(|error| RuleError::in_file(origin, text, error))?;
        }
        let mut compiled = Vec::with_capacity(exceptions.len());
        for exception in exceptions {
            let Exception { condition, span, .. } = exception;
            let made = compile_one(condition).map_err(|problem| {
                RuleError::in_eql(origin, text, span.clone(), condition, LEAD.len(), problem)
            })?;
            if made.kinds.iter().all(|(_, program)| program.is_never()) {
                let place = Place { origin, text, span: span.clone() };
                let about = (&*rule.id, Some(&*rule.name));
                let kind = RuleWarningKind::Query(WarningKind::NeverTrue);
                self.warnings.push(RuleWarning::new(Subject::Overlay, about, place, kind));
            }
            compiled.push(made);
        }
        rule.exceptions.extend(exceptions.iter().cloned());
        rule.cases.extend(cases.iter().cloned());
        Ok((rule, compiled))
    }

    /// Warns of overlays for rules that are not there.
    fn unused_overlays(&mut self, overlays: &HashMap<String, Pending<'_>>, built: &Built) {
        let known = || built.rules.iter().chain(&built.disabled).map(|rule| &*rule.id);
        let mut unused: Vec<_> = overlays.values().filter(|pending| !pending.used).collect();
        unused.sort_by_key(|pending| (&pending.source.origin, pending.file.id_span.start));
        for Pending { source, file, .. } in unused {
            let id = &file.overlay.rule_id;
            if self.refused.contains(id) {
                continue;
            }
            let nearest = nearest(id, known()).map(str::to_owned);
            let place = Place { origin: &source.origin, text: &source.text, span: file.id_span.clone() };
            let kind = RuleWarningKind::NoSuchRule { id: id.clone(), nearest };
            self.warnings.push(RuleWarning::new(Subject::Overlay, (id, None), place, kind));
        }
    }

    fn refuse(&mut self, rule: &Rule, error: RuleError) {
        self.refused.push(rule.id.clone());
        self.refusals.push(Refusal {
            subject: Subject::Rule,
            origin: rule.origin.clone(),
            rule_id: Some(rule.id.clone()),
            rule_name: Some(rule.name.clone()),
            error,
        });
    }
}

/// An overlay that looks for its rule.
struct Pending<'s> {
    source: &'s RuleSource,
    file: OverlayFile,
    used: bool,
}

/// Rules built so far.
#[derive(Default)]
struct Built {
    rules: Vec<Rule>,
    compiled: Vec<CompiledRule>,
    disabled: Vec<Rule>,
}

fn query(text: &str) -> Result<SensorQuery, Problem> {
    let query = syntax::parse(text)?;
    Ok(compile::compile(&query)?)
}

/// Compiles the condition of an exception, for each kind of event.
fn compile_one(condition: &str) -> Result<CompiledException, Problem> {
    let query = syntax::parse(&format!("{LEAD}{condition}"))?;
    if let Some(pipe) = query.pipes.first() {
        return Err(CheckError { span: pipe.span, kind: CheckErrorKind::Pipes }.into());
    }
    let Body::Event(event) = &query.body else { return Ok(CompiledException { kinds: Vec::new() }) };
    let kinds = EventKind::captured().map(|kind| {
        let program = compile_exception(&event.condition, &mut KindSchema(kind))?;
        Ok((kind, program))
    });
    Ok(CompiledException { kinds: kinds.collect::<Result<_, CheckError>>()? })
}
