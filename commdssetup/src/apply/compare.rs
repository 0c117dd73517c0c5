//! Whether a change is done, found out from what is in the directory now.

use ldif::Dn;

use super::compare_schema;
use super::state::ChangeState;
use crate::detect::subschema;
use crate::facts::{Subschema, Values};
use crate::ldap::{Depth, Directory, Entry, LdapError, Search};
use crate::plan::{DATABASES, DirectoryChange, EditKind, Operation, ValueEdit};

/// Returns the state of a change in the directory. Only reads.
///
/// # Errors
/// [`LdapError`].
pub fn change_state(directory: &dyn Directory, change: &DirectoryChange) -> Result<ChangeState, LdapError> {
    state_in(&Live(directory), change)
}

/// What changes are compared with.
pub(crate) trait View {
    /// Returns an entry.
    fn entry(&self, dn: &str) -> Result<Option<Entry>, LdapError>;
    /// Returns the schema.
    fn schema(&self, dn: &str) -> Result<Subschema, LdapError>;
}

/// The server as it answers.
struct Live<'a>(&'a dyn Directory);

impl View for Live<'_> {
    fn entry(&self, dn: &str) -> Result<Option<Entry>, LdapError> {
        self.0.entry(dn, &["*"])
    }

    fn schema(&self, dn: &str) -> Result<Subschema, LdapError> {
        schema(self.0, dn)
    }
}

/// Returns the state of a change in what a server answers, or in what it has stored.
pub(crate) fn state_in(view: &dyn View, change: &DirectoryChange) -> Result<ChangeState, LdapError> {
    match &change.operation {
        Operation::Delete { .. } => Ok(match view.entry(&change.dn)? {
            None => ChangeState::After,
            Some(_) => ChangeState::Before,
        }),
        Operation::Add { attributes } => Ok(match view.entry(&change.dn)? {
            None => ChangeState::Before,
            Some(entry) => added(&entry, attributes)?,
        }),
        Operation::Modify { edits } if change.is_of_schema() => {
            Ok(compare_schema::of(&view.schema(&change.dn)?, edits))
        }
        Operation::Modify { edits } => match view.entry(&change.dn)? {
            None => Ok(ChangeState::Neither("it does not exist".to_owned())),
            Some(entry) => edited(&entry, edits),
        },
    }
}

/// Returns why a change that is done cannot be undone without losing what others did since; nothing when it can.
/// `changes` are all changes of the run.
///
/// # Errors
/// [`LdapError`].
pub fn check_undo(
    directory: &dyn Directory,
    change: &DirectoryChange,
    changes: &[DirectoryChange],
) -> Result<Option<String>, LdapError> {
    match change_state(directory, change)? {
        ChangeState::Before => return Ok(Some("somebody else has undone the change".to_owned())),
        ChangeState::Neither(how) => return Ok(Some(how)),
        ChangeState::After => {}
    }
    match &change.operation {
        Operation::Add { attributes } => grown(directory, change, attributes, changes),
        Operation::Modify { edits } if change.is_of_schema() => {
            let schema = schema(directory, &change.dn)?;
            match compare_schema::referred_to(&schema, edits, changes) {
                Some(how) => Ok(Some(how)),
                None => in_use(directory, edits, changes),
            }
        }
        Operation::Modify { .. } | Operation::Delete { .. } => Ok(None),
    }
}

pub(super) fn schema(directory: &dyn Directory, dn: &str) -> Result<Subschema, LdapError> {
    subschema(directory, dn)?.ok_or_else(|| LdapError::Damaged { what: format!("{dn} shows no schema") })
}

/// Servers change the case of values, and the blanks in names.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || matches!((Dn::parse(one), Dn::parse(other)), (Ok(one), Ok(other)) if one == other && one.split_first().is_some())
}

fn added(entry: &Entry, attributes: &[Values]) -> Result<ChangeState, LdapError> {
    for wanted in attributes {
        let there = entry.texts(&wanted.attribute)?;
        let missing = wanted.values.iter().find(|value| !there.iter().any(|known| same(known, value)));
        if let Some(missing) = missing {
            return Ok(ChangeState::Neither(format!("it exists, but without `{}: {missing}`", wanted.attribute)));
        }
    }
    Ok(ChangeState::After)
}

fn edited(entry: &Entry, edits: &[ValueEdit]) -> Result<ChangeState, LdapError> {
    let (mut not_done, mut not_before) = (None, None);
    for edit in edits {
        let there = entry.texts(&edit.attribute)?;
        for value in &edit.values {
            let is_there = there.iter().any(|known| same(known, value));
            let word = if is_there { "there" } else { "not there" };
            let how = format!("`{}: {value}` is {word}", edit.attribute);
            match (edit.kind, is_there) {
                (EditKind::Add, true) | (EditKind::Delete, false) => not_before = not_before.or(Some(how)),
                (EditKind::Add, false) | (EditKind::Delete, true) => not_done = not_done.or(Some(how)),
            }
        }
    }
    Ok(match (not_done, not_before) {
        (None, _) => ChangeState::After,
        (Some(_), None) => ChangeState::Before,
        (Some(one), Some(other)) => ChangeState::Neither(format!("{one}, but {other}")),
    })
}

