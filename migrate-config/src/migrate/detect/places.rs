//! Where the new root's links lead, and where a copy goes.

use command::Interrupt;
use upgrade_engine::fs::path::escape;
use upgrade_engine::fs::{FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::step::Attributes;
use upgrade_engine::survey::{self, is_absent};

use super::roots::{Root, real_path};
use super::tree::Tree;
use crate::error::Error;
use crate::migrate::copy::CopyFacts;
use crate::migrate::plan::NewLink;
use crate::migrate::refusal::Refusal;
use crate::server_root::Link;

fn name(text: &str) -> Result<Name, Error> {
    Name::new(text).map_err(|e| Error::io("use", text, std::io::Error::other(e)))
}

/// Returns the links that lead from the new root to the directories of the old one.
///
/// # Errors
/// As `lstat`.
pub fn links_to_old(fs: &dyn FileSystem, old: &Root, new: &Root) -> Result<Vec<NewLink>, Error> {
    let server = &old.server;
    let mut links = Vec::new();
    for (text, link) in [("config", &server.config), ("data", &server.data), ("log", &server.log)] {
        let (name, Some(directory)) = (name(text)?, link.directory()) else { continue };
        links.push(NewLink {
            target: target(fs, old, link, directory)?,
            attributes: attributes(fs, old, new, &name)?,
            name,
        });
    }
    Ok(links)
}

/// Returns the links that lead from the new root to a copy.
///
/// # Errors
/// As `lstat`.
pub fn links_to_copy(fs: &dyn FileSystem, old: &Root, new: &Root, copy: &RootPath) -> Result<Vec<NewLink>, Error> {
    let mut links = Vec::new();
    for (text, target) in
        [("config", copy.join(&name("config")?)), ("data", copy.clone()), ("log", copy.join(&name("log")?))]
    {
        let name = name(text)?;
        let like = if text == "log" && old.server.log == Link::Absent { self::name("config")? } else { name.clone() };
        links.push(NewLink { target, attributes: attributes(fs, old, new, &like)?, name });
    }
    Ok(links)
}

/// Returns what a link of the new root holds: what the old link does, unless that is relative or leads through the old root.
fn target(fs: &dyn FileSystem, old: &Root, link: &Link, directory: &RootPath) -> Result<RootPath, Error> {
    let real = || real_path(fs, directory).map_err(|e| Error::io("look at", directory, e));
    let Link::To { target, .. } = link else { return real() };
    let is_through = |root: &RootPath| documents::roots::occurs(target, root.as_bytes());
    match RootPath::new(target) {
        Ok(spelled) if !old.spellings().iter().any(is_through) && !spelled.components().any(|part| part == b"..") => {
            Ok(spelled)
        }
        _ => real(),
    }
}

/// Returns owner and time of a link that is made after one of the old root; the new root's owner where this user cannot give it away.
fn attributes(fs: &dyn FileSystem, old: &Root, new: &Root, name: &Name) -> Result<Attributes, Error> {
    let (from, into) = (&old.server.path, &new.server.path);
    let dir = fs.open_dir(from).map_err(|e| Error::io("open", from, e))?;
    let like = dir.stat(&RelPath::from(name.clone())).map_err(|e| Error::io("look at", from.join(name), e))?;
    let new_dir = fs.open_dir(into).map_err(|e| Error::io("open", into, e))?;
    let own = new_dir.stat(&RelPath::here()).map_err(|e| Error::io("look at", into, e))?;
    let (uid, gid) = if new_dir.can_give(like.uid, like.gid) { (like.uid, like.gid) } else { (own.uid, own.gid) };
    Ok(Attributes { uid, gid, mode: 0o777, modified: like.modified, extended: Vec::new() })
}

/// Returns a warning for each directory that is the old root's own: the new root needs it for good.
pub fn owned_by_old(old: &Root) -> Vec<String> {
    let server = &old.server;
    let own = |link: &&Link| matches!(link, Link::Directory(_));
    let directories = [&server.config, &server.data, &server.log].into_iter().filter(own).filter_map(Link::directory);
    directories
        .map(|directory| {
            format!("{directory} is a directory of the old root, not a link: keep it, the new root uses it. Do not remove the old root")
        })
        .collect()
}

/// Checks that a copy can be made at a place.
///
/// # Errors
/// [`Refusal::DataRoot`].
pub fn refuse_unfit(fs: &dyn FileSystem, place: &RootPath, others: &[(&str, RootPath)]) -> Result<(), Error> {
    let wrong = |what: String| Error::from(Refusal::DataRoot { path: place.clone(), what });
    let Some((parent, last)) = place.split_last() else { return Err(wrong("is no place for a copy".to_owned())) };
    let dir = match fs.open_dir(&parent) {
        Ok(dir) => dir,
        Err(e) if is_absent(&e) => return Err(wrong(format!("cannot be made: {parent} is not there"))),
        Err(e) => return Err(Error::io("open", parent, e)),
    };
    match dir.stat(&RelPath::from(last)) {
        Ok(_) => return Err(wrong("is there already: name a directory that is not there yet".to_owned())),
        Err(e) if is_absent(&e) => {}
        Err(e) => return Err(Error::io("look at", place, e)),
    }
    let mut above = survey::ancestors(fs, &parent).map_err(command::Error::from)?;
    above.push(survey::identity(&*dir, &parent).map_err(command::Error::from)?);
    for (what, other) in others {
        let dir = fs.open_dir(other).map_err(|e| Error::io("open", other, e))?;
        if above.contains(&survey::identity(&*dir, other).map_err(command::Error::from)?) {
            return Err(wrong(format!("lies in {other}, {what}: name a place beside it")));
        }
    }
    Ok(())
}

/// What a copy leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Directories of the old data root that the copy has empty, and files that it does not have.
    pub data: Vec<String>,
    /// Sockets and devices of the configuration.
    pub special: Vec<String>,
}

