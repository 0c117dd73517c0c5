//! The server's schema, to be asked by name and identifier. Each definition keeps the value that it was read from.

use std::collections::{BTreeSet, HashMap};

use ldif::schema::{AttributeType, ObjectClass, SchemaError, Syntax};

use super::types::ElementKind;
use crate::facts::Subschema;
use crate::schema_files::identifiers::as_servers_keep_it;

/// A definition of the server.
#[derive(Clone, Debug)]
pub(super) struct Known<T> {
    pub(super) definition: T,
    /// The value as it was read.
    pub(super) raw: String,
}

/// Definitions of one kind by identifier and by every name. Attribute types and object classes may share both.
#[derive(Debug)]
pub(super) struct Table<T> {
    all: Vec<Known<T>>,
    by_oid: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl<T> Table<T> {
    pub(super) fn by_oid(&self, oid: &str) -> Option<&Known<T>> {
        self.by_oid.get(&oid_key(oid)).and_then(|at| self.all.get(*at))
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Known<T>> {
        self.by_name.get(&name.to_ascii_lowercase()).and_then(|at| self.all.get(*at))
    }

    pub(super) fn all(&self) -> &[Known<T>] {
        &self.all
    }

    /// Finds what a definition refers to: by name, or by identifier.
    pub(super) fn find(&self, word: &str) -> Option<&Known<T>> {
        self.by_name(word).or_else(|| self.by_oid(word))
    }
}

#[derive(Debug)]
pub(crate) struct ServerSchema {
    pub(super) attributes: Table<AttributeType>,
    pub(super) classes: Table<ObjectClass>,
    /// Values that are no descriptions, and of what kind they should be.
    pub(super) unreadable: Vec<(ElementKind, String, SchemaError)>,
}

impl ServerSchema {
    pub(crate) fn new(subschema: &Subschema) -> Self {
        let mut unreadable = Vec::new();
        let mut none = |kind, failed: Vec<(String, SchemaError)>| {
            unreadable.extend(failed.into_iter().map(|(value, error)| (kind, value, error)));
        };
        let (attributes, failed) = table(&subschema.attribute_types, AttributeType::parse, |definition| {
            (definition.oid.clone(), definition.names.clone())
        });
        none(ElementKind::Attribute, failed);
        let (classes, failed) = table(&subschema.object_classes, ObjectClass::parse, |definition| {
            (definition.oid.clone(), definition.names.clone())
        });
        none(ElementKind::Class, failed);
        Self { attributes, classes, unreadable }
    }

    /// Returns the syntax of an attribute type, its superiors' if it has none itself.
    pub(super) fn syntax<'a>(&'a self, definition: &'a AttributeType) -> Option<&'a Syntax> {
        let mut current = definition;
        let mut seen = BTreeSet::new();
        loop {
            if current.syntax.is_some() {
                return current.syntax.as_ref();
            }
            let sup = current.sup.as_deref()?;
            if !seen.insert(sup.to_ascii_lowercase()) {
                return None;
            }
            current = &self.attributes.find(sup)?.definition;
        }
    }

    /// Returns the mandatory and the allowed attributes of a class, with those of its superiors, as [`Self::canonical`] names.
    pub(crate) fn contents(&self, class: &ObjectClass) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut must, mut may) = (BTreeSet::new(), BTreeSet::new());
        let mut seen = BTreeSet::new();
        let mut pending = vec![class];
        while let Some(class) = pending.pop() {
            must.extend(class.must.iter().map(|name| self.canonical(name)));
            may.extend(class.may.iter().map(|name| self.canonical(name)));
            for sup in &class.sup {
                if let Some(known) = self.classes.find(sup)
                    && seen.insert(sup.to_ascii_lowercase())
                {
                    pending.push(&known.definition);
                }
            }
        }
        must.remove("objectclass");
        (must, may)
    }

    /// Returns the classes below a class, each one after those that it is below.
    pub(super) fn below(&self, class: &ObjectClass) -> Vec<&Known<ObjectClass>> {
        let mut found: Vec<&Known<ObjectClass>> = Vec::new();
        let mut seen = BTreeSet::from([class.oid.to_ascii_lowercase()]);
        let mut level = vec![class];
        while !level.is_empty() {
            let is_next = |known: &&Known<ObjectClass>| {
                let mut sups = known.definition.sup.iter();
                sups.any(|sup| level.iter().any(|above| above.is(sup)))
            };
            let next = self.classes.all().iter().filter(is_next);
            let next: Vec<_> = next.filter(|known| seen.insert(known.definition.oid.to_ascii_lowercase())).collect();
            level = next.iter().map(|known| &known.definition).collect();
            found.extend(next);
        }
        found
    }

    /// Returns one name for an attribute that may have several, in lower case.
    pub(super) fn canonical(&self, name: &str) -> String {
        self.attributes.find(name).map_or(name, |known| known.definition.name()).to_ascii_lowercase()
    }
}

fn oid_key(oid: &str) -> String {
    as_servers_keep_it(oid.to_ascii_lowercase())
}

fn table<T>(
    values: &[String],
    parse: impl Fn(&str) -> Result<T, SchemaError>,
    keys: impl Fn(&T) -> (String, Vec<String>),
) -> (Table<T>, Vec<(String, SchemaError)>) {
    let mut unreadable = Vec::new();
    let mut table = Table { all: Vec::new(), by_oid: HashMap::new(), by_name: HashMap::new() };
    for raw in values {
        match parse(raw) {
            Ok(definition) => {
                let (oid, names) = keys(&definition);
                let at = table.all.len();
                table.by_oid.entry(oid_key(&oid)).or_insert(at);
                for name in names {
                    table.by_name.entry(name.to_ascii_lowercase()).or_insert(at);
                }
                table.all.push(Known { definition, raw: raw.clone() });
            }
            Err(error) => unreadable.push((raw.clone(), error)),
        }
    }
    (table, unreadable)
}

/// Returns whether the server marks a definition as added by its users, not shipped with it. 389 DS and Sun's directory
/// write `user defined` into `X-ORIGIN` of everything that came over LDAP.
pub(crate) fn is_user_defined(origins: &[String]) -> bool {
    origins.iter().any(|origin| origin.eq_ignore_ascii_case("user defined"))
}