/// Says what others put into an entry that we made, or below it.
fn grown(
    directory: &dyn Directory,
    change: &DirectoryChange,
    attributes: &[Values],
    changes: &[DirectoryChange],
) -> Result<Option<String>, LdapError> {
    let Some(entry) = directory.entry(&change.dn, &["*"])? else { return Ok(None) };
    let is_configuration = change.dn.to_ascii_lowercase().ends_with("cn=config");
    for (name, _) in &entry.attributes {
        let ours = attributes.iter().find(|values| values.attribute.eq_ignore_ascii_case(name));
        match ours {
            Some(ours) => {
                let there = entry.texts(name)?;
                let new = there.iter().find(|value| !ours.values.iter().any(|known| same(known, value)));
                // A server adds classes of its own to the entry of a database.
                if let Some(new) = new.filter(|_| !(is_configuration && name.eq_ignore_ascii_case("objectClass"))) {
                    return Ok(Some(format!("`{name}: {new}` was added to it")));
                }
            }
            // The server fills in the entries of its configuration, but not this.
            None if is_configuration && !name.eq_ignore_ascii_case("nsslapd-referral") => {}
            None => return Ok(Some(format!("{name} was added to it"))),
        }
    }
    let others =
        if change.adds_database() { indexes_below(directory, &change.dn)? } else { children(directory, &change.dn)? };
    let is_own = |dn: &str| changes.iter().any(|known| same(&known.dn, dn));
    let other = others.iter().find(|dn| !is_own(dn));
    Ok(other.map(|other| format!("entries lie below it, such as {other}")))
}

/// Returns some of the entries directly below another.
fn children(directory: &dyn Directory, dn: &str) -> Result<Vec<String>, LdapError> {
    let search = Search { at_most: 20, ..Search::below(dn, Depth::Children, "(objectClass=*)", &["1.1"]) };
    Ok(directory.search(&search)?.into_iter().map(|entry| entry.dn).collect())
}

/// Returns the indexes of a database but for those that the server makes with it. What else lies below its entry is the server's.
fn indexes_below(directory: &dyn Directory, database: &str) -> Result<Vec<String>, LdapError> {
    let first = |dn: &str| Dn::parse(dn).ok().and_then(|dn| dn.split_first().map(|(rdn, _)| rdn.clone()));
    let defaults = format!("cn=default indexes,cn=config,{DATABASES}");
    let defaults = indexes(directory, &defaults, "(objectClass=nsIndex)")?;
    let defaults: Vec<_> = defaults.iter().filter_map(|dn| first(dn)).collect();
    let of_others = "(&(objectClass=nsIndex)(!(nsSystemIndex=true)))";
    let below = indexes(directory, &format!("cn=index,{database}"), of_others)?;
    Ok(below.into_iter().filter(|dn| !first(dn).is_some_and(|rdn| defaults.contains(&rdn))).collect())
}

fn indexes(directory: &dyn Directory, below: &str, filter: &str) -> Result<Vec<String>, LdapError> {
    let found = directory.search(&Search::below(below, Depth::Children, filter, &["1.1"]))?;
    Ok(found.into_iter().map(|entry| entry.dn).collect())
}

/// Says which entries have a class that would go, or an attribute without a class that allows it, or which index is of one.
fn in_use(
    directory: &dyn Directory,
    edits: &[ValueEdit],
    changes: &[DirectoryChange],
) -> Result<Option<String>, LdapError> {
    let classes = compare_schema::classes_that_go(edits);
    let attributes = compare_schema::attributes_that_go(edits);
    let any = |kind: &str, names: &[String], value: &str| {
        let parts = names.iter().map(|name| match kind {
            "" => format!("({name}={value})"),
            kind => format!("({kind}={name})"),
        });
        format!("(|{})", parts.collect::<String>())
    };
    // Both are looked up in the index of objectClass, which every server has.
    let mut filters = Vec::new();
    if !classes.is_empty() {
        filters.push(any("objectClass", &classes, ""));
    }
    if !attributes.is_empty() {
        filters.push(format!("(&(objectClass=extensibleObject){})", any("", &attributes, "*")));
    }
    let contexts = directory.entry("", &["namingContexts"])?.unwrap_or_default().texts("namingContexts")?;
    for (context, filter) in contexts.iter().flat_map(|context| filters.iter().map(move |filter| (context, filter))) {
        let search = Search { at_most: 1, ..Search::below(context, Depth::Subtree, filter, &["*"]) };
        if let Some(entry) = directory.search(&search)?.first() {
            return Ok(Some(used(entry, &classes, &attributes)?));
        }
    }
    if attributes.is_empty() {
        return Ok(None);
    }
    let filter = format!("(&(objectClass=nsIndex){})", any("cn", &attributes, ""));
    let indexes = directory.search(&Search::below(DATABASES, Depth::Subtree, &filter, &["1.1"]))?;
    // The default ones are of databases to come; those of a database that the run made go with it.
    let is_default = |dn: &str| dn.to_ascii_lowercase().contains(",cn=default indexes,");
    let is_below = |dn: &str, database: &str| matches!((Dn::parse(dn), Dn::parse(database)), (Ok(dn), Ok(database)) if dn.is_below(&database));
    let is_own =
        |dn: &str| changes.iter().any(|known| same(&known.dn, dn) || known.adds_database() && is_below(dn, &known.dn));
    let other = indexes.iter().find(|entry| !is_default(&entry.dn) && !is_own(&entry.dn));
    Ok(other.map(|entry| format!("{} is the index of an attribute that would be removed", entry.dn)))
}

fn used(entry: &Entry, classes: &[String], attributes: &[String]) -> Result<String, LdapError> {
    let of_entry = entry.texts("objectClass")?;
    let is_among = |names: &[String], name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    if let Some(class) = of_entry.iter().find(|name| is_among(classes, name)) {
        return Ok(format!("entries have classes that would be removed, such as {} the class {class}", entry.dn));
    }
    let attribute = entry.attributes.iter().map(|(name, _)| name).find(|name| is_among(attributes, name));
    let attribute = attribute.map_or("one", String::as_str);
    Ok(format!("entries have attributes that would be removed, such as {} {attribute}", entry.dn))
}
