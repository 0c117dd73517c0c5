//! Damage made by hand to hash databases and to files of sub-databases: each kind of it is told apart and named with its page.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod read_support;

use bdb::checksum;
use bdb::format::{ByteOrder, HASH_MAGIC, PageNo, PageType};
use bdb::hash::{Buckets, default_hash};
use bdb::read::{Database, ReadError};
use bdb::verify::{Finding, What, verify};
use bdb::write::{DatabaseOptions, Duplicates, FileOptions, FileWriter, HashOptions};
use bdb::{Data, Record};
use read_support::{Content, Damaged, File, HASH, SUBDATABASES, read_changed};

const HASH_VERSION_8: &str = "hash-4.2.52-le-plain-512.db";
const DUPLICATES: &str = "hash-4.7.25-le-dup-512.db";
const OVERFLOW: &str = "hash-4.7.25-le-overflow-1024.db";

/// Where a meta page of version 7 and later keeps its numbers.
const MAX_BUCKET: usize = 72;
const HIGH_MASK: usize = 76;
const LOW_MASK: usize = 80;
const FILL_FACTOR: usize = 84;
const SPARES: usize = 96;
/// Where a page keeps the number of the next one.
const NEXT: usize = 16;

fn page_no(page: usize) -> PageNo {
    PageNo(page as u32)
}

/// The first page of a bucket chain that has another one, and that one.
fn chain(file: &File) -> (usize, usize) {
    let next = |page: &usize| file.u32(file.start(*page) + NEXT) as usize;
    let page = file.of_kind(13).into_iter().find(|page| next(page) != 0).unwrap();
    (page, next(&page))
}

/// The first item of a type on a bucket page: page, index and place.
fn item(file: &File, kind: u8) -> (usize, u16, usize) {
    let items = |page| (0..file.entries(page)).map(move |index| (page, index as u16, file.item(page, index)));
    file.of_kind(13).into_iter().flat_map(items).find(|(_, _, at)| file.bytes[*at] == kind).unwrap()
}

#[test]
fn a_last_bucket_that_the_file_has_no_page_for_is_an_error() {
    let mut file = File::new(HASH);
    file.set_u32(MAX_BUCKET, 1000);
    assert!(matches!(file.error(), ReadError::HashMasks { page: PageNo(0), max_bucket: 1000, high_mask: 31, .. }));
    file.set_u32(HIGH_MASK, 1023);
    file.set_u32(LOW_MASK, 511);
    assert!(matches!(file.error(), ReadError::TooManyBuckets { page: PageNo(0), max_bucket: 1000, pages: 41 }));
    for (max_bucket, high_mask, low_mask) in [(0, 0, 0), (0, 1, 0), (u32::MAX, u32::MAX, 0)] {
        file.set_u32(MAX_BUCKET, max_bucket);
        file.set_u32(HIGH_MASK, high_mask);
        file.set_u32(LOW_MASK, low_mask);
        let error = file.error();
        assert!(
            matches!(error, ReadError::HashMasks { page: PageNo(0), max_bucket: found, .. } if found == max_bucket)
        );
    }
}

#[test]
fn fewer_buckets_than_there_are_is_an_error() {
    let mut file = File::new(HASH);
    let max_bucket = file.u32(MAX_BUCKET);
    file.set_u32(MAX_BUCKET, max_bucket - 1);
    // The keys of the last bucket would be looked for in another one.
    assert!(matches!(file.error(), ReadError::Unreached { kind: 13, .. }));
}

#[test]
fn spares_that_lead_out_of_the_file_or_to_other_pages_are_an_error() {
    let mut file = File::new(HASH);
    let spare = file.u32(SPARES + 12);
    for value in [1000, 37, u32::MAX] {
        file.set_u32(SPARES + 12, value);
        assert!(matches!(file.error(), ReadError::NoSuchBucket { page: PageNo(0), bucket: 4 }));
    }
    file.set_u32(SPARES + 12, 0);
    assert!(matches!(file.error(), ReadError::UsedTwice { page: PageNo(0), target: PageNo(4) }));
    file.set_u32(SPARES + 12, spare);
    file.set_u32(SPARES, 0);
    assert!(matches!(file.error(), ReadError::NoSuchBucket { page: PageNo(0), bucket: 0 }));

    let mut file = File::new(OVERFLOW);
    let overflow = file.of_kind(7)[0];
    file.set_u32(SPARES + 4, overflow as u32 - 1);
    let error = file.error();
    let expected = PageType::Hash;
    assert!(
        matches!(error, ReadError::WrongType { page, found: 7, expected: kind } if page == page_no(overflow) && kind == expected)
    );
}

