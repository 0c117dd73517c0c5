//! Suffixes: databases, mapping tree nodes and root entries, where they are missing.
//!
//! Which of them the vendor's tool made is not documented; these are our choice. A suffix that lies within one that a database
//! already holds gets its root entry only.

use ldif::{Dn, Rdn};

use super::PlanError;
use super::types::{Area, DirectoryChange, Operation};
use crate::choices::{Choices, Holds};
use crate::facts::{Access, Backend, Facts, MappingNode, ReplicaRole, Values};

/// The entry that the databases of a server lie below.
pub const DATABASES: &str = "cn=ldbm database,cn=plugins,cn=config";

/// What a suffix is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Users,
    DomainTree,
    /// Personal address books of Schema 1 (`o=pab`).
    OldAddressBooks,
    /// Address books of Communications Express (`o=PiServerDb`).
    AddressBooks,
}

/// A suffix that the choices ask for.
#[derive(Clone, Debug)]
pub(super) struct RequiredSuffix {
    pub(super) dn: Dn,
    pub(super) purpose: Purpose,
}

/// The database that holds a suffix, or will.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) purpose: Purpose,
    pub(super) backend: String,
    pub(super) dn: String,
    /// Whether the plan makes it.
    pub(super) is_new: bool,
}

/// What the suffix part of a plan decides.
#[derive(Debug, Default)]
pub(super) struct SuffixPart {
    pub(super) changes: Vec<DirectoryChange>,
    pub(super) notices: Vec<String>,
    pub(super) holders: Vec<Holder>,
}

/// Returns the suffixes that the choices ask for.
pub(super) fn wanted(choices: &Choices) -> Vec<RequiredSuffix> {
    if choices.holds == Holds::ConfigurationOnly {
        return Vec::new();
    }
    let own = |text: &str, purpose| Dn::parse(text).ok().map(|dn| RequiredSuffix { dn, purpose });
    let mut wanted = vec![RequiredSuffix { dn: choices.user_suffix.clone(), purpose: Purpose::Users }];
    if choices.schema_type.has_dc_tree() {
        wanted.push(RequiredSuffix { dn: choices.dc_suffix.clone(), purpose: Purpose::DomainTree });
        wanted.extend(own("o=pab", Purpose::OldAddressBooks));
    }
    wanted.extend(own("o=PiServerDb", Purpose::AddressBooks));
    // What lies within another one comes after it, and into its database.
    let mut ordered: Vec<RequiredSuffix> = Vec::new();
    for suffix in wanted {
        let place = ordered.iter().position(|other| other.dn.is_below(&suffix.dn)).unwrap_or(ordered.len());
        ordered.insert(place, suffix);
    }
    ordered
}

/// The trees that a server keeps itself in. Nothing of the suite belongs there.
const OF_THE_SERVER: [&str; 4] = ["cn=config", "cn=schema", "cn=monitor", "cn=changelog"];

fn is_of_the_server(dn: &Dn) -> bool {
    let is = |root: &str| Dn::parse(root).is_ok_and(|root| *dn == root || dn.is_below(&root));
    dn.split_first().is_none() || OF_THE_SERVER.into_iter().any(is)
}

/// Returns a suffix and everything above it.
pub(super) fn with_ancestors(dn: &Dn) -> Vec<Dn> {
    let mut all = Vec::new();
    let mut current = Some(dn.clone());
    while let Some(dn) = current {
        let Some((_, above)) = dn.split_first() else { break };
        current = Some(above);
        all.push(dn);
    }
    all
}

