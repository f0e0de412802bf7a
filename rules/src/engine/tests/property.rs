//! The streaming machine against one that sees all events at once.
//!
//! The reference goes stage by stage: from all matches that have n events, and all events of the next stage, it makes
//! those that have n + 1. It keeps no state and knows no order of processing.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const LETTERS: [char; 4] = ['a', 'b', 'c', 'u'];

#[derive(Clone, Debug)]
struct Candidate {
    /// Places in the list of events.
    events: Vec<usize>,
}

/// A stage: whether it is missing, and its letter.
type Stage = (bool, char);

fn reference(stages: &[Stage], until: bool, maxspan: i64, events: &[(i64, String)]) -> Vec<Vec<usize>> {
    let is = |index: usize, letter: char| events[index].1.contains(letter);
    let all = |from: usize, to: usize, letter: char| (from..to).any(|index| is(index, letter));
    let taking: Vec<usize> = (0..stages.len()).filter(|&stage| !stages[stage].0).collect();
    let (Some(&first), Some(&last)) = (taking.first(), taking.last()) else { return Vec::new() };
    let begins = (0..events.len()).filter(|&index| is(index, stages[first].1));
    let mut matches: Vec<Candidate> = begins.map(|index| Candidate { events: vec![index] }).collect();
    for pair in taking.windows(2) {
        let mut used = vec![false; matches.len()];
        let mut next = Vec::new();
        for event in (0..events.len()).filter(|&index| is(index, stages[pair[1]].1)) {
            // The newest that was there before the event; older ones it had replaced.
            let newest = matches.iter().rposition(|candidate| candidate.events.last().unwrap() < &event);
            let Some(newest) = newest else { continue };
            if std::mem::replace(&mut used[newest], true) {
                continue;
            }
            let candidate = &matches[newest];
            let before = *candidate.events.last().unwrap();
            let in_time = events[event].0 - events[candidate.events[0]].0 <= maxspan;
            let ended = until && all(before, event, 'u');
            let forbidden = (pair[0] + 1..pair[1]).any(|stage| all(before + 1, event, stages[stage].1));
            if in_time && !ended && !forbidden {
                let mut events = candidate.events.clone();
                events.push(event);
                next.push(Candidate { events });
            }
        }
        matches = next;
    }
    matches.retain(|candidate| {
        let (begin, end) = (candidate.events[0], *candidate.events.last().unwrap());
        let before = (0..begin).any(|index| {
            events[index].0 >= events[end].0 - maxspan && (0..first).any(|stage| is(index, stages[stage].1))
        });
        let waits = last + 1 < stages.len();
        let after = (end + 1..events.len()).any(|index| {
            events[index].0 <= events[begin].0 + maxspan
                && (last + 1..stages.len()).any(|stage| is(index, stages[stage].1))
        });
        let ended = waits
            && until
            && (end..events.len())
                .any(|index| events[index].0 <= events[begin].0 + maxspan && is(index, 'u'));
        !before && !after && !ended
    });
    let number = |candidate: Candidate| candidate.events.into_iter().map(|index| index + 1).collect();
    let mut numbers: Vec<Vec<usize>> = matches.into_iter().map(number).collect();
    numbers.sort();
    numbers
}

fn stages() -> impl Strategy<Value = Vec<Stage>> {
    vec((proptest::bool::weighted(0.25), proptest::sample::select(&LETTERS[..3])), 1..6)
        .prop_filter("something must match", |stages| stages.iter().any(|stage| !stage.0))
}

fn events() -> impl Strategy<Value = Vec<(i64, String)>> {
    let letters = proptest::sample::subsequence(&LETTERS[..], 0..=2);
    vec((0..4_i64, letters), 0..30).prop_map(|steps| {
        let mut ms = 0;
        let event = |(step, letters): (i64, Vec<char>)| {
            ms += step;
            (ms, letters.into_iter().collect())
        };
        steps.into_iter().map(event).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_machine_finds_what_one_finds_who_sees_all_events_at_once(
        stages in stages(), until in proptest::bool::weighted(0.4), maxspan in 0..20_u64, events in events(), sweep: bool,
    ) {
        let mut text = String::new();
        for (missing, letter) in &stages {
            text.extend(missing.then_some('!'));
            text.push(*letter);
        }
        text.push_str(if until { "|u" } else { "" });
        let sequence = Sequence::new(&text, Some(maxspan));
        let mut memory = Memory::new(Limits::default());
        let mut out = Vec::new();
        let key = key("k");
        for (index, (ms, letters)) in events.iter().enumerate() {
            sequence.show(&mut memory, index + 1, (*ms, letters), &key, &mut out);
            if sweep {
                memory.advance(ms * 1_000_000, |_| Some(&sequence.shape), |_, found| out.push(found));
            }
        }
        memory.finish(|_| Some(&sequence.shape), |_, found| out.push(found));
        prop_assert_eq!(memory.keys(), 0);
        prop_assert_eq!(memory.bytes(), 0);
        let mut found: Vec<_> = out.into_iter().map(|found| found.events).collect();
        found.sort();
        let maxspan = i64::try_from(maxspan).unwrap();
        prop_assert_eq!(found, reference(&stages, until, maxspan, &events), "{}", text);
    }
}
