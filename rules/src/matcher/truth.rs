//! Truth in three values: what is known to hold, known not to hold, and what cannot be known from an event that is not
//! whole (Kleene's logic).

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not hold.
    False,
    /// The part of the event that is missing decides.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// Whether it may hold: an alert is raised for these, marked where it is not certain.
    pub fn is_possible(self) -> bool {
        self != Self::False
    }

    /// Whether it certainly holds.
    pub fn is_certain(self) -> bool {
        self == Self::True
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}
