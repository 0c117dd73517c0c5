//! What there is to know after an undo: directories that stay, and where the database is now.

use command::{Context, quoted};
use upgrade_engine::fs::{FileSystem, Name, RelPath, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{NotEmpty, Step};

use crate::detect::destination::some_of;
use crate::program::requested;

/// Returns which directories an undo left because somebody had put something there.
pub fn left_behind(fs: &dyn FileSystem, undo: &Plan) -> Vec<String> {
    let may_stay = undo.steps.iter().filter_map(|step| match step {
        Step::RemoveDir(dir) if dir.not_empty == NotEmpty::Keep => Some(&dir.at),
        _ => None,
    });
    let left = may_stay.filter_map(|place| {
        let above = undo.anchors.get(&place.anchor)?.path.clone();
        let path = place.path.names().iter().fold(above, |path, name| path.join(name));
        Some(format!("{path} is kept: it holds {}", some_of(&names(fs, &path)?)))
    });
    left.collect()
}

/// Returns lines about the database after the undo of a migration. The guide has the administrator move the old database aside before
/// the migration; the undo leaves it there, and the server finds none.
pub fn where_the_database_is(context: &Context<'_>, undone: &Plan) -> Vec<String> {
    let path = |key: &str| RootPath::new(requested(undone, key)?).ok();
    let (Some(source), Some(target)) = (path("source"), path("target")) else { return Vec::new() };
    let left = names(context.fs, &target);
    if undone.undoes.is_some() || left.as_ref().is_some_and(|names| !names.is_empty()) {
        return Vec::new();
    }
    let mut lines = vec![format!("There is no database in {target}")];
    if names(context.fs, &source).is_some_and(|names| !names.is_empty()) {
        let real = |path: &RootPath| {
            let root = context.options.root.as_deref().map(|root| std::path::absolute(root).unwrap_or(root.to_owned()));
            let root = root.map(|root| root.display().to_string()).unwrap_or_default();
            quoted(&format!("{}{path}", root.trim_end_matches('/')))
        };
        let first = left.map(|_| format!("rmdir {} && ", real(&target))).unwrap_or_default();
        lines.push(format!(
            "The old database is in {source}. If you moved it there before the migration, move it back:"
        ));
        lines.push(format!("  {first}mv {} {}", real(&source), real(&target)));
    }
    lines
}

/// Returns what a directory holds; nothing when it is not there.
fn names(fs: &dyn FileSystem, path: &RootPath) -> Option<Vec<Name>> {
    fs.open_dir(path).and_then(|dir| dir.list(&RelPath::here())).ok()
}
