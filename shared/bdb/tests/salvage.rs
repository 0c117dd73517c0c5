//! Damaged files: what is on intact pages comes back, whatever else is damaged, and what does not come back is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod read_support;

use std::collections::{BTreeMap, BTreeSet};

use bdb::read::Database;
use bdb::read::salvage::Loss;
use proptest::prelude::*;
use read_support::salvage::{Pairs, modes, salvage, sorted_records};
use read_support::{
    Damaged, FREE_PAGES, File, HASH, HASH_OLD_DUPLICATES, HASH_OVERFLOW, HASH_SORTED, LONG_KEYS, OLD_DUPLICATES,
    OVERFLOW, PLAIN, SORTED, SUBDATABASES, UNSORTED, bytes, read_changed,
};

const ALL: [&str; 12] = [
    PLAIN,
    OLD_DUPLICATES,
    UNSORTED,
    SORTED,
    OVERFLOW,
    FREE_PAGES,
    LONG_KEYS,
    SUBDATABASES,
    HASH,
    HASH_OLD_DUPLICATES,
    HASH_OVERFLOW,
    HASH_SORTED,
];

#[test]
fn a_sound_file_gives_everything_in_its_order_and_nothing_is_lost() {
    for name in ALL {
        let (found, losses) = salvage(&bytes(name), &[]).unwrap();
        assert_eq!(losses, [], "{name}");
        assert_eq!(found, read_changed(&bytes(name), &[]).unwrap().records, "{name}");
    }
}

/// How often each pair occurs.
fn counted(pairs: &Pairs) -> BTreeMap<&(Vec<u8>, Vec<u8>), usize> {
    let mut counts = BTreeMap::new();
    pairs.iter().for_each(|pair| *counts.entry(pair).or_default() += 1);
    counts
}

/// Makes a page unreadable, and checks that only what depends on it is gone and that this is told.
fn without_page(name: &str, page: usize) {
    let file = File::new(name);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    let kind = file.kind(page);
    let mut damaged = file.bytes.clone();
    damaged[file.start(page)..file.start(page + 1)].fill(0xa5);
    let (found, losses) = salvage(&damaged, &[]).unwrap();
    let (all, left) = (counted(&good), counted(&found));
    for (pair, count) in &left {
        assert!(all.get(pair).is_some_and(|known| known >= count), "{name} page {page}: a record that was not there");
    }
    let lost = good.len() - found.len();
    assert!(lost == 0 || !losses.is_empty(), "{name} page {page}: {lost} records are lost in silence");
    assert!(found.is_sorted() || !good.is_sorted(), "{name} page {page}: the order of keys and data is kept");
    match kind {
        // The pages below are found all the same.
        3 if !name.contains("dup") && !name.contains("subdb") => assert_eq!(lost, 0, "{name} page {page}: type 3"),
        5 if !name.contains("subdb") && !name.contains("dup") => {
            assert_eq!(lost, file.entries(page) / 2, "{name} page {page}: a leaf");
        }
        7 => assert!(lost <= 1, "{name} page {page}: part of one item"),
        0 => assert_eq!(lost, 0, "{name} page {page}: free"),
        _ => {}
    }
    if kind != 0 && file.entries(page) > 0 {
        assert!(losses.iter().any(|loss| loss.page.0 as usize == page || loss.what.contains(&format!("page {page}"))));
    }
}

#[test]
fn any_unreadable_page_costs_only_what_is_on_it() {
    for name in ALL {
        for page in 1..File::new(name).pages() {
            without_page(name, page);
        }
    }
}

#[test]
fn a_file_that_ends_too_early_gives_what_is_left_of_it() {
    for name in ALL {
        let file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        for page in 1..file.pages() {
            let (found, losses) = salvage(&file.bytes[..file.start(page) + 100], &[]).unwrap();
            assert!(!losses.is_empty(), "{name} page {page}");
            assert!(found.len() <= good.len(), "{name} page {page}");
        }
        // Only the last page is not whole.
        let last = file.pages() - 1;
        let (found, _) = salvage(&file.bytes[..file.start(last) + 100], &[]).unwrap();
        let mut without = file.bytes.clone();
        without[file.start(last)..].fill(0xa5);
        assert_eq!(found, salvage(&without, &[]).unwrap().0, "{name}");
    }
}

