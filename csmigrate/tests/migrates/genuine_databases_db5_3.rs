//! Every genuine database becomes one that Berkeley DB 5.3 accepts and that holds exactly what the old release said.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::support::genuine::{self, Row};
use crate::support::site::{NEW, OLD, Site, assert_same, attributes, manifest, names_in, run};

/// What Berkeley DB 5.3 says of a file.
struct Dumped {
    header: Vec<String>,
    records: usize,
    digest: String,
}

fn dumped(file: &Path) -> Dumped {
    let text = run("db5.3_dump", &[file.as_os_str()]);
    let (header, rest) = text.split_once("HEADER=END\n").unwrap();
    let lines: Vec<&str> = rest.lines().take_while(|line| *line != "DATA=END").map(str::trim).collect();
    let mut pairs: Vec<&[&str]> = lines.chunks(2).collect();
    if header.contains("type=hash") {
        // The order of the buckets means nothing; the digest was made in that of the keys.
        pairs.sort_by_key(|pair| pair[0]);
    }
    let mut digest = Sha256::new();
    for pair in pairs {
        digest.update(format!("{} {}\n", pair[0], pair[1]));
    }
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Dumped { header: header.lines().map(str::to_owned).collect(), records: lines.len() / 2, digest }
}

/// Returns whether an old release's file is too old to say whether its duplicates are sorted.
fn cannot_say(row: &Row) -> bool {
    ["btree-2.", "btree-3.0.", "hash-2.", "hash-3.0."].iter().any(|release| row.file.starts_with(release))
}

#[track_caller]
fn assert_migrated(row: &Row, big_endian: bool, new: &Path) {
    run("db5.3_verify", &[new.as_os_str()]);
    let found = dumped(new);
    assert_eq!((found.records, &found.digest), (row.records, &row.digest), "{}", row.file);
    let says = |line: &str| found.header.iter().any(|other| other == line);
    assert!(says(&format!("db_pagesize={}", row.page_size)), "{}: {:?}", row.file, found.header);
    assert_eq!(says("duplicates=1"), row.flags & 1 != 0, "{}", row.file);
    // The duplicates of all test files lie in order; only those of version 8 and 9 can say that this is an accident.
    let is_hash = row.file.starts_with("hash-");
    let dup_sort = if is_hash { 4 } else { 0x40 };
    let sorted = row.flags & dup_sort != 0 || (row.flags & 1 != 0 && cannot_say(row));
    assert_eq!(says("dupsort=1"), sorted, "{}", row.file);
    let magic = std::fs::read(new).unwrap()[12..16].to_vec();
    let mut expected = if is_hash { [0, 6, 0x15, 0x61] } else { [0, 5, 0x31, 0x62] };
    if !big_endian {
        expected.reverse();
    }
    assert_eq!(magic, expected, "{}: byte order", row.file);
}

/// Migrates each directory of the test data, and all single files together, into one byte order.
fn migrate_everything(option: &str, is_big: fn(&Row) -> bool) {
    let rows = genuine::manifest();
    let directory = |row: &Row| row.file.split_once('/').map(|(directory, _)| directory.to_owned());
    let mut directories: Vec<Option<String>> = rows.iter().map(directory).collect();
    directories.sort();
    directories.dedup();
    assert_eq!(directories.len(), 10, "the test data is incomplete");
    for directory in directories {
        let members: Vec<&Row> =
            rows.iter().filter(|row| row.file.split_once('/').map(|(d, _)| d) == directory.as_deref()).collect();
        let site = Site::bare();
        match &directory {
            Some(directory) => genuine::copy(directory, &site.path(OLD)),
            None => members.iter().for_each(|row| genuine::copy(&row.file, &site.path(OLD))),
        }
        let before = manifest(&site.path(OLD));
        site.migrate(&["-q", "--byte-order", option]);
        let mut names = Vec::new();
        for row in members {
            let name = row.file.rsplit('/').next().unwrap();
            names.push(name.to_owned());
            let (old, new) = (site.path(OLD).join(name), site.path(NEW).join(name));
            assert_migrated(row, is_big(row), &new);
            assert_eq!(attributes(&new), attributes(&old), "{name}: mode, owner, group or time");
        }
        names.sort();
        assert_eq!(names_in(&site.path(NEW)), names, "{directory:?}: what is in the target");
        assert_same(&before, &manifest(&site.path("/db/old/backup")));
    }
}

