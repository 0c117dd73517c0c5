//! Makes a calendar-like database for benchmarks: `make_database FILE RECORDS btree|hash`, 40-byte keys, 400-byte values,
//! 4096-byte pages as full as a server leaves them. A btree touches no more memory than a page or two, a hash table twelve bytes a record.

use std::io;

use bdb::format::ByteOrder;
use bdb::hash::{Buckets, default_hash};
use bdb::write::{BtreeOptions, DatabaseOptions, Duplicates, FileOptions, FileWriter, HashOptions, RecordNumbers};
use bdb::{Data, Record, WriteAt};

struct Output(std::fs::File);

impl WriteAt for Output {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.0, bytes, offset)
    }
}

#[expect(clippy::disallowed_methods, reason = "makes the input of a benchmark, outside any product")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, records, access] = arguments.as_slice() else {
        return Err("usage: make_database FILE RECORDS btree|hash".into());
    };
    let records = records.parse::<u32>()?;
    let options = FileOptions { byte_order: ByteOrder::native(), page_size: 4096, file_id: [1; 20] };
    let mut writer = FileWriter::new(Output(std::fs::File::create_new(path)?), options)?;
    let mut numbers: Vec<u32> = Vec::new();
    let duplicates = Duplicates::None;
    match access.as_str() {
        "btree" => {
            let (fill_percent, record_numbers) = (90, RecordNumbers::None);
            let options = BtreeOptions { fill_percent, duplicates, minkey: 2, re_len: 0, re_pad: 0x20, record_numbers };
            writer.begin(None, DatabaseOptions::Btree(options))?;
        }
        "hash" => {
            // A page holds nine records; a third of the buckets has more than one.
            let max_bucket = (records / 8).max(2) - 1;
            let options = HashOptions { duplicates, max_bucket, fill_factor: 0 };
            writer.begin(None, DatabaseOptions::Hash(options))?;
            let buckets = Buckets::new(max_bucket);
            numbers.extend(0..records);
            numbers.sort_by_cached_key(|number| buckets.of(default_hash(key(*number).as_bytes())));
        }
        other => return Err(format!("{other} is neither btree nor hash").into()),
    }
    // Values that do not compress and differ from record to record (xorshift).
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut value = [0_u8; 400];
    for place in 0..records {
        for word in value.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        let key = key(numbers.get(place as usize).copied().unwrap_or(place));
        writer.push(Record { key: key.as_bytes(), data: Data::Whole(&value) })?;
    }
    let (Output(file), _) = writer.finish()?;
    Ok(file.sync_all()?)
}

fn key(number: u32) -> String {
    format!("{number:040}")
}
