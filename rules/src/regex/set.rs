//! Sets of characters: ascending ranges of code points that neither touch nor overlap.
//!
//! Surrogates count as code points like any other: no text contains them, so no match depends on it.

/// The last code point.
pub(super) const LAST: u32 = 0x10_FFFF;

/// A set of code points; ranges include both ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct CharSet(Vec<(u32, u32)>);

impl CharSet {
    /// Any character at all, line ends included.
    pub(super) fn any() -> Self {
        Self(vec![(0, LAST)])
    }

    pub(super) fn one(c: char) -> Self {
        Self(vec![(c.into(), c.into())])
    }

    pub(super) fn new(ranges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    pub(super) fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = 0;
        for &(first, last) in &self.0 {
            if first > next {
                gaps.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            gaps.push((next, LAST));
        }
        Self(gaps)
    }

    /// With every ASCII letter also in its other case.
    pub(super) fn folded(&self) -> Self {
        let swapped = |from: u8, to: u8| {
            let (from, to) = (u32::from(from), u32::from(to));
            self.0.iter().filter_map(move |&(first, last)| {
                let (first, last) = (first.max(from), last.min(from + 25));
                (first <= last).then(|| (first - from + to, last - from + to))
            })
        };
        Self::new(self.0.iter().copied().chain(swapped(b'a', b'A')).chain(swapped(b'A', b'a')))
    }

    /// Of two sets that tell the same characters apart, the one that is cheaper to split by.
    pub(super) fn min_by_ranges(self, other: Self) -> Self {
        if (other.0.len(), &other.0) < (self.0.len(), &self.0) { other } else { self }
    }

    #[cfg(test)]
    pub(super) fn contains(&self, c: char) -> bool {
        self.0.iter().any(|&(first, last)| (first..=last).contains(&c.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        assert_eq!(CharSet::new([(5, 6), (1, 2), (3, 4), (9, 8)]).ranges(), [(1, 6)]);
        assert_eq!(CharSet::new([(0, LAST), (7, 7)]), CharSet::any());
    }

    #[test]
    fn a_complement_holds_what_is_missing_and_twice_is_the_set_itself() {
        let set = CharSet::new([(0, 3), (10, 20)]);
        assert_eq!(set.complement().ranges(), [(4, 9), (21, LAST)]);
        assert_eq!(set.complement().complement(), set);
        assert_eq!(CharSet::any().complement().ranges(), []);
        assert_eq!(CharSet::new([]).complement(), CharSet::any());
    }

    #[test]
    fn folding_touches_ascii_letters_only() {
        let set = CharSet::new([(u32::from('X'), u32::from('b')), (u32::from('é'), u32::from('é'))]).folded();
        for c in "XYZxyzabAB[\\]^_`é".chars() {
            assert!(set.contains(c), "{c}");
        }
        for c in "WwcC{|}~;É".chars() {
            assert!(!set.contains(c), "{c}");
        }
    }
}
