//! Tests of what sequences and samples do, on events that are letters.

mod agreement;
mod engine;
mod property;
mod samples;
mod sequences;

use super::{EventTime, Hit, KeyBuffer, Limits, Marks, Match, Memory, Retained, Shape};
use crate::event::{Completeness, Event, SensorEvent, Values};
use crate::{Build, EventKind, FieldId, RuleSet, RuleSource};

impl Retained for usize {
    fn bytes(&self) -> usize {
        100
    }
}

/// A key of one text.
fn key(text: &str) -> Vec<u8> {
    let mut buffer = KeyBuffer::new();
    buffer.start(0);
    assert!(buffer.join(Values::Text(text), false));
    buffer.finish().to_vec()
}

/// An event: its time in milliseconds and the letters of the stages it satisfies, `?` before one that it satisfies
/// perhaps.
type Given = (i64, &'static str);

/// A sequence of letters, one a stage, `!` before a missing one, the letter of `until` after a `|`.
struct Sequence {
    shape: Shape,
    stages: Vec<char>,
    until: Option<char>,
}

impl Sequence {
    fn new(text: &str, maxspan_ms: Option<u64>) -> Self {
        let (stages, until) = text.split_once('|').unwrap_or((text, ""));
        let mut missing = Vec::new();
        let mut letters = Vec::new();
        let mut not = false;
        for letter in stages.chars() {
            if letter == '!' {
                not = true;
            } else {
                missing.push(std::mem::take(&mut not));
                letters.push(letter);
            }
        }
        Self { shape: Shape::new(missing, maxspan_ms), stages: letters, until: until.chars().next() }
    }

    /// Shows one event, whose number from 1 is what is kept of it.
    fn show(
        &self,
        memory: &mut Memory<usize>,
        number: usize,
        (ms, letters): (i64, &str),
        key: &[u8],
        out: &mut Vec<Match<usize>>,
    ) {
        let at = EventTime::new(ms * 1_000_000, number as u64);
        memory.advance(at.ns, |_| Some(&self.shape), |_, found| out.push(found));
        let certainty = |letter: char| {
            let place = letters.find(letter)?;
            Some(Marks { incomplete: letters[..place].ends_with('?'), excepted: false })
        };
        for (stage, letter) in self.stages.iter().enumerate().rev() {
            if let Some(marks) = certainty(*letter) {
                out.extend(memory.sequence(&self.shape, stage, Hit { at, key, marks }, || number));
            }
        }
        if let Some(marks) = self.until.and_then(certainty) {
            memory.until(&self.shape, Hit { at, key, marks });
        }
    }

    fn run(&self, events: &[Given]) -> Vec<Match<usize>> {
        let mut memory = Memory::new(Limits::default());
        let mut out = Vec::new();
        let key = key("k");
        for (index, event) in events.iter().enumerate() {
            self.show(&mut memory, index + 1, *event, &key, &mut out);
        }
        memory.finish(|_| Some(&self.shape), |_, found| out.push(found));
        out
    }
}

/// The numbers of the events of each match of `sequence`.
fn found(sequence: &str, maxspan_ms: Option<u64>, events: &[Given]) -> Vec<Vec<usize>> {
    Sequence::new(sequence, maxspan_ms).run(events).into_iter().map(|found| found.events).collect()
}

/// An exec: what is not given is missing.
#[derive(Clone, Debug, Default)]
struct Exec {
    name: Vec<&'static str>,
    args: Vec<&'static str>,
    executable: Option<&'static str>,
    container: Option<&'static str>,
    interactive: Option<bool>,
    /// There were more arguments than these.
    cut: bool,
}

impl Event for Exec {
    type Field = FieldId;

    fn get(&self, field: FieldId) -> Values<'_> {
        let one = |text: Option<&'static str>| text.map_or(Values::Missing, Values::Text);
        match field {
            FieldId::ProcessName => Values::Each(&self.name),
            FieldId::ProcessArgs => Values::Each(&self.args),
            FieldId::ProcessArgsCount => Values::Int(i64::try_from(self.args.len()).unwrap()),
            FieldId::ProcessExecutable => one(self.executable),
            FieldId::ContainerId => one(self.container),
            FieldId::ProcessInteractive => self.interactive.map_or(Values::Missing, Values::Bool),
            _ => Values::Missing,
        }
    }

    fn completeness(&self, field: FieldId) -> Completeness {
        if self.cut && field == FieldId::ProcessArgs { Completeness::MoreValues } else { Completeness::Whole }
    }
}

impl SensorEvent for Exec {
    fn kind(&self) -> EventKind {
        EventKind::Exec
    }
}

/// The set of these queries, whose ids are their numbers.
fn set(queries: &[String]) -> RuleSet {
    set_with(queries, "")
}

/// The same, with an overlay for rule 0.
fn set_with(queries: &[String], overlay: &str) -> RuleSet {
    let Build { set, refusals, .. } = build(queries, overlay);
    assert!(refusals.is_empty(), "{refusals:#?}");
    set
}

fn build(queries: &[String], overlay: &str) -> Build {
    let source = |(number, query): (usize, &String)| RuleSource {
        origin: number.to_string(),
        text: format!(
            "[rule]\nrule_id = \"{number}\"\nname = \"x\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n\
             query = '''{query}'''"
        ),
    };
    let overlay = (!overlay.is_empty()).then(|| RuleSource {
        origin: "overlay".to_owned(),
        text: format!("[[hullwatch.overlay]]\nrule_id = \"0\"\n{overlay}"),
    });
    RuleSet::build(queries.iter().enumerate().map(source).chain(overlay))
}
