//! A document of anybody's making, its values as they stand: what schema-free queries look at.

use super::paths::Paths;
use super::reader::{DocumentError, Sink, read};
use crate::compile::PathId;
use crate::event::{Event, Values};
use crate::scalars::{Scalar, ScalarList};

/// The values of one document at the wanted paths. Filled again and again; in steady state nothing is allocated.
#[derive(Clone, Debug, Default)]
pub struct FreeDocument {
    fields: Vec<ScalarList>,
}

impl FreeDocument {
    /// A document without values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the values at `paths` from the document in `line`, in the place of all that was there before.
    pub fn read(&mut self, line: &[u8], paths: &Paths) -> Result<(), DocumentError> {
        self.fields.iter_mut().for_each(ScalarList::clear);
        self.fields.resize_with(paths.len(), ScalarList::new);
        read(line, paths, self)
    }

    /// All values at a path, named by its place in the [`Paths`].
    pub fn values(&self, path: usize) -> Option<&ScalarList> {
        self.fields.get(path)
    }
}

impl Sink for FreeDocument {
    fn value(&mut self, path: usize, value: Scalar<'_>) {
        if let Some(field) = self.fields.get_mut(path) {
            field.push(value);
        }
    }
}

impl Event for FreeDocument {
    type Field = PathId;

    fn get(&self, field: PathId) -> Values<'_> {
        self.values(field.index()).map_or(Values::Missing, Values::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::FreeSchema;

    #[test]
    fn a_document_leaves_nothing_to_the_next_one() {
        let mut schema = FreeSchema::new("a");
        let (a, b) = (schema.path("a"), schema.path("b"));
        let paths: Paths = schema.paths().iter().collect();
        let mut document = FreeDocument::new();
        document.read(br#"{"a": [1, "x"], "b": true}"#, &paths).unwrap();
        assert_eq!(document.values(a.index()).unwrap().len(), 2);
        assert!(matches!(document.get(b), Values::Bool(true)));
        document.read(br#"{"a": "y"}"#, &paths).unwrap();
        assert!(matches!(document.get(a), Values::Text("y")));
        assert!(matches!(document.get(b), Values::Missing));
        assert!(document.read(b"{\"a\": 1", &paths).is_err());
        document.read(b"{}", &paths).unwrap();
        assert!(matches!(document.get(a), Values::Missing));
    }
}
