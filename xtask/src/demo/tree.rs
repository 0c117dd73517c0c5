//! Copies trees and compares them: the demo's promises are checked against the disk, not against what a tool says.

use super::stage::Screen;
use crate::process::Result;
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

/// What stays after undo, on purpose: the journals and logs of runs, and the merged files of patch-config, which is no run.
const RECORDS_OF_RUNS: &[&str] =
    &["var/opt/CommsInstaller", "var/opt/SUNWics5/logs", "opt/sun/comms/messaging/install/newconfig"];

/// What is known of one path; a directory's times are left out, as adding and removing a name changes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    mode: u32,
    owner: (u32, u32),
    modified: Option<(i64, i64)>,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Directory,
    File(Vec<u8>),
    Link(PathBuf),
}

/// A tree, by path below its root. The example is small: whole files take the place of digests.
pub(super) type Manifest = BTreeMap<PathBuf, Entry>;

pub(super) fn manifest(root: &Path) -> Result<Manifest> {
    let mut entries = Manifest::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let path = entry?.path();
            let metadata = path.symlink_metadata()?;
            let content = if metadata.is_dir() {
                directories.push(path.clone());
                Content::Directory
            } else if metadata.is_symlink() {
                Content::Link(std::fs::read_link(&path)?)
            } else {
                Content::File(std::fs::read(&path)?)
            };
            let modified = (content != Content::Directory).then(|| (metadata.mtime(), metadata.mtime_nsec()));
            let owner = (metadata.uid(), metadata.gid());
            let entry = Entry { mode: metadata.mode(), owner, modified, content };
            entries.insert(path.strip_prefix(root)?.to_owned(), entry);
        }
    }
    Ok(entries)
}

/// Returns the entries at and below an absolute path of the site.
pub(super) fn below(manifest: &Manifest, path: &str) -> Manifest {
    let path = path.trim_start_matches('/');
    manifest
        .iter()
        .filter(|(name, _)| name.starts_with(path))
        .map(|(name, entry)| (name.clone(), entry.clone()))
        .collect()
}

pub(super) fn without_records(manifest: &Manifest) -> Manifest {
    let mut rest = manifest.clone();
    rest.retain(|name, _| !RECORDS_OF_RUNS.iter().any(|record| name.starts_with(record)));
    rest
}

/// Says so when both are equal; otherwise fails with the paths that differ.
pub(super) fn expect_same(screen: &Screen, before: &Manifest, after: &Manifest, promise: &str) -> Result {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let different: Vec<_> = names
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| match (before.contains_key(name), after.contains_key(name)) {
            (true, false) => format!("{} is gone", name.display()),
            (false, _) => format!("{} is new", name.display()),
            (true, true) => format!("{} is changed", name.display()),
        })
        .collect();
    if !different.is_empty() {
        return Err(format!("not kept: {promise}: {}", different.join(", ")).into());
    }
    screen.show(&format!("checked: {promise} ({} paths)", before.len()));
    Ok(())
}

/// Copies files, directories and links with their permissions; the copies belong to whoever runs the demo.
pub(super) fn copy_tree(from: &Path, to: &Path) -> Result {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            symlink(std::fs::read_link(entry.path())?, &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    // Last: a read-only directory would refuse its own files.
    std::fs::set_permissions(to, from.metadata()?.permissions())?;
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::stage::Detail;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    pub(in crate::demo) fn site() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("a");
        std::fs::create_dir_all(root.join("var/opt/SUNWics5/old_csdb")).unwrap();
        std::fs::write(root.join("var/opt/SUNWics5/old_csdb/ics50events.db"), "old").unwrap();
        symlink("old_csdb", root.join("var/opt/SUNWics5/link")).unwrap();
        (directory, root)
    }

    fn difference(before: &Manifest, root: &Path) -> String {
        expect_same(&Screen::new(Detail::Brief), before, &manifest(root).unwrap(), "same").unwrap_err().to_string()
    }

    #[test]
    fn a_copied_tree_has_the_same_content_and_permissions() {
        let (directory, root) = site();
        let copy = directory.path().join("b");
        std::fs::set_permissions(root.join("var/opt"), PermissionsExt::from_mode(0o750)).unwrap();
        copy_tree(&root, &copy).unwrap();
        let without_times = |root: &Path| {
            let mut manifest = manifest(root).unwrap();
            manifest.values_mut().for_each(|entry| entry.modified = None);
            manifest
        };
        assert_eq!(without_times(&root), without_times(&copy));
        assert_eq!(without_times(&copy).len(), 6);
    }

    #[test]
    fn a_changed_a_new_and_a_missing_path_are_told_apart() {
        let (_directory, root) = site();
        let before = manifest(&root).unwrap();
        std::fs::write(root.join("var/opt/SUNWics5/old_csdb/ics50events.db"), "new").unwrap();
        std::fs::write(root.join("backup"), "").unwrap();
        std::fs::remove_file(root.join("var/opt/SUNWics5/link")).unwrap();
        let expected = "not kept: same: var/opt/SUNWics5/link is gone, \
                        var/opt/SUNWics5/old_csdb/ics50events.db is changed, backup is new";
        assert_eq!(difference(&before, &root), expected);
    }

    #[test]
    fn a_file_with_another_mode_is_changed() {
        let (_directory, root) = site();
        let before = manifest(&root).unwrap();
        let file = "var/opt/SUNWics5/old_csdb/ics50events.db";
        std::fs::set_permissions(root.join(file), PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(difference(&before, &root), format!("not kept: same: {file} is changed"));
    }

    #[test]
    fn the_records_of_a_run_may_stay_after_undo() {
        let (_directory, root) = site();
        let before = manifest(&root).unwrap();
        std::fs::create_dir_all(root.join("var/opt/CommsInstaller/upgrade")).unwrap();
        let after = manifest(&root).unwrap();
        assert_eq!(without_records(&after), before);
    }
}
