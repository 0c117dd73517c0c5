//! What people read: before a move, after it, after its undo.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use upgrade_engine::fs::{FileSystem, RootPath};
use upgrade_engine::survey::{self, SurveyError};

use super::detect::Configuration;
use super::detect::classes::Class;
use super::detect::content::{Outcome, Surveyed, Why};
use super::detect::places::LeftOut;
use super::detect::roots::Root;
use super::detect::roots::real_path;
use super::forward::Told;
use super::plan::Facts;
use crate::error::Error;
use crate::references::{self, Reference, References};
use crate::request::Move;
use crate::server_root::ServerRoot;
use crate::settings::Settings;
use crate::{high_availability, release};

/// How many names a line holds.
const NAMED: usize = 12;
/// How many lines of one kind are told.
const LINES: usize = 100;

/// Returns `1 file`, `2 files`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn names<'f>(files: impl Iterator<Item = &'f Surveyed>) -> (usize, String) {
    let names: Vec<String> = files.map(|file| file.names.path.to_string()).collect();
    let mut shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if let Some(more) = names.len().checked_sub(NAMED).filter(|more| *more > 0) {
        shown.push_str(&format!(" and {more} more"));
    }
    (names.len(), shown)
}

/// Returns as many lines as people read, and how many more there are.
fn capped(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    if let Some(more) = lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        lines.truncate(LINES);
        lines.push(format!("and {more} more such files"));
    }
    lines
}

/// Tells what becomes of the files.
pub fn files(configuration: &Configuration, old: &Root, told: &mut Told) {
    let files = || configuration.files.iter();
    let root = &old.server.path;
    let rewritten = || files().filter(|file| matches!(file.outcome, Outcome::Rewritten { .. }));
    let stays = |why: Why| files().filter(move |file| file.outcome == Outcome::StaysNaming(why));
    told.notes.push(format!(
        "{} in {}; {} the old root and will name the new one",
        counted(configuration.files.len(), "file"),
        configuration.tree.path,
        match rewritten().count() {
            1 => "1 names".to_owned(),
            count => format!("{count} name"),
        }
    ));
    if rewritten().next().is_none() {
        told.warnings.push(format!(
            "No file of the configuration names {root}. If the files name this root by another path, such as a link to it, run this \
             command with that path"
        ));
    }
    let (count, unknown) = names(rewritten().filter(|file| file.class == Class::Unknown));
    if count > 0 {
        told.notes
            .push(format!("Of no known form, and rewritten wherever they name {root}, comments included: {unknown}"));
    }
    let (count, copies) = names(stays(Why::Copy));
    if count > 0 {
        told.notes.push(format!("Saved copies that are kept as they are, and still name {root}: {copies}"));
    }
    for (why, what) in [(Why::Binary, "is not text"), (Why::TooLarge, "is too large for a configuration file")] {
        let line = |file: &Surveyed| {
            format!("{} names {root} and {what}; it is kept as it is", configuration.tree.show(&file.names.path))
        };
        told.findings.extend(capped(stays(why).map(line)));
    }
    told.warnings.extend(capped(configuration.dangling.iter().cloned()));
    told.findings.extend(capped(configuration.remarks.iter().cloned()));
}

