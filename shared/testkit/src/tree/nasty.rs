//! Trees with everything that makes copying, moving and undoing hard.

use upgrade_engine::fs::{Name, RelPath, Time};

use super::{Attributes, Caller, Node, Tree};
use crate::random::Random;

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
        Self { nodes: builder.nodes, last: 0 }
    }
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
