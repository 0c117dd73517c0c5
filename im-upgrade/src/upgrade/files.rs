//! The files of a merge with their three versions, and where each result goes.

use config_merge::{FileToMerge, Stock};
use documents::product_files::listed::{Listed, Names, Tree, listed};
use upgrade_engine::fs::RootPath;

use super::merging::{Method, PRODUCT};
use super::site::{HTML, Site};
use super::stock::StockFiles;
use crate::error::Error;

/// What the versions of the files are found in.
pub(super) struct Trees<'a> {
    /// What 7.2 shipped; nothing where that is not known.
    pub(super) base: Option<&'a StockFiles<'a>>,
    pub(super) site: &'a Site<'a>,
    pub(super) new: &'a StockFiles<'a>,
    /// Where the programs were and are.
    pub(super) bases: (&'a RootPath, &'a RootPath),
}

impl Trees<'_> {
    /// Returns the files of the chosen instances.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(super) fn files(&self) -> Result<Vec<FileToMerge<Method>>, Error> {
        let names = Names {
            stock_old: self.base.map(StockFiles::names).unwrap_or_default(),
            site: self.site.names(),
            stock_new: self.new.names(),
            directories: Vec::new(),
        };
        let read = |tree: Tree, name: &str| -> Result<Vec<u8>, Error> {
            let version = match tree {
                Tree::StockOld => self.base.map(|base| base.read(name)).transpose()?.flatten(),
                Tree::Site => self.site.read(name)?,
                Tree::StockNew => self.new.read(name)?,
            };
            Ok(version.map(|version| version.content).unwrap_or_default())
        };
        let mut files = Vec::new();
        for (name, listed) in listed(PRODUCT, &names, read)? {
            if self.site.is_chosen(&name) {
                files.push(self.file(&name, &listed)?);
            }
        }
        // Further instances are compared with the stock files of the default one. Where these are the live ones, they are merged last, so
        // that they are still there when the others are made.
        files.sort_by_key(|file| (file.name.starts_with("default/"), file.name.starts_with(HTML)));
        Ok(files)
    }

    fn file(&self, name: &str, listed: &Listed) -> Result<FileToMerge<Method>, Error> {
        let stock = |files: &StockFiles<'_>| match &listed.stock {
            Some(stock) => files.read(stock),
            None => Ok(None),
        };
        let base = match self.base {
            Some(base) => stock(base)?.map_or(Stock::Absent, Stock::File),
            None => Stock::Unknown,
        };
        let new = stock(self.new)?;
        let (target, live) = self.site.target(name, Some(self.new))?;
        let versions = config_merge::Versions { base, site: self.site.read(name)?, new };
        let (from, to) = self.bases;
        let moved = (from != to).then(|| (from.to_string(), to.to_string()));
        let method = Method { dialect: listed.dialect.name().to_owned(), moved };
        Ok(FileToMerge { name: name.to_owned(), method, versions, target, live })
    }
}
