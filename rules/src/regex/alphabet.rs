//! Characters sorted into classes that no set of the pattern tells apart: the automaton's alphabet.

use std::collections::HashMap;

use super::set::{CharSet, LAST};

/// A class of characters; classes count from 0.
pub(super) type Class = u16;

/// Which character belongs to which class.
#[derive(Clone, Debug)]
pub(super) struct Alphabet {
    ascii: Box<[Class; 128]>,
    /// First code point of each run of one class, ascending, from 0 on.
    runs: Box<[(u32, Class)]>,
    classes: usize,
}

impl Alphabet {
    /// The coarsest alphabet for these sets.
    pub(super) fn new(sets: &[CharSet]) -> Self {
        let mut starts: Vec<u32> = sets
            .iter()
            .flat_map(CharSet::ranges)
            .flat_map(|&(first, last)| [first, last + 1])
            .filter(|&start| start <= LAST)
            .chain([0])
            .collect();
        starts.sort_unstable();
        starts.dedup();
        // Each set splits the classes it meets; the last class of the pattern's 4096 bytes still fits the type.
        let mut class_of: Vec<Class> = vec![0; starts.len()];
        let mut classes: usize = 1;
        for set in sets {
            let mut split = HashMap::new();
            for &(first, last) in set.ranges() {
                let from = starts.partition_point(|&start| start < first);
                let to = starts.partition_point(|&start| start <= last);
                for class in class_of.get_mut(from..to).unwrap_or_default() {
                    *class = *split.entry(*class).or_insert_with(|| {
                        classes += 1;
                        Class::try_from(classes - 1).unwrap_or(Class::MAX)
                    });
                }
            }
            classes = renumber(&mut class_of);
        }
        let mut runs: Vec<(u32, Class)> = starts.into_iter().zip(class_of).collect();
        runs.dedup_by_key(|run| run.1);
        let mut alphabet = Self { ascii: Box::new([0; 128]), runs: runs.into_boxed_slice(), classes };
        let ascii: Vec<Class> = (0..128).map(|c| alphabet.search(c)).collect();
        for (slot, class) in alphabet.ascii.iter_mut().zip(ascii) {
            *slot = class;
        }
        alphabet
    }

    /// How many classes there are.
    pub(super) fn len(&self) -> usize {
        self.classes
    }

    pub(super) fn class_of(&self, c: char) -> Class {
        let code = u32::from(c);
        match self.ascii.get(code as usize) {
            Some(class) => *class,
            None => self.search(code),
        }
    }

    fn search(&self, code: u32) -> Class {
        let behind = self.runs.partition_point(|&(start, _)| start <= code);
        behind.checked_sub(1).and_then(|index| self.runs.get(index)).map_or(0, |&(_, class)| class)
    }

    /// The classes of the set, ascending.
    pub(super) fn classes_of(&self, set: &CharSet) -> Vec<Class> {
        let mut classes: Vec<Class> = set
            .ranges()
            .iter()
            .flat_map(|&(first, last)| {
                let from = self.runs.partition_point(|&(start, _)| start <= first).saturating_sub(1);
                let to = self.runs.partition_point(|&(start, _)| start <= last);
                self.runs.get(from..to).unwrap_or_default().iter().map(|&(_, class)| class)
            })
            .collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// The one character of a class. With `fold`, a letter in both of its cases counts as one, and is small.
    pub(super) fn single(&self, class: Class, fold: bool) -> Option<char> {
        self.members(class, fold, 1)?.pop()
    }

    /// The characters of a class, unless there are more than `limit`. With `fold`, letters are small.
    pub(super) fn members(&self, class: Class, fold: bool, limit: usize) -> Option<Vec<char>> {
        let mut members = Vec::new();
        let ends = self.runs.iter().skip(1).map(|&(start, _)| start).chain([LAST + 1]);
        for (&(start, of), end) in self.runs.iter().zip(ends) {
            if of != class {
                continue;
            }
            for c in (start..end).filter_map(char::from_u32) {
                let c = if fold { c.to_ascii_lowercase() } else { c };
                if !members.contains(&c) {
                    members.push(c);
                }
                if members.len() > limit {
                    return None;
                }
            }
        }
        Some(members)
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.ascii) + size_of_val(&*self.runs)
    }
}

/// Gives classes new numbers in order of appearance, so that none is unused; returns how many there are.
fn renumber(classes: &mut [Class]) -> usize {
    let mut numbers = HashMap::new();
    for class in classes {
        let next = Class::try_from(numbers.len()).unwrap_or(Class::MAX);
        *class = *numbers.entry(*class).or_insert(next);
    }
    numbers.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_no_set_tells_apart_share_a_class() {
        let vowels = CharSet::new("aeiouä".chars().map(|c| (c.into(), c.into())));
        let letters = CharSet::new([(u32::from('a'), u32::from('z'))]);
        let alphabet = Alphabet::new(&[vowels.clone(), letters.clone(), vowels.clone()]);
        assert_eq!(alphabet.len(), 4);
        let class = |c| alphabet.class_of(c);
        assert_eq!(class('a'), class('u'));
        assert_eq!(class('b'), class('z'));
        assert_eq!(class('😀'), class('\n'));
        assert_ne!(class('ä'), class('a'));
        assert_ne!(class('ä'), class('ö'));
        let mut expected = vec![class('a'), class('ä')];
        expected.sort_unstable();
        assert_eq!(alphabet.classes_of(&vowels), expected);
        assert_eq!(alphabet.classes_of(&CharSet::any()).len(), 4);
    }

    #[test]
    fn only_classes_of_one_character_have_one() {
        let alphabet = Alphabet::new(&[CharSet::one('k').folded(), CharSet::one('/')]);
        assert_eq!(alphabet.single(alphabet.class_of('K'), true), Some('k'));
        assert_eq!(alphabet.single(alphabet.class_of('K'), false), None);
        assert_eq!(alphabet.single(alphabet.class_of('/'), false), Some('/'));
        assert_eq!(alphabet.single(alphabet.class_of('x'), true), None);
    }
}
