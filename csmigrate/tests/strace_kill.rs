//! csmigrate killed from outside (SIGKILL, by strace) at its calls that change the disk, one after another: running it again
//! gives the tree of an undisturbed run, `--undo` the old one, and the source never differs.

use std::fs;
use std::path::Path;

use testkit::manifest::{DirectoryTimes, Manifest, Options};
use testkit::site::manifest;
use testkit::strace::{Ending, Kills};
use upgrade_engine::fs::{RelPath, Time};

use crate::support::site::{NEW, OLD, is_root, set_modified};
use crate::support::{Site, process};

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
        // What lies above the state directory stays root's, or it would not be used.
        ["/conf", "/db"].iter().for_each(|path| age(&site.path(path)));
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
    manifest(&site.path("/"), &Options { leave_out: vec![var], new_after: Some(NEW_AFTER), ..Options::default() })
}

/// Writes down the source, without the backup that comes and goes in it, and thus without its own time.
fn source(site: &Site) -> Manifest {
    let leave_out = ["backup", ".backup.partial", ".backup.removing"].map(|name| RelPath::new(name).unwrap()).to_vec();
    let options = Options { leave_out, directory_times: DirectoryTimes::Ignore, ..Options::default() };
    manifest(&site.path(OLD), &options)
}

fn kills<'a>(site: &'a dyn Fn() -> Site, arguments: &'a [&'a str], most: usize) -> Kills<'a, Site> {
    Kills { site, arguments, tree: &tree, untouched: &source, most }
}

#[test]
fn a_migration_killed_at_any_call_is_finished_by_the_same_command_or_undone() {
    let undisturbed = site();
    let old = tree(&undisturbed);
    undisturbed.run(MIGRATE).succeeded();
    let new = tree(&undisturbed);
    let again = Ending { arguments: MIGRATE, tree: &new, or_says: None };
    let undo = Ending { arguments: UNDO, tree: &old, or_says: Some("no such run") };
    kills(&site, MIGRATE, 5).sweep(&[again, undo]);
}

#[test]
fn an_undo_killed_at_any_call_is_finished_by_the_same_command() {
    let old = tree(&site());
    let undo = Ending { arguments: UNDO, tree: &old, or_says: Some("no such run") };
    kills(&migrated_site, UNDO, 2).sweep(&[undo]);
}
