//! What a merge is about: the files with their versions, and the request in its plan.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config_merge::{FileToMerge, Live, Stock, Version, Versions, Where};
use install_root::delegated_administrator::ConfigFile;
use serde_json::{Value, json};
use upgrade_engine::fs::RootPath;

use crate::cli;
use crate::detect::Found;

/// The tool's name in plans and state directories.
pub const TOOL: &str = "config-commda-merge";

/// Returns what a merge was asked for: an equal request resumes an unfinished run.
pub fn request(args: &cli::Merge, base: &RootPath, saved: &RootPath) -> Value {
    let typed = |path: &Option<PathBuf>| path.as_deref().map(|path: &Path| path.display().to_string());
    json!({
        "command": "merge",
        "da_base": base,
        "saved": saved,
        "base": typed(&args.base),
        "resolve": args.resolve.resolve,
        "resolutions": typed(&args.resolve.resolutions),
    })
}

/// Returns the files that are there on both sides. The new file is the one that is replaced.
pub fn files(
    originals: &BTreeMap<ConfigFile, Found>,
    site: &BTreeMap<ConfigFile, Version>,
    base: &BTreeMap<ConfigFile, Version>,
) -> Vec<FileToMerge<()>> {
    let of_both = originals.values().filter_map(|new| Some((new, site.get(&new.file)?)));
    let file = |(found, site): (&Found, &Version)| {
        let new = Version::new(Where::Product, found.path.clone(), found.content.clone());
        FileToMerge {
            name: found.file.name().to_owned(),
            method: (),
            target: found.path.clone(),
            live: Live::File(new.source.digest),
            versions: Versions {
                base: base.get(&found.file).cloned().map_or(Stock::Unknown, Stock::File),
                site: Some(site.clone()),
                new: Some(new),
            },
        }
    };
    of_both.map(file).collect()
}
