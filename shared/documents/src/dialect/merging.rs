//! The merge of a file's three versions by its dialect.

use std::fmt;

use super::{Dialect, Work};
use crate::lines::check_size;
use crate::merge::{self, Additions, Base, Carrier, Merge, Presence, Rules, Shipped, Sides};
use crate::whole_file::{self, Content};
use crate::{Document, ParseError, SpanEdit};

/// The versions of a file; nothing is a file that is not there.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// What the old release shipped.
    pub base: Base<Option<&'a [u8]>>,
    /// What the site made of it.
    pub site: Option<&'a [u8]>,
    /// What the new release ships.
    pub new: Option<&'a [u8]>,
}

/// Which of the versions it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// What the old release shipped.
    Base,
    /// What the site made of it.
    Site,
    /// What the new release ships.
    New,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base => "the old release's file",
            Self::Site => "the site's file",
            Self::New => "the new release's file",
        })
    }
}

/// Why the versions of a file were not merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// One of them is no file of the dialect.
    #[error("{version}: {error}")]
    Parse {
        /// Which one.
        version: Version,
        /// Where, and why.
        error: ParseError,
    },
    /// They cannot be merged.
    #[error(transparent)]
    Merge(#[from] merge::MergeError),
}

/// A merged file.
#[derive(Clone, Debug)]
pub struct FileMerge {
    /// The decisions. The edits are those of the carrier, or of an empty file where there is none.
    pub merge: Merge,
    is_there: bool,
}

impl FileMerge {
    /// Returns the file's content; nothing where there is to be no file.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.is_there.then_some(&self.merge.bytes)
    }
}

impl Dialect {
    /// Merges the versions of a file.
    ///
    /// A file that both releases have and that the site deleted is decided as a whole, whatever its dialect: by key, only what the
    /// new release adds would come back. A file that is missing in another way is one without keys. A file of address books is
    /// decided as a whole where one of its versions is not of that shape.
    ///
    /// # Errors
    /// When a version is no file of the dialect, a resolution does not fit, or a decided value cannot be written. Conflicts are
    /// no error.
    pub fn merge(self, versions: &Versions<'_>, rules: &Rules) -> Result<FileMerge, MergeError> {
        let all = [known(versions.base), versions.site, versions.new];
        let is_other_xml = |bytes: &[u8]| !bytes.is_empty() && self.check(bytes).is_err();
        let dialect = match self {
            Self::AddressBooks if all.into_iter().flatten().any(is_other_xml) => Self::Xml,
            _ => self,
        };
        dialect.read_with(MergeVersions { versions, rules })
    }
}

fn known<'a>(base: Base<Option<&'a [u8]>>) -> Option<&'a [u8]> {
    match base {
        Base::Known(bytes) | Base::Partial(bytes) => bytes,
        Base::Unknown => None,
    }
}

struct MergeVersions<'a> {
    versions: &'a Versions<'a>,
    rules: &'a Rules,
}

impl Work for MergeVersions<'_> {
    type Output = Result<FileMerge, MergeError>;

    fn by_key<D: Document>(self, read: impl Fn(Vec<u8>) -> Result<D, ParseError>) -> Self::Output {
        let Versions { base, site, new } = *self.versions;
        let is_deleted = site.is_none() && new.is_some() && known(base).is_some();
        if is_deleted && self.rules.additions == Additions::Take {
            // The bytes of a file that is not changed need not be of the dialect.
            return self.as_a_whole(Content::Text);
        }
        let parse = |version, bytes: Option<&[u8]>| {
            let bytes = bytes.unwrap_or_default();
            let parsed = check_size(bytes.len()).and_then(|()| read(bytes.to_vec()));
            parsed.map_err(|error| MergeError::Parse { version, error })
        };
        let known;
        let base = match base {
            Base::Known(bytes) => {
                known = parse(Version::Base, bytes)?;
                Base::Known(&known)
            }
            Base::Partial(bytes) => {
                known = parse(Version::Base, bytes)?;
                Base::Partial(&known)
            }
            Base::Unknown => Base::Unknown,
        };
        let mut rules = self.rules.clone();
        let is_new = site.is_none() && new.is_some() && rules.additions == Additions::Take;
        if is_new {
            // The new release's file comes as it is, its comments included.
            rules.carrier = Carrier::New;
        }
        let (parsed_site, parsed_new) = (parse(Version::Site, site)?, parse(Version::New, new)?);
        let mut merge = merge::merge(&Sides { base, site: &parsed_site, new: &parsed_new }, &rules)?;
        if is_new && self.rules.carrier == Carrier::Site {
            merge.edits = vec![SpanEdit { offset: 0, remove: 0, insert: merge.bytes.clone() }];
        }
        let is_there = match rules.carrier {
            Carrier::Site => site.is_some(),
            Carrier::New => new.is_some() || !merge.bytes.is_empty(),
        };
        Ok(FileMerge { merge, is_there })
    }

    fn as_a_whole(self, content: Content) -> Self::Output {
        let Versions { base, site, new } = *self.versions;
        let all = [(Version::Base, known(base)), (Version::Site, site), (Version::New, new)];
        let mut content = content;
        for (version, bytes) in all.into_iter().filter_map(|(version, bytes)| Some((version, bytes?))) {
            check_size(bytes.len()).map_err(|error| MergeError::Parse { version, error })?;
            if Content::of(bytes) == Content::Binary {
                content = Content::Binary;
            }
        }
        // Shipped lines are a matter of keys.
        let rules = Rules { shipped: Shipped::Mergeable, ..self.rules.clone() };
        let merge = whole_file::merge(base, site, new, content, &rules)?;
        let is_there = match merge.decisions.first() {
            Some(decision) => matches!(decision.outcome, Presence::Present(_)),
            None => false,
        };
        Ok(FileMerge { merge, is_there })
    }
}
