//! Evaluation allocates nothing, whether a rule matches or not.
//!
//! A counting allocator stands in for the system's. The test sits alone in its binary; it counts on its own thread
//! only, so the test harness does not disturb it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use hullwatch_rules::engine::{Engine, EventTime, Limits, Retained};
use hullwatch_rules::{
    BUNDLED, Build, Event, EventKind, FieldId, RuleSet, RuleSource, SensorEvent, TextList, Values,
};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system allocator unchanged; counting touches a plain thread-local cell, which neither
// allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // While a thread ends its cell may be gone; what it allocates then is not counted.
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `alloc` above and so from the system allocator, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `work` makes.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

struct Exec<'a> {
    name: &'a str,
    args: TextList,
}

impl SensorEvent for Exec<'_> {
    fn kind(&self) -> EventKind {
        EventKind::Exec
    }
}

impl Event for Exec<'_> {
    type Field = FieldId;

    fn get(&self, field: FieldId) -> Values<'_> {
        match field {
            FieldId::EventType => Values::Text("start"),
            FieldId::EventAction => Values::Each(&["exec"]),
            FieldId::HostOsType => Values::Text("linux"),
            FieldId::ContainerId => Values::Text("4f0c8a3b6f2d"),
            FieldId::ProcessInteractive => Values::Bool(true),
            FieldId::ProcessName => Values::Pair("python3.11", self.name),
            FieldId::ProcessArgs => Values::List(&self.args),
            FieldId::ProcessPid => Values::Int(42),
            _ => Values::Missing,
        }
    }
}

#[test]
fn evaluation_allocates_nothing() {
    // One rule with every kind of matcher, beside the bundled ones.
    let query = r#"process where process.args : ("*MiX?d*", "a?c", "*x", "y*", "*needle*") or process.args in~ ("A", "b")
        or process.pid in (1, 2) or process.name > "zz" or process.executable != null or not process.interactive"#;
    let own = format!(
        "[rule]\nrule_id = \"x\"\nname = \"x\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\nquery = '''{query}'''"
    );
    let sources = BUNDLED.iter().map(|(name, text)| (*name, *text)).chain([("own", own.as_str())]);
    let sources =
        sources.map(|(origin, text)| RuleSource { origin: origin.to_owned(), text: text.to_owned() });
    let Build { set, refusals, .. } = RuleSet::build(sources);
    assert!(refusals.is_empty(), "{refusals:#?}");

    let matching =
        Exec { name: "dnf", args: ["dnf", "install", "curl", "é mixed é"].into_iter().collect() };
    let other = Exec { name: "ls", args: (0..10_000).map(|i| format!("argument {i} é")).collect() };
    for (event, expected) in [(&matching, 2), (&other, 0)] {
        let mut count = 0;
        assert_eq!(allocations(|| set.evaluate(event, |_| count += 1)), 0);
        assert_eq!(count, expected);
    }
    assert!(allocations(|| drop(vec![0_u8; 100])) > 0, "the allocator does not count");
}

/// Nothing is kept of an event.
struct Nothing;

impl Retained for Nothing {
    fn bytes(&self) -> usize {
        0
    }
}

#[test]
fn an_engine_of_fifty_rules_and_some_sequences_allocates_nothing_for_an_event_that_matches_nothing() {
    let names: Vec<String> = (0..50).map(|number| format!("tool-{number}")).collect();
    let queries = names.iter().enumerate().map(|(number, name)| match number % 5 {
        0 => format!("process where process.name == \"{name}\" and process.args : \"*x{number}y*\""),
        1 => format!("process where process.args like (\"{name}*\", \"*/{name}\") and not process.interactive"),
        2 => format!("process where process.executable : \"/opt/{name}/*\" or process.name in (\"{name}\", \"b\")"),
        // The first stage is looked at for every event and not satisfied by any.
        3 => format!(
            "sequence by container.id with maxspan=1m [process where process.args : \"*z{number}?z*\" or process.pid == 1] \
             ![process where process.name == \"{name}\"] [process where true] until [process where process.pid == 42]"
        ),
        _ => format!("process where process.args regex \"z{number}[a-z]+\" and process.pid > 7"),
    });
    let sources = queries.enumerate().map(|(number, query)| RuleSource {
        origin: number.to_string(),
        text: format!(
            "[rule]\nrule_id = \"{number}\"\nname = \"x\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n\
             query = '''{query}'''"
        ),
    });
    let Build { set, refusals, .. } = RuleSet::build(sources);
    assert!(refusals.is_empty(), "{refusals:#?}");
    assert_eq!(set.len(), 50);
    let mut engine: Engine<Nothing> = Engine::new(Arc::new(set), Limits::default());

    let args = ["tool", "--of", "no", "rule", "/opt/tool-99/x", "xy"];
    let other = Exec { name: "tool-x", args: args.into_iter().collect() };
    let mut evaluate = |number| {
        engine.evaluate(&other, EventTime::new(number, 0), || panic!(), |alert| panic!("{}", alert.rule.id));
    };
    // The first event gives the engine its buffers.
    evaluate(0);
    assert_eq!(allocations(|| (1..1000).for_each(&mut evaluate)), 0);

    let matching = Exec { name: "tool-0", args: ["x0y"].into_iter().collect() };
    let mut count = 0;
    engine.evaluate(&matching, EventTime::new(1000, 0), || Nothing, |_| count += 1);
    assert_eq!(count, 1);
}
