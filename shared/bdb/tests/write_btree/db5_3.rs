//! Judged by Berkeley DB's own `db_verify` and `db_dump`.

use super::numbered;
use super::write_peers::{Batch, ORDERS, PAGE_SIZES, Pairs, bytes, key, options, write};
use bdb::format::{ByteOrder, overflow_threshold};
use bdb::write::{BtreeWriter, Duplicates, WriteError, WriteOptions};

fn every_page_size() -> impl Iterator<Item = (ByteOrder, u32)> {
    ORDERS.into_iter().flat_map(|order| PAGE_SIZES.map(|size| (order, size)))
}

#[test]
fn an_empty_database_is_one_empty_leaf() {
    let mut batch = Batch::new();
    for (order, size) in every_page_size() {
        for duplicates in [Duplicates::None, Duplicates::Unsorted, Duplicates::Sorted] {
            let written = batch.add(&options(order, size, duplicates), &Vec::new());
            assert_eq!((written.pages, written.leaf_pages, written.levels, written.keys), (2, 1, 1, 0));
        }
    }
    batch.judge();
}

#[test]
fn one_record_of_any_emptiness_is_kept() {
    let mut batch = Batch::new();
    for (order, size) in every_page_size() {
        for (key, data) in [("", ""), ("k", ""), ("", "v"), ("key", "value")] {
            let records = vec![(key.as_bytes().to_vec(), data.as_bytes().to_vec())];
            for duplicates in [Duplicates::None, Duplicates::Sorted] {
                assert_eq!(batch.add(&options(order, size, duplicates), &records).pages, 2);
            }
        }
    }
    batch.judge();
}

#[test]
fn a_leaf_takes_what_fits_to_the_last_byte_and_the_next_record_starts_another() {
    let mut batch = Batch::new();
    for (order, size) in every_page_size() {
        // Key and data of 12 stored bytes each and two indices.
        let fits = (size as usize - 26) / 28;
        let options = options(order, size, Duplicates::None);
        let one = batch.add(&options, &numbered(fits, 9));
        assert_eq!((one.pages, one.leaf_pages, one.levels), (2, 1, 1));
        let two = batch.add(&options, &numbered(fits + 1, 9));
        assert_eq!((two.pages, two.leaf_pages, two.internal_pages, two.levels), (4, 2, 1, 2));
    }
    batch.judge();
}

#[test]
fn one_byte_decides_whether_a_record_still_goes_on_the_leaf() {
    let mut batch = Batch::new();
    // 486 bytes on the page: eleven records of 12 + 20 + 4, and one of 12 + 72 + 4 leaves 2.
    for (last, leaves) in [(69, 1), (70, 2)] {
        let mut records = numbered(11, 17);
        records.push((key(11), bytes(last, 11)));
        for order in ORDERS {
            assert_eq!(batch.add(&options(order, 512, Duplicates::None), &records).leaf_pages, leaves);
        }
    }
    batch.judge();
}

#[test]
fn a_deep_tree_of_200_000_records_is_whole() {
    let mut batch = Batch::new();
    let records = numbered(200_000, 6);
    for order in ORDERS {
        let written = batch.add(&options(order, 512, Duplicates::None), &records);
        assert_eq!((written.levels, written.keys), (5, 200_000));
    }
    batch.judge();
}

#[test]
fn values_move_to_overflow_pages_just_beyond_the_threshold() {
    let mut batch = Batch::new();
    for (order, size) in every_page_size() {
        let threshold = overflow_threshold(size, 2) as usize;
        for (length, overflow_pages) in [(threshold - 1, 0), (threshold, 0), (threshold + 1, 7)] {
            let written = batch.add(&options(order, size, Duplicates::None), &numbered(7, length));
            assert_eq!(written.overflow_pages, overflow_pages);
        }
    }
    batch.judge();
}

#[test]
fn long_values_keep_every_byte_wherever_the_last_page_ends() {
    let mut batch = Batch::new();
    for (order, size) in every_page_size() {
        let on_page = size as usize - 26;
        let lengths = [on_page - 1, on_page, on_page + 1, 3 * on_page, 3 * on_page + 1, 10 * on_page + 5];
        let records =
            lengths.iter().enumerate().map(|(number, &length)| (key(number), bytes(length, number))).collect();
        assert_eq!(batch.add(&options(order, size, Duplicates::None), &records).overflow_pages, 1 + 1 + 2 + 3 + 4 + 11);
    }
    batch.judge();
}

