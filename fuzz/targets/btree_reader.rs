//! A btree of arbitrary bytes is read to its end or refused; what was read is written anew and reads back the same.

use bdb::format::ByteOrder;
use bdb::read::{Database, DuplicateMode, PageScan};
use bdb::write::{BtreeWriter, Duplicates, WriteOptions};
use bdb::{Data, Record};

type Pair = (Vec<u8>, Vec<u8>);

pub(crate) fn run(data: &[u8]) {
    let bytes = data.to_vec();
    let Ok(database) = Database::open(bytes.clone()) else { return };
    let meta = database.meta();
    let mut scan = PageScan::new(meta.page_size, meta.byte_order);
    data.chunks(1000).for_each(|chunk| scan.feed(chunk));
    let scanned = scan.finish();
    let Some(records) = read(&bytes) else { return };
    scanned.expect("a file that was walked to its end can be scanned");

    let duplicates = match meta.duplicates() {
        DuplicateMode::Forbidden => Duplicates::None,
        DuplicateMode::Sorted => Duplicates::Sorted,
        DuplicateMode::Unsorted | DuplicateMode::Unsaid => Duplicates::Unsorted,
    };
    let options = WriteOptions {
        byte_order: ByteOrder::Big,
        page_size: meta.page_size,
        fill_percent: 100,
        duplicates,
        minkey: 2,
        re_len: 0,
        re_pad: 0x20,
        file_id: [0; 20],
    };
    let mut writer = BtreeWriter::new(Vec::new(), options).expect("a page size that was read can be written");
    for (key, value) in &records {
        // Only a damaged file without duplicates can hold a key twice.
        if writer.push(Record { key, data: Data::Whole(value) }).is_err() {
            return;
        }
    }
    let (written, _) = writer.finish().expect("memory does not run out here");
    assert!(read(&written).as_ref() == Some(&records), "what was written does not read back");
}

fn read(bytes: &Vec<u8>) -> Option<Vec<Pair>> {
    let database = Database::open(bytes).ok()?;
    let mut records = database.records();
    let mut pairs = Vec::new();
    loop {
        let Some(Record { key, data }) = records.next().ok()? else { return Some(pairs) };
        let (key, mut value) = (key.to_vec(), Vec::new());
        data.for_each_chunk(|chunk| {
            value.extend_from_slice(chunk);
            Ok(())
        })
        .ok()?;
        pairs.push((key, value));
    }
}
