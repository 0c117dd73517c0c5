//! What the new directory holds besides records: owner, group, mode and times of each file, and which files are there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::Site;
use crate::support::site::{self, NEW, OLD, assert_same, attributes, manifest, names_in, set_modified};

/// A calendar database with distinct modes and times, and owners where this user may give files away.
fn distinct_site() -> Site {
    let site = Site::calendar();
    let old = site.path(OLD);
    let modes = [0o640, 0o600, 0o664, 0o444, 0o660];
    for (number, name) in names_in(&old).iter().enumerate() {
        let path = old.join(name);
        if path.is_file() {
            let number = u32::try_from(number).unwrap();
            if site::is_root() {
                std::os::unix::fs::chown(&path, Some(1000 + number), Some(2000 + number)).unwrap();
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(modes[number as usize % modes.len()])).unwrap();
            set_modified(&path, 1_100_000_000 + i64::from(number), 123_456_789);
        }
    }
    fs::set_permissions(&old, fs::Permissions::from_mode(0o2750)).unwrap();
    set_modified(&old, 1_111_111_111, 5);
    site
}

#[test]
fn owner_group_mode_and_time_of_each_file_and_of_the_directory_are_kept() {
    let site = distinct_site();
    let before = attributes(&site.path(OLD));
    site.migrate(&[]);
    for name in ["ics50events.db", "ics50todos.db", "ics50caldb.conf"] {
        let (old, new) = (site.path(OLD).join(name), site.path(NEW).join(name));
        assert_eq!(attributes(&new), attributes(&old), "{name}");
    }
    let (mode, uid, gid, ..) = attributes(&site.path(NEW));
    assert_eq!((mode, uid, gid), (before.0, before.1, before.2), "the target directory");
    assert_eq!(attributes(&site.path(OLD)), before, "the source directory");
}

#[test]
fn the_version_file_is_carried_over_byte_for_byte_and_logs_regions_and_caches_are_only_backed_up() {
    let site = distinct_site();
    let before = manifest(&site.path(OLD));
    site.migrate(&[]);
    assert_eq!(names_in(&site.path(NEW)), ["ics50caldb.conf", "ics50events.db", "ics50todos.db"]);
    assert_eq!(site.read("/db/new/ics50caldb.conf"), site.read("/db/old/ics50caldb.conf"));
    assert_same(&before, &manifest(&site.path("/db/old/backup")));
}

#[test]
fn nothing_in_the_source_changes_but_the_backup_that_appears_in_it() {
    let site = distinct_site();
    let before = manifest(&site.path(OLD));
    site.migrate(&[]);
    let difference = before.difference(&manifest(&site.path(OLD)));
    assert!(difference.iter().all(|line| line.starts_with("backup")), "{difference:#?}");
    assert_eq!(difference.len(), manifest(&site.path("/db/old/backup")).count(), "{difference:#?}");
}

#[test]
fn an_empty_target_directory_keeps_its_own_attributes_and_its_lost_and_found() {
    let site = Site::calendar();
    fs::create_dir_all(site.path("/db/new/lost+found")).unwrap();
    fs::set_permissions(site.path(NEW), fs::Permissions::from_mode(0o700)).unwrap();
    site.migrate(&[]);
    assert_eq!(attributes(&site.path(NEW)).0 & 0o7777, 0o700);
    assert_eq!(names_in(&site.path(NEW)), ["ics50caldb.conf", "ics50events.db", "ics50todos.db", "lost+found"]);
}

#[test]
fn the_new_files_are_the_same_bytes_each_time() {
    let [one, two] = [(); 2].map(|()| {
        let site = distinct_site();
        site.migrate(&[]);
        site.read("/db/new/ics50events.db")
    });
    assert!(one == two, "the same source made two different files");
}
