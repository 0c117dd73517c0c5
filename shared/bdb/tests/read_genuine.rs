//! Databases written by the genuine releases, read and compared with what those releases' own tools said of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bdb::Data;
use bdb::format::{ByteOrder, Lsn, PageNo, PageType};
use bdb::read::{Access, Database, DuplicateMode, KeyIs, PageScan, ReadError, Survey, Unsupported};
use sha2::{Digest as _, Sha256};

struct Row {
    file: String,
    order: ByteOrder,
    page_size: u32,
    flags: u32,
    records: u64,
    keys: u64,
    digest: String,
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(data().join(file)).unwrap()
}

fn manifest() -> Vec<Row> {
    let text = std::fs::read_to_string(data().join("manifest.tsv")).unwrap();
    let row = |line: &str| {
        let fields: Vec<_> = line.split('\t').collect();
        Row {
            file: fields[0].to_owned(),
            order: if fields[1] == "be" { ByteOrder::Big } else { ByteOrder::Little },
            page_size: fields[2].parse().unwrap(),
            flags: u32::from_str_radix(&fields[3][2..], 16).unwrap(),
            records: fields[4].parse().unwrap(),
            keys: fields[5].parse().unwrap(),
            digest: fields[6].to_owned(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

/// All records as hexadecimal pairs, and the survey.
fn read(file: &str) -> (Vec<(String, String)>, Survey) {
    let database = Database::open(bytes(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut records = database.records();
    let mut found: Vec<(String, String)> = Vec::new();
    loop {
        let record = records.next().unwrap_or_else(|error| panic!("{file}: {error}"));
        let Some(record) = record else { break };
        let key = hex(record.key);
        let mut value = String::new();
        record
            .data
            .for_each_chunk(|chunk| {
                value.push_str(&hex(chunk));
                Ok(())
            })
            .unwrap();
        let expected = if found.last().is_some_and(|last| last.0 == key) { KeyIs::Repeated } else { KeyIs::New };
        assert_eq!(records.key_is(), expected, "{file}: key {key}");
        found.push((key, value));
    }
    (found, records.survey().clone())
}

#[test]
fn every_genuine_database_has_exactly_the_records_of_the_manifest() {
    for row in manifest() {
        let (mut records, survey) = read(&row.file);
        if row.file.starts_with("hash-") {
            // The order of the buckets means nothing; the digest was made in that of the keys.
            records.sort_by(|one, other| one.0.cmp(&other.0));
        }
        let mut digest = Sha256::new();
        for (key, value) in &records {
            digest.update(format!("{key} {value}\n"));
        }
        assert_eq!(hex(&digest.finalize()), row.digest, "{}", row.file);
        assert_eq!(
            (records.len() as u64, survey.records, survey.keys),
            (row.records, row.records, row.keys),
            "{}",
            row.file
        );
    }
}

#[test]
fn the_meta_page_says_what_the_manifest_says() {
    for row in manifest() {
        let content = bytes(&row.file);
        let pages = content.len() as u32 / row.page_size;
        let database = Database::open(content).unwrap();
        let meta = database.meta();
        assert_eq!(
            (meta.byte_order, meta.page_size, meta.flags, meta.pages),
            (row.order, row.page_size, row.flags, pages),
            "{}",
            row.file
        );
        match &meta.access {
            Access::Btree(btree) => assert_eq!((btree.minkey, btree.re_len, btree.root.0), (2, 0, 1), "{}", row.file),
            Access::Hash(hash) => assert!(bdb::hash::is_default(hash.charkey), "{}", row.file),
        }
    }
}

#[test]
fn every_release_wrote_the_same_records() {
    for kind in ["plain", "overflow", "dup"] {
        let text = std::fs::read_to_string(data().join(format!("expected-{kind}.txt"))).unwrap();
        let lines: Vec<_> = text.lines().collect();
        let expected: Vec<_> = lines.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
        let files: Vec<_> = manifest().into_iter().filter(|row| is_sample(&row.file, kind)).collect();
        assert!(files.len() >= 6, "{} files of kind {kind}", files.len());
        for row in files {
            assert_eq!(read(&row.file).0, expected, "{}", row.file);
        }
    }
}

fn is_sample(file: &str, kind: &str) -> bool {
    file.starts_with("btree-") && (file.contains(&format!("-{kind}-")) || file.contains(&format!("-{kind}sort-")))
}

#[test]
fn keys_of_genuine_databases_are_in_bytewise_order() {
    for row in manifest() {
        let (_, survey) = read(&row.file);
        assert!(survey.key_order.is_ascending(), "{}: {:?}", row.file, survey.key_order);
        assert!(survey.duplicate_order.is_ascending(), "{}: {:?}", row.file, survey.duplicate_order);
    }
}

#[test]
fn items_with_the_deleted_flag_are_skipped_and_counted() {
    for file in ["btree-3.2.9-le-deleteditem-512.db", "btree-4.4.20-le-deleteditem-512.db"] {
        let (records, survey) = read(file);
        assert_eq!((survey.deleted, survey.records, survey.keys), (1, 19, 19), "{file}");
        assert!(!records.iter().any(|(key, _)| *key == hex(b"key07")), "{file}");
    }
}

#[test]
fn the_survey_counts_pages_duplicates_and_lengths() {
    let (_, survey) = read("btree-2.7.7-le-dup-512.db");
    assert_eq!(survey.pages.of(PageType::OldDuplicate), 15);
    assert_eq!((survey.duplicates_off_page, survey.duplicates_on_page), (234, 37));
    let (_, survey) = read("btree-3.2.9-be-dup-512.db");
    assert_eq!((survey.pages.of(PageType::RecnoLeaf), survey.pages.of(PageType::RecnoInternal)), (16, 1));
    let (_, survey) = read("btree-4.7.25-le-dupsort-1024.db");
    assert_eq!((survey.pages.of(PageType::DuplicateLeaf), survey.pages.of(PageType::BtreeInternal)), (5, 2));
    let (_, survey) = read("btree-4.4.20-le-overflow-1024.db");
    assert_eq!((survey.pages.of(PageType::Overflow), survey.overflow_keys, survey.levels), (134, 2, 2));
    assert_eq!((survey.longest_key, survey.longest_data), (2508, 9000));
    let (_, survey) = read("env-4.4.20-clean/mbox.db");
    assert_eq!((survey.pages.of(PageType::Free), survey.unlisted, survey.levels), (12, 0, 3));
}

#[test]
fn the_versions_say_what_they_know_about_duplicates() {
    let modes = [
        ("btree-2.7.7-le-plain-512.db", DuplicateMode::Forbidden),
        ("btree-2.7.7-le-dup-512.db", DuplicateMode::Unsaid),
        ("btree-3.0.55-be-dup-512.db", DuplicateMode::Unsaid),
        ("btree-3.2.9-be-dup-512.db", DuplicateMode::Unsorted),
        ("btree-4.4.20-le-dup-1024.db", DuplicateMode::Unsorted),
        ("btree-3.1.17-le-dupsort-512.db", DuplicateMode::Sorted),
    ];
    for (file, mode) in modes {
        assert_eq!(Database::open(bytes(file)).unwrap().meta().duplicates(), mode, "{file}");
    }
}

#[test]
fn data_that_the_caller_does_not_read_are_skipped() {
    let database = Database::open(bytes("btree-4.7.25-be-overflow-1024.db")).unwrap();
    let mut records = database.records();
    let mut keys = Vec::new();
    while let Some(record) = records.next().unwrap() {
        keys.push(hex(record.key));
    }
    let expected: Vec<_> = read("btree-4.7.25-be-overflow-1024.db").0.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, expected);
    assert_eq!(records.survey().pages.of(PageType::Overflow), 134);
}

#[test]
fn files_that_cannot_be_read_in_full_are_refused_with_their_kind() {
    for (at, value, kind) in [
        (16, 10, Unsupported::BtreeVersion { version: 10 }),
        (24, 1, Unsupported::Encrypted),
        (26, 2, Unsupported::Partitioned),
        (48, 2, Unsupported::Recno),
        (48, 0x80, Unsupported::Compressed),
    ] {
        let mut file = bytes("btree-4.7.25-le-plain-1024.db");
        file[at] = value;
        match Database::open(file) {
            Err(ReadError::Unsupported(found)) => assert_eq!(found, kind),
            other => panic!("{kind}: {:?}", other.map(|_| ())),
        }
    }
}

#[test]
fn sub_databases_are_read_one_after_the_other() {
    for file in [
        "btree-3.0.55-le-subdb-512.db",
        "btree-3.2.9-le-subdb-512.db",
        "btree-4.4.20-be-subdb-512.db",
        "btree-4.4.20-le-subdb-512.db",
    ] {
        let database = Database::open(bytes(file)).unwrap();
        assert!(database.meta().holds_sub_databases(), "{file}");
        assert!(matches!(database.records().next(), Err(ReadError::InSubdatabases)), "{file}");
        let mut records = database.records();
        let mut parts = Vec::new();
        while let Some(part) = records.next_part().unwrap() {
            let name = String::from_utf8(part.name.unwrap()).unwrap();
            assert_eq!(part.meta.page_size, database.meta().page_size);
            let mut number = 0;
            while let Some(record) = records.next().unwrap() {
                let Data::Whole(value) = record.data else { panic!("{file}") };
                assert_eq!(record.key, format!("{name}-{number:03}").as_bytes(), "{file}");
                assert_eq!(value, format!("value {number}").as_bytes(), "{file}");
                number += 1;
            }
            parts.push((name, number));
        }
        assert_eq!(parts, [("alpha".to_owned(), 60), ("beta".to_owned(), 60)], "{file}");
        let survey = records.survey();
        assert_eq!((survey.databases, survey.records, survey.keys), (2, 120, 120), "{file}");
        assert_eq!(survey.pages.of(PageType::BtreeMeta), 3, "{file}");
    }
}

#[test]
fn a_sub_database_that_is_left_early_is_read_to_its_end_all_the_same() {
    let database = Database::open(bytes("btree-4.4.20-le-subdb-512.db")).unwrap();
    let mut records = database.records();
    assert!(records.next_part().unwrap().is_some());
    records.next().unwrap().unwrap();
    assert_eq!(records.next_part().unwrap().unwrap().name.unwrap(), b"beta");
    assert!(records.next_part().unwrap().is_none());
}

#[test]
fn hash_databases_have_buckets_and_duplicates_on_their_pages_and_off() {
    for release in ["2.7.7", "3.0.55", "3.1.17", "3.2.9", "4.2.52", "4.4.20", "4.7.25"] {
        for order in ["le", "be"] {
            let (_, survey) = read(&format!("hash-{release}-{order}-dup-512.db"));
            assert_eq!((survey.databases, survey.levels.min(1)), (1, 0), "{release} {order}");
            assert!(survey.buckets >= 2, "{release} {order}");
            assert!(survey.duplicates_off_page >= 150 && survey.duplicates_on_page > 10, "{release} {order}");
            let (_, survey) = read(&format!("hash-{release}-{order}-overflow-1024.db"));
            assert_eq!((survey.overflow_keys, survey.longest_key, survey.longest_data), (2, 1305, 2000));
        }
    }
}

#[test]
fn a_scan_of_the_bytes_counts_the_pages_that_the_tree_has() {
    for row in manifest() {
        let content = bytes(&row.file);
        let mut scan = PageScan::new(row.page_size, row.order);
        content.chunks(1000).for_each(|chunk| scan.feed(chunk));
        let found = scan.finish().unwrap();
        let (_, survey) = read(&row.file);
        assert_eq!(found.unknown, 0, "{}", row.file);
        if !row.file.starts_with("hash-") {
            assert_eq!((found.pages, survey.unlisted), (survey.pages, 0), "{}", row.file);
            continue;
        }
        // Pages that were set aside for buckets to come are empty, or were never written.
        let set_aside = [PageType::Free, PageType::HashUnsorted, PageType::Hash];
        let mut unlisted = 0;
        for kind in (0..=u8::MAX).filter_map(PageType::from_byte) {
            let more = found.pages.of(kind) - survey.pages.of(kind);
            assert!(more == 0 || set_aside.contains(&kind), "{} {kind}", row.file);
            unlisted += more;
        }
        assert_eq!(unlisted, survey.unlisted, "{}", row.file);
    }
}

#[test]
fn a_scan_finds_the_newest_page() {
    let scan = |file: &str, size, order| {
        let mut scan = PageScan::new(size, order);
        scan.feed(&bytes(file));
        scan.finish().unwrap().newest
    };
    let newest = |file, size| scan(file, size, ByteOrder::Little).unwrap();
    assert_eq!(newest("env-4.4.20-clean/mbox.db", 1024), (Lsn { file: 1, offset: 148710 }, PageNo(2)));
    assert_eq!(newest("env-3.2.9-clean/mbox.db", 1024), (Lsn { file: 1, offset: 150846 }, PageNo(2)));
    let (lsn, _) = scan("hash-2.7.7-be-plain-4096.db", 4096, ByteOrder::Big).unwrap();
    assert!(!lsn.is_logged());
}
