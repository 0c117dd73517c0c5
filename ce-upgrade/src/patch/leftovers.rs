//! Files of an old deployment that no merge is about, such as the images of a site's own theme: the new deployment has them not.

use std::collections::{BTreeMap, BTreeSet};

use config_merge::{FileToMerge, Method};

use super::site::Site;

/// Returns a line about each directory with such files.
pub(super) fn lines(old: &Site<'_>, new: &Site<'_>, merged: &[FileToMerge<Method>]) -> Vec<String> {
    let merged: BTreeSet<&str> = merged.iter().map(|file| file.name.as_str()).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in old.names().filter(|name| !merged.contains(name.as_str()) && new.file(name).is_none()) {
        let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
        *counts.entry(directory).or_default() += 1;
    }
    let line = |(directory, count): (&str, usize)| {
        let (files, them) = if count == 1 { ("file is", "it") } else { ("files are", "them") };
        format!(
            "{directory}: {count} {files} only in the old deployment, and no merge is about {them}: copy {them} by hand"
        )
    };
    counts.into_iter().map(line).collect()
}
