//! What several of the test binaries use: how many cases to run.
#![allow(dead_code)]

/// Returns `full` when everything is to be run (`COMMSUITE_FULL=1`), else `ordinary`.
pub(crate) fn count(ordinary: usize, full: usize) -> usize {
    if std::env::var_os("COMMSUITE_FULL").is_some_and(|value| value == "1") { full } else { ordinary }
}
