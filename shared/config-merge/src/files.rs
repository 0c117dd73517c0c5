//! The versions of a file: where each one is, and what it holds.

use command::Context;
use documents::merge::Base;
use serde::{Deserialize, Serialize};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileSystem, RootPath};

use crate::error::Error;
use crate::own_files;

/// Which file system a file is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// Below the product root.
    Product,
    /// A real path.
    Own,
    /// Where the runs are kept.
    State,
}

/// The file systems of one call.
#[derive(Clone, Copy)]
pub struct FileSystems<'a> {
    /// The product root.
    pub product: &'a dyn FileSystem,
    /// Real paths.
    pub own: &'a dyn FileSystem,
    /// Where the runs are kept.
    pub state: &'a dyn FileSystem,
}

impl<'a> FileSystems<'a> {
    /// Returns the file systems that a call works with.
    pub fn of(context: &Context<'a>) -> Self {
        Self { product: context.fs, own: context.own_files, state: &*context.state.fs }
    }

    /// Returns one of them.
    pub fn on(&self, which: Where) -> &'a dyn FileSystem {
        match which {
            Where::Product => self.product,
            Where::Own => self.own,
            Where::State => self.state,
        }
    }

    /// Reads a file that a plan was made from.
    ///
    /// # Errors
    /// [`Error::Changed`] when it has another content now.
    pub fn read_as_surveyed(&self, source: &Source) -> Result<Vec<u8>, Error> {
        let content = own_files::read(self.on(source.on), &source.path)?;
        let is_same = Digest::of(&content) == source.digest;
        if is_same { Ok(content) } else { Err(Error::Changed { path: source.path.to_string() }) }
    }

    pub(crate) fn version(&self, source: &Source) -> Result<Version, Error> {
        Ok(Version { content: self.read_as_surveyed(source)?, source: source.clone() })
    }
}

/// A file that was read for a plan: what a plan may hold of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Which file system it is on.
    pub on: Where,
    /// Where it is there.
    pub path: RootPath,
    /// Digest of what it held.
    pub digest: Digest,
}

/// One version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Where it is.
    pub source: Source,
    /// What it holds.
    pub content: Vec<u8>,
}

impl Version {
    /// Takes a content that was read.
    pub fn new(on: Where, path: RootPath, content: Vec<u8>) -> Self {
        Self { source: Source { on, path, digest: Digest::of(&content) }, content }
    }
}

/// What is known of the file that the old release shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stock<T> {
    /// Nothing.
    Unknown,
    /// It shipped none.
    Absent,
    /// It shipped this one.
    File(T),
}

impl<T> Stock<T> {
    /// Returns the file, where there is one.
    pub fn file(&self) -> Option<&T> {
        match self {
            Self::File(file) => Some(file),
            Self::Unknown | Self::Absent => None,
        }
    }

    fn try_map<U>(&self, make: impl FnOnce(&T) -> Result<U, Error>) -> Result<Stock<U>, Error> {
        Ok(match self {
            Self::Unknown => Stock::Unknown,
            Self::Absent => Stock::Absent,
            Self::File(file) => Stock::File(make(file)?),
        })
    }
}

impl Stock<Version> {
    /// Returns the base of a merge of bytes; no file is one that is known to be none.
    pub fn as_base(&self) -> Base<Option<&[u8]>> {
        match self {
            Self::Unknown => Base::Unknown,
            Self::Absent => Base::Known(None),
            Self::File(file) => Base::Known(Some(&file.content)),
        }
    }
}

/// The three versions of a file, by content or by what a plan holds of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions<T> {
    /// What the old release shipped.
    pub base: Stock<T>,
    /// What the site made of it; nothing when the site has no such file.
    pub site: Option<T>,
    /// What the new release ships; nothing when it ships no such file.
    pub new: Option<T>,
}

impl<T> Versions<T> {
    pub(crate) fn try_map<U>(&self, make: impl Fn(&T) -> Result<U, Error>) -> Result<Versions<U>, Error> {
        Ok(Versions {
            base: self.base.try_map(&make)?,
            site: self.site.as_ref().map(&make).transpose()?,
            new: self.new.as_ref().map(&make).transpose()?,
        })
    }
}