#[test]
fn files_of_sub_databases_hold_the_same_records_under_the_same_names() {
    let names = [
        "btree-3.0.55-le-subdb-512.db",
        "btree-3.2.9-le-subdb-512.db",
        "btree-4.4.20-be-subdb-512.db",
        "btree-4.4.20-le-subdb-512.db",
    ];
    for option in ["little", "big"] {
        let site = Site::bare();
        names.iter().for_each(|name| genuine::copy(name, &site.path(OLD)));
        site.migrate(&["-q", "--byte-order", option]);
        for name in names {
            let new = site.path(NEW).join(name);
            run("db5.3_verify", &[new.as_os_str()]);
            for database in ["alpha", "beta"] {
                let text = run("db5.3_dump", &["-p".as_ref(), "-s".as_ref(), database.as_ref(), new.as_os_str()]);
                let (_, rest) = text.split_once("HEADER=END\n").unwrap();
                let expected: String = (0..60).map(|n| format!(" {database}-{n:03}\n value {n}\n")).collect();
                assert_eq!(rest, format!("{expected}DATA=END\n"), "{name} {database}");
            }
        }
    }
}

#[test]
fn btrees_that_count_their_records_and_files_with_checksums_hold_the_same_records() {
    let site = Site::bare();
    let text = site.beside("text");
    let records: String = (0..500).map(|n| format!(" key {n:04}\n value {n}\n")).collect();
    let header = |more: &str| format!("VERSION=3\nformat=print\n{more}\ndb_pagesize=512\nHEADER=END\n");
    let kinds = ["type=btree\nrecnum=1", "type=btree\nchksum=1", "type=hash\nchksum=1"];
    for (number, kind) in kinds.iter().enumerate() {
        std::fs::write(&text, format!("{}{records}DATA=END\n", header(kind))).unwrap();
        let file = site.path(OLD).join(format!("{number}.db"));
        run("db5.3_load", &["-f".as_ref(), text.as_os_str(), file.as_os_str()]);
    }
    let outcome = site.migrate(&[]);
    for number in [1, 2] {
        let warning = format!("{number}.db: its page checksums were right; the new file has none");
        assert!(outcome.stderr.contains(&warning), "{outcome}");
    }
    for number in 0..3 {
        let new = site.path(NEW).join(format!("{number}.db"));
        run("db5.3_verify", &[new.as_os_str()]);
        let (old, new) = (dumped(&site.path(OLD).join(format!("{number}.db"))), dumped(&new));
        assert_eq!((new.records, &new.digest), (500, &old.digest));
        assert_eq!(new.header.iter().any(|line| line == "recnum=1"), number == 0, "{:?}", new.header);
    }
}

#[test]
fn the_native_byte_order_holds_the_same_records() {
    migrate_everything("native", |_| cfg!(target_endian = "big"));
}

#[test]
fn little_endian_files_hold_the_same_records() {
    migrate_everything("little", |_| false);
}

#[test]
fn big_endian_files_hold_the_same_records() {
    migrate_everything("big", |_| true);
}

#[test]
fn files_that_keep_their_byte_order_hold_the_same_records() {
    migrate_everything("keep", |row| row.big_endian);
}

#[test]
fn buckets_that_were_never_written_or_are_lost_are_told_with_their_page() {
    let site = Site::bare();
    let text = site.beside("text");
    let header = "VERSION=3\nformat=print\ntype=hash\ndb_pagesize=512\nHEADER=END\n";
    std::fs::write(&text, format!("{header} a\n 1\n b\n 2\n c\n 3\n d\n 4\nDATA=END\n")).unwrap();
    let file = site.path("/db/old/lost.db");
    run("db5.3_load", &["-f".as_ref(), text.as_os_str(), file.as_os_str()]);
    // Two buckets, neither of which was split; the second was written at once.
    let mut bytes = std::fs::read(&file).unwrap();
    let page = 1;
    assert_eq!(bytes[page * 512 + 25], 13);
    bytes[page * 512..][..512].fill(0);
    std::fs::write(&file, bytes).unwrap();
    let outcome = site.migrate(&[]);
    let said = format!(
        "lost.db: 1 of its buckets are all zeros (first page {page}), and its meta page counts more keys than there are"
    );
    assert!(outcome.stderr.contains(&said), "{outcome}");
}
