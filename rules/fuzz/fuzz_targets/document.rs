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
        let document = free.read(line, &paths);
        for path in 0..paths.len() {
            let _ = free.values(path);
        }
        let kind = recorded.read(line);
        // The two differ in what they keep, not in what they take for JSON; but a number too large for any type is found
        // out only where somebody wants it.
        if let (Err(error), Ok(_)) = (&document, &kind) {
            assert!(error.to_string().contains("out of range"), "read as a recorded event only: {error}");
        }
        let _ = (recorded.timestamp(), recorded.sequence());
    }
});