#[test]
fn a_bucket_chain_that_leads_back_or_elsewhere_is_an_error() {
    let good = File::new(HASH);
    let (first, second) = chain(&good);
    for (from, to) in [(first, first), (second, first), (second, second)] {
        let mut file = File::new(HASH);
        let at = file.start(from) + NEXT;
        file.set_u32(at, to as u32);
        let error = file.error();
        assert!(
            matches!(error, ReadError::UsedTwice { page, target } if page == page_no(from) && target == page_no(to)),
            "{error}"
        );
    }
    let later = good.of_kind(13).into_iter().find(|page| *page > first && *page != second).unwrap();
    let mut file = File::new(HASH);
    let at = file.start(first) + NEXT;
    file.set_u32(at, later as u32);
    let error = file.error();
    assert!(
        matches!(error, ReadError::WrongPrevious { page, expected, .. } if page == page_no(later) && expected == page_no(first))
    );
    file.set_u32(at, 4000);
    assert!(matches!(file.error(), ReadError::NoSuchPage { page, target: PageNo(4000), .. } if page == page_no(first)));
    file.set_u32(at, 0);
    assert!(matches!(file.error(), ReadError::Unreached { page, kind: 13 } if page == page_no(second)));
}

#[test]
fn lengths_around_a_duplicate_that_disagree_are_an_error() {
    let good = File::new(DUPLICATES);
    let (page, index, at) = item(&good, 2);
    let length = good.u16(at + 1);
    for (place, value) in [(at + 1, length + 1), (at + 3 + length, length + 1), (at + 1, 0), (at + 1, 60_000)] {
        let mut file = File::new(DUPLICATES);
        file.set_u16(place, value as u16);
        let error = file.error();
        assert!(
            matches!(error, ReadError::DuplicateLengths { page: found, index: item } if found == page_no(page) && item == index),
            "{error}"
        );
    }
}

#[test]
fn a_key_in_the_wrong_bucket_or_twice_in_its_own_is_an_error() {
    let good = File::new(HASH);
    let (page, index, at) = item(&good, 1);
    let error = read_changed(&good.bytes, &[(at + 1, good.bytes[at + 1] ^ 1)]).unwrap_err();
    assert!(
        matches!(error, ReadError::WrongBucket { page: found, index: item, .. } if found == page_no(page) && item == index)
    );

    // Two keys of one length on one page.
    let mut file = File::new(HASH);
    let end = |file: &File, page, index| if index == 0 { file.start(page + 1) } else { file.item(page, index - 1) };
    let keys = |page: usize| (0..good.entries(page)).step_by(2).map(move |index| (page, index));
    let length = |(page, index): (usize, usize)| end(&good, page, index) - good.item(page, index);
    let (one, other) = good
        .of_kind(13)
        .into_iter()
        .flat_map(|page| keys(page).zip(keys(page).skip(1)))
        .find(|(one, other)| length(*one) == length(*other))
        .unwrap();
    let (from, to) = (good.item(one.0, one.1), good.item(other.0, other.1));
    file.bytes.copy_within(from..from + length(one), to);
    let error = file.error();
    assert!(
        matches!(error, ReadError::RepeatedKey { page, index } if page == page_no(other.0) && usize::from(index) == other.1),
        "{error}"
    );
}

#[test]
fn a_bucket_whose_page_became_zeros_is_an_error() {
    let mut file = File::new(HASH);
    // The first two are not written before a key comes, but these were split.
    for bucket in 0..=file.u32(MAX_BUCKET) {
        let spare = file.u32(SPARES + 4 * (u32::BITS - bucket.leading_zeros()) as usize);
        let page = (bucket + spare) as usize;
        let place = file.start(page)..file.start(page + 1);
        let kept = file.bytes[place.clone()].to_vec();
        file.bytes[place.clone()].fill(0);
        let error = file.error();
        assert!(
            matches!(error, ReadError::WrongType { page: found, found: 0, .. } if found == page_no(page)),
            "{error}"
        );
        file.bytes[place].copy_from_slice(&kept);
    }
}

