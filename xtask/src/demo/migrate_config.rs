//! The demo of migrate-config: the configuration of Messaging Server 6.3 moves to 7.0 beside it, is merged, and goes back.

use super::stage::{Excerpt, Stage};
use super::tree::{Manifest, expect_same, manifest, without_records};
use crate::process::Result;
use std::path::{Path, PathBuf};

const OLD_ROOT: &str = "/opt/SUNWmsgsr";
const NEW_ROOT: &str = "/opt/sun/comms/messaging";
const IMTA_CNF: &str = "var/opt/SUNWmsgsr/config/imta.cnf";
/// Site and vendor changed this one differently; the tool says so and takes an answer.
const CONFLICT: &str = "option.dat:MAX_NOTARYS";

/// Moves the configuration, merges it, and takes all of it back.
pub(super) fn show(stage: Stage<'_>, root: &Path) -> Result {
    Demo { stage: stage.with_options(&["--new-root", NEW_ROOT]), root: root.to_owned() }.show()
}

struct Demo<'a> {
    stage: Stage<'a>,
    root: PathBuf,
}

impl Demo<'_> {
    fn show(&self) -> Result {
        let screen = self.stage.screen;
        screen.title("migrate-config: Messaging Server 6.3 moves to 7.0 beside it, and back");
        screen.show(&format!("In: {OLD_ROOT} with its mail store, and the new programs (--new-root {NEW_ROOT})."));
        let before = self.manifest()?;
        let migrate = ["--store-backup", "snapshot:before-7.0", OLD_ROOT];
        self.stage.run(&[&["--dry-run"][..], &migrate].concat(), 0, Excerpt::Nothing)?;
        expect_same(screen, &before, &self.manifest()?, "the dry run changed nothing")?;
        self.stage.run(&[&["--yes"][..], &migrate].concat(), 0, Excerpt::Last(3))?;
        self.expect_includes(NEW_ROOT, "the configuration names the new root")?;

        let patch = self.stage.of("patch-config");
        patch.run(&[], 3, Excerpt::Last(4))?;
        patch.run(&["--resolve", &format!("{CONFLICT}=site")], 0, Excerpt::Nothing)?;
        self.stage.of("install-newconfig").run(&["--yes"], 0, Excerpt::Last(2))?;
        screen.show("Out: the site's values with what 7.0 brings. Then 7.0 disappoints, and all goes back:");

        self.stage.run(&["--yes", "-u", OLD_ROOT], 0, Excerpt::Last(2))?;
        expect_same(screen, &before, &self.manifest()?, "everything is as it was before the move")
    }

    fn manifest(&self) -> Result<Manifest> {
        Ok(without_records(&manifest(&self.root)?))
    }

    /// Says so when each include line of the site's imta.cnf begins with a root.
    fn expect_includes(&self, root: &str, promise: &str) -> Result {
        let text = String::from_utf8_lossy(&std::fs::read(self.root.join(IMTA_CNF))?).into_owned();
        let includes: Vec<_> = text.lines().filter(|line| line.starts_with('<')).collect();
        let moved = includes.iter().filter(|line| line.starts_with(&format!("<{root}/"))).count();
        self.stage.expect(moved > 0 && moved == includes.len(), promise)
    }
}
