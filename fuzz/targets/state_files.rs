//! The files of a run as anything: reading them neither panics nor fails for the other runs.

use upgrade_engine::digest::Digest;
use upgrade_engine::fs::memory::MemoryFs;
use upgrade_engine::fs::{FileSystem, RelPath, RootPath};
use upgrade_engine::run_list::{in_effect, list_all, unfinished, unreadable_in_the_way};

/// A journal of any bytes, and one of records whose payloads are any lines, with the checksums that they need.
pub(crate) fn journal(data: &[u8]) {
    look(data, b"{}");
    let mut records = Vec::new();
    for (number, line) in (0..).zip(data.split(|byte| *byte == b'\n')) {
        append(&mut records, number, line.first().map_or(0, |byte| byte % 6), line);
    }
    look(&records, b"{}");
}

/// A plan of any bytes that its journal vouches for.
pub(crate) fn plan(data: &[u8]) {
    let mut records = Vec::new();
    append(&mut records, 0, 1, begin(data).as_bytes());
    look(&records, data);
}

/// The status of a run whose journal holds whole records in any order.
pub(crate) fn status(data: &[u8]) {
    let plan = br#"{"version":1,"tool":"t","request":null,"anchors":{},"steps":[],"warnings":[]}"#;
    let mut records = Vec::new();
    for (number, byte) in (0..).zip(data.iter().take(64)) {
        let step = byte >> 3;
        let (kind, payload) = match byte % 5 {
            0 => (1, begin(plan)),
            1 => (2, format!(r#"{{"intent":{{"step":{step},"touched":[],"prepared":null}}}}"#)),
            2 => (3, format!(r#"{{"done":{{"step":{step},"report":null}}}}"#)),
            3 => (4, r#"{"end":{"outcome":"finished"}}"#.to_owned()),
            _ => (4, r#"{"end":{"outcome":"abandoned"}}"#.to_owned()),
        };
        append(&mut records, number, kind, payload.as_bytes());
    }
    look(&records, plan);
}

fn begin(plan: &[u8]) -> String {
    format!(r#"{{"begin":{{"plan":"{}","root":"/r"}}}}"#, Digest::of(plan))
}

/// Adds a record as the engine writes it: length, number, kind, checksum, payload, checksum, line break.
fn append(records: &mut Vec<u8>, number: u64, kind: u8, payload: &[u8]) {
    let mut record = u32::try_from(payload.len()).unwrap().to_le_bytes().to_vec();
    record.extend(number.to_le_bytes());
    record.push(kind);
    record.extend(crc32fast::hash(&record).to_le_bytes());
    record.extend(payload);
    record.extend(crc32fast::hash(&record).to_le_bytes());
    record.push(b'\n');
    records.extend(record);
}

fn look(journal: &[u8], plan: &[u8]) {
    let fs = MemoryFs::new();
    let path = |text: &str| RelPath::new(text).unwrap();
    let root = fs.open_dir(&RootPath::default()).unwrap();
    for dir in ["state", "state/t", "state/t/run"] {
        root.make_dir(&path(dir)).unwrap();
    }
    for (file, content) in [("journal", journal), ("plan.json", plan)] {
        let file = root.create(&path(&format!("state/t/run/{file}"))).unwrap();
        file.write_all_at(content, 0).unwrap();
    }
    let all = list_all(&fs, &RootPath::new("/state").unwrap(), "t").unwrap();
    assert!(all.runs.len() + all.unreadable.len() <= 1);
    assert!(unfinished(&all.runs).len() <= in_effect(&all.runs).len());
    all.runs.iter().for_each(|run| drop((run.plan.lines(), run.times_before())));
    assert!(unreadable_in_the_way(&all.unreadable, None).is_none());
}
