//! Random record lists through the btree writer, judged by Berkeley DB's own `db_verify` and `db_dump`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "test files in a temporary directory")]
#![allow(unreachable_pub, dead_code, reason = "the module is shared between test programs")]

mod write_peers;

use bdb::format::overflow_threshold;
use bdb::write::{Duplicates, WriteOptions};
use bdb::{Database, Record};
use proptest::prelude::*;
use std::collections::BTreeMap;
use write_peers::{Batch, ORDERS, Pairs, options, write};

fn random_options() -> impl Strategy<Value = WriteOptions> {
    let duplicates = prop_oneof![Just(Duplicates::None), Just(Duplicates::Unsorted), Just(Duplicates::Sorted)];
    (0..2_usize, 9..13_u32, duplicates, 1..=100_u8, 2..6_u32).prop_map(
        |(order, size, duplicates, fill_percent, minkey)| WriteOptions {
            fill_percent,
            minkey,
            ..options(ORDERS[order], 1 << size, duplicates)
        },
    )
}

/// Lengths about the limits of a 512-byte page as well as short and long ones.
fn length() -> impl Strategy<Value = usize> {
    let limit = overflow_threshold(512, 2) as usize;
    prop_oneof![8 => 0..20_usize, 3 => limit - 3..limit + 4, 2 => 20..500_usize, 1 => 480..3000_usize]
}

fn item() -> impl Strategy<Value = Vec<u8>> {
    (length(), any::<u64>()).prop_map(|(length, seed)| {
        let mut state = seed | 1;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        (0..length).map(|_| next()).collect()
    })
}

/// Records in order; one key in eight has a larger set of values.
fn random_records() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<Vec<u8>>)>> {
    let values = prop_oneof![7 => prop::collection::vec(item(), 1..4), 1 => prop::collection::vec(item(), 4..150)];
    prop::collection::btree_map(item(), values, 0..120).prop_map(|map: BTreeMap<_, _>| map.into_iter().collect())
}

pub fn pairs(duplicates: Duplicates, records: Vec<(Vec<u8>, Vec<Vec<u8>>)>) -> Pairs {
    let mut pairs = Pairs::new();
    for (key, mut values) in records {
        match duplicates {
            Duplicates::None => values.truncate(1),
            Duplicates::Unsorted => {}
            Duplicates::Sorted => {
                values.sort();
                values.dedup();
            }
        }
        pairs.extend(values.into_iter().map(|value| (key.clone(), value)));
    }
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_what_the_library_reads_db5_3(
        files in prop::collection::vec((random_options(), random_records()), 8)
    ) {
        let mut batch = Batch::new();
        for (options, records) in files {
            let records = pairs(options.duplicates, records);
            batch.add(&options, &records);
        }
        batch.judge();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_what_our_reader_reads((options, records) in (random_options(), random_records())) {
        let records = pairs(options.duplicates, records);
        let (file, written) = write(&options, &records).unwrap();
        let database = Database::open(file).unwrap();
        let mut reader = database.records();
        let mut found = Pairs::new();
        while let Some(Record { key, data }) = reader.next().unwrap() {
            let key = key.to_vec();
            let mut value = Vec::new();
            data.for_each_chunk(|chunk| { value.extend_from_slice(chunk); Ok(()) }).unwrap();
            found.push((key, value));
        }
        prop_assert_eq!(found.len() as u64, written.records);
        prop_assert!(found == records);
    }
}
