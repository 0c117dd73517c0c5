//! The btree writer at the limits of the format: against Berkeley DB's own programs in `db5_3`, and what needs none of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "test files in a temporary directory")]
#![allow(unreachable_pub, dead_code, reason = "the module is shared between test programs")]

mod db5_3;
#[path = "../write_peers/mod.rs"]
mod write_peers;

use bdb::format::ByteOrder;
use bdb::write::Duplicates;
use write_peers::{Pairs, bytes, check_pages, key, options, write};

fn numbered(count: usize, length: usize) -> Pairs {
    (0..count).map(|number| (key(number), bytes(length, number))).collect()
}

#[test]
fn an_empty_leaf_of_64_kib_has_its_lowest_byte_wrapped_to_zero() {
    let (file, _) = write(&options(ByteOrder::Little, 65536, Duplicates::None), &Vec::new()).unwrap();
    assert_eq!(file[65536 + 20..][..6], [0, 0, 0, 0, 1, 5]);
    let (file, _) = write(&options(ByteOrder::Big, 512, Duplicates::None), &Vec::new()).unwrap();
    assert_eq!(file[512 + 20..][..6], [0, 0, 2, 0, 1, 5]);
}

#[test]
fn the_order_of_the_input_is_the_order_of_the_file() {
    let options = options(ByteOrder::Little, 512, Duplicates::None);
    let mut backwards = numbered(5, 3);
    backwards.reverse();
    let (file, written) = write(&options, &backwards).unwrap();
    check_pages(&options, &file, &written);
    let keys: Vec<&[u8]> = (0..5)
        .map(|index| {
            let at = usize::from(options.byte_order.u16_at(&file, 512 + 26 + 4 * index).unwrap());
            &file[512 + at + 3..][..8]
        })
        .collect();
    assert_eq!(keys, backwards.iter().map(|(key, _)| key.as_slice()).collect::<Vec<_>>());
}

#[test]
fn the_same_input_gives_the_same_bytes_and_no_unused_byte_keeps_old_contents() {
    let options = options(ByteOrder::Little, 512, Duplicates::None);
    // Full leaves of 0xff, then items of every length, then one leaf and one overflow page with little on them.
    let mut records: Pairs = (0..200).map(|number| (key(number), vec![0xff; 111 - number / 2])).collect();
    records.push((key(200), vec![0xff; 2000]));
    records.push((key(201), vec![0xff; 600]));
    let (file, written) = write(&options, &records).unwrap();
    assert!(file == write(&options, &records).unwrap().0);
    assert!(written.leaf_pages > 5);
    for page in file.chunks_exact(512).skip(1) {
        let number = |offset| usize::from(options.byte_order.u16_at(page, offset).unwrap());
        let (entries, low) = (number(20), number(22));
        let unused = if page[25] == 7 { 26 + low..512 } else { 26 + 2 * entries..low };
        assert!(page[unused].iter().all(|&byte| byte == 0));
        if page[25] == 5 {
            for item in (0..entries).map(|index| number(26 + 2 * index)).filter(|&item| page[item + 2] == 1) {
                let end = item + 3 + number(item);
                assert!(page[end..end.next_multiple_of(4)].iter().all(|&byte| byte == 0));
            }
        }
    }
}
