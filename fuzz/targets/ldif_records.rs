//! Whatever reads as records is written and read again as the same records; nothing else happens to any input.

use ldif::{Record, records, write_records};

pub(crate) fn run(data: &[u8]) {
    let Ok(first) = records(data).collect::<Result<Vec<Record>, _>>() else { return };
    let file = write_records(&first);
    let again: Vec<Record> = records(file.as_slice()).collect::<Result<_, _>>().expect("what is written can be read");
    assert_eq!(first.len(), again.len());
    for (one, other) in first.iter().zip(&again) {
        assert_eq!((&one.dn, &one.controls, &one.action), (&other.dn, &other.controls, &other.action));
    }
    assert_eq!(write_records(&again), file);
}
