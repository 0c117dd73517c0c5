//! csmigrate killed from outside (SIGKILL, by strace) at its calls that change the disk, one after another: running it again
//! gives the tree of an undisturbed run, `--undo` the old one, and the source never differs.
//!
//! The sweeps in process stop at the calls of the file system trait; this one knows nothing of it, and would notice a change
//! that goes round it. csmigrate gets one processor and so makes its calls in the same order every time. `openat` is the one
//! changing call that is left out, since a look through `/proc` opens a different number of files in every run; but a sync or
//! a mode that is set already stands before each file that is made, and one that is set stands behind it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use testkit::manifest::{DirectoryTimes, Manifest, Options};
use upgrade_engine::fs::real::RealFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath, Time};

use crate::support::site::{NEW, OLD, is_root, set_modified};
use crate::support::{Outcome, Site, process};

/// All calls by which a Linux program changes the disk. A question mark: not every architecture has it.
const CHANGING: &str = "write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile,?mkdir,mkdirat,?rename,?renameat,\
                        renameat2,?unlink,unlinkat,?rmdir,?link,linkat,?symlink,symlinkat,?mknod,mknodat,fsync,fdatasync,\
                        syncfs,sync_file_range,?chown,?lchown,fchown,fchownat,?chmod,fchmod,fchmodat,?utime,?utimes,\
                        ?futimesat,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,truncate,\
                        ftruncate,fallocate";
/// Every fixture time is older.
const NEW_AFTER: Time = Time { seconds: 1_200_000_000, nanoseconds: 0 };
const MIGRATE: &[&str] = &["-q", "--ics-conf", "/conf/ics.conf", "--read-only", "on", OLD, NEW];
const UNDO: &[&str] = &["-q", "--undo", NEW];

/// A site with a symbolic link, a configuration file of two names, foreign owners and old times.
fn site() -> Site {
    let site = Site::calendar();
    site.write("/conf/ics.conf", "caldb.berkeleydb.homedir.path = \".\"\nservice.http.port = \"80\"\n");
    site.write("/var/keep", "");
    process::while_none_begins(|| {
        fs::hard_link(site.path("/conf/ics.conf"), site.path("/conf/second-name.conf")).unwrap();
        std::os::unix::fs::symlink("nowhere", site.path("/db/old/link")).unwrap();
        age(&site.path("/"));
    });
    site
}

fn migrated_site() -> Site {
    let site = site();
    site.run(MIGRATE).succeeded();
    site
}

/// Gives a tree old times, and foreign owners where this user may give files away.
fn age(path: &Path) {
    if path.symlink_metadata().unwrap().is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| age(&entry.unwrap().path()));
    }
    if is_root() {
        std::os::unix::fs::lchown(path, Some(70), Some(71)).unwrap();
    }
    set_modified(path, 1_100_000_000, 7);
}

/// Writes down what is below the root, without runs.
fn tree(site: &Site) -> Manifest {
    let var = RelPath::new("var").unwrap();
    manifest(&site.path("/"), Options { leave_out: vec![var], new_after: Some(NEW_AFTER), ..Options::default() })
}

/// Writes down the source, without the backup that comes and goes in it, and thus without its own time.
fn source(site: &Site) -> Manifest {
    let leave_out = ["backup", ".backup.partial", ".backup.removing"].map(|name| RelPath::new(name).unwrap()).to_vec();
    let options = Options { leave_out, directory_times: DirectoryTimes::Ignore, ..Options::default() };
    manifest(&site.path(OLD), options)
}

fn manifest(directory: &Path, options: Options) -> Manifest {
    let directory = RealFs::open(directory).unwrap().open_dir(&RootPath::new("/").unwrap()).unwrap();
    process::while_none_begins(|| Manifest::with(&*directory, &options)).unwrap()
}

/// Runs csmigrate on one processor under strace.
fn traced(site: &Site, options: &[&str], arguments: &[&str]) -> std::process::Output {
    let below = [&["taskset", "-c", "0", "strace", "-f", "-qqq"], options].concat();
    process::output(&mut site.command_below(&below, arguments))
}

