//! What sequences mean.

use super::*;

/// No match.
const NONE: [Vec<usize>; 0] = [];

#[test]
fn stages_match_in_order_and_only_in_order() {
    assert_eq!(found("ab", None, &[(1, "a"), (2, "b")]), [[1, 2]]);
    assert_eq!(found("ab", None, &[(1, "b"), (2, "a")]), NONE);
    assert_eq!(found("abc", None, &[(1, "a"), (2, "b"), (3, "x"), (4, "c")]), [[1, 2, 4]]);
    assert_eq!(found("abc", None, &[(1, "a"), (2, "c"), (3, "b")]), NONE);
}

#[test]
fn a_newer_event_takes_the_place_of_the_pending_one() {
    assert_eq!(found("ab", None, &[(1, "a"), (2, "a"), (3, "b")]), [[2, 3]]);
    assert_eq!(found("abc", None, &[(1, "a"), (2, "b"), (3, "a"), (4, "b"), (5, "c")]), [[3, 4, 5]]);
    assert_eq!(found("abc", None, &[(1, "a"), (2, "b"), (3, "b"), (4, "c")]), [[1, 2, 4]]);
}

#[test]
fn a_match_that_is_complete_is_not_pending_any_more() {
    assert_eq!(found("ab", None, &[(1, "a"), (2, "b"), (3, "b")]), [[1, 2]]);
    assert_eq!(found("ab", None, &[(1, "a"), (2, "b"), (3, "a"), (4, "b")]), [[1, 2], [3, 4]]);
}

#[test]
fn one_event_may_end_one_match_and_begin_the_next() {
    assert_eq!(found("aa", None, &[(1, "a"), (2, "a"), (3, "a"), (4, "a")]), [[1, 2], [2, 3], [3, 4]]);
    assert_eq!(found("ab", None, &[(1, "a"), (2, "ab"), (3, "b")]), [[1, 2], [2, 3]]);
}

#[test]
fn an_event_is_never_used_for_two_stages_of_one_match() {
    assert_eq!(found("ab", None, &[(1, "ab")]), NONE);
    assert_eq!(found("abc", None, &[(1, "abc"), (2, "abc")]), NONE);
    assert_eq!(found("abc", None, &[(1, "abc"), (2, "abc"), (3, "abc")]), [[1, 2, 3]]);
}

#[test]
fn runs_are_stages_and_six_fast_events_with_five_runs_match_twice() {
    let events: Vec<Given> = (1..=6).map(|ms| (ms, "a")).collect();
    assert_eq!(found("aaaaa", Some(1000), &events), [[1, 2, 3, 4, 5], [2, 3, 4, 5, 6]]);
}

#[test]
fn maxspan_counts_from_the_first_event_and_its_end_belongs_to_it() {
    assert_eq!(found("abc", Some(10), &[(0, "a"), (9, "b"), (10, "c")]), [[1, 2, 3]]);
    assert_eq!(found("abc", Some(10), &[(0, "a"), (9, "b"), (11, "c")]), NONE);
    assert_eq!(found("ab", Some(10), &[(0, "a"), (5, "a"), (12, "b")]), [[2, 3]]);
    assert_eq!(found("ab", Some(0), &[(0, "a"), (0, "b"), (1, "b")]), [[1, 2]]);
    assert_eq!(found("ab", None, &[(0, "a"), (i64::from(i32::MAX), "b")]), [[1, 2]]);
}

#[test]
fn until_discards_what_is_pending() {
    assert_eq!(found("ab|u", None, &[(1, "a"), (2, "u"), (3, "b")]), NONE);
    assert_eq!(found("abc|u", None, &[(1, "a"), (2, "b"), (3, "u"), (4, "c")]), NONE);
    assert_eq!(found("ab|u", None, &[(1, "u"), (2, "a"), (3, "b"), (4, "u")]), [[2, 3]]);
}

#[test]
fn an_until_that_completes_a_match_does_not_stop_it_but_everything_else() {
    assert_eq!(found("ab|b", None, &[(1, "a"), (2, "b")]), [[1, 2]]);
    assert_eq!(found("ab|u", None, &[(1, "a"), (2, "abu"), (3, "b")]), [[1, 2]]);
    assert_eq!(
        found("abc|u", None, &[(1, "a"), (2, "b"), (3, "a"), (4, "cu"), (5, "b"), (6, "c")]),
        [[1, 2, 4]]
    );
    assert_eq!(found("ab|a", None, &[(1, "a"), (2, "b")]), NONE, "it discards what it began itself");
}

