//! Damage made by hand: each kind of it is told apart and named with its page.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod read_support;

use std::io;

use bdb::ReadAt;
use bdb::format::{PageNo, PageType};
use bdb::read::{Database, KEY_LIMIT, KeyIs, Order, ReadError, Survey};
use read_support::{
    Content, Damaged, FREE_PAGES, File, LONG_KEYS, OLD_DUPLICATES, OVERFLOW, PLAIN, SORTED, UNSORTED, bytes,
    read_changed,
};

fn page_no(page: usize) -> PageNo {
    PageNo(page as u32)
}

#[test]
fn a_deleted_flag_that_appears_by_damage_is_counted() {
    let mut file = File::new(PLAIN);
    let data = file.item(file.of_kind(5)[0], 1);
    file.bytes[data + 2] |= 0x80;
    let found = read_changed(&file.bytes, &[]).unwrap();
    assert_eq!((found.records.len(), found.deleted), (301, 1));
}

#[test]
fn a_cycle_in_the_leaf_chain_is_an_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[3];
    let at = file.start(leaf) + 16;
    file.set_u32(at, leaf as u32);
    assert!(matches!(file.error(), ReadError::WrongNext { page, .. } if page == page_no(leaf)));
}

#[test]
fn an_internal_page_that_points_to_the_root_is_an_error() {
    let mut file = File::new(FREE_PAGES);
    let internal = file.of_kind(3)[1];
    let at = file.item(internal, 0) + 4;
    file.set_u32(at, 1);
    assert!(matches!(file.error(), ReadError::UsedTwice { page, target: PageNo(1) } if page == page_no(internal)));
}

#[test]
fn a_leaf_that_has_two_parents_is_an_error() {
    let mut file = File::new(PLAIN);
    let (first, second) = (file.item(1, 0) + 4, file.item(1, 1) + 4);
    let leaf = file.u32(first);
    file.set_u32(second, leaf);
    assert!(matches!(file.error(), ReadError::UsedTwice { page: PageNo(1), target } if target.0 == leaf));
}

#[test]
fn a_child_beyond_the_file_is_an_error() {
    let mut file = File::new(PLAIN);
    let at = file.item(1, 2) + 4;
    for target in [0, 32, u32::MAX] {
        file.set_u32(at, target);
        assert!(
            matches!(file.error(), ReadError::NoSuchPage { page: PageNo(1), target: found, .. } if found.0 == target)
        );
    }
}

#[test]
fn a_wrong_level_is_an_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[5];
    let at = file.start(leaf) + 24;
    file.bytes[at] = 2;
    let error = file.error();
    assert!(matches!(error, ReadError::WrongLevel { page, found: 2, expected: 1 } if page == page_no(leaf)));
    file.bytes[at] = 1;
    let root_level = file.start(1) + 24;
    file.bytes[root_level] = 3;
    assert!(matches!(file.error(), ReadError::WrongType { expected: PageType::BtreeInternal, .. }));
}

#[test]
fn a_cycle_in_an_overflow_chain_is_an_error() {
    let mut file = File::new(OVERFLOW);
    let chain = file.of_kind(7).into_iter().find(|page| file.u32(file.start(*page) + 16) != 0).unwrap();
    let at = file.start(chain) + 16;
    file.set_u32(at, chain as u32);
    assert!(matches!(file.error(), ReadError::UsedTwice { page, target } if page == target && page == page_no(chain)));
}

#[test]
fn an_overflow_length_that_its_chain_does_not_have_is_an_error() {
    let mut file = File::new(OVERFLOW);
    let (leaf, at) = file.reference(3);
    let total = file.u32(at + 8);
    file.set_u32(at + 8, total + 1);
    assert!(matches!(file.error(), ReadError::OverflowTooShort { missing: 1, .. }));
    file.set_u32(at + 8, total - 1);
    assert!(matches!(file.error(), ReadError::OverflowTooLong { .. }));
    file.set_u32(at + 8, u32::MAX);
    let error = file.error();
    assert!(matches!(error, ReadError::OverflowPastFile { page, .. } if page == page_no(leaf)), "{error}");
}

