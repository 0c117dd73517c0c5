//! Processes that use the source: a running server would change the files under our hands.

use std::collections::HashMap;

use upgrade_engine::fs::{FileId, FileKind};
use upgrade_engine::survey;

use super::source::SourceFacts;
use crate::error::Error;

/// Refuses a source that another process uses.
///
/// # Errors
/// [`Error::InUse`] naming processes and files.
pub fn refuse_in_use(source: &SourceFacts) -> Result<(), Error> {
    let files: HashMap<FileId, String> = source
        .entries
        .iter()
        .filter(|entry| entry.stat.kind == FileKind::Regular)
        .map(|entry| (entry.stat.id, super::source::show(&source.path, &entry.path)))
        .collect();
    let holders: Vec<String> = survey::holders(&files).iter().map(ToString::to_string).collect();
    if holders.is_empty() { Ok(()) } else { Err(Error::InUse(holders)) }
}
