//! What is set in each file, and what is said where it cannot be set.

use std::net::IpAddr;

use documents::{Dialect, Key, SpanEdit, State, apply};

/// The key in both MTA files.
const ADDRESS: &str = "INTERFACE_ADDRESS";
/// The dispatcher's services that are bound.
const SERVICES: [&str; 2] = ["SERVICE=SMTP", "SERVICE=SMTP_SUBMIT"];
/// The settings of `configutil`. They are recalled, not documented.
const SETTINGS: [&str; 2] = ["service.listenaddr", "service.http.smtphost"];

/// A file that is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Dispatcher,
    JobController,
    Settings,
}

impl Bound {
    pub(super) const ALL: [Self; 3] = [Self::Dispatcher, Self::JobController, Self::Settings];

    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Dispatcher => "dispatcher.cnf",
            Self::JobController => "job_controller.cnf",
            Self::Settings => "msg.conf",
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::Dispatcher | Self::JobController => Dialect::Sectioned,
            Self::Settings => Dialect::OptionValues,
        }
    }
}

/// What is changed in one file.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) edits: Vec<SpanEdit>,
    /// What changes, a line each: key, value before, value after.
    pub(super) lines: Vec<String>,
    /// What cannot be set.
    pub(super) findings: Vec<String>,
}

/// Returns the changes that bind a file to an address.
///
/// # Errors
/// A sentence about the file.
pub(super) fn changes(bound: Bound, bytes: &[u8], address: IpAddr) -> Result<Changes, String> {
    let mut changes = Changes::default();
    let keys = keys(bound, bytes, &mut changes)?;
    let address = address.to_string().into_bytes();
    let before = values(bound, bytes, &keys)?;
    let mut set = Vec::new();
    for (key, values) in keys.iter().zip(before) {
        if values.len() > 1 {
            return Err(format!("{key} is there {} times: leave one of them", values.len()));
        }
        let value = values.into_iter().next();
        if value.as_deref() == Some(&address) {
            continue;
        }
        let was = value.map_or_else(|| "not set".to_owned(), |value| value.escape_ascii().to_string());
        changes.lines.push(format!("{key}: {} (now {was})", address.escape_ascii()));
        set.push((key.clone(), address.clone()));
    }
    changes.edits = bound.dialect().set(bytes, &set).map_err(|e| e.to_string())?;
    let after = apply(bytes, &changes.edits).map_err(|e| e.to_string())?;
    if values(bound, &after, &keys)?.iter().any(|values| *values != [address.as_slice()]) {
        return Err("the address cannot be set in it".to_owned());
    }
    Ok(changes)
}

/// Returns the keys to set. A service that the site does not run is not added.
fn keys(bound: Bound, bytes: &[u8], changes: &mut Changes) -> Result<Vec<Key>, String> {
    if bound == Bound::Settings {
        return Ok(SETTINGS.iter().map(|name| Key::new(*name)).collect());
    }
    let sections: Vec<Option<&str>> = match bound {
        Bound::Dispatcher => SERVICES.iter().map(|service| Some(*service)).collect(),
        _ => vec![None],
    };
    let entries = bound.dialect().entries(bytes.to_vec()).map_err(|e| e.to_string())?;
    let mut keys = Vec::new();
    for wanted in sections {
        let section = match wanted.map(|wanted| (wanted, heading(bytes, wanted))) {
            None => None,
            Some((_, Some(section))) => Some(section),
            Some((wanted, None)) => {
                changes.findings.push(format!("{} has no [{wanted}]: nothing was set for that service", bound.file()));
                continue;
            }
        };
        // The key as the site spells it: case does not count.
        let spelled = entries.iter().map(|listed| &listed.entry).find(|entry| {
            let is_there = entry.key.section.as_deref() == section.as_deref() && entry.state == State::Active;
            is_there && entry.key.name.eq_ignore_ascii_case(ADDRESS.as_bytes())
        });
        let name = spelled.map_or_else(|| Key::new(ADDRESS).name, |entry| entry.key.name.clone());
        keys.push(Key { section: section.map(Into::into), name });
    }
    Ok(keys)
}

/// Returns the name of a section as its heading spells it.
fn heading(bytes: &[u8], wanted: &str) -> Option<Vec<u8>> {
    bytes.split(|byte| *byte == b'\n').find_map(|line| {
        let name = line.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?;
        name.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()).then(|| name.to_vec())
    })
}

/// Returns the values that each key has.
fn values(bound: Bound, bytes: &[u8], keys: &[Key]) -> Result<Vec<Vec<Vec<u8>>>, String> {
    let entries = bound.dialect().entries(bytes.to_vec()).map_err(|e| e.to_string())?;
    let of = |key: &Key| {
        let entries = entries.iter().map(|listed| &listed.entry);
        let same = entries.filter(|entry| entry.key == *key && entry.state == State::Active);
        same.map(|entry| entry.value.as_deref().unwrap_or_default().to_vec()).collect()
    };
    Ok(keys.iter().map(of).collect())
}
