//! An explanation as text: the marks in one column, the tree beside them, what was seen behind it.

use std::fmt;

use super::{Explained, Explanation, Outcome, Part, Seen};

/// Values stand in one column, unless the tests before them are longer than this.
const WIDEST: usize = 64;

impl Outcome {
    /// One character that stands for it.
    pub fn mark(self) -> char {
        match self {
            Self::Held => '✓',
            Self::DidNotHold => '✗',
            Self::CannotKnow => '?',
        }
    }
}

impl fmt::Display for Explanation {
    /// Part after part, each with its title; lines end with a line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, held_for, event, joined_by, tree } = self;
        match held_for.as_slice() {
            [] => writeln!(f, "{title}: held for no event; event {event}:")?,
            [one] if one == event => writeln!(f, "{title}: held for event {event}:")?,
            several => {
                let several: Vec<_> = several.iter().map(ToString::to_string).collect();
                writeln!(f, "{title}: held for the events {}; event {event}:", several.join(", "))?;
            }
        }
        let mut lines = Vec::new();
        tree.lines("", "", &mut lines);
        let width = lines.iter().filter(|line| !line.seen.is_empty()).map(Line::width);
        let width = width.filter(|width| *width <= WIDEST).max().unwrap_or_default();
        for line in &lines {
            let Line { outcome, text, seen } = line;
            write!(f, "{} {text}", outcome.mark())?;
            for (index, seen) in seen.iter().enumerate() {
                let gap = if index == 0 { width.saturating_sub(line.width()) + 2 } else { 2 };
                write!(f, "{:gap$}{seen}", "")?;
            }
            writeln!(f)?;
        }
        for seen in joined_by {
            writeln!(f, "  joined by {seen}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, values, count, note } = self;
        match (values.as_slice(), note) {
            ([], _) => write!(f, "[{field} has no value")?,
            (values, _) => write!(f, "[{field}: {}", values.join(", "))?,
        }
        if *count > values.len() {
            write!(f, ", and {} more", count - values.len())?;
        }
        if let Some(note) = note {
            write!(f, "; {note}")?;
        }
        f.write_str("]")
    }
}

/// A node on its line.
struct Line<'e> {
    outcome: Outcome,
    text: String,
    seen: &'e [Seen],
}

impl Line<'_> {
    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl Explained {
    /// The node, with `first` before it, and those below, with `rest` before them.
    fn lines<'e>(&'e self, first: &str, rest: &str, lines: &mut Vec<Line<'e>>) {
        lines.push(Line { outcome: self.outcome, text: format!("{first}{}", self.text), seen: &self.seen });
        let last = self.below.len().saturating_sub(1);
        for (index, node) in self.below.iter().enumerate() {
            let (branch, under) = if index == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            node.lines(&format!("{rest}{branch}"), &format!("{rest}{under}"), lines);
        }
    }
}
