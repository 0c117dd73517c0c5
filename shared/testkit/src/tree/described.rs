//! Trees that are described one entry after another.

use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath, Time};

use super::{Attributes, Node, Tree};

/// The time of every entry that is not given another one: 2004-11-09, older than any run.
pub const OLD: Time = Time { seconds: 1_100_000_000, nanoseconds: 1 };

fn attributes(mode: u32) -> Attributes {
    Attributes { owner: Some((0, 0)), mode, extended: Vec::new(), modified: OLD }
}

/// Paths are written as below a root, with or without the slash in front. Directories above an entry need no description:
/// they get mode 755 and belong to root. An entry that is described again replaces the former one.
impl Tree {
    /// Starts an empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a directory with mode 755.
    #[must_use]
    pub fn directory(self, path: &str) -> Self {
        self.with(path, Node::Directory(attributes(0o755)))
    }

    /// Adds a file with mode 644.
    #[must_use]
    pub fn file(self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        let length = content.len() as u64;
        self.with(path, Node::File { pieces: vec![(0, content)], length, attributes: attributes(0o644) })
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.with(path, Node::Symlink { target: target.into(), attributes: attributes(0o777) })
    }

    /// Adds a second name of a file that was added before.
    #[must_use]
    pub fn hard_link(self, path: &str, existing: &str) -> Self {
        self.with(path, Node::HardLink(below(existing)))
    }

    /// Sets the mode of the entry that was added last.
    #[must_use]
    pub fn mode(self, mode: u32) -> Self {
        self.last(|attributes| attributes.mode = mode)
    }

    /// Sets user and group of the entry that was added last.
    #[must_use]
    pub fn owner(self, user: u32, group: u32) -> Self {
        self.last(|attributes| attributes.owner = Some((user, group)))
    }

    /// Sets the time of last change of the entry that was added last.
    #[must_use]
    pub fn modified(self, modified: Time) -> Self {
        self.last(|attributes| attributes.modified = modified)
    }

    /// Adds an extended attribute to the entry that was added last.
    #[must_use]
    pub fn extended(self, name: &str, value: &[u8]) -> Self {
        self.last(|attributes| attributes.extended.push((name.into(), value.to_vec())))
    }

    /// Returns a disk in memory that holds this tree.
    ///
    /// # Panics
    /// When it cannot be built.
    pub fn disk(&self) -> MemoryFs {
        let disk = MemoryFs::new();
        let root = disk.open_dir(&RootPath::new("/").unwrap()).unwrap();
        self.build(&*root).unwrap();
        disk
    }

    fn last(mut self, change: impl FnOnce(&mut Attributes)) -> Self {
        change(self.nodes[self.last].1.attributes_mut().unwrap());
        self
    }

    pub(super) fn with(mut self, path: &str, node: Node) -> Self {
        let path = below(path);
        let names = path.names();
        for count in 1..names.len() {
            let above = names[..count].iter().fold(RelPath::here(), |path, name| path.join(name));
            if !self.nodes.iter().any(|(known, _)| *known == above) {
                self.nodes.push((above, Node::Parent(attributes(0o755))));
            }
        }
        // In its former place: a directory stays in front of what is in it.
        let former = self.nodes.iter().position(|(known, _)| *known == path);
        self.last = former.unwrap_or(self.nodes.len());
        match former {
            Some(at) => self.nodes[at].1 = node,
            None => self.nodes.push((path, node)),
        }
        self
    }
}

fn below(path: &str) -> RelPath {
    RelPath::new(path.trim_start_matches('/')).unwrap()
}
