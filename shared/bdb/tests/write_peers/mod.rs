//! Writes record lists and has Berkeley DB's own tools judge the files.

use bdb::format::ByteOrder;
use bdb::write::{BtreeWriter, Duplicates, WriteError, WriteOptions, Written};
use bdb::{Data, Record};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

pub const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];
pub const PAGE_SIZES: [u32; 8] = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

pub fn key(number: usize) -> Vec<u8> {
    format!("{number:08}").into_bytes()
}

/// Bytes that differ from place to place, so that a lost or swapped page shows.
pub fn bytes(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 251 + seed * 7 + 1) as u8).collect()
}

pub fn options(byte_order: ByteOrder, page_size: u32, duplicates: Duplicates) -> WriteOptions {
    WriteOptions {
        byte_order,
        page_size,
        fill_percent: 100,
        duplicates,
        minkey: 2,
        re_len: 0,
        re_pad: 0x20,
        file_id: *b"twenty bytes of uid.",
    }
}

pub fn write(options: &WriteOptions, records: &Pairs) -> Result<(Vec<u8>, Written), WriteError> {
    let mut writer = BtreeWriter::new(Vec::new(), options.clone())?;
    for (key, data) in records {
        writer.push(Record { key, data: Data::Whole(data) })?;
    }
    writer.finish()
}

/// Files that are judged together: a call of the tools costs more than a small file.
pub struct Batch {
    directory: tempfile::TempDir,
    files: Vec<(PathBuf, String)>,
    keep: bool,
}

impl Batch {
    /// Needs the tools.
    pub fn new() -> Self {
        for tool in ["db5.3_verify", "db5.3_dump", "db5.3_load"] {
            testkit::peers::need(tool);
        }
        Self { directory: tempfile::tempdir().unwrap(), files: Vec::new(), keep: false }
    }

    /// Writes the records, checks what needs no tool, and keeps the file for `judge`.
    pub fn add(&mut self, options: &WriteOptions, records: &Pairs) -> Written {
        let (file, written) = write(options, records).unwrap();
        check_pages(options, &file, &written);
        assert_eq!(written.records, records.len() as u64);
        self.add_file(&file, records);
        written
    }

    pub fn add_file(&mut self, file: &[u8], records: &Pairs) {
        let path = self.directory.path().join(format!("{}.db", self.files.len()));
        std::fs::write(&path, file).unwrap();
        self.files.push((path, dump_text(records)));
    }

    /// Has the library add records to the file added last, which holds `all` afterwards.
    pub fn load_into_last(&mut self, records: &Pairs, all: &Pairs) {
        let (path, expected) = self.files.last_mut().unwrap();
        *expected = dump_text(all);
        let text = self.directory.path().join("text");
        let header = "VERSION=3\nformat=bytevalue\ntype=btree\nHEADER=END\n";
        std::fs::write(&text, format!("{header}{}DATA=END\n", dump_text(records))).unwrap();
        let output = Command::new("db5.3_load").arg("-f").arg(&text).arg(path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Verifies all files and compares what their dumps say.
    pub fn judge(mut self) {
        self.keep = true;
        for group in self.files.chunks(100) {
            let output =
                Command::new("db5.3_verify").arg("-q").args(group.iter().map(|(path, _)| path)).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        for (path, expected) in &self.files {
            let found = dump(path);
            assert!(found == *expected, "{} dumps otherwise:\n{}", path.display(), first_difference(&found, expected));
        }
        self.keep = false;
    }
}

/// A failed file stays where the message says it is.
impl Drop for Batch {
    fn drop(&mut self) {
        if self.keep {
            self.directory.disable_cleanup(true);
        }
    }
}

fn dump(path: &Path) -> String {
    let output = Command::new("db5.3_dump").arg(path).output().unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, data) = text.split_once("HEADER=END\n").unwrap();
    data.strip_suffix("DATA=END\n").unwrap().to_owned()
}

fn dump_text(records: &Pairs) -> String {
    let mut text = String::new();
    for (key, data) in records {
        for bytes in [key, data] {
            text.push(' ');
            for byte in bytes {
                write!(text, "{byte:02x}").unwrap();
            }
            text.push('\n');
        }
    }
    text
}

fn first_difference(found: &str, expected: &str) -> String {
    let lines = found.lines().zip(expected.lines()).enumerate();
    let differing =
        lines.filter(|(_, (found, expected))| found != expected).map(|(line, pair)| format!("{line}: {pair:.80?}"));
    let counts = format!("{} and {} lines", found.lines().count(), expected.lines().count());
    differing.take(1).chain([counts]).collect::<Vec<_>>().join("\n")
}

/// Checks the meta page, every page's own number, and the page counts.
pub fn check_pages(options: &WriteOptions, file: &[u8], written: &Written) {
    let order = options.byte_order;
    let size = options.page_size as usize;
    assert_eq!(file.len() % size, 0);
    let pages = file.len() / size;
    assert_eq!(written.pages, pages as u64);
    let meta = |offset| order.u32_at(file, offset).unwrap();
    let flags = match options.duplicates {
        Duplicates::None => 0,
        Duplicates::Unsorted => 0x01,
        Duplicates::Sorted => 0x41,
    };
    assert_eq!([0, 4, 8, 12, 16, 20].map(meta), [0, 1, 0, 0x0005_3162, 9, options.page_size]);
    assert_eq!([28, 32, 36, 40, 44, 48].map(meta), [0, pages as u32 - 1, 0, 0, 0, flags]);
    assert_eq!(file[24..28], [0, 9, 0, 0]);
    assert_eq!(file[52..72], options.file_id);
    assert_eq!([72, 76, 80, 84, 88].map(meta), [0, options.minkey, options.re_len, options.re_pad, 1]);
    assert!(file[92..size].iter().all(|&byte| byte == 0));

    let mut by_type = [0_u32; 13];
    for (number, page) in file.chunks_exact(size).enumerate().skip(1) {
        assert_eq!(order.u32_at(page, 8).unwrap() as usize, number);
        assert_eq!((order.u32_at(page, 0).unwrap(), order.u32_at(page, 4).unwrap()), (0, 1));
        by_type[usize::from(page[25])] += 1;
    }
    assert_eq!(by_type[5], written.leaf_pages);
    assert_eq!(by_type[7], written.overflow_pages);
    assert_eq!(by_type[3] + by_type[4] + by_type[6] + by_type[12], written.internal_pages + written.duplicate_pages);
}
