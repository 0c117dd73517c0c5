//! How conflicts were resolved, now and in earlier calls.
//!
//! Earlier resolutions are kept with the candidates, so that the loop "patch-config, look, patch-config --resolve" needs each one once.
//! A new one about the same key replaces an earlier one; an earlier one whose conflict is gone is left out with a warning.

use config_merge::{Error, FileToMerge, Merges, ResolutionLines, merge_with};
use documents::merge::MergeError;

use super::merging::{MessagingMerger, Method};

/// Merges the files. Returns also which earlier resolutions were left out, as `FILE:KEY`.
///
/// # Errors
/// As [`merge_with`].
pub(super) fn merge<'f>(
    merger: &MessagingMerger,
    files: &'f [FileToMerge<Method>],
    mut earlier: ResolutionLines,
    now: &ResolutionLines,
) -> Result<(Merges<'f, Method>, Vec<String>), Error> {
    let mut left_out = earlier.forget_others(|file| files.iter().any(|known| known.name == file));
    loop {
        // The later one counts where the keys are the same: it is behind the earlier one, which is forgotten.
        let lines = earlier.clone().followed_by(now);
        match merge_with(merger, files, lines) {
            Err(Error::Merge { file, error: MergeError::ResolvedTwice { key } })
                if earlier.forget(|named| named == file, &key) => {}
            Err(Error::Merge { file, error: MergeError::NoConflict { key } })
                if earlier.forget(|named| named == file, &key) =>
            {
                left_out.push(format!("{file}:{key}"));
            }
            other => return Ok((other?, left_out)),
        }
    }
}
