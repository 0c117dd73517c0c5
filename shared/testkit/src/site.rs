//! A site of a test's own on the machine's disk, and the program run on it with a cleared environment.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{Dir, FileSystem, RootPath};

use crate::manifest::{Manifest, Options};
use crate::outcome::Outcome;
use crate::process;
use crate::tree::Tree;

/// Where runs are kept below a product root, when root runs the program.
pub const STATE: &str = "/var/opt/CommsInstaller/upgrade";

/// A temporary directory with `root` (the product root), `cwd` (the current directory of the program) and `home`.
///
/// A tool wraps it in a type of its own with the constructors of its fixtures, and `Deref`s to this one.
pub struct Site {
    temp: TempDir,
    program: PathBuf,
    name: String,
    leading: Vec<String>,
    words: fn(&Site, String) -> String,
}

impl Site {
    /// Makes an empty root for a program: `Site::new(env!("CARGO_BIN_EXE_csmigrate"))`.
    pub fn new(program: &str) -> Self {
        let program = PathBuf::from(program);
        let name = program.file_name().unwrap().to_str().unwrap().to_owned();
        let temp = TempDir::with_prefix(format!("{name}-test-")).unwrap();
        fs::set_permissions(temp.path(), Permissions::from_mode(0o755)).unwrap();
        for directory in ["root", "cwd", "home"] {
            fs::create_dir(temp.path().join(directory)).unwrap();
        }
        let leading = vec!["--root".to_owned(), temp.path().join("root").to_str().unwrap().to_owned()];
        Self { temp, program, name, leading, words: |_, text| text }
    }

    /// Replaces the arguments that each run begins with, which are `--root ROOT`.
    #[must_use]
    pub fn with_leading(mut self, arguments: &[&str]) -> Self {
        self.leading = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self
    }

    /// Looks for runs where another program of the same tool keeps them, too.
    #[must_use]
    pub fn with_runs_of(mut self, tool: &str) -> Self {
        self.name = tool.to_owned();
        self
    }

    /// Has [`Site::plain`] also replace what differs from run to run with this tool; `[TEMP]` is in place then.
    #[must_use]
    pub fn with_words(mut self, words: fn(&Site, String) -> String) -> Self {
        self.words = words;
        self
    }

    /// Lays out a tree below the root. Owners are set when this process is root's.
    pub fn lay_out(&self, tree: &Tree) {
        process::while_none_begins(|| tree.build_at(&self.path("")));
    }

    /// Returns the real path of a path below the root.
    pub fn path(&self, below_root: &str) -> PathBuf {
        self.temp.path().join("root").join(below_root.trim_start_matches('/'))
    }

    /// Returns a real path beside the root.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// Writes a file below the root, with the directories above it.
    pub fn write(&self, below_root: &str, content: impl AsRef<[u8]>) {
        let path = self.path(below_root);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        process::while_none_begins(|| fs::write(path, content)).unwrap();
    }

    /// Reads a file below the root.
    #[track_caller]
    pub fn read(&self, below_root: &str) -> Vec<u8> {
        let bytes = process::while_none_begins(|| fs::read(self.path(below_root)));
        bytes.unwrap_or_else(|error| panic!("{below_root}: {error}"))
    }

    /// Reads a text file below the root.
    #[track_caller]
    pub fn text(&self, below_root: &str) -> String {
        String::from_utf8(self.read(below_root)).unwrap()
    }

    /// Replaces a text in a file below the root, which has to be there.
    #[track_caller]
    pub fn edit(&self, below_root: &str, from: &str, to: &str) {
        let text = self.text(below_root);
        assert!(text.contains(from), "{below_root} has no {from}");
        self.write(below_root, text.replace(from, to));
    }

