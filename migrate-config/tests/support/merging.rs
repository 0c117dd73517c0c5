//! The sample site after the move of its configuration, and the programs that merge it run on it.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use migrate_config::TOOL;
use testkit::expected::Row;
use testkit::manifest::{Manifest, Options};
use testkit::site::manifest;
use testkit::tree::Tree;
use upgrade_engine::fs::RelPath;

use super::Outcome;

/// The root of the old release.
pub(crate) const OLD: &str = "/opt/SUNWmsgsr";
/// The root of the new release.
pub(crate) const NEW: &str = "/opt/sun/comms/messaging";
/// The configuration that both share.
pub(crate) const CONFIG: &str = "/var/opt/SUNWmsgsr/config";
/// The usual work directory.
pub(crate) const WORK: &str = "/opt/sun/comms/messaging/install/newconfig";

/// Returns the directory of the sample trees.
pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/documents/tests/data/merge/messaging").canonicalize().unwrap()
}

/// Returns the sample trees: both releases and the site, as before any move.
pub(crate) fn sample() -> Tree {
    // Where the runs are kept is there before, so that no directory above it changes.
    Tree::from_table(&data(), &[]).directory("var/opt/CommsInstaller")
}

/// A site with both releases.
pub(crate) struct Site {
    patch: testkit::site::Site,
}

impl Deref for Site {
    type Target = testkit::site::Site;

    fn deref(&self) -> &Self::Target {
        &self.patch
    }
}

impl Site {
    /// Makes a site; no configuration was moved.
    pub(crate) fn of(tree: &Tree) -> Self {
        let site = testkit::site::Site::new(env!("CARGO_BIN_EXE_patch-config"));
        let root = site.path("");
        let leading = ["--yes", "--root", root.to_str().unwrap(), "--new-root", NEW];
        let site = Self { patch: site.with_leading(&leading).with_runs_of(TOOL) };
        site.lay_out(tree);
        site
    }

    /// Makes the sample site, with its configuration moved.
    pub(crate) fn moved() -> Self {
        let site = Self::of(&sample());
        site.move_configuration();
        site
    }

    /// Moves the configuration to the new root.
    #[track_caller]
    pub(crate) fn move_configuration(&self) {
        self.move_with(&[]);
    }

    /// Moves the configuration to the new root, with more arguments.
    #[track_caller]
    pub(crate) fn move_with(&self, arguments: &[&str]) -> Outcome {
        let outcome = self.call("migrate-config", &[arguments, &["--store-backup", "none", OLD]].concat());
        assert!(matches!(outcome.status, Some(0 | 3)), "{outcome}");
        outcome
    }

    /// Runs a program of the crate.
    pub(crate) fn call(&self, program: &str, arguments: &[&str]) -> Outcome {
        self.outcome(self.command_of(program, arguments))
    }

    /// Returns a program of the crate with its arguments.
    pub(crate) fn command_of(&self, program: &str, arguments: &[&str]) -> std::process::Command {
        let path = match program {
            "patch-config" => env!("CARGO_BIN_EXE_patch-config"),
            "migrate-config" => env!("CARGO_BIN_EXE_migrate-config"),
            "install-newconfig" => env!("CARGO_BIN_EXE_install-newconfig"),
            "uninstall-newconfig" => env!("CARGO_BIN_EXE_uninstall-newconfig"),
            other => panic!("{other}"),
        };
        let own = self.command(arguments);
        let mut command = std::process::Command::new(path);
        command.args(own.get_args());
        self.surround(&mut command);
        command
    }

    /// Installs the merged files.
    pub(crate) fn install(&self, arguments: &[&str]) -> Outcome {
        self.call("install-newconfig", arguments)
    }

    /// Takes the newest installation back.
    pub(crate) fn uninstall(&self, arguments: &[&str]) -> Outcome {
        self.call("uninstall-newconfig", arguments)
    }

    /// Resolves every conflict that blocks an installation with the new release's value.
    pub(crate) fn resolve_all(&self) {
        let record: serde_json::Value = serde_json::from_slice(&self.read(&format!("{WORK}/candidates.json"))).unwrap();
        let files = record["files"].as_array().unwrap().iter();
        let keys = files.flat_map(|file| file["blocking"].as_array().unwrap().clone());
        let lines: String = keys.map(|key| format!("{}=new\n", key.as_str().unwrap())).collect();
        std::fs::write(self.beside("resolutions"), lines).unwrap();
        self.run(&["--resolutions", self.beside("resolutions").to_str().unwrap()]).succeeded();
    }

    /// Makes the sample site with its configuration moved and merged, every conflict resolved.
    pub(crate) fn merged() -> Self {
        let site = Self::moved();
        site.run(&[]).exits(3);
        site.resolve_all();
        site
    }

    /// Writes down the product: everything but the state of the runs and the work directory.
    pub(crate) fn product(&self) -> Manifest {
        let path = |path: &str| RelPath::new(path.trim_start_matches('/')).unwrap();
        // The times of the directories above them change with them.
        let leave_out = vec![path("/var/opt/CommsInstaller"), path("/opt/sun/comms/messaging/install")];
        manifest(&self.path(""), &Options { leave_out, ..Options::default() })
    }

    /// Writes down everything but the note of who held the lock last.
    pub(crate) fn all_but_the_lock(&self) -> Everything {
        let (state, top) = (self.state(), self.beside(""));
        let leave_out = vec![RelPath::new(state.strip_prefix(&top).unwrap().to_str().unwrap()).unwrap()];
        let mut all = vec![manifest(&top, &Options { leave_out, ..Options::default() })];
        let runs = state.join(TOOL);
        all.extend(runs.is_dir().then(|| manifest(&runs, &Options::default())));
        Everything(all)
    }
}

/// The product, the administrator's own files, and the runs.
pub(crate) struct Everything(Vec<Manifest>);

impl Everything {
    /// Fails when anything is not as it was.
    #[track_caller]
    pub(crate) fn assert_same(&self, now: &Self) {
        assert_eq!(self.0.len(), now.0.len());
        self.0.iter().zip(&now.0).for_each(|(before, now)| before.assert_same(now));
    }
}

/// Returns the rows of a CHANGES report.
pub(crate) fn rows(json: &serde_json::Value) -> Vec<Row> {
    assert_eq!(json["version"], 1);
    let row = |line: &serde_json::Value| {
        let columns = ["file", "key", "base", "site", "new", "decision", "final"];
        Row::new(columns.map(|field| line[field].as_str().unwrap()))
    };
    json["decisions"].as_array().unwrap().iter().map(row).collect()
}
