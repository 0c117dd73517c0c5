//! `verify`: sound files give nothing, each kind of fault gives its finding, and what Berkeley DB's own verifier rejects is found.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod read_support;

use std::path::Path;
use std::process::Command;

use bdb::format::{ByteOrder, PageNo};
use bdb::read::{Database, ReadError};
use bdb::verify::{Finding, Seen, Severity, Verdict, What, verify};
use bdb::write::{BtreeOptions, DatabaseOptions, Duplicates, FileOptions, FileWriter, RecordNumbers};
use bdb::{Data, Record};
use read_support::{
    Damaged, FREE_PAGES, File, HASH, HASH_SORTED, OVERFLOW, PLAIN, SORTED, SUBDATABASES, UNSORTED, bytes, read_changed,
};

fn verdict(bytes: &[u8]) -> Verdict {
    let source = Damaged::new(bytes, &[]);
    verify(&Database::open(&source).unwrap(), |_| Ok(())).unwrap()
}

fn findings(bytes: &[u8]) -> Vec<What> {
    verdict(bytes).findings.into_iter().map(|finding| finding.what).collect()
}

fn genuine() -> Vec<String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let manifest = std::fs::read_to_string(data.join("manifest.tsv")).unwrap();
    manifest.lines().skip(1).map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn genuine_files_are_sound() {
    let mut odd = Vec::new();
    for name in genuine() {
        let verdict = verdict(&bytes(&name));
        assert!(verdict.severity() < Some(Severity::Damage), "{name}: {:?}", verdict.findings);
        odd.extend(verdict.findings.into_iter().map(|finding| (name.clone(), finding.what)));
    }
    let name = |name: &str| name.to_owned();
    assert_eq!(
        odd,
        [
            (name("btree-3.2.9-le-deleteditem-512.db"), What::Deleted(1)),
            (name("btree-4.4.20-le-deleteditem-512.db"), What::Deleted(1)),
            // The release did not count.
            (name("hash-2.7.7-be-plain-4096.db"), What::KeyCount { found: 0, expected: 300 }),
        ]
    );
}

#[test]
fn records_are_seen_on_the_way_and_what_the_visitor_says_ends_it() {
    let source = bytes(SUBDATABASES);
    let (mut parts, mut records) = (Vec::new(), 0);
    let database = Database::open(Damaged::new(&source, &[])).unwrap();
    let verdict = verify(&database, |seen| {
        match seen {
            Seen::Part(part) => parts.push(part.name.clone().unwrap()),
            Seen::Record(_) => records += 1,
        }
        Ok(())
    });
    assert_eq!(verdict.unwrap().findings, []);
    assert_eq!((parts, records), (vec![b"alpha".to_vec(), b"beta".to_vec()], 120));
    let stopped = verify(&database, |_| Err(ReadError::KeyTooLong { page: PageNo(1), length: 2, limit: 1 }));
    assert!(matches!(stopped, Err(ReadError::KeyTooLong { .. })));
}

/// Changes the first byte of the key of an internal item, and checks that reading goes on as before.
fn with_other_separator(name: &str, page: usize, item: usize, byte: u8) -> Vec<Finding> {
    let mut file = File::new(name);
    let good = read_changed(&file.bytes, &[]).unwrap();
    let at = file.item(page, item) + 12;
    file.bytes[at] = byte;
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), good, "{name}");
    verdict(&file.bytes).findings
}

#[test]
fn an_internal_key_that_leads_a_search_astray_is_damage() {
    for (name, page) in [(PLAIN, 0), (SORTED, 1)] {
        let page = File::new(name).of_kind(3)[page];
        for byte in [0, 0xff] {
            let found = with_other_separator(name, page, 1, byte);
            assert!(
                matches!(found[..], [Finding { page: PageNo(1..), what: What::Separators(1) }]),
                "{name}: {found:?}"
            );
            assert_eq!(found[0].what.severity(), Severity::Damage);
        }
    }
    // The first key of a level is never looked at.
    assert_eq!(with_other_separator(PLAIN, File::new(PLAIN).of_kind(3)[0], 0, b'x'), []);
}

#[test]
fn keys_and_sorted_duplicates_in_another_order_are_odd() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[1];
    let at = file.item(leaf, 4) + 3;
    file.bytes[at] = 0xff;
    assert_eq!(findings(&file.bytes), [What::KeyOrder(1)]);

    let mut file = File::new(SORTED);
    let leaf = file.of_kind(12)[1];
    let at = file.item(leaf, 3) + 3;
    file.bytes[at] = 0xff;
    assert_eq!(findings(&file.bytes), [What::DataOrder(1)]);
}

/// Writes a btree with these records, whatever they are.
fn written(duplicates: Duplicates, records: &[(&str, &str)]) -> Vec<u8> {
    let options = FileOptions { byte_order: ByteOrder::Little, page_size: 512, file_id: [1; 20] };
    let mut writer = FileWriter::new(Vec::new(), options).unwrap();
    let btree = BtreeOptions {
        fill_percent: 90,
        duplicates,
        minkey: 2,
        re_len: 0,
        re_pad: 0x20,
        record_numbers: RecordNumbers::None,
    };
    writer.begin(None, DatabaseOptions::Btree(btree)).unwrap();
    for (key, value) in records {
        writer.push(Record { key: key.as_bytes(), data: Data::Whole(value.as_bytes()) }).unwrap();
    }
    writer.finish().unwrap().0
}

#[test]
fn sorted_duplicates_that_are_there_twice_are_damage() {
    let records = [("a", "1"), ("a", "2"), ("a", "2"), ("b", "2")];
    assert_eq!(findings(&written(Duplicates::Sorted, &records)), [What::RepeatedData(1)]);
    assert_eq!(What::RepeatedData(1).severity(), Severity::Damage);
    // Where they are not sorted, anything may be there twice.
    assert_eq!(findings(&written(Duplicates::Unsorted, &records)), []);
}

