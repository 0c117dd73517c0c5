//! Files of Berkeley DB, or named like one, that cannot be migrated: each is refused with its own message.

use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::genuine;
use crate::support::site::{NEW, OLD};

/// Puts a copy of a genuine version 9 btree into the source, with some bytes of its first page changed.
fn altered(site: &Site, name: &str, changes: &[(usize, &[u8])]) {
    let mut bytes = std::fs::read(genuine::data().join("btree-4.2.52-le-plain-1024.db")).unwrap();
    for (at, change) in changes {
        bytes[*at..*at + change.len()].copy_from_slice(change);
    }
    site.write(&format!("/db/old/{name}"), bytes);
}

#[test]
fn each_kind_has_its_own_message_and_all_are_told_at_once() {
    let site = Site::calendar();
    let mut hash = std::fs::read(genuine::data().join("hash-4.7.25-le-dup-512.db")).unwrap();
    hash[92] ^= 1;
    site.write("/db/old/hash-function.db", &hash);
    hash[16] = 10;
    site.write("/db/old/hash-version-10.db", &hash);
    altered(&site, "checksums.db", &[(26, &[1])]);
    altered(&site, "compressed.db", &[(48, &[0x80])]);
    altered(&site, "encrypted.db", &[(24, &[1])]);
    altered(&site, "heap.db", &[(12, &[0x82, 0x45, 0x07, 0x00, 1])]);
    altered(&site, "old-185.db", &[(0, &[0x62, 0x31, 5, 0, 3, 0, 0, 0]), (12, &[0; 4])]);
    altered(&site, "partitioned.db", &[(26, &[2])]);
    altered(&site, "queue.db", &[(12, &[0x53, 0x22, 0x04, 0x00, 4])]);
    altered(&site, "recno.db", &[(48, &[2])]);
    altered(&site, "version-10.db", &[(16, &[10])]);
    site.write("/db/old/empty.db", "");
    site.write("/db/old/text.db", "BEGIN:VCALENDAR\n".repeat(100));
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/checksums.db: page 0: its checksum is wrong
      /db/old/compressed.db: a compressed btree
      /db/old/empty.db: named like a database, but it is empty
      /db/old/encrypted.db: an encrypted database
      /db/old/hash-function.db: a hash database made with a hash function of its application (charkey 0x5e688dd0): it cannot be written so that the server finds its keys
      /db/old/hash-version-10.db: a hash database of version 10; versions 5 to 9 (Berkeley DB 2.6 to 5.3) are read
      /db/old/heap.db: a heap database (heap version 1), not a btree
      /db/old/old-185.db: a Berkeley DB 1.85 file, older than every format that is read
      /db/old/partitioned.db: a partitioned database, of which this file is only one part
      /db/old/queue.db: a queue database (queue version 4), not a btree
      /db/old/recno.db: a record-number (recno) database, not a btree with keys
      /db/old/text.db: named like a database, but its first page is not that of a database
      /db/old/version-10.db: a btree of version 10; versions 6 to 9 (Berkeley DB 2.6 to 5.3) are read
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
}

#[test]
fn a_hash_database_is_migrated_whatever_its_name() {
    let site = Site::bare();
    genuine::copy_as("hash-4.7.25-le-dup-512.db", &site.path("/db/old/notes.txt"));
    site.migrate(&["-q"]);
    let new = site.read("/db/new/notes.txt");
    assert_eq!(new[12..20], [0x61, 0x15, 6, 0, 8, 0, 0, 0]);
}

#[test]
fn a_symbolic_link_in_the_place_of_a_database_is_refused() {
    let site = Site::calendar();
    symlink("ics50events.db", site.path("/db/old/ics50gse.db")).unwrap();
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/ics50gse.db is a symbolic link, and links in a database directory are never followed: put the database itself there
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
}

#[test]
fn a_btree_of_another_name_is_migrated() {
    let site = Site::bare();
    genuine::copy_as("btree-4.2.52-le-plain-1024.db", &site.path("/db/old/whatever"));
    assert_snapshot!(site.migrate(&[]), @r#"
    exit 0
    --- stdout
    Scanning whatever database...
    302 records scanned
    Backing up /db/old to /db/old/backup...
    Writing 1 new files, each read back and compared...
    Moving 1 files into /db/new...
    Calendar database has been migrated
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    "#);
    assert!(site.path("/db/new/whatever").is_file());
}
