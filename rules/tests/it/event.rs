//! An event for tests: fields set one by one, everything else missing.

use std::collections::HashMap;

use hullwatch_rules::{
    Build, Event, EventKind, FieldId, FieldType, RuleSet, RuleSource, SensorEvent, Values,
};

/// The values of one field, owned.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    Bool(bool),
    Int(i64),
    Texts(Vec<&'static str>),
}

impl From<bool> for Given {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Given {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&'static str> for Given {
    fn from(text: &'static str) -> Self {
        Self::Texts(vec![text])
    }
}

impl<const N: usize> From<[&'static str; N]> for Given {
    fn from(texts: [&'static str; N]) -> Self {
        Self::Texts(texts.to_vec())
    }
}

/// An event of the category process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doc(HashMap<FieldId, Given>);

impl Doc {
    /// No field has a value.
    pub(crate) fn empty() -> Self {
        Self::default()
    }

    /// An exec of `command` in a container, by a person at a terminal; the name is the command's basename.
    pub(crate) fn exec(command: &'static str) -> Self {
        let args: Vec<&'static str> = command.split(' ').collect();
        let name = args[0].rsplit('/').next().unwrap_or_default();
        let mut doc = Self::empty()
            .with("event.type", "start")
            .with("event.action", "exec")
            .with("event.category", "process")
            .with("host.os.type", "linux")
            .with("process.name", name)
            .with("process.interactive", true)
            .with("container.id", "4f0c8a3b6f2d4e1c9a7b5d3f1e0c2b4a6d8f0e1c3b5a7d9f2e4c6b8a0d1f3e5c");
        doc.0.insert(FieldId::ProcessArgs, Given::Texts(args));
        doc
    }

    /// Sets a field.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Given>) -> Self {
        let (field, value) = (FieldId::from_name(field).unwrap(), value.into());
        let fits = match value {
            Given::Bool(_) => field.kind() == FieldType::Boolean,
            Given::Int(_) => matches!(field.kind(), FieldType::Integer | FieldType::Date),
            Given::Texts(_) => field.kind() == FieldType::Keyword,
        };
        assert!(fits, "{field} does not take {value:?}");
        self.0.insert(field, value);
        self
    }

    /// Takes the values of a field away.
    pub(crate) fn without(mut self, field: &str) -> Self {
        self.0.remove(&FieldId::from_name(field).unwrap());
        self
    }
}

impl SensorEvent for Doc {
    fn kind(&self) -> EventKind {
        let has =
            |field: &str, value: &str| match FieldId::from_name(field).and_then(|field| self.0.get(&field)) {
                Some(Given::Texts(texts)) => texts.contains(&value),
                _ => false,
            };
        EventKind::of(has).unwrap_or(EventKind::Exec)
    }
}

impl Event for Doc {
    type Field = FieldId;

    fn get(&self, field: FieldId) -> Values<'_> {
        match self.0.get(&field) {
            None => Values::Missing,
            Some(Given::Bool(value)) => Values::Bool(*value),
            Some(Given::Int(value)) => Values::Int(*value),
            Some(Given::Texts(texts)) => Values::Each(texts),
        }
    }
}

/// A rule file with this query and id.
pub(crate) fn rule_file(id: &str, query: &str) -> String {
    format!(
        "[metadata]\nmaturity = \"production\"\n\n[rule]\nrule_id = \"{id}\"\nname = \"test rule {id}\"\n\
         type = \"eql\"\nlanguage = \"eql\"\nseverity = \"low\"\nrisk_score = 21\nquery = '''\n{query}\n'''\n"
    )
}

/// A rule set of one file.
pub(crate) fn set_of(text: &str) -> RuleSet {
    let source = RuleSource { origin: "test.toml".to_owned(), text: text.to_owned() };
    let Build { set, refusals, .. } = RuleSet::build([source]);
    let refusals: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    assert!(refusals.is_empty(), "{text}\n{refusals:#?}");
    set
}

/// The ids of the rules of `set` that `event` matches.
pub(crate) fn matches(set: &RuleSet, event: &impl SensorEvent) -> Vec<String> {
    let mut ids = Vec::new();
    set.evaluate(event, |rule| ids.push(rule.id.clone()));
    ids
}

/// Whether `event` satisfies `condition`.
pub(crate) fn holds(condition: &str, event: &impl SensorEvent) -> bool {
    let set = set_of(&rule_file("one", &format!("any where {condition}")));
    !matches(&set, event).is_empty()
}

/// Asserts which of `conditions` hold for `event`.
pub(crate) fn assert_holds(event: &impl SensorEvent, conditions: &[(&str, bool)]) {
    let wrong: Vec<_> =
        conditions.iter().filter(|(condition, expected)| holds(condition, event) != *expected).collect();
    assert!(wrong.is_empty(), "these came out the other way round: {wrong:#?}");
}
