//! The rule by which an environment is judged, on logs and pages made for each case: splits of a root, children of transactions, pages
//! that are freed and used again, files that were copied, and logs that are hostile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::cell::Cell;

use bdb::format::{ByteOrder, Lsn};
use bdb::log::{DataFile, LogError, LogFile, Verdict, Why, judge};

const PAGE: usize = 512;
const FIRST: u32 = 0x8000_0001;
const CHILD: u32 = 0x8000_0002;

/// A log of Berkeley DB 4.4 under construction, all in one file.
struct Log {
    bytes: Vec<u8>,
    last: u32,
    /// The last record of each transaction.
    chains: std::collections::HashMap<u32, u32>,
}

thread_local! {
    static ORDER: Cell<ByteOrder> = const { Cell::new(ByteOrder::Little) };
}

/// Runs a test with logs and files of either byte order.
fn in_both_orders(test: impl Fn()) {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        ORDER.set(order);
        test();
    }
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| ORDER.get().u32_bytes(*word)).collect()
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    [words(&[bytes.len() as u32]), bytes.to_vec()].concat()
}

impl Log {
    fn new() -> Self {
        let mut log = Self { bytes: Vec::new(), last: 0, chains: std::collections::HashMap::new() };
        log.push(&words(&[0x0004_0988, 11, 65536, 0]));
        log
    }

    fn push(&mut self, body: &[u8]) -> u32 {
        let at = self.bytes.len() as u32;
        let length = body.len() as u32 + 12;
        let hash = body.iter().fold(0_u32, |hash, byte| hash.wrapping_mul(33).wrapping_add((*byte).into()));
        self.bytes.extend(words(&[self.last, length, hash]));
        self.bytes.extend_from_slice(body);
        self.last = at;
        at
    }

    fn record(&mut self, kind: u32, transaction: u32, fields: &[u8]) -> Lsn {
        let previous = self.chains.get(&transaction).copied().unwrap_or_default();
        let head = words(&[kind, transaction, u32::from(previous > 0), previous]);
        let at = self.push(&[head, fields.to_vec()].concat());
        self.chains.insert(transaction, at);
        Lsn { file: 1, offset: at }
    }

    fn opened(&mut self, number: u32, name: &str, id: u8) {
        let name = counted(&[name.as_bytes(), b"\0"].concat());
        let fields = [words(&[3]), name, counted(&[id; 20]), words(&[number, 1, 0, 0])].concat();
        self.chains.remove(&0);
        self.record(2, 0, &fields);
    }

    /// An item is added to a page.
    fn added(&mut self, transaction: u32, file: u32, page: u32, before: Lsn) -> Lsn {
        let fields = [words(&[1, file, page, 0, 8]), counted(b""), counted(b"item"), lsn(before)].concat();
        self.record(41, transaction, &fields)
    }

    fn allocated(&mut self, transaction: u32, page: u32, before: Lsn) -> Lsn {
        let fields = [words(&[0]), lsn(NEVER), words(&[0]), lsn(before), words(&[page, 5, 0, page])].concat();
        self.record(49, transaction, &fields)
    }

    fn freed(&mut self, transaction: u32, page: u32, before: Lsn) -> Lsn {
        let header = counted(&[lsn(before), words(&[page, 0, 0, 0]), vec![0; 2]].concat());
        let fields = [words(&[0, page]), lsn(NEVER), words(&[0]), header, words(&[0, page])].concat();
        self.record(50, transaction, &fields)
    }

    /// The root (page 1) is split into two pages.
    fn root_split(&mut self, transaction: u32, before: Lsn) -> Lsn {
        let image = counted(&[lsn(before), words(&[1]), vec![0; 14]].concat());
        let left = [words(&[0, 2]), lsn(NEVER)].concat();
        let right = [words(&[3]), lsn(NEVER), words(&[4, 0]), lsn(NEVER), words(&[1])].concat();
        self.record(62, transaction, &[left, right, image, words(&[0])].concat())
    }

    fn joined(&mut self, parent: u32, child: u32) {
        let last = self.chains[&child];
        self.record(12, parent, &[words(&[child]), lsn(Lsn { file: 1, offset: last })].concat());
    }

    fn committed(&mut self, transaction: u32) {
        self.record(10, transaction, &[words(&[1, 1_000_000 + self.last, 0]), counted(b"")].concat());
        self.chains.remove(&transaction);
    }

    fn judged(&self, files: &[DataFile<Vec<u8>>]) -> Verdict {
        judge(&[LogFile { number: 1, source: self.bytes.clone() }], files).unwrap()
    }
}

const NEVER: Lsn = Lsn { file: 0, offset: 0 };
const OLD: Lsn = Lsn { file: 1, offset: 28 };

fn lsn(lsn: Lsn) -> Vec<u8> {
    words(&[lsn.file, lsn.offset])
}

/// A database of version 9 whose pages have these numbers, the meta page's first.
fn file(name: &str, id: u8, pages: &[Lsn]) -> DataFile<Vec<u8>> {
    let mut bytes = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        let start = bytes.len();
        bytes.extend([lsn(*page), words(&[number as u32])].concat());
        bytes.resize(start + PAGE, 0);
    }
    bytes[12..24].copy_from_slice(&words(&[0x0005_3162, 9, PAGE as u32]));
    bytes[52..72].copy_from_slice(&[id; 20]);
    DataFile::open(name.as_bytes(), bytes).unwrap()
}

#[test]
fn a_root_that_was_split_and_not_written_is_missing_although_its_children_are_there() {
    in_both_orders(|| {
        let mut log = Log::new();
        log.opened(0, "a.db", 1);
        let split = log.root_split(FIRST, OLD);
        log.committed(FIRST);
        let all = |root| log.judged(&[file("a.db", 1, &[split, root, split, split])]);
        assert!(all(split).is_clean());
        assert_eq!((all(OLD).missing, all(OLD).files[0].missing), (1, 1));
    });
}