#[test]
fn without_its_first_page_a_file_gives_all_its_records() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let manifest = std::fs::read_to_string(data.join("manifest.tsv")).unwrap();
    let names = manifest.lines().skip(1).map(|line| line.split('\t').next().unwrap());
    let mut tried = 0;
    for name in names.filter(|name| !name.contains("subdb")) {
        let mut file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        let page_size = file.page_size;
        for byte in [0, 0xa5] {
            file.bytes[..page_size].fill(byte);
            let Some((mut found, losses)) = salvage(&file.bytes, &[]) else { panic!("{name}: nothing is found") };
            // A hash table has pages that are set aside, and now nobody knows which.
            let is_zero = |loss: &&Loss| loss.what.contains("all zeros");
            assert!(name.contains("hash") || losses.iter().find(is_zero).is_none(), "{name}: {losses:?}");
            assert_eq!(losses.iter().filter(|loss| !is_zero(loss)).count(), 1, "{name}: {losses:?}");
            let mut good = good.clone();
            assert!(found.is_sorted() || !good.is_sorted(), "{name}");
            good.sort();
            found.sort();
            assert!(found == good, "{name}: {} of {}", found.len(), good.len());
        }
        tried += 1;
    }
    assert!(tried > 80, "{tried}");
}

#[test]
fn a_damaged_name_of_a_sub_database_costs_only_the_name() {
    let bytes = bytes(SUBDATABASES);
    let good = read_changed(&bytes, &[]).unwrap().records;
    let at = bytes.windows(5).position(|window| window == b"alpha").unwrap();
    let (found, losses) = salvage(&bytes, &[(at, b'z')]).unwrap();
    let lost: Vec<_> = good.iter().filter(|pair| !found.contains(pair)).collect();
    assert!(lost.iter().all(|(key, _)| key.starts_with(b"alpha")), "{lost:?}");
    assert_eq!((found.len(), losses), (good.len(), vec![]));
}

#[test]
fn what_is_no_database_or_holds_several_is_not_guessed_at() {
    let mut several = File::new(SUBDATABASES);
    several.bytes[..512].fill(0);
    let text = b"some text\n".repeat(1000);
    for bytes in [several.bytes, text, vec![0; 65536], vec![0xff; 65536], b"short".to_vec(), Vec::new()] {
        assert!(salvage(&bytes, &[]).is_none());
    }
}

#[test]
fn the_range_of_keys_around_a_lost_leaf_is_told() {
    let mut file = File::new(PLAIN);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    let leaf = file.of_kind(5)[3];
    let first = good.iter().position(|_| true).unwrap();
    assert_eq!(first, 0);
    let at = file.start(leaf) + 22;
    file.set_u16(at, 3);
    let (found, losses) = salvage(&file.bytes, &[]).unwrap();
    let lost: Vec<_> = good.iter().filter(|pair| !found.contains(pair)).collect();
    assert_eq!(lost.len(), file.entries(leaf) / 2);
    let loss = losses.iter().find(|loss| loss.page.0 as usize == leaf).unwrap();
    let after = loss.after.as_ref().unwrap();
    let before = loss.before.as_ref().unwrap();
    assert!(lost.iter().all(|(key, _)| after < key && key < before));
    let between = good.iter().filter(|(key, _)| after < key && key < before).count();
    assert_eq!(between, lost.len());
}

#[test]
fn without_the_root_everything_is_found_in_order() {
    for name in [PLAIN, FREE_PAGES, LONG_KEYS] {
        let mut file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        let root = file.start(1);
        file.bytes[root + 20..root + 512].fill(0);
        let (found, losses) = salvage(&file.bytes, &[]).unwrap();
        assert_eq!(found, good, "{name}");
        assert!(!losses.is_empty());
    }
}

