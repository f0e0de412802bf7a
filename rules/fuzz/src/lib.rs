//! What fuzz targets share: a built rule set, looked at from every side.

use hullwatch_rules::document::SensorDocument;
use hullwatch_rules::{Build, Event as _, FieldId};

/// Writes out what the build has to say, and holds its rules against documents, one a line.
pub fn evaluate(build: Build, documents: &str) {
    for refusal in &build.refusals {
        let _ = refusal.to_string();
    }
    for warning in &build.warnings {
        let _ = warning.to_string();
    }
    let mut document = SensorDocument::new();
    for line in documents.lines() {
        if let Ok(Some(_)) = document.read(line.as_bytes()) {
            for field in FieldId::ALL {
                let _ = document.get(*field);
            }
            build.set.evaluate(&document, |rule| drop(rule.name.clone()));
            for rule in build.set.compiled() {
                let _ = rule.excepts(&document);
            }
        }
    }
}