#[test]
fn a_caller_that_ignored_a_broken_chain_does_not_get_past_it() {
    let mut file = File::new(OVERFLOW);
    let (_, at) = file.reference(3);
    let total = file.u32(at + 8);
    file.set_u32(at + 8, total + 1);
    let source = Damaged::new(&file.bytes, &[]);
    let database = Database::open(&source).unwrap();
    let mut records = database.records();
    let mut broken = 0;
    let error = loop {
        match records.next() {
            Ok(Some(record)) => broken += u32::from(record.data.for_each_chunk(|_| Ok(())).is_err()),
            Ok(None) => panic!("the damage was not noticed"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ReadError::Stopped) && broken == 1, "{error}, {broken}");
    assert!(matches!(records.next(), Err(ReadError::Stopped)));
}

#[test]
fn overlapping_items_are_an_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[0];
    let (from, to) = (file.start(leaf) + 26, file.start(leaf) + 26 + 6);
    let offset = file.u16(from) as u16;
    file.set_u16(to, offset);
    assert!(matches!(file.error(), ReadError::ItemOverlaps { page, .. } if page == page_no(leaf)));
}

#[test]
fn a_lost_pair_is_an_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[2];
    let at = file.start(leaf) + 20;
    let entries = file.u16(at) as u16;
    file.set_u16(at, entries - 2);
    assert!(matches!(file.error(), ReadError::ItemsMissing { page, .. } if page == page_no(leaf)));
    file.set_u16(at, entries - 1);
    assert!(matches!(file.error(), ReadError::OddEntries { page, .. } if page == page_no(leaf)));
    file.set_u16(at, 0xfffe);
    assert!(matches!(file.error(), ReadError::EntriesPastItems { page, .. } if page == page_no(leaf)));
}

#[test]
fn a_lost_child_is_an_error_although_the_page_looks_whole() {
    let mut file = File::new(PLAIN);
    let header = file.start(1);
    let (entries, lowest) = (file.entries(1), file.u16(header + 22));
    let items: Vec<_> = (0..entries).map(|index| file.item(1, index) - header).collect();
    // Only when the last item is the lowest one can it be taken away without a gap.
    assert_eq!(items[entries - 1], lowest);
    let length = file.u16(header + lowest);
    file.set_u16(header + 20, entries as u16 - 1);
    file.set_u16(header + 22, (lowest + (12 + length).next_multiple_of(4)) as u16);
    assert!(matches!(file.error(), ReadError::WrongNext { expected: PageNo(0), .. }));
}

#[test]
fn duplicates_that_point_into_the_main_tree_are_an_error() {
    for (name, kind) in [(OLD_DUPLICATES, 1), (UNSORTED, 6), (SORTED, 12)] {
        let mut file = File::new(name);
        let (leaf, at) = file.reference(2);
        file.set_u32(at + 4, 1);
        assert!(matches!(file.error(), ReadError::UsedTwice { target: PageNo(1), .. }), "{name}");
        let later = *file.of_kind(5).last().unwrap();
        assert!(later != leaf && kind != 5);
        file.set_u32(at + 4, later as u32);
        assert!(matches!(file.error(), ReadError::WrongType { page, .. } if page == page_no(later)), "{name}");
    }
}

#[test]
fn a_page_that_nothing_points_to_is_an_error() {
    let mut file = File::new(PLAIN);
    let mut extra = file.bytes[file.start(3)..file.start(4)].to_vec();
    extra[8..12].copy_from_slice(&32_u32.to_le_bytes());
    file.bytes.extend(extra);
    assert!(matches!(file.error(), ReadError::Unreached { page: PageNo(32), kind: 5 }));
}

#[test]
fn pages_of_zeros_that_nothing_points_to_are_harmless() {
    let mut file = File::new(PLAIN);
    let good = read_changed(&file.bytes, &[]).unwrap();
    file.bytes.extend([0; 2048]);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), good);
}

#[test]
fn a_cycle_in_the_free_list_is_an_error() {
    let mut file = File::new(FREE_PAGES);
    let free = file.u32(28);
    let at = file.start(free as usize) + 16;
    file.set_u32(at, free);
    assert!(matches!(file.error(), ReadError::UsedTwice { target, .. } if target.0 == free));
}

#[test]
fn a_page_in_use_on_the_free_list_is_an_error() {
    let mut file = File::new(FREE_PAGES);
    let leaf = file.of_kind(5)[0];
    file.set_u32(28, leaf as u32);
    assert!(matches!(file.error(), ReadError::UsedTwice { page: PageNo(0), target } if target == page_no(leaf)));
}