#[test]
fn a_leaf_that_was_left_behind_gives_nothing_twice() {
    for name in [PLAIN, HASH] {
        let file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        let page = file.of_kind(if name == PLAIN { 5 } else { 13 })[2];
        // A copy of a page behind the last one, as an interrupted split leaves it.
        let mut bytes = file.bytes.clone();
        let mut copy = bytes[file.start(page)..file.start(page + 1)].to_vec();
        copy[8..12].copy_from_slice(&u32::try_from(file.pages()).unwrap().to_le_bytes());
        bytes.extend(copy);
        let (found, losses) = salvage(&bytes, &[]).unwrap();
        assert_eq!((found, losses), (good, vec![]), "{name}");
    }
}

#[test]
fn a_key_out_of_order_costs_only_itself() {
    let file = File::new(PLAIN);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    let leaf = file.of_kind(5)[4];
    for index in (0..file.entries(leaf)).step_by(2) {
        let at = file.item(leaf, index) + 3;
        for byte in [0, 0xff] {
            let (found, losses) = salvage(&file.bytes, &[(at, byte)]).unwrap();
            assert!(good.len() - found.len() <= 1, "item {index}: {} of {}", found.len(), good.len());
            assert!(found.is_sorted_by(|one, other| one.0 < other.0), "item {index}");
            assert!(losses.len() == good.len() - found.len() || found.len() == good.len());
        }
    }
}

#[test]
fn a_key_that_damage_made_equal_to_another_is_told() {
    // The second of two keys of one page gets the bytes of the first.
    let mut btree = File::new(PLAIN);
    let leaf = btree.of_kind(5)[4];
    let (one, other) = (btree.item(leaf, 2), btree.item(leaf, 4));
    let length = btree.u16(one);
    assert_eq!(length, btree.u16(other));
    btree.bytes.copy_within(one..one + length + 3, other);

    let mut hash = File::new(HASH);
    let keys = |file: &File, page| -> Vec<_> {
        let items = (0..file.entries(page)).step_by(2);
        let end = |index| if index == 0 { file.start(page + 1) } else { file.item(page, index - 1) };
        items.map(|index| file.item(page, index)..end(index)).collect()
    };
    let bucket = hash.of_kind(13);
    let (page, one, other) = bucket
        .iter()
        .flat_map(|page| {
            keys(&hash, *page).windows(2).map(|two| (*page, two[0].clone(), two[1].clone())).collect::<Vec<_>>()
        })
        .find(|(_, one, other)| one.len() == other.len())
        .unwrap();
    hash.bytes.copy_within(one, other.start);

    let repeated = [(PLAIN, btree, leaf, "is a duplicate"), (HASH, hash, page, "came before in the same bucket")];
    for (name, file, page, what) in repeated {
        let good = read_changed(&bytes(name), &[]).unwrap().records;
        assert!(read_changed(&file.bytes, &[]).is_err());
        let (found, losses) = salvage(&file.bytes, &[]).unwrap();
        assert_eq!((good.len() - found.len(), losses.len()), (1, 1), "{name}");
        assert!(losses[0].page.0 as usize == page && losses[0].what.contains(what), "{losses:?}");
    }
}

#[test]
fn a_sub_database_outside_the_file_is_told_with_the_page_that_says_so() {
    let file = File::new(SUBDATABASES);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    // Of the second name, where the meta page is.
    let at = file.item(1, 3) + 3;
    let (found, losses) = salvage(&file.bytes, &[(at, 0x20)]).unwrap();
    assert_eq!(found, good[..60]);
    assert!(losses.iter().all(|loss| (loss.page.0 as usize) < file.pages()), "{losses:?}");
    assert_eq!((losses[0].page.0, losses[0].database.as_deref()), (0, Some(b"beta".as_slice())));
}