/// Writes a hash database of 16 buckets, of which a few hold something.
fn write_buckets(name: Option<&[u8]>, fill_factor: u32) -> File {
    write_table(name, 15, fill_factor)
}

/// Writes a hash database of four keys.
fn write_table(name: Option<&[u8]>, max_bucket: u32, fill_factor: u32) -> File {
    let options = FileOptions { byte_order: ByteOrder::Little, page_size: 512, file_id: [1; 20] };
    let mut writer = FileWriter::new(Vec::new(), options).unwrap();
    let options = HashOptions { duplicates: Duplicates::None, max_bucket, fill_factor };
    writer.begin(name, DatabaseOptions::Hash(options)).unwrap();
    let mut keys = [b"a", b"b", b"c", b"d"].map(<[u8; 1]>::as_slice);
    keys.sort_by_key(|key| Buckets::new(max_bucket).of(default_hash(key)));
    for key in keys {
        writer.push(Record { key, data: Data::Whole(b"value") }).unwrap();
    }
    File { bytes: writer.finish().unwrap().0, ..File::new(HASH) }
}

#[test]
fn buckets_that_a_table_begins_with_may_be_zeros_when_they_were_made_for_more_keys() {
    let mut file = write_buckets(None, 8);
    let good = read_changed(&file.bytes, &[]).unwrap();
    // The last one is written at once, and gives the file its length.
    let mut pages = file.of_kind(2);
    let last = pages.pop().unwrap();
    let mut short = File { bytes: file.bytes.clone(), ..File::new(HASH) };
    let place = short.start(last)..short.start(last + 1);
    short.bytes[place].fill(0);
    let error = short.error();
    assert!(matches!(error, ReadError::WrongType { page, found: 0, .. } if page == page_no(last)), "{error}");
    let empty: Vec<_> = pages.into_iter().filter(|page| file.entries(*page) == 0).collect();
    for page in &empty {
        let place = file.start(*page)..file.start(page + 1);
        file.bytes[place].fill(0);
    }
    assert_eq!((read_changed(&file.bytes, &[]).unwrap(), good.records.len()), (good, 4));
    // Where no number of keys was set, there are two buckets at first, and these were split.
    file.set_u32(FILL_FACTOR, 0);
    let first = empty[0];
    let error = file.error();
    assert!(matches!(error, ReadError::WrongType { page, found: 0, .. } if page == page_no(first)), "{error}");
}

#[test]
fn a_bucket_of_zeros_that_may_have_been_lost_is_told_with_its_page() {
    // Neither of two buckets was split, and nobody knows whether a table made for more was filled.
    for (max_bucket, fill_factor) in [(1, 0), (15, 8)] {
        let sound = write_table(None, max_bucket, fill_factor);
        let mut pages = sound.of_kind(2);
        pages.pop();
        for page in pages.into_iter().filter(|page| sound.entries(*page) > 0) {
            let mut file = File { bytes: sound.bytes.clone(), ..File::new(HASH) };
            let place = file.start(page)..file.start(page + 1);
            file.bytes[place].fill(0);
            let source = Damaged::new(&file.bytes, &[]);
            let database = Database::open(&source).unwrap();
            let verdict = verify(&database, |_| Ok(())).unwrap();
            assert!(verdict.survey.records < 4);
            // Of several it is the first that is named.
            let is_told = |finding: &Finding| {
                matches!(finding.what, What::DoubtfulBuckets(1..)) && finding.page.0 as usize <= page
            };
            assert!(verdict.findings.iter().any(is_told), "{:?}", verdict.findings);
            let mut salvage = database.salvage();
            while salvage.next_part().unwrap().is_some() {}
            assert!(salvage.losses().list().iter().any(|loss| loss.what.contains("zeros")), "page {page}");
        }
    }
}

