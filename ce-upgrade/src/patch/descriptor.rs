//! What lies beside the configuration and is merged by nobody: the deployment descriptor.

use config_merge::own_files;

use super::site::Site;
use super::stock::StockFiles;
use crate::deployment::below;
use crate::error::Error;

/// The deployment descriptor.
const DESCRIPTOR: &str = "web.xml";

/// Returns a line where the site's deployment descriptor is none of the shipped ones.
///
/// # Errors
/// When one is there and cannot be read.
pub(super) fn line(site: &Site<'_>, shipped: &[&StockFiles<'_>]) -> Result<Option<String>, Error> {
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
