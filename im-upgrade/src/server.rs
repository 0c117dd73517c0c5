//! An installation of Instant Messaging: where its programs are, and its instances with their configuration.
//!
//! `reference/instant-messaging.md` section 4. Nothing is taken for granted: the configuration is found through the link `config` of
//! the installation, then in the documented places; the runtime directory is what `iim.instancevardir` says.

mod instance;
mod settings;

use std::path::Path;

use command::CommonOptions;
use upgrade_engine::fs::{FileKind, FileSystem, RootPath};
use upgrade_engine::survey::{self, is_absent, is_directory, real_path};

use crate::cli;
use crate::error::Error;

pub use instance::{CONF, Instance};
pub use settings::Settings;

/// Where 7.2 and older releases are installed: Solaris, Linux.
pub const OLD_BASES: [&str; 2] = ["/opt/SUNWiim", "/opt/sun/im"];
/// Where 7.3 is installed.
pub const NEW_BASE: &str = "/opt/sun/comms/im";
/// Where the instances are.
pub const CONFIG_ROOTS: [&str; 2] = ["/etc/opt/SUNWiim", "/etc/opt/sun/im"];
/// The instance that `configure` makes.
pub const DEFAULT_INSTANCE: &str = "default";

/// What is installed, and the instances that a command is about.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where 7.2 is, or was in the documented place; `--im-base` where that was given.
    pub old_base: Option<RootPath>,
    /// Where 7.3 is.
    pub new_base: Option<RootPath>,
    /// The directory of the instances.
    pub config_root: RootPath,
    /// The chosen instances, `default` first.
    pub instances: Vec<Instance>,
    /// The names of those that were not chosen.
    pub others: Vec<String>,
}

impl Server {
    /// Looks for the installation and the chosen instances.
    ///
    /// # Errors
    /// [`Error::NoBase`], [`Error::NoInstance`], [`Error::UnknownInstance`]; [`Error::Configuration`] for an `iim.conf` that cannot be read.
    pub fn look(fs: &dyn FileSystem, common: &CommonOptions, place: &cli::Place) -> Result<Self, Error> {
        let (old_base, new_base) = bases(fs, common, place.im_base.as_deref())?;
        let mut roots: Vec<RootPath> = Vec::new();
        for base in [&old_base, &new_base].into_iter().flatten() {
            roots.extend(root_of_link(fs, base)?);
        }
        for known in CONFIG_ROOTS {
            roots.push(path(known)?);
        }
        for root in &roots {
            let mut instances = instance::all(fs, root)?;
            if instances.is_empty() {
                continue;
            }
            let names: Vec<String> = instances.iter().map(|instance| instance.name.clone()).collect();
            if let Some(wanted) = &place.instance {
                instances.retain(|instance| instance.name == *wanted);
                if instances.is_empty() {
                    return Err(Error::UnknownInstance {
                        name: wanted.clone(),
                        config_root: root.clone(),
                        known: names,
                    });
                }
            }
            let is_chosen = |name: &String| instances.iter().any(|instance| instance.name == *name);
            let others = names.iter().filter(|name| !is_chosen(name)).cloned().collect();
            return Ok(Self { old_base, new_base, config_root: root.clone(), instances, others });
        }
        let looked: Vec<String> = roots.iter().map(ToString::to_string).collect();
        Err(Error::NoInstance(looked.join(", ")))
    }

    /// Returns where the release is that is there now: 7.2 as long as it is installed.
    pub fn present_base(&self) -> Option<&RootPath> {
        self.old_base.as_ref().or(self.new_base.as_ref())
    }

    /// Returns the names of the chosen instances.
    pub fn names(&self) -> Vec<String> {
        self.instances.iter().map(|instance| instance.name.clone()).collect()
    }
}

/// Returns where the old and the new release are.
fn bases(
    fs: &dyn FileSystem,
    common: &CommonOptions,
    typed: Option<&Path>,
) -> Result<(Option<RootPath>, Option<RootPath>), Error> {
    let new = path(NEW_BASE)?;
    let new = is_base(fs, &new)?.then_some(new);
    if let Some(typed) = typed {
        let base = common.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
        if !is_base(fs, &base)? {
            return Err(Error::NoBase(base.to_string()));
        }
        let is_new = new.as_ref() == Some(&base);
        return Ok((Some(base).filter(|_| !is_new), new));
    }
    let mut old = None;
    for known in OLD_BASES {
        if old.is_none() {
            let base = path(known)?;
            old = is_base(fs, &base)?.then_some(base);
        }
    }
    if old.is_none() && new.is_none() {
        return Err(Error::NoBase([OLD_BASES.join(", "), NEW_BASE.to_owned()].join(", ")));
    }
    Ok((old, new))
}

/// Returns whether Instant Messaging is installed in a directory.
///
/// # Errors
/// When it cannot be looked at.
pub fn is_base(fs: &dyn FileSystem, base: &RootPath) -> Result<bool, Error> {
    for name in ["sbin", "html"] {
        let directory = below(base, name)?;
        if is_directory(fs, &directory).map_err(|e| Error::io("open", &directory, e))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the directory of the instances that the link `config` of an installation leads to.
fn root_of_link(fs: &dyn FileSystem, base: &RootPath) -> Result<Option<RootPath>, Error> {
    let link = below(base, "config")?;
    let config = match real_path(fs, &link) {
        Ok(config) => config,
        Err(e) if is_absent(&e) => return Ok(None),
        Err(e) => return Err(Error::io("follow", &link, e)),
    };
    let instance = config.split_last().map(|(instance, _)| instance).filter(|instance| instance != base);
    Ok(instance.and_then(|instance| instance.split_last()).map(|(root, _)| root))
}

/// Returns what kind of entry there is; nothing where there is none.
///
/// # Errors
/// As `lstat`.
pub fn kind(fs: &dyn FileSystem, path: &RootPath) -> Result<Option<FileKind>, Error> {
    survey::kind(fs, path).map_err(|e| Error::io("look at", path, e))
}

pub(crate) fn path(text: &str) -> Result<RootPath, Error> {
    RootPath::new(text).map_err(|e| Error::io("use", text, std::io::Error::other(e)))
}

pub(crate) fn below(above: &RootPath, name: &str) -> Result<RootPath, Error> {
    Ok(config_merge::own_files::below(above, name)?)
}
