//! Sweeps over good databases: every damage is an error, or leaves every record in its place. None ends the process or
//! the promise that no record is lost in silence.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod read_support;

use proptest::prelude::*;
use read_support::{
    Content, FREE_PAGES, File, HASH, HASH_OLD_DUPLICATES, HASH_OVERFLOW, HASH_SORTED, LONG_KEYS, OLD_DUPLICATES,
    OVERFLOW, PLAIN, SORTED, SUBDATABASES, UNSORTED, bytes, read_changed,
};

/// Changes one byte and reads: an error, or the same records, or the same number of records with one of them changed
/// where the byte lies inside an item.
fn change(file: &File, good: &Content, at: usize, byte: u8) {
    let Ok(found) = read_changed(&file.bytes, &[(at, byte)]) else { return };
    if found == *good {
        return;
    }
    let case = format!("byte {at} from {:#04x} to {byte:#04x}", file.bytes[at]);
    assert!(file.is_in_item(at), "{case}: other records, although it is no key and no data");
    let (before, after) = (good.records.len() as u64 + good.deleted, found.records.len() as u64 + found.deleted);
    assert_eq!(before, after, "{case}: number of records");
    if found.deleted == good.deleted {
        let data_changed = good.records.iter().zip(&found.records).filter(|(old, new)| old.1 != new.1).count();
        assert!(data_changed <= 1, "{case}: data of {data_changed} records changed");
    }
}

fn flip_every_byte(name: &str, data_step: usize) {
    let file = File::new(name);
    let good = read_changed(&file.bytes, &[]).unwrap();
    for at in 0..file.bytes.len() {
        let original = file.bytes[at];
        if file.is_in_item(at) && file.kind(at / file.page_size) == 7 && !at.is_multiple_of(data_step) {
            continue;
        }
        change(&file, &good, at, !original);
        // Of headers each bit, of indices one bit of each byte, of items one bit of every third.
        let bits = match at % file.page_size {
            ..32 => 0..8,
            _ if file.is_in_item(at) && !at.is_multiple_of(3) => continue,
            _ => at % 8..at % 8 + 1,
        };
        bits.for_each(|bit| change(&file, &good, at, original ^ 1 << bit));
    }
}

#[test]
fn no_flipped_byte_of_a_plain_file_loses_a_record() {
    flip_every_byte(PLAIN, 1);
}

#[test]
fn no_flipped_byte_of_an_old_duplicate_file_loses_a_record() {
    flip_every_byte(OLD_DUPLICATES, 1);
}

#[test]
fn no_flipped_byte_of_an_unsorted_duplicate_file_loses_a_record() {
    flip_every_byte(UNSORTED, 1);
}

#[test]
fn no_flipped_byte_of_a_sorted_duplicate_file_loses_a_record() {
    flip_every_byte(SORTED, 1);
}

#[test]
fn no_flipped_byte_of_an_overflow_file_loses_a_record() {
    flip_every_byte(OVERFLOW, 97);
}

#[test]
fn no_flipped_byte_of_a_file_with_free_pages_loses_a_record() {
    flip_every_byte(FREE_PAGES, 1);
}

#[test]
fn no_flipped_byte_of_a_file_with_long_internal_keys_loses_a_record() {
    flip_every_byte(LONG_KEYS, 31);
}

#[test]
fn no_flipped_byte_of_a_hash_file_loses_a_record() {
    flip_every_byte(HASH, 1);
}

#[test]
fn no_flipped_byte_of_a_hash_file_with_overflow_items_loses_a_record() {
    flip_every_byte(HASH_OVERFLOW, 31);
}

#[test]
fn no_flipped_byte_of_an_old_hash_file_with_duplicates_loses_a_record() {
    flip_every_byte(HASH_OLD_DUPLICATES, 1);
}

#[test]
fn no_flipped_byte_of_a_hash_file_with_sorted_duplicates_loses_a_record() {
    flip_every_byte(HASH_SORTED, 1);
}

#[test]
fn no_flipped_byte_of_a_file_with_sub_databases_loses_a_record() {
    flip_every_byte(SUBDATABASES, 1);
}

#[test]
fn every_cut_file_is_an_error() {
    for name in [PLAIN, SORTED, OVERFLOW, SUBDATABASES, HASH, HASH_OLD_DUPLICATES, HASH_OVERFLOW, HASH_SORTED] {
        let whole = bytes(name);
        for length in 0..whole.len() {
            assert!(read_changed(&whole[..length], &[]).is_err(), "{name}: {length} of {} bytes", whole.len());
        }
    }
}

proptest! {
    #[test]
    fn random_damage_ends_in_an_error_or_in_records(
        file in 0..12_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        headers in any::<bool>(),
    ) {
        let btrees = [PLAIN, OLD_DUPLICATES, UNSORTED, SORTED, OVERFLOW, FREE_PAGES, LONG_KEYS, SUBDATABASES];
        let hashes = [HASH, HASH_OLD_DUPLICATES, HASH_OVERFLOW, HASH_SORTED];
        let bytes = bytes(btrees.iter().chain(&hashes).nth(file).unwrap());
        let place = |index: prop::sample::Index| {
            let at = index.index(bytes.len());
            if headers { at / 512 * 512 + at % 64 } else { at }
        };
        let changes: Vec<_> = changes.into_iter().map(|(index, byte)| (place(index), byte)).collect();
        let _ = read_changed(&bytes, &changes);
    }

    #[test]
    fn random_bytes_after_a_good_head_end_in_an_error(tail in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut bytes = bytes(PLAIN);
        for (index, byte) in bytes.iter_mut().enumerate().skip(512) {
            *byte = tail[index % tail.len()];
        }
        prop_assert!(read_changed(&bytes, &[]).is_err());
    }
}
