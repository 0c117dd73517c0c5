//! Which release is installed, as far as that shows: 7.2 is where an upgrade begins (`reference/instant-messaging.md` section 1).
//!
//! What is documented: 7.2 renamed `html/redeploy` to `html/iwadmin` (section 11). What the version of the package `SUNWiim` means is
//! not documented; one below 7.2 counts as a sign of an older release unless `html/iwadmin` is there.

use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::read_file;

use crate::error::Error;
use crate::server::{below, kind, path};

/// The record of the core package.
const PACKAGE: &str = "/var/sadm/pkg/SUNWiim/pkginfo";
/// The release that an upgrade begins with.
const START: (u32, u32) = (7, 2);

/// Refuses what is older than 7.2, and what is newer. Returns what is known, in a sentence.
///
/// # Errors
/// [`Error::TooOld`]; [`Error::AlreadyNew`].
pub(crate) fn refuse_other(fs: &dyn FileSystem, base: &RootPath, told: Option<&str>) -> Result<String, Error> {
    if let Some(told) = told {
        let version =
            parse(told).ok_or_else(|| Error::usage(format!("--release: {told} is no release such as 7.2")))?;
        return match version.cmp(&START) {
            std::cmp::Ordering::Less => {
                Err(Error::TooOld { base: base.clone(), evidence: format!("--release {told}") })
            }
            std::cmp::Ordering::Equal => Ok(format!("release {told}, by --release")),
            std::cmp::Ordering::Greater => Err(Error::AlreadyNew(base.clone())),
        };
    }
    let iwadmin = below(base, "html/iwadmin")?;
    if kind(fs, &iwadmin)?.is_some() {
        return Ok(format!("release 7.2: {iwadmin} is there"));
    }
    let old = |evidence| Err(Error::TooOld { base: base.clone(), evidence });
    if let Some(version) = package_version(fs)?
        && parse(&version).is_some_and(|parsed| parsed < START)
    {
        return old(format!("package SUNWiim has version {version}, and there is no html/iwadmin, which 7.2 has"));
    }
    let redeploy = below(base, "html/redeploy")?;
    if kind(fs, &redeploy)?.is_some() {
        return old(format!("{redeploy} is there, which 7.2 calls html/iwadmin"));
    }
    Ok("release unknown: nothing shows it; make sure that it is 7.2".to_owned())
}

fn package_version(fs: &dyn FileSystem) -> Result<Option<String>, Error> {
    let record = path(PACKAGE)?;
    let record = read_file(fs, &record).map_err(|e| Error::io("read", PACKAGE, e))?;
    let text = record.map(|record| String::from_utf8_lossy(&record).into_owned()).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix("VERSION="));
    Ok(value.map(|value| value.trim().trim_matches(['"', '\'']).to_owned()))
}

/// Returns the first two numbers of a version.
fn parse(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    Some((major, numbers.next().and_then(|number| number.parse().ok()).unwrap_or(0)))
}
