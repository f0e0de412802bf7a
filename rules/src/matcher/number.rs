//! Numbers, whole or with a fraction, and tests on them. Dates are whole numbers of milliseconds.
//!
//! Whole numbers and fractions compare by size, exactly: nothing is rounded on the way.

use std::cmp::Ordering;

/// A number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    /// A whole one.
    Int(i64),
    /// One that may have a fraction.
    Real(f64),
}

impl Number {
    /// How it compares with `other` by size; `None` when either is no number at all.
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            (Self::Real(a), Self::Real(b)) => a.partial_cmp(&b),
            (Self::Int(a), Self::Real(b)) => int_with_real(a, b),
            (Self::Real(a), Self::Int(b)) => int_with_real(b, a).map(Ordering::reverse),
        }
    }
}

/// The first number that is too large for an `i64`, 2^63: exact as a float.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

fn int_with_real(int: i64, real: f64) -> Option<Ordering> {
    if real.is_nan() {
        return None;
    }
    if real >= BEYOND {
        return Some(Ordering::Less);
    }
    if real < -BEYOND {
        return Some(Ordering::Greater);
    }
    let whole = truncated(real)?;
    Some(int.cmp(&whole).then_with(|| 0.0_f64.partial_cmp(&real.fract()).unwrap_or(Ordering::Equal)))
}

/// The whole part, if it fits.
pub(crate) fn truncated(real: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the fraction is to go, and the range is checked")]
    (-BEYOND..BEYOND).contains(&real).then_some(real as i64)
}

/// What a number must be like.
#[derive(Clone, Debug)]
pub(crate) enum NumberTest {
    /// Between the two, both included.
    Whole(i64, i64),
    /// Compares with the bound in one of these ways.
    Order {
        /// The number to compare with.
        bound: Number,
        /// Whether smaller ones pass.
        below: bool,
        /// Whether the bound itself passes.
        equal: bool,
        /// Whether greater ones pass.
        above: bool,
    },
    /// Equal to one of these; whole ones in ascending order first, then the others.
    OneOf(Box<[i64]>, Box<[f64]>),
}

impl NumberTest {
    /// Equal to `number`.
    pub(crate) fn equal(number: Number) -> Self {
        match number {
            Number::Int(value) => Self::Whole(value, value),
            bound @ Number::Real(_) => Self::Order { bound, below: false, equal: true, above: false },
        }
    }

    /// Equal to one of `numbers`.
    pub(crate) fn one_of(numbers: &[Number]) -> Self {
        if let &[only] = numbers {
            return Self::equal(only);
        }
        let mut whole: Vec<i64> =
            numbers.iter().filter_map(|n| if let Number::Int(n) = n { Some(*n) } else { None }).collect();
        whole.sort_unstable();
        whole.dedup();
        let real =
            numbers.iter().filter_map(|n| if let Number::Real(n) = n { Some(*n) } else { None }).collect();
        Self::OneOf(whole.into_boxed_slice(), real)
    }

    pub(crate) fn holds(&self, number: Number) -> bool {
        let same = |other: Number| number.compare(other) == Some(Ordering::Equal);
        match (self, number) {
            (Self::Whole(min, max), Number::Int(value)) => (*min..=*max).contains(&value),
            (Self::Whole(min, max), _) => {
                number.compare(Number::Int(*min)).is_some_and(Ordering::is_ge)
                    && number.compare(Number::Int(*max)).is_some_and(Ordering::is_le)
            }
            (Self::Order { bound, below, equal, above }, _) => match number.compare(*bound) {
                Some(Ordering::Less) => *below,
                Some(Ordering::Equal) => *equal,
                Some(Ordering::Greater) => *above,
                None => false,
            },
            (Self::OneOf(whole, real), _) => {
                let whole = match number {
                    Number::Int(value) => whole.binary_search(&value).is_ok(),
                    Number::Real(_) => whole.iter().any(|&n| same(Number::Int(n))),
                };
                whole || real.iter().any(|&n| same(Number::Real(n)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Number::{Int, Real};

    #[test]
    fn whole_numbers_and_fractions_compare_exactly() {
        for (a, b, expected) in [
            (Int(3), Real(3.0), Ordering::Equal),
            (Int(3), Real(3.5), Ordering::Less),
            (Int(-3), Real(-3.5), Ordering::Greater),
            // As floats these two would be the same.
            (Int(9_007_199_254_740_993), Real(9_007_199_254_740_992.0), Ordering::Greater),
            (Int(i64::MAX), Real(BEYOND), Ordering::Less),
            (Int(i64::MIN), Real(-BEYOND), Ordering::Equal),
            (Int(i64::MIN), Real(f64::NEG_INFINITY), Ordering::Greater),
        ] {
            assert_eq!(a.compare(b), Some(expected), "{a:?} {b:?}");
            assert_eq!(b.compare(a), Some(expected.reverse()), "{b:?} {a:?}");
        }
        assert_eq!(Int(0).compare(Real(f64::NAN)), None);
    }

    #[test]
    fn a_list_holds_exactly_its_numbers_in_whatever_order_they_were_written() {
        let test = NumberTest::one_of(&[Int(5), Int(-1), Real(0.5), Int(5), Int(3)]);
        for inside in [Int(5), Int(-1), Int(3), Real(0.5), Real(3.0)] {
            assert!(test.holds(inside), "{inside:?}");
        }
        for outside in [Int(0), Int(4), Real(0.25), Real(f64::NAN)] {
            assert!(!test.holds(outside), "{outside:?}");
        }
    }

    #[test]
    fn bounds_hold_for_fractions_too() {
        let above = NumberTest::Order { bound: Int(3), below: false, equal: false, above: true };
        assert!(
            above.holds(Real(3.5)) && above.holds(Int(4)) && !above.holds(Int(3)) && !above.holds(Real(2.9))
        );
        assert!(NumberTest::equal(Int(2)).holds(Real(2.0)) && !NumberTest::equal(Real(2.5)).holds(Int(2)));
    }
}
