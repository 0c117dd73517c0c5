//! Databases, their indexes, and the mapping tree that says which of them answers for a suffix.

use ldif::Dn;

use super::{name_in, required};
use crate::facts::{Backend, IndexEntry, MappingNode};
use crate::ldap::{Depth, Directory, LdapError, Search};
use crate::plan::DATABASES;

const INDEX: &[&str] = &["*"];

pub(super) fn backends(directory: &dyn Directory) -> Result<Vec<Backend>, LdapError> {
    let wanted = ["cn", "nsslapd-suffix"];
    let search = Search::below(DATABASES, Depth::Children, "(objectClass=nsBackendInstance)", &wanted);
    let mut backends = Vec::new();
    for entry in directory.search(&search)? {
        backends.push(Backend {
            name: required(&entry, "cn")?,
            suffix: name_in(&entry, "nsslapd-suffix")?,
            indexes: indexes(directory, &format!("cn=index,{}", entry.dn))?,
            dn: entry.dn,
        });
    }
    Ok(backends)
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
