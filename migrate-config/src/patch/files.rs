//! The files of a merge with their three versions, and where each result goes.

use config_merge::{FileToMerge, Live, Method, Neighbours, Stock, Version, Versions, own_files};
use documents::dialect::Dialect;
use documents::merge::RootMove;
use documents::product_files::listed::{Listed, Names, Tree, listed};
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::survey::is_absent;

use super::merging::PRODUCT;
use super::roots::Moves;
use super::site::Site;
use super::stock::StockFiles;
use crate::error::Error;

/// What the versions of the files are found in.
pub(super) struct Trees<'a> {
    pub(super) base: &'a StockFiles<'a>,
    pub(super) site: &'a Site<'a>,
    pub(super) new: &'a StockFiles<'a>,
    pub(super) moves: &'a Moves,
    /// Where the configuration directory is, as included files are spelled.
    pub(super) directories: Vec<String>,
}

/// The files of a merge.
pub(super) struct Found {
    pub(super) files: Vec<FileToMerge<Method>>,
    /// Files that cannot be merged, and why.
    pub(super) findings: Vec<String>,
}

impl Trees<'_> {
    /// Finds the files.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(super) fn files(&self, fs: &dyn FileSystem) -> Result<Found, Error> {
        let names = Names {
            stock_old: self.base.names(),
            site: self.site.names().cloned().collect(),
            stock_new: self.new.names(),
            directories: self.directories.clone(),
        };
        let read = |tree: Tree, name: &str| -> Result<Vec<u8>, Error> {
            let dialect = Dialect::of(PRODUCT, name).unwrap_or(Dialect::Text);
            let version = match tree {
                Tree::StockOld => self.base.read(name)?,
                Tree::Site => self.site.read(name, dialect)?.map(|file| file.version),
                Tree::StockNew => self.new.read(name)?,
            };
            Ok(version.map(|version| version.content).unwrap_or_default())
        };
        let neighbours = Neighbours::of(self.site.stats()?, &self.site.directory()?);
        let mut found = Found { files: Vec::new(), findings: Vec::new() };
        for (name, listed) in listed(PRODUCT, &names, read)? {
            let file = self.file(&name, &listed, &neighbours)?;
            let is_new = matches!(file.live, Live::Nothing(_)) && file.versions.new.is_some();
            if is_new && is_taken(fs, &file.target)? {
                found.findings.push(format!("{name}: {} is no file; nothing was merged", file.target));
            } else {
                found.files.push(file);
            }
        }
        Ok(found)
    }

    fn file(&self, name: &str, listed: &Listed, neighbours: &Neighbours) -> Result<FileToMerge<Method>, Error> {
        let stock = |files: &StockFiles<'_>| match &listed.stock {
            Some(stock) => files.read(stock),
            None => Ok(None),
        };
        let base = stock(self.base)?.map_or(Stock::Absent, Stock::File);
        let new = stock(self.new)?.map(|new| moved(new, listed.dialect, &self.moves.of_data()));
        let site = self.site.read(name, listed.dialect)?;
        let (target, live) = match &site {
            Some(site) => (site.target.clone(), Live::File(site.live)),
            None => {
                let content = new.as_ref().map(|new| new.content.as_slice()).unwrap_or_default();
                let like = listed.stock.as_deref().map(|stock| self.new.stat(stock)).transpose()?.flatten();
                let attributes = neighbours.of_new(listed.dialect, content, like.map(|stat| stat.modified));
                (own_files::below(&self.site.config, name)?, Live::Nothing(attributes))
            }
        };
        let versions = Versions { base, site: site.map(|site| site.version), new };
        Ok(FileToMerge { name: name.to_owned(), method: Method::of(listed.dialect), versions, target, live })
    }
}

/// Moves the data root in a stock file: a copied configuration has another one than what ships.
fn moved(mut version: Version, dialect: Dialect, moves: &[RootMove]) -> Version {
    // A file that cannot be read is a matter of its merge, which says so.
    let edits = dialect.rewrite_roots(&version.content, moves).unwrap_or_default();
    if let Ok(content) = documents::apply(&version.content, &edits) {
        version.content = content;
    }
    version
}

/// Returns whether there is anything by a name.
fn is_taken(fs: &dyn FileSystem, path: &RootPath) -> Result<bool, Error> {
    let Some((parent, name)) = path.split_last() else { return Ok(true) };
    match fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name))) {
        Ok(_) => Ok(true),
        Err(e) if is_absent(&e) => Ok(false),
        Err(e) => Err(Error::io("look at", path, e)),
    }
}

/// Returns the spellings of a configuration directory, as included files may have them.
pub(super) fn spelled(paths: impl IntoIterator<Item = RootPath>) -> Vec<String> {
    let text = |path: RootPath| std::str::from_utf8(path.as_bytes()).ok().map(str::to_owned);
    let mut spelled: Vec<String> = paths.into_iter().filter_map(text).collect();
    spelled.sort();
    spelled.dedup();
    spelled
}