#[test]
fn a_missing_event_in_the_middle_ends_the_match_before_it() {
    assert_eq!(found("a!xb", Some(100), &[(1, "a"), (2, "b")]), [[1, 2]]);
    assert_eq!(found("a!xb", Some(100), &[(1, "a"), (2, "x"), (3, "b")]), NONE);
    assert_eq!(found("a!xb", Some(100), &[(0, "x"), (1, "a"), (2, "b"), (3, "x")]), [[2, 3]]);
    assert_eq!(found("a!xb", Some(100), &[(1, "a"), (2, "x"), (3, "a"), (4, "b")]), [[3, 4]]);
    assert_eq!(found("a!xbc", Some(100), &[(1, "a"), (2, "b"), (3, "x"), (4, "c")]), [[1, 2, 4]]);
    assert_eq!(found("a!x!yb", Some(100), &[(1, "a"), (2, "y"), (3, "b")]), NONE);
    assert_eq!(
        found("a!xb", Some(100), &[(1, "ax"), (2, "xb")]),
        [[1, 2]],
        "only what stands between counts"
    );
}

#[test]
fn a_missing_event_at_the_end_is_waited_for() {
    assert_eq!(found("ab!x", Some(10), &[(0, "a"), (1, "b")]), [[1, 2]], "the end of input ends the wait");
    assert_eq!(found("ab!x", Some(10), &[(0, "a"), (1, "b"), (11, "q")]), [[1, 2]]);
    assert_eq!(found("ab!x", Some(10), &[(0, "a"), (1, "b"), (10, "x")]), NONE);
    assert_eq!(found("ab!x", Some(10), &[(0, "a"), (1, "b"), (11, "x")]), [[1, 2]]);
    assert_eq!(found("ab!x", Some(10), &[(0, "a"), (0, "x"), (1, "b")]), [[1, 3]]);
    assert_eq!(found("ab!x", Some(10), &[(0, "a"), (1, "bx")]), [[1, 2]], "not by its own last event");
    assert_eq!(found("a!x", Some(10), &[(0, "a"), (1, "a")]), [[1], [2]], "each waits for itself");
    assert_eq!(found("a!x", Some(10), &[(0, "a"), (8, "a"), (12, "x")]), [[1]]);
    assert_eq!(found("a!x|u", Some(10), &[(0, "a"), (1, "u")]), NONE);
    assert_eq!(found("a!x|u", Some(10), &[(0, "a"), (11, "u")]), [[1]]);
}

#[test]
fn what_waits_is_told_when_its_time_has_passed_and_not_before() {
    let sequence = Sequence::new("a!x", Some(10));
    let mut memory = Memory::new(Limits::default());
    let mut out = Vec::new();
    sequence.show(&mut memory, 1, (0, "a"), &key("k"), &mut out);
    memory.advance(10_000_000, |_| Some(&sequence.shape), |_, found| out.push(found));
    assert!(out.is_empty());
    memory.advance(10_000_001, |_| Some(&sequence.shape), |_, found| out.push(found));
    assert_eq!((out.len(), memory.keys(), memory.bytes()), (1, 0, 0));
}

#[test]
fn a_missing_event_at_the_beginning_is_looked_for_in_the_time_before() {
    assert_eq!(found("!xab", Some(10), &[(1, "a"), (2, "b")]), [[1, 2]]);
    assert_eq!(found("!xab", Some(10), &[(0, "x"), (1, "a"), (10, "b")]), NONE);
    assert_eq!(
        found("!xab", Some(10), &[(0, "x"), (1, "a"), (11, "b")]),
        [[2, 3]],
        "ten before the last is at 1"
    );
    assert_eq!(found("!xab", Some(10), &[(0, "xa"), (1, "xb")]), [[1, 2]]);
    assert_eq!(found("!xab", Some(10), &[(0, "a"), (1, "x"), (2, "b")]), [[1, 3]]);
    assert_eq!(found("!xa", Some(10), &[(0, "x"), (10, "a"), (21, "a")]), [[3]]);
    assert_eq!(found("!xa!y", Some(10), &[(0, "a"), (30, "x"), (31, "a"), (60, "a"), (61, "y")]), [[1]]);
}

#[test]
fn tuples_of_join_values_have_nothing_to_do_with_each_other() {
    let sequence = Sequence::new("ab|u", Some(100));
    let mut memory = Memory::new(Limits::default());
    let mut out = Vec::new();
    for (number, (event, of)) in
        [((1, "a"), "k"), ((2, "a"), "l"), ((3, "u"), "k"), ((4, "b"), "l"), ((5, "b"), "k")]
            .into_iter()
            .enumerate()
    {
        sequence.show(&mut memory, number, event, &key(of), &mut out);
    }
    assert_eq!(out.into_iter().map(|found| found.events).collect::<Vec<_>>(), [[1, 3]]);
    assert_eq!(memory.keys(), 0, "what has nothing pending is forgotten");
}

