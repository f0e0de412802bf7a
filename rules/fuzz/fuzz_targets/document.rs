//! Any bytes as a line of JSON: read as a recorded event and as a document of any form, or refused; never a panic.

#![no_main]

use hullwatch_rules::document::{FreeDocument, Paths, SensorDocument};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut paths = Paths::default();
    for path in ["@timestamp", "a", "a.b", "a.b.c", "process.args", "event.category", "process.args.x"] {
        paths.add(path);
    }
    let mut free = FreeDocument::new();
    let mut recorded = SensorDocument::new();
    for line in input.split(|byte| *byte == b'\n') {
        let is_document = free.read(line, &paths).is_ok();
        for path in 0..paths.len() {
            let _ = free.values(path);
        }
        let kind = recorded.read(line);
        // The two differ in what they keep, not in what they take for JSON.
        assert!(is_document || kind.is_err(), "read as a recorded event only");
        let _ = (recorded.timestamp(), recorded.sequence());
    }
});
