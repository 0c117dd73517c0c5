//! A product root in a temporary directory with Delegated Administrator, and the program run on it with a cleared
//! environment.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;
use testkit::manifest::{Manifest, Options};
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{Dir, FileSystem, RelPath, RootPath};

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

/// A temporary directory with `root` (the product root), `cwd` and `home`.
pub(crate) struct Site {
    temp: TempDir,
}

impl Site {
    /// Makes an empty root.
    pub(crate) fn bare() -> Self {
        let temp = TempDir::with_prefix("config-commda-merge-test-").unwrap();
        fs::set_permissions(temp.path(), Permissions::from_mode(0o755)).unwrap();
        for dir in ["root", "cwd", "home"] {
            fs::create_dir(temp.path().join(dir)).unwrap();
        }
        Self { temp }
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

    /// Returns the real path of a path below the root.
    pub(crate) fn path(&self, below_root: &str) -> PathBuf {
        self.temp.path().join("root").join(below_root.trim_start_matches('/'))
    }

    /// Returns a real path beside the root.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// Writes a file below the root, with the directories above it.
    pub(crate) fn write(&self, below_root: &str, content: impl AsRef<[u8]>) {
        let path = self.path(below_root);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Reads a file below the root.
    pub(crate) fn read(&self, below_root: &str) -> Vec<u8> {
        fs::read(self.path(below_root)).unwrap_or_else(|error| panic!("{below_root}: {error}"))
    }

    /// Reads a text file below the root.
    pub(crate) fn text(&self, below_root: &str) -> String {
        String::from_utf8(self.read(below_root)).unwrap()
    }

    /// Replaces a text in a file below the root, which has to be there.
    #[track_caller]
    pub(crate) fn edit(&self, below_root: &str, from: &str, to: &str) {
        let text = self.text(below_root);
        assert!(text.contains(from), "{below_root} has no {from}");
        self.write(below_root, text.replace(from, to));
    }

    /// Returns the program with `--root`, in `cwd`, with a cleared environment. It is told yes in advance: there is no terminal.
    pub(crate) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = self.unconfirmed(arguments);
        if !arguments.iter().any(|argument| argument.as_ref() == "--yes") {
            command.arg("--yes");
        }
        command
    }

    /// As [`Site::command`], without a yes.
    pub(crate) fn unconfirmed(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::cargo_bin("config-commda-merge").unwrap();
        command.arg("--root").arg(self.path("")).args(arguments);
        self.surround(&mut command);
        command
    }

    /// Gives a command the cleared environment and the current directory of the site.
    pub(crate) fn surround(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.beside("home"))
            .env("XDG_STATE_HOME", self.beside("home/state"))
            .current_dir(self.beside("cwd"))
            .stdin(Stdio::null());
    }

    /// Returns a run by an ordinary user that owns nothing; by this user when it is none that can become another.
    pub(crate) fn command_as_nobody(&self, arguments: &[&str]) -> Command {
        let own = self.command(arguments);
        if !is_root() {
            return own;
        }
        // The build directory may be closed to others.
        let program = self.beside("config-commda-merge");
        fs::copy(own.get_program(), &program).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(program).args(own.get_args());
        self.surround(&mut command);
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.outcome(self.command(arguments))
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

    /// Runs a command to its end and returns what it did, without what differs from run to run.
    pub(crate) fn outcome(&self, mut command: Command) -> Outcome {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| self.plain(&String::from_utf8(bytes).unwrap());
        Outcome { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Replaces this directory, the state directory and the names of runs and snapshots by words.
    pub(crate) fn plain(&self, text: &str) -> String {
        let mut text = text.replace(self.temp.path().to_str().unwrap(), "[TEMP]");
        for name in names_in(&self.state()).iter().filter(|name| name.starts_with("config-commda-snapshot-")) {
            text = text.replace(name, "[SNAPSHOT]");
        }
        text = text.replace("[TEMP]/home/state/commsuite-upgrade", "[STATE]");
        text = text.replace("/var/opt/CommsInstaller/upgrade", "[STATE]");
        for (number, run) in self.run_names().iter().enumerate() {
            text = text.replace(run, &format!("[RUN {}]", number + 1));
        }
        text
    }

    /// Returns where runs and snapshots are kept: below the root, or of this user when it is not root.
    pub(crate) fn state(&self) -> PathBuf {
        if is_root() {
            self.path("/var/opt/CommsInstaller/upgrade")
        } else {
            self.beside("home/state/commsuite-upgrade")
        }
    }

    /// Returns the only snapshot in the usual place.
    pub(crate) fn snapshot(&self) -> PathBuf {
        let names = names_in(&self.state());
        let mut snapshots = names.iter().filter(|name| name.starts_with("config-commda-snapshot-"));
        let snapshot = self.state().join(snapshots.next().unwrap());
        assert_eq!(snapshots.next(), None);
        snapshot
    }

    /// Returns the names of all runs, oldest first.
    pub(crate) fn run_names(&self) -> Vec<String> {
        names_in(&self.state().join("config-commda-merge"))
    }

    /// Writes down the product: everything below the root but the state of the runs.
    pub(crate) fn product(&self) -> Vec<Manifest> {
        let tops = [self.path("/opt"), self.path("/var/opt/SUNWcomm"), self.path("/var/opt/SUNWwbsvr7")];
        tops.iter().filter(|top| top.exists()).map(|top| manifest(top)).collect()
    }

    /// Writes down everything, the state of the runs and the current directory included.
    pub(crate) fn everything(&self) -> Vec<Manifest> {
        vec![manifest(self.temp.path())]
    }

    /// Writes down everything but the note of who held the lock last.
    pub(crate) fn all_but_the_lock(&self) -> Vec<Manifest> {
        let state = self.state();
        let leave_out = vec![RelPath::new(state.strip_prefix(self.temp.path()).unwrap().to_str().unwrap()).unwrap()];
        let temp = directory(self.temp.path());
        let mut all = vec![Manifest::with(&*temp, &Options { leave_out, ..Options::default() }).unwrap()];
        let kept = names_in(&state).into_iter().filter(|name| state.join(name).is_dir());
        all.extend(kept.map(|name| manifest(&state.join(name))));
        all
    }
}

/// Fails when trees differ.
#[track_caller]
pub(crate) fn assert_same(expected: &[Manifest], found: &[Manifest]) {
    assert_eq!(expected.len(), found.len());
    for (expected, found) in expected.iter().zip(found) {
        let difference = expected.difference(found);
        assert!(difference.is_empty(), "{}", difference.join("\n"));
    }
}

fn manifest(path: &Path) -> Manifest {
    Manifest::of(&*directory(path)).unwrap()
}

fn directory(path: &Path) -> Box<dyn Dir> {
    RealFs::open(path).unwrap().open_dir(&RootPath::new("/").unwrap()).unwrap()
}

/// Returns the sorted names in a directory; none when it is not there.
pub(crate) fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Returns true when this process may do everything.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Returns the decisions that `--json` prints, as `(key, decision, final)`.
pub(crate) fn decisions(outcome: &Outcome) -> Vec<(String, String, String)> {
    let json = outcome.json();
    assert_eq!(json["version"], 1);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let decision = |line: &serde_json::Value| (text(&line["key"]), text(&line["decision"]), text(&line["final"]));
    json["decisions"].as_array().unwrap().iter().map(decision).collect()
}
