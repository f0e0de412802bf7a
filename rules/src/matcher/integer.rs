//! Tests on whole numbers, and on dates, which are whole numbers of milliseconds.

/// What a number must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IntegerTest {
    /// Between the two, both included.
    Between(i64, i64),
    /// One of these, in ascending order.
    OneOf(Box<[i64]>),
}

impl IntegerTest {
    /// Equal to one of `numbers`.
    pub(crate) fn one_of(numbers: impl IntoIterator<Item = i64>) -> Self {
        let mut numbers: Vec<i64> = numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers.dedup();
        match numbers.as_slice() {
            &[only] => Self::Between(only, only),
            _ => Self::OneOf(numbers.into_boxed_slice()),
        }
    }

    /// Below `bound`; `None` when no number is.
    pub(crate) fn below(bound: i64) -> Option<Self> {
        bound.checked_sub(1).map(|max| Self::Between(i64::MIN, max))
    }

    /// Above `bound`; `None` when no number is.
    pub(crate) fn above(bound: i64) -> Option<Self> {
        bound.checked_add(1).map(|min| Self::Between(min, i64::MAX))
    }

    pub(crate) fn holds(&self, number: i64) -> bool {
        match self {
            Self::Between(min, max) => (*min..=*max).contains(&number),
            Self::OneOf(numbers) => numbers.binary_search(&number).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_exclude_themselves_and_the_ends_of_the_range_are_no_accident() {
        let below = IntegerTest::below(3).unwrap();
        assert!(below.holds(2) && !below.holds(3) && below.holds(i64::MIN));
        let above = IntegerTest::above(3).unwrap();
        assert!(above.holds(4) && !above.holds(3) && above.holds(i64::MAX));
        assert_eq!(IntegerTest::below(i64::MIN), None);
        assert_eq!(IntegerTest::above(i64::MAX), None);
    }

    #[test]
    fn a_list_holds_exactly_its_numbers_in_whatever_order_they_were_written() {
        let test = IntegerTest::one_of([5, -1, 5, 3]);
        assert!(test.holds(5) && test.holds(-1) && test.holds(3));
        assert!(!test.holds(0) && !test.holds(4));
    }
}
