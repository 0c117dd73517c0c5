//! Directory trees with everything that makes copying, moving and undoing hard.

use std::io;

use upgrade_engine::fs::{Attribute, Dir, Name, RelPath, Time};

use crate::random::Random;

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
}

/// A tree that can be built in any directory.
#[derive(Clone, Debug)]
pub struct Tree {
    /// A directory stands before what is in it.
    nodes: Vec<(RelPath, Node)>,
}

const NAMES: &[&[u8]] = &[
    b"plain",
    b"with blank",
    b"new\nline",
    b"back\\slash",
    b"\xff\xfe not UTF-8",
    b"\xe9t\xe9 latin-1",
    b"-rf",
    b"*",
    b"tab\there",
    b"esc\x1b[31m",
    "umläut".as_bytes(),
    b".hidden",
    b"~",
    b"$(reboot)",
    b"'quote\"",
    b"...",
];
const FILE_MODES: &[u32] = &[0o644, 0o600, 0o444, 0o4755, 0o2755, 0o666, 0o6711];
const DIRECTORY_MODES: &[u32] = &[0o755, 0o700, 0o1777, 0o2775, 0o711];

struct Builder {
    random: Random,
    caller: Caller,
    nodes: Vec<(RelPath, Node)>,
    directories: Vec<RelPath>,
}

impl Tree {
    /// Returns a tree that holds each of these at least once: nested and empty directories; empty, small, large and sparse
    /// files; hard links; links that are relative, absolute, dangling, loops, or lead out of the tree; a pipe; set-id,
    /// sticky and (for root) no permissions, and foreign owners; extended attributes; times before 1970 and with
    /// nanoseconds; names that are not UTF-8, or hold a newline, a backslash or a terminal escape.
    pub fn nasty(seed: u64, caller: Caller) -> Self {
        let mut builder =
            Builder { random: Random::new(seed), caller, nodes: Vec::new(), directories: vec![RelPath::here()] };
        for count in 0..6 {
            builder.directory(count);
        }
        for name in NAMES {
            let length = *builder.random.pick(&[1, 17, 4096, 5000]);
            builder.file(name, length);
        }
        builder.file(b"empty", 0);
        builder.file(b"large", 200_000);
        builder.sparse();
        builder.links();
        builder.unreadable();
        let directory = builder.anywhere();
        builder.nodes.push((directory.join(&name(b"pipe")), Node::Fifo));
        Self { nodes: builder.nodes }
    }

    /// Returns the tree without its pipes, for [`Tree::build`] alone.
    #[must_use]
    pub fn without_fifos(mut self) -> Self {
        self.nodes.retain(|(_, node)| !matches!(node, Node::Fifo));
        self
    }

