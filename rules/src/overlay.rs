//! Overlays: what a site changes about a rule without editing its file.
//!
//! Vendors' files stay as they are; an overlay names a rule by its id and switches it off, weighs it differently, holds
//! back repeated alerts, or excepts what is known to be harmless. Read by `crate::rule_file`, applied by `crate::set`.

use std::ops::Range;

use crate::case::Case;
use crate::fields::FieldId;
use crate::rule::Severity;

/// What is to be changed about one rule. What is `None` stays as the rule has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// The rule.
    pub rule_id: String,
    /// Whether it is served at all.
    pub enabled: Option<bool>,
    /// Another severity.
    pub severity: Option<Severity>,
    /// Another risk score.
    pub risk_score: Option<u8>,
    /// Another de-duplication.
    pub dedup: Option<DedupChange>,
    /// What is excepted.
    pub exceptions: Vec<Exception>,
    /// Tests of the rule with all that.
    pub cases: Vec<Case>,
    /// The file it came from, as the caller named it.
    pub origin: String,
}

/// What an overlay changes about a rule's de-duplication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DedupChange {
    /// The window in milliseconds; 0 switches de-duplication off.
    pub window_ms: Option<u64>,
    /// The keys.
    pub keys: Option<Vec<FieldId>>,
    /// Where it stands in the file.
    pub(crate) span: Range<usize>,
}

/// A condition under which a rule raises no alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The EQL condition, without a category.
    pub condition: String,
    /// Why it is harmless.
    pub reason: String,
    /// The file it came from, as the caller named it.
    pub origin: String,
    /// Where the condition's string stands in the file, quotes included.
    pub(crate) span: Range<usize>,
}
