//! Log files of arbitrary bytes are judged or refused, alone and as two files of one log.

use bdb::log::{LogFile, LogState, Outline, outline};

pub(crate) fn run(data: &[u8]) {
    let alone = [LogFile { number: 1, source: data.to_vec() }];
    if let Ok(Outline { state: LogState::NotCovered { after_checkpoint, before_checkpoint, .. }, .. }) = outline(&alone)
    {
        let all = after_checkpoint + before_checkpoint;
        assert!(all as usize <= data.len() / 12, "more records than fit the file");
    }
    let (first, second) = data.split_at(data.len() / 2);
    let two = [LogFile { number: 2, source: second.to_vec() }, LogFile { number: 1, source: first.to_vec() }];
    let _ = outline(&two);
}