pub(super) fn plan(facts: &Facts, choices: &Choices) -> Result<SuffixPart, PlanError> {
    let mut part = SuffixPart::default();
    let mut made: Vec<(Dn, String)> = Vec::new();
    for RequiredSuffix { dn, purpose } in wanted(choices) {
        if is_of_the_server(&dn) {
            return Err(PlanError::SuffixOfTheServer { dn: dn.to_string() });
        }
        let holder = |backend: &str, dn: &str, is_new| Holder {
            purpose,
            backend: backend.to_owned(),
            dn: dn.to_owned(),
            is_new,
        };
        if let Some(backend) = holding(facts, &dn) {
            part.holders.push(holder(&backend.name, &backend.dn, false));
            if !exists(facts, &dn) {
                root_below(facts, backend, &dn, &mut part)?;
            }
            continue;
        }
        if let Some((_, name)) = made.iter().find(|(suffix, _)| *suffix == dn || dn.is_below(suffix)) {
            part.holders.push(holder(name, &database_dn(name), true));
            continue;
        }
        let node = facts.mapping_tree.iter().find(|node| node.suffix == dn || dn.is_below(&node.suffix));
        if let Some(node) = node.filter(|node| node.suffix.split_first().is_some()) {
            return Err(elsewhere(&dn, node));
        }
        let taken: Vec<_> = made.iter().map(|(_, name)| name.as_str()).collect();
        let name = database_name(facts, &dn, purpose, &taken);
        new_suffix(&dn, &name, &mut part)?;
        part.holders.push(holder(&name, &database_dn(&name), true));
        made.push((dn, name));
    }
    // A directory of Schema 2 may still have the address books of Schema 1.
    if choices.holds == Holds::UsersAndGroups
        && !choices.schema_type.has_dc_tree()
        && let Ok(pab) = Dn::parse("o=pab")
        && let Some(backend) = facts.backends.iter().find(|backend| backend.suffix == pab)
    {
        part.holders.push(Holder {
            purpose: Purpose::OldAddressBooks,
            backend: backend.name.clone(),
            dn: backend.dn.clone(),
            is_new: false,
        });
    }
    Ok(part)
}

/// Returns the database that answers for a name: the one with the nearest suffix.
fn holding<'a>(facts: &'a Facts, dn: &Dn) -> Option<&'a Backend> {
    nearest(&facts.backends, |backend| &backend.suffix, dn)
}

/// Returns the one whose suffix is a name, or lies least far above it.
fn nearest<'a, T>(all: &'a [T], suffix: impl Fn(&T) -> &Dn, dn: &Dn) -> Option<&'a T> {
    let holds = |one: &&T| suffix(one) == dn || dn.is_below(suffix(one));
    all.iter().filter(holds).max_by_key(|one| with_ancestors(suffix(one)).len())
}

fn exists(facts: &Facts, dn: &Dn) -> bool {
    facts.entries.iter().any(|entry| entry.dn == *dn)
}

/// Plans the root entry of a suffix within a database that exists.
fn root_below(facts: &Facts, backend: &Backend, dn: &Dn, part: &mut SuffixPart) -> Result<(), PlanError> {
    let replica = facts.replicas.iter().find(|replica| replica.suffix == backend.suffix);
    if let Some(replica) = replica.filter(|replica| replica.role != ReplicaRole::Supplier) {
        let suppliers =
            if replica.suppliers.is_empty() { "its supplier".to_owned() } else { replica.suppliers.join(", ") };
        part.notices.push(format!(
            "{dn} is missing, and {} is read-only here: run commdssetup on {suppliers}, and it is replicated.",
            backend.suffix
        ));
        return Ok(());
    }
    if *dn != backend.suffix
        && let Some((_, parent)) = dn.split_first()
        && !exists(facts, &parent)
    {
        return Err(PlanError::MissingParent { dn: dn.to_string(), parent: parent.to_string() });
    }
    // Nothing can be added to a database that the server does not look into.
    let node = nearest(&facts.mapping_tree, |node| &node.suffix, dn);
    match node {
        None => {
            return Err(PlanError::SuffixUnmapped {
                suffix: backend.suffix.to_string(),
                database: backend.name.clone(),
            });
        }
        Some(node) if !is_answered_from(node, backend) => return Err(elsewhere(dn, node)),
        Some(_) if backend.access == Access::ReadOnly => {
            return Err(PlanError::DatabaseReadOnly { dn: dn.to_string(), database: backend.name.clone() });
        }
        Some(_) => part.changes.push(root_entry(dn)?),
    }
    Ok(())
}

fn is_answered_from(node: &MappingNode, backend: &Backend) -> bool {
    node.state.eq_ignore_ascii_case("backend")
        && node.backends.iter().any(|name| name.eq_ignore_ascii_case(&backend.name))
}

fn elsewhere(suffix: &Dn, node: &MappingNode) -> PlanError {
    let of = if node.backends.is_empty() { &node.referrals } else { &node.backends };
    PlanError::SuffixElsewhere {
        suffix: suffix.to_string(),
        dn: node.dn.clone(),
        says: [std::slice::from_ref(&node.state), of].concat().join(" "),
    }
}

