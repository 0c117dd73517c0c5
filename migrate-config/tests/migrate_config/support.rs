//! A product root in a temporary directory with Messaging Server 6.3 and 7.0 beside each other, and migrate-config run on it.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::manifest::{Manifest, Options};
use testkit::outcome::Outcome;
use testkit::site::manifest;
use testkit::tree::Tree;
use upgrade_engine::fs::RelPath;

/// The old root.
pub(crate) const OLD: &str = "/opt/SUNWmsgsr";
/// The new root.
pub(crate) const NEW: &str = "/opt/sun/comms/messaging";
/// The configuration.
pub(crate) const CONFIG: &str = "/var/opt/SUNWmsgsr/config";
/// The state directory: the runs are no part of the product.
const STATE: &str = "var/opt/CommsInstaller";

/// Returns the directory of the sample trees.
pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/documents/tests/data/merge/messaging").canonicalize().unwrap()
}

/// Returns the sample site: 6.3 with its configuration, and 7.0 beside it, not configured.
pub(crate) fn sample() -> Tree {
    Tree::from_table(&data(), &[]).directory(STATE)
}

/// A site with Messaging Server.
pub(crate) struct Site(testkit::site::Site);

impl Deref for Site {
    type Target = testkit::site::Site;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Site {
    /// Makes an empty root.
    pub(crate) fn bare() -> Self {
        let site = testkit::site::Site::new(env!("CARGO_BIN_EXE_migrate-config"));
        let root = site.path("");
        // It is told yes in advance: there is no terminal.
        Self(site.with_leading(&["--yes", "--new-root", NEW, "--root", root.to_str().unwrap()]))
    }

    /// Makes a root with the sample site.
    pub(crate) fn sample() -> Self {
        Self::of(&sample())
    }

    /// Makes a root with a tree.
    pub(crate) fn of(tree: &Tree) -> Self {
        let site = Self::bare();
        site.lay_out(tree);
        site
    }

    /// Moves the configuration.
    #[track_caller]
    pub(crate) fn moved(&self, more: &[&str]) -> Outcome {
        self.run(&[&["--store-backup", "none", OLD], more].concat())
    }

    /// Returns the program without a yes in advance.
    pub(crate) fn unconfirmed(&self, arguments: &[&str]) -> Command {
        let confirmed = self.command(arguments);
        let mut command = Command::new(confirmed.get_program());
        command.args(confirmed.get_args().filter(|argument| *argument != "--yes"));
        self.surround(&mut command);
        command
    }

    /// Writes down the product: all but the runs.
    pub(crate) fn product(&self) -> Manifest {
        let state = RelPath::new(STATE).unwrap();
        manifest(&self.path(""), &Options { leave_out: vec![state], ..Options::default() })
    }

    /// Runs the program, which has to fail and to change nothing, and returns what it said.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> Outcome {
        let before = self.product();
        let outcome = self.run(arguments);
        assert_ne!(outcome.status, Some(0), "{outcome}");
        before.assert_same(&self.product());
        outcome
    }
}

/// Returns text without its line breaks: lines are wrapped where they are long.
pub(crate) fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