#[test]
fn a_page_that_nothing_points_to_is_free_only_when_it_has_its_number_or_is_all_zeros() {
    let mut file = File::new(PLAIN);
    let good = read_changed(&file.bytes, &[]).unwrap();
    let (page, start) = (file.pages(), file.bytes.len());
    file.bytes.resize(start + file.page_size, 0);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), good);
    // The end of a page of which the beginning was lost.
    file.bytes[start + 1000] = 1;
    assert!(matches!(file.error(), ReadError::WrongPageNumber { page: found, found: 0 } if found == page_no(page)));
    file.set_u32(start + 8, page as u32);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), good);
}

#[test]
fn duplicates_in_a_database_without_duplicates_are_an_error() {
    let mut file = File::new(SORTED);
    file.set_u32(48, 0);
    assert!(matches!(file.error(), ReadError::UnexpectedDuplicate { .. }));
}

#[test]
fn flags_and_meta_flags_of_databases_that_are_not_read_are_refused_by_name() {
    let refusals = [
        (48, 0x02, "a record-number (recno) database, not a btree with keys"),
        (48, 0x04, "page 1: counts 0 records below page 2, which holds 11"),
        (48, 0x20, "page 1: the record of a sub-database has 10 bytes, not the 4 of a page number"),
        (48, 0x05, "page 0: unknown flags 0x5"),
        (48, 0x80, "a compressed btree"),
        (49, 0x01, "page 0: unknown flags 0x100"),
        (26, 0x01, "page 0: its checksum is wrong"),
        (26, 0x02, "a partitioned database, of which this file is only one part"),
        (26, 0x08, "page 0: unknown flags 0x8"),
        (24, 0x01, "an encrypted database"),
        (16, 0x0a, "a btree of version 10; versions 6 to 9 (Berkeley DB 2.6 to 5.3) are read"),
        (25, 0x05, "page 0: type 5, expected 9 (btree meta)"),
        (8, 0x01, "page 0: has the number of page 1"),
        (76, 0x01, "page 0: at least 1 keys per page, which do not fit a page"),
    ];
    let file = File::new(PLAIN);
    for (at, byte, message) in refusals {
        assert_eq!(read_changed(&file.bytes, &[(at, byte)]).unwrap_err().to_string(), message);
    }
}

#[test]
fn the_junk_in_version_8_where_version_9_keeps_the_last_page_is_not_used() {
    let mut file = File::new("btree-3.2.9-le-plain-512.db");
    let good = read_changed(&file.bytes, &[]).unwrap();
    file.bytes[24..28].copy_from_slice(&[0xff, 9, 0xff, 0xff]);
    file.bytes[32..40].fill(0xff);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), good);
}

#[test]
fn an_empty_page_of_64_kib_stores_0_as_its_lowest_item() {
    let mut file = File::new("btree-5.3.28-le-plain-65536.db");
    let root = file.start(1);
    file.bytes[root + 20..].fill(0);
    file.bytes[root + 24..root + 26].copy_from_slice(&[1, 5]);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), Content::default());
    file.set_u16(root + 22, 65532);
    assert!(matches!(file.error(), ReadError::ItemsMissing { page: PageNo(1), used: 0, area: 4 }));
}

#[test]
fn an_unreadable_place_is_named_by_its_offset() {
    struct Failing(Vec<u8>);
    impl ReadAt for Failing {
        fn size(&self) -> io::Result<u64> {
            Ok(self.0.len() as u64)
        }
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            if offset >= 8192 { Err(io::ErrorKind::PermissionDenied.into()) } else { self.0.read_at(buffer, offset) }
        }
    }
    let database = Database::open(Failing(bytes(PLAIN))).unwrap();
    let mut records = database.records();
    let error = loop {
        match records.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("read what cannot be read"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ReadError::Io { offset, .. } if offset >= 8192), "{error}");
}

/// Reads everything; returns what was seen, and how many records were called duplicates.
fn survey(file: &File) -> (Survey, u64) {
    let database = Database::open(Damaged::new(&file.bytes, &[])).unwrap();
    let mut records = database.records();
    let mut repeated = 0;
    while records.next().unwrap().is_some() {
        repeated += u64::from(records.key_is() == KeyIs::Repeated);
    }
    (records.survey().clone(), repeated)
}

/// Gives the second key of a leaf the bytes of the first, which are as many.
fn repeat_first_key(file: &mut File, leaf: usize, second: usize) {
    let (from, to) = (file.item(leaf, 0), file.item(leaf, second));
    let length = file.u16(from);
    assert_eq!(length, file.u16(to));
    file.bytes.copy_within(from + 3..from + 3 + length, to + 3);
}

