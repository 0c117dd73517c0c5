//! A merge by line for each page in conflict: a proposal for somebody to look at, never written into the deployed tree.

use std::collections::BTreeMap;

use command::Context;
use config_merge::own_files;
use documents::whole_file::{self, Proposal};
use serde_json::{Value, json};
use upgrade_engine::fs::{RelPath, RootPath};
use upgrade_engine::new_files::{NewFile, write_tree};

use super::decide::{Action, Decided};
use super::facts::{Look, Trees};
use crate::cli;
use crate::error::Error;

/// Longest text that the proposals of one call have together, in bytes.
const LONGEST: usize = 32 << 20;

/// A merge by line.
pub(super) struct Merged {
    /// The text; nothing where all texts together would be too long.
    pub(super) text: Option<Vec<u8>>,
    /// How many places somebody has to decide.
    pub(super) conflicts: usize,
}

/// Merges the pages in conflict. Binary files and very long ones have no proposal.
pub(super) fn make(trees: &Trees, decided: &BTreeMap<RelPath, Decided>) -> Result<BTreeMap<RelPath, Merged>, Error> {
    let mut all = BTreeMap::new();
    let mut length: usize = 0;
    for path in decided.iter().filter(|(_, page)| page.action == Action::Conflict).map(|(path, _)| path) {
        let new = match trees.webmail.file(path)? {
            Look::File(_) => trees.webmail.read(path)?,
            Look::Nothing => match &trees.package {
                Some(package) => package.read(path)?,
                None => continue,
            },
            Look::Other(_) => continue,
        };
        let saved = trees.saved.read(path)?;
        let base = match &trees.base {
            Some(base) if matches!(base.file(path)?, Look::File(_)) => Some(base.read(path)?),
            _ => None,
        };
        let merged = match &base {
            Some(base) => whole_file::proposal(base, &saved, &new),
            None => whole_file::proposal_without_base(&saved, &new),
        };
        let Some(Proposal { text, conflicts }) = merged else { continue };
        length = length.saturating_add(text.len());
        all.insert(path.clone(), Merged { text: (length <= LONGEST).then_some(text), conflicts });
    }
    Ok(all)
}

/// Returns where the proposals are to be written.
fn directory(args: &cli::MigrateMailUi) -> Result<Option<RootPath>, Error> {
    Ok(args.proposals.as_deref().map(own_files::path).transpose()?)
}

/// Refuses a name that is taken, before anything is changed.
pub(super) fn refuse_taken(args: &cli::MigrateMailUi, context: &Context<'_>) -> Result<(), Error> {
    let Some(path) = directory(args)? else { return Ok(()) };
    match crate::deployment::kind(context.own_files, &path)? {
        Some(_) => Err(Error::io("make", path, std::io::ErrorKind::AlreadyExists.into())),
        None => Ok(()),
    }
}

/// Writes them, where a directory is named and there are any.
pub(super) fn write(
    args: &cli::MigrateMailUi,
    context: &Context<'_>,
    proposals: &BTreeMap<RelPath, Merged>,
) -> Result<(), Error> {
    let Some(path) = directory(args)? else { return Ok(()) };
    let files: Vec<NewFile> = proposals
        .iter()
        .filter_map(|(path, merged)| {
            Some(NewFile { path: path.clone(), content: merged.text.clone()?, attributes: None })
        })
        .collect();
    if files.is_empty() {
        return Ok(());
    }
    write_tree(context.own_files, &path, &files).map_err(|e| Error::io("make", &path, e))?;
    context.say(&format!("Proposals: {path}"));
    Ok(())
}

/// Returns the proposals for a report.
pub(super) fn as_json(proposals: &BTreeMap<RelPath, Merged>) -> Value {
    let one = |(path, merged): (&RelPath, &Merged)| {
        let text = merged.text.as_ref().map(|text| String::from_utf8_lossy(text).into_owned());
        json!({ "file": super::decide::name(path), "places": merged.conflicts, "text": text })
    };
    proposals.iter().map(one).collect()
}
