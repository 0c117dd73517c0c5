//! Calendar Server 6: its directories, and what of them is present.
//!
//! Source: `reference/calendar.md` section 5 for places, section 1.7 for packages, section 3.6 for `ics.conf` values.

use std::io::{self, ErrorKind};

use upgrade_engine::fs::{FileSystem, PathError, RootPath};

use crate::bounded::{is_absent, read_file, with_path};

/// Package record of the core package on Solaris.
const PKGINFO: &str = "/var/sadm/pkg/SUNWics5/pkginfo";

/// Which of the default layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Communications Suite 6 and later: `/opt/sun/comms/calendar/SUNWics5/cal`.
    Suite6,
    /// Solaris, up to Communications Suite 5: `/opt/SUNWics5/cal`.
    Solaris,
    /// Linux, up to Communications Suite 5: `/opt/sun/calendar`.
    Linux,
}

impl Kind {
    /// All of them, in the order in which they are looked for.
    ///
    /// The first two are in the order of the vendor's own diagnostic collector; the Linux layout comes last, which is our choice.
    pub const ALL: [Self; 3] = [Self::Suite6, Self::Solaris, Self::Linux];
}

/// Where an installation keeps its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The product's own directory, which holds `sbin`.
    pub home: RootPath,
    /// The commands.
    pub tools: RootPath,
    /// The directory of `ics.conf`.
    pub config: RootPath,
    /// `ics.conf`.
    pub ics_conf: RootPath,
    /// What the server writes.
    pub var: RootPath,
    /// The calendar database.
    pub csdb: RootPath,
    /// The logs.
    pub logs: RootPath,
    /// Temporary files.
    pub tmp: RootPath,
}

impl Layout {
    /// Returns a default layout.
    ///
    /// Documented are the Solaris places, the Linux home, and home and logs of [`Kind::Suite6`]. Inferred are the other Linux
    /// places, and for [`Kind::Suite6`] the database and temporary directories (beside the logs) and the configuration
    /// directory: `/etc/opt/sun/comms/calendar/SUNWics5/config`, by analogy with `/var`.
    ///
    /// # Errors
    /// Never, in fact: the paths are constants, but their type is checked.
    pub fn of(kind: Kind) -> Result<Self, PathError> {
        let (home, config, var) = match kind {
            Kind::Suite6 => (
                "/opt/sun/comms/calendar/SUNWics5/cal",
                "/etc/opt/sun/comms/calendar/SUNWics5/config",
                "/var/opt/sun/comms/calendar/SUNWics5",
            ),
            Kind::Solaris => ("/opt/SUNWics5/cal", "/etc/opt/SUNWics5/config", "/var/opt/SUNWics5"),
            Kind::Linux => ("/opt/sun/calendar", "/etc/opt/sun/calendar/config", "/var/opt/sun/calendar"),
        };
        Self::at(RootPath::new(home)?, RootPath::new(config)?, RootPath::new(var)?)
    }

    /// Returns the layout of an installation in other places.
    ///
    /// # Errors
    /// Never, in fact, as [`Layout::of`].
    pub fn at(home: RootPath, config: RootPath, var: RootPath) -> Result<Self, PathError> {
        Ok(Self {
            tools: home.resolve(b"sbin")?,
            ics_conf: config.resolve(b"ics.conf")?,
            csdb: var.resolve(b"csdb")?,
            logs: var.resolve(b"logs")?,
            tmp: var.resolve(b"tmp")?,
            home,
            config,
            var,
        })
    }
}

/// A part of an installation that is present as a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// [`Layout::home`].
    Home,
    /// [`Layout::config`].
    Config,
    /// [`Layout::var`].
    Var,
}

/// What the package system tells of the core package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// `VERSION`, such as `6.0,REV=2003.11.14.12.34.56`. Patches do not change it: a patched 6.3 may still call itself 6.0.
    pub version: String,
    /// `PATCHLIST`, such as `121657-20`, in its order.
    pub patches: Vec<String>,
}

/// An installation, or what is left of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which default layout.
    pub kind: Kind,
    /// Its places.
    pub layout: Layout,
    /// What is there of it; never empty.
    pub seen: Vec<Part>,
    /// The installed package, where a record of it says so. There is none on Linux.
    pub package: Option<Package>,
}

/// Looks for installations in their default places, in the order of [`Kind::ALL`].
///
/// A default place counts as soon as one of its parts is there: a data directory alone is worth knowing about. The package
/// record belongs to the layout whose home lies below its `BASEDIR`, or to both that it may be when it names none.
///
/// # Errors
/// When a directory or the package record is there but cannot be read, or the record is too large; names the path.
pub fn find(fs: &dyn FileSystem) -> io::Result<Vec<Found>> {
    let record = read_file(fs, &RootPath::new(PKGINFO).map_err(invalid)?)?.unwrap_or_default();
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let layout = Layout::of(kind).map_err(invalid)?;
        let mut seen = Vec::new();
        for (part, path) in [(Part::Home, &layout.home), (Part::Config, &layout.config), (Part::Var, &layout.var)] {
            match fs.open_dir(path) {
                Ok(_) => seen.push(part),
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(with_path(path, &error)),
            }
        }
        if !seen.is_empty() {
            let package = package(&record, kind, &layout.home);
            found.push(Found { kind, layout, seen, package });
        }
    }
    Ok(found)
}

/// Returns the logs directory that a value of `logfile.logdir` means: `.` is the default one, `logs` one below
/// [`Layout::var`]. An empty value counts as `.`, which is our choice.
///
/// # Errors
/// [`PathError::NotAbsolute`] when the value holds a NUL.
pub fn logs_dir(layout: &Layout, value: &[u8]) -> Result<RootPath, PathError> {
    directory(layout, value, &layout.logs)
}

/// Returns the value of `caldb.berkeleydb.homedir.path` that names a directory: `.` for the default one, else its path.
pub fn csdb_value(layout: &Layout, directory: &RootPath) -> Vec<u8> {
    if *directory == layout.csdb { b".".to_vec() } else { directory.as_bytes().to_vec() }
}

fn directory(layout: &Layout, value: &[u8], default: &RootPath) -> Result<RootPath, PathError> {
    let path = layout.var.resolve(value)?;
    let dot = value.first() != Some(&b'/') && path == layout.var;
    Ok(if dot { default.clone() } else { path })
}

fn package(record: &[u8], kind: Kind, home: &RootPath) -> Option<Package> {
    let base = value_of(record, "BASEDIR").filter(|base| !base.is_empty());
    let home_of = |base: &str| RootPath::new(format!("{base}/SUNWics5/cal"));
    let here = base.is_none_or(|base| home_of(&base).is_ok_and(|path| path == *home));
    let version = value_of(record, "VERSION").filter(|_| kind != Kind::Linux && here)?;
    let patches = value_of(record, "PATCHLIST").unwrap_or_default();
    Some(Package { version, patches: patches.split_ascii_whitespace().map(str::to_owned).collect() })
}

/// Returns the value of a `NAME=value` line, shell quotes removed.
fn value_of(record: &[u8], name: &str) -> Option<String> {
    let line =
        record.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    Some(quoted.unwrap_or(text).to_owned())
}

fn invalid(error: PathError) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, error)
}