#[test]
fn keys_that_are_there_twice_with_records_of_their_own_are_damage() {
    let mut bytes = written(Duplicates::Unsorted, &[("key a", "1"), ("key b", "2"), ("key b", "3")]);
    let at = bytes.windows(5).position(|window| window == b"key a").unwrap();
    bytes[at + 4] = b'b';
    assert_eq!(findings(&bytes), [What::RepeatedKeys(1)]);
    assert_eq!(What::RepeatedKeys(1).severity(), Severity::Damage);
}

#[test]
fn what_is_wrong_with_the_meta_page_is_told_with_the_rest() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[2];
    let at = file.start(leaf);
    file.bytes[at + 8] ^= 0xff;
    file.bytes[25] = 5;
    let source = Damaged::new(&file.bytes, &[]);
    let findings = verify(&Database::open_damaged(&source).unwrap(), |_| Ok(())).unwrap().findings;
    let pages: Vec<_> = findings.iter().map(|finding| finding.page.0 as usize).collect();
    assert!(pages.contains(&0) && pages.contains(&leaf), "{findings:?}");
}

#[test]
fn counts_of_meta_pages_and_internal_pages_are_compared() {
    let mut file = File::new(PLAIN);
    let last = PageNo(file.u32(32));
    file.set_u32(32, last.0 + 1);
    assert_eq!(findings(&file.bytes), [What::LastPage { found: PageNo(last.0 + 1), expected: last }]);

    let mut file = File::new(HASH);
    let keys = file.u32(88);
    file.set_u32(88, keys + 5);
    let (found, expected) = (u64::from(keys) + 5, keys.into());
    assert_eq!(findings(&file.bytes), [What::KeyCount { found, expected }]);

    let mut file = File::new(UNSORTED);
    let page = file.of_kind(4)[0];
    let at = file.item(page, 0) + 4;
    let count = file.u32(at);
    file.set_u32(at, count + 1);
    // The leaf, and the sum that the root keeps.
    assert_eq!(findings(&file.bytes), [What::RecordCounts(2)]);

    let mut file = File::new(PLAIN);
    file.set_u32(80, 7);
    assert_eq!(findings(&file.bytes), [What::RecordLength(7)]);
}

#[test]
fn pages_that_the_free_list_does_not_have_are_odd_and_one_that_is_in_use_is_damage() {
    let mut file = File::new(FREE_PAGES);
    let free = file.of_kind(0).len() as u64;
    let first = file.u32(28);
    file.set_u32(28, 0);
    assert_eq!(findings(&file.bytes), [What::Unlisted(free)]);
    assert!(free > 0);

    let leaf = file.of_kind(5)[0] as u32;
    file.set_u32(28, leaf);
    assert_eq!(verdict(&file.bytes).severity(), Some(Severity::Damage));
    file.set_u32(28, first);
    assert_eq!(findings(&file.bytes), []);
}

#[test]
fn all_damaged_pages_are_named_and_not_only_the_first() {
    for (name, kind) in [(PLAIN, 5), (OVERFLOW, 7), (HASH, 2), (HASH, 13), (HASH_SORTED, 13), (SUBDATABASES, 5)] {
        let mut file = File::new(name);
        let pages = file.of_kind(kind);
        let [.., one, two] = pages[..] else { continue };
        for page in [one, two] {
            let at = file.start(page);
            file.bytes[at + 8..at + file.page_size].fill(0xa5);
        }
        let verdict = verdict(&file.bytes);
        assert_eq!(verdict.severity(), Some(Severity::Damage), "{name}");
        for page in [one, two] {
            let is_named = |finding: &Finding| {
                finding.page.0 as usize == page || finding.what.to_string().contains(&format!("page {page}"))
            };
            assert!(verdict.findings.iter().any(is_named), "{name} page {page}: {:?}", verdict.findings);
        }
    }
}

/// What Berkeley DB's verifier rejects and this one does not look at: neither has to do with records.
const NOT_LOOKED_AT: [&str; 2] = ["in non-btree database", "overflow refcount"];

#[test]
fn what_the_verifier_of_berkeley_db_rejects_is_found_db5_3() {
    let full = testkit::is_full();
    let directory = tempfile::tempdir().unwrap();
    let changed = directory.path().join("changed.db");
    let files = [PLAIN, SORTED, SUBDATABASES, HASH, "btree-4.4.20-le-dup-1024.db", "hash-4.7.25-le-overflow-1024.db"];
    let (mut tried, mut rejected) = (0, 0);
    for name in files {
        let sound = bytes(name);
        for at in (0..sound.len()).step_by(if full { 7 } else { 397 }) {
            for change in [0xff, 1, 0x80] {
                let mut bytes = sound.clone();
                bytes[at] ^= change;
                std::fs::write(&changed, &bytes).unwrap();
                let theirs = Command::new("db5.3_verify").arg(&changed).output().unwrap();
                tried += 1;
                if theirs.status.success() {
                    continue;
                }
                rejected += 1;
                let says = String::from_utf8_lossy(&theirs.stderr).into_owned();
                let source = Damaged::new(&bytes, &[]);
                let is_found = match Database::open(&source) {
                    Err(_) => true,
                    Ok(database) => !verify(&database, |_| Ok(())).unwrap().findings.is_empty(),
                };
                let is_known = NOT_LOOKED_AT.iter().any(|known| says.contains(known));
                assert!(is_found || is_known, "{name}: byte {at} changed by {change:#x}: {says}");
            }
        }
    }
    assert!(tried > 500 && rejected > tried / 20, "{rejected} of {tried}");
}
