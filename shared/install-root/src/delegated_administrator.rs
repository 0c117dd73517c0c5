//! Delegated Administrator 6.3 and 6.4: six properties files, their originals, and the copies that a web container runs.
//!
//! The documents disagree about the places of 6.3, so each file is looked for in a list of places
//! (`reference/delegated-administrator.md` sections 2 and 3; packages and patches: section 9).

use std::fmt;
use std::io;

use upgrade_engine::fs::{FileKind, FileSystem, Name, PathError, RelPath, RootPath};
use upgrade_engine::survey::{is_absent, with_path};

use crate::installation::Kind;
use crate::look::names;
use crate::search::{Candidate, NeedsHome, PackageSign, Signs, VersionOf};
use crate::version::Claim;

/// Places of the product, the newest first: Suite 6, Solaris, Linux.
pub const BASES: [&str; 3] = ["/opt/sun/comms/da", "/opt/SUNWcomm", "/opt/sun/comms/commcli"];
/// Where 6.3 kept some of its configuration.
pub const OLD_VAR: &str = "/var/opt/SUNWcomm";

/// What a file belongs to; it decides which script deploys it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Component {
    /// `commadmin`: its file is never deployed.
    Utility,
    /// The servlets.
    Server,
    /// The console.
    Console,
}

/// One of the six properties files. `resource.properties` and `Resources.properties` differ by a letter and by case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConfigFile {
    /// `cli-usrprefs.properties`
    CliUsrprefs,
    /// `resource.properties`, the server's.
    Resource,
    /// `daconfig.properties`
    Daconfig,
    /// `Resources.properties`, the texts of the console.
    Resources,
    /// `Security.properties`
    Security,
    /// `logger.properties`
    Logger,
}

const SERVER: &str = "WEB-INF/classes/sun/comm/cli/server/servlet";
const CONSOLE: &str = "WEB-INF/classes/com/sun/comm/da/resources";

impl ConfigFile {
    /// All six.
    pub const ALL: [Self; 6] =
        [Self::CliUsrprefs, Self::Resource, Self::Daconfig, Self::Resources, Self::Security, Self::Logger];

    /// Returns the file's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CliUsrprefs => "cli-usrprefs.properties",
            Self::Resource => "resource.properties",
            Self::Daconfig => "daconfig.properties",
            Self::Resources => "Resources.properties",
            Self::Security => "Security.properties",
            Self::Logger => "logger.properties",
        }
    }

    /// Returns the names under which a document mentions the file, the usual one first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::CliUsrprefs => &["cli-usrprefs.properties", "cli-userprefs.properties"],
            Self::Resource => &["resource.properties"],
            Self::Daconfig => &["daconfig.properties"],
            Self::Resources => &["Resources.properties"],
            Self::Security => &["Security.properties", "security.properties"],
            Self::Logger => &["logger.properties"],
        }
    }

    /// Returns the file with this name; case counts.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.names().contains(&name))
    }

    /// Returns what the file belongs to.
    pub fn component(self) -> Component {
        match self {
            Self::CliUsrprefs => Component::Utility,
            Self::Resource => Component::Server,
            Self::Daconfig | Self::Resources | Self::Security | Self::Logger => Component::Console,
        }
    }

    /// Returns the directories that may hold the original, the one of 6.4 first.
    ///
    /// # Errors
    /// [`PathError`] when a path cannot be formed.
    fn directories(self, base: &RootPath) -> Result<Vec<RootPath>, PathError> {
        let (below_base, below_var): (&[&str], &[&str]) = match self {
            Self::CliUsrprefs => (&["data/config"], &["config"]),
            Self::Resource => (&["data/", ""], &[""]),
            Self::Daconfig => (&["data/da/", "data/", ""], &[""]),
            Self::Resources | Self::Security | Self::Logger => (&["data/da/", "da/"], &["da/"]),
        };
        let tail = match self.component() {
            Component::Utility => "",
            Component::Server => SERVER,
            Component::Console => CONSOLE,
        };
        let var = RootPath::new(OLD_VAR)?;
        let below = |above: &RootPath, part: &&str| above.resolve(format!("{part}{tail}").as_bytes());
        below_base.iter().map(|part| below(base, part)).chain(below_var.iter().map(|part| below(&var, part))).collect()
    }

    /// Returns the paths that the original may have, the one of 6.4 first.
    ///
    /// # Errors
    /// [`PathError`] when a path cannot be formed.
    pub fn originals(self, base: &RootPath) -> Result<Vec<RootPath>, PathError> {
        let mut paths = Vec::new();
        for directory in self.directories(base)? {
            for name in self.names() {
                paths.push(directory.resolve(name.as_bytes())?);
            }
        }
        Ok(paths)
    }
}

impl fmt::Display for ConfigFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A web container that runs the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Container {
    /// Web Server 6.x
    WebServer6,
    /// Web Server 7.x
    WebServer7,
    /// Application Server 7.x
    ApplicationServer7,
    /// Application Server 8.x
    ApplicationServer8,
}

impl Container {
    /// All four.
    pub const ALL: [Self; 4] = [Self::WebServer6, Self::WebServer7, Self::ApplicationServer7, Self::ApplicationServer8];

