//! No path is resolved twice by name, judged by the calls that strace sees.

use testkit::strace::gate::judged;

use crate::support::Site;
use crate::support::site::{NEW, OLD, is_root};

/// A source with what is copied besides databases: a link, a file and a directory of another account.
fn site() -> Site {
    let site = Site::calendar();
    std::os::unix::fs::symlink("nowhere", site.path("/db/old/link")).unwrap();
    site.write("/db/old/sub/note", "x");
    site.write("/conf/ics.conf", "caldb.berkeleydb.homedir.path = \".\"\n");
    if is_root() {
        for path in ["/db/old", "/db/old/sub", "/db/old/sub/note", "/conf/ics.conf"] {
            std::os::unix::fs::chown(site.path(path), Some(70), Some(71)).unwrap();
        }
    }
    site
}

#[test]
fn a_migration_and_its_undo_resolve_no_path_twice() {
    let site = site();
    let run = |arguments: &[&str]| judged(&site, &[], &site.command(arguments)).succeeded();
    run(&["--dry-run", OLD, NEW]);
    run(&["--ics-conf", "/conf/ics.conf", "--read-only", "on", OLD, NEW]);
    run(&["--inspect", "--deep", OLD]);
    run(&["--list-runs"]);
    run(&["--undo", NEW]);
}
