//! The merge of one file: the rules of Delegated Administrator over the keyed three-way merge. No file is opened here.

use std::fmt::Display;

use config_merge::{Error, MergeResult, Merger, Version, Versions, guards};
use documents::merge::{self, Base, Carrier, Merge, Obsolete, Rules, Shipped, Sides};
use documents::{Document, Properties};
use install_root::delegated_administrator::ConfigFile;

use crate::defaults;

/// The numbered list of attributes by which people log in.
const LIST: &str = "loginAuth-idAttr-";

/// Parses a properties file.
///
/// # Errors
/// [`Error::Form`] for a NUL byte, [`Error::Parse`] as Java.
pub fn parse(path: impl Display, bytes: Vec<u8>) -> Result<Properties, Error> {
    if let Some(at) = guards::first_nul(&bytes) {
        // Java reads it as a character, but nobody writes it: the file is something else, or a disk lost part of it.
        let what = format!("byte {at} is NUL");
        return Err(Error::Form { path: path.to_string(), form: "a properties file", what });
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

/// Merges the six files, each by its name.
pub struct SixFiles;

impl Merger for SixFiles {
    type Method = ();

    fn merge(
        &self,
        name: &str,
        (): &(),
        versions: &Versions<Version>,
        resolutions: &[String],
    ) -> Result<MergeResult, Error> {
        let parse_version = |version: &Version| parse(&version.source.path, version.content.clone());
        let [base, site, new] = [versions.base.file(), versions.site.as_ref(), versions.new.as_ref()]
            .map(|v| v.map(parse_version).transpose());
        let nothing = parse(name, Vec::new())?;
        let (base, site, new) = (base?, site?, new?);
        let (site, new) = (site.as_ref().unwrap_or(&nothing), new.as_ref().unwrap_or(&nothing));
        let merge = merge(ConfigFile::of_name(name), base.as_ref(), site, new, resolutions)?;
        Ok(MergeResult { merge, is_there: true })
    }

    fn reported_name<'n>(&self, typed: &'n str) -> &'n str {
        ConfigFile::of_name(typed).map_or(typed, |file| file.name())
    }
}
