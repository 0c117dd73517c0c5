//! An instance of a directory server on this machine: where its configuration lies, and what that says about reaching it.

use std::io;
use std::os::unix::ffi::OsStrExt;

use upgrade_engine::fs::{FileKind, FileSystem, Name, RelPath, RootPath};
use upgrade_engine::step::read_whole;

use crate::ldap::socket_url;

/// Where instances of the servers that we know lie, below the product root: the directory above them, and what their
/// names begin with.
const PLACES: [(&str, &str); 6] = [
    ("/etc/dirsrv", "slapd-"),
    ("/var/opt/SUNWdsee", "dsins"),
    ("/var/opt/sun/directory", "slapd-"),
    ("/var/opt/mps/serverroot", "slapd-"),
    ("/var/mps/serverroot", "slapd-"),
    ("/var/opt/mps/ldap", "slapd-"),
];

/// Why an instance is none.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// There is no configuration.
    #[error("{path} is not a directory server instance: there is neither dse.ldif nor config/dse.ldif in it")]
    NotOne {
        /// The directory.
        path: String,
    },
    /// The configuration cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The configuration is no LDIF.
    #[error("{path}, {source}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        source: ldif::LdifError,
    },
    /// The configuration lacks something.
    #[error("{path}: {what}")]
    Lacking {
        /// The file.
        path: String,
        /// What.
        what: &'static str,
    },
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its directory.
    pub path: RootPath,
    /// `nsslapd-listenhost`: the only address that it listens on.
    pub host: Option<String>,
    /// `nsslapd-port`; nothing when it is 0, which means that it does not listen on the network unencrypted.
    pub port: Option<u16>,
    /// The socket that it listens on (`nsslapd-ldapifilepath`), when it does (`nsslapd-ldapilisten`).
    pub socket: Option<String>,
}

impl Instance {
    /// Reads the configuration of an instance.
    ///
    /// # Errors
    /// [`InstanceError`].
    pub fn read(fs: &dyn FileSystem, path: &RootPath) -> Result<Self, InstanceError> {
        let (file, bytes) = configuration(fs, path)?;
        let lacking = |what| InstanceError::Lacking { path: file.clone(), what };
        for entry in ldif::entries(bytes.as_slice()) {
            let entry = entry.map_err(|source| InstanceError::Damaged { path: file.clone(), source })?;
            if !entry.dn.to_string().eq_ignore_ascii_case("cn=config") {
                continue;
            }
            let text = |name: &str| {
                let value = entry.values(name).next().map(|value| String::from_utf8_lossy(value).trim().to_owned());
                value.filter(|value| !value.is_empty())
            };
            let port = match text("nsslapd-port") {
                Some(port) => Some(port.parse::<u16>().map_err(|_| lacking("nsslapd-port is not a port number"))?),
                None => None,
            };
            let listens = text("nsslapd-ldapilisten").is_some_and(|word| word.eq_ignore_ascii_case("on"));
            let socket = text("nsslapd-ldapifilepath").filter(|_| listens);
            let port = port.filter(|port| *port != 0);
            if port.is_none() && socket.is_none() {
                return Err(lacking("it names neither a port nor a socket: give the address with --ldap-url"));
            }
            return Ok(Self { path: path.clone(), host: text("nsslapd-listenhost"), port, socket });
        }
        Err(lacking("it has no entry cn=config"))
    }

    /// Returns how the instance is reached: by its socket, which no other machine sees, else by its port on this machine.
    /// `root` is what a product root is called outside, where it is not `/`.
    #[must_use]
    pub fn url(&self, root: Option<&str>) -> String {
        if let Some(socket) = &self.socket {
            return socket_url(&format!("{}{socket}", root.unwrap_or_default().trim_end_matches('/')));
        }
        let host = self.host.as_deref().unwrap_or("localhost");
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        format!("ldap://{host}:{}", self.port.unwrap_or(389))
    }
}

/// Returns the instances in the places where servers put them.
#[must_use]
pub fn find(fs: &dyn FileSystem) -> Vec<RootPath> {
    let mut found = Vec::new();
    for (place, beginning) in PLACES {
        let Ok(path) = RootPath::new(place) else { continue };
        let Ok(names) = fs.open_dir(&path).and_then(|dir| dir.list(&RelPath::here())) else { continue };
        // 389 DS keeps the configuration of a removed instance under this ending.
        let is_one =
            |name: &&Name| name.as_bytes().starts_with(beginning.as_bytes()) && !name.as_bytes().ends_with(b".removed");
        let paths = names.iter().filter(is_one).map(|name| path.join(name));
        found.extend(paths.filter(|path| configuration(fs, path).is_ok()));
    }
    found
}

fn configuration(fs: &dyn FileSystem, path: &RootPath) -> Result<(String, Vec<u8>), InstanceError> {
    let dir = match fs.open_dir(path) {
        Ok(dir) => dir,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Err(InstanceError::NotOne { path: path.to_string() });
        }
        Err(source) => return Err(InstanceError::Unreadable { path: path.to_string(), source }),
    };
    // 389 DS has it in the instance's own directory, Sun's servers have it below.
    for name in ["dse.ldif", "config/dse.ldif"] {
        let shown = format!("{path}/{name}");
        let Ok(name) = RelPath::new(name.as_bytes()) else { continue };
        match dir.stat(&name) {
            Ok(stat) if stat.kind == FileKind::Regular => {
                let read = dir.open(&name).and_then(|file| read_whole(&*file));
                return match read {
                    Ok(bytes) => Ok((shown, bytes)),
                    Err(source) => Err(InstanceError::Unreadable { path: shown, source }),
                };
            }
            Err(source) if source.kind() == io::ErrorKind::PermissionDenied => {
                return Err(InstanceError::Unreadable { path: shown, source });
            }
            _ => {}
        }
    }
    Err(InstanceError::NotOne { path: path.to_string() })
}

/// Returns the directory that `-c` and `-d` name: `-d` below `-c`, unless it is a path of its own.
///
/// # Errors
/// A sentence when one of them is no path.
pub fn path(
    base: &RootPath,
    root: Option<&std::path::Path>,
    directory: Option<&std::path::Path>,
) -> Result<RootPath, String> {
    let resolve = |base: &RootPath, path: &std::path::Path| {
        base.resolve(path.as_os_str().as_bytes()).map_err(|e| format!("{}: {e}", path.display()))
    };
    let top = root.map_or_else(|| Ok(base.clone()), |root| resolve(base, root))?;
    directory.map_or_else(|| Ok(top.clone()), |directory| resolve(&top, directory))
}
