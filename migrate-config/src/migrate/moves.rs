//! Which paths of a configuration move, in every spelling that it may have.

use upgrade_engine::fs::{FileSystem, RootPath};

use super::detect::roots::{self, Root};
use super::rewrite::Moves;
use crate::error::Error;
use crate::request::Move;
use crate::server_root::Link;

/// Returns what moves in the configuration: the old root as it was named and as it is really called; for a copy, the data root as well.
///
/// # Errors
/// When a directory of the old root cannot be looked at.
pub fn moves(fs: &dyn FileSystem, old: &Root, request: &Move) -> Result<Moves, Error> {
    let mut roots: Vec<(RootPath, RootPath)> =
        old.spellings().into_iter().map(|from| (from, request.new_root.clone())).collect();
    if let Some(place) = &request.data_root {
        let below =
            |name: &str| place.resolve(name.as_bytes()).map_err(|e| Error::io("use", name, std::io::Error::other(e)));
        let directories = [
            (&old.server.data, place.clone()),
            (&old.server.config, below("config")?),
            (&old.server.log, below("log")?),
        ];
        for (link, to) in directories {
            for from in spellings(fs, link)? {
                // A directory of the old root's own moves with that.
                let is_known = roots.iter().any(|(known, _)| *known == from);
                if !is_known {
                    roots.push((from, to.clone()));
                }
            }
        }
    }
    Ok(Moves { roots, names: request.names.clone() })
}

/// Returns how a directory of a root may be spelled in a configuration, apart from the path through the root.
fn spellings(fs: &dyn FileSystem, link: &Link) -> Result<Vec<RootPath>, Error> {
    let Some(directory) = link.directory() else { return Ok(Vec::new()) };
    let mut spellings = vec![directory.clone()];
    if let Link::To { target, .. } = link
        && let Ok(target) = RootPath::new(target)
    {
        spellings.push(target);
    }
    spellings.push(roots::real_path(fs, directory).map_err(|e| Error::io("look at", directory, e))?);
    spellings.sort();
    spellings.dedup();
    Ok(spellings)
}
