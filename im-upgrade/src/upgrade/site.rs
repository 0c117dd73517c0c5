//! The site's files: what the site made of them, and where the merged ones go.
//!
//! What the site made of a file is what `prepare` copied; without a run of `prepare`, what the package step copied (`NAME-pre73`); else
//! the file as it lies there. Merged client resources go below the new base, all other files stay where they are.

use std::collections::{BTreeMap, BTreeSet};

use config_merge::{Live, Version, Where, own_files};
use documents::whole_file::Content;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::step::Attributes;
use upgrade_engine::survey::real_path;

use super::merging::PRODUCT;
use super::saving::Saved;
use super::stock::{StockFiles, attributes};
use super::tree::{self, Found, SUFFIX};
use crate::error::Error;
use crate::redeploy::own;
use crate::server::{Instance, Server, below, kind};

/// The prefix of client resources in reports.
pub(super) const HTML: &str = "html/";

/// Where the site's values come from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// The files as they are: nothing was upgraded yet.
    Live,
    /// The copies of a run of `prepare`.
    Prepared(BTreeMap<RootPath, Saved>),
    /// Copies that are there without a run of ours.
    FoundCopies,
}

/// A file of the site.
#[derive(Clone, Debug)]
struct SiteFile {
    /// What is merged.
    source: RootPath,
    /// What its digest has to be, where a run saved it.
    digest: Option<Digest>,
    /// Where it lay, without links.
    target: RootPath,
}

/// The site's files by their names in reports.
pub(super) struct Site<'a> {
    fs: &'a dyn FileSystem,
    files: BTreeMap<String, SiteFile>,
    /// The configuration directory of each instance.
    configs: BTreeMap<String, RootPath>,
    new_base: RootPath,
    pub(super) warnings: Vec<String>,
}

