//! The demo of csmigrate: dry run, run, inspection, undo.

use super::stage::{Excerpt, Stage};
use super::tree::{Manifest, below, expect_same, manifest, without_records};
use crate::process::Result;
use std::path::{Path, PathBuf};

/// The operands of the demo, below the example's root.
const SOURCE: &str = "/var/opt/SUNWics5/old_csdb";
const TARGET: &str = "/var/opt/SUNWics5/csdb";
const LOGS: &str = "/var/opt/SUNWics5/logs";

/// Migrates the calendar database of a site, and undoes it.
pub(super) fn show(stage: Stage<'_>, root: &Path) -> Result {
    // Git keeps no empty directories.
    for directory in [TARGET, LOGS] {
        std::fs::create_dir_all(root.join(directory.trim_start_matches('/')))?;
    }
    Demo { stage, root: root.to_owned() }.show()
}

struct Demo<'a> {
    stage: Stage<'a>,
    root: PathBuf,
}

impl Demo<'_> {
    fn show(&self) -> Result {
        let screen = self.stage.screen;
        screen.title("csmigrate: a calendar database of 6.2 becomes one of 6.3");
        screen.show("In: eight Berkeley DB files in the byte order of SPARC, as Calendar Server 6.2 left them.");
        let before = manifest(&self.root)?;

        self.stage.run(&["-d", SOURCE, TARGET], 0, Excerpt::Last(4))?;
        let dry = manifest(&self.root)?;
        let promise = "the dry run changed nothing";
        expect_same(screen, &without_records(&before), &without_records(&dry), promise)?;

        self.stage.run(&["-l", "max", SOURCE, TARGET], 0, Excerpt::Last(3))?;
        let after = manifest(&self.root)?;
        self.expect_source_unchanged(&before, &after)?;
        if below(&after, TARGET) == below(&before, TARGET) {
            return Err(format!("{TARGET} is as it was: nothing was migrated").into());
        }
        screen.show("Out: the same records in the files of 6.3, each read back and compared.");
        self.stage.run(&["--inspect", TARGET], 0, Excerpt::First(3))?;

        self.stage.run(&["--undo", TARGET], 0, Excerpt::Last(1))?;
        let undone = manifest(&self.root)?;
        expect_same(
            screen,
            &without_records(&before),
            &without_records(&undone),
            "after undo the tree is as before: backup and new database are gone",
        )
    }

    /// The backup may have been made inside the source directory, so only what was there before is compared.
    fn expect_source_unchanged(&self, before: &Manifest, after: &Manifest) -> Result {
        let source = below(before, SOURCE);
        let now = below(after, SOURCE).into_iter().filter(|(path, _)| source.contains_key(path)).collect();
        expect_same(self.stage.screen, &source, &now, "the source database is unchanged")
    }
}

#[cfg(test)]
mod tests {
    use super::super::stage::{Detail, Screen};
    use super::super::tree::tests::site;
    use super::*;

    /// Runs the demo's steps with a stand-in for csmigrate; `fault` makes it misbehave.
    fn show_with(fault: Option<&str>) -> std::result::Result<(), String> {
        let (_directory, root) = site();
        if let Some(fault) = fault {
            std::fs::write(root.join(fault), "").unwrap();
        }
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/csmigrate-stand-in");
        let screen = Screen::new(Detail::Full);
        let stage = Stage::new(&screen, program, &root);
        Demo { stage, root }.show().map_err(|error| error.to_string())
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
            "not kept: after undo the tree is as before: backup and new database are gone: \
             var/opt/SUNWics5/csdb is new, var/opt/SUNWics5/csdb/ics50events.db is new"
        );
    }
}
