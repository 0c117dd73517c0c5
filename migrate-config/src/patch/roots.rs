//! The root moves of a merge: every spelling of the old roots, and what they are now.

use std::io::{self, ErrorKind};

use documents::merge::RootMove;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::is_absent;

use crate::error::Error;
use crate::request::Move;
use crate::server_root::{Link, ServerRoot};

/// How many links a path may lead through.
const MOST_LINKS: usize = 40;

/// The old roots as paths spell them, with the new ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    /// The server root.
    pub(super) server: Vec<RootMove>,
    /// The data root, where the configuration was copied.
    pub(super) data: Vec<RootMove>,
}

impl Moves {
    /// Returns those of a run.
    ///
    /// # Errors
    /// When the old root cannot be looked at.
    pub(super) fn of(fs: &dyn FileSystem, request: &Move) -> Result<Self, Error> {
        let to = |spellings: Vec<RootPath>, to: &RootPath| {
            let step = |from: RootPath| RootMove { from: from.as_bytes().to_vec(), to: to.as_bytes().to_vec() };
            spellings.into_iter().map(step).collect()
        };
        let server = to(spellings(fs, &request.old_root)?, &request.new_root);
        let data = match &request.data_root {
            Some(data_root) => to(old_data(fs, &request.old_root)?, data_root),
            None => Vec::new(),
        };
        Ok(Self { server, data })
    }

    /// Returns all of them.
    pub(super) fn all(&self) -> Vec<RootMove> {
        [self.server.as_slice(), &self.data].concat()
    }
}

/// Returns the spellings of the old root's data root: as its link says, and where that leads.
fn old_data(fs: &dyn FileSystem, old_root: &RootPath) -> Result<Vec<RootPath>, Error> {
    let old = ServerRoot::look(fs, old_root)?;
    let Some(directory) = old.data.directory() else { return Ok(Vec::new()) };
    let mut found = spellings(fs, directory)?;
    if let Link::To { target, .. } = &old.data
        && let Ok(said) = old_root.resolve(target)
        && !found.contains(&said)
    {
        found.push(said);
    }
    Ok(found)
}

/// Returns a path as it was named, and as it is without links, where that is another one.
pub(super) fn spellings(fs: &dyn FileSystem, path: &RootPath) -> Result<Vec<RootPath>, Error> {
    let mut found = vec![path.clone()];
    match without_links(fs, path) {
        Ok(real) if real != *path => found.push(real),
        Ok(_) => {}
        Err(e) if is_absent(&e) => {}
        Err(e) => return Err(Error::io("look at", path, e)),
    }
    Ok(found)
}

/// Returns where a path leads: every link on the way is followed, as after `chroot`.
///
/// # Errors
/// As `lstat` and `readlink`; [`ErrorKind::TooManyLinks`].
pub(super) fn without_links(fs: &dyn FileSystem, path: &RootPath) -> io::Result<RootPath> {
    let top = RootPath::new("/").map_err(io::Error::other)?;
    let mut todo: Vec<Vec<u8>> = path.components().rev().map(<[u8]>::to_vec).collect();
    let (mut at, mut links) = (top.clone(), 0);
    while let Some(component) = todo.pop() {
        if component == b".." {
            at = at.split_last().map_or_else(|| top.clone(), |(parent, _)| parent);
            continue;
        }
        let next = at.resolve(&component).map_err(io::Error::other)?;
        let Some((_, name)) = next.split_last() else { continue };
        let (dir, name) = (fs.open_dir(&at)?, RelPath::from(name));
        if dir.stat(&name)?.kind != FileKind::Symlink {
            at = next;
            continue;
        }
        links += 1;
        if links > MOST_LINKS {
            return Err(ErrorKind::TooManyLinks.into());
        }
        let target = dir.read_link(&name)?;
        if target.first() == Some(&b'/') {
            at = top.clone();
        }
        todo.extend(
            target
                .split(|byte| *byte == b'/')
                .rev()
                .filter(|part| !part.is_empty() && *part != b".")
                .map(<[u8]>::to_vec),
        );
    }
    Ok(at)
}
