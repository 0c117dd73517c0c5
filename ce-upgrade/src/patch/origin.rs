//! Where the site's files come from: the deployment itself, an old one beside it, or one that was copied from another host.

use command::Context;
use config_merge::{FileSystems, Where, own_files};
use documents::merge::RootMove;
use upgrade_engine::fs::RootPath;

use crate::cli;
use crate::deployment::{LAYOUTS, below, default_deployment, deployment_at};
use crate::error::Error;

/// Where the site's files come from.
pub(super) enum Origin {
    /// What is deployed.
    Deployed,
    /// Another deployment, without links.
    Other { on: Where, path: RootPath, is_other_host: bool },
}

impl Origin {
    /// Looks for it. `--from` is below the product root; where nothing is there, it is a real path, as a copied tree may be anywhere. It is a
    /// deployment, or a tree like a root that holds one.
    ///
    /// # Errors
    /// [`Error::NoDeployed`], [`Error::SeveralDeployed`], [`Error::FromDeployed`].
    pub(super) fn look(args: &cli::Patch, context: &Context<'_>, deployed: &RootPath) -> Result<Self, Error> {
        let Some(typed) = &args.from else { return Ok(Self::Deployed) };
        let files = FileSystems::of(context);
        let product = context.options.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
        for (on, top) in [(Where::Product, product), (Where::Own, own_files::path(typed)?)] {
            let Some(path) = deployment(files, on, &top)? else { continue };
            if on == Where::Product && path == *deployed {
                return Err(Error::FromDeployed(path));
            }
            // A tree outside of the root was copied here.
            let is_other_host = args.old_host.is_some() || on == Where::Own;
            return Ok(Self::Other { on, path, is_other_host });
        }
        Err(Error::NoDeployed(typed.display().to_string()))
    }

    /// Returns the other deployment.
    pub(super) fn other(&self) -> Option<(Where, &RootPath)> {
        match self {
            Self::Deployed => None,
            Self::Other { on, path, .. } => Some((*on, path)),
        }
    }

    /// Returns whether that is the old release's, on this host.
    pub(super) fn is_beside(&self) -> bool {
        matches!(self, Self::Other { is_other_host: false, .. })
    }

    /// Returns whether that is another host's.
    pub(super) fn is_other_host(&self) -> bool {
        matches!(self, Self::Other { is_other_host: true, .. })
    }

    /// Returns how paths of that deployment become paths of this one. A copy names the place that it had.
    pub(super) fn roots(&self, deployed: &RootPath) -> Vec<RootMove> {
        let Some((_, path)) = self.other() else { return Vec::new() };
        let named = default_deployment(path).map(|place| place.as_bytes().to_vec());
        let mut from = vec![path.as_bytes().to_vec()];
        from.extend(named.filter(|named| named != path.as_bytes()));
        from.retain(|from| from != deployed.as_bytes());
        from.into_iter().map(|from| RootMove { from, to: deployed.as_bytes().to_vec() }).collect()
    }
}

/// Returns the deployment that a directory is, or that a tree like a root holds.
fn deployment(files: FileSystems<'_>, on: Where, top: &RootPath) -> Result<Option<RootPath>, Error> {
    let fs = files.on(on);
    if let Some(found) = deployment_at(fs, top)? {
        return Ok(Some(found));
    }
    let mut found = Vec::new();
    for (_, place) in LAYOUTS {
        found.extend(deployment_at(fs, &below(top, place.trim_start_matches('/'))?)?);
    }
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        several => Err(Error::SeveralDeployed(several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
    }
}