#[test]
fn a_key_that_occurs_twice_is_an_error_where_keys_are_unique() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[8];
    repeat_first_key(&mut file, leaf, 2);
    assert!(matches!(file.error(), ReadError::UnexpectedDuplicate { page, index: 2 } if page == page_no(leaf)));
}

#[test]
fn a_key_that_occurs_twice_is_a_duplicate_where_duplicates_are_allowed() {
    let mut file = File::new(SORTED);
    let leaf = file.of_kind(5)[0];
    let keys = (2..file.entries(leaf)).step_by(2);
    let second = keys.into_iter().find(|index| file.item(leaf, *index) != file.item(leaf, 0)).unwrap();
    repeat_first_key(&mut file, leaf, second);
    let (seen, repeated) = survey(&file);
    assert_eq!(seen.key_order, Order { equal: 1, descending: 0, first_page: Some(page_no(leaf)) });
    assert_eq!((seen.records, seen.keys, repeated), (294, 29, 265));
}

#[test]
fn keys_out_of_order_are_counted_and_no_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[8];
    let key = file.item(leaf, 2) + 3;
    file.bytes[key] = 0xff;
    let (seen, repeated) = survey(&file);
    assert_eq!(seen.key_order, Order { descending: 1, equal: 0, first_page: Some(page_no(leaf)) });
    assert_eq!(repeated, 0);
}

#[test]
fn a_key_out_of_order_on_the_next_leaf_is_counted_there() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[8];
    let key = file.item(leaf, 0) + 3;
    file.bytes[key] = 0;
    assert_eq!(survey(&file).0.key_order.first_page, Some(page_no(leaf)));
}

#[test]
fn duplicates_out_of_order_are_counted_on_and_off_the_leaf() {
    for (name, kind) in [(OLD_DUPLICATES, 1), (UNSORTED, 6), (SORTED, 12)] {
        let mut file = File::new(name);
        let page = file.of_kind(kind)[4];
        let data = file.item(page, 1) + 3;
        file.bytes[data] = 0xff;
        let (seen, _) = survey(&file);
        assert_eq!(seen.duplicate_order, Order { descending: 1, equal: 0, first_page: Some(page_no(page)) }, "{name}");
        assert!(seen.key_order.is_ascending(), "{name}");
    }
    let mut file = File::new(SORTED);
    let shared =
        |page: usize| (2..file.entries(page)).step_by(2).find(|at| file.item(page, *at) == file.item(page, at - 2));
    let (page, key) = file.of_kind(5).into_iter().find_map(|page| Some((page, shared(page)?))).unwrap();
    let data = file.item(page, key - 1) + 3;
    file.bytes[data] = 0xff;
    let (seen, _) = survey(&file);
    assert_eq!(seen.duplicate_order, Order { descending: 1, equal: 0, first_page: Some(page_no(page)) });
}

#[test]
fn a_leaf_whose_previous_page_is_not_its_neighbour_is_an_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[6];
    let at = file.start(leaf) + 12;
    file.set_u32(at, leaf as u32);
    assert!(matches!(file.error(), ReadError::WrongPrevious { page, .. } if page == page_no(leaf)));
}

#[test]
fn a_chain_page_whose_previous_page_is_not_its_neighbour_is_an_error() {
    for (name, kind) in [(OVERFLOW, 7), (OLD_DUPLICATES, 1)] {
        let mut file = File::new(name);
        let page = file.of_kind(kind)[3];
        let at = file.start(page) + 12;
        file.set_u32(at, page as u32);
        assert!(
            matches!(file.error(), ReadError::WrongPrevious { page: found, .. } if found == page_no(page)),
            "{name}"
        );
    }
}

#[test]
fn a_key_with_the_deleted_flag_is_an_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[0];
    let key = file.item(leaf, 0);
    file.bytes[key + 2] |= 0x80;
    assert!(matches!(file.error(), ReadError::ItemType { page, index: 0, kind: 0x81 } if page == page_no(leaf)));
}

#[test]
fn a_root_that_is_a_leaf_has_level_1() {
    let mut file = File::new("btree-4.4.20-le-deleteditem-512.db");
    let level = file.start(1) + 24;
    file.bytes[level] = 2;
    assert!(matches!(file.error(), ReadError::WrongLevel { page: PageNo(1), found: 2, expected: 1 }));
}

