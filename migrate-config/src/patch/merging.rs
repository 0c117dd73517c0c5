//! The merge of one file by its structure: the table `documents::product_files` says what each file is and what is special about it.

use config_merge::{Error, MergeResult, Merger, Method, SECRETS, Version, Versions, guards, is_whole};
use documents::changes::Secrets;
use documents::dialect::Dialect;
use documents::merge::RootMove;
use documents::product_files::{Merging, Messaging, Product, ProductFile};

/// The product.
pub(super) const PRODUCT: Product = Messaging;

/// Merges the files of Messaging Server.
#[derive(Clone, Debug, Default)]
pub struct MessagingMerger {
    /// The old roots, and what they are now.
    pub roots: Vec<RootMove>,
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
            all.into_iter().flatten().try_for_each(guards::refuse_damaged)?;
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
        if is_text { config_merge::proposal_by_line(versions, &self.roots) } else { None }
    }
}

/// Returns what the table says of a file.
pub(super) fn file(name: &str) -> Result<&'static ProductFile, Error> {
    PRODUCT.file(name).ok_or_else(|| Error::usage(format!("{name} is no file of the configuration")))
}
