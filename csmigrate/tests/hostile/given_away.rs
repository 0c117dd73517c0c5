//! `--owner` gives nobody's file away that is only linked or moved into the source.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use testkit::peers;

use crate::support::Site;
use crate::support::site::{NEW, OLD, names_in};

const OTHER: u32 = 65534;
const OWNER: [&str; 2] = ["--owner", "65533:65533"];

/// A source that belongs to the server's account, with all that is in it.
fn site() -> Site {
    peers::need("@root");
    let site = Site::calendar();
    let old = site.path(OLD);
    for name in names_in(&old) {
        chown(old.join(name), Some(OTHER), Some(OTHER)).unwrap();
    }
    chown(&old, Some(OTHER), Some(OTHER)).unwrap();
    site
}

/// Makes a file that only root may read.
fn of_root(site: &Site, path: &str) {
    site.write(path, "root's own");
    fs::set_permissions(site.path(path), fs::Permissions::from_mode(0o600)).unwrap();
}

fn owner_of(site: &Site, path: &str) -> u32 {
    fs::symlink_metadata(site.path(path)).unwrap().uid()
}

#[test]
fn a_database_of_another_user_than_its_directory_is_given_away_only_by_name() {
    let site = site();
    chown(site.path("/db/old/ics50todos.db"), Some(0), Some(0)).unwrap();
    let refused = site.refused(&[&OWNER[..], &[OLD, NEW]].concat());
    let says = "/db/old/ics50todos.db belongs to user 0, and its directory to user 65534";
    assert!(refused.stderr.contains(says) && refused.stderr.contains("--give-away FILE"), "{refused}");
    assert!(!refused.stderr.contains("ics50events.db"), "{refused}");
    let unknown = site.refused(&[&OWNER[..], &["--give-away", "todos.db", OLD, NEW]].concat());
    assert!(unknown.stderr.contains("--give-away todos.db: there is no such file below /db/old"), "{unknown}");
    site.migrate(&[&OWNER[..], &["--give-away", "ics50todos.db"]].concat());
    assert_eq!(owner_of(&site, "/db/new/ics50todos.db"), 65533);
    assert_eq!(owner_of(&site, "/db/old/backup/ics50todos.db"), 0, "a backup keeps the owner");
}

#[test]
fn without_an_owner_each_file_keeps_its_own_and_the_owner_may_be_the_same() {
    let site = site();
    chown(site.path("/db/old/ics50todos.db"), Some(0), Some(0)).unwrap();
    site.migrate(&[]);
    assert_eq!(owner_of(&site, "/db/new/ics50todos.db"), 0);
    assert_eq!(owner_of(&site, "/db/new/ics50events.db"), OTHER);
    let site = self::site();
    chown(site.path("/db/old/ics50todos.db"), Some(0), Some(0)).unwrap();
    site.refused(&["--owner", "65534:65534", OLD, NEW]);
    let site = self::site();
    chown(site.path("/db/old/ics50todos.db"), Some(65533), Some(65533)).unwrap();
    site.migrate(&OWNER);
}

#[test]
fn a_file_that_root_alone_may_read_stays_out_of_the_target_whether_moved_or_linked_there() {
    let site = site();
    of_root(&site, "/db/old/moved.txt");
    of_root(&site, "/secret");
    fs::hard_link(site.path("/secret"), site.path("/db/old/linked.txt")).unwrap();
    let outcome = site.migrate(&OWNER);
    for name in ["moved.txt", "linked.txt"] {
        assert!(!names_in(&site.path(NEW)).contains(&name.to_owned()), "{name}");
        assert_eq!(owner_of(&site, &format!("/db/old/backup/{name}")), 0);
        let said = format!("{name} belongs to user 0, and its directory to user 65534; it is only backed up");
        assert!(outcome.stderr.contains(&said), "{outcome}");
        assert!(outcome.stderr.contains(&format!("--give-away {name}")), "{outcome}");
    }
}

#[test]
fn a_file_with_a_name_elsewhere_is_given_away_only_by_name() {
    let site = site();
    let conf = site.path("/db/old/ics50caldb.conf");
    fs::hard_link(&conf, site.path("/db/elsewhere")).unwrap();
    // All names of this one are in the source.
    fs::hard_link(site.path("/db/old/ics50todos.db"), site.path("/db/old/again.db")).unwrap();
    let options = [&["-d"], &OWNER[..], &[OLD, NEW]].concat();
    site.run(&options).succeeded().says("ics50caldb.conf has a name outside of the directory (2 in all)");
    fs::hard_link(site.path("/db/old/ics50events.db"), site.path("/db/events")).unwrap();
    let refused = site.refused(&[&OWNER[..], &[OLD, NEW]].concat());
    let says = "/db/old/ics50events.db has a name outside of the directory (2 in all)";
    assert!(refused.stderr.contains(says), "{refused}");
    let named = ["--give-away", "ics50events.db", "--give-away", "ics50caldb.conf"];
    site.migrate(&[&OWNER[..], &named].concat());
    assert_eq!(owner_of(&site, "/db/new/ics50caldb.conf"), 65533);
}
