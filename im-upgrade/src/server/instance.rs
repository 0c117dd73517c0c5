//! Instances: the directories below the configuration root whose `config` holds an `iim.conf` (`reference/instant-messaging.md` section 4).

use config_merge::own_files;
use upgrade_engine::fs::{FileKind, FileSystem, RelPath, RootPath};
use upgrade_engine::survey::{follow, group_id, is_absent, real_path_within_rights, user_id};

use super::{DEFAULT_INSTANCE, Settings, below, kind};
use crate::error::Error;

/// The main configuration file.
pub const CONF: &str = "iim.conf";
/// What releases without `iim.instancevardir` in their file use.
const RUNTIME: &str = "/var/opt/SUNWiim";

/// An instance of the server.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its name: that of its directory.
    pub name: String,
    /// Its directory, such as `/etc/opt/SUNWiim/sales`.
    pub directory: RootPath,
    /// Its configuration directory, without links.
    pub config: RootPath,
    /// Its `iim.conf`, without links.
    pub conf: RootPath,
    /// What that sets.
    pub settings: Settings,
}

/// Returns the instances below a configuration root, `default` first. A link to an instance is none; nothing where there is no root.
///
/// # Errors
/// As `open` and `read`; [`Error::Configuration`].
pub(super) fn all(fs: &dyn FileSystem, root: &RootPath) -> Result<Vec<Instance>, Error> {
    let names = match fs.open_dir(root).and_then(|dir| dir.list(&RelPath::here())) {
        Ok(names) => names,
        Err(e) if is_absent(&e) => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("read", root, e)),
    };
    let mut found: Vec<Instance> = Vec::new();
    for name in names {
        let Ok(text) = std::str::from_utf8(name.as_bytes()) else { continue };
        let directory = root.join(&name);
        if kind(fs, &directory)? == Some(FileKind::Directory)
            && let Some(instance) = Instance::look(fs, text, directory)?
        {
            found.push(instance);
        }
    }
    found.sort_by(|one, other| {
        (one.name != DEFAULT_INSTANCE, &one.name).cmp(&(other.name != DEFAULT_INSTANCE, &other.name))
    });
    let mut known: Vec<RootPath> = Vec::new();
    found.retain(|instance| {
        let is_first = !known.contains(&instance.config);
        known.push(instance.config.clone());
        is_first
    });
    Ok(found)
}

impl Instance {
    fn look(fs: &dyn FileSystem, name: &str, directory: RootPath) -> Result<Option<Self>, Error> {
        let typed = below(&directory, "config")?;
        let config = match real_path_within_rights(fs, &typed) {
            Ok(config) => config,
            Err(e) if is_absent(&e) => return Ok(None),
            Err(e) => return Err(Error::io("follow", &typed, e)),
        };
        let conf = below(&config, CONF)?;
        let real = match real_path_within_rights(fs, &conf) {
            Ok(real) => real,
            Err(e) if is_absent(&e) => return Ok(None),
            Err(e) => return Err(Error::io("follow", &conf, e)),
        };
        let Some(bytes) = own_files::read_if_there(fs, &conf)? else { return Ok(None) };
        let conf = real;
        let settings = Settings::parse(&conf, bytes)?;
        Ok(Some(Self { name: name.to_owned(), directory, config, conf, settings }))
    }

    /// Returns whether this is the instance that `configure` makes.
    pub fn is_default(&self) -> bool {
        self.name == DEFAULT_INSTANCE
    }

    /// Returns the runtime directory, with `db`, `lock` and `log`: `iim.instancevardir`, else the documented place.
    ///
    /// # Errors
    /// Never for a name that a directory has.
    pub fn runtime(&self) -> Result<RootPath, Error> {
        match self.settings.path("iim.instancevardir") {
            Some(path) => Ok(path),
            None => super::path(&format!("{RUNTIME}/{}", self.name)),
        }
    }

    /// Returns the program that stops and starts the instance: that of the installation for the default instance, its own for another
    /// one (`reference/instant-messaging.md` sections 1 and 4).
    ///
    /// # Errors
    /// [`Error::NoImadmin`].
    pub fn imadmin(&self, fs: &dyn FileSystem, base: &RootPath) -> Result<RootPath, Error> {
        let own = below(&self.directory, "imadmin")?;
        let shared = below(base, "sbin/imadmin")?;
        let candidates = if self.is_default() { vec![shared, own] } else { vec![own] };
        for candidate in &candidates {
            if is_file(fs, candidate)? {
                return Ok(candidate.clone());
            }
        }
        let looked = candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        Err(Error::NoImadmin { instance: self.name.clone(), looked })
    }

    /// Refuses a file of the configuration that the server's account cannot read. Returns a warning where that cannot be found out.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn refuse_unreadable(&self, fs: &dyn FileSystem) -> Result<Option<String>, Error> {
        let Some(user) = self.settings.text("iim.user") else { return Ok(None) };
        let uid = match user_id(fs, &user) {
            Ok(0) => return Ok(None),
            Ok(uid) => uid,
            Err(what) => return Ok(Some(format!("{}: whether {user} can read it was not checked: {what}", self.conf))),
        };
        let group = self.settings.text("iim.group");
        let gid = group.as_deref().and_then(|group| group_id(fs, group).ok());
        let readable = |mode: u32, owner: (u32, u32), bit: u32| {
            let shift = if owner.0 == uid {
                6
            } else if Some(owner.1) == gid {
                3
            } else {
                0
            };
            mode & (bit << shift) != 0
        };
        let (parent, name) = self.conf.split_last().ok_or_else(|| Error::usage("iim.conf is no file"))?;
        let stat = fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name)));
        let stat = stat.map_err(|e| Error::io("look at", &self.conf, e))?;
        let owner = group.map_or_else(|| user.clone(), |group| format!("{user}:{group}"));
        if !readable(stat.mode, (stat.uid, stat.gid), 0o4) {
            let fix = format!("chown {owner} {}", self.conf);
            return Err(Error::Unreadable { path: self.conf.clone(), user, fix });
        }
        let mut above = Some(parent);
        while let Some(directory) = above {
            let stat = fs.open_dir(&directory).and_then(|dir| dir.stat(&RelPath::here()));
            let stat = stat.map_err(|e| Error::io("look at", &directory, e))?;
            if !readable(stat.mode, (stat.uid, stat.gid), 0o1) {
                let fix = format!("chown {owner} {directory}, or give others the right to search it");
                return Err(Error::Unreadable { path: self.conf.clone(), user, fix });
            }
            above = directory.split_last().map(|(parent, _)| parent);
        }
        Ok(None)
    }
}

/// Returns whether a path leads to a regular file.
fn is_file(fs: &dyn FileSystem, path: &RootPath) -> Result<bool, Error> {
    match follow(fs, path) {
        Ok(path) => Ok(kind(fs, &path)? == Some(FileKind::Regular)),
        Err(e) if is_absent(&e) => Ok(false),
        Err(e) => Err(Error::io("look at", path, e)),
    }
}
