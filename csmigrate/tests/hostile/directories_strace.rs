//! Directories and files at the moment in which they are made, judged or used by another account.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};

use testkit::hostile::{OTHER, give, stopped};
use testkit::peers;
use testkit::strace::traced;

use crate::support::Site;
use crate::support::site::{NEW, OLD, names_in};

/// The names that a run makes directories at, in directories of the other account.
const NAMES: [&str; 2] = ["/db/old/.backup.partial", "/db/new"];

#[test]
fn a_directory_of_the_other_account_in_the_place_of_a_new_one_gets_nothing() {
    peers::need("@root");
    let mut swaps = 0;
    for number in 1..16 {
        let site = Site::calendar();
        give(&site.path("/db"));
        let mut swapped = None;
        stopped(&site, &site.command(&[OLD, NEW]), "mkdirat", number, || {
            // Made a moment ago: nothing is in it, and it is still root's.
            let is_new = |name: &&&str| {
                let found = fs::symlink_metadata(site.path(name));
                found.is_ok_and(|found| found.uid() == 0) && names_in(&site.path(name)).is_empty()
            };
            let Some(name) = NAMES.iter().find(is_new) else { return };
            let (made, aside) = (site.path(name), site.path(&format!("{name}.aside")));
            fs::rename(&made, aside).unwrap();
            fs::create_dir(&made).unwrap();
            chown(&made, Some(OTHER), Some(OTHER)).unwrap();
            swapped = Some(made);
        });
        if let Some(made) = swapped {
            swaps += 1;
            assert_eq!(names_in(&made), [""; 0], "at {number}, in {}", made.display());
        }
    }
    assert_eq!(swaps, NAMES.len(), "swaps");
}

#[test]
fn no_new_file_is_open_to_others_even_for_a_moment() {
    let site = Site::calendar();
    let trace = site.beside("calls");
    traced(&site, &["-o", trace.to_str().unwrap(), "-e", "trace=openat"], &[OLD, NEW]).succeeded();
    let text = fs::read_to_string(trace).unwrap();
    let made: Vec<&str> = text.lines().filter(|line| line.contains("O_CREAT")).collect();
    assert!(made.len() > 5, "{made:?}");
    let open: Vec<&&str> = made.iter().filter(|line| !line.contains(", 0600)")).collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn links_to_more_names_than_memory_should_hold_are_refused_early() {
    let site = Site::calendar();
    let target = "x".repeat(4000);
    for number in 0..2200 {
        symlink(&target, site.path(&format!("/db/old/link-{number}"))).unwrap();
    }
    let refused = site.refused(&[OLD, NEW]);
    assert!(refused.stderr.contains("holds links to more than 8 MiB of names"), "{refused}");
}
