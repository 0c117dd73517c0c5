//! The two roots: where they really are, and whether one can follow the other.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use command::Context;
use upgrade_engine::fs::{FileKind, FileSystem, Name, RelPath, RootPath};
pub use upgrade_engine::survey::real_path;
use upgrade_engine::survey::{self, is_absent};

use crate::error::Error;
use crate::migrate::refusal::Refusal;
use crate::new_root::new_root;
use crate::server_root::{Link, ServerRoot};

/// A root with the name that it really has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The root.
    pub server: ServerRoot,
    /// Where it really is: no component is a link.
    pub real: RootPath,
}

impl Root {
    /// Returns how the root may be spelled in a configuration.
    pub fn spellings(&self) -> Vec<RootPath> {
        let mut spellings = vec![self.server.path.clone()];
        if self.real != self.server.path {
            spellings.push(self.real.clone());
        }
        spellings
    }
}

/// Returns the path of the old root, which is typed as an absolute one.
///
/// # Errors
/// [`Refusal::Relative`].
pub fn typed(path: &Path) -> Result<RootPath, Error> {
    if !path.is_absolute() {
        return Err(Refusal::Relative(path.display().to_string()).into());
    }
    RootPath::new(path.as_os_str().as_bytes()).map_err(|e| Error::io("use", path.display(), io::Error::other(e)))
}

/// Looks at a root.
///
/// # Errors
/// As [`ServerRoot::look`].
pub fn look(fs: &dyn FileSystem, path: &RootPath) -> Result<Root, Error> {
    let server = ServerRoot::look(fs, path)?;
    let real = real_path(fs, path).map_err(|e| Error::io("look at", path, e))?;
    Ok(Root { server, real })
}

/// Looks at the two roots of a move, and refuses what cannot be moved.
///
/// # Errors
/// [`Error::NoRoot`], [`Error::NotARoot`], [`Error::Link`]; a [`Refusal`].
pub fn both(context: &Context<'_>, old: &RootPath, named_new: Option<&Path>) -> Result<(Root, Root), Error> {
    let fs = context.fs;
    refuse_release_5(fs, old)?;
    let old = look(fs, old)?;
    let new = new_root(named_new, context)?;
    refuse_same_or_nested(fs, &old.server.path, &new)?;
    let new = look(fs, &new)?;
    for (missing, link) in [("config", &old.server.config), ("data", &old.server.data)] {
        if *link == Link::Absent {
            return Err(Refusal::NotConfigured { root: old.server.path, missing }.into());
        }
    }
    Ok((old, new))
}

/// Refuses a new root that has a configuration.
///
/// # Errors
/// [`Refusal::Configured`].
pub fn refuse_configured(new: &Root) -> Result<(), Error> {
    let ServerRoot { path, config, data, log } = &new.server;
    let links = [("config", config), ("data", data), ("log", log)];
    let names: Vec<_> = links.into_iter().filter(|(_, link)| **link != Link::Absent).map(|(name, _)| name).collect();
    if names.is_empty() { Ok(()) } else { Err(Refusal::Configured { root: path.clone(), names }.into()) }
}

fn refuse_same_or_nested(fs: &dyn FileSystem, old: &RootPath, new: &RootPath) -> Result<(), Error> {
    let id = |path: &RootPath| -> Result<_, Error> {
        match fs.open_dir(path) {
            Ok(dir) => Ok(survey::identity(&*dir, path).map_err(command::Error::from)?),
            Err(e) if is_absent(&e) => Err(Error::NoRoot(path.clone())),
            Err(e) => Err(Error::io("open", path, e)),
        }
    };
    let above = |path: &RootPath| survey::ancestors(fs, path).map_err(command::Error::from);
    let (old_id, new_id) = (id(old)?, id(new)?);
    if old_id == new_id {
        return Err(Refusal::SameRoot { old: old.clone(), new: new.clone() }.into());
    }
    for (inner, outer, id) in [(new, old, old_id), (old, new, new_id)] {
        if above(inner)?.contains(&id) {
            return Err(Refusal::Nested { inner: inner.clone(), outer: outer.clone() }.into());
        }
    }
    Ok(())
}

/// Refuses the server root, or an instance, of release 5: `reference/messaging.md` section 4.1.
fn refuse_release_5(fs: &dyn FileSystem, root: &RootPath) -> Result<(), Error> {
    let Ok(dir) = fs.open_dir(root) else { return Ok(()) };
    let is_dir = |path: &RelPath| dir.stat(path).is_ok_and(|stat| stat.kind == FileKind::Directory);
    let has = |path: RelPath, name: &str| Name::new(name).is_ok_and(|name| is_dir(&path.join(&name)));
    if has(RelPath::here(), "sbin") {
        return Ok(());
    }
    let own_name = root.split_last().map(|(_, name)| name);
    let is_instance = |name: &Name| name.as_bytes().starts_with(b"msg-");
    if let Some(name) = own_name.filter(|name| is_instance(name) && has(RelPath::here(), "config")) {
        return Err(Refusal::Layout5 { root: root.clone(), instance: name.to_string() }.into());
    }
    let names = dir.list(&RelPath::here()).map_err(|e| Error::io("read", root, e))?;
    match names.into_iter().find(|name| is_instance(name) && is_dir(&RelPath::from(name.clone()))) {
        Some(name) => Err(Refusal::Layout5 { root: root.clone(), instance: name.to_string() }.into()),
        None => Ok(()),
    }
}
