//! The order of documents: by time, then by tiebreaker, then as they came.

use std::cmp::Ordering;

use crate::compile::PathId;
use crate::document::{FreeDocument, Instant};
use crate::event::Event as _;
use crate::scalars::Scalar;

/// A document's place in the order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// Nanoseconds since 1970.
    pub(super) ns: i64,
    tiebreaker: Tiebreaker,
    index: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Tiebreaker {
    Int(i64),
    Real(f64),
    Text(Box<str>),
    None,
}

impl Tiebreaker {
    fn of(scalar: Option<Scalar<'_>>) -> Self {
        match scalar {
            Some(Scalar::Int(value)) => Self::Int(value),
            Some(Scalar::Bool(value)) => Self::Int(value.into()),
            Some(Scalar::Real(value)) => Self::Real(value),
            Some(Scalar::Text(text)) => Self::Text(text.into()),
            None => Self::None,
        }
    }

    /// Numbers before texts, and both before what has none.
    fn class(&self) -> u8 {
        match self {
            Self::Int(_) | Self::Real(_) => 0,
            Self::Text(_) => 1,
            Self::None => 2,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "only where a whole number meets one with a fraction")]
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Int(a), Self::Real(b)) => (*a as f64).total_cmp(b),
            (Self::Real(a), Self::Int(b)) => a.total_cmp(&(*b as f64)),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.class().cmp(&other.class()),
        }
    }
}

impl Place {
    pub(super) fn order(&self, other: &Self) -> Ordering {
        (self.ns.cmp(&other.ns))
            .then_with(|| self.tiebreaker.order(&other.tiebreaker))
            .then_with(|| self.index.cmp(&other.index))
    }
}

/// Gives documents their places.
#[derive(Debug)]
pub(super) struct Clock {
    timestamp: PathId,
    tiebreaker: PathId,
    /// The time of the document before.
    ns: i64,
    count: u64,
    without_timestamp: u64,
}

impl Clock {
    pub(super) fn new(timestamp: PathId, tiebreaker: PathId) -> Self {
        Self { timestamp, tiebreaker, ns: 0, count: 0, without_timestamp: 0 }
    }

    /// The place of the next document.
    pub(super) fn place(&mut self, document: &FreeDocument) -> Place {
        match document.get(self.timestamp).nth(0).and_then(Instant::of) {
            Some(instant) => self.ns = instant.epoch_ns(),
            None => self.without_timestamp += 1,
        }
        self.count += 1;
        let tiebreaker = Tiebreaker::of(document.get(self.tiebreaker).nth(0));
        Place { ns: self.ns, tiebreaker, index: self.count }
    }

    pub(super) fn without_timestamp(&self) -> u64 {
        self.without_timestamp
    }
}