#[test]
fn a_bucket_whose_page_became_zeros_is_told() {
    let file = File::new(HASH);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    // Not one of the first two, which are not written before a key comes.
    let is_first = |page: &usize| file.u32(file.start(*page) + 12) == 0 && file.entries(*page) > 0;
    let page = file.of_kind(13).into_iter().rfind(is_first).unwrap();
    let mut damaged = file.bytes.clone();
    damaged[file.start(page)..file.start(page + 1)].fill(0);
    let (found, losses) = salvage(&damaged, &[]).unwrap();
    assert_eq!(good.len() - found.len(), file.entries(page) / 2);
    assert!(losses.iter().any(|loss| loss.page.0 as usize == page), "{losses:?}");
}

#[test]
fn a_link_of_the_tree_that_leads_astray_costs_nothing() {
    for name in [PLAIN, FREE_PAGES, LONG_KEYS] {
        let sound = File::new(name);
        let good = read_changed(&sound.bytes, &[]).unwrap().records;
        let leaves = sound.of_kind(5);
        let astray = [leaves[0], leaves[leaves.len() / 2], leaves[leaves.len() - 1], 0, sound.pages() + 7];
        for page in sound.of_kind(3) {
            for (index, target) in (0..sound.entries(page)).flat_map(|index| astray.map(|target| (index, target))) {
                let mut file = File::new(name);
                let at = file.item(page, index) + 4;
                if file.u32(at) as usize == target {
                    continue;
                }
                file.set_u32(at, u32::try_from(target).unwrap());
                let (found, _) = salvage(&file.bytes, &[]).unwrap();
                assert!(
                    found == good,
                    "{name}: page {page} item {index} to {target}: {} of {}",
                    found.len(),
                    good.len()
                );
            }
        }
    }
}

#[test]
fn a_link_of_a_bucket_that_leads_astray_costs_nothing() {
    for name in [HASH, HASH_OLD_DUPLICATES, HASH_SORTED] {
        let sound = File::new(name);
        let good = read_changed(&sound.bytes, &[]).unwrap().records;
        let pages: Vec<usize> = [2, 13].into_iter().flat_map(|kind| sound.of_kind(kind)).collect();
        for (page, target) in pages.iter().flat_map(|page| pages.iter().map(move |target| (*page, *target))) {
            let mut file = File::new(name);
            let at = file.start(page) + 16;
            if page == target || file.u32(at) as usize == target {
                continue;
            }
            file.set_u32(at, u32::try_from(target).unwrap());
            let (mut found, _) = salvage(&file.bytes, &[]).unwrap();
            found.sort();
            let mut good = good.clone();
            good.sort();
            assert!(found == good, "{name}: page {page} to {target}: {} of {}", found.len(), good.len());
        }
    }
}

#[test]
fn a_wrong_number_of_buckets_costs_few_records_and_tells_them() {
    for name in [HASH, HASH_SORTED] {
        let good = read_changed(&bytes(name), &[]).unwrap().records.len();
        let last = File::new(name).u32(72);
        for other in [0, 1, last / 2, last - 1, last + 1, 2 * last, 0x7fff_ffff, u32::MAX] {
            let mut file = File::new(name);
            file.set_u32(72, other);
            let (found, losses) = salvage(&file.bytes, &[]).unwrap();
            assert!(found.len() == good || !losses.is_empty(), "{name}: {other}");
            assert!(found.len() * 10 >= good * 9, "{name}: {other}: {} of {good}", found.len());
        }
    }
}

fn flip_every_byte(name: &str, step: usize) {
    let file = File::new(name);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    let bits = (0..8).flat_map(|bit| (0..512).map(move |at| (at, 1 << bit)));
    let bytes = (0..file.bytes.len()).step_by(step).map(|at| (at, 0xff));
    for (at, change) in bits.chain(bytes) {
        let byte = file.bytes[at] ^ change;
        let Some((found, losses)) = salvage(&file.bytes, &[(at, byte)]) else { continue };
        let missing = good.len().saturating_sub(found.len());
        assert!(missing == 0 || !losses.is_empty(), "{name}: byte {at}: {missing} records are lost in silence");
        // What a strict reading takes for sound comes back whole.
        if let Ok(strict) = read_changed(&file.bytes, &[(at, byte)]) {
            let mut strict = strict.records;
            let mut found = found;
            strict.sort();
            found.sort();
            assert!(found == strict || !losses.is_empty(), "{name}: byte {at}");
        }
    }
}

