//! A product root in a temporary directory with a source, and the program run on it with a cleared environment.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;
use testkit::manifest::Manifest;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{FileSystem, RootPath};

use super::{Outcome, genuine, process};

/// The source, below the root.
pub(crate) const OLD: &str = "/db/old";
/// The target, below the root; it is not there at first.
pub(crate) const NEW: &str = "/db/new";

/// A temporary directory with `root` (the product root), `cwd`, `home` and `logs`.
pub(crate) struct Site {
    temp: TempDir,
}

impl Site {
    /// Makes a root with an empty source.
    pub(crate) fn bare() -> Self {
        let temp = TempDir::with_prefix("csmigrate-test-").unwrap();
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let site = Self { temp };
        for dir in ["cwd", "home", "logs"] {
            fs::create_dir(site.temp.path().join(dir)).unwrap();
        }
        fs::create_dir_all(site.path(OLD)).unwrap();
        site
    }

    /// Makes a root whose source holds genuine databases.
    pub(crate) fn with(databases: &[&str]) -> Self {
        let site = Self::bare();
        for name in databases {
            genuine::copy(name, &site.path(OLD));
        }
        site
    }

    /// Makes a root whose source is a small calendar database as an administrator would find it: two databases, the version
    /// file, a log, region files and caches, with old times and a foreign owner where this user may give files away.
    pub(crate) fn calendar() -> Self {
        let site = Self::bare();
        let old = site.path(OLD);
        for name in ["ics50events.db", "ics50todos.db", "log.0000000001"] {
            genuine::copy(&format!("csdb-6.2-le/{name}"), &old);
        }
        site.write("/db/old/ics50caldb.conf", "caldb.version= \"1.0.0 [BerkeleyDB]\"\r\n\u{e9}");
        site.write("/db/old/__db.001", "region");
        for cache in ["ldap_cache", "cld_cache"] {
            fs::create_dir(old.join(cache)).unwrap();
            site.write(&format!("/db/old/{cache}/ldapcache.db"), "not looked at");
        }
        site
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
        process::while_none_begins(|| fs::write(path, content)).unwrap();
    }

    /// Reads a file below the root.
    pub(crate) fn read(&self, below_root: &str) -> Vec<u8> {
        let bytes = process::while_none_begins(|| fs::read(self.path(below_root)));
        bytes.unwrap_or_else(|error| panic!("{below_root}: {error}"))
    }