/// Keys that differ at the start or only at the very end.
fn long_keys(count: usize, length: usize) -> Pairs {
    let mut records: Pairs = (0..count)
        .map(|number| {
            let mut name = key(number / 3);
            name.extend(bytes(length, 0));
            name.extend(key(number % 3));
            (name, bytes(number % 300, number))
        })
        .collect();
    records.sort();
    records
}

#[test]
fn long_keys_have_chains_of_their_own_on_every_level() {
    let mut batch = Batch::new();
    for order in ORDERS {
        for (size, count, levels) in [(512, 6000, 4), (1024, 2500, 3), (4096, 600, 2), (65536, 20, 1)] {
            let records = long_keys(count, size as usize + 100);
            let written = batch.add(&options(order, size, Duplicates::None), &records);
            assert_eq!(written.levels, levels, "page size {size}");
        }
    }
    batch.judge();
}

#[test]
fn long_and_short_separators_mix() {
    let mut batch = Batch::new();
    for order in ORDERS {
        let records: Pairs = (0..4000)
            .map(|number| {
                let mut name = key(number);
                name.extend(bytes([0, 90, 103, 104, 900][number * number % 5], 3));
                (name, bytes(number % 130, number))
            })
            .collect();
        for fill_percent in [1, 30, 100] {
            batch.add(&WriteOptions { fill_percent, ..options(order, 512, Duplicates::None) }, &records);
            batch.add(&WriteOptions { fill_percent, ..options(order, 1024, Duplicates::Sorted) }, &records);
        }
    }
    batch.judge();
}

fn repeated(sizes: impl Iterator<Item = usize>, value: impl Fn(usize) -> Vec<u8>) -> Pairs {
    sizes
        .enumerate()
        .flat_map(|(number, count)| (0..count).map(move |nth| (number, nth)))
        .map(|(number, nth)| (key(number), value(nth)))
        .collect()
}

const WITH_DUPLICATES: [Duplicates; 2] = [Duplicates::Unsorted, Duplicates::Sorted];

#[test]
fn duplicates_stay_on_the_leaf_or_leave_it_as_in_the_librarys_own_files() {
    let mut batch = Batch::new();
    for order in ORDERS {
        for duplicates in WITH_DUPLICATES {
            // Found with db5.3_load: eight values of nine bytes stay on a 512-byte page, nine do not (key of one byte).
            let set =
                |count| (0..count).map(|nth| (b"k".to_vec(), format!("{nth:09}").into_bytes())).collect::<Pairs>();
            let options = options(order, 512, duplicates);
            assert_eq!(batch.add(&options, &set(8)).duplicate_pages, 0);
            assert_eq!(batch.add(&options, &set(9)).duplicate_pages, 1);
            // However large, one value is no set.
            let single = |number| ([key(number), bytes(100, 0)].concat(), bytes(111, number));
            assert_eq!(batch.add(&options, &(0..9).map(single).collect()).duplicate_pages, 0);
        }
    }
    batch.judge();
}

#[test]
fn sets_of_every_size_are_kept_on_every_page_size() {
    let mut batch = Batch::new();
    for (order, size) in every_page_size() {
        for duplicates in WITH_DUPLICATES {
            for fill_percent in [1, 100] {
                let options = WriteOptions { fill_percent, ..options(order, size, duplicates) };
                batch.add(&options, &repeated(1..60, |nth| format!("{nth:04}").into_bytes()));
                let large = size as usize / 9;
                batch.add(&options, &repeated((1..12).chain(1..12), |nth| [key(nth), bytes(large, nth)].concat()));
            }
        }
    }
    batch.judge();
}

#[test]
fn thousands_of_duplicates_make_trees_of_several_levels() {
    let mut batch = Batch::new();
    for order in ORDERS {
        for duplicates in WITH_DUPLICATES {
            let records = repeated([2, 20_000, 1, 3000, 40, 5000].into_iter(), key);
            let written = batch.add(&options(order, 512, duplicates), &records);
            assert_eq!((written.keys, written.leaf_pages), (6, 1));
            let (file, _) = write(&options(order, 512, duplicates), &records).unwrap();
            // The root of the largest set: internal, and in place of a link back the number of its records.
            let roots = file.chunks_exact(512).filter(|page| order.u32_at(page, 12) == Some(20_000) && page[24] > 2);
            assert_eq!(roots.count(), 1);
        }
    }
    batch.judge();
}

