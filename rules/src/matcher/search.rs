//! Looks for one piece of a wildcard pattern anywhere in a text, in linear time.
//!
//! A piece without `?` that counts case is a plain substring: memchr's prepared searcher does it. Everything else is
//! one bit per character of the piece ("shift-and"): a bit is set while the text read last agrees with the piece up to
//! there, and each character of the text moves all bits by one. No backtracking, no memory beyond a few words of stack.

use memchr::memmem::Finder;

use super::wildcard::PatternTooLong;

/// The longest piece that is followed bit by bit, in characters. Elastic does not index longer values at all.
const MAX_PIECE: usize = 1024;
const WORDS: usize = MAX_PIECE / 64;

/// A prepared search for one piece.
#[derive(Clone, Debug)]
pub(super) enum Search {
    Substring(Box<Finder<'static>>),
    Bits(Box<BitSearch>),
}

impl Search {
    /// Prepares `piece`, which is not empty; `?` in it is any character. With `fold`, ASCII case does not count.
    pub(super) fn new(piece: &str, fold: bool) -> Result<Self, PatternTooLong> {
        if !piece.contains('?') && (!fold || !piece.bytes().any(|b| b.is_ascii_alphabetic())) {
            return Ok(Self::Substring(Box::new(Finder::new(piece.as_bytes()).into_owned())));
        }
        BitSearch::new(piece, fold).map(Box::new).map(Self::Bits)
    }

    /// The longest run of characters without `?`, in small letters when case does not count.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Substring(finder) => std::str::from_utf8(finder.needle()).ok(),
            Self::Bits(search) => Some(&search.literal),
        }
    }

    /// What remains of `text` behind the first place where the piece stands.
    pub(super) fn after<'t>(&self, text: &'t str) -> Option<&'t str> {
        let end = match self {
            Self::Substring(finder) => finder.find(text.as_bytes())? + finder.needle().len(),
            Self::Bits(search) => search.end_of_first(text)?,
        };
        text.get(end..)
    }
}

/// The shift-and automaton of a piece.
#[derive(Clone, Debug)]
pub(super) struct BitSearch {
    /// For each ASCII character its row in `masks`; row 0 is that of characters that do not occur in the piece.
    ascii: [u16; 128],
    /// The same for other characters that occur, in ascending order.
    others: Box<[(char, u16)]>,
    /// `words` words a row: a bit for each place of the piece where the row's character may stand.
    masks: Box<[u64]>,
    words: usize,
    /// The longest run without `?`.
    literal: Box<str>,
    /// The bit of the last place, in the last word.
    accept: u64,
}

impl BitSearch {
    fn new(piece: &str, fold: bool) -> Result<Self, PatternTooLong> {
        let normal = |c: char| if fold { c.to_ascii_lowercase() } else { c };
        let places: Vec<char> = piece.chars().map(normal).collect();
        if places.len() > MAX_PIECE {
            return Err(PatternTooLong);
        }
        let mut alphabet: Vec<char> = places.iter().copied().filter(|&c| c != '?').collect();
        alphabet.sort_unstable();
        alphabet.dedup();

        let words = places.len().div_ceil(64);
        let row = |own: Option<char>| {
            (0..words).map({
                let places = &places;
                move |word| {
                    let places = places.iter().skip(word * 64).take(64).enumerate();
                    places
                        .filter(|&(_, &c)| c == '?' || Some(c) == own)
                        .fold(0, |mask, (bit, _)| mask | 1 << bit)
                }
            })
        };
        let masks = row(None).chain(alphabet.iter().flat_map(|&c| row(Some(c)))).collect();

        let mut ascii = [0; 128];
        let mut others = Vec::new();
        // Rows are counted from 1, at most `MAX_PIECE` of them.
        for (&c, index) in alphabet.iter().zip(1..) {
            let upper = if fold { c.to_ascii_uppercase() } else { c };
            for c in [c, upper] {
                match ascii.get_mut(c as usize) {
                    Some(slot) => *slot = index,
                    None => others.push((c, index)),
                }
            }
        }
        others.dedup();
        let accept = 1 << ((places.len() + 63) % 64);
        let longest = piece.split('?').max_by_key(|run| run.len()).unwrap_or_default();
        let literal: Box<str> = if fold { longest.to_ascii_lowercase().into() } else { longest.into() };
        Ok(Self { ascii, others: others.into_boxed_slice(), masks, words, literal, accept })
    }

    /// The row of masks for `c`.
    fn row(&self, c: char) -> &[u64] {
        let index = match self.ascii.get(c as usize) {
            Some(&index) => index,
            None => match self.others.binary_search_by_key(&c, |&(other, _)| other) {
                Ok(found) => self.others.get(found).map_or(0, |&(_, index)| index),
                Err(_) => 0,
            },
        };
        let start = usize::from(index) * self.words;
        self.masks.get(start..start + self.words).unwrap_or_default()
    }

    /// Where the first occurrence ends, in bytes.
    fn end_of_first(&self, text: &str) -> Option<usize> {
        let mut state = [0_u64; WORDS];
        for (at, c) in text.char_indices() {
            // Every character may begin an occurrence: a bit comes in at the bottom.
            let mut carry = 1;
            for (word, mask) in state.iter_mut().zip(self.row(c)) {
                let out = *word >> 63;
                *word = (*word << 1 | carry) & mask;
                carry = out;
            }
            if state.get(self.words - 1).is_some_and(|last| last & self.accept != 0) {
                return Some(at + c.len_utf8());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_longer_than_a_machine_word_are_found() {
        for length in [1, 2, 63, 64, 65, 127, 128, 129, MAX_PIECE] {
            let piece: String = "abc?".chars().cycle().take(length).collect();
            let search = Search::new(&piece, true).unwrap();
            let occurrence = piece.replace('?', "é").to_ascii_uppercase();
            assert_eq!(search.after(&format!("zz{occurrence}rest")), Some("rest"), "length {length}");
            let broken = occurrence.replacen('A', "x", 1);
            assert_eq!(search.after(&format!("zz{broken}rest")), None, "length {length}");
        }
    }

    #[test]
    fn the_first_occurrence_is_the_one_that_counts() {
        assert_eq!(Search::new("a?", false).unwrap().after("xaabaa"), Some("baa"));
        assert_eq!(Search::new("ab", false).unwrap().after("xabab"), Some("ab"));
        assert_eq!(Search::new("??", false).unwrap().after("é"), None);
    }
}
