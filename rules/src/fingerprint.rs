//! The hash that names the content of a rule set.
//!
//! Covers everything a rule does and everything an alert says of it, but not where its file lay, nor in which order
//! the files came. Every part is preceded by its length, so that no two different rules read the same.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::rule::{Rule, Technique, Threat, ThreatEntry};

/// The hash of `rules`, in hex.
pub(crate) fn of(rules: &[Rule]) -> String {
    let mut digests: Vec<_> = rules.iter().map(of_rule).collect();
    digests.sort_unstable();
    let mut whole = Sha256::new();
    for digest in digests {
        whole.update(digest);
    }
    whole.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The hash of one rule.
pub(crate) fn of_rule(rule: &Rule) -> [u8; 32] {
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
    parts.0.finalize().into()
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