#[test]
fn unsorted_duplicates_keep_the_order_they_came_in() {
    let mut batch = Batch::new();
    for order in ORDERS {
        for count in [5, 100, 3000] {
            let scrambled = |nth: usize| format!("{:05}", nth * 7919 % 3001).into_bytes();
            batch.add(&options(order, 512, Duplicates::Unsorted), &repeated([count].into_iter(), scrambled));
        }
    }
    batch.judge();
}

#[test]
fn overflow_duplicates_have_chains_of_their_own_on_every_level() {
    let mut batch = Batch::new();
    for order in ORDERS {
        for duplicates in WITH_DUPLICATES {
            for (size, count) in [(512, 3000), (1024, 400), (65536, 30)] {
                let long = |nth| [key(nth), bytes(size as usize, nth)].concat();
                batch.add(&options(order, size, duplicates), &repeated([1, count, 3, 9].into_iter(), long));
                let mixed = |nth: usize| [key(nth), bytes([3, 70, 600][nth % 3], nth)].concat();
                batch.add(&options(order, size, duplicates), &repeated([count, 2].into_iter(), mixed));
            }
        }
    }
    batch.judge();
}

#[test]
fn off_page_duplicates_of_a_long_key_are_kept() {
    let mut batch = Batch::new();
    for order in ORDERS {
        for duplicates in WITH_DUPLICATES {
            let mut records = Pairs::new();
            for (name, _) in long_keys(90, 600) {
                records.extend((0..records.len() % 40 + 1).map(|nth| (name.clone(), key(nth))));
            }
            batch.add(&options(order, 512, duplicates), &records);
        }
    }
    batch.judge();
}

#[test]
fn a_lower_fill_leaves_room_on_each_leaf() {
    let mut batch = Batch::new();
    for (order, size) in every_page_size() {
        let records = numbered(3000, 40);
        for fill_percent in [1, 50, 90, 100] {
            let options = WriteOptions { fill_percent, ..options(order, size, Duplicates::None) };
            let written = batch.add(&options, &records);
            // 12 bytes of key, 44 of data, two indices.
            let per_leaf = ((size as usize - 26) * usize::from(fill_percent) / 100 / 60).max(1);
            assert_eq!(written.leaf_pages as usize, records.len().div_ceil(per_leaf));
        }
    }
    batch.judge();
}

#[test]
fn every_minkey_that_the_page_allows_works_and_no_other() {
    let mut batch = Batch::new();
    for order in ORDERS {
        for (size, most) in [(512, 24), (1024, 49), (65536, 3275)] {
            let records = long_keys(200, 30);
            for minkey in [2, 3, most / 2, most] {
                let options = WriteOptions { minkey, ..options(order, size, Duplicates::Sorted) };
                batch.add(&options, &records);
            }
            for minkey in [0, 1, most + 1, u32::MAX] {
                let options = WriteOptions { minkey, ..options(order, size, Duplicates::None) };
                let refused = BtreeWriter::new(Vec::new(), options).unwrap_err();
                assert!(matches!(refused, WriteError::MinKey { most: limit, .. } if limit == most));
            }
        }
    }
    batch.judge();
}

#[test]
fn the_library_can_add_records_everywhere_in_a_written_file() {
    for (order, size) in ORDERS.into_iter().flat_map(|order| [512, 4096].map(|size| (order, size))) {
        for duplicates in [Duplicates::None, Duplicates::Sorted] {
            let mut batch = Batch::new();
            let repeats = |number: usize| match duplicates {
                Duplicates::None => 1,
                _ => [1, 2, 1, 30, 1][number % 5],
            };
            let all: Pairs = (0..2000)
                .flat_map(|number| (0..repeats(number)).map(move |nth| (number, nth)))
                .map(|(number, nth)| {
                    ([key(number), bytes(number % 11 * 20, 1)].concat(), [key(nth), bytes(number % 170, nth)].concat())
                })
                .collect();
            let third = |wanted: fn(usize) -> bool| -> Pairs {
                all.iter().enumerate().filter(|(number, _)| wanted(*number)).map(|(_, pair)| pair.clone()).collect()
            };
            batch.add(&options(order, size, duplicates), &third(|number| number % 3 != 0));
            batch.load_into_last(&third(|number| number % 3 == 0), &all);
            batch.judge();
        }
    }
}
