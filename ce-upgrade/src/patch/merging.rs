//! The merge of one file by its structure: the table `documents::product_files` says what each file is.

use config_merge::{Error, FileToMerge, MergeResult, Merger, Method, SECRETS, Version, Versions, guards, is_whole};
use documents::changes::Secrets;
use documents::dialect::Dialect;
use documents::merge::RootMove;
use documents::product_files::{CommunicationsExpress, Product};
use documents::{ParseError, Xml, roots, xml};

/// The product.
pub(super) const PRODUCT: Product = CommunicationsExpress;

/// Merges the files of Communications Express.
#[derive(Clone, Debug, Default)]
pub struct CeMerger {
    /// Where the deployment was, and is.
    pub roots: Vec<RootMove>,
}

impl Merger for CeMerger {
    type Method = Method;

    fn merge(
        &self,
        name: &str,
        method: &Method,
        versions: &Versions<Version>,
        resolutions: &[String],
    ) -> Result<MergeResult, Error> {
        let file = PRODUCT.file(name).ok_or_else(|| Error::usage(format!("{name} is no file of the configuration")))?;
        config_merge::by_dialect(name, method.dialect()?, versions, &file.rules(&self.roots, resolutions))
    }

    fn secrets(&self, _: &str, method: &Method) -> Secrets {
        method.dialect().map_or(SECRETS, |dialect| Secrets { key: dialect.secret_keys(), ..SECRETS })
    }

    fn proposal(&self, _: &str, _: &Method, versions: &Versions<Version>) -> Option<Vec<u8>> {
        self.by_element(versions).or_else(|| config_merge::proposal_by_line(versions, &self.roots))
    }
}

impl CeMerger {
    /// Returns what the proposal of a file is called.
    pub(super) fn proposed(&self, file: &FileToMerge<Method>) -> &'static str {
        if self.by_element(&file.versions).is_some() { "a merge by element" } else { "a merge by line" }
    }

    fn by_element(&self, versions: &Versions<Version>) -> Option<Vec<u8>> {
        let (base, site, new) = (versions.base.file()?, versions.site.as_ref()?, versions.new.as_ref()?);
        let [base, site] = [base, site].map(|version| roots::rewrite(&version.content, &self.roots));
        xml::by_element(&base, &site, &new.content).map(|proposal| proposal.bytes)
    }
}

/// Returns how a file merges: by its dialect, or as a whole where one of its versions is damaged. Returns also what is wrong with those.
pub(super) fn method(dialect: Dialect, versions: &Versions<Version>) -> (Method, Vec<String>) {
    let all = [versions.base.file(), versions.site.as_ref(), versions.new.as_ref()];
    let wrong: Vec<String> = all.into_iter().flatten().filter_map(|version| wrong(dialect, version)).collect();
    let is_xml = matches!(dialect, Dialect::Xml | Dialect::AddressBooks);
    let merged_as = if wrong.is_empty() || is_whole(dialect) {
        dialect
    } else if is_xml {
        Dialect::Xml
    } else {
        Dialect::Text
    };
    (Method::of(merged_as), wrong)
}

/// Returns what is wrong with a file, in a line.
fn wrong(dialect: Dialect, version: &Version) -> Option<String> {
    let at = |error: ParseError| format!("{}, {error}", version.source.path);
    match dialect {
        Dialect::Xml | Dialect::AddressBooks => Xml::parse(version.content.clone()).err().map(at),
        _ if is_whole(dialect) => None,
        _ => match guards::refuse_damaged(version) {
            Err(error) => Some(error.to_string()),
            Ok(()) => dialect.check(&version.content).err().map(at),
        },
    }
}
