//! Directory trees: described one entry after another, read from a table, or made of everything that is hard.
//!
//! ```
//! # use testkit::tree::Tree;
//! let tree = Tree::new()
//!     .directory("/var/opt/SUNWiim/default").mode(0o750).owner(1001, 1001)
//!     .file("/etc/opt/SUNWiim/default/config/iim.conf", "iim.port = \"5269\"\n").mode(0o600)
//!     .symlink("/opt/SUNWiim/config", "/etc/opt/SUNWiim/default/config");
//! ```

mod described;
mod nasty;
mod table;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use upgrade_engine::fs::{Attribute, Dir, RelPath, Time};

pub use described::OLD;

/// Who builds and reads a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// May give files away, and reads what nobody may read.
    Root,
    /// Owns all there is, and must be able to read it.
    User,
}

impl Caller {
    /// Returns who runs this process.
    pub fn this_process() -> Self {
        if rustix::process::geteuid().is_root() { Self::Root } else { Self::User }
    }
}

#[derive(Clone, Debug)]
struct Attributes {
    owner: Option<(u32, u32)>,
    mode: u32,
    extended: Vec<(Vec<u8>, Vec<u8>)>,
    modified: Time,
}

#[derive(Clone, Debug)]
enum Node {
    Directory(Attributes),
    File {
        /// Pieces with their offsets; what is between them is a hole.
        pieces: Vec<(u64, Vec<u8>)>,
        length: u64,
        attributes: Attributes,
    },
    Symlink {
        target: Vec<u8>,
        attributes: Attributes,
    },
    HardLink(RelPath),
    Fifo,
    /// A directory that only has to be there; what it is like counts only where it is made.
    Parent(Attributes),
}

impl Node {
    fn attributes_mut(&mut self) -> Option<&mut Attributes> {
        match self {
            Self::Directory(attributes)
            | Self::Parent(attributes)
            | Self::File { attributes, .. }
            | Self::Symlink { attributes, .. } => Some(attributes),
            Self::HardLink(_) | Self::Fifo => None,
        }
    }
}

/// A tree that can be built in any directory.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// A directory stands before what is in it.
    nodes: Vec<(RelPath, Node)>,
    /// The node that was described last.
    last: usize,
}

impl Tree {
    /// Returns all paths, a directory before what is in it.
    pub fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.nodes.iter().map(|(path, _)| path)
    }

    /// Builds the tree.
    ///
    /// # Errors
    /// What the directory gives. Extended attributes that the file system lacks are left out.
    pub fn build(&self, into: &dyn Dir) -> io::Result<()> {
        let mut made = BTreeSet::new();
        for (path, node) in &self.nodes {
            match node {
                Node::Directory(_) | Node::Parent(_) => match into.make_dir(path) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    other => {
                        other?;
                        made.insert(path);
                    }
                },
                Node::File { pieces, length, attributes } => {
                    let file = into.create(path)?;
                    for (offset, bytes) in pieces {
                        file.write_all_at(bytes, *offset)?;
                    }
                    file.set_len(*length)?;
                    set_all(attributes, |attribute| file.set(attribute))?;
                }
                Node::Symlink { target, attributes } => {
                    let link = into.symlink(target, path)?;
                    if let Some((uid, gid)) = attributes.owner {
                        link.set(&Attribute::Owner { uid, gid })?;
                    }
                    link.set(&Attribute::Modified(attributes.modified))?;
                }
                Node::HardLink(existing) => into.hard_link(existing, path)?,
                Node::Fifo => drop(into.make_fifo(path)?),
            }
        }
        // Afterwards and from below: making an entry changes the time of its directory and needs permission there.
        for (path, node) in self.nodes.iter().rev() {
            match node {
                Node::Parent(_) if !made.contains(path) => {}
                Node::Directory(attributes) | Node::Parent(attributes) => {
                    let held = into.hold(path)?;
                    set_all(attributes, |attribute| held.set(attribute))?;
                }
                Node::File { .. } | Node::Symlink { .. } | Node::HardLink(_) | Node::Fifo => {}
            }
        }
        Ok(())
    }

    /// Builds the tree in a directory of the machine's disk: pipes are made, owners are set when this process is root's. Files
    /// that are in the way are replaced, directories that are there already get the described mode, owner and time.
    ///
    /// # Panics
    /// When it cannot be built.
    pub fn build_at(&self, directory: &Path) {
        let into = crate::site::directory(directory);
        let mut tree = self.clone();
        if Caller::this_process() == Caller::User {
            tree.nodes.iter_mut().filter_map(|(_, node)| node.attributes_mut()).for_each(|of| of.owner = None);
        }
        let is_leaf = |node: &Node| !matches!(node, Node::Directory(_) | Node::Parent(_));
        for (path, _) in tree.nodes.iter().filter(|(_, node)| is_leaf(node)) {
            match into.remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => panic!("{path}: {error}"),
                _ => {}
            }
        }
        tree.build(&*into).unwrap();
    }
}

/// Makes a named pipe below a directory of the machine's disk.
///
/// # Errors
/// As `mkfifo`.
pub fn make_fifo(below: &std::path::Path, path: &RelPath) -> io::Result<()> {
    let path = below.join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&path.to_bytes()));
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    Ok(rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0)?)
}

fn set_all(attributes: &Attributes, set: impl Fn(&Attribute) -> io::Result<()>) -> io::Result<()> {
    if let Some((uid, gid)) = attributes.owner {
        set(&Attribute::Owner { uid, gid })?;
    }
    for (name, value) in &attributes.extended {
        match set(&Attribute::Extended { name: name.clone(), value: value.clone() }) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            other => other?,
        }
    }
    set(&Attribute::Modified(attributes.modified))?;
    set(&Attribute::Mode(attributes.mode))
}
