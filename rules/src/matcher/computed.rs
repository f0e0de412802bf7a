//! Leaves that look at something worked out from fields: `length(process.name) > 20`.
//!
//! Where a field has several values, each is tried, and two places of one field may take different values, as in
//! Elasticsearch: the leaf holds when any combination does. The number of combinations is bounded; beyond the bound
//! the answer is that it cannot be known.

use super::function::Function;
use super::network::Block;
use super::number::Number;
use super::test::Test;
use super::truth::Truth;
use super::value::Worked;
use crate::event::{Completeness, Event, Values};
use crate::scalars::Scalar;

/// More places for fields than this are refused by the compiler.
pub(crate) const MAX_PLACES: usize = 8;
/// More combinations of values than this are not tried.
const MAX_COMBINATIONS: usize = 100_000;

/// How a value is worked out.
#[derive(Clone, Debug)]
pub(crate) enum Formula {
    Null,
    Bool(bool),
    Number(Number),
    Text(Box<str>),
    /// The value of the field at this place of [`Computed::fields`].
    Place(usize),
    /// A function of others.
    Call {
        function: Function,
        fold: bool,
        args: Box<[Self]>,
    },
    /// Whether an address lies in one of these blocks.
    InBlocks(Box<Self>, Box<[Block]>),
}

impl Formula {
    /// The value, given that of each place.
    pub(crate) fn work<'a>(&'a self, places: &[Option<Scalar<'a>>]) -> Worked<'a> {
        match self {
            Self::Null => Worked::Null,
            Self::Bool(value) => Worked::Bool(*value),
            Self::Number(number) => Worked::Number(*number),
            Self::Text(text) => Worked::Text(text.as_ref().into()),
            Self::Place(place) => places.get(*place).copied().flatten().into(),
            Self::Call { function, fold, args } => {
                function.apply(*fold, &mut args.iter().map(|arg| arg.work(places)))
            }
            Self::InBlocks(address, blocks) => {
                address.work(places).text().and_then(|text| Block::any_contains(blocks, &text)).into()
            }
        }
    }

    /// Whether it is known without an event.
    pub(crate) fn is_constant(&self) -> bool {
        !matches!(self, Self::Place(_) | Self::Call { .. } | Self::InBlocks(..))
    }
}

/// A formula over fields.
#[derive(Clone, Debug)]
pub(crate) struct Computed<F> {
    /// The field of each place.
    pub(crate) fields: Box<[F]>,
    pub(crate) formula: Formula,
}

impl<F: Copy> Computed<F> {
    /// Whether `test` holds for any value it can have. With `strict`, a missing field makes that unknown.
    pub(super) fn truth<E: Event<Field = F>>(&self, event: &E, test: &Test, strict: bool) -> Truth {
        let mut values = [Values::Missing; MAX_PLACES];
        let mut known = true;
        for (values, &field) in values.iter_mut().zip(&self.fields) {
            *values = event.get(field);
            known &= event.completeness(field) == Completeness::Whole;
            known &= !(strict && values.is_empty() && !matches!(test, Test::NotNull));
        }
        let values = values.get(..self.fields.len()).unwrap_or_default();
        match (known, self.any(values, test)) {
            // What is missing could change the value either way.
            (false, _) | (true, None) => Truth::Unknown,
            (true, Some(holds)) => holds.into(),
        }
    }

    /// Tries all combinations; `None` when there are too many of them.
    fn any(&self, values: &[Values<'_>], test: &Test) -> Option<bool> {
        let mut at = [0_usize; MAX_PLACES];
        for _ in 0..MAX_COMBINATIONS {
            let mut places = [None; MAX_PLACES];
            for ((place, values), at) in places.iter_mut().zip(values).zip(at) {
                *place = values.nth(at);
            }
            let worked = self.formula.work(&places);
            if worked.scalar().is_some_and(|scalar| test.holds_for(scalar)) {
                return Some(true);
            }
            if !advance(&mut at, values) {
                return Some(false);
            }
        }
        None
    }
}

/// The next combination; false when that was the last one.
fn advance(at: &mut [usize], values: &[Values<'_>]) -> bool {
    for (at, values) in at.iter_mut().zip(values) {
        *at += 1;
        if *at < values.len() {
            return true;
        }
        *at = 0;
    }
    false
}
