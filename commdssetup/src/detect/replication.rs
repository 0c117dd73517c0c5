//! Replication: which part this instance has in it, and which other servers it knows of.

use std::collections::BTreeSet;
use std::path::Path;

use ldif::Dn;

use super::name_in;
use crate::facts::{MappingNode, Replica, ReplicaRole};
use crate::ldap::{Bind, Depth, Directory, Entry, LdapError, Search, Target};

const MAPPING_TREE: &str = "cn=mapping tree,cn=config";

pub(super) fn replicas(directory: &dyn Directory, nodes: &[MappingNode]) -> Result<Vec<Replica>, LdapError> {
    let wanted = ["nsDS5ReplicaRoot", "nsDS5ReplicaType", "nsDS5Flags", "nsDS5ReplicaReferral", "nsds50ruv"];
    let search = Search::below(MAPPING_TREE, Depth::Subtree, "(objectClass=nsDS5Replica)", &wanted);
    let agreements = agreements(directory)?;
    let mut replicas = Vec::new();
    for entry in directory.search(&search)? {
        let suffix = name_in(&entry, "nsDS5ReplicaRoot")?;
        let role = match (entry.text("nsDS5ReplicaType")?.as_deref(), entry.text("nsDS5Flags")?.as_deref()) {
            (Some("3"), _) => ReplicaRole::Supplier,
            (_, Some("1")) => ReplicaRole::Hub,
            _ => ReplicaRole::Consumer,
        };
        let mut suppliers: BTreeSet<String> = entry.texts("nsDS5ReplicaReferral")?.into_iter().collect();
        let node = nodes.iter().filter(|node| node.suffix == suffix);
        suppliers.extend(node.flat_map(|node| node.referrals.clone()));
        // What came here names where it came from; a supplier's own updates do, too.
        if role != ReplicaRole::Supplier {
            suppliers.extend(entry.texts("nsds50ruv")?.iter().filter_map(|value| supplier_in(value)));
        }
        let consumers = agreements.iter().filter(|(of, _)| *of == suffix).map(|(_, to)| to.clone()).collect();
        replicas.push(Replica { suffix, role, suppliers: suppliers.into_iter().collect(), consumers });
    }
    Ok(replicas)
}

/// Returns the servers that this one sends updates to, for each suffix.
fn agreements(directory: &dyn Directory) -> Result<Vec<(Dn, String)>, LdapError> {
    let mut agreements = Vec::new();
    for entry in read_agreements(directory)? {
        agreements.push((name_in(&entry, "nsDS5ReplicaRoot")?, server_of(&entry)?));
    }
    Ok(agreements)
}

fn read_agreements(directory: &dyn Directory) -> Result<Vec<Entry>, LdapError> {
    let wanted = ["nsDS5ReplicaRoot", "nsDS5ReplicaHost", "nsDS5ReplicaPort", "nsDS5ReplicaTransportInfo"];
    directory.search(&Search::below(MAPPING_TREE, Depth::Subtree, "(objectClass=nsDS5ReplicationAgreement)", &wanted))
}

/// Returns `host:port`.
fn server_of(entry: &Entry) -> Result<String, LdapError> {
    let host = entry.text("nsDS5ReplicaHost")?.unwrap_or_else(|| entry.dn.clone());
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host };
    let port = entry.text("nsDS5ReplicaPort")?.map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{host}{port}"))
}

/// A server that another one exchanges updates with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaServer {
    /// `host:port`, or in words.
    pub name: String,
    /// How it is reached, as nobody; nothing where no address is known.
    pub target: Option<Target>,
}

/// Returns the servers that this one sends updates to, each once. `ca_file` is for those that are reached with TLS.
///
/// # Errors
/// [`LdapError`].
pub fn consumers(directory: &dyn Directory, ca_file: Option<&Path>) -> Result<Vec<ReplicaServer>, LdapError> {
    let mut all: Vec<ReplicaServer> = Vec::new();
    for entry in read_agreements(directory)? {
        let name = server_of(&entry)?;
        if all.iter().any(|known| known.name.eq_ignore_ascii_case(&name)) {
            continue;
        }
        let transport = entry.text("nsDS5ReplicaTransportInfo")?.unwrap_or_default().to_ascii_uppercase();
        let (scheme, start_tls) = match transport.as_str() {
            "SSL" | "LDAPS" => ("ldaps", false),
            "TLS" | "STARTTLS" => ("ldap", true),
            _ => ("ldap", false),
        };
        let ca_file = ca_file.filter(|_| start_tls || scheme == "ldaps").map(Path::to_path_buf);
        let target = Target::new(&format!("{scheme}://{name}"), start_tls, ca_file, Bind::Anonymous).ok();
        all.push(ReplicaServer { name, target });
    }
    Ok(all)
}

/// Returns the servers that this one gets updates from, each once. `ca_file` is for those that are reached with TLS.
///
/// # Errors
/// [`LdapError`].
pub fn suppliers(directory: &dyn Directory, ca_file: Option<&Path>) -> Result<Vec<ReplicaServer>, LdapError> {
    let mut all: Vec<ReplicaServer> = Vec::new();
    for replica in super::replicas(directory)?.into_iter().filter(|replica| replica.role != ReplicaRole::Supplier) {
        let servers: Vec<ReplicaServer> = match replica.suppliers.as_slice() {
            [] => vec![ReplicaServer { name: format!("the supplier of {}", replica.suffix), target: None }],
            known => known.iter().map(|url| at_url(url, ca_file)).collect(),
        };
        for server in servers {
            if !all.iter().any(|known| known.name.eq_ignore_ascii_case(&server.name)) {
                all.push(server);
            }
        }
    }
    Ok(all)
}

/// Returns the server of `ldap://host:389`, with whatever follows it.
fn at_url(url: &str, ca_file: Option<&Path>) -> ReplicaServer {
    let (scheme, rest) = url.split_once("://").unwrap_or(("ldap", url));
    let name = rest.split(['/', '?']).next().unwrap_or_default().to_owned();
    let ca_file = ca_file.filter(|_| scheme.eq_ignore_ascii_case("ldaps")).map(Path::to_path_buf);
    let target = Target::new(&format!("{scheme}://{name}"), false, ca_file, Bind::Anonymous).ok();
    ReplicaServer { name, target }
}

/// Returns the server in `{replica 1 ldap://host:389} ...`.
fn supplier_in(value: &str) -> Option<String> {
    let inner = value.strip_prefix("{replica ")?.split('}').next()?;
    inner.split_whitespace().find(|word| word.contains("://")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_referral_names_a_server() {
        let server = super::at_url("ldap://a.example.com:390/o=usergroup??sub", None);
        assert_eq!(server.name, "a.example.com:390");
        assert_eq!(server.target.unwrap().url, "ldap://a.example.com:390");
        assert_eq!(super::at_url("http://a/", None).target, None);
    }

    #[test]
    fn an_update_vector_names_the_server_that_it_is_of() {
        let of = |text| super::supplier_in(text);
        assert_eq!(of("{replica 1 ldap://a.example.com:389} 5f 60").as_deref(), Some("ldap://a.example.com:389"));
        assert_eq!(of("{replica 2}"), None);
        assert_eq!(of("{replicageneration} 5f0000"), None);
    }
}
