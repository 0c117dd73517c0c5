//! Records of every type and version, with any bytes in them, are judged together with a data file of any bytes: never a panic, the
//! same verdict twice, and nothing is called clean of which a record cannot be judged.
//!
//! An input is a version, a byte order, records (type, transaction, what came before in it, length, bytes), and the data file.

use bdb::format::{ByteOrder, LOG_MAGIC};
use bdb::log::{DataFile, LogFile, for_each_record, judge};

const READ: [u32; 15] = [2, 3, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
const HEADER: usize = 12;

pub(crate) fn run(data: &[u8]) {
    let Some((&[version, order, count], mut rest)) = data.split_first_chunk() else { return };
    let version = READ[usize::from(version) % READ.len()];
    let order = if order & 1 == 0 { ByteOrder::Little } else { ByteOrder::Big };
    let words = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| order.u32_bytes(*word)).collect() };
    let (mut log, mut last) = (Vec::new(), 0);
    push(&mut log, &mut last, version, order, &words(&[LOG_MAGIC, version, 65536, 0]));
    let mut starts = vec![0_u32];
    for _ in 0..count {
        let Some((&[kind, transaction, previous, length], bytes)) = rest.split_first_chunk() else { break };
        let (body, after) = bytes.split_at(usize::from(length).min(bytes.len()));
        rest = after;
        let previous = starts[usize::from(previous) % starts.len()];
        let transaction = if transaction == 0 { 0 } else { 0x8000_0000 + u32::from(transaction) };
        let head = [kind.into(), transaction, u32::from(previous > 0), previous];
        starts.push(log.len() as u32);
        push(&mut log, &mut last, version, order, &[words(&head), body.to_vec()].concat());
    }
    let logs = [LogFile { number: 1, source: log }];
    let mut obscure = 0_u64;
    let read = for_each_record(&logs, |_, _, body| obscure += u64::from(body.is_err()));
    let data = [DataFile::open(b"a.db", rest.to_vec()).expect("memory can be read")];
    let verdict = judge(&logs, &data);
    assert_eq!(format!("{verdict:?}"), format!("{:?}", judge(&logs, &data)), "a second look differs");
    if let Ok(verdict) = verdict {
        assert!(read.is_ok(), "judged, but not read");
        // Without a checkpoint all records count.
        assert!(verdict.last_checkpoint.is_some() || obscure == 0 || !verdict.is_clean());
        assert!(verdict.unjudged == 0 || !verdict.is_clean());
    }
}

fn push(log: &mut Vec<u8>, last: &mut u32, version: u32, order: ByteOrder, body: &[u8]) {
    let hash = body.iter().fold(0_u32, |hash, byte| hash.wrapping_mul(33).wrapping_add((*byte).into()));
    let length = (body.len() + HEADER) as u32;
    let checksum = if version >= 14 { hash ^ *last ^ length } else { hash };
    let (second, third) = if version <= 5 { (checksum, length) } else { (length, checksum) };
    let at = log.len() as u32;
    log.extend([*last, second, third].into_iter().flat_map(|word| order.u32_bytes(word)));
    log.extend_from_slice(body);
    *last = at;
}
