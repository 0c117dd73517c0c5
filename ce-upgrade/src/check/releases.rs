//! Which versions of the products that come first are installed below the root, or were named.

use std::io;

use install_root::{Evidence, Installation, Product, Release, Version, messaging};
use upgrade_engine::fs::{FileSystem, RootPath};

use super::order::{Needed, Seen};
use crate::error::Error;

/// The package of the directory preparation tool (`reference/commpkg.md` section 6).
const DSSETUP_PACKAGE: &str = "SUNWcomds";
/// Where the tool is (`reference/commdssetup.md` section 1.1).
const DSSETUP_PLACES: [&str; 2] = ["/opt/SUNWcomds", "/opt/sun/comms/dssetup"];

/// Returns a version that was named.
///
/// # Errors
/// [`command::Error::Usage`] when it is none.
pub(super) fn named(product: Needed, typed: &str) -> Result<Seen, Error> {
    let option = product.option();
    let version = Version::parse(typed)
        .ok_or_else(|| Error::usage(format!("{option}: {typed:?} is no version such as 6.3 or 7.0-0.03")))?;
    Ok(Seen { at: format!("{option} {typed}"), release: Release::of(version), evidence: Vec::new() })
}

/// Returns what is installed of a product.
///
/// # Errors
/// [`command::Error::Io`] when a directory or a package record is there and cannot be read.
pub(super) fn installed(fs: &dyn FileSystem, product: Needed) -> Result<Vec<Seen>, Error> {
    let found = match product {
        Needed::Messaging => install_root::find_product(fs, Product::Messaging)
            .map(|all| all.iter().map(|one| messaging_server(fs, one)).collect()),
        Needed::Calendar => install_root::find_product(fs, Product::Calendar).map(|all| all.iter().map(seen).collect()),
        Needed::Dssetup => dssetup(fs),
    };
    found.map_err(|e| Error::io("look for", product, e))
}

/// The files that a release ships name its build, which the package of the first release does not.
fn messaging_server(fs: &dyn FileSystem, installation: &Installation) -> Seen {
    let mut seen = seen(installation);
    if seen.release.exactly().is_none()
        && let Some((file, version)) = messaging::shipped_version(fs, &installation.layout.home)
    {
        seen.evidence.push(format!("{file} is shipped with {version}"));
        seen.release = seen.release.being(version);
    }
    seen
}

fn seen(installation: &Installation) -> Seen {
    let is_sign = |sign: &&Evidence| !matches!(sign, Evidence::Directory { .. });
    Seen {
        at: installation.layout.home.to_string(),
        release: installation.version.clone(),
        evidence: installation.evidence.iter().filter(is_sign).map(ToString::to_string).collect(),
    }
}

fn dssetup(fs: &dyn FileSystem) -> io::Result<Vec<Seen>> {
    if let Some(package) = install_root::package(fs, DSSETUP_PACKAGE)? {
        let release = Version::parse(&package.version).map(Release::of).unwrap_or_default();
        let at = package.base.as_ref().map_or_else(|| DSSETUP_PACKAGE.to_owned(), |base| base.clone());
        return Ok(vec![Seen { at, release, evidence: vec![package.to_string()] }]);
    }
    let mut found = Vec::new();
    for place in DSSETUP_PLACES {
        let path = RootPath::new(place).map_err(io::Error::other)?;
        if upgrade_engine::survey::is_directory(fs, &path)? {
            found.push(Seen { at: place.to_owned(), release: Release::default(), evidence: Vec::new() });
        }
    }
    Ok(found)
}
