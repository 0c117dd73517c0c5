//! The merge of one file: the rules of Delegated Administrator over the keyed three-way merge. No file is opened here.

use std::fmt::Display;

use documents::changes::{Changes, Secrets};
use documents::merge::{self, Base, Carrier, Merge, Obsolete, Rules, Shipped, Sides};
use documents::{Document, Properties};
use install_root::delegated_administrator::ConfigFile;
use upgrade_engine::redact;

use crate::defaults;
use crate::error::Error;

/// The numbered list of attributes by which people log in.
const LIST: &str = "loginAuth-idAttr-";

/// Parses a properties file.
///
/// # Errors
/// [`Error::NotProperties`] for a NUL byte, [`Error::Parse`] as Java.
pub fn parse(path: impl Display, bytes: Vec<u8>) -> Result<Properties, Error> {
    if let Some(at) = memchr::memchr(0, &bytes) {
        // Java reads it as a character, but nobody writes it: the file is something else, or a disk lost part of it.
        let what = format!("byte {at} is NUL");
        return Err(Error::NotProperties { path: path.to_string(), what });
    }
    Properties::parse(bytes).map_err(|error| Error::Parse { path: path.to_string(), error })
}

/// Returns the rules for a file: the new file is edited, as the guide says; what the release dropped is only reported;
/// `Security.properties` takes additions only.
fn rules(file: Option<ConfigFile>, resolutions: &[String]) -> Rules {
    Rules {
        carrier: Carrier::New,
        obsolete: Obsolete::OnlyReport,
        shipped: if file == Some(ConfigFile::Security) { Shipped::Stands } else { Shipped::Mergeable },
        lists: vec![LIST.into()],
        resolutions: resolutions.to_vec(),
        ..Rules::default()
    }
}

/// Merges a file. Without a base the documented defaults are one for the keys that they name.
///
/// # Errors
/// [`Error::Merge`].
pub fn merge(
    file: Option<ConfigFile>,
    base: Option<&Properties>,
    site: &Properties,
    new: &Properties,
    resolutions: &[String],
) -> Result<Merge, Error> {
    let documented = file.and_then(defaults::documented).map(|text| parse("the documented defaults", text.into()));
    let documented = documented.transpose()?;
    let base = match (base, &documented) {
        (Some(base), _) => Base::Known(base),
        (None, Some(documented)) => Base::Partial(documented),
        (None, None) => Base::Unknown,
    };
    merge::merge(&Sides { base, site, new }, &rules(file, resolutions)).map_err(|error| {
        let file = file.map_or("the file", ConfigFile::name).to_owned();
        Error::Merge { file, error }
    })
}

/// Adds the decisions of a file to a report, its secrets hidden.
pub fn add<'a>(changes: &mut Changes<'a>, name: &str, merge: &'a Merge) {
    changes.add(name, merge, Secrets { key: redact::is_secret_key, value: redact::has_secret });
}
