//! Messaging Server 6 and 7: its directories, and what shows its version.
//!
//! Source: `reference/messaging.md` sections 4.1 and 4.2 for places, section 3 for the configuration files of each version;
//! `reference/commpkg.md` section 6 for packages.

use std::io;

use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::{follow, is_absent, with_path};

use crate::installation::{Kind, Layout, Part};
use crate::look::{below, is_directory, names, path};
use crate::search::{Candidate, FileSign, NeedsHome, PackageSign, Signs, VersionOf};
use crate::version::Claim;

/// Where `commpkg` installs products.
const INSTALL_ROOT: &str = "/opt/sun/comms";
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
    suite6: Claim::From("7.0"),
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
    candidates.push(candidate(fs, Kind::Linux, path("/opt/sun/messaging")?)?);
    Ok(candidates)
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
