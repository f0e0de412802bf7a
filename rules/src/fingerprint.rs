//! The hash that names the content of a rule, and that of a rule set.
//!
//! Covers everything a rule does and everything an alert says of it, overlays included, but not where its file lay,
//! nor in which order the files came, nor its tests. Every part is preceded by its length, so that no two different rules read the same.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::overlay::Exception;
use crate::rule::{Dedup, Rule, Technique, Threat, ThreatEntry};

/// Names the content of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// The hash of rules with these fingerprints, in hex.
pub(crate) fn of_set(rules: impl IntoIterator<Item = Fingerprint>) -> String {
    let mut fingerprints: Vec<_> = rules.into_iter().collect();
    fingerprints.sort_unstable();
    let mut whole = Sha256::new();
    for Fingerprint(digest) in fingerprints {
        whole.update(digest);
    }
    whole.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The fingerprint of `rule`, overlaid.
pub(crate) fn of_rule(rule: &Rule) -> Fingerprint {
    // Taken apart whole, so that a new field does not compile until it is decided whether it belongs here.
    let Rule {
        id,
        name,
        description,
        severity,
        risk_score,
        version,
        author,
        license,
        references,
        tags,
        false_positives,
        note,
        threat,
        query,
        origin: _,
        dedup,
        exceptions,
        cases: _,
    } = rule;
    let mut parts = Parts(Sha256::new());
    for text in [id, name, description, query] {
        parts.text(text);
    }
    parts.text(severity.name());
    parts.text(&risk_score.to_string());
    parts.text(&version.map(|version| version.to_string()).unwrap_or_default());
    for text in [license, note] {
        parts.text(text.as_deref().unwrap_or_default());
    }
    for texts in [author, references, tags, false_positives] {
        parts.list(texts, |parts, text| parts.text(text));
    }
    parts.list(threat, |parts, Threat { framework, tactic, techniques }| {
        parts.text(framework);
        parts.entry(tactic);
        parts.list(techniques, |parts, Technique { technique, subtechniques }| {
            parts.entry(technique);
            parts.list(subtechniques, Parts::entry);
        });
    });
    match dedup {
        None => parts.length(0),
        Some(Dedup { window_ms, keys }) => {
            parts.length(1);
            parts.text(&window_ms.to_string());
            parts.list(keys, |parts, key| parts.text(key.name()));
        }
    }
    parts.list(exceptions, |parts, Exception { condition, reason, origin: _, span: _ }| {
        parts.text(condition);
        parts.text(reason);
    });
    Fingerprint(parts.0.finalize().into())
}

/// Feeds parts to the hash, each with its length before it.
struct Parts(Sha256);

impl Parts {
    fn length(&mut self, length: usize) {
        self.0.update(u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text);
    }

    fn list<T>(&mut self, items: &[T], feed: impl Fn(&mut Self, &T)) {
        self.length(items.len());
        for item in items {
            feed(self, item);
        }
    }

    fn entry(&mut self, ThreatEntry { id, name, reference }: &ThreatEntry) {
        for text in [id, name, reference] {
            self.text(text);
        }
    }
}
