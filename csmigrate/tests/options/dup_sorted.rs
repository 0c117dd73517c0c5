//! `--dup-sorted`: what files of Berkeley DB 2.x and 3.0 cannot say themselves.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::NEW;

/// Returns the flags of the new file, and what was warned of.
fn migrated(source: &str, options: &[&str]) -> (u8, String) {
    let site = Site::with(&[source]);
    let said = site.migrate(&[&["--byte-order", "little"], options].concat()).stderr;
    (site.read(&format!("{NEW}/{source}"))[48], said)
}

#[test]
fn files_that_cannot_say_are_judged_by_their_data() {
    for source in ["btree-2.7.7-le-dup-512.db", "btree-3.0.55-be-dup-512.db"] {
        let (flags, said) = migrated(source, &[]);
        assert_eq!(flags, 0x41);
        assert_eq!(
            said,
            format!("csmigrate: warning: {source}: its duplicates are taken as sorted, found from the data\n")
        );
    }
}

#[test]
fn the_administrators_answer_wins() {
    let (flags, said) = migrated("btree-2.7.7-le-dup-512.db", &["--dup-sorted", "no"]);
    assert_eq!(flags, 0x01);
    assert_snapshot!(said, @"csmigrate: warning: btree-2.7.7-le-dup-512.db: its duplicates are taken as unsorted, as --dup-sorted says");
    let (flags, said) = migrated("btree-2.7.7-le-dup-512.db", &["--dup-sorted", "yes"]);
    assert_eq!(flags, 0x41);
    assert_snapshot!(said, @"csmigrate: warning: btree-2.7.7-le-dup-512.db: its duplicates are taken as sorted, as --dup-sorted says");
}

#[test]
fn files_that_can_say_are_believed() {
    for answer in ["yes", "no"] {
        assert_eq!(migrated("btree-3.2.9-le-dup-512.db", &["--dup-sorted", answer]), (0x01, String::new()));
        assert_eq!(migrated("btree-3.2.9-le-dupsort-512.db", &["--dup-sorted", answer]), (0x41, String::new()));
        assert_eq!(migrated("btree-2.7.7-le-plain-512.db", &["--dup-sorted", answer]), (0, String::new()));
    }
}
