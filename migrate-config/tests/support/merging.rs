//! The sample site after the move of its configuration, and the programs that merge it run on it.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use documents::dialect::Dialect;
use documents::merge::RootMove;
use documents::product_files::Messaging;
use migrate_config::TOOL;
use migrate_config::request::{Move, Request};
use testkit::expected::Row;
use testkit::manifest::{Manifest, Options};
use testkit::site::{is_root, manifest};
use testkit::tree::Tree;
use upgrade_engine::Identity;
use upgrade_engine::engine::{Resources, Session};
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::plan::Plan;
use upgrade_engine::step::{Quiet, ReplaceFile, Step};
use upgrade_engine::survey;

use super::Outcome;

/// The root of the old release.
pub(crate) const OLD: &str = "/opt/SUNWmsgsr";
/// The root of the new release.
pub(crate) const NEW: &str = "/opt/sun/comms/messaging";
/// The configuration that both share.
pub(crate) const CONFIG: &str = "/var/opt/SUNWmsgsr/config";
/// The usual work directory.
pub(crate) const WORK: &str = "/opt/sun/comms/messaging/install/newconfig";

pub(crate) fn at(path: &str) -> RootPath {
    RootPath::new(path).unwrap()
}

/// Returns the directory of the sample trees.
pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/documents/tests/data/merge/messaging").canonicalize().unwrap()
}

/// Returns the sample trees: both releases and the site, as before any move.
pub(crate) fn sample() -> Tree {
    Tree::from_table(&data(), &[])
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

    /// Moves the configuration to the new root, as a run.
    pub(crate) fn move_configuration(&self) {
        let fs = upgrade_engine::fs::real::RealFs::open(&self.path("")).unwrap();
        let (state_fs, state): (Box<dyn FileSystem>, _) = if is_root() {
            (Box::new(upgrade_engine::fs::real::RealFs::open(&self.path("")).unwrap()), at(testkit::site::STATE))
        } else {
            let path = self.beside("home/state/commsuite-upgrade");
            (Box::new(upgrade_engine::fs::real::RealFs::open(Path::new("/")).unwrap()), at(path.to_str().unwrap()))
        };
        move_configuration(&fs, &*state_fs, &state, &self.path("").canonicalize().unwrap().display().to_string());
    }

    /// Runs a program of the crate.
    pub(crate) fn call(&self, program: &str, arguments: &[&str]) -> Outcome {
        let path = match program {
            "install-newconfig" => env!("CARGO_BIN_EXE_install-newconfig"),
            "uninstall-newconfig" => env!("CARGO_BIN_EXE_uninstall-newconfig"),
            other => panic!("{other}"),
        };
        let own = self.command(arguments);
        let mut command = std::process::Command::new(path);
        command.args(own.get_args());
        self.surround(&mut command);
        self.outcome(command)
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

/// Moves the configuration to the new root: its links, and the old root in every file.
pub(crate) fn move_configuration(fs: &dyn FileSystem, state_fs: &dyn FileSystem, state: &RootPath, real_root: &str) {
    let new = fs.open_dir(&at(NEW)).unwrap();
    for (link, target) in [("config", CONFIG), ("data", "/var/opt/SUNWmsgsr"), ("log", "/var/opt/SUNWmsgsr/log")] {
        new.symlink(target.as_bytes(), &RelPath::new(link).unwrap()).unwrap();
    }
    let request = Move { old_root: at(OLD), new_root: at(NEW), data_root: None };
    let mut plan = Plan::new(TOOL, Request::MigrateConfig(request).to_json());
    plan.scope.root = Some(real_root.to_owned());
    plan.scope.changes = vec![NEW.to_owned(), CONFIG.to_owned()];
    let moves = [RootMove { from: OLD.into(), to: NEW.into() }];
    let config = fs.open_dir(&at(CONFIG)).unwrap();
    for name in config.list(&RelPath::here()).unwrap() {
        let name_text = String::from_utf8(name.as_bytes().to_vec()).unwrap();
        let text = name_text.as_str();
        let Some(dialect) = Dialect::of(Messaging, text).filter(|_| text != "aliases.save") else { continue };
        let path = at(&format!("{CONFIG}/{text}"));
        let Ok(content) = config.open(&RelPath::from(name)).and_then(|file| upgrade_engine::step::read_whole(&*file))
        else {
            continue;
        };
        let edits = dialect.rewrite_roots(&content, &moves).unwrap();
        let names = survey::names_of(fs, &path, &[]).unwrap();
        let (place, links) = names.places(text);
        if let Some(step) = ReplaceFile::editing(place, links, &content, &edits).unwrap() {
            plan.anchors.insert(text.to_owned(), names.anchor);
            plan.steps.push(Step::ReplaceFile(step));
        }
    }
    assert!(plan.steps.len() > 5);
    let session = Session::open(state_fs, state, TOOL, Identity::current()).unwrap();
    let resources =
        Resources { fs, producers: &[], services: &[], observer: &Quiet, workers: std::num::NonZeroUsize::MIN };
    session.apply(&plan, &resources).unwrap();
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
