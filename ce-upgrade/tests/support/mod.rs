//! What the tests stand on: the sample site, and the program run on it.

pub(crate) mod in_memory;

use std::ops::Deref;
use std::path::{Path, PathBuf};

use testkit::expected::Row;
use testkit::manifest::{Manifest, Options};
use testkit::site::manifest;
use testkit::tree::Tree;
use upgrade_engine::fs::RelPath;

pub(crate) use testkit::outcome::Outcome;

/// Where the sample is installed.
pub(crate) const BASE: &str = "/opt/SUNWuwc";
/// What is deployed of it.
pub(crate) const DEPLOYED: &str = "/var/opt/SUNWuwc";
/// The usual work directory.
pub(crate) const WORK: &str = "/opt/SUNWuwc/newconfig";
/// Where the templates of an installation are.
pub(crate) const TEMPLATES: &str = "/opt/SUNWuwc/lib/config-templates/WEB-INF";

/// Returns the directory of the sample trees.
pub(crate) fn data() -> PathBuf {
    let data =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/documents/tests/data/merge/communications-express");
    data.canonicalize().unwrap()
}

/// Returns the site with the packages of the new release.
pub(crate) fn sample() -> Tree {
    // Where the runs are kept is there before, so that no directory above it changes.
    Tree::from_table(&data(), &["site", "stock-new"]).directory("var/opt/CommsInstaller")
}

/// A site; the stock files of the old release are beside its root.
pub(crate) struct Site {
    site: testkit::site::Site,
}

impl Deref for Site {
    type Target = testkit::site::Site;

    fn deref(&self) -> &Self::Target {
        &self.site
    }
}

impl Site {
    /// Makes a site of a tree.
    pub(crate) fn of(tree: &Tree) -> Self {
        let site = testkit::site::Site::new(env!("CARGO_BIN_EXE_ce-upgrade"));
        let root = site.path("");
        let site = Self { site: site.with_leading(&["--yes", "--root", root.to_str().unwrap()]) };
        site.lay_out(tree);
        std::fs::create_dir(site.beside("stock-old")).unwrap();
        Tree::from_table(&data(), &["stock-old"]).build_at(&site.beside("stock-old"));
        site
    }

    /// Makes the sample site.
    pub(crate) fn sample() -> Self {
        Self::of(&sample())
    }

    /// Merges with the stock files of the old release.
    pub(crate) fn patch(&self, arguments: &[&str]) -> Outcome {
        let stock = self.beside("stock-old");
        self.run(&[&["patch-config", "--base", stock.to_str().unwrap()], arguments].concat())
    }

    /// Installs the merged files.
    pub(crate) fn install(&self, arguments: &[&str]) -> Outcome {
        self.run(&[&["install-newconfig"], arguments].concat())
    }

    /// Takes the newest installation back.
    pub(crate) fn uninstall(&self, arguments: &[&str]) -> Outcome {
        self.run(&[&["uninstall-newconfig"], arguments].concat())
    }

    /// Resolves every conflict that blocks an installation with the new release's value.
    #[track_caller]
    pub(crate) fn resolve_all(&self) {
        let record: serde_json::Value = serde_json::from_slice(&self.read(&format!("{WORK}/candidates.json"))).unwrap();
        let files = record["files"].as_array().unwrap().iter();
        let keys = files.flat_map(|file| file["blocking"].as_array().unwrap().clone());
        let lines: String = keys.map(|key| format!("{}=new\n", key.as_str().unwrap())).collect();
        std::fs::write(self.beside("resolutions"), lines).unwrap();
        self.patch(&["--resolutions", self.beside("resolutions").to_str().unwrap()]).exits(3);
    }

    /// Makes the sample site with its configuration merged, every conflict resolved.
    pub(crate) fn merged() -> Self {
        let site = Self::sample();
        site.patch(&[]).exits(3);
        site.resolve_all();
        site
    }

    /// Reads a live file below `WEB-INF`.
    pub(crate) fn live(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.read(&format!("{DEPLOYED}/WEB-INF/{name}"))).into_owned()
    }

    /// Reads a merged file.
    pub(crate) fn candidate(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.read(&format!("{WORK}/merged/{name}"))).into_owned()
    }

    /// Writes down the product: everything but the state of the runs and the work directory.
    pub(crate) fn product(&self) -> Manifest {
        let path = |path: &str| RelPath::new(path.trim_start_matches('/')).unwrap();
        // The times of the directory above the work directory change with it; what else is in it does not.
        let leave_out = vec![path("/var/opt/CommsInstaller"), path(BASE)];
        manifest(&self.path(""), &Options { leave_out, ..Options::default() })
    }

    /// Writes down everything but the note of who held the lock last.
    pub(crate) fn all_but_the_lock(&self) -> Everything {
        let (state, top) = (self.state(), self.beside(""));
        let leave_out = vec![RelPath::new(state.strip_prefix(&top).unwrap().to_str().unwrap()).unwrap()];
        let mut all = vec![manifest(&top, &Options { leave_out, ..Options::default() })];
        let runs = state.join(ce_upgrade::TOOL);
        all.extend(runs.is_dir().then(|| manifest(&runs, &Options::default())));
        Everything(all)
    }

    /// Fails unless a command is refused and nothing is changed.
    #[track_caller]
    pub(crate) fn refuses(&self, arguments: &[&str]) -> Outcome {
        let before = self.all_but_the_lock();
        let outcome = self.run(arguments);
        assert!(!matches!(outcome.status, Some(0 | 3)), "{outcome}");
        before.assert_same(&self.all_but_the_lock());
        outcome.says("Nothing was changed.")
    }

    /// As [`Site::refuses`], for a merge.
    #[track_caller]
    pub(crate) fn refuses_to_merge(&self, arguments: &[&str]) -> Outcome {
        let stock = self.beside("stock-old");
        self.refuses(&[&["patch-config", "--base", stock.to_str().unwrap()], arguments].concat())
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