#[test]
fn damage_to_the_meta_page_of_a_hash_database_among_others_names_that_page() {
    let good = write_buckets(Some(b"name"), 0);
    assert_eq!(read_changed(&good.bytes, &[]).unwrap().records.len(), 4);
    let [meta] = good.of_kind(8)[..] else { panic!("one meta page") };
    let changed = |at: usize, value: u32| {
        let mut file = File { bytes: good.bytes.clone(), ..File::new(HASH) };
        let at = file.start(meta) + at;
        file.set_u32(at, value);
        file.error()
    };
    assert!(matches!(changed(MAX_BUCKET, 16), ReadError::HashMasks { page, .. } if page == page_no(meta)));
    assert!(matches!(changed(SPARES + 16, 900), ReadError::NoSuchBucket { page, bucket: 8 } if page == page_no(meta)));
    assert!(
        matches!(changed(20, 1024), ReadError::OtherPageSize { page, found: 1024, expected: 512 } if page == page_no(meta))
    );
    assert!(matches!(changed(48, 0x10), ReadError::UnknownFlags { page, .. } if page == page_no(meta)));
    assert!(matches!(changed(8, 9), ReadError::WrongPageNumber { page, found: 9 } if page == page_no(meta)));
}

/// Gives every page a checksum, for which its header gets longer, as version 9 does.
fn with_checksums(file: &File) -> File {
    const MORE: usize = 6;
    let mut new = File { bytes: file.bytes.clone(), page_size: file.page_size, ..File::new(DUPLICATES) };
    new.bytes[26] = 1;
    for page in 1..file.pages() {
        let (start, length) = (file.start(page), 2 * file.entries(page));
        new.bytes.copy_within(start + 26..start + 26 + length, start + 26 + MORE);
        new.bytes[start + 26..start + 26 + MORE].fill(0);
    }
    for page in 0..file.pages() {
        let start = file.start(page);
        let (at, length) = if page == 0 { (checksum::META_AT, 512) } else { (checksum::PAGE_AT, file.page_size) };
        let sum = checksum::of(&new.bytes[start..start + length], at);
        new.set_u32(start + at, sum);
    }
    new
}

#[test]
fn every_changed_byte_under_a_checksum_is_noticed_with_its_page() {
    let good = File::new(DUPLICATES);
    let file = with_checksums(&good);
    let content = read_changed(&file.bytes, &[]).unwrap();
    assert_eq!(content, read_changed(&good.bytes, &[]).unwrap());
    for at in 0..file.bytes.len() {
        let error = read_changed(&file.bytes, &[(at, !file.bytes[at])]).unwrap_err();
        let page = page_no(at / file.page_size);
        // The fields that say what the file is come first.
        let is_named = at < 32 || matches!(error, ReadError::Checksum { page: found } if found == page);
        assert!(is_named, "byte {at}: {error}");
    }
}

/// Where the names of the two sub-databases and the places of their meta pages stand.
fn names(file: &File) -> [(usize, usize); 2] {
    [0, 2].map(|index| (file.item(1, index) + 3, file.item(1, index + 1) + 3))
}

#[test]
fn the_name_of_a_sub_database_with_a_nul_is_an_error() {
    let good = File::new(SUBDATABASES);
    for (name, _) in names(&good) {
        for at in name..name + 4 {
            let error = read_changed(&good.bytes, &[(at, 0)]).unwrap_err();
            assert!(
                matches!(error, ReadError::SubdatabaseName { page: PageNo(1), what: "holds a NUL byte" }),
                "{error}"
            );
        }
    }
}

#[test]
fn a_sub_database_outside_the_file_or_where_none_is_is_an_error() {
    let good = File::new(SUBDATABASES);
    let [(_, alpha), (_, beta)] = names(&good);
    let set = |at: usize, target: u32| {
        let mut file = File::new(SUBDATABASES);
        // Whatever the byte order of the file.
        file.bytes[at..at + 4].copy_from_slice(&target.to_be_bytes());
        file.error()
    };
    for target in [0, 14, 1000, u32::MAX] {
        for at in [alpha, beta] {
            let error = set(at, target);
            assert!(
                matches!(error, ReadError::NoSuchPage { page: PageNo(0), target: found, last: PageNo(13) } if found.0 == target),
                "{error}"
            );
        }
    }
    let leaf = good.of_kind(5)[1];
    let error = set(alpha, leaf as u32);
    assert!(matches!(error, ReadError::WrongType { page, found: 5, .. } if page == page_no(leaf)), "{error}");
    // The tree of names itself, and the other sub-database.
    assert!(matches!(set(alpha, 1), ReadError::UsedTwice { page: PageNo(0), target: PageNo(1) }));
    let other = ByteOrder::Big.u32_at(&good.bytes, alpha).unwrap();
    let error = set(beta, other);
    assert!(matches!(error, ReadError::UsedTwice { page: PageNo(0), target } if target.0 == other), "{error}");
}

