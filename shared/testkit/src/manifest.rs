//! A whole tree written down: what an administrator would compare before a run, after it, and after its undo.

use std::{collections::BTreeMap, fmt, io};

use upgrade_engine::fs::{Dir, FileId, FileKind, RelPath, Stat, Time, path::escape};

/// Whether the modification times of directories are part of a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DirectoryTimes {
    /// They are.
    #[default]
    Compare,
    /// They are not.
    Ignore,
}

/// What is written down.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Entries left out with all that is below them. The modification time of the directory that holds one is not left
    /// out: let the fixture have that entry from the start.
    pub leave_out: Vec<RelPath>,
    /// Modification times of directories.
    pub directory_times: DirectoryTimes,
    /// Modification times after this one are written as `new`: two runs do not make the same file at the same time.
    pub new_after: Option<Time>,
}

type Fields = BTreeMap<&'static str, String>;

/// Every entry of a tree: type, mode, owner, modification time, link target, names of the same file, size, BLAKE3 digest and
/// extended attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    entries: BTreeMap<RelPath, Fields>,
}

impl Manifest {
    /// Writes down everything.
    ///
    /// # Errors
    /// What reading the tree gives; a file or directory that may not be read is written down as unreadable instead.
    pub fn of(dir: &dyn Dir) -> io::Result<Self> {
        Self::with(dir, &Options::default())
    }

    /// Writes down what the options ask for.
    ///
    /// # Errors
    /// As [`Manifest::of`].
    pub fn with(dir: &dyn Dir, options: &Options) -> io::Result<Self> {
        let mut entries = BTreeMap::new();
        let mut names: BTreeMap<FileId, RelPath> = BTreeMap::new();
        let mut todo = vec![RelPath::here()];
        // Sorted order, so that the first name of a file is the same one in every manifest.
        while let Some(path) = todo.pop() {
            if options.leave_out.contains(&path) {
                continue;
            }
            let stat = dir.stat(&path)?;
            let mut fields = fields(dir, &path, &stat, options)?;
            if stat.kind == FileKind::Directory {
                match dir.list(&path) {
                    Ok(children) => todo.extend(children.iter().rev().map(|name| path.join(name))),
                    Err(error) => drop(fields.insert("entries", unreadable(error)?)),
                }
            } else if let Some(first) = names.get(&stat.id) {
                fields.insert("same file as", first.to_string());
            } else {
                names.insert(stat.id, path.clone());
            }
            entries.insert(path, fields);
        }
        Ok(Self { entries })
    }

    /// Returns a line for every field that differs, `self` being what was expected.
    pub fn difference(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (path, expected) in &self.entries {
            let Some(found) = other.entries.get(path) else {
                lines.push(format!("{}: is gone", shown(path)));
                continue;
            };
            for name in expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name))) {
                let none = "nothing".to_owned();
                let (expected, found) = (expected.get(name).unwrap_or(&none), found.get(name).unwrap_or(&none));
                if expected != found {
                    lines.push(format!("{}: {name} is {found}, not {expected}", shown(path)));
                }
            }
        }
        for (path, found) in &other.entries {
            if !self.entries.contains_key(path) {
                lines.push(format!("{}: should not be there ({})", shown(path), found["type"]));
            }
        }
        lines
    }

    /// Fails when another tree differs from this one, which was expected.
    ///
    /// # Panics
    /// With every field that differs.
    #[track_caller]
    pub fn assert_same(&self, found: &Self) {
        let difference = self.difference(found);
        assert!(difference.is_empty(), "{}", difference.join("\n"));
    }

    /// Returns how many entries there are, the directory itself included.
    pub fn count(&self) -> usize {
        self.entries.len()
    }
}

fn shown(path: &RelPath) -> String {
    if path.names().is_empty() { ".".to_owned() } else { path.to_string() }
}

fn unreadable(error: io::Error) -> io::Result<String> {
    if error.kind() == io::ErrorKind::PermissionDenied { Ok("unreadable".to_owned()) } else { Err(error) }
}

fn fields(dir: &dyn Dir, path: &RelPath, stat: &Stat, options: &Options) -> io::Result<Fields> {
    let kind = match stat.kind {
        FileKind::Regular => "file",
        FileKind::Directory => "directory",
        FileKind::Symlink => "link",
        FileKind::Fifo => "pipe",
        FileKind::Special => "special",
    };
    let mut fields = Fields::from([("type", kind.to_owned()), ("owner", format!("{}:{}", stat.uid, stat.gid))]);
    if stat.kind != FileKind::Directory || options.directory_times == DirectoryTimes::Compare {
        let Time { seconds, nanoseconds } = stat.modified;
        let new = options.new_after.is_some_and(|start| stat.modified > start);
        fields.insert("modified", if new { "new".to_owned() } else { format!("{seconds}.{nanoseconds:09}") });
    }
    if stat.kind != FileKind::Symlink {
        fields.insert("mode", format!("{:04o}", stat.mode));
    }
    match stat.kind {
        FileKind::Symlink => drop(fields.insert("target", escape(&dir.read_link(path)?))),
        FileKind::Regular => {
            fields.insert("size", stat.size.to_string());
            fields.insert("digest", digest(dir, path).or_else(unreadable)?);
        }
        FileKind::Directory | FileKind::Fifo | FileKind::Special => {}
    }
    let extended = match dir.hold(path).and_then(|held| held.extended_attributes()) {
        Ok(attributes) => {
            let shown = |(name, value): &(Vec<u8>, Vec<u8>)| format!("{}={}", escape(name), escape(value));
            attributes.iter().map(shown).collect::<Vec<_>>().join(", ")
        }
        Err(error) => unreadable(error)?,
    };
    if !extended.is_empty() {
        fields.insert("extended attributes", extended);
    }
    Ok(fields)
}

fn digest(dir: &dyn Dir, path: &RelPath) -> io::Result<String> {
    let file = dir.open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 65536];
    let mut offset = 0;
    loop {
        let count = file.read_at(&mut buffer, offset)?;
        if count == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(&buffer[..count]);
        offset += count as u64;
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, fields) in &self.entries {
            write!(f, "{} {}", shown(path), fields["type"])?;
            for (name, value) in fields.iter().filter(|(name, _)| **name != "type") {
                write!(f, " {name}={value}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
