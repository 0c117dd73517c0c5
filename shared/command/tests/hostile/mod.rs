//! The tool of `examples/toy.rs` among accounts and names that mean it no good.

mod programs;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::PathBuf;
use std::process::Command;

use rustix::fs::{FlockOperation, flock};
use rustix::process::Signal;
use tempfile::TempDir;
use testkit::outcome::Outcome;
use testkit::peers;

const OTHER: Option<u32> = Some(65534);

struct Site(TempDir);

impl Site {
    fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(site.path("root")).unwrap();
        fs::write(site.path("root/a"), "one").unwrap();
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn program(&self) -> PathBuf {
        let test = std::env::current_exe().unwrap();
        let program = test.ancestors().nth(2).unwrap().join("examples/toy");
        assert!(program.exists(), "`cargo test -p command` builds the examples; `--test others` alone does not");
        program
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program());
        command.arg("--root").arg(self.path("root")).args(arguments);
        command
    }

    fn toy(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(arguments))
    }
}

#[test]
fn runs_below_a_root_whose_var_directory_others_can_change_are_refused_with_the_remedy() {
    peers::need("@root");
    for (blamed, shown) in [("root/var/opt", "/var/opt"), ("root/var", "/var"), ("root", "root")] {
        let site = Site::new();
        site.toy(&["--yes", "/a"]).exits(0);
        chown(site.path(blamed), OTHER, OTHER).unwrap();
        for request in [&["--yes", "/a"][..], &["--dry-run", "/a"], &["--list-runs"], &["--undo"], &["--prune", "x"]] {
            let refused = site.toy(request).exits(1).says("is not used").says("belongs to user 65534");
            refused.says(shown).says("--state-dir").says("Nothing was changed.");
        }
        let elsewhere = site.path("state");
        site.toy(&["--state-dir", elsewhere.to_str().unwrap(), "--list-runs"]).exits(0).says("There are no runs");
    }
}

#[test]
fn a_planted_run_is_not_resumed() {
    peers::need("@root");
    let site = Site::new();
    let state = site.path("state");
    let call = |arguments: &[&str]| site.toy(&[&["--state-dir", state.to_str().unwrap()], arguments].concat());
    let before = fs::read(site.path("root/a")).unwrap();
    call(&["--yes", "/a"]).exits(0);
    // Without its last bytes the run is unfinished, and with what was there before, all of it is to be done.
    let run = fs::read_dir(state.join("toy")).unwrap().next().unwrap().unwrap().path();
    let journal = fs::OpenOptions::new().write(true).open(run.join("journal")).unwrap();
    journal.set_len(journal.metadata().unwrap().len() - 3).unwrap();
    fs::write(site.path("root/a"), &before).unwrap();
    chown(state.join("toy"), OTHER, OTHER).unwrap();
    for request in [&["--resume"][..], &["--yes", "/a"], &["--undo"]] {
        call(request).exits(1).says("belongs to user 65534");
        assert_eq!(fs::read(site.path("root/a")).unwrap(), before, "{request:?}");
    }
    // The tool's directory is a link into the account's own.
    chown(state.join("toy"), Some(0), Some(0)).unwrap();
    fs::rename(state.join("toy"), site.path("planted")).unwrap();
    symlink(site.path("planted"), state.join("toy")).unwrap();
    call(&["--list-runs"]).exits(1);
}

#[test]
fn a_lock_that_any_account_can_take_holds_up_nothing_of_root() {
    peers::need("@root");
    let site = Site::new();
    let state = site.path("state");
    fs::create_dir(&state).unwrap();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).unwrap();
    let locked: Vec<fs::File> = [&state, &site.path("root")].map(|dir| fs::File::open(dir).unwrap()).into();
    for dir in &locked {
        flock(dir, FlockOperation::LockShared).unwrap();
    }
    site.toy(&["--state-dir", state.to_str().unwrap(), "--yes", "/a"]).exits(0);
    let lock = fs::metadata(state.join("lock")).unwrap();
    assert_eq!((lock.mode() & 0o777, lock.uid()), (0o600, 0));
}

#[test]
fn a_name_of_several_lines_forges_no_line() {
    let site = Site::new();
    let name = "/x\nSuccessful: all is well\u{1b}]0;title\u{7}\u{202e}";
    for arguments in
        [&["--yes", name][..], &["--undo", name], &["--prune", name], &["--bogus", name], &["--color", name]]
    {
        let outcome = site.toy(arguments);
        let printed = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!printed.lines().any(|line| line.trim_start().starts_with("Successful")), "{arguments:?}: {printed}");
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!printed.contains(steers), "{arguments:?}: {printed:?}");
    }
}

#[test]
fn json_that_cannot_be_printed_is_a_failure() {
    let site = Site::new();
    for arguments in [&["--list-runs", "--json"][..], &["--dry-run", "--json", "/a"], &["--dry-run", "/a"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = site.command(arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(stderr.contains("the result cannot be printed"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn wrong_usage_with_json_is_reported_as_json() {
    let site = Site::new();
    let report = site.toy(&["--json", "--bogus"]).exits(2).json();
    assert_eq!(report["outcome"], "failed");
    assert!(report["error"][0].as_str().unwrap().contains("--bogus"), "{report}");
    assert!(site.toy(&["--bogus", "--", "--json"]).exits(2).stdout.is_empty());
}

#[test]
fn a_signal_that_nobody_expects_ends_with_a_message_strace() {
    let site = Site::new();
    let strace = peers::need("strace");
    for signal in [Signal::USR1, Signal::ALARM, Signal::XCPU, Signal::QUIT, Signal::VTALARM] {
        // Before the run begins, and when it has begun.
        for call in ["flock", "rename,renameat2,pwrite64"] {
            let _ = fs::remove_dir_all(site.path("root/var"));
            let inject = format!("inject={call}:signal={}:when=1", signal.as_raw());
            let mut command = Command::new(&strace);
            command.args(["-f", "-qqq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject]);
            let own = site.command(&["--yes", "/a"]);
            let outcome = Outcome::of(command.arg(own.get_program()).args(own.get_args()));
            assert_eq!(outcome.signal, None, "{signal:?} at {call}: {outcome}");
            assert!(outcome.status.is_some_and(|status| status != 0), "{signal:?} at {call}: {outcome}");
            let is_said = ["SIG", "interrupted"].iter().any(|word| outcome.stderr.contains(word));
            assert!(is_said, "{signal:?} at {call}: {outcome}");
        }
    }
}

#[test]
fn a_file_that_may_not_grow_is_an_error_and_no_death() {
    let site = Site::new();
    fs::write(site.path("root/a"), "x".repeat(8192)).unwrap();
    let own = site.command(&["--yes", "/a"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -f 1; exec \"$@\"", "sh"]).arg(own.get_program()).args(own.get_args());
    let outcome = Outcome::of(&mut limited);
    assert_eq!(outcome.signal, None, "{outcome}");
    assert!(outcome.status.is_some_and(|status| status != 0) && outcome.stderr.contains("File too large"), "{outcome}");
}