    /// Returns the program with `--root`, in `cwd`, with a cleared environment and its logs there.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(arguments.iter().map(OsString::from))
    }

    /// As [`Site::command`], for arguments that need not be text.
    pub(crate) fn command_of(&self, arguments: impl IntoIterator<Item = OsString>) -> Command {
        let mut command = Command::cargo_bin("csmigrate").unwrap();
        command.arg("--root").arg(self.temp.path().join("root")).args(arguments);
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

    /// Returns a program that runs csmigrate: `program`'s arguments, then csmigrate and its arguments.
    pub(crate) fn command_below(&self, program: &[&str], arguments: &[&str]) -> Command {
        let csmigrate = self.command(arguments);
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(csmigrate.get_program()).args(csmigrate.get_args());
        self.surround(&mut command);
        command
    }

    /// Returns a run by an ordinary user that owns nothing; by this user when it is none that can become another.
    pub(crate) fn command_as_nobody(&self, arguments: &[&str]) -> Command {
        if !is_root() {
            return self.command(arguments);
        }
        // The build directory may be closed to others.
        let program = self.beside("csmigrate");
        let csmigrate = self.command(arguments);
        run("cp", &[csmigrate.get_program(), program.as_os_str()]);
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(program)
            .args(csmigrate.get_args());
        self.surround(&mut command);
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.outcome(self.command(arguments))
    }

    /// Runs the program and fails when it fails.
    #[track_caller]
    pub(crate) fn migrate(&self, options: &[&str]) -> Outcome {
        self.run(&[options, &[OLD, NEW]].concat()).succeeded()
    }

    /// Runs the program, which has to fail and to change nothing below the root, and returns what it said.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> Outcome {
        let before = self.manifest();
        let outcome = self.run(arguments).failed();
        self.assert_unchanged(&before);
        assert!(outcome.stderr.ends_with("  Nothing was changed.\n"), "{outcome}");
        outcome
    }

    /// Runs a command to its end and returns what it did, without what differs from run to run: this directory and the
    /// names of runs.
    pub(crate) fn outcome(&self, mut command: Command) -> Outcome {
        let output = process::output(&mut command);
        let text = |bytes: Vec<u8>| self.plain(&String::from_utf8(bytes).unwrap());
        Outcome { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Replaces this directory and the names of runs by words.
    pub(crate) fn plain(&self, text: &str) -> String {
        let mut text = text.replace(self.temp.path().to_str().unwrap(), "[TEMP]");
        for (number, run) in self.run_names().iter().enumerate() {
            text = text.replace(run, &format!("[RUN {}]", number + 1));
        }
        text
    }

    /// Returns where runs are kept: below the root, or of this user when it is not root.
    fn runs(&self) -> [PathBuf; 2] {
        [self.path("/var/opt/CommsInstaller/upgrade/csmigrate"), self.beside("home/state/commsuite-upgrade/csmigrate")]
    }

    /// Returns the names of all runs, oldest first.
    pub(crate) fn run_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.runs().iter().flat_map(|runs| names_in(runs)).collect();
        names.sort();
        names
    }

    /// Returns a file of the newest run's directory.
    pub(crate) fn file_of_newest_run(&self, name: &str) -> Vec<u8> {
        let run = self.run_names().pop().unwrap();
        let directory = self.runs().into_iter().map(|runs| runs.join(&run)).find(|directory| directory.is_dir());
        fs::read(directory.unwrap().join(name)).unwrap()
    }

    /// Returns the lines of a log below `directory`, without time and process.
    pub(crate) fn log_lines(&self, directory: &Path, name: &str) -> String {
        let text = fs::read_to_string(directory.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let lines = text.lines().map(|line| {
            let (head, rest) = line.split_once("] ").unwrap_or_else(|| panic!("{line}"));
            let (time, process) = head.split_once(' ').unwrap();
            assert!(time.len() == 20 && time.ends_with('Z') && process.starts_with("csmigrate["), "{line}");
            format!("{rest}\n")
        });
        self.plain(&lines.collect::<String>())
    }

    /// Writes down everything below the root.
    pub(crate) fn manifest(&self) -> Manifest {
        manifest(&self.temp.path().join("root"))
    }

    /// Fails when anything below the root is not as it was.
    #[track_caller]
    pub(crate) fn assert_unchanged(&self, before: &Manifest) {
        assert_same(before, &self.manifest());
    }
}

/// Fails when two trees differ.
#[track_caller]
pub(crate) fn assert_same(expected: &Manifest, found: &Manifest) {
    let difference = expected.difference(found);
    assert!(difference.is_empty(), "{}", difference.join("\n"));
}

/// Writes down a tree.
pub(crate) fn manifest(directory: &Path) -> Manifest {
    let directory = RealFs::open(directory).unwrap().open_dir(&RootPath::new("/").unwrap()).unwrap();
    process::while_none_begins(|| Manifest::of(&*directory)).unwrap()
}

/// Returns the sorted names in a directory; none when it is not there.
pub(crate) fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Returns type and permissions, owner, group, and time of last change.
pub(crate) fn attributes(path: &Path) -> (u32, u32, u32, i64, i64) {
    let stat = fs::symlink_metadata(path).unwrap();
    (stat.mode(), stat.uid(), stat.gid(), stat.mtime(), stat.mtime_nsec())
}

/// Sets the time of last change.
pub(crate) fn set_modified(path: &Path, seconds: i64, nanoseconds: i64) {
    let time = rustix::fs::Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let times = rustix::fs::Timestamps { last_access: time, last_modification: time };
    rustix::fs::utimensat(rustix::fs::CWD, path, &times, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// Returns true when this process may do everything.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs a program and fails when it fails; returns what it printed.
#[track_caller]
pub(crate) fn run(program: impl AsRef<OsStr>, arguments: &[&OsStr]) -> String {
    let output = process::output(Command::new(&program).args(arguments));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {said}", program.as_ref().display());
    String::from_utf8(output.stdout).unwrap()
}
