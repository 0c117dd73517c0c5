//! A file system without room for the new files or the copy is noticed before anything is written.

use insta::assert_snapshot;

use crate::support::site::{NEW, OLD, assert_same, manifest};
use crate::support::{Outcome, Site};

/// Runs the program where a file system of one MiB lies at `small`.
fn with_small_file_system(site: &Site, small: &str, arguments: &[&str]) -> Outcome {
    testkit::peers::need("@user-mount");
    let directory = site.path(small);
    std::fs::create_dir(&directory).unwrap();
    let directory = directory.to_str().unwrap();
    // The file system is gone with the process; a user namespace lets ordinary users have one.
    let unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
    let script = "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"";
    let below = [&unshare[..], &[script, directory]].concat();
    site.outcome(site.command_below(&below, arguments))
}

#[test]
fn a_target_without_room_is_refused() {
    let site = Site::calendar();
    let before = manifest(&site.path(OLD));
    let outcome = with_small_file_system(&site, NEW, &[OLD, NEW]);
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stderr
    csmigrate: /db/new: 2 MiB are needed, 1 MiB are free
      Free some space, or name a backup directory elsewhere with -b.
      Nothing was changed.
    "#);
    assert_same(&before, &manifest(&site.path(OLD)));
}

#[test]
fn a_backup_without_room_is_refused() {
    let site = Site::calendar();
    let before = manifest(&site.path(OLD));
    let outcome = with_small_file_system(&site, "/tape", &["-b", "/tape/backup", OLD, NEW]);
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stderr
    csmigrate: /tape/backup: 2 MiB are needed, 1 MiB are free
      Free some space, or name a backup directory elsewhere with -b.
      Nothing was changed.
    "#);
    assert_same(&before, &manifest(&site.path(OLD)));
    assert!(!site.path(NEW).exists());
}
