//! Hash databases, files of sub-databases and btrees that count their records, written anew from genuine ones and from
//! random records: Berkeley DB's own tools accept them and find the same records.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use bdb::format::{ByteOrder, PageType};
use bdb::hash::{Buckets, default_hash};
use bdb::read::{Access, Database, DuplicateMode, Meta};
use bdb::verify::verify;
use bdb::write::{
    BtreeOptions, DatabaseOptions, Duplicates, FileOptions, FileWriter, HashOptions, RecordNumbers, WriteError, Written,
};
use bdb::{Data, Record};
use tempfile::TempDir;
use testkit::random::Random;

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;
/// The records of each database of a file, under its name.
type Contents = Vec<(Option<Vec<u8>>, Pairs)>;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn genuine(prefix: &str, part: &str) -> Vec<String> {
    let names = std::fs::read_dir(data("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with(prefix) && name.contains(part)).collect();
    names.sort();
    names
}

fn options_like(meta: &Meta) -> DatabaseOptions {
    let duplicates = match meta.duplicates() {
        DuplicateMode::Forbidden => Duplicates::None,
        DuplicateMode::Sorted => Duplicates::Sorted,
        DuplicateMode::Unsorted | DuplicateMode::Unsaid => Duplicates::Unsorted,
    };
    match &meta.access {
        Access::Btree(btree) => DatabaseOptions::Btree(BtreeOptions {
            fill_percent: 90,
            duplicates,
            minkey: btree.minkey,
            re_len: btree.re_len,
            re_pad: btree.re_pad,
            record_numbers: if meta.has_record_numbers() { RecordNumbers::Kept } else { RecordNumbers::None },
        }),
        Access::Hash(hash) => DatabaseOptions::Hash(HashOptions {
            duplicates,
            max_bucket: hash.max_bucket,
            fill_factor: hash.fill_factor,
        }),
    }
}

/// Writes a file anew, databases and records passing straight through.
fn rewrite(source: Vec<u8>, byte_order: ByteOrder) -> (Vec<u8>, Written) {
    let database = Database::open(source).unwrap();
    let options = FileOptions { byte_order, page_size: database.meta().page_size, file_id: [9; 20] };
    let mut writer = FileWriter::new(Vec::new(), options).unwrap();
    let mut records = database.records();
    while let Some(part) = records.next_part().unwrap() {
        writer.begin(part.name.as_deref(), options_like(&part.meta)).unwrap();
        while let Some(record) = records.next().unwrap() {
            writer.push(record).unwrap();
        }
    }
    writer.finish().unwrap()
}

fn contents(file: Vec<u8>) -> Contents {
    let database = Database::open(file).unwrap();
    let mut records = database.records();
    let mut contents = Contents::new();
    while let Some(part) = records.next_part().unwrap() {
        let mut pairs = Pairs::new();
        while let Some(Record { key, data }) = records.next().unwrap() {
            let key = key.to_vec();
            let mut value = Vec::new();
            data.for_each_chunk(|chunk| {
                value.extend_from_slice(chunk);
                Ok(())
            })
            .unwrap();
            pairs.push((key, value));
        }
        contents.push((part.name, pairs));
    }
    contents
}

/// What `db5.3_dump` prints of some pairs.
fn dump_text(pairs: &Pairs) -> String {
    let mut text = String::new();
    for bytes in pairs.iter().flat_map(|(key, value)| [key, value]) {
        text.push(' ');
        bytes.iter().for_each(|byte| write!(text, "{byte:02x}").unwrap());
        text.push('\n');
    }
    text
}

/// Verifies a file and compares what its dump says with what it should hold. `db5.3_dump` gets the file it may change.
fn judge(directory: &TempDir, file: &[u8], expected: &Contents) {
    let verdict = verify(&Database::open(file.to_vec()).unwrap(), |_| Ok(())).unwrap();
    assert_eq!(verdict.findings, []);
    let path = directory.path().join("judged.db");
    std::fs::write(&path, file).unwrap();
    let verify = Command::new("db5.3_verify").arg(&path).output().unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stderr));
    for (name, pairs) in expected {
        let mut dump = Command::new("db5.3_dump");
        if let Some(name) = name {
            dump.arg("-s").arg(std::str::from_utf8(name).unwrap());
        }
        let output = dump.arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let (_, found) = text.split_once("HEADER=END\n").unwrap();
        let found = found.split_once("DATA=END\n").unwrap().0;
        assert!(found == dump_text(pairs), "{name:?} dumps otherwise");
    }
    assert_eq!(std::fs::read(&path).unwrap(), file, "db5.3_dump changed the file");
}