    /// Puts a script below the root that notes how it was called: its name, its arguments and its environment are appended
    /// to `called` beside the root, where [`crate::canary::Searched`] looks as well.
    pub fn write_noting_script(&self, below_root: &str) {
        let called = self.beside("called");
        self.write(below_root, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'; env >> '{0}'\n", called.display()));
        fs::set_permissions(self.path(below_root), Permissions::from_mode(0o755)).unwrap();
    }

    /// Returns the name of the directory that holds the runs of the tool.
    pub fn tool(&self) -> &str {
        &self.name
    }

    /// Returns the program with `--root` and these arguments, in `cwd`, with a cleared environment.
    pub fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.leading).args(arguments);
        self.surround(&mut command);
        command
    }

    /// Returns a command that runs the program: `program`'s arguments, then the program and its own.
    pub fn command_below(&self, program: &[&str], arguments: &[&str]) -> Command {
        self.below(program, &self.command(arguments))
    }

    /// As [`Site::command_below`], for any program of the tool.
    pub fn below(&self, program: &[&str], own: &Command) -> Command {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(own.get_program()).args(own.get_args());
        self.surround(&mut command);
        command
    }

    /// Returns a run by an ordinary user that owns nothing; by this user when it is none that can become another. The path
    /// of the test holds `as_another_user`.
    pub fn command_as_nobody(&self, arguments: &[&str]) -> Command {
        let own = self.command(arguments);
        if !is_root() {
            return own;
        }
        // The build directory may be closed to others.
        let program = self.beside(&self.name);
        run("cp", &[own.get_program(), program.as_os_str()]);
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(program).args(own.get_args());
        self.surround(&mut command);
        command
    }

    /// Gives a command the cleared environment and the current directory of the site, and nothing to read.
    pub fn surround(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.beside("home"))
            .env("XDG_STATE_HOME", self.beside("home/state"))
            .current_dir(self.beside("cwd"))
            .stdin(Stdio::null());
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.outcome(self.command(arguments))
    }

    /// Runs a command to its end and returns what it did, in plain text ([`Site::plain`]).
    pub fn outcome(&self, mut command: Command) -> Outcome {
        let outcome = Outcome::of(&mut command);
        Outcome { stdout: self.plain(&outcome.stdout), stderr: self.plain(&outcome.stderr), ..outcome }
    }

    /// Replaces what differs from run to run: this directory by `[TEMP]`, the names of runs by `[RUN 1]`, `[RUN 2]`, ...
    pub fn plain(&self, text: &str) -> String {
        let mut text = (self.words)(self, text.replace(self.temp.path().to_str().unwrap(), "[TEMP]"));
        for (number, run) in self.run_names().iter().enumerate() {
            text = text.replace(run, &format!("[RUN {}]", number + 1));
        }
        text
    }

    /// Returns where state is kept: below the root, or of this user when it is not root.
    pub fn state(&self) -> PathBuf {
        if is_root() { self.path(STATE) } else { self.beside("home/state/commsuite-upgrade") }
    }

    fn runs(&self) -> [PathBuf; 2] {
        [self.path(STATE), self.beside("home/state/commsuite-upgrade")].map(|state| state.join(&self.name))
    }

    /// Returns the names of all runs, oldest first.
    pub fn run_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.runs().iter().flat_map(|runs| names_in(runs)).collect();
        names.sort();
        names
    }

    /// Reads a file of the newest run's directory, such as `plan.json`.
    pub fn file_of_newest_run(&self, name: &str) -> Vec<u8> {
        let run = self.run_names().pop().unwrap();
        let directory = self.runs().into_iter().map(|runs| runs.join(&run)).find(|directory| directory.is_dir());
        fs::read(directory.unwrap().join(name)).unwrap()
    }

    /// Writes down everything below the root.
    pub fn manifest(&self) -> Manifest {
        manifest(&self.path(""), &Options::default())
    }

    /// Writes down everything: the root, the runs, the current directory and the home directory.
    pub fn everything(&self) -> Manifest {
        manifest(self.temp.path(), &Options::default())
    }

    /// Fails when anything below the root is not as it was.
    #[track_caller]
    pub fn assert_unchanged(&self, before: &Manifest) {
        before.assert_same(&self.manifest());
    }

    /// Runs commands (dry runs, lists, refused ones) and fails when one of them leaves anything anywhere: in the product, in
    /// the state directory, in the current directory or at home. Returns what each did.
    #[track_caller]
    pub fn writes_nothing<const N: usize>(&self, commands: [&[&str]; N]) -> [Outcome; N] {
        commands.map(|arguments| {
            let before = self.everything();
            let outcome = self.run(arguments);
            let difference = before.difference(&self.everything());
            assert!(difference.is_empty(), "{arguments:?} wrote:\n{}\n{outcome}", difference.join("\n"));
            outcome
        })
    }

    /// Runs a command and its undo, and fails unless the first changes the product and the second restores every byte,
    /// owner, mode and time of it. `product` says what the product is: usually everything but the state directory.
    #[track_caller]
    pub fn undo_restores(&self, run: &[&str], undo: &[&str], product: impl Fn(&Self) -> Manifest) -> [Outcome; 2] {
        let before = product(self);
        let done = self.run(run);
        assert_ne!(before, product(self), "{run:?} changed nothing: {done}");
        let undone = self.run(undo);
        let difference = before.difference(&product(self));
        assert!(difference.is_empty(), "{undo:?}:\n{}\n{undone}", difference.join("\n"));
        [done, undone]
    }
}

/// Writes down a tree of the machine's disk.
pub fn manifest(path: &Path, options: &Options) -> Manifest {
    process::while_none_begins(|| Manifest::with(&*directory(path), options)).unwrap()
}

/// Opens a directory of the machine's disk.
pub fn directory(path: &Path) -> Box<dyn Dir> {
    RealFs::open(path).unwrap().open_dir(&RootPath::new("/").unwrap()).unwrap()
}

/// Returns the sorted names in a directory; none when it is not there.
pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Returns type and permissions, owner, group, and time of last change.
pub fn attributes(path: &Path) -> (u32, u32, u32, i64, i64) {
    let stat = fs::symlink_metadata(path).unwrap();
    (stat.mode(), stat.uid(), stat.gid(), stat.mtime(), stat.mtime_nsec())
}

/// Sets the time of last change, of a link itself.
pub fn set_modified(path: &Path, seconds: i64, nanoseconds: i64) {
    let time = rustix::fs::Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let times = rustix::fs::Timestamps { last_access: time, last_modification: time };
    rustix::fs::utimensat(rustix::fs::CWD, path, &times, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// Returns true when this process may do everything.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs a program and fails when it fails; returns what it printed.
#[track_caller]
pub fn run(program: impl AsRef<OsStr>, arguments: &[&OsStr]) -> String {
    let output = process::output(Command::new(&program).args(arguments));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {said}", program.as_ref().display());
    String::from_utf8(output.stdout).unwrap()
}
