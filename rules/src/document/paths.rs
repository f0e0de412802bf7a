//! The paths that are wanted of documents, as a tree: one node a name between two dots.
//!
//! A document may write `process.name` as two nested objects, as one key with a dot, or as any mixture; all end at the
//! same node. Trees are small (a query names a handful of fields) and their nodes have few children, so that a name is
//! looked for among its node's children one by one.

/// The wanted paths of a query or of the field table, each known by its place among those given.
#[derive(Clone, Debug)]
pub struct Paths {
    nodes: Vec<Node>,
    len: usize,
}

/// A place in the tree of a [`Paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(usize);

#[derive(Clone, Debug, Default)]
struct Node {
    children: Vec<(Box<str>, NodeId)>,
    wanted: Option<usize>,
}

impl Default for Paths {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], len: 0 }
    }
}

impl Paths {
    /// The node of a whole document.
    pub(super) const ROOT: NodeId = NodeId(0);

    /// Wants `path`, too. Gives its place, which is the one it has already if it was wanted before.
    pub fn add(&mut self, path: &str) -> usize {
        let mut node = Self::ROOT;
        for name in path.split('.') {
            node = match self.child(node, name) {
                Some(child) => child,
                None => self.add_child(node, name),
            };
        }
        let next = self.len;
        let Some(node) = self.nodes.get_mut(node.0) else { return next };
        *node.wanted.get_or_insert_with(|| {
            self.len += 1;
            next
        })
    }

    /// How many paths are wanted.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no path is wanted.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The place of the wanted path that ends at `node`.
    pub(super) fn wanted(&self, node: NodeId) -> Option<usize> {
        self.nodes.get(node.0)?.wanted
    }

    /// Whether anything below `node` is wanted.
    pub(super) fn leads_on(&self, node: NodeId) -> bool {
        self.nodes.get(node.0).is_some_and(|node| !node.children.is_empty())
    }

    /// Where `key`, which may have dots, leads from `node`; `None` when nothing there is wanted.
    pub(super) fn follow(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.child(node, key).or_else(|| {
            let mut names = key.split('.');
            // A key without a dot has been looked for already.
            let first = names.next().filter(|first| first.len() < key.len())?;
            names.try_fold(self.child(node, first)?, |node, name| self.child(node, name))
        })
    }

    fn child(&self, node: NodeId, name: &str) -> Option<NodeId> {
        let children = &self.nodes.get(node.0)?.children;
        children.iter().find(|(known, _)| **known == *name).map(|(_, child)| *child)
    }

    fn add_child(&mut self, node: NodeId, name: &str) -> NodeId {
        let child = NodeId(self.nodes.len());
        self.nodes.push(Node::default());
        if let Some(node) = self.nodes.get_mut(node.0) {
            node.children.push((name.into(), child));
        }
        child
    }
}

impl<P: AsRef<str>> Extend<P> for Paths {
    fn extend<I: IntoIterator<Item = P>>(&mut self, names: I) {
        for name in names {
            self.add(name.as_ref());
        }
    }
}

impl<P: AsRef<str>> FromIterator<P> for Paths {
    fn from_iter<I: IntoIterator<Item = P>>(names: I) -> Self {
        let mut paths = Self::default();
        paths.extend(names);
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_place_however_often_it_is_named() {
        let mut paths: Paths = ["process.name", "process.parent.name", "process.name"].into_iter().collect();
        assert_eq!(paths.len(), 2);
        assert_eq!((paths.add("process.parent.name"), paths.add("process.name"), paths.add("x")), (1, 0, 2));
    }

    #[test]
    fn nested_and_dotted_keys_lead_to_the_same_place() {
        let mut paths = Paths::default();
        let wanted = paths.add("a.b.c");
        for keys in [&["a", "b", "c"][..], &["a.b", "c"], &["a", "b.c"], &["a.b.c"]] {
            let end = keys.iter().try_fold(Paths::ROOT, |node, key| paths.follow(node, key));
            assert_eq!(end.and_then(|node| paths.wanted(node)), Some(wanted), "{keys:?}");
        }
        for key in ["", "a.", ".a", "a..b", "a.b.c.d", "b", "a.x"] {
            let end = paths.follow(Paths::ROOT, key);
            assert_eq!(end.and_then(|node| paths.wanted(node)), None, "{key:?}");
        }
    }

    #[test]
    fn a_path_may_lie_below_another() {
        let mut paths = Paths::default();
        let (outer, inner) = (paths.add("a"), paths.add("a.b"));
        let a = paths.follow(Paths::ROOT, "a").unwrap();
        assert_eq!((paths.wanted(a), paths.leads_on(a)), (Some(outer), true));
        assert_eq!(paths.wanted(paths.follow(a, "b").unwrap()), Some(inner));
    }
}