/// Checks without a tool that each key is in the bucket where the library looks for it.
fn check_buckets(file: &[u8]) {
    let database = Database::open(file.to_vec()).unwrap();
    let Access::Hash(hash) = &database.meta().access else { panic!("no hash database") };
    assert_eq!((database.meta().version, bdb::hash::is_default(hash.charkey)), (8, true));
    let order = database.meta().byte_order;
    let size = database.meta().page_size as usize;
    let buckets = Buckets::new(hash.max_bucket);
    for bucket in 0..=hash.max_bucket {
        let mut page = bdb::hash::bucket_page(8, &hash.spares, bucket).unwrap().0 as usize;
        while page != 0 {
            let bytes = &file[page * size..(page + 1) * size];
            assert_eq!((order.u32_at(bytes, 8).unwrap() as usize, bytes[25]), (page, PageType::HashUnsorted as u8));
            let mut end = size;
            for index in 0..usize::from(order.u16_at(bytes, 20).unwrap()) {
                let at = usize::from(order.u16_at(bytes, 26 + 2 * index).unwrap());
                if index % 2 == 0 && bytes[at] == 1 {
                    assert_eq!(buckets.of(default_hash(&bytes[at + 1..end])), bucket, "page {page}");
                }
                end = at;
            }
            page = order.u32_at(bytes, 16).unwrap() as usize;
        }
    }
}

#[test]
fn every_genuine_hash_database_is_written_anew_in_both_byte_orders_db5_3() {
    let directory = tempfile::tempdir().unwrap();
    let files = genuine("hash-", ".db");
    assert_eq!(files.len(), 56);
    for name in files {
        let source = std::fs::read(data(&name)).unwrap();
        let expected = contents(source.clone());
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let (file, written) = rewrite(source.clone(), order);
            assert_eq!(contents(file.clone()), expected, "{name}");
            assert_eq!(written.pages * u64::from(order.u32_at(&file, 20).unwrap()), file.len() as u64);
            check_buckets(&file);
            judge(&directory, &file, &expected);
        }
    }
}

#[test]
fn every_genuine_file_of_sub_databases_is_written_anew_in_both_byte_orders_db5_3() {
    let directory = tempfile::tempdir().unwrap();
    let files = genuine("btree-", "-subdb-");
    assert_eq!(files.len(), 4);
    for name in files {
        let source = std::fs::read(data(&name)).unwrap();
        let expected = contents(source.clone());
        assert_eq!(expected.len(), 2);
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let (file, _) = rewrite(source.clone(), order);
            assert_eq!(contents(file.clone()), expected, "{name}");
            judge(&directory, &file, &expected);
        }
    }
}

/// Random records of a hash database, in the order of its buckets, with the values of a key together.
fn hash_records(random: &mut Random, keys: usize, longest: usize, duplicates: bool, max_bucket: u32) -> Pairs {
    let buckets = Buckets::new(max_bucket);
    let mut by_key: BTreeMap<(u32, Vec<u8>), Vec<Vec<u8>>> = BTreeMap::new();
    for _ in 0..keys {
        let limit = if random.one_in(10) { longest } else { 30 };
        let length = random.below(limit);
        let key = random.bytes(length);
        let count = match random.below(8) {
            0 if duplicates => random.below(60),
            1 | 2 if duplicates => random.below(5),
            _ => 1,
        };
        let mut values: Vec<_> = (0..count.max(1))
            .map(|_| {
                let limit = if random.one_in(12) { 3 * longest } else { 40 };
                let length = random.below(limit);
                random.bytes(length)
            })
            .collect();
        values.sort();
        values.dedup();
        by_key.insert((buckets.of(default_hash(&key)), key), values);
    }
    let pair = |((_, key), values): ((u32, Vec<u8>), Vec<Vec<u8>>)| {
        values.into_iter().map(move |value| (key.clone(), value)).collect::<Vec<_>>()
    };
    by_key.into_iter().flat_map(pair).collect()
}

