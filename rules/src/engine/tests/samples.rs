//! What samples mean.

use super::*;

/// The events of each match, stage by stage. Stages are letters; an event is the letters it satisfies.
fn found(stages: &str, events: &[&str]) -> Vec<Vec<usize>> {
    let mut memory = Memory::new(Limits::default());
    let key = key("k");
    let letters: Vec<char> = stages.chars().collect();
    let mut out = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let at = EventTime::new(0, index as u64);
        for (stage, letter) in letters.iter().enumerate().rev() {
            if event.contains(*letter) {
                let hit = Hit { at, key: &key, marks: Marks::default() };
                out.extend(memory.sample(letters.len(), stage, hit, || index + 1));
            }
        }
    }
    out.into_iter().map(|found| found.events).collect()
}

#[test]
fn the_order_of_events_does_not_matter() {
    assert_eq!(found("abc", &["c", "a", "x", "b"]), [[2, 4, 1]]);
    assert!(found("abc", &["c", "a", "a"]).is_empty());
}

#[test]
fn each_stage_gets_an_event_of_its_own() {
    assert!(found("ab", &["ab"]).is_empty());
    assert_eq!(found("ab", &["ab", "a"]), [[2, 1]]);
    assert_eq!(found("ab", &["ab", "ab"]), [[1, 2]]);
    assert_eq!(found("aab", &["ab", "a", "a"]), [[2, 3, 1]]);
    assert_eq!(found("aaa", &["a", "a", "a"]), [[1, 2, 3]]);
}

#[test]
fn the_earliest_events_are_taken_and_a_key_matches_once() {
    assert_eq!(found("ab", &["a", "a", "b", "a", "b"]), [[1, 3]]);
}

#[test]
fn an_event_that_many_came_before_still_counts_for_another_stage() {
    assert_eq!(found("ab", &["a", "a", "a", "a", "a", "b"]), [[1, 6]]);
}

#[test]
fn marks_come_from_the_events_that_are_taken() {
    let mut memory: Memory<usize> = Memory::new(Limits::default());
    let key = key("k");
    let marks = Marks { incomplete: true, excepted: true };
    let hit = |sequence, marks| Hit { at: EventTime::new(0, sequence), key: &key, marks };
    assert!(memory.sample(2, 0, hit(1, Marks::default()), || 1).is_none());
    assert!(memory.sample(2, 0, hit(2, marks), || 2).is_none());
    assert_eq!(memory.sample(2, 1, hit(3, Marks::default()), || 3).unwrap().marks, Marks::default());

    let other = self::key("other");
    let hit = |sequence, marks| Hit { at: EventTime::new(0, sequence), key: &other, marks };
    assert!(memory.sample(2, 0, hit(1, marks), || 1).is_none());
    assert_eq!(memory.sample(2, 1, hit(3, Marks::default()), || 3).unwrap().marks, marks);
}

#[test]
fn a_sample_takes_its_part_of_the_limits() {
    let mut memory: Memory<usize> = Memory::new(Limits { keys: 3, ..Limits::default() });
    for number in 0..10 {
        let key = key(&number.to_string());
        let hit = Hit { at: EventTime::new(0, number), key: &key, marks: Marks::default() };
        assert!(memory.sample(2, 0, hit, || 1).is_none());
    }
    assert_eq!((memory.keys(), memory.losses().pending_for_keys), (3, 7));
}