#[test]
fn equal_times_are_ordered_by_the_sequence_number_and_what_comes_late_is_counted() {
    let shape = Shape::new([false, false], None);
    let mut memory: Memory<usize> = Memory::new(Limits::default());
    let key = key("k");
    let hit = |ns, sequence| Hit { at: EventTime::new(ns, sequence), key: &key, marks: Marks::default() };
    assert_eq!(memory.sequence(&shape, 0, hit(5, 7), || 1), None);
    assert_eq!(memory.sequence(&shape, 1, hit(5, 6), || 2), None);
    assert_eq!(memory.losses().late, 1);
    assert_eq!(memory.sequence(&shape, 0, hit(4, 1), || 3), None, "the pending one is newer");
    assert_eq!(memory.sequence(&shape, 1, hit(5, 8), || 4).unwrap().events, [1, 4]);
}

#[test]
fn what_is_not_certain_marks_the_match_and_ends_none() {
    let marked = |sequence: &str, events: &[Given]| -> Vec<(Vec<usize>, bool)> {
        let found = Sequence::new(sequence, Some(10)).run(events);
        found.into_iter().map(|found| (found.events, found.marks.incomplete)).collect()
    };
    assert_eq!(marked("ab", &[(0, "a"), (1, "b")]), [(vec![1, 2], false)]);
    assert_eq!(marked("ab", &[(0, "?a"), (1, "b")]), [(vec![1, 2], true)]);
    assert_eq!(marked("a!xb", &[(0, "a"), (1, "?x"), (2, "b")]), [(vec![1, 3], true)]);
    assert_eq!(marked("!xab", &[(0, "?x"), (1, "a"), (2, "b")]), [(vec![2, 3], true)]);
    assert_eq!(marked("!xab", &[(0, "?x"), (20, "a"), (21, "b")]), [(vec![2, 3], false)]);
    assert_eq!(marked("ab!x", &[(0, "a"), (1, "b"), (2, "?x")]), [(vec![1, 2], true)]);
    assert_eq!(marked("ab|u", &[(0, "a"), (1, "?u"), (2, "b")]), [(vec![1, 3], true)]);
}

#[test]
fn keys_are_bounded_the_longest_unused_goes_and_is_counted() {
    let sequence = Sequence::new("ab", None);
    let mut memory = Memory::new(Limits { keys: 2, ..Limits::default() });
    let mut out = Vec::new();
    for (number, (letters, of)) in
        [("a", "k"), ("a", "l"), ("a", "k"), ("a", "m"), ("b", "l"), ("b", "k"), ("b", "m")]
            .into_iter()
            .enumerate()
    {
        sequence.show(&mut memory, number, (0, letters), &key(of), &mut out);
    }
    assert_eq!(out.into_iter().map(|found| found.events).collect::<Vec<_>>(), [[2, 5], [3, 6]]);
    assert_eq!((memory.losses().pending_for_keys, memory.losses().pending_for_bytes), (1, 0));
}

#[test]
fn bytes_are_bounded_also_for_one_key_that_grows() {
    let limits = Limits { bytes: 20_000, ..Limits::default() };
    let sequence = Sequence::new("a!x", Some(1_000_000));
    let mut memory = Memory::new(limits);
    let mut out = Vec::new();
    for number in 0..10_000 {
        sequence.show(&mut memory, number, (0, "a"), &key("k"), &mut out);
        assert!(memory.bytes() <= limits.bytes);
    }
    assert!(memory.losses().pending_for_bytes > 9_000 && out.is_empty());
}

#[test]
fn a_sweep_is_bounded_and_the_rest_comes_with_the_next() {
    let sequence = Sequence::new("a!x", Some(10));
    let mut memory = Memory::new(Limits::default());
    let count = super::super::SWEEP + 10;
    for number in 0..count {
        sequence.show(&mut memory, number, (0, "a"), &key(&number.to_string()), &mut Vec::new());
    }
    let mut told = 0;
    assert!(memory.advance(i64::MAX, |_| Some(&sequence.shape), |_, _| told += 1));
    assert_eq!(told, super::super::SWEEP);
    assert!(!memory.advance(i64::MAX, |_| Some(&sequence.shape), |_, _| told += 1));
    assert_eq!((told, memory.keys()), (count, 0));
}

#[test]
fn what_belongs_to_an_owner_goes_with_it() {
    let sequence = Sequence::new("ab", Some(10));
    let mut memory = Memory::new(Limits::default());
    sequence.show(&mut memory, 1, (0, "a"), &key("k"), &mut Vec::new());
    memory.retain_owners(|owner| owner == 0);
    assert_eq!(memory.keys(), 1);
    memory.retain_owners(|owner| owner != 0);
    assert_eq!((memory.keys(), memory.bytes()), (0, 0));
}
