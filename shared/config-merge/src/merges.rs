//! Many files merged, and what came of it.

use std::collections::BTreeSet;

use documents::changes::{Changes, Secrets};
use documents::merge::{Decision, Merge, MergeError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use upgrade_engine::digest::Digest;
use upgrade_engine::fs::RootPath;
use upgrade_engine::step::Attributes;

use crate::error::Error;
use crate::files::{FileSystems, Version, Versions};
use crate::guards;
use crate::report::SECRETS;
use crate::resolutions::{ResolutionLines, Resolutions};

/// What a merger makes of a file.
#[derive(Clone, Debug)]
pub struct MergeResult {
    /// The decisions, and the bytes.
    pub merge: Merge,
    /// Whether there is to be a file; without one the bytes are none.
    pub is_there: bool,
}

/// Knows how one file of a product merges. The same input gives the same result, whenever it is asked for.
pub trait Merger: Sync {
    /// What is to be known of a file beside its name and its versions, such as its dialect. A plan holds it.
    type Method: Clone + Serialize + DeserializeOwned + Sync;

    /// Merges the versions of a file. `resolutions` are about its keys, as `KEY=CHOICE`.
    ///
    /// # Errors
    /// Why it cannot be merged; with the path of the version that cannot be understood.
    fn merge(
        &self,
        name: &str,
        method: &Self::Method,
        versions: &Versions<Version>,
        resolutions: &[String],
    ) -> Result<MergeResult, Error>;

    /// Returns the name that reports give a file which the administrator calls so.
    fn reported_name<'n>(&self, typed: &'n str) -> &'n str {
        typed
    }

    /// Returns whether conflicts in a file have to be resolved before its candidate is installed.
    fn blocks(&self, _name: &str, _method: &Self::Method) -> bool {
        true
    }

    /// Returns what of a file nobody is to see in a report.
    fn secrets(&self, _name: &str, _method: &Self::Method) -> Secrets {
        SECRETS
    }

    /// Returns what a merge by line would make of a file that is decided as a whole and in conflict; nothing where there is nothing to
    /// propose. It is kept for people to look at, and may hold secrets.
    fn proposal(&self, _name: &str, _method: &Self::Method, _versions: &Versions<Version>) -> Option<Vec<u8>> {
        None
    }
}

/// A file to be merged.
#[derive(Clone, Debug)]
pub struct FileToMerge<M> {
    /// Its name in reports and resolutions: a relative path, which no other file of the merge has.
    pub name: String,
    /// How it merges.
    pub method: M,
    /// Its versions.
    pub versions: Versions<Version>,
    /// Where the result goes, below the product root.
    pub target: RootPath,
    /// What is there now.
    pub live: Live,
}

/// What is in the place of a merged file now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    /// A file with this content.
    File(Digest),
    /// A file with this content that something else wrote over the site's: the result gets the attributes of that one.
    Overwritten(Digest, Attributes),
    /// Nothing: a new file gets these attributes.
    Nothing(Attributes),
}

impl Live {
    /// Returns the digest of the file that is there.
    pub fn digest(&self) -> Option<Digest> {
        match self {
            Self::File(digest) | Self::Overwritten(digest, _) => Some(*digest),
            Self::Nothing(_) => None,
        }
    }
}

/// A merged file.
#[derive(Clone, Debug)]
pub struct Merged<'a, M> {
    /// The file.
    pub file: &'a FileToMerge<M>,
    /// What was decided.
    pub merge: Merge,
    /// What of it nobody is to see.
    pub secrets: Secrets,
    is_there: bool,
}

impl<M> Merged<'_, M> {
    /// Returns what the file is to hold; nothing when there is to be no file.
    pub fn result(&self) -> Option<&[u8]> {
        self.is_there.then_some(self.merge.bytes.as_slice())
    }

    /// Returns the unresolved conflicts as resolutions name them.
    pub fn open_conflicts(&self) -> impl Iterator<Item = String> {
        let open = self.merge.decisions.iter().filter(|decision| decision.is_open());
        open.map(|decision| format!("{}:{}", self.file.name, decision.key))
    }
}

