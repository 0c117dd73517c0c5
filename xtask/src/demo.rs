//! `cargo xtask demo`: migrates the example site in a temporary directory and takes it back, with every command visible.
//!
//! Each promise is checked against the tree itself: a dry run changes nothing, a run leaves its source alone, undo
//! brings back what was there.

use crate::process::{self, Result, cargo};
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The operands of the demo, below the example's root.
const SOURCE: &str = "/var/opt/SUNWics5/old_csdb";
const TARGET: &str = "/var/opt/SUNWics5/csdb";
const LOGS: &str = "/var/opt/SUNWics5/logs";
/// What a run keeps after undo, on purpose: its journal and its logs.
const RECORDS_OF_RUNS: &[&str] = &["var/opt/CommsInstaller", "var/opt/SUNWics5/logs"];

/// Options of `cargo xtask demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Keeps the temporary directory and prints where it is
    #[arg(long)]
    keep: bool,
}

/// Runs the demo; fails at the first step that does not go as expected.
pub(crate) fn run(args: &Args) -> Result {
    process::run(&mut cargo(["build", "--release", "--locked", "-p", "csmigrate"]))?;
    let directory = tempfile::Builder::new().prefix("csmigrate-demo-").tempdir()?;
    let root = directory.path().join("root");
    copy_tree(Path::new("examples/site"), &root)?;
    // Git keeps no empty directories.
    for directory in [TARGET, LOGS] {
        std::fs::create_dir_all(root.join(directory.trim_start_matches('/')))?;
    }
    let end = Demo { program: process::target_directory()?.join("release/csmigrate"), root }.show();
    if args.keep {
        println!("kept: {}", directory.keep().display());
    }
    end
}

struct Demo {
    program: PathBuf,
    root: PathBuf,
}

impl Demo {
    fn show(&self) -> Result {
        let before = manifest(&self.root)?;

        self.csmigrate(&["-d", SOURCE, TARGET])?;
        let dry = manifest(&self.root)?;
        expect_same(&without_records(&before), &without_records(&dry), "the dry run changed nothing")?;

        self.csmigrate(&["-l", "max", SOURCE, TARGET])?;
        let after = manifest(&self.root)?;
        self.expect_source_unchanged(&before, &after)?;
        if below(&after, TARGET) == below(&before, TARGET) {
            return Err(format!("{TARGET} is as it was: nothing was migrated").into());
        }
        self.csmigrate(&["--inspect", TARGET])?;

        self.csmigrate(&["--undo", TARGET])?;
        let undone = manifest(&self.root)?;
        expect_same(
            &without_records(&before),
            &without_records(&undone),
            "after undo the tree is as before: source unchanged, backup and new database gone",
        )
    }

    fn csmigrate(&self, arguments: &[&str]) -> Result {
        println!();
        process::run(Command::new(&self.program).arg("--root").arg(&self.root).args(arguments))
    }

    /// The backup may have been made inside the source directory, so only what was there before is compared.
    fn expect_source_unchanged(&self, before: &Manifest, after: &Manifest) -> Result {
        let source = below(before, SOURCE);
        let now = below(after, SOURCE).into_iter().filter(|(path, _)| source.contains_key(path)).collect();
        expect_same(&source, &now, "the source database is unchanged")
    }
}

/// What is known of one path; a directory's times are left out, as adding and removing a name changes them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    mode: u32,
    owner: (u32, u32),
    modified: Option<(i64, i64)>,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Directory,
    File(Vec<u8>),
    Link(PathBuf),
}

/// A tree, by path below its root. The example is small: whole files take the place of digests.
type Manifest = BTreeMap<PathBuf, Entry>;

fn manifest(root: &Path) -> Result<Manifest> {
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
fn below(manifest: &Manifest, path: &str) -> Manifest {
    let path = path.trim_start_matches('/');
    manifest
        .iter()
        .filter(|(name, _)| name.starts_with(path))
        .map(|(name, entry)| (name.clone(), entry.clone()))
        .collect()
}

fn without_records(manifest: &Manifest) -> Manifest {
    let mut rest = manifest.clone();
    rest.retain(|name, _| !RECORDS_OF_RUNS.iter().any(|record| name.starts_with(record)));
    rest
}

/// Says so when both are equal; otherwise fails with the paths that differ.
fn expect_same(before: &Manifest, after: &Manifest, promise: &str) -> Result {
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
    println!("checked: {promise} ({} paths)", before.len());
    Ok(())
}

/// Copies files, directories and links with their permissions; the copies belong to whoever runs the demo.
fn copy_tree(from: &Path, to: &Path) -> Result {
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
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn site() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("a");
        std::fs::create_dir_all(root.join("var/opt/SUNWics5/old_csdb")).unwrap();
        std::fs::write(root.join("var/opt/SUNWics5/old_csdb/ics50events.db"), "old").unwrap();
        symlink("old_csdb", root.join("var/opt/SUNWics5/link")).unwrap();
        (directory, root)
    }

    fn difference(before: &Manifest, root: &Path) -> String {
        expect_same(before, &manifest(root).unwrap(), "same").unwrap_err().to_string()
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

    /// Runs the demo's steps with a stand-in for csmigrate; `fault` makes it misbehave.
    fn show_with(fault: Option<&str>) -> std::result::Result<(), String> {
        let (_directory, root) = site();
        if let Some(fault) = fault {
            std::fs::write(root.join(fault), "").unwrap();
        }
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/csmigrate-stand-in");
        Demo { program, root }.show().map_err(|error| error.to_string())
    }

    #[test]
    fn the_demo_succeeds_when_every_promise_is_kept() {
        assert_eq!(show_with(None), Ok(()));
    }

    #[test]
    fn the_demo_fails_when_a_promise_is_broken() {
        let broken = |fault| show_with(Some(fault)).unwrap_err();
        assert_eq!(broken("dry-run-writes"), "not kept: the dry run changed nothing: new is new");
        assert_eq!(
            broken("source-changes"),
            "not kept: the source database is unchanged: var/opt/SUNWics5/old_csdb/ics50events.db is changed"
        );
        assert_eq!(broken("nothing-happens"), "/var/opt/SUNWics5/csdb is as it was: nothing was migrated");
        assert_eq!(
            broken("undo-forgets"),
            "not kept: after undo the tree is as before: source unchanged, backup and new database gone: \
             var/opt/SUNWics5/csdb is new, var/opt/SUNWics5/csdb/ics50events.db is new"
        );
    }
}
