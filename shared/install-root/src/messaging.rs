//! Messaging Server 6 and 7: its directories, and what shows its version.
//!
//! Source: `reference/messaging.md` sections 4.1 and 4.2 for places, section 3 for the configuration files of each version;
//! `reference/commpkg.md` section 6 for packages.

mod shipped;

use std::io;

use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::{follow, is_absent, with_path};

use crate::installation::{Installation, Kind, Layout, Part, Product};
use crate::look::{below, is_directory, names, path};
use crate::search::{self, Candidate, FileSign, NeedsHome, PackageSign, Signs, VersionOf};
use crate::version::Claim;

pub use shipped::shipped_version;

/// Where `commpkg` installs products.
const INSTALL_ROOT: &str = "/opt/sun/comms";
/// Where the Linux packages of 6.x put it.
const LINUX: &str = "/opt/sun/messaging";
/// Where `configure` puts data and configuration unless it is told otherwise.
const DATA: &str = "/var/opt/SUNWmsgsr";

pub(crate) const SIGNS: Signs = Signs {
    packages: &[
        PackageSign {
            name: "SUNWmessaging-server-64",
            homes: &["messaging64", "SUNWmsgsr", ""],
            version: VersionOf::Product,
        },
        PackageSign {
            name: "SUNWmessaging-server",
            homes: &["messaging", "SUNWmsgsr", ""],
            version: VersionOf::Product,
        },
        PackageSign { name: "SUNWmsgco", homes: &["SUNWmsgsr"], version: VersionOf::Nothing },
    ],
    patches: &[],
    files: &[
        FileSign { part: Part::Config, path: "msg.conf.defaults", unless: None, claim: Claim::From("6.3") },
        FileSign {
            part: Part::Config,
            path: "local.conf",
            unless: Some("msg.conf.defaults"),
            claim: Claim::Below("6.3"),
        },
    ],
    // `commpkg` put 6.3 of 64 bits there, too: reference/messaging.md section 4.1.
    suite6: Claim::From("6.3"),
};

pub(crate) fn candidates(fs: &dyn FileSystem) -> io::Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    // An administrator may have named another root for a second installation, such as messaging7.0.
    let root = path(INSTALL_ROOT)?;
    for name in names(fs, &root, "messaging")? {
        let home = root.join(&name);
        if is_directory(fs, &below(&home, "sbin")?)? {
            candidates.push(candidate(fs, Kind::Suite6, home)?);
        }
    }
    candidates.push(candidate(fs, Kind::Solaris, path("/opt/SUNWmsgsr")?)?);
    candidates.push(candidate(fs, Kind::Linux, path(LINUX)?)?);
    Ok(candidates)
}

/// Looks at a server root that may lie anywhere. Unlike [`find`](crate::find), it takes no default place for the root's own data.
///
/// # Errors
/// When something that is there cannot be read; names the path.
pub fn look_at(fs: &dyn FileSystem, home: &RootPath) -> io::Result<Installation> {
    let above = home.split_last().map(|(above, _)| above);
    let kind = match above {
        Some(above) if above == path(INSTALL_ROOT)? => Kind::Suite6,
        _ if *home == path(LINUX)? => Kind::Linux,
        _ => Kind::Solaris,
    };
    let part = |name: &str| {
        let place = below(home, name)?;
        Ok::<_, io::Error>(link(fs, &place)?.unwrap_or(place))
    };
    let layout = Layout { kind, home: home.clone(), config: part("config")?, data: part("data")? };
    search::look_at(fs, Product::Messaging, layout, &SIGNS)
}

/// The home holds links to the data and to the configuration once the server is configured.
fn candidate(fs: &dyn FileSystem, kind: Kind, home: RootPath) -> io::Result<Candidate> {
    let data = link(fs, &below(&home, "data")?)?.map_or_else(|| path(DATA), Ok)?;
    let config = link(fs, &below(&home, "config")?)?.map_or_else(|| below(&data, "config"), Ok)?;
    // The default place of the data is the same for all of them.
    Ok(Candidate { layout: Layout { kind, home, config, data }, needs_home: NeedsHome::Yes })
}

fn link(fs: &dyn FileSystem, path: &RootPath) -> io::Result<Option<RootPath>> {
    match follow(fs, path) {
        Ok(path) => Ok(Some(path)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(with_path(path, &error)),
    }
}
