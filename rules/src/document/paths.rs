//! The paths that are wanted of documents, as a tree: one node a name between two dots.
//!
//! A document may write `process.name` as two nested objects, as one key with a dot, or as any mixture; all end at the
//! same node. Trees are small (a query names a handful of fields) and their nodes have few children, so that a name is
//! looked for among its node's children one by one.

/// A wanted path, as small as an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(u32);

impl PathId {
    /// Its place in the order in which the paths were named first, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The wanted paths of a query or of the field table.
#[derive(Clone, Debug)]
pub struct Paths {
    nodes: Vec<Node>,
    names: Vec<String>,
}

/// A place in the tree of a [`Paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(usize);

#[derive(Clone, Debug, Default)]
struct Node {
    children: Vec<(Box<str>, NodeId)>,
    wanted: Option<PathId>,
}

impl Default for Paths {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], names: Vec::new() }
    }
}

impl Paths {
    /// The node of a whole document.
    pub(super) const ROOT: NodeId = NodeId(0);

    /// No path.
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of `path`, which from now on is wanted.
    pub fn intern(&mut self, path: &str) -> PathId {
        let mut node = Self::ROOT;
        for name in path.split('.') {
            node = match self.child(node, name) {
                Some(child) => child,
                None => self.add_child(node, name),
            };
        }
        // More paths than a u32 counts do not fit into memory.
        let next = PathId(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        let Some(node) = self.nodes.get_mut(node.0) else { return next };
        *node.wanted.get_or_insert_with(|| {
            self.names.push(path.to_owned());
            next
        })
    }

    /// How many paths are wanted.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether no path is wanted.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The path of this id.
    pub fn name(&self, id: PathId) -> &str {
        self.names.get(id.index()).map_or("", String::as_str)
    }

    /// The id of what stands at `node`, if that is wanted.
    pub(super) fn wanted(&self, node: NodeId) -> Option<PathId> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_id_however_often_it_is_named() {
        let mut paths = Paths::new();
        let (name, parent) = (paths.intern("process.name"), paths.intern("process.parent.name"));
        assert_ne!(name, parent);
        assert_eq!((paths.intern("process.name"), paths.len()), (name, 2));
        assert_eq!((paths.name(name), paths.name(parent)), ("process.name", "process.parent.name"));
    }

    #[test]
    fn nested_and_dotted_keys_lead_to_the_same_place() {
        let mut paths = Paths::new();
        let wanted = paths.intern("a.b.c");
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
        let mut paths = Paths::new();
        let (outer, inner) = (paths.intern("a"), paths.intern("a.b"));
        let a = paths.follow(Paths::ROOT, "a").unwrap();
        assert_eq!((paths.wanted(a), paths.leads_on(a)), (Some(outer), true));
        assert_eq!(paths.wanted(paths.follow(a, "b").unwrap()), Some(inner));
    }
}
