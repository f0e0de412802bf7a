//! The kinds of events there are: one table, one row a kind.
//!
//! A query is compiled once for each kind that the sensor captures. What the row says is the same for every event of
//! the kind is worked in beforehand, so that a rule never looks at events it could not match. Kinds that are not
//! captured yet have rows, too: they tell a rule that waits for its events from one that asks for nothing real.

use std::fmt;

/// The values of a field that the kind of an event says something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Every event of the kind has exactly these.
    Always(&'static [&'static str]),
    /// Each event of the kind has some of these.
    Among(&'static [&'static str]),
    /// The kind says nothing.
    Any,
}

macro_rules! kinds {
    ($($id:ident = $name:literal, $category:literal, $types:expr, $actions:expr, $captured:literal, $doc:literal;)*) => {
        /// A kind of event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind {
            $(#[doc = $doc] $id,)*
        }

        impl EventKind {
            /// Every kind, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$id),*];

            /// What people call it, in the singular: "exec".
            pub fn name(self) -> &'static str {
                match self { $(Self::$id => $name,)* }
            }

            /// The one value of its `event.category`: what `category where ...` asks for.
            pub fn category(self) -> &'static str {
                match self { $(Self::$id => $category,)* }
            }

            /// The values of its `event.category`.
            pub fn category_values(self) -> Given {
                match self { $(Self::$id => Given::Always(&[$category]),)* }
            }

            /// The values of its `event.type`.
            pub fn types(self) -> Given {
                use Given::{Always, Among, Any};
                // Not every arm of the table needs every name.
                let _ = (Always(&[]), Among(&[]), Any);
                match self { $(Self::$id => $types,)* }
            }

            /// The values of its `event.action`.
            pub fn actions(self) -> Given {
                use Given::{Always, Among, Any};
                let _ = (Always(&[]), Among(&[]), Any);
                match self { $(Self::$id => $actions,)* }
            }

            /// Whether this version of the sensor has such events.
            pub fn is_captured(self) -> bool {
                match self { $(Self::$id => $captured,)* }
            }

            /// What it is, for the reader of the documentation.
            pub fn doc(self) -> &'static str {
                match self { $(Self::$id => $doc,)* }
            }
        }
    };
}

kinds! {
    Exec = "exec", "process", Always(&["start"]), Always(&["exec"]), true, "a process began to run another program";
    Fork = "fork", "process", Always(&["start"]), Always(&["fork"]), false, "a process began as the copy of another";
    End = "end", "process", Always(&["end"]), Always(&["end"]), false, "a process ended";
    File = "file", "file", Among(&["access", "change", "creation", "deletion"]), Any, false,
        "a file was created, opened for writing, changed, renamed or deleted";
    Network = "network", "network", Any, Any, false, "a connection was opened, accepted or closed, or a name looked up";
}

impl EventKind {
    /// The kinds that this version of the sensor has events of.
    pub fn captured() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| kind.is_captured())
    }

    /// The categories of all kinds, each once.
    pub fn categories() -> impl Iterator<Item = &'static str> {
        let first =
            |kind: &Self| Self::ALL.iter().find(|other| other.category() == kind.category()) == Some(kind);
        Self::ALL.iter().copied().filter(first).map(Self::category)
    }

    /// The kind of an event that says it in its fields: `has` tells whether the field of a name has a value. For
    /// documents; the first kind that fits.
    pub fn of(has: impl Fn(&str, &str) -> bool) -> Option<Self> {
        let fits = |field, given| match given {
            Given::Always(values) => values.iter().all(|value| has(field, value)),
            Given::Among(values) => values.iter().any(|value| has(field, value)),
            Given::Any => true,
        };
        Self::ALL.iter().copied().find(|kind| {
            fits("event.category", kind.category_values())
                && fits("event.type", kind.types())
                && fits("event.action", kind.actions())
        })
    }

    /// Its place in the table, to keep something for each kind in an array.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_is_listed_once_and_every_kind_is_at_its_index() {
        assert_eq!(EventKind::categories().collect::<Vec<_>>(), ["process", "file", "network"]);
        for (index, kind) in EventKind::ALL.iter().enumerate() {
            assert_eq!(kind.index(), index);
            assert!(!kind.doc().ends_with('.'), "{kind}: rows are phrases, not sentences");
        }
    }

    #[test]
    fn an_event_that_says_its_category_type_and_action_says_its_kind() {
        let kind = |category: &str, types: &[&str], action: &str| {
            EventKind::of(|field, value| match field {
                "event.category" => value == category,
                "event.type" => types.contains(&value),
                _ => value == action,
            })
        };
        assert_eq!(kind("process", &["start"], "exec"), Some(EventKind::Exec));
        assert_eq!(kind("process", &["start"], "fork"), Some(EventKind::Fork));
        assert_eq!(kind("file", &["creation", "info"], "open"), Some(EventKind::File));
        assert_eq!(kind("network", &[], ""), Some(EventKind::Network));
        assert_eq!(kind("process", &["end"], "exec"), None);
    }

    #[test]
    fn something_is_captured() {
        assert_eq!(EventKind::captured().next(), Some(EventKind::Exec));
    }
}