/// What a flipped byte inside an item may change: a value, or the key of one record or of a set of duplicates.
fn differs_in_one_place(one: &Content, other: &Content) -> bool {
    let changed: Vec<_> = one.records.iter().zip(&other.records).filter(|(one, other)| one != other).collect();
    let same_place = changed.windows(2).all(|pair| pair[0].0.0 == pair[1].0.0 && pair[0].1.0 == pair[1].1.0);
    let values = changed.iter().filter(|(one, other)| one.1 != other.1).count();
    one.records.len() == other.records.len() && same_place && values <= 1
}

/// Every byte of a file is changed: the contents stay, or an error names a page, or a byte of an item is another one. Of those
/// only a key tells, and only when it then belongs to another bucket.
fn flip_every_byte(name: &str, item_step: usize) {
    let file = File::new(name);
    let good = read_changed(&file.bytes, &[]).unwrap();
    for at in 0..file.bytes.len() {
        let is_in_item = file.is_in_item(at);
        if is_in_item && !at.is_multiple_of(item_step) {
            continue;
        }
        for change in [0xff, 1 << (at % 8)] {
            let case = format!("{name}: byte {at} of page {} changed by {change:#04x}", at / file.page_size);
            match read_changed(&file.bytes, &[(at, file.bytes[at] ^ change)]) {
                Ok(found) => assert!(found == good || is_in_item && differs_in_one_place(&good, &found), "{case}"),
                Err(error) => {
                    let error = error.to_string();
                    // What says that it is a database at all, and with which pages.
                    assert!(error.starts_with("page ") || (12..28).contains(&at), "{case}: {error}");
                }
            }
        }
    }
}

#[test]
fn a_flipped_byte_of_a_version_8_file_is_noticed_or_harmless() {
    flip_every_byte(HASH_VERSION_8, 5);
    flip_every_byte("hash-4.4.20-be-dup-512.db", 1);
}

#[test]
fn a_flipped_byte_of_a_version_9_file_is_noticed_or_harmless() {
    flip_every_byte(HASH, 5);
    flip_every_byte(DUPLICATES, 1);
}

#[test]
fn a_file_made_with_another_hash_function_is_read_all_the_same() {
    let mut file = File::new(HASH);
    let good = read_changed(&file.bytes, &[]).unwrap();
    file.set_u32(92, default_hash(b"another one"));
    assert_eq!(file.u32(12), HASH_MAGIC);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap(), good);
}

#[test]
fn data_of_a_key_in_a_second_item_next_to_it_are_its_duplicates_and_elsewhere_damage() {
    let mut file = write_table(None, 1, 0);
    let page = file.of_kind(2).into_iter().find(|page| file.entries(*page) > 2).unwrap();
    let (first, second) = (file.item(page, 0) + 1, file.item(page, 2) + 1);
    file.bytes[second] = file.bytes[first];
    assert!(matches!(file.error(), ReadError::RepeatedKey { page: found, index: 2 } if found == page_no(page)));
    let sorted = |file: &mut File, flags: u8| file.bytes[48] = flags;
    sorted(&mut file, 5);
    assert!(matches!(file.error(), ReadError::RepeatedKey { .. }));
    // Without an order the library leaves some so.
    sorted(&mut file, 1);
    assert_eq!(read_changed(&file.bytes, &[]).unwrap().records.len(), 4);
    let database = Database::open(file.bytes).unwrap();
    let mut salvage = database.salvage();
    while salvage.next_part().unwrap().is_some() {}
    assert_eq!(salvage.losses().list().len(), 0);
}