/// Counts the changing calls of an undisturbed run.
fn calls(site: &Site, arguments: &[&str]) -> BTreeMap<String, usize> {
    let trace = site.beside("trace");
    let output = traced(site, &["-o", trace.to_str().unwrap(), "-e", &format!("trace={CHANGING}")], arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut counts = BTreeMap::new();
    for line in fs::read_to_string(trace).unwrap().lines() {
        let (_, call) = line.split_once(' ').unwrap();
        let (name, _) = call.trim_start().split_once('(').unwrap();
        *counts.entry(name.to_owned()).or_default() += 1;
    }
    counts
}

/// Returns at which of `count` calls to kill: all of them, or `most` spread evenly, the first and the last among them.
fn spread(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (1..=count).collect();
    }
    (0..most).map(|n| 1 + n * (count - 1) / (most - 1)).collect()
}

/// How a killed run is brought to an end.
struct Ending<'a> {
    arguments: &'a [&'a str],
    /// The tree that it has to give.
    tree: &'a Manifest,
    /// What it may say instead of succeeding, when the killed run had changed nothing yet, or everything.
    or_says: Option<&'a str>,
}

impl Ending<'_> {
    fn faults(&self, site: &Site) -> Vec<String> {
        let outcome = site.run(self.arguments);
        let nothing_to_do = |outcome: &Outcome| {
            outcome.status == Some(255) && self.or_says.is_some_and(|text| outcome.stderr.contains(text))
        };
        if outcome.status != Some(0) && !nothing_to_do(&outcome) {
            return vec![outcome.to_string()];
        }
        self.tree.difference(&tree(site))
    }
}

/// Kills at the calls that an undisturbed run made, and brings the runs to an end: in the short sweep each in one way, the
/// ways in turn, in the whole one in every way.
fn sweep(site: &dyn Fn() -> Site, arguments: &[&str], most: usize, endings: &[Ending<'_>]) {
    let whole = std::env::var_os("COMMSUITE_FULL").is_some();
    let (mut runs, mut kills, mut faults) = (0, 0, Vec::new());
    let points = calls(&site(), arguments).into_iter().flat_map(|(name, count)| {
        let numbers = spread(count, if whole { count } else { most });
        numbers.into_iter().map(move |number| (name.clone(), number))
    });
    for (turn, (name, number)) in points.enumerate() {
        let chosen = endings.iter().enumerate().filter(|(way, _)| whole || *way == turn % endings.len());
        for (_, ending) in chosen {
            let site = site();
            let before = source(&site);
            let inject = format!("inject={name}:signal=KILL:when={number}");
            let output = traced(&site, &["-o", "/dev/null", "-e", &format!("trace={name}"), "-e", &inject], arguments);
            runs += 1;
            kills += usize::from(output.status.signal() == Some(rustix::process::Signal::KILL.as_raw()));
            let mut found = before.difference(&source(&site));
            found.extend(ending.faults(&site));
            found.extend(before.difference(&source(&site)));
            faults.extend(found.iter().map(|fault| format!("{name} {number}, then {:?}: {fault}", ending.arguments)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(kills, runs, "a run was not killed");
    assert!(runs > most * 3, "only {runs} runs");
}

#[test]
fn a_migration_killed_at_any_call_is_finished_by_the_same_command_or_undone() {
    let undisturbed = site();
    let old = tree(&undisturbed);
    undisturbed.run(MIGRATE).succeeded();
    let new = tree(&undisturbed);
    let again = Ending { arguments: MIGRATE, tree: &new, or_says: None };
    let undo = Ending { arguments: UNDO, tree: &old, or_says: Some("no such run") };
    sweep(&site, MIGRATE, 5, &[again, undo]);
}

#[test]
fn an_undo_killed_at_any_call_is_finished_by_the_same_command() {
    let old = tree(&site());
    let undo = Ending { arguments: UNDO, tree: &old, or_says: Some("no such run") };
    sweep(&migrated_site, UNDO, 2, &[undo]);
}
