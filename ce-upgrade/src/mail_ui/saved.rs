//! Where the mail server's pages were saved, and where the old release's are in a directory that is named.

use config_merge::own_files::{self, Below};
use install_root::Product;
use upgrade_engine::fs::{FileSystem, RootPath};

use super::facts::Tree;
use super::refusal::Refusal;
use crate::cli;
use crate::deployment::{below, real};
use crate::error::Error;
use command::Context;

/// Where the upgrade of Messaging Server saves the pages, below its data directory. The documented path is cut off at `preJES5/confi`:
/// the rest is inferred (`reference/communications-express.md` section 2).
const SAVED: &str = "preJES5/config/html";
/// Where Messaging Server had its pages, below its home.
const PAGES: &str = "config/html";

/// Returns the saved tree: `--from`, or the only one that there is.
///
/// # Errors
/// [`Refusal::NoDirectory`], [`Refusal::NoSaved`], [`Refusal::SeveralSaved`].
pub(super) fn saved(context: &Context<'_>, args: &cli::MigrateMailUi) -> Result<Tree, Error> {
    let (fs, options) = (context.fs, context.options);
    if let Some(typed) = &args.from {
        let path = options.product_path(typed).map_err(|e| Error::io("use", typed.display(), e))?;
        let found = Tree::open(fs, &path)?;
        return found.ok_or_else(|| Refusal::NoDirectory { option: "--from", path: path.to_string() }.into());
    }
    let installed = install_root::find_product(fs, Product::Messaging);
    let mut looked: Vec<RootPath> = Vec::new();
    for installation in installed.map_err(|e| Error::io("look for", "Messaging Server", e))? {
        let layout = installation.layout;
        looked.push(below(&layout.data, SAVED)?);
        looked.push(below(&layout.home, &format!("data/{SAVED}"))?);
    }
    let mut found: Vec<(RootPath, Tree)> = Vec::new();
    for path in &looked {
        let Some(tree) = Tree::open(fs, path)? else { continue };
        let is = real(fs, path)?;
        if found.iter().all(|(known, _)| *known != is) {
            found.push((is, tree));
        }
    }
    let listed =
        |paths: &mut dyn Iterator<Item = &RootPath>| paths.map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match found.len() {
        0 if looked.is_empty() => Err(Refusal::NoSaved(format!("Messaging Server with data/{SAVED}")).into()),
        0 => Err(Refusal::NoSaved(listed(&mut looked.iter())).into()),
        1 => found.pop().map(|(_, tree)| tree).ok_or_else(|| Refusal::NoSaved(SAVED.to_owned()).into()),
        _ => Err(Refusal::SeveralSaved(listed(&mut found.iter().map(|(path, _)| path))).into()),
    }
}

/// Returns the pages that the old release shipped, as far as they are named: a directory with the pages, a mail server, or a tree like
/// a root that holds one.
///
/// # Errors
/// [`Refusal::NoDirectory`].
pub(super) fn base(context: &Context<'_>, args: &cli::MigrateMailUi) -> Result<Option<Tree>, Error> {
    let Some(typed) = &args.base else { return Ok(None) };
    let fs: &dyn FileSystem = context.own_files;
    let top = own_files::path(typed)?;
    let as_root = Below::new(fs, top.clone());
    let mut places = vec![below(&top, PAGES)?, below(&top, "html")?];
    let installed = install_root::find_product(&as_root, Product::Messaging);
    for installation in installed.map_err(|e| Error::io("look at", &top, e))? {
        let pages = below(&installation.layout.home, PAGES)?;
        places.push(as_root.real(&pages).map_err(|e| Error::io("use", &top, e))?);
    }
    places.push(top.clone());
    for place in &places {
        if let Some(tree) = Tree::open(fs, place)? {
            return Ok(Some(tree));
        }
    }
    Err(Refusal::NoDirectory { option: "--base", path: top.to_string() }.into())
}