fn new_suffix(dn: &Dn, name: &str, part: &mut SuffixPart) -> Result<(), PlanError> {
    let root = root_entry(dn)?;
    let suffix = dn.to_string();
    let change = |dn: String, attributes, reason| DirectoryChange {
        dn,
        operation: Operation::Add { attributes },
        part: Area::Suffixes,
        reason,
    };
    part.changes.push(change(
        database_dn(name),
        vec![
            Values::new("objectClass", ["top", "extensibleObject", "nsBackendInstance"]),
            Values::new("cn", [name]),
            Values::new("nsslapd-suffix", [&suffix]),
        ],
        format!("no database holds {suffix}"),
    ));
    part.changes.push(change(
        format!("cn={},cn=mapping tree,cn=config", escaped(&suffix)),
        vec![
            Values::new("objectClass", ["top", "extensibleObject", "nsMappingTree"]),
            Values::new("cn", [&suffix]),
            Values::new("nsslapd-state", ["backend"]),
            Values::new("nsslapd-backend", [name]),
        ],
        format!("{suffix} is served from the new database {name}"),
    ));
    part.changes.push(root);
    Ok(())
}

fn database_dn(name: &str) -> String {
    format!("cn={name},{DATABASES}")
}

/// Names that servers use themselves where they keep databases, whether or not they show them: entries, files of the database library,
/// and the databases of the administration server and of the change log.
const OWN_NAMES: [&str; 12] = [
    "config",
    "monitor",
    "default",
    "defaultindexes",
    "index",
    "encryptedattributes",
    "changelog",
    "features",
    "guardian",
    "dbversion",
    "netscaperoot",
    "ldbmdatabase",
];

/// Returns a name for a new database that no other has.
fn database_name(facts: &Facts, dn: &Dn, purpose: Purpose, taken: &[&str]) -> String {
    let value =
        dn.split_first().and_then(|(rdn, _)| rdn.to_string().split_once('=').map(|(_, value)| value.to_owned()));
    let word: String = value.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    let first = if purpose == Purpose::Users || word.is_empty() { "userRoot".to_owned() } else { word };
    let is_taken = |name: &str| {
        let known = facts.backends.iter().map(|backend| backend.name.as_str());
        let known = known.chain(facts.taken_names.iter().map(String::as_str)).chain(OWN_NAMES);
        known.chain(taken.iter().copied()).any(|other| other.eq_ignore_ascii_case(name))
    };
    if !is_taken(&first) {
        return first;
    }
    let numbered = (2_u32..).map(|number| format!("{first}{number}"));
    numbered.into_iter().find(|name| !is_taken(name)).unwrap_or(first)
}

/// Returns the entry at the root of a suffix; its class follows from its name.
fn root_entry(dn: &Dn) -> Result<DirectoryChange, PlanError> {
    let wrong = || PlanError::RootEntry { dn: dn.to_string() };
    let (rdn, _) = dn.split_first().ok_or_else(wrong)?;
    let (kind, value) = single(rdn).ok_or_else(wrong)?;
    let class = match kind.to_ascii_lowercase().as_str() {
        "o" | "organizationname" => "organization",
        "ou" | "organizationalunitname" => "organizationalUnit",
        "dc" | "domaincomponent" => "domain",
        "c" | "countryname" => "country",
        "l" | "localityname" | "st" => "locality",
        "cn" | "commonname" => "nsContainer",
        _ => return Err(wrong()),
    };
    Ok(DirectoryChange {
        dn: dn.to_string(),
        operation: Operation::Add {
            attributes: vec![
                Values::new("objectClass", ["top", class]),
                Values { attribute: kind, values: vec![value] },
            ],
        },
        part: Area::Suffixes,
        reason: format!("the root entry {dn} is missing"),
    })
}

/// Returns type and value of a name's part; nothing where it is of several, escaped, or none that a server takes.
fn single(rdn: &Rdn) -> Option<(String, String)> {
    let text = rdn.to_string();
    let (kind, value) = text.split_once('=')?;
    let (kind, value) = (kind.trim(), value.trim());
    let is_plain = !value.is_empty() && !value.contains(['\\', '"', '+', '#']);
    // Countries have two letters on every server.
    let is_country = kind.eq_ignore_ascii_case("c") || kind.eq_ignore_ascii_case("countryName");
    let fits = !is_country || value.len() == 2 && value.bytes().all(|letter| letter.is_ascii_alphabetic());
    (is_plain && fits && rdn.is(kind, value)).then(|| (kind.to_owned(), value.to_owned()))
}

/// Returns text as the value in a name.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '=' | ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '#' => out.push_str(&format!("\\{:02X}", u32::from(c))),
            other => out.push(other),
        }
    }
    out
}
