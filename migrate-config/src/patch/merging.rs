//! The merge of one file by its structure: the table `documents::product_files` says what each file is and what is special about it.

use config_merge::{Error, MergeResult, Merger, SECRETS, Version, Versions, guards};
use documents::changes::Secrets;
use documents::dialect::Dialect;
use documents::merge::RootMove;
use documents::product_files::{Merging, Messaging, Product, ProductFile};
use documents::{roots, whole_file};
use serde::{Deserialize, Serialize};

/// The product.
pub(super) const PRODUCT: Product = Messaging;

/// How a file merges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// The name of its dialect.
    pub dialect: String,
}

/// Merges the files of Messaging Server.
#[derive(Clone, Debug, Default)]
pub struct MessagingMerger {
    /// The old roots, and what they are now.
    pub roots: Vec<RootMove>,
}

impl Method {
    /// Returns that of a dialect.
    pub(super) fn of(dialect: Dialect) -> Self {
        Self { dialect: dialect.name().to_owned() }
    }

    fn dialect(&self) -> Result<Dialect, Error> {
        Dialect::named(&self.dialect).ok_or_else(|| Error::usage(format!("there is no dialect {}", self.dialect)))
    }
}

impl Merger for MessagingMerger {
    type Method = Method;

    fn merge(
        &self,
        name: &str,
        method: &Method,
        versions: &Versions<Version>,
        resolutions: &[String],
    ) -> Result<MergeResult, Error> {
        let dialect = method.dialect()?;
        let file = file(name)?;
        if !is_whole(dialect) {
            let all = [versions.base.file(), versions.site.as_ref(), versions.new.as_ref()];
            all.into_iter().flatten().try_for_each(refuse_damaged)?;
        }
        config_merge::by_dialect(name, dialect, versions, &file.rules(&self.roots, resolutions))
    }

    /// The new release's templates stand whatever the site did to them, so nothing about them keeps an installation waiting.
    fn blocks(&self, name: &str, _: &Method) -> bool {
        !file(name).is_ok_and(|file| file.merging == Merging::ShippedStands)
    }

    fn secrets(&self, _: &str, method: &Method) -> Secrets {
        method.dialect().map_or(SECRETS, |dialect| Secrets { key: dialect.secret_keys(), ..SECRETS })
    }

    fn proposal(&self, _: &str, method: &Method, versions: &Versions<Version>) -> Option<Vec<u8>> {
        let is_text = method.dialect().is_ok_and(|dialect| dialect == Dialect::Text);
        let (base, site, new) = (versions.base.file()?, versions.site.as_ref()?, versions.new.as_ref()?);
        let [base, site] = [base, site].map(|version| roots::rewrite(&version.content, &self.roots));
        let proposal = is_text.then(|| whole_file::proposal(&base, &site, &new.content)).flatten();
        proposal.map(|proposal| proposal.text)
    }
}

/// Returns what the table says of a file.
pub(super) fn file(name: &str) -> Result<&'static ProductFile, Error> {
    PRODUCT.file(name).ok_or_else(|| Error::usage(format!("{name} is no file of the configuration")))
}

/// Returns whether a file of a dialect is decided as a whole.
pub(super) fn is_whole(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Text | Dialect::Binary | Dialect::Xml)
}

/// Refuses a file that an editor or a full disk made another one.
fn refuse_damaged(version: &Version) -> Result<(), Error> {
    let path = version.source.path.to_string();
    if let Some(at) = guards::first_nul(&version.content) {
        return Err(Error::Form { path, form: "a text file", what: format!("byte {at} is NUL") });
    }
    if guards::has_byte_order_mark(&version.content) {
        let what = "it begins with a byte order mark, which the server reads as a part of the first line; remove its first 3 bytes";
        return Err(Error::Files { path, what: what.to_owned() });
    }
    Ok(())
}
