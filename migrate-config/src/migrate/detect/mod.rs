//! Everything that is read before a move: the roots, the configuration, what it names. Nothing is decided here, and nothing is
//! changed.

pub mod classes;
pub mod content;
pub mod hosts;
pub mod includes;
pub mod places;
pub mod roots;
pub mod safety;
pub mod structure;
pub mod tree;

use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::step::Observer;

use self::classes::{Class, Classes};
use self::content::{Digests, Search, Surveyed};
use self::tree::Tree;
use super::rewrite::Moves;
use super::{refusal::Refusal, workers};
use crate::error::Error;

/// The configuration, file by file.
pub struct Configuration {
    /// The directory.
    pub tree: Tree,
    /// Its regular files.
    pub files: Vec<Surveyed>,
    /// Links that lead nowhere.
    pub dangling: Vec<String>,
    /// What the move does not change and should be looked at: links through the old root, files elsewhere.
    pub remarks: Vec<String>,
    /// Who else may replace a file.
    pub swappable: Vec<String>,
}

/// Surveys a configuration directory.
///
/// # Errors
/// [`Refusal::Broken`], [`Refusal::NoConfiguration`]; as reading; [`command::Error::Interrupted`].
pub fn configuration(
    fs: &dyn FileSystem,
    directory: &RootPath,
    moves: &Moves,
    digests: Digests,
    hosts: &[String],
    observer: &dyn Observer,
) -> Result<Configuration, Error> {
    let real = roots::real_path(fs, directory).map_err(|e| Error::io("look at", directory, e))?;
    let tree = Tree::read(fs, &real, observer)?;
    let mut classes = Classes::default();
    classes.follow_links(fs, &tree);
    let outside = includes::look(fs, &tree, &mut classes)?;
    let units: Vec<_> = tree
        .files()
        .into_iter()
        .map(|mut names| {
            let class = classes.of(&mut names, &tree);
            (names, class)
        })
        .collect();
    if !units.iter().any(|(_, class)| matches!(class, Class::Known(_))) {
        return Err(Refusal::NoConfiguration(real).into());
    }
    let search = Search::new(moves, digests, hosts, observer);
    let files = workers::for_each(&units, |(names, class)| {
        let surveyed = search.file(&tree, names.clone(), *class);
        // That somebody asked to stop counts more than what the reader says.
        if observer.stop_requested() { Err(command::Error::Interrupted.into()) } else { surveyed }
    })?;
    let from: Vec<RootPath> = moves.roots.iter().map(|(from, _)| from.clone()).collect();
    let outside: Vec<_> = outside.into_iter().map(|file| (file.path, file.named_by)).collect();
    let safety::Links { dangling, through_root: mut remarks } = safety::links(fs, &tree, &from, observer)?;
    remarks.extend(safety::elsewhere(fs, &outside, &from)?);
    let swappable = safety::writable_by_others(fs, &tree)?;
    Ok(Configuration { tree, files, dangling, remarks, swappable })
}
