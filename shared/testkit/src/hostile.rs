//! Another account against root: what the `hostile` tests of all tools share.
//!
//! The other side is user 65534. It owns what a service account of a product may own, and anything of a tool's that it could have made
//! before. A race is made by letting the program stand still at a call ([`Swaps`]): nothing depends on who is faster.

use std::fs::{self, Permissions};
use std::ops::Deref;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use upgrade_engine::fs::RelPath;

use crate::manifest::Options;
use crate::outcome::Outcome;
use crate::peers;
use crate::process::{LIMIT, Watched};
use crate::site::{STATE, Site, manifest, names_in};

/// The user and the group of the other side.
pub const OTHER: u32 = 65534;

/// What clears a screen, sets its title, turns the direction of reading and forges a line.
pub const STEERING: &str = "x\nSuccessful: all is well\u{1b}]0;title\u{7}\u{9b}2J\u{202e}y";

/// A word that is in no file but root's own ([`lay_a_secret`]).
pub const SECRET: &str = "theadministratorsown";

const PAUSE: Duration = Duration::from_millis(2);

/// Gives a file, a link itself or a directory with all that is below it to the other side.
pub fn give(path: &Path) {
    lchown(path, Some(OTHER), Some(OTHER)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if fs::symlink_metadata(path).unwrap().is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| give(&entry.unwrap().path()));
    }
}

/// An access list that lets the other side do everything (`acl(5)`, in the form of `linux/posix_acl_xattr.h`).
pub fn access_list() -> Vec<u8> {
    let entries: [(u16, u16, u32); 5] =
        [(1, 7, u32::MAX), (2, 7, OTHER), (4, 5, u32::MAX), (16, 7, u32::MAX), (32, 0, u32::MAX)];
    let bytes = entries.iter().flat_map(|(tag, permissions, id)| {
        [&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat()
    });
    2_u32.to_le_bytes().into_iter().chain(bytes).collect()
}

/// Makes the directory `/secret` below a root, for root only, with files of these names that hold [`SECRET`].
pub fn lay_a_secret(site: &Site, names: &[&str]) {
    let directory = site.path("/secret");
    fs::create_dir(&directory).unwrap();
    for name in names {
        let file = directory.join(name);
        fs::write(&file, format!("{SECRET} = {SECRET}\n")).unwrap();
        fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
    }
    fs::set_permissions(directory, Permissions::from_mode(0o700)).unwrap();
}

/// Puts a link of the other side in the place of whatever has a path below a root, which is moved aside. It leads to `/secret` or to a file
/// there, for who takes the product root for `/` as for everybody else.
pub fn link_to_the_secret(site: &Site, path: &str, name: &str) {
    let place = site.path(path);
    let aside = place.with_file_name("moved-aside");
    if fs::symlink_metadata(&aside).is_err() {
        let _ = fs::rename(&place, aside);
    }
    let up = "../".repeat(path.trim_matches('/').split('/').count() - 1);
    symlink(format!("{up}secret/{name}"), &place).unwrap();
    lchown(place, Some(OTHER), Some(OTHER)).unwrap();
}

/// Fails when root's secret is not what it was, or the other side can read it anywhere below a site.
#[track_caller]
pub fn assert_the_secret_is_kept(site: &Site, names: &[&str]) {
    let faults = faults_of_the_secret(site, names);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults_of_the_secret(site: &Site, names: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let found = names_in(&site.path("/secret"));
    if found != names {
        faults.push(format!("in root's directory are {found:?}"));
    }
    for name in names {
        let file = site.path("/secret").join(name);
        let is_kept = fs::symlink_metadata(&file)
            .is_ok_and(|stat| (stat.uid(), stat.gid(), stat.mode() & 0o7777) == (0, 0, 0o600))
            && fs::read_to_string(file).is_ok_and(|text| text == format!("{SECRET} = {SECRET}\n"));
        if !is_kept {
            faults.push(format!("root's {name} was changed"));
        }
    }
    faults.extend(given_away(site).iter().map(|path| format!("everybody can read root's own in {}", path.display())));
    faults
}

/// Fails when anything printed steers a terminal, or when one of its lines is forged ([`STEERING`]).
#[track_caller]
pub fn assert_plain(outcome: &Outcome) {
    for text in [&outcome.stdout, &outcome.stderr] {
        assert_plain_text(text);
    }
}

/// As [`assert_plain`], for a file that people read.
#[track_caller]
pub fn assert_plain_text(text: &str) {
    let is_forged = |line: &str| line.trim_start().starts_with("Successful: all is well");
    assert!(!text.lines().any(is_forged), "a line is forged: {text}");
    assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "it steers: {text:?}");
}

/// Fails unless every command refuses the runs of a root where the other side owns a directory above them, or their own, and nothing is
/// changed. The site has had a run.
#[track_caller]
pub fn assert_runs_of_others_are_refused(site: &Site, commands: &[Command]) {
    peers::need("@root");
    let runs = format!("{STATE}/{}", site.tool());
    assert!(site.path(&runs).is_dir(), "there was no run");
    let lock = site.path(STATE).join("lock");
    let lock = RelPath::new(lock.strip_prefix(site.beside("")).unwrap().to_str().unwrap()).unwrap();
    // Who holds the lock is noted where that is root's own.
    let everything = || manifest(&site.beside(""), &Options { leave_out: vec![lock.clone()], ..Options::default() });
    for theirs in ["/var", "/var/opt", STATE, &runs] {
        lchown(site.path(theirs), Some(OTHER), Some(OTHER)).unwrap();
        for command in commands {
            let before = everything();
            let outcome = site.outcome(site.below(&["env"], command)).exits(1).says("is not used");
            let outcome = outcome.says(&format!("belongs to user {OTHER}")).says("--state-dir");
            let difference = before.difference(&everything());
            assert!(difference.is_empty(), "{theirs}: {}\n{outcome}", difference.join("\n"));
        }
        lchown(site.path(theirs), Some(0), Some(0)).unwrap();
    }
}

/// A run during which the other side changes what the program has looked at.
pub struct Swaps<'a, S> {
    /// Makes a site below whose root [`lay_a_secret`] has been.
    pub site: &'a dyn Fn() -> S,
    /// The run.
    pub run: &'a dyn Fn(&S) -> Command,
    /// What the other side does while the program stands still.
    pub swap: &'a dyn Fn(&S),
    /// At how many of the program's looks for a name, of each kind, it stands still, but for a whole test ([`crate::is_full`]).
    pub most: usize,
}

