//! Numeric ranges (`<1-100>`) as trees of digits.
//!
//! With a number of digits the text has exactly so many; without, it may have any number of leading zeros, as in Lucene.

use super::ast::Ast;
use super::set::CharSet;

/// Digits of the largest bound.
const DIGITS: usize = 10;

/// The texts that are numbers from `min` to `max`, both included.
pub(super) fn tree(min: u32, max: u32, digits: usize) -> Ast {
    if digits > 0 {
        let zeros = digits.saturating_sub(DIGITS);
        let width = digits - zeros;
        return Ast::Concat(vec![repeat(zero(), zeros), fixed(&padded(min, width), &padded(max, width))]);
    }
    // One branch for each length without leading zeros.
    let mut branches = Vec::new();
    let mut low: u64 = 0;
    for width in 1..=DIGITS {
        let high = 10_u64.pow(u32::try_from(width).unwrap_or(0)) - 1;
        let (from, to) = (low.max(min.into()), high.min(max.into()));
        if from <= to {
            branches.push(fixed(&padded(from, width), &padded(to, width)));
        }
        low = high + 1;
    }
    let zeros = Ast::Repeat { inner: Box::new(zero()), min: 0, max: None };
    Ast::Concat(vec![zeros, Ast::Union(branches)])
}

fn padded(number: impl Into<u64>, width: usize) -> Vec<u8> {
    format!("{:0width$}", number.into()).into_bytes()
}

/// Texts of digits between two of the same length.
fn fixed(low: &[u8], high: &[u8]) -> Ast {
    let (Some((&first_low, low)), Some((&first_high, high))) = (low.split_first(), high.split_first()) else {
        return Ast::EMPTY_TEXT;
    };
    if first_low == first_high {
        return Ast::Concat(vec![digits(first_low, first_low), fixed(low, high)]);
    }
    let (zeros, nines) = (vec![b'0'; low.len()], vec![b'9'; low.len()]);
    let mut branches = vec![
        Ast::Concat(vec![digits(first_low, first_low), fixed(low, &nines)]),
        Ast::Concat(vec![digits(first_high, first_high), fixed(&zeros, high)]),
    ];
    if first_low + 1 < first_high {
        branches.push(Ast::Concat(vec![
            digits(first_low + 1, first_high - 1),
            repeat(digits(b'0', b'9'), low.len()),
        ]));
    }
    Ast::Union(branches)
}

fn zero() -> Ast {
    digits(b'0', b'0')
}

fn digits(first: u8, last: u8) -> Ast {
    Ast::Class(CharSet::new([(first.into(), last.into())]))
}

fn repeat(inner: Ast, times: usize) -> Ast {
    let times = u32::try_from(times).unwrap_or(u32::MAX);
    Ast::Repeat { inner: Box::new(inner), min: times, max: Some(times) }
}

/// The sets that `tree` is made of, for the alphabet.
pub(super) fn sets() -> impl Iterator<Item = CharSet> {
    (b'0'..=b'9').map(|digit| CharSet::new([(digit.into(), digit.into())]))
}
