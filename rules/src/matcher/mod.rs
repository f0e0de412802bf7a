//! Conditions ready to run: a tree of tests on fields, every constant turned into a matcher beforehand.
//!
//! Built by `crate::compile`, run by whoever has events. Running takes time linear in the values it looks at and
//! cannot fail. The fields are the sensor's or those of a document; the matcher does not care.

mod computed;
mod function;
mod network;
mod node;
mod number;
mod order;
mod search;
mod test;
mod text;
mod truth;
mod value;
mod wildcard;

pub(crate) use computed::{Computed, Formula, MAX_PLACES};
pub(crate) use function::Function;
pub(crate) use network::Block;
pub(crate) use node::Node;
pub(crate) use number::{Number, NumberTest};
pub(crate) use test::Test;
pub(crate) use text::{TextSet, TextTest};
pub use truth::Truth;
pub(crate) use value::Worked;
pub(crate) use wildcard::Pattern;

use crate::event::Event;

/// A compiled condition over fields of type `F`.
#[derive(Clone, Debug)]
pub struct Program<F> {
    condition: Node<F>,
}

impl<F: Copy + PartialEq> Program<F> {
    /// `condition`, its terms put into the order in which they cost least; `cost` says what it costs to look at a field,
    /// 1 for the least.
    pub(crate) fn arranged(condition: Node<F>, cost: &dyn Fn(F) -> u32) -> Self {
        Self { condition: order::arrange_whole(condition, cost) }
    }
}

impl<F: Copy> Program<F> {
    /// `condition` as it is.
    #[cfg(test)]
    pub(crate) fn new(condition: Node<F>) -> Self {
        Self { condition }
    }

    /// Whether `event` satisfies the condition. Unknown only where the event says that a field is not whole, and what is
    /// missing could decide.
    pub fn evaluate<E: Event<Field = F>>(&self, event: &E) -> Truth {
        self.condition.truth::<E, false>(event)
    }

    /// The same for exceptions: a test on a field that has no value is unknown, too, unless it is `== null` or
    /// `!= null`. Metadata that is missing must not hide an alert.
    pub fn evaluate_strict<E: Event<Field = F>>(&self, event: &E) -> Truth {
        self.condition.truth::<E, true>(event)
    }

    /// Whether no event at all can satisfy it.
    pub fn is_never(&self) -> bool {
        self.condition.is_never()
    }

    /// The condition, for whoever works out what it requires.
    pub(crate) fn condition(&self) -> &Node<F> {
        &self.condition
    }
}