/// Returns the files of an instance's configuration that may change in an upgrade: those of known names, and those that a release ships.
pub(super) fn to_save(
    fs: &dyn FileSystem,
    instance: &Instance,
    is_shipped: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Found>, Error> {
    let mut files = tree::files(fs, &instance.config, &format!("{}/config/", instance.name))?;
    files.retain(|name, _| {
        let known = PRODUCT.file(name).is_some_and(|file| !file.path.contains("**"));
        let base = name.rsplit('/').next().unwrap_or(name);
        let stock = name.split_once('/').map(|(_, rest)| format!("default/{rest}"));
        known || OTHERS.contains(&base) || stock.is_some_and(|stock| is_shipped(&stock))
    });
    Ok(files)
}

/// Files that the table of merges has no row for: `reference/instant-messaging.md` section 5.
const OTHERS: [&str; 2] = ["log4j.conf", "redirect.hosts"];

/// Returns the client resources that are text: what a site may have changed in them.
pub(super) fn resources(fs: &dyn FileSystem, base: &RootPath) -> Result<BTreeMap<String, Found>, Error> {
    let mut files = tree::files(fs, &below(base, "html")?, HTML)?;
    let mut programs = BTreeSet::new();
    for (name, found) in &files {
        if name.ends_with(".jar") || Content::of(&own_files::read(fs, &found.target)?) != Content::Text {
            programs.insert(name.clone());
        }
    }
    files.retain(|name, _| !programs.contains(name));
    Ok(files)
}

impl<'a> Site<'a> {
    /// Looks at the files of the chosen instances, and at the client resources in `old_base`.
    pub(super) fn look(
        fs: &'a dyn FileSystem,
        server: &Server,
        (old_base, new_base): (&RootPath, &RootPath),
        origin: &Origin,
    ) -> Result<Self, Error> {
        let mut site = Self {
            fs,
            files: BTreeMap::new(),
            configs: BTreeMap::new(),
            new_base: new_base.clone(),
            warnings: Vec::new(),
        };
        for instance in &server.instances {
            let prefix = format!("{}/config/", instance.name);
            site.add(&instance.config, &prefix, origin)?;
            site.configs.insert(instance.name.clone(), instance.config.clone());
        }
        if server.instances.iter().any(Instance::is_default) {
            site.add(&below(old_base, "html")?, HTML, origin)?;
        }
        Ok(site)
    }

    fn add(&mut self, directory: &RootPath, prefix: &str, origin: &Origin) -> Result<(), Error> {
        for (name, found) in tree::files(self.fs, directory, prefix)? {
            let copy = match origin {
                Origin::FoundCopies => found_copy(self.fs, &found)?,
                Origin::Live | Origin::Prepared(_) => None,
            };
            if let Some(copy) = &copy {
                self.warnings
                    .push(format!("{name}: no run of `prepare` saved it; the site's values are those of {copy}"));
            }
            let source = copy.unwrap_or_else(|| found.target.clone());
            self.files.insert(name, SiteFile { source, digest: None, target: found.target });
        }
        let Origin::Prepared(saved) = origin else { return Ok(()) };
        // Copies are known by paths without links.
        let real = real_path(self.fs, directory).unwrap_or_else(|_| directory.clone());
        for (path, saved) in saved {
            if let Some(rest) = tree::name_below(&real, path) {
                let file = SiteFile { source: saved.copy.clone(), digest: Some(saved.digest), target: path.clone() };
                self.files.insert(format!("{prefix}{rest}"), file);
            }
        }
        Ok(())
    }

    /// Returns the names of the files.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.files.keys().cloned().collect()
    }

    /// Returns whether a file belongs to a chosen instance, or to the client resources.
    pub(super) fn is_chosen(&self, name: &str) -> bool {
        let Some((first, _)) = name.split_once('/') else { return false };
        self.configs.contains_key(first) || (name.starts_with(HTML) && self.configs.contains_key("default"))
    }

    /// Reads what the site made of a file; nothing where it has none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Version>, Error> {
        let Some(file) = self.files.get(name) else { return Ok(None) };
        let version = Version::new(Where::Product, file.source.clone(), own_files::read(self.fs, &file.source)?);
        if file.digest.is_some_and(|digest| digest != version.source.digest) {
            return Err(Error::CopyChanged { copy: file.source.clone() });
        }
        Ok(Some(version))
    }

    /// Returns where a merged file goes, and what is there now.
    pub(super) fn target(&self, name: &str, new: Option<&StockFiles<'_>>) -> Result<(RootPath, Live), Error> {
        let target = match (self.files.get(name), name.strip_prefix(HTML), name.split_once('/')) {
            (_, Some(rest), _) => below(&self.new_base, &format!("{HTML}{rest}"))?,
            (Some(file), ..) => file.target.clone(),
            (None, None, Some((instance, rest))) => {
                let rest = rest.strip_prefix("config/").unwrap_or(rest);
                let config = self.configs.get(instance).ok_or_else(|| Error::usage(format!("{name}: no instance")))?;
                below(config, rest)?
            }
            (None, None, None) => return Err(Error::usage(format!("{name} is no file of the configuration"))),
        };
        if let Some(content) = own_files::read_if_there(self.fs, &target)? {
            let digest = Digest::of(&content);
            // The package step may have given the file to root, or opened it to everybody.
            let site = self.files.get(name).filter(|file| file.source != file.target && target == file.target);
            let site = site.map(|file| attributes(self.fs, &file.source)).transpose()?;
            let live = match site {
                Some(site) if !is_alike(&site, &attributes(self.fs, &target)?) => Live::Overwritten(digest, site),
                _ => Live::File(digest),
            };
            return Ok((target, live));
        }
        let site = self.files.get(name).map(|file| attributes(self.fs, &file.source)).transpose()?;
        let stock = match (new, site) {
            (_, Some(site)) => Some(site),
            (Some(new), None) => new.attributes(name)?,
            (None, None) => None,
        };
        // A file that only 7.2 shipped, and that the site removed, gets none: it is not made.
        let mut attributes = stock.unwrap_or_else(|| own(0o644));
        if let Some(conf) = self.files.get("default/config/iim.conf").filter(|_| !self.files.contains_key(name)) {
            // A new configuration file belongs to whom the main one belongs to, and is open to no more.
            let like = self::attributes(self.fs, &conf.source)?;
            if !name.starts_with(HTML) {
                (attributes.uid, attributes.gid, attributes.mode) = (like.uid, like.gid, like.mode & attributes.mode);
            }
        }
        Ok((target, Live::Nothing(attributes)))
    }
}

/// Returns whether two files have the same owner, mode and extended attributes.
fn is_alike(one: &Attributes, other: &Attributes) -> bool {
    (one.uid, one.gid, one.mode, &one.extended) == (other.uid, other.gid, other.mode, &other.extended)
}

/// Returns the copy of a file that is there without a run of ours.
fn found_copy(fs: &dyn FileSystem, found: &Found) -> Result<Option<RootPath>, Error> {
    let Some((directory, name)) = found.path.split_last() else { return Ok(None) };
    let copy = below(&directory, &format!("{}{SUFFIX}", upgrade_engine::fs::RelPath::from(name)))?;
    Ok(kind(fs, &copy)?.map(|_| copy))
}
