//! Genuine environments of six builds in 42 ways to end: those are migrated that their own release's recovery left as they were.

use std::fs;
use std::path::Path;

use bdb::read::{Access, Database};
use sha2::{Digest, Sha256};

use crate::environments::{Environments, environments};
use crate::support::Site;
use crate::support::site::{NEW, OLD};

/// Puts an environment into the source.
pub(crate) fn place(site: &Site, environments: &Environments, name: &str) {
    for (path, bytes) in &environments.all[name] {
        site.write(&format!("{OLD}/{path}"), bytes);
    }
}

/// Returns the digest of the records, sorted by key in a hash database.
fn digest(file: &Path) -> String {
    let database = Database::open(fs::read(file).unwrap()).unwrap();
    let is_hash = matches!(database.meta().access, Access::Hash(_));
    let (mut records, mut lines) = (database.records(), Vec::new());
    while records.next_part().unwrap().is_some() {
        while let Some(record) = records.next().unwrap() {
            let (key, mut data) = (record.key.to_vec(), Vec::new());
            record
                .data
                .for_each_chunk(|chunk| {
                    data.extend_from_slice(chunk);
                    Ok(())
                })
                .unwrap();
            lines.push((key, data));
        }
    }
    if is_hash {
        lines.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text: String = lines.iter().map(|(key, data)| format!("{} {}\n", hex(key), hex(data))).collect();
    hex(&Sha256::digest(text))
}

#[test]
fn clean_environments_are_migrated_whole_and_all_others_refused() {
    let environments = environments();
    let mut wrong = Vec::new();
    for row in &environments.details {
        let name = &row["directory"];
        let site = Site::bare();
        place(&site, &environments, name);
        if row["truth"] != "clean" {
            let said = site.refused(&[OLD, NEW]).stderr;
            if !said.contains("was not closed properly") {
                wrong.push(format!("{name}: {said}"));
            }
            continue;
        }
        let outcome = site.run(&[OLD, NEW]);
        if outcome.status != Some(0) {
            wrong.push(format!("{name}: {outcome}"));
            continue;
        }
        for ending in environments.endings.iter().filter(|ending| ending["directory"] == *name) {
            let file = site.path(NEW).join(&ending["file"]);
            if digest(&file) != ending["digest_recovered"] {
                wrong.push(format!("{name}: {} is not what was committed", ending["file"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), environments.details.len(), wrong.join("\n"));
    assert_eq!(environments.details.len(), 252);
}