    /// Returns all paths, a directory before what is in it.
    pub fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.nodes.iter().map(|(path, _)| path)
    }

    /// Builds the tree.
    ///
    /// # Errors
    /// What the directory gives; [`io::ErrorKind::Unsupported`] for a pipe.
    pub fn build(&self, into: &dyn Dir) -> io::Result<()> {
        self.build_with(into, &|_| Err(io::ErrorKind::Unsupported.into()))
    }

    /// Builds the tree and has each pipe made by `make_fifo`, since no [`Dir`] makes one.
    ///
    /// # Errors
    /// What the directory, or `make_fifo`, gives. Extended attributes that the file system lacks are left out.
    pub fn build_with(&self, into: &dyn Dir, make_fifo: &dyn Fn(&RelPath) -> io::Result<()>) -> io::Result<()> {
        for (path, node) in &self.nodes {
            match node {
                Node::Directory(_) => into.make_dir(path)?,
                Node::File { pieces, length, attributes } => {
                    let file = into.create(path)?;
                    for (offset, bytes) in pieces {
                        file.write_all_at(bytes, *offset)?;
                    }
                    file.set_len(*length)?;
                    set_all(attributes, |attribute| file.set(attribute))?;
                }
                Node::Symlink { target, attributes } => {
                    into.symlink(target, path)?;
                    if let Some((uid, gid)) = attributes.owner {
                        into.set(path, &Attribute::Owner { uid, gid })?;
                    }
                    into.set(path, &Attribute::Modified(attributes.modified))?;
                }
                Node::HardLink(existing) => into.hard_link(existing, path)?,
                Node::Fifo => make_fifo(path)?,
            }
        }
        // Afterwards and from below: making an entry changes the time of its directory and needs permission there.
        for (path, node) in self.nodes.iter().rev() {
            if let Node::Directory(attributes) = node {
                set_all(attributes, |attribute| into.set(path, attribute))?;
            }
        }
        Ok(())
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

fn name(bytes: &[u8]) -> Name {
    Name::new(bytes).unwrap()
}

impl Builder {
    fn anywhere(&mut self) -> RelPath {
        self.random.pick(&self.directories).clone()
    }

    fn attributes(&mut self, modes: &[u32]) -> Attributes {
        let foreign = [(0, 0), (65534, 65534), (1001, 100), (12345, 54321)];
        let owner = match self.caller {
            Caller::Root => Some(*self.random.pick(&foreign)),
            Caller::User => None,
        };
        let extended = match self.random.below(3) {
            0 => vec![
                (b"user.comment".to_vec(), b"kept?\0\xff".to_vec()),
                (b"user.number".to_vec(), self.random.bytes(8)),
            ],
            _ => Vec::new(),
        };
        let seconds = *self.random.pick(&[-86_400, 0, 951_782_400, 1_100_000_000, 1_234_567_890]);
        let nanoseconds = *self.random.pick(&[0, 1, 500_000_000, 999_999_999]);
        Attributes { owner, mode: *self.random.pick(modes), extended, modified: Time { seconds, nanoseconds } }
    }

    fn directory(&mut self, count: usize) {
        let parent = self.anywhere();
        let bytes = [format!("dir{count} ").as_bytes(), *self.random.pick::<&[u8]>(NAMES)].concat();
        let path = parent.join(&name(&bytes));
        let attributes = self.attributes(DIRECTORY_MODES);
        self.nodes.push((path.clone(), Node::Directory(attributes)));
        self.directories.push(path);
    }

    fn file(&mut self, bytes: &[u8], length: usize) {
        let path = self.anywhere().join(&name(bytes));
        let attributes = self.attributes(FILE_MODES);
        let pieces = vec![(0, self.random.bytes(length))];
        self.nodes.push((path, Node::File { pieces, length: length as u64, attributes }));
    }

    fn sparse(&mut self) {
        let path = self.anywhere().join(&name(b"sparse"));
        let attributes = self.attributes(FILE_MODES);
        let pieces = vec![(65_536, self.random.bytes(100)), (1 << 20, self.random.bytes(1))];
        self.nodes.push((path, Node::File { pieces, length: 2 << 20, attributes }));
    }

    fn links(&mut self) {
        let files: Vec<RelPath> = self
            .nodes
            .iter()
            .filter(|(_, node)| matches!(node, Node::File { .. }))
            .map(|(path, _)| path.clone())
            .collect();
        for count in 0..3 {
            let existing = self.random.pick(&files).clone();
            let path = self.anywhere().join(&name(format!("second name {count}").as_bytes()));
            self.nodes.push((path, Node::HardLink(existing)));
        }
        let to_file = [b"./".as_slice(), &self.random.pick(&files).to_bytes()].concat();
        let targets: [(&[u8], &[u8]); 8] = [
            (b"relative", &to_file),
            (b"absolute", b"/etc/passwd"),
            (b"out of the tree", b"../../../../../../../../etc"),
            (b"dangling", b"no such file"),
            (b"loop", b"loop"),
            (b"here", b"."),
            (b"root", b"/"),
            (b"odd target", b"\xff\n\\x"),
        ];
        for (link, target) in targets {
            let path = self.anywhere().join(&name(link));
            let attributes = self.attributes(&[0o777]);
            self.nodes.push((path, Node::Symlink { target: target.to_vec(), attributes }));
        }
    }

    fn unreadable(&mut self) {
        let modes: &[u32] = if self.caller == Caller::Root { &[0] } else { &[0o400] };
        let path = self.anywhere().join(&name(b"unreadable file"));
        let attributes = self.attributes(modes);
        self.nodes.push((path, Node::File { pieces: vec![(0, b"secret".to_vec())], length: 6, attributes }));
        let modes: &[u32] = if self.caller == Caller::Root { &[0] } else { &[0o700] };
        let path = self.anywhere().join(&name(b"unreadable directory"));
        let attributes = self.attributes(modes);
        self.nodes.push((path.clone(), Node::Directory(attributes)));
        let attributes = self.attributes(FILE_MODES);
        let file = Node::File { pieces: vec![(0, b"x".to_vec())], length: 1, attributes };
        self.nodes.push((path.join(&name(b"inside")), file));
    }
}