#[test]
fn random_hash_databases_of_every_page_size_db5_3() {
    let directory = tempfile::tempdir().unwrap();
    let mut random = Random::new(3);
    for round in 0..48 {
        let page_size = 512 << (round % 8);
        let byte_order = if random.below(2) == 0 { ByteOrder::Little } else { ByteOrder::Big };
        let duplicates = [Duplicates::None, Duplicates::Unsorted, Duplicates::Sorted][random.below(3)];
        let max_bucket = u32::try_from([1, 2, 5, 8, 31, 40][random.below(6)]).unwrap();
        let keys = random.below(400);
        let pairs = hash_records(&mut random, keys, page_size, duplicates != Duplicates::None, max_bucket);
        let options = FileOptions { byte_order, page_size: u32::try_from(page_size).unwrap(), file_id: [1; 20] };
        let mut writer = FileWriter::new(Vec::new(), options).unwrap();
        let hash = HashOptions { duplicates, max_bucket, fill_factor: 7 };
        writer.begin(None, DatabaseOptions::Hash(hash)).unwrap();
        for (key, value) in &pairs {
            writer.push(Record { key, data: Data::Whole(value) }).unwrap();
        }
        let (file, written) = writer.finish().unwrap();
        let expected = vec![(None, pairs)];
        assert_eq!(written.records, expected[0].1.len() as u64);
        assert_eq!(contents(file.clone()), expected, "round {round}");
        check_buckets(&file);
        judge(&directory, &file, &expected);
    }
}

#[test]
fn btrees_and_hash_databases_go_together_in_a_file_db5_3() {
    let directory = tempfile::tempdir().unwrap();
    let mut random = Random::new(5);
    for byte_order in [ByteOrder::Little, ByteOrder::Big] {
        let options = FileOptions { byte_order, page_size: 512, file_id: [2; 20] };
        let mut writer = FileWriter::new(Vec::new(), options).unwrap();
        let mut expected = Contents::new();
        for number in 0..40 {
            let name = format!("database {number:02}").into_bytes();
            let keys = [0, 1, 50, 300][random.below(4)];
            let pairs = if number % 2 == 0 {
                let hash = HashOptions { duplicates: Duplicates::Unsorted, max_bucket: 6, fill_factor: 0 };
                writer.begin(Some(&name), DatabaseOptions::Hash(hash)).unwrap();
                hash_records(&mut random, keys, 512, true, 6)
            } else {
                let btree = BtreeOptions {
                    fill_percent: 100,
                    duplicates: Duplicates::None,
                    minkey: 2,
                    re_len: 0,
                    re_pad: 0x20,
                    record_numbers: if number % 3 == 0 { RecordNumbers::Kept } else { RecordNumbers::None },
                };
                writer.begin(Some(&name), DatabaseOptions::Btree(btree)).unwrap();
                let mut pairs = hash_records(&mut random, keys, 512, false, 0);
                pairs.sort();
                pairs
            };
            for (key, value) in &pairs {
                writer.push(Record { key, data: Data::Whole(value) }).unwrap();
            }
            expected.push((Some(name), pairs));
        }
        let (file, _) = writer.finish().unwrap();
        assert_eq!(contents(file.clone()), expected);
        judge(&directory, &file, &expected);
    }
}

#[test]
fn btrees_that_count_their_records_db5_3() {
    let directory = tempfile::tempdir().unwrap();
    for records in [0, 1, 10, 2000] {
        // The library makes one, it is read, written anew, and judged.
        let path = directory.path().join(format!("counted-{records}.db"));
        let pairs: Pairs = (0..records).map(|n| (format!("key {n:05}").into_bytes(), vec![b'v'; n % 50])).collect();
        let text = directory.path().join("text");
        let header = "VERSION=3\nformat=bytevalue\ntype=btree\nrecnum=1\ndb_pagesize=512\nHEADER=END\n";
        std::fs::write(&text, format!("{header}{}DATA=END\n", dump_text(&pairs))).unwrap();
        let load = Command::new("db5.3_load").arg("-f").arg(&text).arg(&path).output().unwrap();
        assert!(load.status.success(), "{}", String::from_utf8_lossy(&load.stderr));
        let source = std::fs::read(&path).unwrap();
        assert!(Database::open(source.clone()).unwrap().meta().has_record_numbers());
        let expected = vec![(None, pairs)];
        assert_eq!(contents(source.clone()), expected);
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let (file, _) = rewrite(source.clone(), order);
            assert!(Database::open(file.clone()).unwrap().meta().has_record_numbers());
            judge(&directory, &file, &expected);
        }
    }
}

