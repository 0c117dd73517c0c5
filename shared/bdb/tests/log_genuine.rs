//! Logs of genuine environments: how they lie. The expected numbers were counted by an independent reader of the record layout.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use bdb::format::{ByteOrder, Lsn};
use bdb::log::{LogError, LogFile, LogFormat, LogState, Outline, Writer, outline, parse_log_name};

fn load(environment: &str) -> Vec<LogFile<Vec<u8>>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(environment);
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if let Some(number) = parse_log_name(entry.file_name().as_encoded_bytes()) {
            files.push(LogFile { number, source: fs::read(entry.path()).unwrap() });
        }
    }
    files
}

fn lsn(file: u32, offset: u32) -> Lsn {
    Lsn { file, offset }
}

/// `counts` are the records after and before the last checkpoint that it does not cover, and the transactions committed
/// after it.
fn verdict(version: u32, end: (u32, u32), checkpoint: (u32, u32), counts: (u64, u64, u64)) -> Outline {
    let (after, before, committed) = counts;
    let unclean = LogState::NotCovered { after_checkpoint: after, before_checkpoint: before, committed };
    // Only up to version 3 the word size of the writer shows.
    let writer = if version <= 3 { Writer::Bits64 } else { Writer::Unknown };
    Outline {
        format: Some(LogFormat { version, byte_order: ByteOrder::Little, writer }),
        end: lsn(end.0, end.1),
        last_checkpoint: Some(lsn(checkpoint.0, checkpoint.1)),
        state: if after + before == 0 { LogState::Covered } else { unclean },
    }
}

#[test]
fn the_last_checkpoint_of_these_environments_covers_everything() {
    for (environment, version, end) in [
        ("env-3.2.9-clean", 3, 151_037),
        ("env-4.4.20-clean", 11, 148_909),
        ("env-4.7.25-clean", 14, 148_913),
        ("csdb-6.2-le", 8, 8_072),
        ("mboxlist-6.3-le", 11, 5_058),
    ] {
        assert_eq!(
            outline(&load(environment)).unwrap(),
            verdict(version, (1, end), (1, end), (0, 0, 0)),
            "{environment}"
        );
    }
}

#[test]
fn what_the_last_checkpoint_does_not_cover_is_counted() {
    for (environment, expected) in [
        ("env-3.2.9-unclean", verdict(3, (1, 150_921), (1, 145_249), (47, 0, 1))),
        ("env-3.2.9-crash-1", verdict(3, (1, 187_540), (1, 84_067), (940, 0, 6))),
        ("env-3.2.9-crash-1-32bit", verdict(3, (1, 179_344), (1, 80_827), (928, 0, 6))),
        ("env-3.2.9-crash-2", verdict(3, (6, 17_101), (4, 3_941), (724, 165, 6))),
        ("env-3.2.9-crash-2-32bit", verdict(3, (6, 11_325), (4, 9_730), (690, 178, 6))),
        ("env-4.2.52-crash-1", verdict(8, (1, 183_622), (1, 83_253), (949, 1, 6))),
        ("env-4.2.52-crash-2", verdict(8, (6, 13_437), (4, 15_791), (666, 195, 6))),
        ("env-4.4.20-unclean", verdict(11, (1, 148_781), (1, 143_341), (47, 1, 1))),
        ("env-4.4.20-crash-1", verdict(11, (1, 183_844), (1, 83_412), (949, 1, 6))),
        ("env-4.4.20-crash-2", verdict(11, (6, 13_364), (4, 14_406), (668, 194, 4))),
        ("env-4.7.25-unclean", verdict(14, (1, 148_785), (1, 143_345), (47, 1, 1))),
        ("env-4.7.25-crash-1", verdict(14, (1, 183_844), (1, 83_412), (949, 1, 6))),
        ("env-4.7.25-crash-2", verdict(14, (6, 13_364), (4, 14_406), (668, 194, 4))),
    ] {
        let mut expected = expected;
        if let Some(format) = expected.format.as_mut().filter(|_| environment.ends_with("-32bit")) {
            format.writer = Writer::Bits32;
        }
        assert_eq!(outline(&load(environment)).unwrap(), expected, "{environment}");
    }
}

#[test]
fn a_log_that_berkeley_db_5_3_writes_now_is_read_db5_3() {
    let directory = tempfile::tempdir().unwrap();
    for program in [&["db5.3_recover"][..], &["db5.3_checkpoint", "-1"]] {
        let (program, arguments) = program.split_first().unwrap();
        let output =
            std::process::Command::new(program).args(arguments).arg("-h").arg(directory.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let source = fs::read(directory.path().join("log.0000000001")).unwrap();
    let verdict = outline(&[LogFile { number: 1, source }]).unwrap();
    assert_eq!((verdict.format.unwrap().version, verdict.state), (19, LogState::Covered));
}

#[test]
fn only_the_files_that_recovery_would_read_are_needed() {
    let mut files = load("env-4.7.25-crash-2");
    let all = outline(&files).unwrap();
    files.retain(|file| file.number >= 3);
    assert_eq!(outline(&files).unwrap(), all);
    files.retain(|file| file.number >= 4);
    assert!(matches!(outline(&files), Err(LogError::Missing { file: 3 })));
    files.retain(|file| file.number >= 5);
    assert!(matches!(outline(&files), Err(LogError::Missing { file: 4 })));
}

#[test]
fn a_gap_in_the_files_is_an_error() {
    let mut files = load("env-4.2.52-crash-2");
    files.retain(|file| file.number != 5);
    assert!(matches!(outline(&files), Err(LogError::Missing { file: 5 })));
}

#[test]
fn a_file_of_another_log_is_an_error() {
    let mut files = load("env-3.2.9-crash-2");
    let other = load("env-3.2.9-crash-2-32bit").into_iter().find(|file| file.number == 5).unwrap();
    *files.iter_mut().find(|file| file.number == 5).unwrap() = other;
    assert!(matches!(outline(&files), Err(LogError::Damaged { file: 5, offset: 0, .. })));
}

#[test]
fn a_cut_file_with_later_ones_is_an_error() {
    let mut files = load("env-3.2.9-crash-2");
    files.iter_mut().find(|file| file.number == 4).unwrap().source.truncate(20_000);
    assert!(matches!(outline(&files), Err(LogError::Damaged { file: 4, .. })));
}

#[test]
fn a_new_file_without_records_leaves_the_verdict_as_it_was() {
    let mut files = load("env-4.4.20-clean");
    files.push(LogFile { number: 2, source: vec![0; 4096] });
    assert_eq!(outline(&files).unwrap(), verdict(11, (1, 148_909), (1, 148_909), (0, 0, 0)));
    files.push(LogFile { number: 3, source: Vec::new() });
    assert!(matches!(outline(&files), Err(LogError::Damaged { file: 2, offset: 0, .. })));
}

#[test]
fn a_torn_last_record_counts_as_absent() {
    let mut files = load("env-4.7.25-unclean");
    let torn = &mut files[0].source;
    // The last record begins at 148,785; what came before it is no commit, but it still needs replay.
    let end = torn.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    torn[end - 7..end].fill(0);
    let found = outline(&files).unwrap();
    assert!(found.end < lsn(1, 148_785));
    assert_eq!(found.state, LogState::NotCovered { after_checkpoint: 46, before_checkpoint: 1, committed: 0 });
}
