//! The merge of one file by its structure: the table `documents::product_files` says what each file is.

use config_merge::{Error, MergeResult, Merger, SECRETS, Version, Versions, guards};
use documents::changes::Secrets;
use documents::dialect::Dialect;
use documents::merge::RootMove;
use documents::product_files::{InstantMessaging, Product, ProductFile};
use serde::{Deserialize, Serialize};

/// The product.
pub(crate) const PRODUCT: Product = InstantMessaging;

/// How a file merges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// The name of its dialect.
    pub dialect: String,
    /// Where the programs were and are, when they moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<(String, String)>,
}

/// Merges the files of Instant Messaging.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImMerger;

impl Method {
    fn dialect(&self) -> Result<Dialect, Error> {
        Dialect::named(&self.dialect).ok_or_else(|| Error::usage(format!("there is no dialect {}", self.dialect)))
    }

    fn roots(&self) -> Vec<RootMove> {
        let moved = self.moved.iter();
        moved.map(|(from, to)| RootMove { from: from.as_str().into(), to: to.as_str().into() }).collect()
    }
}

impl Merger for ImMerger {
    type Method = Method;

    fn merge(
        &self,
        name: &str,
        method: &Method,
        versions: &Versions<Version>,
        resolutions: &[String],
    ) -> Result<MergeResult, Error> {
        let dialect = method.dialect()?;
        if !config_merge::is_whole(dialect) {
            let all = [versions.base.file(), versions.site.as_ref(), versions.new.as_ref()];
            all.into_iter().flatten().try_for_each(guards::refuse_damaged)?;
        }
        config_merge::by_dialect(name, dialect, versions, &file(name)?.rules(&method.roots(), resolutions))
    }

    fn secrets(&self, _: &str, method: &Method) -> Secrets {
        method.dialect().map_or(SECRETS, |dialect| Secrets { key: dialect.secret_keys(), ..SECRETS })
    }

    fn proposal(&self, _: &str, method: &Method, versions: &Versions<Version>) -> Option<Vec<u8>> {
        let is_text = method.dialect().is_ok_and(|dialect| dialect == Dialect::Text);
        if is_text { config_merge::proposal_by_line(versions, &method.roots()) } else { None }
    }
}

/// Returns what the table says of a file.
fn file(name: &str) -> Result<&'static ProductFile, Error> {
    PRODUCT.file(name).ok_or_else(|| Error::usage(format!("{name} is no file of the configuration")))
}
