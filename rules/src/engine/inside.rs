//! Looks for many literals anywhere in a text.
//!
//! Not every window of the text is looked at but only each `stride`-th: of each literal so many windows that stand behind
//! one another are known that one of them falls on such a place, wherever the literal stands. What begins there is
//! compared with the literal, so that a word in common with it is not enough. Case is forgotten.

use super::literals::{Posting, postings};
use super::require::GRAM;

/// Longer strides gain little: setting out costs more than the few windows then.
const MAX_STRIDE: usize = 8;
/// How many words the filter of windows has.
const FILTER_WORDS: usize = 128;
const FOLD: u32 = 0x2020_2020;

/// Literals, and how to find them.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    stride: usize,
    /// A bit for each known window.
    filter: [u64; FILTER_WORDS],
    /// The known windows, ascending, and where they stand in which literal.
    windows: Vec<(u32, Spot)>,
    literals: Vec<(Box<[u8]>, Vec<Posting>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    literal: usize,
    offset: usize,
}

impl Inside {
    /// For `required`, each literal with the entry that requires it; none is shorter than a window.
    pub(super) fn new(required: &[(usize, &[u8])]) -> Option<Self> {
        let mut required: Vec<(Vec<u8>, usize)> =
            required.iter().map(|(entry, text)| (text.to_ascii_lowercase(), *entry)).collect();
        required.sort_unstable();
        required.dedup();
        let shortest = required.iter().map(|(text, _)| text.len()).min()?;
        let stride = (shortest + 1).saturating_sub(GRAM).clamp(1, MAX_STRIDE);
        let mut this = Self { stride, filter: [0; FILTER_WORDS], windows: Vec::new(), literals: Vec::new() };
        for group in required.chunk_by(|a, b| a.0 == b.0) {
            let Some((text, _)) = group.first() else { continue };
            let literal = this.literals.len();
            for offset in rarest(text, stride) {
                let Some(window) = window(text, offset) else { continue };
                let (word, bit) = filter_place(window);
                if let Some(word) = this.filter.get_mut(word) {
                    *word |= bit;
                }
                this.windows.push((window, Spot { literal, offset }));
            }
            let entries = postings(group.iter().map(|(_, entry)| *entry));
            this.literals.push((text.clone().into_boxed_slice(), entries));
        }
        this.windows.sort_unstable();
        Some(this)
    }

    /// Sets the bits of the entries of which `text` has a literal.
    pub(super) fn find(&self, text: &[u8], found: &mut [u64]) {
        for (place, windows) in text.windows(GRAM).enumerate().step_by(self.stride) {
            let Some(gram) = windows.first_chunk() else { break };
            let window = u32::from_le_bytes(*gram) | FOLD;
            let (word, bit) = filter_place(window);
            if self.filter.get(word).is_some_and(|word| word & bit != 0) {
                self.compare(window, text, place, found);
            }
        }
    }

    /// Compares the literals that have `window` with `text`, which has it at `place`.
    #[inline(never)]
    fn compare(&self, window: u32, text: &[u8], place: usize, found: &mut [u64]) {
        let first = self.windows.partition_point(|(known, _)| *known < window);
        let own = self.windows.iter().skip(first).take_while(|(known, _)| *known == window);
        for (_, Spot { literal, offset }) in own {
            let Some((literal, entries)) = self.literals.get(*literal) else { continue };
            let start = place.checked_sub(*offset);
            let there = start.and_then(|start| text.get(start..start + literal.len()));
            if there.is_some_and(|there| there.eq_ignore_ascii_case(literal)) {
                for (word, bits) in entries {
                    if let Some(word) = found.get_mut(*word as usize) {
                        *word |= bits;
                    }
                }
            }
        }
    }
}

fn window(text: &[u8], offset: usize) -> Option<u32> {
    let gram = text.get(offset..)?.first_chunk::<GRAM>()?;
    Some(u32::from_le_bytes(*gram) | FOLD)
}

#[inline]
fn filter_place(window: u32) -> (usize, u64) {
    let hash = window.wrapping_mul(0x9e37_79b1);
    // Seven bits for the word, six for the bit.
    ((hash >> 25) as usize, 1 << (hash >> 19 & 63))
}

/// Where in `text` the `count` windows in a row begin that the fewest other texts will have.
fn rarest(text: &[u8], count: usize) -> std::ops::Range<usize> {
    let common = |byte: &u8| match byte {
        b' ' | b'/' | b'-' | b'.' | b'e' => 8,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' | b'l' => 5,
        b'b' | b'c' | b'd' | b'm' | b'p' | b'u' | b'0' | b'1' => 3,
        _ => 1,
    };
    let runs = text.windows(GRAM + count - 1).enumerate();
    let start = runs.min_by_key(|(_, run)| run.iter().map(common).sum::<u32>()).map_or(0, |(start, _)| start);
    start..start + count
}
