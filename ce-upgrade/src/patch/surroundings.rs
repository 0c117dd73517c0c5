//! What lies round the configuration and is merged by nobody: the deployment descriptor and the trees of the user interface.

use config_merge::own_files;
use upgrade_engine::fs::{FileSystem, RootPath};

use super::site::Site;
use super::stock::StockFiles;
use crate::deployment::below;
use crate::error::Error;
use crate::ui_trees::{self, Top, UiTrees};

/// The deployment descriptor.
const DESCRIPTOR: &str = "web.xml";

/// Returns a line where the site's deployment descriptor is none of the shipped ones.
///
/// # Errors
/// When one is there and cannot be read.
pub(super) fn descriptor(site: &Site<'_>, shipped: &[&StockFiles<'_>]) -> Result<Option<String>, Error> {
    let path = below(&site.web_inf, DESCRIPTOR)?;
    let Some(live) = own_files::read_if_there(site.fs, &path)? else { return Ok(None) };
    let (mut known, mut place) = (Vec::new(), None);
    for stock in shipped {
        let path = below(&stock.path, DESCRIPTOR)?;
        if let Some(content) = own_files::read_if_there(stock.fs, &path)? {
            known.push(content);
            place = Some(path);
        }
    }
    let Some(place) = place.filter(|_| !known.contains(&live)) else { return Ok(None) };
    Ok(Some(format!("{path} is not what is shipped, and it is not merged: compare it with {place}")))
}

/// Compares the site's files of the user interface with those of the old release, else with the packages that the deployment is of.
///
/// # Errors
/// As [`ui_trees::compare`].
pub(super) fn user_interface(
    site: &Site<'_>,
    old: Option<&StockFiles<'_>>,
    (fs, package): (&dyn FileSystem, Option<&RootPath>),
) -> Result<UiTrees, Error> {
    let beside = |web_inf: &RootPath| web_inf.split_last().map_or_else(|| web_inf.clone(), |(above, _)| above);
    let old = old.map(|old| Top { fs: old.fs, path: beside(&old.path) });
    let package = package.map(|base| ui_trees::copies(fs, base)).transpose()?;
    let copies: Vec<Top<'_>> = old.into_iter().chain(package.into_iter().flatten()).collect();
    ui_trees::compare(&Top { fs: site.fs, path: beside(&site.web_inf) }, &copies)
}
