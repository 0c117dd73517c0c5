//! The root moves of a merge: every spelling of the old roots, and what they are now.

use documents::merge::RootMove;
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::is_absent;

use crate::error::Error;
use crate::migrate::detect::roots::{self, real_path};
use crate::migrate::moves::moves;
use crate::migrate::rewrite;
use crate::request::Move;

/// What a run moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    /// All of it, as the run did it.
    pub(super) all: rewrite::Moves,
    new_root: Option<RootPath>,
}

impl Moves {
    /// Returns those of a run. Without the old root only its name is known.
    ///
    /// # Errors
    /// When the old root cannot be looked at.
    pub(super) fn of(fs: &dyn FileSystem, request: &Move) -> Result<Self, Error> {
        let all = match roots::look(fs, &request.old_root) {
            Ok(old) => moves(fs, &old, request)?,
            Err(Error::NoRoot(old)) if request.data_root.is_none() => {
                rewrite::Moves { roots: vec![(old, request.new_root.clone())], ..rewrite::Moves::default() }
            }
            Err(error) => return Err(error),
        };
        Ok(Self { all, new_root: Some(request.new_root.clone()) })
    }

    /// Returns what the merge moves.
    pub(super) fn roots(&self) -> Vec<RootMove> {
        self.all.root_moves()
    }

    /// Returns the moves of the server root.
    pub(super) fn of_server(&self) -> Vec<RootMove> {
        self.that(|to| Some(to) == self.new_root.as_ref())
    }

    /// Returns the moves of the data root, where the configuration was copied.
    pub(super) fn of_data(&self) -> Vec<RootMove> {
        self.that(|to| Some(to) != self.new_root.as_ref())
    }

    fn that(&self, is_meant: impl Fn(&RootPath) -> bool) -> Vec<RootMove> {
        let roots = self.all.roots.iter().filter(|(_, to)| is_meant(to)).cloned().collect();
        rewrite::Moves { roots, ..rewrite::Moves::default() }.root_moves()
    }
}

/// Returns a path as it was named, and as it is without links, where that is another one.
///
/// # Errors
/// When it cannot be looked at.
pub(super) fn spellings(fs: &dyn FileSystem, path: &RootPath) -> Result<Vec<RootPath>, Error> {
    let mut found = vec![path.clone()];
    match real_path(fs, path) {
        Ok(real) if real != *path => found.push(real),
        Ok(_) => {}
        Err(e) if is_absent(&e) => {}
        Err(e) => return Err(Error::io("look at", path, e)),
    }
    Ok(found)
}
