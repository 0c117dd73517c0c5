//! No path is resolved twice by name: a migration, a dry run and an undo under strace.

use testkit::strace::gate;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

#[test]
fn a_migration_resolves_no_path_twice() {
    let site = Site::calendar();
    std::os::unix::fs::symlink("nowhere", site.path("/db/old/link")).unwrap();
    gate::passes(&site, &[], &[OLD, NEW]);
}