#[test]
fn no_flipped_byte_loses_a_record_in_silence() {
    for name in ALL {
        let step = if name.contains("overflow") || name == LONG_KEYS { 37 } else { 3 };
        flip_every_byte(name, step);
    }
}

proptest! {
    #[test]
    fn any_number_of_unreadable_pages_costs_only_what_is_on_them(
        file in prop::sample::select(vec![PLAIN, FREE_PAGES]),
        pages in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        let file = File::new(file);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        let mut damaged = file.bytes.clone();
        let pages: BTreeSet<usize> = pages.into_iter().map(|page| 1 + page.index(file.pages() - 1)).collect();
        let mut lost = 0;
        for page in pages {
            damaged[file.start(page)..file.start(page + 1)].fill(0xa5);
            lost += if file.kind(page) == 5 { file.entries(page) / 2 } else { 0 };
        }
        let (found, _) = salvage(&damaged, &[]).unwrap();
        prop_assert_eq!(found.len(), good.len() - lost);
        prop_assert!(found.is_sorted() && found.iter().all(|pair| good.binary_search(pair).is_ok()));
    }

    #[test]
    fn random_damage_ends_in_records(
        file in 0..12_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        headers in any::<bool>(),
    ) {
        let bytes = bytes(ALL[file]);
        let place = |index: prop::sample::Index| {
            let at = index.index(bytes.len());
            if headers { at / 512 * 512 + at % 64 } else { at }
        };
        let changes: Vec<_> = changes.into_iter().map(|(index, byte)| (place(index), byte)).collect();
        let _ = salvage(&bytes, &changes);
    }
}

#[test]
fn a_damaged_mark_of_the_hash_function_costs_nothing_and_another_function_is_told() {
    for name in [HASH, HASH_OLD_DUPLICATES, HASH_SORTED] {
        let mut file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        let charkey = if name == HASH_OLD_DUPLICATES { 76 } else { 92 };
        let right = file.u32(charkey);
        file.set_u32(charkey, right ^ 0x0100);
        let (found, losses) = salvage(&file.bytes, &[]).unwrap();
        assert_eq!((found, losses.len()), (good, 1), "{name}: {losses:?}");
    }
    // Keys that another function put where they are: each one's first byte is another one's.
    let mut file = File::new(HASH);
    let charkey = file.u32(92);
    file.set_u32(92, charkey ^ 1);
    for page in file.of_kind(13) {
        for index in (0..file.entries(page)).step_by(2) {
            let at = file.item(page, index) + 5;
            file.bytes[at] ^= index as u8;
        }
    }
    let (found, losses) = salvage(&file.bytes, &[]).unwrap();
    assert!(found.is_empty() && losses.iter().any(|loss| loss.what.contains("of the application")), "{losses:?}");
}

#[test]
fn a_flag_for_sub_databases_that_the_pages_disprove_costs_nothing_and_is_told() {
    for (name, flags, bit) in [(PLAIN, 48, 0x20), ("btree-4.4.20-le-overflow-1024.db", 48, 0x20)] {
        let mut file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        file.bytes[flags] ^= bit;
        assert!(read_changed(&file.bytes, &[]).is_err());
        let (found, losses) = salvage(&file.bytes, &[]).unwrap();
        assert!(found == good && losses.len() == 1, "{name}: {losses:?}");
        assert!(losses[0].what.contains("its pages are those of one database"), "{losses:?}");
    }
}

