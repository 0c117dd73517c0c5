//! The browsing index of the Global Address List, and the access rule of its control.
//!
//! A server uses a browsing index only for searches with exactly its base, scope, filter and sort attribute
//! (docs/reference/outlook-connector.md section 2.2). The entries are those of 389 DS and Sun's servers: a `vlvSearch` with a
//! `vlvIndex` below the database, and the access control of the feature `2.16.840.1.113730.3.4.9`. The last entry is a task that
//! builds the index, as `db2index.pl` adds it.

use ldif::{Action, Attribute, Dn, Entry, Modification, ModificationKind, Record};
use serde::Serialize;

use crate::configuration::Configuration;
use crate::error::Error;
use crate::filter::Filter;
use crate::schema::Setting;

/// The feature of the control.
const FEATURE: &str = "oid=2.16.840.1.113730.3.4.9,cn=features,cn=config";

/// A browsing index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// The entry where searches begin.
    pub base: String,
    /// `0` for the base itself, `1` for one level, `2` for the subtree.
    pub scope: String,
    /// The filter.
    pub filter: String,
    /// The attributes that it sorts by.
    pub sort: String,
}

impl Index {
    /// Returns the index that a configuration needs.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn of(c: &Configuration) -> Result<Self, Error> {
        let base = c.required(Setting::SearchBase)?;
        let filter = c.checked_or_default(Setting::VlvFilter)?;
        let sort = c.checked_or_default(Setting::VlvSort)?;
        let scope = match c.checked_or_default(Setting::VlvScope)?.as_str() {
            "Base" => "0",
            "One level" => "1",
            _ => "2",
        };
        Ok(Self { name: format!("Outlook Connector {base}"), base, scope: scope.to_owned(), filter, sort })
    }

    /// Returns whether both serve the same searches.
    pub fn is_same(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }

    /// Says in what this index differs from a wanted one.
    pub fn differences(&self, wanted: &Self) -> Vec<String> {
        let same_base = match (Dn::parse(&self.base), Dn::parse(&wanted.base)) {
            (Ok(one), Ok(other)) => one == other,
            _ => self.base == wanted.base,
        };
        let same_filter = match (Filter::parse(&self.filter), Filter::parse(&wanted.filter)) {
            (Ok(one), Ok(other)) => one == other,
            _ => self.filter == wanted.filter,
        };
        let parts = [
            ("base", &self.base, &wanted.base, same_base),
            ("scope", &self.scope, &wanted.scope, self.scope == wanted.scope),
            ("filter", &self.filter, &wanted.filter, same_filter),
            ("sort attribute", &self.sort, &wanted.sort, self.sort.eq_ignore_ascii_case(&wanted.sort)),
        ];
        let differing = parts.into_iter().filter(|(_, _, _, is_same)| !is_same);
        differing.map(|(what, here, there, _)| format!("{what}: {here} instead of {there}")).collect()
    }
}

/// Returns the browsing indexes among the entries of a server's configuration.
pub fn indexes(entries: &[Entry]) -> Vec<Index> {
    let text = |entry: &Entry, name: &str| {
        entry.values(name).next().map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
    };
    let mut found = Vec::new();
    for search in entries.iter().filter(|entry| entry.has("vlvBase")) {
        for index in entries.iter().filter(|entry| entry.has("vlvSort") && entry.dn.is_below(&search.dn)) {
            found.push(Index {
                name: index.dn.to_string(),
                base: text(search, "vlvBase"),
                scope: text(search, "vlvScope"),
                filter: text(search, "vlvFilter"),
                sort: text(index, "vlvSort"),
            });
        }
    }
    found
}

/// Returns the records that make the index, allow its control, and build it.
///
/// # Errors
/// [`Error::Setting`].
pub fn records(c: &Configuration, index: &Index) -> Result<Vec<Record>, Error> {
    let wrong = |error: ldif::DnError| Error::setting(&c.path, error);
    let database = c.checked_or_default(Setting::Database)?;
    if !database.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(Error::setting(&c.path, format!("ldap-database: `{database}` is no name of a database")));
    }
    let search_name = "Outlook Connector GAL";
    let index_name = format!("Outlook Connector GAL by {}", index.sort);
    let search =
        Dn::parse(&format!("cn={search_name},cn={database},cn=ldbm database,cn=plugins,cn=config")).map_err(wrong)?;
    let by = Dn::parse(&format!("cn={index_name},{search}")).map_err(wrong)?;
    let who = if c.is(Setting::RequireLogin, "Yes") { "all" } else { "anyone" };
    let aci = format!(
        "(targetattr != \"aci\")(version 3.0; acl \"Outlook Connector GAL\"; allow (read, search, compare, proxy) userdn = \
         \"ldap:///{who}\";)"
    );
    // The server also wants that the definition itself may be read, as it is when a search goes by it.
    let readable = format!(
        "(targetattr = \"*\")(version 3.0; acl \"Outlook Connector GAL\"; allow (read, search, compare) userdn = \"ldap:///{who}\";)"
    );
    let task = Dn::parse("cn=Outlook Connector GAL,cn=index,cn=tasks,cn=config").map_err(wrong)?;
    Ok(vec![
        Record::change(
            search,
            Action::Add(attributes(&[
                ("objectClass", "top"),
                ("objectClass", "vlvSearch"),
                ("cn", search_name),
                ("vlvBase", &index.base),
                ("vlvScope", &index.scope),
                ("vlvFilter", &index.filter),
                ("aci", &readable),
            ])),
        ),
        Record::change(
            by,
            Action::Add(attributes(&[
                ("objectClass", "top"),
                ("objectClass", "vlvIndex"),
                ("cn", &index_name),
                ("vlvSort", &index.sort),
            ])),
        ),
        Record::change(
            Dn::parse(FEATURE).map_err(wrong)?,
            Action::Modify(vec![Modification {
                kind: ModificationKind::Add,
                attribute: "aci".to_owned(),
                values: vec![aci.into_bytes()],
            }]),
        ),
        Record::change(
            task,
            Action::Add(attributes(&[
                ("objectClass", "top"),
                ("objectClass", "extensibleObject"),
                ("cn", search_name),
                ("nsInstance", &database),
                ("nsIndexVLVAttribute", &index_name),
            ])),
        ),
    ])
}

fn attributes(pairs: &[(&str, &str)]) -> Vec<Attribute> {
    pairs.iter().map(|(name, value)| Attribute { name: (*name).to_owned(), value: value.as_bytes().to_vec() }).collect()
}