#[test]
fn a_child_belongs_to_the_transaction_that_committed_it_whatever_file_it_changed() {
    in_both_orders(|| {
        let mut log = Log::new();
        log.opened(0, "a.db", 1);
        log.opened(1, "b.db", 2);
        let first = log.added(FIRST, 0, 1, OLD);
        let of_child = log.added(CHILD, 1, 1, OLD);
        log.joined(FIRST, CHILD);
        log.committed(FIRST);
        let judged = |a, b| log.judged(&[file("a.db", 1, &[OLD, a]), file("b.db", 2, &[OLD, b])]);
        assert!(judged(first, of_child).is_clean());
        let found = judged(first, OLD);
        assert_eq!((found.missing, found.files[0].missing, found.files[1].missing), (1, 0, 1));
        let found = judged(OLD, OLD);
        assert_eq!((found.missing, found.files[0].missing, found.files[1].missing), (1, 1, 1));
    });
}

#[test]
fn a_child_that_was_taken_back_must_not_be_in_the_files_of_its_committed_parent() {
    in_both_orders(|| {
        let mut log = Log::new();
        log.opened(0, "a.db", 1);
        let of_child = log.added(CHILD, 0, 1, OLD);
        let own = log.added(FIRST, 0, 2, OLD);
        log.committed(FIRST);
        let judged = |page| log.judged(&[file("a.db", 1, &[OLD, page, own])]);
        assert!(judged(OLD).is_clean());
        let found = judged(of_child);
        assert_eq!((found.missing, found.uncommitted, found.files[0].uncommitted), (0, 1, true));
    });
}

#[test]
fn numbers_of_transactions_that_are_used_again_do_not_commit_the_older_one() {
    in_both_orders(|| {
        let mut log = Log::new();
        log.opened(0, "a.db", 1);
        let lost = log.added(FIRST, 0, 1, OLD);
        log.chains.clear();
        let kept = log.added(FIRST, 0, 2, OLD);
        log.committed(FIRST);
        assert!(log.judged(&[file("a.db", 1, &[OLD, OLD, kept])]).is_clean());
        assert_eq!(log.judged(&[file("a.db", 1, &[OLD, lost, kept])]).uncommitted, 1);
    });
}

#[test]
fn a_page_that_never_came_to_be_is_missing_unless_it_is_free_in_the_end() {
    in_both_orders(|| {
        let mut log = Log::new();
        log.opened(0, "a.db", 1);
        let allocated = log.allocated(FIRST, 2, NEVER);
        let used = log.added(FIRST, 0, 2, allocated);
        let meta = log.freed(FIRST, 2, used);
        log.committed(FIRST);
        assert!(log.judged(&[file("a.db", 1, &[meta, OLD])]).is_clean());
        // It is used again.
        let allocated = log.allocated(FIRST, 2, meta);
        let used = log.added(FIRST, 0, 2, allocated);
        log.committed(FIRST);
        assert_eq!(log.judged(&[file("a.db", 1, &[allocated, OLD])]).missing, 1);
        assert_eq!(log.judged(&[file("a.db", 1, &[allocated, OLD, meta])]).missing, 1);
        assert!(log.judged(&[file("a.db", 1, &[allocated, OLD, used])]).is_clean());
    });
}

#[test]
fn a_record_that_cannot_be_judged_is_named_and_counts_as_unclean() {
    in_both_orders(|| {
        let mut log = Log::new();
        log.opened(0, "a.db", 1);
        let added = log.added(FIRST, 0, 1, OLD);
        log.committed(FIRST);
        let files = || [file("a.db", 1, &[OLD, added])];
        assert!(log.judged(&files()).is_clean());
        let unknown = log.record(10_001, FIRST, &[]);
        let found = log.judged(&files());
        let text = found.first_unjudged.unwrap().to_string();
        assert_eq!(text, format!("log record {unknown} (type 10001): its type is not known"));
        assert!(!found.is_clean() && found.files[0].unjudged);
        // Nothing says which file number 7 is.
        let mut log = Log::new();
        log.added(FIRST, 7, 1, OLD);
        log.committed(FIRST);
        assert_eq!(log.judged(&files()).first_unjudged.map(|unjudged| unjudged.why), Some(Why::UnknownFile));
    });
}

#[test]
fn a_file_is_known_by_its_identity_and_a_copy_of_it_is_not_blamed() {
    in_both_orders(|| {
        let mut log = Log::new();
        log.opened(0, "dir/a.db", 1);
        let added = log.added(FIRST, 0, 1, OLD);
        log.committed(FIRST);
        let found = log.judged(&[file("a.db", 1, &[OLD, added]), file("copy.db", 1, &[OLD, OLD])]);
        assert!(found.is_clean() && found.files[0].named && !found.files[1].named);
        assert_eq!(log.judged(&[file("renamed.db", 1, &[OLD, OLD])]).missing, 1);
        assert!(log.judged(&[file("a.db", 9, &[OLD, OLD])]).is_clean(), "another file took its place");
    });
}

#[test]
fn a_log_that_would_take_memory_without_end_is_refused() {
    in_both_orders(|| {
        let mut log = Log::new();
        for number in 0..70_000 {
            // Commits of transactions that never begin.
            log.chains.insert(FIRST + number, 28);
            log.committed(FIRST + number);
        }
        let result = judge::<_, Vec<u8>>(&[LogFile { number: 1, source: log.bytes }], &[]);
        assert!(matches!(result, Err(LogError::TooMuch { what: "transactions at a time" })), "{result:?}");
    });
}