/// Merged files.
#[derive(Clone, Debug)]
pub struct Merges<'a, M> {
    /// The merged ones, in the order in which they were handed over.
    pub merged: Vec<Merged<'a, M>>,
    /// What is left to the administrator: files that were not merged, and why. A run with any ends with exit 3.
    pub findings: Vec<String>,
    pub(crate) resolutions: Resolutions,
    pub(crate) lines: ResolutionLines,
}

/// Merges files. A site's file without any entry, where the others have some, is not merged: it is a finding.
///
/// # Errors
/// As [`Merger::merge`]; [`command::Error::Usage`] for a resolution about a file that is not there.
pub fn merge<'a, M: Merger>(
    merger: &M,
    files: &'a [FileToMerge<M::Method>],
    resolutions: Resolutions,
    file_systems: &FileSystems<'_>,
) -> Result<Merges<'a, M::Method>, Error> {
    let lines = resolutions.read(file_systems)?;
    Ok(Merges { resolutions, ..merge_with(merger, files, lines)? })
}

/// As [`merge`], with resolutions that were read: for candidates, which keep them. A plan cannot be made from these merges.
///
/// # Errors
/// As [`merge`].
pub fn merge_with<'a, M: Merger>(
    merger: &M,
    files: &'a [FileToMerge<M::Method>],
    lines: ResolutionLines,
) -> Result<Merges<'a, M::Method>, Error> {
    let names: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    lines.check(|typed| names.contains(merger.reported_name(typed)))?;
    let mut merges = Merges { merged: Vec::new(), findings: Vec::new(), resolutions: Resolutions::default(), lines };
    for file in files {
        let lines = merges.lines.of(|typed| merger.reported_name(typed) == file.name);
        let MergeResult { merge, is_there } = merger.merge(&file.name, &file.method, &file.versions, &lines)?;
        match &file.versions.site {
            Some(site) if guards::site_has_no_entry(&merge) => merges.findings.push(format!(
                "{}: {} has no entry, as after a full disk; the file was not merged and no key was removed",
                file.name, site.source.path
            )),
            _ => {
                let secrets = merger.secrets(&file.name, &file.method);
                merges.merged.push(Merged { file, merge, secrets, is_there });
            }
        }
    }
    Ok(merges)
}

/// As [`merge_with`], with resolutions of an earlier call, which are kept with the candidates: the loop of merging, looking and resolving
/// needs each one once. A new one about the same key replaces an earlier one; an earlier one whose conflict is gone is left out. Returns
/// also which ones were left out, as `FILE:KEY`.
///
/// # Errors
/// As [`merge`].
pub fn merge_again<'a, M: Merger>(
    merger: &M,
    files: &'a [FileToMerge<M::Method>],
    mut earlier: ResolutionLines,
    now: &ResolutionLines,
) -> Result<(Merges<'a, M::Method>, Vec<String>), Error> {
    let is_merged = |typed: &str| files.iter().any(|known| known.name == merger.reported_name(typed));
    let mut left_out = earlier.forget_others(is_merged);
    loop {
        // The later one counts where the keys are the same: it is behind the earlier one, which is forgotten.
        let lines = earlier.clone().followed_by(now);
        match merge_with(merger, files, lines) {
            Err(Error::Merge { file, error: MergeError::ResolvedTwice { key } })
                if earlier.forget(|typed| merger.reported_name(typed) == file, &key) => {}
            Err(Error::Merge { file, error: MergeError::NoConflict { key } })
                if earlier.forget(|typed| merger.reported_name(typed) == file, &key) =>
            {
                left_out.push(format!("{file}:{key}"));
            }
            other => return Ok((other?, left_out)),
        }
    }
}

impl<M> Merges<'_, M> {
    /// Returns the report of all decisions, secrets hidden.
    pub fn changes(&self) -> Changes<'_> {
        let mut changes = Changes::default();
        for merged in &self.merged {
            changes.add(&merged.file.name, &merged.merge, merged.secrets);
        }
        changes
    }

    /// Returns how many conflicts nobody has resolved.
    pub fn open_conflicts(&self) -> usize {
        self.changes().count(Decision::is_open)
    }
}