/// Tells which values of a copy still name the old host.
pub fn hosts(configuration: &Configuration, hosts: &[String], told: &mut Told) {
    let mut is_named = false;
    for file in &configuration.files {
        for host in hosts {
            let mut keys: Vec<&str> =
                file.hosts.iter().filter(|(of, _)| of == host).map(|(_, key)| key.as_str()).collect();
            keys.dedup();
            let Some(more) = (!keys.is_empty()).then(|| keys.len().saturating_sub(NAMED)) else { continue };
            is_named = true;
            keys.truncate(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            told.warnings.push(format!("{} still names {host}: {}{more}", file.names.path, keys.join(", ")));
        }
    }
    if is_named {
        told.warnings.push(
            "For a copy that another host uses, replace the host with --old-host NAME --new-host NAME [--old-ip ADDRESS --new-ip ADDRESS]"
                .to_owned(),
        );
    }
}

/// Tells which hosts that are to be replaced no value names.
pub fn hosts_not_found(configuration: &Configuration, hosts: &[String], told: &mut Told) {
    let is_named = |host: &String| configuration.files.iter().any(|file| file.hosts.iter().any(|(of, _)| of == host));
    let missing = hosts.iter().filter(|host| !is_named(host));
    told.findings
        .extend(missing.map(|host| format!("no value of the configuration names {host}: nothing was replaced for it")));
}

/// Returns counts of the files, for the report.
pub fn counts(configuration: &Configuration) -> Value {
    let count = |wanted: &dyn Fn(&Surveyed) -> bool| configuration.files.iter().filter(|file| wanted(file)).count();
    let rewritten = |file: &Surveyed| matches!(file.outcome, Outcome::Rewritten { .. });
    json!({
        "all": configuration.files.len(),
        "rewritten": count(&rewritten),
        "rewritten_of_unknown_form": count(&|file| rewritten(file) && file.class == Class::Unknown),
        "copies_with_old_root": count(&|file| file.outcome == Outcome::StaysNaming(Why::Copy)),
    })
}

/// Returns a finding for each path below the old root that the configuration names, that is there, and that the new root does not have.
pub fn missing_in_new(fs: &dyn FileSystem, configuration: &Configuration, old: &Root, new: &Root) -> Vec<String> {
    let mut paths: BTreeSet<&Vec<u8>> = BTreeSet::new();
    for file in &configuration.files {
        if let Outcome::Rewritten { paths: of_file, .. } = &file.outcome {
            paths.extend(of_file);
        }
    }
    let is_there = |root: &Root, path: &[u8]| {
        let path = root.server.path.as_bytes().iter().chain(path).copied().collect::<Vec<u8>>();
        RootPath::new(path).is_ok_and(|path| survey::follow(fs, &path).is_ok())
    };
    let is_linked = |path: &[u8]| {
        let first = path.split(|byte| *byte == b'/').find(|name| !name.is_empty());
        matches!(first, Some(b"config" | b"data" | b"log"))
    };
    let missing = paths.into_iter().filter(|path| !is_linked(path) && is_there(old, path) && !is_there(new, path));
    capped(missing.map(|path| {
        let path = upgrade_engine::fs::path::escape(path);
        format!(
            "the configuration names {}{path}, which is not there: copy it from {}{path}",
            new.server.path, old.server.path
        )
    }))
}

/// Tells what a copy leaves out.
pub fn left_out(left_out: &LeftOut, told: &mut Told) {
    if !left_out.data.is_empty() {
        told.notes.push(format!("Of the old data root: {}", left_out.data.join(", ")));
    }
    told.findings.extend(left_out.special.iter().cloned());
}

/// Refuses a file that is to be replaced and has names that were not found.
///
/// # Errors
/// [`SurveyError::Names`].
pub fn refuse_names_elsewhere(facts: &Facts, is_copy: bool) -> Result<(), Error> {
    if is_copy {
        return Ok(());
    }
    for file in &facts.configuration.files {
        let known = (file.names.others.len() as u64).saturating_add(1);
        let links = file.names.stat.links;
        if matches!(file.outcome, Outcome::Rewritten { .. }) && links != known {
            let path = facts.configuration.tree.show(&file.names.path);
            return Err(command::Error::from(SurveyError::Names { path, links, known }).into());
        }
    }
    Ok(())
}

/// Returns the question before the first change.
pub fn question(facts: &Facts, request: &Move) -> String {
    let rewritten =
        facts.configuration.files.iter().filter(|file| matches!(file.outcome, Outcome::Rewritten { .. })).count();
    let Move { new_root, data_root, .. } = request;
    match data_root {
        None => format!("Edit {} and make the links of {new_root}?", counted(rewritten, "file")),
        Some(place) => format!("Make {place} and the links of {new_root}?"),
    }
}

/// Returns what must follow a move: the guide's steps, each a line that is not wrapped yet.
pub fn next(fs: &dyn FileSystem, request: &Move) -> Vec<String> {
    let Move { old_root, new_root, data_root, .. } = request;
    let programs = ["patch-config", "install-newconfig"].map(|program| format!("  {new_root}/sbin/{program}"));
    let start = format!("  {new_root}/sbin/start-msg");
    let mut lines = vec!["Next:".to_owned()];
    lines.extend(programs);
    if data_root.is_some() {
        lines
            .push("  move the users, a few at a time: imsbackup on the old host, imsrestore on the new one".to_owned());
        lines.push(start);
        return lines;
    }
    let look = |root: &RootPath| ServerRoot::look(fs, root).ok();
    let (Some(old), Some(new)) = (look(old_root), look(new_root)) else {
        lines.push(start);
        return lines;
    };
    let settings = new.config.directory().map(|config| Settings::read(fs, config)).unwrap_or_default();
    let signs = new.config.directory().map(|config| high_availability::signs(fs, config)).unwrap_or_default();
    let (old, new) = (release::look(fs, &old), release::look(fs, &new));
    lines.push(start);
    if signs.is_empty() {
        lines.push(format!(
            "On a cluster, run {new_root}/sbin/ha_ip_config before the server starts, and useconfig on the other nodes."
        ));
    } else {
        lines.push(format!(
            "This host may be a node of a cluster: {}. Then do not run start-msg, but these steps:",
            signs.join("; ")
        ));
        let steps = high_availability::steps(fs, &old, &new).into_iter().enumerate();
        lines.extend(steps.map(|(number, step)| format!("  {}. {step}", number.saturating_add(1))));
    }
    lines.extend(high_availability::notes(&settings, &old, &new));
    let spellings = match real_path(fs, old_root) {
        Ok(real) if real != *old_root => vec![old_root.clone(), real],
        _ => vec![old_root.clone()],
    };
    lines.push(match references::find(fs, &spellings).found.len() {
        0 => format!("No cron, init, SMF, logrotate or Networker file that was found names {old_root}."),
        count => format!(
            "{} of cron, init, SMF, logrotate and Networker files still {} {old_root}: migrate-config --references {old_root} lists them.",
            counted(count, "line"),
            if count == 1 { "names" } else { "name" }
        ),
    });
    lines
}

/// Returns what follows an undo.
pub fn after_undo(request: &Move) -> Vec<String> {
    vec![format!("To start the old server: {}/sbin/start-msg", request.old_root)]
}

/// Returns the files elsewhere that name a root, as lines and for the report.
pub fn references(fs: &dyn FileSystem, spellings: &[RootPath]) -> (Vec<String>, Value) {
    let References { found, unreadable } = references::find(fs, spellings);
    let place = |reference: &Reference| match reference.line {
        0 => reference.path.to_string(),
        line => format!("{}:{line}", reference.path),
    };
    let mut lines: Vec<String> =
        found.iter().map(|reference| format!("{}: {}", place(reference), reference.text)).collect();
    if lines.is_empty() {
        lines.push("No cron, init, SMF, logrotate or Networker file that was found names this root".to_owned());
    }
    lines.extend(unreadable.iter().map(|line| format!("not searched: {line}")));
    let list =
        |reference: &Reference| json!({ "path": reference.path, "line": reference.line, "text": reference.text });
    let details = json!({ "references": found.iter().map(list).collect::<Vec<_>>(), "not_searched": unreadable });
    (lines, details)
}