    /// Returns the word in the names of its scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::WebServer6 => "wbsvr",
            Self::WebServer7 => "wbsvr7x",
            Self::ApplicationServer7 => "appsvr",
            Self::ApplicationServer8 => "appsvr8x",
        }
    }

    /// Returns the name of the script below `sbin` that deploys a component, and its arguments; nothing for the utility.
    pub fn script(self, component: Component) -> Option<(String, &'static [&'static str])> {
        let kind = match component {
            Component::Utility => return None,
            Component::Server => "commcli",
            Component::Console => "da",
        };
        let arguments: &[&str] = match self {
            Self::WebServer6 | Self::WebServer7 => &[],
            Self::ApplicationServer7 | Self::ApplicationServer8 => &["deploy"],
        };
        Some((format!("config-{}-{kind}", self.word()), arguments))
    }

    /// Returns the default place of its applications; `*` stands for any name.
    fn applications(self) -> &'static str {
        match self {
            Self::WebServer6 => "/opt/SUNWwbsvr/https-*/webapps/https-*",
            Self::WebServer7 => "/var/opt/SUNWwbsvr7/https-*/webapps/*",
            Self::ApplicationServer7 => "/var/opt/SUNWappserver7/domains/*/*/applications/j2ee-modules",
            Self::ApplicationServer8 => "/var/opt/SUNWappserver/domains/*/applications/j2ee-modules",
        }
    }

    /// Returns where a deployed file lies below the applications.
    fn deployed(self, file: ConfigFile) -> Option<String> {
        let console = match self {
            Self::WebServer6 | Self::WebServer7 => "da",
            Self::ApplicationServer7 | Self::ApplicationServer8 => "Delegated_Administrator",
        };
        match file.component() {
            Component::Utility => None,
            Component::Server => Some(format!("commcli/{SERVER}/{file}")),
            Component::Console => Some(format!("{console}/{CONSOLE}/{file}")),
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WebServer6 => "Web Server 6",
            Self::WebServer7 => "Web Server 7",
            Self::ApplicationServer7 => "Application Server 7",
            Self::ApplicationServer8 => "Application Server 8",
        })
    }
}

/// A copy that a container runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// Who runs it.
    pub container: Container,
    /// Which file.
    pub file: ConfigFile,
    /// Where.
    pub path: RootPath,
}

/// Patch 121581-20 is 6.4, and -18 is the first that Communications Suite 6 accepts; the numbers of the other platforms are
/// recalled. The version of the 6.x packages stays 1.0.
pub(crate) const SIGNS: Signs = Signs {
    packages: &[
        PackageSign { name: "SUNWcommda", homes: &["SUNWcomm", "da", ""], version: VersionOf::Product },
        PackageSign { name: "SUNWcomic", homes: &["SUNWcomm", "da", ""], version: VersionOf::Nothing },
        PackageSign { name: "SUNWcomis", homes: &["SUNWcomm", "da", ""], version: VersionOf::Nothing },
    ],
    patches: &[
        ("121581", 18, Claim::Exactly("6.4")),
        ("121582", 18, Claim::Exactly("6.4")),
        ("121583", 18, Claim::Exactly("6.4")),
    ],
    files: &[],
    suite6: Claim::From("6.4"),
};

/// Only a base with files of the product counts: its directories have names that others could have, too.
pub(crate) fn candidates(fs: &dyn FileSystem) -> io::Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for (kind, base) in [Kind::Suite6, Kind::Solaris, Kind::Linux].into_iter().zip(BASES) {
        let home = RootPath::new(base).map_err(io::Error::other)?;
        if is_base(fs, &home)? {
            let places = [base, &format!("{base}/data/config"), &format!("{base}/data")];
            candidates.push(Candidate::new(kind, places, NeedsHome::Yes)?);
        }
    }
    Ok(candidates)
}

/// Returns whether a directory is a base.
///
/// # Errors
/// What the file system reports, naming the directory.
pub fn is_base(fs: &dyn FileSystem, base: &RootPath) -> io::Result<bool> {
    for below in ["data/config", "data/WEB-INF", "data/da"] {
        let path = base.resolve(below.as_bytes()).map_err(io::Error::other)?;
        match fs.open_dir(&path) {
            Ok(_) => return Ok(true),
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(with_path(&path, &error)),
        }
    }
    Ok(false)
}

/// Returns whether there is a regular file, or a link to be followed to one.
///
/// # Errors
/// What the file system reports, naming the file.
pub fn is_file(fs: &dyn FileSystem, path: &RootPath) -> io::Result<bool> {
    let Some((parent, name)) = path.split_last() else { return Ok(false) };
    match fs.open_dir(&parent).and_then(|dir| dir.stat(&RelPath::from(name))) {
        Ok(stat) => Ok(matches!(stat.kind, FileKind::Regular | FileKind::Symlink)),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(with_path(path, &error)),
    }
}

/// Returns the deployed copies that are there.
///
/// # Errors
/// What the file system reports, naming the file.
pub fn deployed(fs: &dyn FileSystem) -> io::Result<Vec<Deployed>> {
    let mut found = Vec::new();
    for container in Container::ALL {
        for applications in matching(fs, container.applications())? {
            for file in ConfigFile::ALL {
                let Some(below) = container.deployed(file) else { continue };
                let path = applications.resolve(below.as_bytes()).map_err(io::Error::other)?;
                if is_file(fs, &path)? {
                    found.push(Deployed { container, file, path });
                }
            }
        }
    }
    Ok(found)
}

/// Returns the directories that match a path in which `*` at the end of a name stands for any characters.
fn matching(fs: &dyn FileSystem, pattern: &str) -> io::Result<Vec<RootPath>> {
    let mut found = vec![RootPath::new("/").map_err(io::Error::other)?];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for above in &found {
            next.extend(entries_like(fs, above, part)?.iter().map(|name| above.join(name)));
        }
        found = next;
    }
    Ok(found)
}

fn entries_like(fs: &dyn FileSystem, above: &RootPath, part: &str) -> io::Result<Vec<Name>> {
    let Some(prefix) = part.strip_suffix('*') else {
        return Ok(vec![Name::new(part).map_err(io::Error::other)?]);
    };
    names(fs, above, prefix)
}
