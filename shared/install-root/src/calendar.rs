//! Calendar Server 6: its directories, what shows its version, and values of `ics.conf` that name directories.
//!
//! Source: `reference/calendar.md` section 5 for places, section 1.7 for packages, section 3.6 for `ics.conf` values.

use std::io;

use upgrade_engine::fs::{PathError, RootPath};

use crate::installation::{Kind, Layout};
use crate::search::{Candidate, NeedsHome, PackageSign, Signs, VersionOf};
use crate::version::Claim;

/// That x86 patch 121658-19 makes 6.3 is documented; for the other two platforms it is inferred. 116577 and 116578 patch 6.0 and
/// 6.1, and 121657 took over from them, so that an early revision of it says nothing.
pub(crate) const SIGNS: Signs = Signs {
    packages: &[PackageSign { name: "SUNWics5", homes: &["SUNWics5/cal"], version: VersionOf::FirstInstalled }],
    patches: &[
        ("121657", 19, Claim::Exactly("6.3")),
        ("121658", 19, Claim::Exactly("6.3")),
        ("121659", 19, Claim::Exactly("6.3")),
    ],
    files: &[],
    suite6: Claim::From("6.3"),
};

pub(crate) fn candidates() -> io::Result<Vec<Candidate>> {
    Kind::ALL.into_iter().map(|kind| Candidate::new(kind, directories(kind), NeedsHome::No)).collect()
}

/// Returns home, configuration and data of a default layout.
///
/// Documented are the Solaris places, the Linux home, and home and logs of [`Kind::Suite6`]. Inferred are the other Linux
/// places, and for [`Kind::Suite6`] the database and temporary directories (beside the logs) and the configuration directory:
/// `/etc/opt/sun/comms/calendar/SUNWics5/config`, by analogy with `/var`.
fn directories(kind: Kind) -> [&'static str; 3] {
    match kind {
        Kind::Suite6 => [
            "/opt/sun/comms/calendar/SUNWics5/cal",
            "/etc/opt/sun/comms/calendar/SUNWics5/config",
            "/var/opt/sun/comms/calendar/SUNWics5",
        ],
        Kind::Solaris => ["/opt/SUNWics5/cal", "/etc/opt/SUNWics5/config", "/var/opt/SUNWics5"],
        Kind::Linux => ["/opt/sun/calendar", "/etc/opt/sun/calendar/config", "/var/opt/sun/calendar"],
    }
}

/// Where an installation keeps its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
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

impl Places {
    /// Returns the places of a default layout.
    ///
    /// # Errors
    /// Never, in fact: the paths are constants, but their type is checked.
    pub fn default_of(kind: Kind) -> Result<Self, PathError> {
        let [home, config, data] = directories(kind);
        let [home, config, data] = [RootPath::new(home)?, RootPath::new(config)?, RootPath::new(data)?];
        Self::of(&Layout { kind, home, config, data })
    }

    /// Returns the places of an installation.
    ///
    /// # Errors
    /// Never, in fact, as [`Places::default_of`].
    pub fn of(layout: &Layout) -> Result<Self, PathError> {
        let Layout { home, config, data: var, .. } = layout.clone();
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

/// Returns the logs directory that a value of `logfile.logdir` means: `.` is the default one, `logs` one below
/// [`Places::var`]. An empty value counts as `.`, which is our choice.
///
/// # Errors
/// [`PathError::NotAbsolute`] when the value holds a NUL.
pub fn logs_dir(places: &Places, value: &[u8]) -> Result<RootPath, PathError> {
    directory(places, value, &places.logs)
}

/// Returns the database directory that a value of `caldb.berkeleydb.homedir.path` means, by the same rules.
///
/// # Errors
/// As [`logs_dir`].
pub fn csdb_dir(places: &Places, value: &[u8]) -> Result<RootPath, PathError> {
    directory(places, value, &places.csdb)
}

/// Returns the value of `caldb.berkeleydb.homedir.path` that names a directory: `.` for the default one, else its path.
pub fn csdb_value(places: &Places, directory: &RootPath) -> Vec<u8> {
    if *directory == places.csdb { b".".to_vec() } else { directory.as_bytes().to_vec() }
}

fn directory(places: &Places, value: &[u8], default: &RootPath) -> Result<RootPath, PathError> {
    let path = places.var.resolve(value)?;
    let dot = value.first() != Some(&b'/') && path == places.var;
    Ok(if dot { default.clone() } else { path })
}
