//! The demo of config-commda-merge: a customised `resource.properties` survives a run of config-commda.
//!
//! config-commda itself is gone. What it does to the file is known: it writes it anew, with the defaults of its release.

use super::stage::{Excerpt, Stage};
use super::tree::{Manifest, expect_same, manifest, without_records};
use crate::process::Result;
use std::path::{Path, PathBuf};

const FILE: &str = "opt/SUNWcomm/data/WEB-INF/classes/sun/comm/cli/server/servlet/resource.properties";
/// What 6.3 shipped, below the example's vendor files: the base that tells a customised value from an old default.
const SHIPPED: &str = "shipped-6.3";
/// What config-commda of 6.4 leaves.
const RESET: &str = "reset-by-config-commda/resource.properties";
/// Lines that the site wrote, as spelled in its file.
const CUSTOMISED: &[&str] = &["jdapi-wildusersearchmaxresults=50", "jdapi-mailhoststoreplugin=enabled"];
/// Site and vendor changed this one differently; the tool says so and takes an answer.
const CONFLICT: &str = "resource.properties:jdapi-wildorgsearchmaxresults";

/// Resets a site's file, puts the site's values back, and undoes that.
pub(super) fn show(stage: Stage<'_>, root: &Path) -> Result {
    Demo { stage, root: root.to_owned(), vendor: "examples/delegated-administrator".into() }.show()
}

struct Demo<'a> {
    stage: Stage<'a>,
    root: PathBuf,
    vendor: PathBuf,
}

impl Demo<'_> {
    fn show(&self) -> Result {
        let screen = self.stage.screen;
        screen.title("config-commda-merge: a customised resource.properties survives config-commda");
        screen.show("In: a file that the site changed, and what 6.3 shipped (--base). First it is saved:");
        let shipped = self.vendor.join(SHIPPED);
        let shipped = shipped.to_str().ok_or("the examples' path is not UTF-8")?;
        self.stage.run(&["status", "--base", shipped], 0, Excerpt::Nothing)?;
        self.stage.run(&["snapshot"], 0, Excerpt::First(1))?;
        screen.show("(config-commda runs, and writes the file anew)");
        std::fs::copy(self.vendor.join(RESET), self.root.join(FILE))?;
        self.expect_lines(false, "config-commda has dropped the site's values")?;
        let reset = self.manifest()?;

        self.stage.run(&["merge", "--base", shipped, "--dry-run"], 3, Excerpt::First(5))?;
        expect_same(screen, &reset, &self.manifest()?, "the dry run changed nothing")?;

        let resolution = format!("{CONFLICT}=site");
        let merge = ["merge", "--base", shipped, "--yes", "--resolve", &resolution];
        self.stage.run(&merge, 0, Excerpt::Last(3))?;
        screen.show("Out: the new file with the site's values in it.");
        self.expect_lines(true, "the site's values are back")?;

        self.stage.run(&["undo", "--yes"], 0, Excerpt::Last(2))?;
        expect_same(screen, &reset, &self.manifest()?, "after undo the files are as config-commda left them")
    }

    fn manifest(&self) -> Result<Manifest> {
        Ok(without_records(&manifest(&self.root)?))
    }

    /// Says so when all lines of the site are there, or none.
    fn expect_lines(&self, expected: bool, promise: &str) -> Result {
        let text = std::fs::read_to_string(self.root.join(FILE))?;
        for line in CUSTOMISED {
            if text.lines().any(|found| found == *line) != expected {
                return Err(format!("not kept: {promise}: {line}").into());
            }
        }
        self.stage.expect(true, promise)
    }
}

#[cfg(test)]
mod tests {
    use super::super::stage::{Detail, Screen};
    use super::*;

    /// Runs the demo's steps with a stand-in for config-commda-merge; `fault` makes it misbehave.
    fn show_with(fault: &str) -> std::result::Result<(), String> {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        std::fs::create_dir_all(root.join(FILE).parent().unwrap()).unwrap();
        std::fs::copy(top.join("examples/site").join(FILE), root.join(FILE)).unwrap();
        std::fs::write(root.join(fault), "").unwrap();
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/config-commda-merge-stand-in");
        let vendor = top.join("examples/delegated-administrator");
        let screen = Screen::new(Detail::Full);
        let stage = Stage::new(&screen, program, &root);
        Demo { stage, root, vendor }.show().map_err(|error| error.to_string())
    }

    #[test]
    fn the_demo_succeeds_when_every_promise_is_kept() {
        assert_eq!(show_with("no-fault"), Ok(()));
    }

    #[test]
    fn the_demo_fails_when_a_promise_is_broken() {
        let broken = |fault| show_with(fault).unwrap_err();
        assert_eq!(broken("dry-run-writes"), "not kept: the dry run changed nothing: new is new");
        assert_eq!(
            broken("nothing-happens"),
            "not kept: the site's values are back: jdapi-wildusersearchmaxresults=50"
        );
        assert_eq!(
            broken("undo-forgets"),
            format!("not kept: after undo the files are as config-commda left them: {FILE} is changed")
        );
        assert!(broken("conflict-unseen").ends_with("--dry-run: exit status: 0 instead of 3"));
    }
}
