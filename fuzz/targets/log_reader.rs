//! Log files of arbitrary bytes are judged or refused, alone and as two files of one log.

use bdb::format::Lsn;
use bdb::log::{LogFile, judge, records_after};

pub(crate) fn run(data: &[u8]) {
    let alone = [LogFile { number: 1, source: data.to_vec() }];
    if let Ok(verdict) = judge(&alone) {
        let all = records_after(&alone, Lsn::default()).expect("a log that was judged can be counted");
        let later = records_after(&alone, verdict.end).expect("a log that was judged can be counted");
        assert!(later == 0 && all as usize <= data.len() / 12, "more records than fit the file");
    }
    let (first, second) = data.split_at(data.len() / 2);
    let two = [LogFile { number: 2, source: second.to_vec() }, LogFile { number: 1, source: first.to_vec() }];
    let _ = judge(&two);
}
