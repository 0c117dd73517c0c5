//! A file merged by one of the suite's dialects: what most [`Merger`](crate::Merger)s call.

use documents::dialect::{self, Dialect};
use documents::merge::{RootMove, Rules};
use documents::{roots, whole_file};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::files::{Version, Versions};
use crate::merges::MergeResult;

/// How a file merges, where its dialect says all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// The name of its dialect.
    pub dialect: String,
}

impl Method {
    /// Returns that of a dialect.
    pub fn of(dialect: Dialect) -> Self {
        Self { dialect: dialect.name().to_owned() }
    }

    /// Returns the dialect.
    ///
    /// # Errors
    /// [`command::Error::Usage`] for a name that no dialect has.
    pub fn dialect(&self) -> Result<Dialect, Error> {
        Dialect::named(&self.dialect).ok_or_else(|| Error::usage(format!("there is no dialect {}", self.dialect)))
    }
}

/// Returns whether a file of a dialect is decided as a whole.
pub fn is_whole(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Text | Dialect::Binary | Dialect::Xml)
}

/// Returns what a merge by line would make of a file that is decided as a whole, its roots moved; nothing where a version is missing
/// or no text.
pub fn proposal_by_line(versions: &Versions<Version>, moves: &[RootMove]) -> Option<Vec<u8>> {
    let (base, site, new) = (versions.base.file()?, versions.site.as_ref()?, versions.new.as_ref()?);
    let [base, site] = [base, site].map(|version| roots::rewrite(&version.content, moves));
    whole_file::proposal(&base, &site, &new.content).map(|proposal| proposal.text)
}

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
