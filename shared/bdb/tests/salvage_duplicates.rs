//! Duplicates in damaged files: sets with pages of their own, chains of them, and flags that the pages disprove.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod read_support;

use bdb::read::{Database, DuplicateMode};
use read_support::salvage::{modes, salvage, sorted_records};
use read_support::{Damaged, File, HASH_OLD_DUPLICATES, HASH_SORTED, OLD_DUPLICATES, SORTED, UNSORTED, read_changed};

#[test]
fn a_database_with_duplicates_counts_no_records_whatever_its_flags_say() {
    for (name, flags) in [(UNSORTED, 51), (OLD_DUPLICATES, 36)] {
        let mut file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        file.bytes[flags] ^= 4;
        let (found, losses) = salvage(&file.bytes, &[]).unwrap();
        assert!(found == good && losses.len() == 1, "{name}: {losses:?}");
        assert!(!modes(&file.bytes)[0].1, "{name}");
    }
    for name in ["btree-3.1.17-le-dupsort-512.db", "btree-3.2.9-be-dupsort-512.db", SORTED] {
        let mut file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        for byte in [0, 0xa5] {
            file.bytes[..file.page_size].fill(byte);
            assert_eq!(salvage(&file.bytes, &[]).unwrap().0, good, "{name}");
            assert_eq!(modes(&file.bytes), [(DuplicateMode::Sorted, false)], "{name}");
        }
    }
}

#[test]
fn duplicates_that_the_flags_deny_are_kept_and_that_is_told() {
    let files = [
        (UNSORTED, 51, 1, DuplicateMode::Unsorted),
        (OLD_DUPLICATES, 36, 1, DuplicateMode::Unsaid),
        ("btree-3.0.55-le-dup-512.db", 32, 1, DuplicateMode::Unsaid),
        ("btree-4.4.20-le-dup-1024.db", 48, 1, DuplicateMode::Unsorted),
        (SORTED, 48, 1, DuplicateMode::Sorted),
        // Duplicates gone, record numbers there.
        (UNSORTED, 51, 5, DuplicateMode::Unsorted),
    ];
    for (name, flags, change, mode) in files {
        let mut file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        file.bytes[flags] ^= change;
        let (found, losses) = salvage(&file.bytes, &[]).unwrap();
        assert!(found == good, "{name}: {} of {}: {losses:?}", found.len(), good.len());
        assert!(losses.iter().any(|loss| loss.what.contains("its pages hold duplicates")), "{name}: {losses:?}");
        assert_eq!(modes(&file.bytes), [(mode, false)], "{name}");
    }
}

#[test]
fn a_damaged_flag_of_the_order_of_duplicates_costs_nothing_and_is_told() {
    for (name, mode) in [(SORTED, DuplicateMode::Sorted), ("btree-4.4.20-le-dup-1024.db", DuplicateMode::Unsorted)] {
        let mut file = File::new(name);
        let good = read_changed(&file.bytes, &[]).unwrap().records;
        let flags = file.u32(48);
        file.set_u32(48, flags ^ bdb::format::flag::DUPSORT);
        let (found, losses) = salvage(&file.bytes, &[]).unwrap();
        assert!(found == good && losses.len() == 1, "{name}: {losses:?}");
        assert_eq!(modes(&file.bytes), [(mode, false)], "{name}");
    }
}

/// Makes a page unreadable; only what is on it is lost.
fn without_leaf_of_a_set(name: &str, page: usize) {
    let file = File::new(name);
    let good = read_changed(&file.bytes, &[]).unwrap().records;
    let mut damaged = file.bytes.clone();
    damaged[file.start(page)..file.start(page + 1)].fill(0xa5);
    let (found, losses) = salvage(&damaged, &[]).unwrap();
    assert!(good.len() - found.len() <= file.entries(page), "{name} page {page}: {} of {}", found.len(), good.len());
    assert!(losses.iter().any(|loss| loss.page.0 as usize == page), "{name} page {page}: {losses:?}");
}

