//! The table of functions: what they are called, what they take and what they give.
//!
//! Names are case-sensitive, as in Elasticsearch. What they do is in `crate::matcher`.

use super::schema::ValueType;
use crate::matcher::Function;

/// What an argument may be. A null is always fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Text,
    Number,
    Whole,
    Truth,
    Anything,
}

impl Takes {
    pub(super) fn accepts(self, kind: ValueType) -> bool {
        match self {
            Self::Text => kind == ValueType::Text,
            Self::Number => kind.is_number(),
            Self::Whole => matches!(kind, ValueType::Integer | ValueType::Date),
            Self::Truth => kind == ValueType::Boolean,
            Self::Anything => true,
        }
    }

    /// As an error calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Whole => "a whole number",
            Self::Truth => "`true` or `false`",
            Self::Anything => "a value",
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    /// `None`: whether an address lies in a block, whose blocks are prepared.
    pub(super) function: Option<Function>,
    /// What the arguments may be; the last one of `cidrMatch` and `concat` repeats.
    pub(super) takes: &'static [Takes],
    /// How many of them there must be.
    pub(super) required: usize,
    /// Whether there may be any number of the last one.
    pub(super) repeats: bool,
    /// Whether `~` may stand behind the name.
    pub(super) folds: bool,
    pub(super) gives: Gives,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    Truth,
    Text,
    Whole,
    Number,
    /// A whole number of whole numbers, otherwise a number.
    Arithmetic,
}

use Takes::{Anything, Number, Text, Truth, Whole};

const fn row(
    name: &'static str,
    function: Function,
    takes: &'static [Takes],
    required: usize,
    folds: bool,
    gives: Gives,
) -> Row {
    Row { name, function: Some(function), takes, required, repeats: false, folds, gives }
}

/// Every function, by name.
pub(super) const FUNCTIONS: &[Row] = &[
    row("add", Function::Add, &[Number, Number], 2, false, Gives::Arithmetic),
    row("between", Function::Between, &[Text, Text, Text, Truth], 3, true, Gives::Text),
    Row {
        name: "cidrMatch",
        function: None,
        takes: &[Text, Text],
        required: 2,
        repeats: true,
        folds: false,
        gives: Gives::Truth,
    },
    Row { repeats: true, ..row("concat", Function::Concat, &[Anything], 1, false, Gives::Text) },
    row("divide", Function::Divide, &[Number, Number], 2, false, Gives::Arithmetic),
    row("endsWith", Function::EndsWith, &[Text, Text], 2, true, Gives::Truth),
    row("indexOf", Function::IndexOf, &[Text, Text, Whole], 2, true, Gives::Whole),
    row("length", Function::Length, &[Text], 1, false, Gives::Whole),
    row("modulo", Function::Modulo, &[Number, Number], 2, false, Gives::Arithmetic),
    row("multiply", Function::Multiply, &[Number, Number], 2, false, Gives::Arithmetic),
    row("number", Function::Number, &[Text, Whole], 1, false, Gives::Number),
    row("startsWith", Function::StartsWith, &[Text, Text], 2, true, Gives::Truth),
    row("string", Function::String, &[Anything], 1, false, Gives::Text),
    row("stringContains", Function::StringContains, &[Text, Text], 2, true, Gives::Truth),
    row("substring", Function::Substring, &[Text, Whole, Whole], 2, false, Gives::Text),
    row("subtract", Function::Subtract, &[Number, Number], 2, false, Gives::Arithmetic),
];

/// The names of all, for people.
pub(super) fn names() -> String {
    FUNCTIONS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ")
}

impl Row {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|row| row.name == name)
    }

    /// How many arguments it takes, for people.
    pub(super) fn arity(&self) -> String {
        match (self.required, self.takes.len(), self.repeats) {
            (required, _, true) => format!("{required} or more"),
            (required, most, false) if required == most => required.to_string(),
            (required, most, false) => format!("{required} or {most}"),
        }
    }

    /// Whether it can have that many arguments.
    pub(super) fn fits(&self, count: usize) -> bool {
        count >= self.required && (self.repeats || count <= self.takes.len())
    }

    /// What the argument at `index` may be.
    pub(super) fn takes(&self, index: usize) -> Takes {
        self.takes.get(index).or(self.takes.last()).copied().unwrap_or(Anything)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_name_and_makes_sense() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for row in FUNCTIONS {
            assert!(row.required >= 1 && row.required <= row.takes.len(), "{}", row.name);
        }
    }
}
