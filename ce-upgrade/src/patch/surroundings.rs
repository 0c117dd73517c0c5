//! What lies round the configuration and is merged by nobody: the deployment descriptor and the trees of the user interface.

use config_merge::own_files;
use upgrade_engine::fs::{FileSystem, RootPath};

use super::site::Site;
use super::stock::StockFiles;
use crate::deployment::below;
use crate::error::Error;
use crate::ui_trees;

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

/// Returns lines about the trees of the user interface of a deployment, compared with the copies of an installation.
///
/// # Errors
/// As [`ui_trees::compare`].
pub(super) fn user_interface(fs: &dyn FileSystem, deployed: &RootPath, base: &RootPath) -> Result<Vec<String>, Error> {
    let trees = ui_trees::compare(fs, deployed, Some(base))?;
    let mut lines = Vec::new();
    match trees.changed.len() {
        0 => {}
        1 => lines.push("1 file of the user interface is not as in the package; ce-upgrade check names it".to_owned()),
        count => {
            lines.push(format!(
                "{count} files of the user interface are not as in the package; ce-upgrade check names them"
            ));
        }
    }
    if !trees.without_copy.is_empty() {
        lines.push(format!(
            "{}: the installation has no copy of the user interface to compare with",
            trees.without_copy.join(", ")
        ));
    }
    Ok(lines)
}
