//! A file merged by one of the suite's dialects: what most [`Merger`](crate::Merger)s call.

use documents::dialect::{self, Dialect};
use documents::merge::Rules;

use crate::error::Error;
use crate::files::{Version, Versions};
use crate::merges::MergeResult;

/// Merges the versions of a file by a dialect. A deleted file, and one that only the new release has, are decided as a whole.
///
/// # Errors
/// [`Error::Parse`] with the path of the version that is no file of the dialect; [`Error::Merge`].
pub fn by_dialect(
    name: &str,
    dialect: Dialect,
    versions: &Versions<Version>,
    rules: &Rules,
) -> Result<MergeResult, Error> {
    fn content(version: &Option<Version>) -> Option<&[u8]> {
        version.as_ref().map(|version| version.content.as_slice())
    }
    let Versions { base, site, new } = versions;
    let bytes = dialect::Versions { base: base.as_base(), site: content(site), new: content(new) };
    let merged = dialect.merge(&bytes, rules).map_err(|error| match error {
        dialect::MergeError::Parse { version, error } => {
            let version = match version {
                dialect::Version::Base => base.file(),
                dialect::Version::Site => site.as_ref(),
                dialect::Version::New => new.as_ref(),
            };
            let path = version.map_or_else(|| name.to_owned(), |version| version.source.path.to_string());
            Error::Parse { path, error }
        }
        dialect::MergeError::Merge(error) => Error::Merge { file: name.to_owned(), error },
    })?;
    Ok(MergeResult { is_there: merged.bytes().is_some(), merge: merged.merge })
}
