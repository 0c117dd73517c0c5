//! The files of a merge with their three versions, and where each result goes.

use config_merge::{FileToMerge, Live, Method, Neighbours, Stock, Versions};
use documents::SpanEdit;
use documents::dialect::Dialect;
use documents::merge::RootMove;
use documents::names::NameMove;
use documents::product_files::listed::{Listed, Names, Tree, listed};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::FileSystem;
use upgrade_engine::step::Attributes;

use super::merging::{self, PRODUCT};
use super::site::Site;
use super::stock::StockFiles;
use crate::deployment::{below, kind};
use crate::error::Error;

/// What the versions of the files are found in.
pub(super) struct Trees<'a> {
    /// What the old release shipped; nothing where that is not known.
    pub(super) base: Option<&'a StockFiles<'a>>,
    /// The site's files.
    pub(super) site: &'a Site<'a>,
    /// Where the results go.
    pub(super) live: &'a Site<'a>,
    pub(super) new: &'a StockFiles<'a>,
    /// Where the deployment was, and is.
    pub(super) roots: &'a [RootMove],
    /// Names of the old host, and what replaces them.
    pub(super) names: &'a [NameMove],
}

/// The files of a merge.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: Vec<FileToMerge<Method>>,
    /// What needs a human.
    pub(super) findings: Vec<String>,
}

impl Trees<'_> {
    /// Finds the files.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(super) fn files(&self, fs: &dyn FileSystem) -> Result<Found, Error> {
        let names = Names {
            stock_old: self.base.iter().flat_map(|base| base.names()).cloned().collect(),
            site: self.site.names().cloned().collect(),
            stock_new: self.new.names().cloned().collect(),
            directories: Vec::new(),
        };
        // No file of this product includes another one.
        let read = |_: Tree, _: &str| Ok::<_, Error>(Vec::new());
        let neighbours = Neighbours::of(self.live.stats(), &self.live.directory()?);
        let mut found = Found::default();
        for (name, listed) in listed(PRODUCT, &names, read)? {
            let (file, wrong) = self.file(&name, &listed, &neighbours)?;
            let as_a_whole = |wrong| format!("{wrong}; {name} is decided as a whole");
            found.findings.extend(wrong.into_iter().map(as_a_whole));
            let is_new =
                matches!(file.live, Live::Nothing(_)) && (file.versions.new.is_some() || file.versions.site.is_some());
            if is_new && kind(fs, &file.target)?.is_some() {
                found.findings.push(format!("{name}: {} is no file; nothing was merged", file.target));
            } else {
                found.files.push(file);
            }
        }
        Ok(found)
    }

    fn file(
        &self,
        name: &str,
        listed: &Listed,
        neighbours: &Neighbours,
    ) -> Result<(FileToMerge<Method>, Vec<String>), Error> {
        let stock = |files: &StockFiles<'_>| match &listed.stock {
            Some(stock) => files.read(stock),
            None => Ok(None),
        };
        let base = match self.base {
            Some(base) => stock(base)?.map_or(Stock::Absent, Stock::File),
            None => Stock::Unknown,
        };
        let mut new = stock(self.new)?;
        if let Some(new) = &mut new {
            // The stock file names the default place, where its own deployment is another one.
            change(&mut new.content, |bytes| listed.dialect.rewrite_roots(bytes, self.roots).unwrap_or_default());
        }
        let mut site = self.site.read(name)?;
        if let Some(site) = &mut site {
            change(&mut site.content, |bytes| renamed(listed.dialect, bytes, self.names));
        }
        let (target, live) = match self.live.read(name)? {
            Some(now) => (now.source.path, self.live_file(name, now.source.digest)),
            None => {
                let content = site.as_ref().or(new.as_ref()).map(|version| version.content.as_slice());
                let like = listed.stock.as_deref().and_then(|stock| self.new.stat(stock)).map(|stat| stat.modified);
                let attributes = neighbours.of_new(listed.dialect, content.unwrap_or_default(), like);
                let attributes = match self.site.file(name) {
                    Some(file) => Attributes { mode: file.stat.mode, modified: file.stat.modified, ..attributes },
                    None => attributes,
                };
                (below(&self.live.web_inf, name)?, Live::Nothing(attributes))
            }
        };
        let versions = Versions { base, site, new };
        let (method, wrong) = merging::method(listed.dialect, &versions);
        Ok((FileToMerge { name: name.to_owned(), method, versions, target, live }, wrong))
    }

    /// Returns what is known of a live file: the mode of the site's one counts, which may keep a password from others.
    fn live_file(&self, name: &str, digest: Digest) -> Live {
        match (self.live.file(name), self.site.file(name)) {
            (Some(live), Some(site)) if live.stat.mode != site.stat.mode => {
                let (uid, gid, modified) = (live.stat.uid, live.stat.gid, live.stat.modified);
                let attributes = Attributes { uid, gid, mode: site.stat.mode, modified, extended: Vec::new() };
                Live::Overwritten(digest, attributes)
            }
            _ => Live::File(digest),
        }
    }
}

/// Applies edits that do not overlap.
fn change(content: &mut Vec<u8>, edits: impl FnOnce(&[u8]) -> Vec<SpanEdit>) {
    let edits = edits(content);
    if let Ok(changed) = documents::apply(content, &edits) {
        *content = changed;
    }
}

/// Returns the edits that replace names of hosts. A secret is never touched: it may be encrypted, and may look like a name.
fn renamed(dialect: Dialect, bytes: &[u8], names: &[NameMove]) -> Vec<SpanEdit> {
    if names.is_empty() {
        return Vec::new();
    }
    // A file that cannot be read is a matter of its merge, which says so.
    let Ok(mut edits) = dialect.rewrite_names(bytes, names) else { return Vec::new() };
    let is_secret = dialect.secret_keys();
    let secrets = dialect.entries(bytes.to_vec()).unwrap_or_default();
    let secrets: Vec<_> =
        secrets.iter().filter(|listed| is_secret(&listed.shown)).map(|listed| &listed.entry.lines).collect();
    edits.retain(|edit| {
        let at = usize::try_from(edit.offset).unwrap_or(usize::MAX);
        !secrets.iter().any(|lines| lines.contains(&at))
    });
    edits
}