/// Looks at what a copy is to be like.
///
/// # Errors
/// As `lstat` and `readlink`; [`command::Error::Interrupted`].
pub fn copy(
    fs: &dyn FileSystem,
    old: &Root,
    tree: &Tree,
    place: &RootPath,
    interrupt: &Interrupt,
) -> Result<(CopyFacts, LeftOut), Error> {
    let parent = survey::open_parent(fs, place).map_err(command::Error::from)?;
    let above = survey::anchor(&*parent.dir, &parent.path).map_err(command::Error::from)?;
    let mut left_out = LeftOut::default();
    let mut entries = Vec::new();
    for entry in &tree.entries {
        if interrupt.is_requested() {
            return Err(command::Error::Interrupted.into());
        }
        let shown = || tree.show(&entry.path);
        if entry.stat.kind == FileKind::Special {
            left_out.special.push(format!("{} is a socket or a device; it is not copied", shown()));
            continue;
        }
        if entry.stat.kind == FileKind::Regular {
            // What it is like was read with its content.
            continue;
        }
        let held = tree.dir.hold(&entry.path).map_err(|e| Error::io("look at", shown(), e))?;
        let attributes = Attributes::of_held(&*held).map_err(|e| Error::io("look at", shown(), e))?;
        let target = match entry.stat.kind {
            FileKind::Symlink => Some(held.link_target().map_err(|e| Error::io("read the link", shown(), e))?),
            _ => None,
        };
        entries.push((entry.path.clone(), entry.stat.kind, attributes, target.map(|target| escape(&target))));
    }
    let here = RelPath::here();
    let config = Attributes::of(&*tree.dir, &here).map_err(|e| Error::io("look at", &tree.path, e))?;
    let data = old.server.data.directory().unwrap_or(&old.server.path);
    let dir = fs.open_dir(data).map_err(|e| Error::io("open", data, e))?;
    let attributes = Attributes::of(&*dir, &here).map_err(|e| Error::io("look at", data, e))?;
    let (config_name, log) = (name("config")?, name("log")?);
    let mut empty = Vec::new();
    for entry in dir.list(&here).map_err(|e| Error::io("read", data, e))? {
        let below = RelPath::from(entry.clone());
        let shown = || data.join(&entry);
        let kind = dir.stat(&below).map_err(|e| Error::io("look at", shown(), e))?.kind;
        if entry == config_name {
            continue;
        }
        if kind == FileKind::Directory {
            empty.push((entry.clone(), Attributes::of(&*dir, &below).map_err(|e| Error::io("look at", shown(), e))?));
        }
        if entry != log {
            let what = if kind == FileKind::Directory { "is made empty" } else { "is not copied" };
            left_out.data.push(format!("{entry} {what}"));
        }
    }
    if !empty.iter().any(|(name, _)| *name == log) {
        let like = match old.server.log.directory() {
            Some(log) => {
                let dir = fs.open_dir(log).map_err(|e| Error::io("open", log, e))?;
                Attributes::of(&*dir, &here).map_err(|e| Error::io("look at", log, e))?
            }
            None => attributes.clone(),
        };
        empty.push((log, like));
    }
    Ok((CopyFacts { above, name: parent.name, attributes, empty, config, entries }, left_out))
}
