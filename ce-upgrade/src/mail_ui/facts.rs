//! What there is of the mail pages: the saved tree, the old release's where it is named, the deployed ones, the package's copy. No link
//! is followed below these directories; trees are walked with limits, and files are read one at a time.

use std::collections::BTreeMap;

use documents::whole_file;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{Dir, FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::step::{Attributes, read_whole};
use upgrade_engine::survey::{Below, Limits, ToCopy, is_absent, walk};

use crate::error::Error;

/// How large a tree of pages may be.
pub const LIMITS: Limits = Limits { entries: 100_000, depth: 64 };

/// A directory that is held open.
pub(super) struct Tree {
    /// Where it is.
    pub(super) path: RootPath,
    /// Its handle.
    pub(super) dir: Box<dyn Dir>,
}

impl Tree {
    /// Opens a directory; nothing where there is none. Links on the way to it are followed.
    pub(super) fn open(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<Self>, Error> {
        match fs.open_dir(path) {
            Ok(dir) => Ok(Some(Self { path: path.clone(), dir })),
            Err(e) if is_absent(&e) => Ok(None),
            Err(e) => Err(Error::io("open", path, e)),
        }
    }

    /// Returns the path of what lies below it.
    pub(super) fn below(&self, path: &RelPath) -> RootPath {
        path.names().iter().fold(self.path.clone(), |path, name| path.join(name))
    }

    /// Looks at a file without following a link.
    pub(super) fn file(&self, path: &RelPath) -> Result<Look, Error> {
        let failed = |e| Error::io("read", self.below(path), e);
        let mut above = RelPath::here();
        for name in path.names() {
            above = above.join(name);
            let stat = match self.dir.stat(&above) {
                Ok(stat) => stat,
                Err(e) if is_absent(&e) => return Ok(Look::Nothing),
                Err(e) => return Err(failed(e)),
            };
            let wanted = if above == *path { FileKind::Regular } else { FileKind::Directory };
            if stat.kind != wanted {
                let shown = self.below(&above);
                return Ok(Look::Other(match stat.kind {
                    FileKind::Symlink => format!("{shown} is a symbolic link, which is not followed"),
                    FileKind::Directory => format!("{shown} is a directory"),
                    FileKind::Regular => format!("{shown} is a file"),
                    FileKind::Fifo | FileKind::Special => format!("{shown} is not a regular file"),
                }));
            }
        }
        let opened = ToCopy::open(&*self.dir, path).map_err(failed)?;
        let not_taken_over = opened.not_taken_over(&self.below(path).to_string());
        let ToCopy { file, attributes, .. } = opened;
        let links = file.stat().map_err(failed)?.links;
        let content = match read_whole(&*file) {
            Ok(content) => content,
            Err(e) if e.kind() == std::io::ErrorKind::FileTooLarge => {
                return Ok(Look::Other(format!("{} is larger than 64 MiB", self.below(path))));
            }
            Err(e) => return Err(failed(e)),
        };
        let (digest, shown) = (Digest::of(&content), whole_file::digest(&content));
        Ok(Look::File(Found { digest, shown, attributes, not_taken_over, links }))
    }

    /// Reads a file whole.
    pub(super) fn read(&self, path: &RelPath) -> Result<Vec<u8>, Error> {
        let content = self.dir.open(path).and_then(|file| read_whole(&*file));
        content.map_err(|e| Error::io("read", self.below(path), e))
    }
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// A file.
    File(Found),
    /// Nothing.
    Nothing,
    /// Something else, in a sentence.
    Other(String),
}

/// A file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The digest that steps compare.
    pub digest: Digest,
    /// The digest as reports show it.
    pub shown: String,
    /// Owner, mode, times.
    pub attributes: Attributes,
    /// What a file with its attributes does not take over, in a sentence.
    pub not_taken_over: Option<String>,
    /// How many names it has.
    pub links: u64,
}

/// The trees of a move.
pub(super) struct Trees {
    /// What was saved from the mail server.
    pub(super) saved: Tree,
    /// What the old release shipped.
    pub(super) base: Option<Tree>,
    /// What is deployed.
    pub(super) webmail: Tree,
    /// The package's copy of the new pages.
    pub(super) package: Option<Tree>,
}

/// A page of the saved tree, and the same page elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// As it was saved.
    pub saved: Found,
    /// As the old release shipped it; nothing where that is not known.
    pub base: Option<Option<String>>,
    /// As it is deployed.
    pub deployed: Look,
    /// As the package of the new release has it, where that has a copy.
    pub package: Option<String>,
}

/// What is known of the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The files, by their path in the tree.
    pub pages: BTreeMap<RelPath, Page>,
    /// What is saved and is no file that could be moved, a sentence each.
    pub left_out: Vec<String>,
}

impl Trees {
    /// Reads all of them.
    ///
    /// # Errors
    /// [`upgrade_engine::survey::SurveyError::TooMuch`]; as `open` and `read`.
    pub(super) fn look(&self) -> Result<Facts, Error> {
        let mut facts = Facts::default();
        let mut paths = Vec::new();
        walk(&*self.saved.dir, &self.saved.path, LIMITS, |path, stat| {
            match stat.kind {
                FileKind::Regular => paths.push(path.clone()),
                FileKind::Directory => {}
                FileKind::Symlink => {
                    facts
                        .left_out
                        .push(format!("{} is a symbolic link, which is not followed", self.saved.below(path)));
                }
                FileKind::Fifo | FileKind::Special => {
                    facts.left_out.push(format!("{} is not a regular file", self.saved.below(path)));
                }
            }
            Ok::<_, command::Error>(Below::Enter)
        })?;
        for path in paths {
            let saved = match self.saved.file(&path)? {
                Look::File(saved) => saved,
                Look::Nothing => continue,
                Look::Other(what) => {
                    facts.left_out.push(what);
                    continue;
                }
            };
            let shown = |tree: &Tree| {
                Ok::<_, Error>(match tree.file(&path)? {
                    Look::File(found) => Some(found.shown),
                    Look::Nothing | Look::Other(_) => None,
                })
            };
            let base = self.base.as_ref().map(shown).transpose()?;
            let package = self.package.as_ref().map(shown).transpose()?.flatten();
            let deployed = self.webmail.file(&path)?;
            facts.pages.insert(path, Page { saved, base, deployed, package });
        }
        Ok(facts)
    }
}