#[test]
fn sub_databases_without_a_readable_name_are_not_taken_for_one_database() {
    let mut file = File::new(SUBDATABASES);
    for range in [88..92, 512..1024] {
        let sound = file.bytes[range.clone()].to_vec();
        file.bytes[range.clone()].fill(0);
        let (found, losses) = salvage(&file.bytes, &[]).unwrap();
        assert!(found.is_empty() && !losses.is_empty(), "{losses:?}");
        assert_eq!(modes(&file.bytes), []);
        file.bytes[range].copy_from_slice(&sound);
    }
    let mut old = File::new("btree-3.0.55-le-subdb-512.db");
    for (at, bit) in (72..76).flat_map(|at| (0..8).map(move |bit| (at, 1 << bit))) {
        old.bytes[at] ^= bit;
        let (found, losses) = salvage(&old.bytes, &[]).unwrap();
        assert!(found.is_empty() && !losses.is_empty() && modes(&old.bytes).is_empty(), "byte {at}: {losses:?}");
        old.bytes[at] ^= bit;
    }
}

#[test]
fn the_second_of_two_sub_databases_of_one_name_is_told() {
    let mut file = File::new(SUBDATABASES);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    // The lengths of the names agree but for one byte of padding.
    let (first, second) = (file.item(1, 0), file.item(1, 2));
    file.set_u16(first, 4);
    file.bytes.copy_within(second + 3..second + 7, first + 3);
    // With and without a flag that allows it.
    for (flags, what) in [(file.bytes[48], "is a duplicate"), (file.bytes[48] | 1, "was there before")] {
        assert!(read_changed(&file.bytes, &[(48, flags)]).is_err());
        let (found, losses) = salvage(&file.bytes, &[(48, flags)]).unwrap();
        assert!(found.len() < good.len() && losses.iter().any(|loss| loss.what.contains(what)), "{losses:?}");
    }
}

/// Returns how many deleted items salvage skips in a file.
fn deleted(bytes: &[u8]) -> u64 {
    let source = Damaged::new(bytes, &[]);
    let database = Database::open_damaged(&source).unwrap();
    let mut salvage = database.salvage();
    while salvage.next_part().unwrap().is_some() {}
    salvage.survey().deleted
}

#[test]
fn deleted_items_are_counted_as_in_a_sound_file() {
    let mut some = 0;
    for name in ["btree-3.2.9-le-deleteditem-512.db", "btree-4.4.20-le-deleteditem-512.db"].into_iter().chain(ALL) {
        let bytes = bytes(name);
        let expected = read_changed(&bytes, &[]).unwrap().deleted;
        assert_eq!(deleted(&bytes), expected, "{name}");
        some += u64::from(expected > 0);
    }
    assert!(some > 1);
    // Of long data, and of data on pages of their own.
    for (name, kind) in [(OVERFLOW, 5), (SORTED, 12)] {
        let mut file = File::new(name);
        let page = file.of_kind(kind)[0];
        let at = if kind == 5 { file.reference(3).1 } else { file.item(page, 0) };
        file.bytes[at + 2] |= 0x80;
        let strict = read_changed(&file.bytes, &[]).unwrap();
        assert_eq!((deleted(&file.bytes), strict.deleted), (1, 1), "{name}");
        assert_eq!(salvage(&file.bytes, &[]).unwrap(), (strict.records, vec![]), "{name}");
    }
}

#[test]
fn a_deleted_item_whose_pages_are_no_chain_is_told() {
    let bytes = bytes("btree-4.4.20-be-subdb-512.db");
    assert!(read_changed(&bytes, &[(2466, 0x83)]).is_err());
    let (found, losses) = salvage(&bytes, &[(2466, 0x83)]).unwrap();
    assert_eq!(read_changed(&bytes, &[]).unwrap().records.len() - found.len(), 1);
    assert!(losses.iter().any(|loss| loss.page.0 as usize == 2466 / 512), "{losses:?}");
}

