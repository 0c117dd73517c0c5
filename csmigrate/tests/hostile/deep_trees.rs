//! Trees that somebody made deep where this program makes and removes its own.

use std::fs;

use testkit::site::directory;
use testkit::strace::signalled;
use upgrade_engine::fs::RelPath;

use crate::support::Site;
use crate::support::site::{NEW, OLD, names_in};

/// Makes directories one inside the other.
fn make_deep(site: &Site, top: &str, levels: usize) {
    let below = RelPath::new("d").unwrap();
    let mut dir = directory(&site.path(top));
    for _ in 0..levels {
        dir.make_dir(&below).unwrap();
        dir = dir.open_dir(&below).unwrap();
    }
}

#[test]
fn a_deep_tree_in_the_staging_tree_is_named_and_takes_little_memory_strace() {
    let site = Site::calendar();
    signalled(&site, "KILL", "renameat2", 1, &[OLD, NEW]);
    // With the names of all directories above each one, this would take more than twice as much.
    make_deep(&site, "/db/old/.backup.partial", 3_000);
    testkit::peers::need("prlimit");
    let limited = site.command_below(&["prlimit", "--data=120000000"], &[OLD, NEW]);
    let refused = site.outcome(limited).exits(255).says("/db/old/.backup.partial").says("move that elsewhere");
    assert!(refused.stderr.contains("--resume"), "{refused}");
    fs::rename(site.path("/db/old/.backup.partial"), site.path("/db/elsewhere")).unwrap();
    site.run(&[OLD, NEW]).succeeded();
    assert!(names_in(&site.path(OLD)).contains(&"backup".to_owned()));
}