#[test]
fn files_with_checksums_are_read_and_every_flipped_byte_of_them_is_noticed_db5_3() {
    let directory = tempfile::tempdir().unwrap();
    for kind in ["btree", "hash"] {
        let path = directory.path().join(format!("{kind}.db"));
        let mut pairs: Pairs =
            (0..60).map(|n| (format!("key {n:05}").into_bytes(), vec![b'v'; n * 20 % 700])).collect();
        let text = directory.path().join("text");
        let header = format!("VERSION=3\nformat=bytevalue\ntype={kind}\nchksum=1\ndb_pagesize=512\nHEADER=END\n");
        std::fs::write(&text, format!("{header}{}DATA=END\n", dump_text(&pairs))).unwrap();
        let load = Command::new("db5.3_load").arg("-f").arg(&text).arg(&path).output().unwrap();
        assert!(load.status.success(), "{}", String::from_utf8_lossy(&load.stderr));
        let source = std::fs::read(&path).unwrap();
        let mut found = contents(source.clone());
        found[0].1.sort();
        pairs.sort();
        assert_eq!(found, [(None, pairs)], "{kind}");
        let (file, _) = rewrite(source.clone(), ByteOrder::native());
        judge(&directory, &file, &contents(source.clone()));

        for at in 512..source.len() {
            let mut damaged = source.clone();
            damaged[at] ^= 0x10;
            let database = Database::open(damaged).unwrap();
            let mut records = database.records();
            let error = loop {
                match records.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("{kind}: byte {at}"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.to_string(), format!("page {}: its checksum is wrong", at / 512), "{kind}: byte {at}");
        }
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    let file = FileOptions { byte_order: ByteOrder::Little, page_size: 512, file_id: [0; 20] };
    let hash = HashOptions { duplicates: Duplicates::None, max_bucket: 3, fill_factor: 0 };
    let writer = || FileWriter::new(Vec::new(), file.clone()).unwrap();
    let record = |key: &'static [u8]| Record { key, data: Data::Whole(b"") };

    assert!(matches!(writer().finish(), Err(WriteError::NoDatabase)));
    assert!(matches!(writer().push(record(b"a")), Err(WriteError::NoDatabase)));
    let begin = |names: &[Option<&[u8]>]| {
        let mut writer = writer();
        names.iter().map(|name| writer.begin(*name, DatabaseOptions::Hash(hash.clone()))).last().unwrap()
    };
    let (a, empty) = (Some(b"a".as_slice()), Some(b"".as_slice()));
    for names in [&[None, None][..], &[None, a], &[a, None], &[a, a], &[empty]] {
        assert!(matches!(begin(names), Err(WriteError::Name(_))), "{names:?}");
    }
    assert!(matches!(begin(&[Some(b"a\0b")]), Err(WriteError::Name(_))));
    let single = DatabaseOptions::Hash(HashOptions { max_bucket: 0, ..hash.clone() });
    assert!(matches!(writer().begin(None, single), Err(WriteError::SingleBucket)));

    let mut keys: Vec<_> = (0..20_u8).map(|n| vec![n]).collect();
    keys.sort_by_key(|key| std::cmp::Reverse(Buckets::new(3).of(default_hash(key))));
    let mut out_of_order = writer();
    out_of_order.begin(None, DatabaseOptions::Hash(hash.clone())).unwrap();
    let pushed = keys.iter().map(|key| out_of_order.push(Record { key, data: Data::Whole(b"") }));
    assert!(matches!(pushed.last().unwrap(), Err(WriteError::BucketOrder { .. } | WriteError::Incomplete)));

    let mut repeated = writer();
    repeated.begin(None, DatabaseOptions::Hash(hash)).unwrap();
    repeated.push(record(b"a")).unwrap();
    assert!(matches!(repeated.push(record(b"a")), Err(WriteError::RepeatedKey { record: 2 })));
    assert!(matches!(repeated.finish(), Err(WriteError::Incomplete)));
}
