//! How a shipped file is recognised when it is back in the place of a customised one: `config-uwc` puts it there
//! (`reference/communications-express.md` section 9).

use std::collections::BTreeMap;

use config_merge::candidates::Record;
use config_merge::{FileToMerge, Method, Version, own_files};
use documents::State;
use documents::dialect::Dialect;
use documents::product_files::CommunicationsExpress;
use serde::{Deserialize, Serialize};
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::FileSystem;

use crate::error::Error;

/// For each file that the site had customised, digests of what the shipped ones say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shipped(BTreeMap<String, Vec<Digest>>);

impl Shipped {
    /// Takes the files of a merge.
    pub(super) fn of(files: &[FileToMerge<Method>]) -> Self {
        let mut known = BTreeMap::new();
        for file in files {
            let Some(dialect) = Dialect::named(&file.method.dialect) else { continue };
            let said = |version: &Version| said(dialect, &version.content);
            let shipped: Vec<Digest> =
                file.versions.base.file().into_iter().chain(&file.versions.new).map(said).collect();
            let is_customised = file.versions.site.as_ref().is_some_and(|site| !shipped.contains(&said(site)));
            if is_customised && !shipped.is_empty() {
                known.insert(file.name.clone(), shipped);
            }
        }
        Self(known)
    }

    /// Returns the files of a record that hold what is shipped, although they held the site's values when the record was made.
    ///
    /// # Errors
    /// When a live file is there and cannot be read.
    pub fn again(&self, fs: &dyn FileSystem, record: &Record) -> Result<Vec<String>, Error> {
        let mut again = Vec::new();
        for candidate in &record.files {
            let Some(shipped) = self.0.get(&candidate.name) else { continue };
            let Some(content) = own_files::read_if_there(fs, &candidate.target)? else { continue };
            let now = Some(Digest::of(&content));
            let dialect = Dialect::of(CommunicationsExpress, &candidate.name).unwrap_or(Dialect::Text);
            if now != candidate.before && now != candidate.after && shipped.contains(&said(dialect, &content)) {
                again.push(candidate.target.to_string());
            }
        }
        Ok(again)
    }
}

/// Returns the digest of what a file says: its active keys with their values; of all its bytes where it has no keys.
fn said(dialect: Dialect, content: &[u8]) -> Digest {
    let Ok(entries) = dialect.entries(content.to_vec()) else { return Digest::of(content) };
    let mut text = Vec::new();
    for listed in entries.iter().filter(|listed| listed.entry.state == State::Active) {
        for part in [listed.shown.as_bytes(), listed.entry.value.as_deref().unwrap_or_default()] {
            text.extend_from_slice(&part.len().to_be_bytes());
            text.extend_from_slice(part);
        }
    }
    Digest::of(&text)
}
