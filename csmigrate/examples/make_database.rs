//! Makes a calendar-like database for benchmarks: `make_database FILE RECORDS`, 40-byte keys, 400-byte values, 4096-byte
//! pages as full as a server leaves them, without touching more memory than a page or two.

use std::io;

use bdb::format::ByteOrder;
use bdb::write::{BtreeWriter, Duplicates, WriteOptions};
use bdb::{Data, Record, WriteAt};

struct Output(std::fs::File);

impl WriteAt for Output {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.0, bytes, offset)
    }
}

#[expect(clippy::disallowed_methods, reason = "makes the input of a benchmark, outside any product")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(records)) = (arguments.next(), arguments.next()) else {
        return Err("usage: make_database FILE RECORDS".into());
    };
    let options = WriteOptions {
        byte_order: ByteOrder::native(),
        page_size: 4096,
        fill_percent: 90,
        duplicates: Duplicates::None,
        minkey: 2,
        re_len: 0,
        re_pad: 0x20,
        file_id: [1; 20],
    };
    let mut writer = BtreeWriter::new(Output(std::fs::File::create_new(path)?), options)?;
    // Values that do not compress and differ from record to record (xorshift).
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut value = [0_u8; 400];
    for number in 0..records.parse::<u64>()? {
        for word in value.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        let key = format!("{number:040}");
        writer.push(Record { key: key.as_bytes(), data: Data::Whole(&value) })?;
    }
    let (Output(file), _) = writer.finish()?;
    Ok(file.sync_all()?)
}
