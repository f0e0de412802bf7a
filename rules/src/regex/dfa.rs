//! The complete automaton of a pattern, and running it.
//!
//! States stand in this order: the one from which nothing matches any more, the one from which everything does, the
//! others that do not accept, the others that do. A run ends early in the first two. A row of the table is one state;
//! its cells are the places where the rows of the next states begin.

use std::collections::HashMap;

use super::Outcome;
use super::alphabet::Alphabet;
use super::error::RegexError;
use super::terms::{EVERYTHING, Id, NOTHING, Terms};

/// The most states, as in Lucene.
const MAX_STATES: usize = 10_000;
/// The largest table.
const MAX_TABLE_BYTES: usize = 1 << 20;

/// A complete automaton.
#[derive(Clone, Debug)]
pub(super) struct Dfa {
    alphabet: Alphabet,
    table: Box<[u32]>,
    /// Where the start's row begins.
    start: u32,
    /// Where the rows behind the two final ones begin.
    undecided: u32,
    /// Where the first row of those that accept begins.
    accepting: u32,
}

/// The state from which nothing matches any more; its row is the first.
const DEAD: u32 = 0;

impl Dfa {
    /// Builds the automaton of `root`, or says which bound it breaks.
    pub(super) fn new(mut terms: Terms, root: Id, alphabet: Alphabet) -> Result<Self, RegexError> {
        let width = alphabet.len();
        // These two first, whether they occur or not.
        let mut states: Vec<Id> = vec![NOTHING, EVERYTHING];
        let mut numbers: HashMap<Id, u32> = HashMap::from([(NOTHING, 0), (EVERYTHING, 1)]);
        let mut edges: Vec<u32> = Vec::new();
        let mut number_of = |states: &mut Vec<Id>, id: Id| {
            *numbers.entry(id).or_insert_with(|| {
                states.push(id);
                u32::try_from(states.len() - 1).unwrap_or(0)
            })
        };
        let start = number_of(&mut states, root);
        let mut done = 0;
        while let Some(&id) = states.get(done) {
            for class in 0..width {
                let next = terms.derivative(id, u16::try_from(class).unwrap_or(u16::MAX));
                edges.push(number_of(&mut states, next));
            }
            done += 1;
            if terms.is_exhausted() {
                return Err(RegexError::too_complex("the bounded work at load"));
            }
            if states.len() > MAX_STATES {
                return Err(RegexError::too_complex("10000 states"));
            }
            if edges.len() * size_of::<u32>() > MAX_TABLE_BYTES {
                return Err(RegexError::too_complex("1 MiB"));
            }
        }
        let accepts: Vec<bool> = states.iter().map(|id| terms.is_nullable(*id)).collect();
        Ok(Self::arrange(alphabet, &edges, &accepts, start))
    }

    /// Puts the states in order; those that behave as the first two are merged into them.
    fn arrange(alphabet: Alphabet, edges: &[u32], accepts: &[bool], start: u32) -> Self {
        let width = alphabet.len();
        let sources = Sources::new(edges, accepts.len(), width);
        let can_match = sources.reaching(accepts);
        let can_fail = sources.reaching(&accepts.iter().map(|accepts| !accepts).collect::<Vec<_>>());
        // 0: nothing matches, 1: everything does, 2: no, 3: yes.
        let group = |state: usize| match (can_match.get(state), can_fail.get(state), accepts.get(state)) {
            (Some(true), Some(true), Some(accepts)) => 2 + u8::from(*accepts),
            (Some(true), ..) => 1,
            _ => 0,
        };
        let groups: Vec<u8> = (0..accepts.len()).map(group).collect();
        let of = |wanted: u8| {
            groups.iter().enumerate().filter(move |(_, group)| **group == wanted).map(|(state, _)| state)
        };
        // States 0 and 1 are in their groups by what they are.
        let order: Vec<usize> = [0, 1].into_iter().chain(of(2)).chain(of(3)).collect();
        let row = |place: usize| u32::try_from(place * width).unwrap_or(DEAD);
        let mut place: Vec<u32> = groups.iter().map(|group| row(usize::from(*group == 1))).collect();
        for (new, old) in order.iter().enumerate().skip(2) {
            if let Some(place) = place.get_mut(*old) {
                *place = row(new);
            }
        }
        let place_of = |state: u32| place.get(state as usize).copied().unwrap_or(DEAD);
        let table = order
            .iter()
            .flat_map(|old| edges.get(old * width..(old + 1) * width).unwrap_or_default())
            .map(|next| place_of(*next))
            .collect();
        let start = place_of(start);
        Self { alphabet, table, start, undecided: row(2), accepting: row(2 + of(2).count()) }
    }

