//! A rule as data: what its file says about it.
//!
//! Nothing here is evaluated; the compiled condition stands beside it in the [`RuleSet`](crate::RuleSet). Alerts are
//! filled from these fields.

use std::fmt;

use crate::case::Case;
use crate::fields::FieldId;
use crate::overlay::Exception;

/// A rule's metadata, as its file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The file's `rule_id`: unique within a set.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it detects; empty when the file has no description.
    pub description: String,
    /// How bad a match is.
    pub severity: Severity,
    /// The same as a number, 0 to 100, as the author weighed it.
    pub risk_score: u8,
    /// The author's version, if the file gives one.
    pub version: Option<u64>,
    /// Who wrote it.
    pub author: Vec<String>,
    /// Under which licence.
    pub license: Option<String>,
    /// Links to read more.
    pub references: Vec<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// What else may look like this.
    pub false_positives: Vec<String>,
    /// How to investigate an alert, as Markdown.
    pub note: Option<String>,
    /// Where it stands in a threat framework.
    pub threat: Vec<Threat>,
    /// The EQL query, as written.
    pub query: String,
    /// The file it came from, as the caller named it.
    pub origin: String,
    /// How alerts that say the same are held back; `None` when they are not.
    pub dedup: Option<Dedup>,
    /// What overlays except from it.
    pub exceptions: Vec<Exception>,
    /// Its inline tests, those of its overlay after its own.
    pub cases: Vec<Case>,
}

/// How alerts of a rule that say the same are held back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dedup {
    /// For how long after an alert, in milliseconds; never 0.
    pub window_ms: u64,
    /// Alerts with the same values of these fields say the same.
    pub keys: Vec<FieldId>,
}

impl Dedup {
    /// The keys where a file names none.
    pub const DEFAULT_KEYS: [FieldId; 3] =
        [FieldId::ContainerId, FieldId::ProcessExecutable, FieldId::ProcessArgs];

    /// The longest window that is taken: a week.
    pub const LONGEST_MS: u64 = 7 * 24 * 3_600_000;
}

/// How bad a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look when there is time.
    Low,
    /// Worth a look.
    Medium,
    /// To be looked at soon.
    High,
    /// To be looked at now.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// As rule files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// As Elastic Security counts it (`event.severity` of an alert).
    pub fn number(self) -> u8 {
        match self {
            Self::Low => 21,
            Self::Medium => 47,
            Self::High => 73,
            Self::Critical => 99,
        }
    }

    /// The severity of this name. Letter case counts.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One tactic of a framework and the techniques under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threat {
    /// "MITRE ATT&CK"
    pub framework: String,
    /// Why it is done.
    pub tactic: ThreatEntry,
    /// How it is done.
    pub techniques: Vec<Technique>,
}

/// A technique and what is known more closely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// The technique.
    pub technique: ThreatEntry,
    /// Its subtechniques.
    pub subtechniques: Vec<ThreatEntry>,
}

/// An entry of a threat framework. Parts the file leaves out are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreatEntry {
    /// "T1072"
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its page.
    pub reference: String,
}
