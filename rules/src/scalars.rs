//! Values of any type in one list, for documents: a field of a JSON document may hold texts, numbers and truth values
//! side by side.
//!
//! The reader of documents clears and refills its lists, and in steady state nothing is allocated.

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number that has a fraction or is too large for 64 bits.
    Real(f64),
    /// A text.
    Text(&'a str),
}

/// A list of values, the texts stored behind one another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScalarList {
    items: Vec<Stored>,
    texts: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stored {
    Bool(bool),
    Int(i64),
    Real(f64),
    /// Where the text stands in `texts`.
    Text(usize, usize),
}

impl ScalarList {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends `scalar`.
    pub fn push(&mut self, scalar: Scalar<'_>) {
        self.items.push(match scalar {
            Scalar::Bool(value) => Stored::Bool(value),
            Scalar::Int(value) => Stored::Int(value),
            Scalar::Real(value) => Stored::Real(value),
            Scalar::Text(text) => {
                let start = self.texts.len();
                self.texts.push_str(text);
                Stored::Text(start, self.texts.len())
            }
        });
    }

    /// Empties the list and keeps its memory for the next document.
    pub fn clear(&mut self) {
        self.items.clear();
        self.texts.clear();
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The value at `index`, from 0.
    pub fn get(&self, index: usize) -> Option<Scalar<'_>> {
        self.items.get(index).map(|stored| self.show(*stored))
    }

    /// All values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Scalar<'_>> + Clone {
        self.items.iter().map(|stored| self.show(*stored))
    }

    fn show(&self, stored: Stored) -> Scalar<'_> {
        match stored {
            Stored::Bool(value) => Scalar::Bool(value),
            Stored::Int(value) => Scalar::Int(value),
            Stored::Real(value) => Scalar::Real(value),
            Stored::Text(start, end) => Scalar::Text(self.texts.get(start..end).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_in_order_and_as_they_were() {
        let given =
            [Scalar::Text("a"), Scalar::Int(-3), Scalar::Text(""), Scalar::Bool(true), Scalar::Real(0.5)];
        let mut list = ScalarList::new();
        for scalar in given {
            list.push(scalar);
        }
        assert_eq!(list.iter().collect::<Vec<_>>(), given);
        assert_eq!((list.len(), list.get(0), list.get(5)), (5, Some(Scalar::Text("a")), None));
        list.clear();
        assert!(list.is_empty() && list.get(0).is_none());
    }
}
