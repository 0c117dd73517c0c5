//! A product root in a temporary directory with Delegated Administrator, and the program run on it with a cleared
//! environment.

use std::fs::{self, Permissions};
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::manifest::{Manifest, Options};
use testkit::site::manifest;
pub(crate) use testkit::site::{is_root, names_in};
use upgrade_engine::fs::RelPath;

use super::Outcome;

/// Where the server's properties are.
pub(crate) const RESOURCE: &str = "/opt/SUNWcomm/data/WEB-INF/classes/sun/comm/cli/server/servlet/resource.properties";
/// Where 6.4 has the console's properties.
pub(crate) const CONSOLE: &str = "/opt/SUNWcomm/data/da/WEB-INF/classes/com/sun/comm/da/resources";
/// Where 6.4 has the utility's properties.
pub(crate) const USRPREFS: &str = "/opt/SUNWcomm/data/config/cli-usrprefs.properties";
/// Where Web Server 7 runs the copies.
pub(crate) const WEB_SERVER: &str = "/var/opt/SUNWwbsvr7/https-da.siroe.com/webapps/da.siroe.com";

/// Returns a directory of the test data: `stock-old`, `site` or `stock-new`.
pub(crate) fn data(tree: &str) -> PathBuf {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/documents/tests/data/merge");
    documents.join("delegated-administrator").join(tree).canonicalize().unwrap()
}

/// A site with Delegated Administrator.
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
        let site = testkit::site::Site::new(env!("CARGO_BIN_EXE_config-commda-merge"));
        let root = site.path("");
        // It is told yes in advance: there is no terminal.
        Self(site.with_leading(&["--yes", "--root", root.to_str().unwrap()]).with_words(words))
    }

    /// Returns the program without a yes in advance.
    pub(crate) fn unconfirmed(&self, arguments: &[&str]) -> Command {
        let confirmed = self.command(arguments);
        let mut command = Command::new(confirmed.get_program());
        command.args(confirmed.get_args().filter(|argument| *argument != "--yes"));
        self.surround(&mut command);
        command
    }

    /// Makes a root with a customised Delegated Administrator 6.3, whose copies Web Server 7 runs.
    pub(crate) fn customised() -> Self {
        let site = Self::bare();
        site.add(&data("site"), 0o640);
        site.deploy_all();
        site
    }

    /// Makes a root after config-commda, with a snapshot of the time before in the usual place.
    pub(crate) fn reset() -> Self {
        let site = Self::customised();
        site.run(&["snapshot"]).succeeded();
        site.run_config_commda();
        site
    }

    /// Does what config-commda does: writes the files of the new release.
    pub(crate) fn run_config_commda(&self) {
        self.add(&data("stock-new"), 0o644);
    }

    /// Copies every original to where Web Server 7 runs it, as the deploy scripts do.
    pub(crate) fn deploy_all(&self) {
        let server = RESOURCE.rsplit_once("/data/").unwrap().1;
        self.write(&format!("{WEB_SERVER}/commcli/{server}"), self.read(RESOURCE));
        for name in ["daconfig", "Resources", "Security", "logger"] {
            let new = format!("{CONSOLE}/{name}.properties");
            let old = new.replace("/data/da/", "/data/");
            let original = if self.path(&new).exists() { new.clone() } else { old };
            let copy = new.replace("/opt/SUNWcomm/data/da/", &format!("{WEB_SERVER}/da/"));
            self.write(&copy, self.read(&original));
        }
    }

    fn add(&self, from: &Path, mode: u32) {
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(from).unwrap();
            self.add_below(&path, &format!("/{}", below.display()), mode);
        }
    }

    fn add_below(&self, from: &Path, to: &str, mode: u32) {
        if from.is_file() {
            let _ = fs::remove_file(self.path(to));
            self.write(to, fs::read(from).unwrap());
            fs::set_permissions(self.path(to), Permissions::from_mode(mode)).unwrap();
            return;
        }
        for entry in fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            self.add_below(&from.join(&name), &format!("{to}/{}", name.display()), mode);
        }
    }

    /// Runs the program, which has to fail and to change nothing at all but who held the lock last, and returns what it said.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> Outcome {
        let before = self.all_but_the_lock();
        let outcome = self.run(arguments);
        assert!(!matches!(outcome.status, Some(0 | 3)), "{arguments:?}: {outcome}");
        assert_same(&before, &self.all_but_the_lock());
        assert!(outcome.stderr.ends_with("  Nothing was changed.\n"), "{outcome}");
        outcome
    }

    /// Returns the only snapshot in the usual place.
    pub(crate) fn snapshot(&self) -> PathBuf {
        let names = names_in(&self.state());
        let mut snapshots = names.iter().filter(|name| name.starts_with("config-commda-snapshot-"));
        let snapshot = self.state().join(snapshots.next().unwrap());
        assert_eq!(snapshots.next(), None);
        snapshot
    }

    /// Writes down the product: everything below the root but the state of the runs.
    pub(crate) fn product(&self) -> Vec<Manifest> {
        let tops = [self.path("/opt"), self.path("/var/opt/SUNWcomm"), self.path("/var/opt/SUNWwbsvr7")];
        tops.iter().filter(|top| top.exists()).map(|top| manifest(top, &Options::default())).collect()
    }

    /// Writes down everything, the state of the runs and the current directory included.
    pub(crate) fn everything(&self) -> Vec<Manifest> {
        vec![self.0.everything()]
    }

    /// Writes down everything but the note of who held the lock last.
    pub(crate) fn all_but_the_lock(&self) -> Vec<Manifest> {
        let state = self.state();
        let temp = self.beside("");
        let leave_out = vec![RelPath::new(state.strip_prefix(&temp).unwrap().to_str().unwrap()).unwrap()];
        let mut all = vec![manifest(&temp, &Options { leave_out, ..Options::default() })];
        let kept = names_in(&state).into_iter().filter(|name| state.join(name).is_dir());
        all.extend(kept.map(|name| manifest(&state.join(name), &Options::default())));
        all
    }
}

/// Fails when trees differ.
#[track_caller]
pub(crate) fn assert_same(expected: &[Manifest], found: &[Manifest]) {
    assert_eq!(expected.len(), found.len());
    for (expected, found) in expected.iter().zip(found) {
        expected.assert_same(found);
    }
}

/// Replaces the names of snapshots and the state directory.
fn words(site: &testkit::site::Site, mut text: String) -> String {
    for name in names_in(&site.state()).iter().filter(|name| name.starts_with("config-commda-snapshot-")) {
        text = text.replace(name, "[SNAPSHOT]");
    }
    text = text.replace("[TEMP]/home/state/commsuite-upgrade", "[STATE]");
    text.replace(testkit::site::STATE, "[STATE]")
}

/// Returns the decisions that `--json` prints, as `(key, decision, final)`.
pub(crate) fn decisions(outcome: &Outcome) -> Vec<(String, String, String)> {
    let json = outcome.json();
    assert_eq!(json["version"], 1);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let decision = |line: &serde_json::Value| (text(&line["key"]), text(&line["decision"]), text(&line["final"]));
    json["decisions"].as_array().unwrap().iter().map(decision).collect()
}