#[test]
fn pages_that_became_zeros_and_that_nothing_leads_to_any_more_are_told() {
    let mut file = File::new(PLAIN);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    file.set_u32(88, 0);
    let page = file.start(5);
    file.bytes[page..page + file.page_size].fill(0);
    let (found, losses) = salvage(&file.bytes, &[]).unwrap();
    assert!(found.len() < good.len());
    let pages: Vec<_> = losses.iter().map(|loss| loss.page.0).collect();
    assert_eq!(pages, [0, 5], "{losses:?}");

    for name in [PLAIN, "hash-3.2.9-le-plain-512.db"] {
        let mut file = File::new(name);
        let end = file.start(8);
        file.bytes[..end].fill(0);
        let (_, losses) = salvage(&file.bytes, &[]).unwrap();
        let told = "page 1: it and those up to page 7 are all zeros";
        assert!(losses.iter().any(|loss| loss.page.0 == 1 && loss.what.starts_with(told)), "{name}: {losses:?}");
    }
}

#[test]
fn pages_of_zeros_that_are_set_aside_or_were_free_are_no_loss() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let manifest = std::fs::read_to_string(data.join("manifest.tsv")).unwrap();
    let names = manifest.lines().map(|line| line.split('\t').next().unwrap());
    for name in names.filter(|name| name.starts_with("hash")) {
        let mut file = File::new(name);
        let page = [2, 13].into_iter().flat_map(|kind| file.of_kind(kind)).next().unwrap();
        let range = file.start(page) + 8..file.start(page) + 12;
        file.bytes[range].fill(0xa5);
        let (_, losses) = salvage(&file.bytes, &[]).unwrap();
        assert!(!losses.is_empty() && losses.iter().all(|loss| !loss.what.contains("zeros")), "{name}: {losses:?}");
    }
    let mut file = File::new(FREE_PAGES);
    let free = file.u32(28) as usize;
    let range = file.start(free)..file.start(free + 1);
    file.bytes[range].fill(0);
    assert_eq!(salvage(&file.bytes, &[]).unwrap().1, [], "page {free}");
}

#[test]
fn a_child_or_a_bucket_that_leads_to_a_page_of_another_type_takes_it_from_nobody() {
    for name in ["btree-4.4.20-le-dup-1024.db", OVERFLOW, UNSORTED, SORTED, OLD_DUPLICATES] {
        let sound = File::new(name);
        let good = sorted_records(name);
        let others: Vec<usize> = [1, 4, 6, 7, 12].into_iter().flat_map(|kind| sound.of_kind(kind)).collect();
        // The root, whose children are the leaves.
        for (index, target) in (0..sound.entries(1)).flat_map(|index| others.iter().map(move |page| (index, *page))) {
            let mut file = File::new(name);
            let at = file.item(1, index) + 4;
            file.set_u32(at, u32::try_from(target).unwrap());
            assert_eq!(file.kind(1), 3, "{name}");
            let (mut found, losses) = salvage(&file.bytes, &[]).unwrap();
            found.sort();
            assert!(found == good, "{name}: item {index} to {target}: {} of {}", found.len(), good.len());
            assert!(!losses.is_empty(), "{name}: item {index} to {target}");
        }
    }
    for name in ["hash-4.7.25-le-dup-512.db", HASH_SORTED, HASH_OVERFLOW, HASH_OLD_DUPLICATES] {
        let sound = File::new(name);
        let good = sorted_records(name);
        let others: Vec<usize> = [1, 3, 4, 6, 7, 12].into_iter().flat_map(|kind| sound.of_kind(kind)).collect();
        let buckets = [2, 13].into_iter().flat_map(|kind| sound.of_kind(kind));
        for (page, target) in buckets.flat_map(|page| others.iter().map(move |other| (page, *other))) {
            let mut file = File::new(name);
            file.set_u32(sound.start(page) + 16, u32::try_from(target).unwrap());
            let (mut found, _) = salvage(&file.bytes, &[]).unwrap();
            found.sort();
            assert!(found == good, "{name}: page {page} to {target}: {} of {}", found.len(), good.len());
        }
    }
}
