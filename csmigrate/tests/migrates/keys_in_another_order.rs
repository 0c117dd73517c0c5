//! Databases whose application had its own order of keys: the order is kept, and that is said.

use std::cell::RefCell;
use std::rc::Rc;

use bdb::format::ByteOrder;
use bdb::read::Database;
use bdb::write::{BtreeWriter, Duplicates, WriteOptions};
use bdb::{Data, Record, WriteAt};
use insta::assert_snapshot;

use crate::support::Site;

#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl WriteAt for Memory {
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> std::io::Result<()> {
        let mut memory = self.0.borrow_mut();
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        let length = memory.len().max(end);
        memory.resize(length, 0);
        memory[start..end].copy_from_slice(bytes);
        Ok(())
    }
}

fn keys() -> Vec<String> {
    (0..500).rev().map(|number| format!("key{number:05}")).collect()
}

fn descending_database() -> Vec<u8> {
    let options = WriteOptions {
        byte_order: ByteOrder::Big,
        page_size: 512,
        fill_percent: 70,
        duplicates: Duplicates::None,
        minkey: 2,
        re_len: 0,
        re_pad: 0x20,
        file_id: [7; 20],
    };
    let memory = Memory::default();
    let mut writer = BtreeWriter::new(memory.clone(), options).unwrap();
    for key in keys() {
        writer.push(Record { key: key.as_bytes(), data: Data::Whole(b"value") }).unwrap();
    }
    writer.finish().unwrap();
    memory.0.take()
}

#[test]
fn the_order_of_the_application_is_kept_with_a_warning() {
    let site = Site::bare();
    site.write("/db/old/descending.db", descending_database());
    assert_snapshot!(site.migrate(&["--byte-order", "little"]), @r#"
    exit 0
    --- stdout
    Scanning descending.db database...
    500 records scanned
    Backing up /db/old to /db/old/backup...
    Writing 1 new files, each read back and compared...
    Moving 1 files into /db/new...
    Calendar database has been migrated
    Backup: /db/old/backup
    Undo:   csmigrate --root [TEMP]/root --undo /db/new
    --- stderr
    csmigrate: warning: descending.db: 499 keys are not in byte order (first on page 2): the application had its own order, which is kept
    "#);
    let database = Database::open(site.read("/db/new/descending.db")).unwrap();
    let mut records = database.records();
    let mut found = Vec::new();
    while let Some(record) = records.next().unwrap() {
        found.push(String::from_utf8(record.key.to_vec()).unwrap());
    }
    assert_eq!(found, keys());
}
