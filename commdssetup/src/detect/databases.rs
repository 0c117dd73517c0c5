//! Databases, their indexes, and the mapping tree that says which of them answers for a suffix.

use ldif::Dn;

use super::{DetectError, name_in, required};
use crate::facts::{Access, Backend, IndexEntry, MappingNode};
use crate::ldap::{Depth, Directory, Entry, LdapError, Search};
use crate::plan::DATABASES;

const INDEX: &[&str] = &["*"];

pub(super) fn backends(directory: &dyn Directory) -> Result<Vec<Backend>, LdapError> {
    let wanted = ["cn", "nsslapd-suffix", "nsslapd-readonly"];
    let search = Search::below(DATABASES, Depth::Children, "(objectClass=nsBackendInstance)", &wanted);
    let mut backends = Vec::new();
    for entry in directory.search(&search)? {
        backends.push(Backend {
            name: required(&entry, "cn")?,
            suffix: name_in(&entry, "nsslapd-suffix")?,
            indexes: indexes(directory, &format!("cn=index,{}", entry.dn))?,
            access: access(&entry)?,
            dn: entry.dn,
        });
    }
    Ok(backends)
}

fn access(entry: &Entry) -> Result<Access, LdapError> {
    let is_read_only = entry.text("nsslapd-readonly")?.is_some_and(|word| word.eq_ignore_ascii_case("on"));
    Ok(if is_read_only { Access::ReadOnly } else { Access::ReadWrite })
}

/// Returns the names that no new database can have: the server refuses a second entry of a name (68, measured with `config` and
/// `monitor`), and looks up databases of all kinds by name.
pub(super) fn taken_names(directory: &dyn Directory) -> Result<Vec<String>, LdapError> {
    let mut names = Vec::new();
    for place in [DATABASES, "cn=chaining database,cn=plugins,cn=config"] {
        for entry in directory.search(&Search::below(place, Depth::Children, "(objectClass=*)", &["cn"]))? {
            names.extend(entry.texts("cn")?);
        }
    }
    Ok(names)
}

/// Checks that entries that are to be added or deleted lie in databases that take it.
pub(super) fn check_changeable(directory: &dyn Directory, entries: &[Dn]) -> Result<(), DetectError> {
    let wanted = ["cn", "nsslapd-suffix", "nsslapd-readonly"];
    let search = Search::below(DATABASES, Depth::Children, "(objectClass=nsBackendInstance)", &wanted);
    let nodes = mapping_tree(directory)?;
    for database in directory.search(&search)? {
        let suffix = name_in(&database, "nsslapd-suffix")?;
        let Some(entry) = entries.iter().find(|dn| **dn == suffix || dn.is_below(&suffix)) else { continue };
        if access(&database)? == Access::ReadOnly {
            let (dn, database) = (entry.to_string(), required(&database, "cn")?);
            return Err(DetectError::DatabaseReadOnly { dn, database });
        }
        // A replica sends whoever changes it elsewhere; a suffix that is switched off answers nobody.
        let node = nodes.iter().find(|node| node.suffix == suffix);
        if let Some(node) = node.filter(|node| !node.state.eq_ignore_ascii_case("backend")) {
            return Err(DetectError::SuffixNotServed {
                dn: entry.to_string(),
                node: node.dn.clone(),
                state: node.state.clone(),
            });
        }
    }
    Ok(())
}

pub(super) fn default_indexes(directory: &dyn Directory) -> Result<Vec<IndexEntry>, LdapError> {
    indexes(directory, &format!("cn=default indexes,cn=config,{DATABASES}"))
}

fn indexes(directory: &dyn Directory, below: &str) -> Result<Vec<IndexEntry>, LdapError> {
    let search = Search::below(below, Depth::Children, "(objectClass=nsIndex)", INDEX);
    let mut indexes = Vec::new();
    for entry in directory.search(&search)? {
        indexes.push(IndexEntry {
            attribute: required(&entry, "cn")?,
            types: entry.texts("nsIndexType")?,
            raw: entry.all_texts(),
            dn: entry.dn,
        });
    }
    Ok(indexes)
}

pub(super) fn mapping_tree(directory: &dyn Directory) -> Result<Vec<MappingNode>, LdapError> {
    let wanted = ["cn", "nsslapd-state", "nsslapd-backend", "nsslapd-referral"];
    let search = Search::below("cn=mapping tree,cn=config", Depth::Children, "(objectClass=nsMappingTree)", &wanted);
    let mut nodes = Vec::new();
    for entry in directory.search(&search)? {
        // The node that answers for what no other does has no suffix for a name.
        let suffix = entry.texts("cn")?.iter().find_map(|name| Dn::parse(unquoted(name)).ok());
        let Some(suffix) = suffix else { continue };
        nodes.push(MappingNode {
            suffix,
            state: entry.text("nsslapd-state")?.unwrap_or_default(),
            backends: entry.texts("nsslapd-backend")?,
            referrals: entry.texts("nsslapd-referral")?,
            dn: entry.dn,
        });
    }
    Ok(nodes)
}

/// Sun's servers write the suffix in quotes.
fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}