    /// The state after `text`, or the first final one on the way.
    fn run(&self, text: &str) -> u32 {
        let mut state = self.start;
        if state < self.undecided {
            return state;
        }
        for c in text.chars() {
            state = self.step(state, self.alphabet.class_of(c));
            if state < self.undecided {
                break;
            }
        }
        state
    }

    fn step(&self, state: u32, class: u16) -> u32 {
        self.table.get(state as usize + usize::from(class)).copied().unwrap_or(DEAD)
    }

    fn accepts(&self, state: u32) -> bool {
        state >= self.accepting || (state < self.undecided && state != DEAD)
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.accepts(self.run(text))
    }

    pub(super) fn prefix_outcome(&self, prefix: &str) -> Outcome {
        match self.run(prefix) {
            DEAD => Outcome::No,
            state if state < self.undecided => Outcome::Yes,
            _ => Outcome::Maybe,
        }
    }

    /// How every match begins. With `fold`, in small letters.
    pub(super) fn literal_prefix(&self, fold: bool) -> String {
        let mut prefix = String::new();
        let mut state = self.start;
        // A loop of single characters would never end: no more steps than states.
        for _ in 0..self.states() {
            if self.accepts(state) {
                break;
            }
            let mut ways = self.ways(state);
            let (Some((class, next)), None) = (ways.next(), ways.next()) else { break };
            let Some(c) = self.alphabet.single(class, fold) else { break };
            prefix.push(c);
            state = next;
        }
        prefix
    }

    /// All texts that match, if there are no more than `limit` of them. With `fold`, in small letters.
    pub(super) fn texts(&self, limit: usize, fold: bool) -> Option<Vec<String>> {
        let mut found = Vec::new();
        let mut open = vec![(self.start, String::new())];
        // Every text of a finite language is shorter than the automaton has states; a step more is a loop.
        let mut steps = limit.saturating_mul(64).saturating_add(64);
        while let Some((state, text)) = open.pop() {
            steps = steps.checked_sub(1)?;
            if text.len() > 4 * self.states() {
                return None;
            }
            for (class, next) in self.ways(state) {
                for c in self.alphabet.members(class, fold, limit)? {
                    open.push((next, format!("{text}{c}")));
                }
            }
            if self.accepts(state) {
                found.push(text);
            }
            if found.len() > limit || open.len() > limit {
                return None;
            }
        }
        found.sort_unstable();
        Some(found)
    }

    /// The classes that lead on from a state, and where to.
    fn ways(&self, state: u32) -> impl Iterator<Item = (u16, u32)> {
        (0..=u16::MAX)
            .take(self.alphabet.len())
            .map(move |class| (class, self.step(state, class)))
            .filter(|(_, next)| *next != DEAD)
    }

    pub(super) fn states(&self) -> usize {
        self.table.len() / self.alphabet.len().max(1)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.table) + self.alphabet.bytes()
    }
}

/// For each state, the states that lead to it.
struct Sources {
    /// Where each state's part of `from` begins, and one more.
    starts: Vec<usize>,
    from: Vec<usize>,
}

impl Sources {
    fn new(edges: &[u32], states: usize, width: usize) -> Self {
        let mut starts = vec![0; states + 1];
        for target in edges {
            if let Some(count) = starts.get_mut(*target as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut free = starts.clone();
        let mut from = vec![0; edges.len()];
        for (index, target) in edges.iter().enumerate() {
            if let Some(free) = free.get_mut(*target as usize)
                && let Some(slot) = from.get_mut(*free)
            {
                *slot = index / width.max(1);
                *free += 1;
            }
        }
        Self { starts, from }
    }

    fn of(&self, state: usize) -> &[usize] {
        match (self.starts.get(state), self.starts.get(state + 1)) {
            (Some(start), Some(end)) => self.from.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The states from which a marked one can be reached, itself included.
    fn reaching(&self, marked: &[bool]) -> Vec<bool> {
        let mut reaching = marked.to_vec();
        let mut open: Vec<usize> =
            marked.iter().enumerate().filter(|(_, marked)| **marked).map(|(state, _)| state).collect();
        while let Some(state) = open.pop() {
            for source in self.of(state) {
                if let Some(known) = reaching.get_mut(*source)
                    && !*known
                {
                    *known = true;
                    open.push(*source);
                }
            }
        }
        reaching
    }
}
