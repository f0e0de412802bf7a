//! Many texts in one buffer, for fields with many values (argv above all).
//!
//! One event may carry ten thousand arguments; one allocation each would cost more than the evaluation. The owner of
//! an event clears and refills its list, and in steady state nothing is allocated.

/// A list of texts, stored behind one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextList {
    buffer: String,
    /// Where each text ends in `buffer`.
    ends: Vec<usize>,
}

impl TextList {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends `text`.
    pub fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
    }

    /// Empties the list and keeps its memory for the next event.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.ends.clear();
    }

    /// How many texts it holds. Empty texts count.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it holds no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text at `index`, from 0.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.buffer.get(start..end)
    }

    /// All texts, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let text = self.buffer.get(start..end).unwrap_or_default();
            start = end;
            text
        })
    }

    /// How many bytes its memory takes, used or not: for a caller that bounds what it keeps between events.
    pub fn capacity_bytes(&self) -> usize {
        self.buffer.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}

impl<T: AsRef<str>> Extend<T> for TextList {
    fn extend<I: IntoIterator<Item = T>>(&mut self, texts: I) {
        for text in texts {
            self.push(text.as_ref());
        }
    }
}

impl<T: AsRef<str>> FromIterator<T> for TextList {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut list = Self::new();
        list.extend(texts);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_in_order_and_empty_ones_count() {
        let list: TextList = ["apt", "", "install", "für"].into_iter().collect();
        assert_eq!(list.len(), 4);
        assert_eq!(list.iter().collect::<Vec<_>>(), ["apt", "", "install", "für"]);
        assert_eq!((list.get(0), list.get(1), list.get(3)), (Some("apt"), Some(""), Some("für")));
        assert_eq!(list.get(4), None);
    }

    #[test]
    fn a_cleared_list_is_empty_and_keeps_its_memory() {
        let mut list: TextList = ["a long enough text", "b"].into_iter().collect();
        let before = list.capacity_bytes();
        list.clear();
        assert!(list.is_empty() && list.iter().next().is_none() && list.get(0).is_none());
        list.push("c");
        assert_eq!(list.get(0), Some("c"));
        assert_eq!(list.capacity_bytes(), before);
    }
}