impl<S: Deref<Target = Site>> Swaps<'_, S> {
    /// Lets the run stand still at one look after the other, each on a site of its own. Whatever becomes of it, nothing in the directory
    /// `/secret` changes, and the other side cannot read its word anywhere afterwards. The path of the test holds `strace`.
    ///
    /// # Panics
    /// When that is not so, or when no run stood still.
    #[track_caller]
    pub fn sweep(&self) {
        peers::need("strace");
        let site = (self.site)();
        let trace = site.beside("trace");
        let options = ["-o", trace.to_str().unwrap(), "-e", "trace=openat"];
        site.outcome(traced(&site, &options, &(self.run)(&site)));
        let count = fs::read_to_string(&trace).unwrap().lines().filter(|line| line.contains("openat(")).count();
        let most = if crate::is_full() { count } else { self.most.min(count) };
        assert!(most > 1, "the program opens hardly anything");
        for turn in 0..most {
            self.stopped_at(1 + turn * (count - 1) / (most - 1));
        }
    }

    fn stopped_at(&self, number: usize) {
        let site = (self.site)();
        let names = names_in(&site.path("/secret"));
        let outcome = stopped(&site, &(self.run)(&site), "openat", number, || (self.swap)(&site));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let faults = faults_of_the_secret(&site, &names);
        assert!(faults.is_empty(), "at {number} of openat:\n{}\n{outcome}", faults.join("\n"));
    }
}

/// Returns the files of a site that hold [`SECRET`] and that the other side can read; no link is followed.
fn given_away(site: &Site) -> Vec<PathBuf> {
    // As the kernel decides it, but for access lists. The group of the other side has its number.
    let may = |stat: &fs::Metadata, bit: u32| {
        let shift = match (stat.uid() == OTHER, stat.gid() == OTHER) {
            (true, _) => 6,
            (_, true) => 3,
            _ => 0,
        };
        stat.mode() >> shift & bit != 0
    };
    let mut found = Vec::new();
    let mut todo = vec![site.beside("")];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let stat = fs::symlink_metadata(&path).unwrap();
            if stat.is_dir() && may(&stat, 0o1) {
                todo.push(path);
            } else if stat.is_file() && may(&stat, 0o4) {
                let bytes = fs::read(&path).unwrap();
                let has = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
                found.extend(has.then_some(path));
            }
        }
    }
    found
}

fn traced(site: &Site, options: &[&str], own: &Command) -> Command {
    site.below(&[&["taskset", "-c", "0", "strace", "-f", "-q"], options].concat(), own)
}

/// Runs a program of a site, lets it stand still once it has made its nth call of a kind, does something, and lets it end. Where it makes
/// fewer calls, nothing is done. The path of the test holds `strace`.
///
/// # Panics
/// When it neither stands still nor ends within [`LIMIT`].
#[track_caller]
pub fn stopped(site: &Site, own: &Command, call: &str, nth: usize, then: impl FnOnce()) -> Outcome {
    peers::need("strace");
    let trace = site.beside("trace");
    fs::write(&trace, "").unwrap();
    let inject = format!("inject={call}:signal=STOP:when={nth}");
    let kind = format!("trace={call}");
    let mut command = traced(site, &["-o", trace.to_str().unwrap(), "-e", &kind, "-e", &inject], own);
    let mut watched = Watched::start(&mut command);
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(&trace).unwrap();
        if let Some(line) = text.lines().find(|line| line.contains("--- stopped by SIGSTOP")) {
            then();
            let process = line.split(' ').next().and_then(|id| id.parse().ok()).and_then(Pid::from_raw).unwrap();
            kill_process(process, Signal::CONT).unwrap();
            break;
        }
        if watched.has_ended() {
            break;
        }
        assert!(begun.elapsed() < LIMIT, "it does not come to call {nth} of {call}, and does not end");
        thread::sleep(PAUSE);
    }
    let outcome = watched.end();
    Outcome { stdout: site.plain(&outcome.stdout), stderr: site.plain(&outcome.stderr), ..outcome }
}