/// Files with sets of duplicates that have internal pages.
const SETS: [&str; 8] = [
    UNSORTED,
    SORTED,
    HASH_SORTED,
    "btree-3.2.9-le-dupsort-512.db",
    "btree-4.4.20-le-dup-1024.db",
    "hash-4.4.20-le-dup-512.db",
    "hash-4.7.25-be-dup-512.db",
    "hash-4.7.25-le-dupsort-1024.db",
];

#[test]
fn an_unreadable_leaf_of_a_set_of_duplicates_costs_only_what_is_on_it() {
    let mut tried = 0;
    for name in SETS {
        for page in [6, 12].into_iter().flat_map(|kind| File::new(name).of_kind(kind)) {
            without_leaf_of_a_set(name, page);
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn a_wrong_link_level_or_child_in_a_set_of_duplicates_costs_nothing() {
    for name in SETS {
        let sound = File::new(name);
        let mut good = read_changed(&sound.bytes, &[]).unwrap().records;
        good.sort();
        let leaves: Vec<usize> = [6, 12].into_iter().flat_map(|kind| sound.of_kind(kind)).collect();
        let targets = [0, 1, 4, sound.pages() + 7].into_iter().chain(leaves.iter().copied());
        let targets: Vec<u32> = targets.map(|target| u32::try_from(target).unwrap()).collect();
        let links = leaves.iter().flat_map(|leaf| [12, 16].map(|link| sound.start(*leaf) + link));
        let inner: Vec<usize> = sound.of_kind(4);
        let children = inner.iter().flat_map(|page| (0..sound.entries(*page)).map(|index| sound.item(*page, index)));
        for at in links.chain(children) {
            for target in targets.iter().filter(|target| sound.u32(at) != **target) {
                let mut file = File::new(name);
                file.set_u32(at, *target);
                let (mut found, losses) = salvage(&file.bytes, &[]).unwrap();
                found.sort();
                assert!(found == good, "{name}: {at} := {target}: {} of {}: {losses:?}", found.len(), good.len());
                assert!(!losses.is_empty(), "{name}: {at} := {target}");
            }
        }
        for leaf in leaves {
            let (mut found, losses) = salvage(&sound.bytes, &[(sound.start(leaf) + 24, 9)]).unwrap();
            found.sort();
            assert!(found == good && !losses.is_empty(), "{name}: level of page {leaf}");
        }
    }
}

#[test]
fn a_wrong_link_in_a_chain_of_duplicates_costs_nothing() {
    for name in [OLD_DUPLICATES, HASH_OLD_DUPLICATES, "btree-3.0.55-be-dup-512.db", "hash-2.7.7-be-dup-512.db"] {
        let sound = File::new(name);
        let good = read_changed(&sound.bytes, &[]).unwrap().records;
        let links = sound.of_kind(1).into_iter().flat_map(|page| [12, 16].map(|link| sound.start(page) + link));
        for (at, target) in links.flat_map(|at| (0..=sound.pages()).map(move |target| (at, target))) {
            let mut file = File::new(name);
            file.set_u32(at, u32::try_from(target).unwrap());
            let (found, losses) = salvage(&file.bytes, &[]).unwrap();
            assert!(found == good, "{name}: {at} := {target}: {} of {}", found.len(), good.len());
            assert!(!losses.is_empty() || file.bytes == sound.bytes, "{name}: {at} := {target}");
        }
        sound.of_kind(1).into_iter().for_each(|page| without_leaf_of_a_set(name, page));
    }
}

#[test]
fn wrong_places_of_buckets_take_no_page_of_duplicates() {
    for (name, spares, bits) in [("hash-4.7.25-le-dup-512.db", 96, 0..5), (HASH_SORTED, 96, 0..5)] {
        let good = sorted_records(name);
        for (spare, bit) in (0..6).flat_map(|spare| bits.clone().map(move |bit| (spare, bit))) {
            let mut file = File::new(name);
            let at = spares + 4 * spare;
            file.set_u32(at, file.u32(at) ^ 1 << bit);
            let (mut found, _) = salvage(&file.bytes, &[]).unwrap();
            found.sort();
            assert!(found == good, "{name}: {at} bit {bit}: {} of {}", found.len(), good.len());
        }
    }
}

#[test]
fn a_wrong_flag_of_duplicates_costs_nothing_and_is_set_right_where_there_are_some() {
    for name in [SORTED, UNSORTED, HASH_SORTED, "hash-4.7.25-le-dup-512.db", "btree-4.4.20-le-dup-1024.db"] {
        let good = sorted_records(name);
        let (dup, dupsort) = if name.starts_with("hash") { (1, 4) } else { (1, 64) };
        for flag in [dup, dupsort] {
            let mut file = File::new(name);
            file.set_u32(48, file.u32(48) ^ flag);
            let (mut found, losses) = salvage(&file.bytes, &[]).unwrap();
            found.sort();
            assert!(found == good, "{name}: flag {flag}: {} of {}: {losses:?}", found.len(), good.len());
            let source = Damaged::new(&file.bytes, &[]);
            let part = Database::open_damaged(&source).unwrap().salvage().next_part().unwrap().unwrap();
            assert_ne!(part.meta.duplicates(), DuplicateMode::Forbidden, "{name}: flag {flag}");
            assert!(flag != dup || !losses.is_empty(), "{name}");
        }
    }
}

#[test]
fn a_child_that_leads_into_a_set_of_sorted_duplicates_takes_none_of_its_pages() {
    for name in [SORTED, "btree-3.2.9-be-dupsort-512.db"] {
        let sound = File::new(name);
        let good = sorted_records(name);
        let inner = sound.of_kind(3).into_iter().filter(|page| *page != 1);
        for (index, target) in inner.flat_map(|page| (0..sound.entries(1)).map(move |index| (index, page))) {
            let mut file = File::new(name);
            file.set_u32(sound.item(1, index) + 4, u32::try_from(target).unwrap());
            let (mut found, losses) = salvage(&file.bytes, &[]).unwrap();
            found.sort();
            assert!(found == good, "{name}: item {index} to {target}: {} of {}", found.len(), good.len());
            assert!(!losses.is_empty(), "{name}: item {index} to {target}");
        }
    }
}

#[test]
fn a_wrong_number_of_entries_on_the_root_of_a_set_of_duplicates_costs_nothing() {
    for name in SETS {
        let sound = File::new(name);
        let good = sorted_records(name);
        for page in [3, 4].into_iter().flat_map(|kind| sound.of_kind(kind)) {
            let header = sound.start(page) + 20..sound.start(page) + 24;
            for (at, bit) in header.flat_map(|at| (0..8).map(move |bit| (at, 1 << bit))) {
                let (mut found, losses) = salvage(&sound.bytes, &[(at, sound.bytes[at] ^ bit)]).unwrap();
                found.sort();
                assert!(found == good, "{name}: {at} bit {bit}: {} of {}: {losses:?}", found.len(), good.len());
                assert!(!losses.is_empty(), "{name}: {at} bit {bit}");
            }
        }
    }
}

#[test]
fn a_wrong_type_of_a_page_in_a_chain_of_duplicates_costs_only_what_is_on_it() {
    for name in [OLD_DUPLICATES, HASH_OLD_DUPLICATES] {
        let sound = File::new(name);
        let good = read_changed(&sound.bytes, &[]).unwrap().records;
        for (page, kind) in sound.of_kind(1).into_iter().flat_map(|page| [0, 2, 3, 5, 9, 17].map(|kind| (page, kind))) {
            let (found, _) = salvage(&sound.bytes, &[(sound.start(page) + 25, kind)]).unwrap();
            let left = found.iter().filter(|pair| good.contains(pair)).count();
            assert!(good.len() - left <= sound.entries(page), "{name} page {page} type {kind}: {left}");
        }
    }
}