#[test]
fn a_page_that_calls_itself_another_is_an_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[4];
    let at = file.start(leaf) + 8;
    file.set_u32(at, 0);
    assert!(matches!(file.error(), ReadError::WrongPageNumber { page, found: 0 } if page == page_no(leaf)));
}

#[test]
fn a_page_on_the_free_list_that_is_not_free_is_an_error() {
    let mut file = File::new(FREE_PAGES);
    let free = file.of_kind(0)[3];
    let kind = file.start(free) + 25;
    file.bytes[kind] = 5;
    assert!(matches!(file.error(), ReadError::WrongType { page, found: 5, .. } if page == page_no(free)));
}

#[test]
fn an_item_that_is_not_aligned_is_an_error() {
    let mut file = File::new(PLAIN);
    let leaf = file.of_kind(5)[0];
    let index = file.start(leaf) + 26;
    let offset = file.u16(index) as u16;
    file.set_u16(index, offset + 2);
    assert!(matches!(file.error(), ReadError::ItemUnaligned { page, index: 0, .. } if page == page_no(leaf)));
}

#[test]
fn an_internal_key_that_is_no_whole_reference_is_an_error() {
    let mut file = File::new(LONG_KEYS);
    let item = file.item(1, 1);
    file.set_u16(item, 10);
    assert!(matches!(file.error(), ReadError::ItemType { page: PageNo(1), index: 1, kind: 3 }));
}

#[test]
fn a_deleted_set_of_duplicates_is_an_error() {
    let mut file = File::new(SORTED);
    let (leaf, at) = file.reference(2);
    file.bytes[at + 2] |= 0x80;
    assert!(matches!(file.error(), ReadError::ItemType { page, kind: 0x82, .. } if page == page_no(leaf)));
}

#[test]
fn a_deleted_item_in_a_chain_is_counted_and_its_chain_is_followed() {
    let mut file = File::new(OVERFLOW);
    let (leaf, at) = file.reference(3);
    file.bytes[at + 2] |= 0x80;
    let index = (0..file.entries(leaf)).find(|index| file.item(leaf, *index) == at).unwrap();
    assert_eq!(index % 2, 1, "a data item");
    let found = read_changed(&file.bytes, &[]).unwrap();
    assert_eq!((found.records.len(), found.deleted), (41, 1));
}

#[test]
fn a_key_beyond_the_limit_is_an_error() {
    let mut file = File::new(LONG_KEYS);
    let leaf = file.of_kind(5)[0];
    let key = (0..file.entries(leaf)).step_by(2).map(|index| file.item(leaf, index)).find(|at| file.bytes[at + 2] == 3);
    file.set_u32(key.unwrap() + 8, KEY_LIMIT + 1);
    let longer = (KEY_LIMIT as usize + 512).next_multiple_of(512);
    file.bytes.resize(longer, 0);
    let error = file.error();
    assert!(
        matches!(error, ReadError::KeyTooLong { page, length, .. } if page == page_no(leaf) && length == KEY_LIMIT + 1)
    );
}

#[test]
fn an_internal_key_may_share_the_chain_of_a_leaf_key() {
    let mut file = File::new(LONG_KEYS);
    let good = read_changed(&file.bytes, &[]).unwrap();
    let internal = file.item(1, 1);
    let leaf_key = file.item(file.u32(internal + 4) as usize, 0);
    let (own, shared) = (file.u32(internal + 16) as usize, file.u32(leaf_key + 4));
    assert_eq!((file.bytes[internal + 2], file.u32(internal + 20)), (3, file.u32(leaf_key + 8)));
    file.set_u32(internal + 16, shared);
    let unused = file.start(own)..file.start(own + 1);
    assert!(matches!(file.error(), ReadError::Unreached { page, kind: 7 } if page == page_no(own)));
    file.bytes[unused].fill(0);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), good);
    let other = file.item(1, 2);
    file.set_u32(other + 20, 255);
    let own = file.u32(other + 16) as usize;
    file.set_u32(other + 16, shared);
    let unused = file.start(own)..file.start(own + 1);
    file.bytes[unused].fill(0);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), good);
}

#[test]
fn a_damaged_chain_of_an_internal_key_is_an_error() {
    let mut file = File::new(LONG_KEYS);
    let internal = file.item(1, 1);
    let total = file.u32(internal + 20);
    file.set_u32(internal + 20, total + 1);
    assert!(matches!(file.error(), ReadError::OverflowTooShort { missing: 1, .. }));
}
