//! Whether a change of the schema is done. A server spells definitions in its own way and notes that they were added, so
//! they are compared by what they mean: 389 DS also takes out of a class what its superior has.

use std::collections::{BTreeMap, BTreeSet};

use ldif::schema::{AttributeType, ClassDifference, ObjectClass};

use super::state::ChangeState;
use crate::facts::Subschema;
use crate::plan::{DirectoryChange, EditKind, ElementKind, Operation, ServerSchema, ValueEdit};
use crate::reverse::reversed_edit;
use crate::schema_files::identifiers::as_servers_keep_it;

/// What a definition is known by: identifiers count within a kind, as an attribute type and an object class may share one.
type Key = (ElementKind, String);

/// A definition of either kind.
#[derive(Clone, Debug)]
enum Definition {
    Attribute(AttributeType),
    Class(ObjectClass),
}

impl Definition {
    fn parse(attribute: &str, value: &str) -> Option<Self> {
        if attribute.eq_ignore_ascii_case("attributeTypes") {
            AttributeType::parse(value).ok().map(Self::Attribute)
        } else {
            ObjectClass::parse(value).ok().map(Self::Class)
        }
    }

    fn key(&self) -> Key {
        let of = |oid: &str| as_servers_keep_it(oid.to_ascii_lowercase());
        match self {
            Self::Attribute(definition) => (ElementKind::Attribute, of(&definition.oid)),
            Self::Class(definition) => (ElementKind::Class, of(&definition.oid)),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Attribute(definition) => definition.name(),
            Self::Class(definition) => definition.name(),
        }
    }

    fn names(&self) -> &[String] {
        match self {
            Self::Attribute(definition) => &definition.names,
            Self::Class(definition) => &definition.names,
        }
    }

    /// Returns whether a reference to an element of this kind means it.
    fn is(&self, kind: ElementKind, name: &str) -> bool {
        match self {
            Self::Attribute(definition) => kind == ElementKind::Attribute && definition.is(name),
            Self::Class(definition) => kind == ElementKind::Class && definition.is(name),
        }
    }

    fn is_same(&self, other: &Self, server: &ServerSchema) -> bool {
        match (self, other) {
            (Self::Attribute(there), Self::Attribute(wanted)) => {
                there.differences(wanted).is_empty() && has_same_rules(there, wanted) && there.desc == wanted.desc
            }
            (Self::Class(there), Self::Class(wanted)) => {
                is_same_class(there, wanted, server) && there.desc == wanted.desc
            }
            _ => false,
        }
    }
}

/// Compares the matching rules, which do not count for whether a definition serves, but whoever changed them changed it.
fn has_same_rules(there: &AttributeType, wanted: &AttributeType) -> bool {
    let rules = |of: &AttributeType| {
        [&of.equality, &of.ordering, &of.substr].map(|rule| rule.as_ref().map(|name| name.to_ascii_lowercase()))
    };
    let pairs = rules(there).into_iter().zip(rules(wanted));
    // A server may show those of the superior.
    pairs.into_iter().all(|(there, wanted_rule)| there == wanted_rule || wanted_rule.is_none() && wanted.sup.is_some())
}

fn is_same_class(one: &ObjectClass, other: &ObjectClass, server: &ServerSchema) -> bool {
    let is_list =
        |difference: &ClassDifference| matches!(difference, ClassDifference::Must(..) | ClassDifference::May(..));
    let differences = one.differences(other);
    if differences.iter().any(|difference| !is_list(difference)) {
        return false;
    }
    let contents = |class: &ObjectClass| {
        let (must, may) = server.contents(class);
        (&may - &must, must)
    };
    differences.is_empty() || contents(one) == contents(other)
}

/// What an identifier stands for before and after a change.
#[derive(Default)]
struct Pair {
    before: Option<Definition>,
    after: Option<Definition>,
}

pub(super) fn of(schema: &Subschema, edits: &[ValueEdit]) -> ChangeState {
    let mut pairs: BTreeMap<Key, Pair> = BTreeMap::new();
    for edit in edits {
        for value in &edit.values {
            let Some(definition) = Definition::parse(&edit.attribute, value) else {
                return ChangeState::Neither(format!("`{value}` is not a definition"));
            };
            let pair = pairs.entry(definition.key()).or_default();
            match edit.kind {
                EditKind::Delete => pair.before = Some(definition),
                EditKind::Add => pair.after = Some(definition),
            }
        }
    }
    let there: BTreeMap<Key, Definition> = all(schema)
        .filter(|definition| pairs.contains_key(&definition.key()))
        .map(|definition| (definition.key(), definition))
        .collect();
    let server = ServerSchema::new(schema);
    let is = |key: &Key, wanted: &Option<Definition>| match (there.get(key), wanted) {
        (None, None) => true,
        (Some(there), Some(wanted)) => there.is_same(wanted, &server),
        _ => false,
    };
    let not_after = pairs.iter().find(|(key, pair)| !is(key, &pair.after));
    let not_before = pairs.iter().find(|(key, pair)| !is(key, &pair.before));
    match (not_after, not_before) {
        (None, _) => ChangeState::After,
        (Some(_), None) => ChangeState::Before,
        (Some((key, pair)), Some(_)) => {
            let name = pair.after.as_ref().or(pair.before.as_ref()).map_or(key.1.as_str(), Definition::name);
            let how = if there.contains_key(key) { "is not as it was planned" } else { "is not there" };
            ChangeState::Neither(format!("the definition of {name} {how}"))
        }
    }
}

/// Returns the definitions of a server.
fn all(schema: &Subschema) -> impl Iterator<Item = Definition> {
    let attributes = schema.attribute_types.iter().filter_map(|value| Definition::parse("attributeTypes", value));
    attributes.chain(schema.object_classes.iter().filter_map(|value| Definition::parse("objectClasses", value)))
}

/// Returns the names of the attributes that taking a change back deletes for good.
pub(super) fn attributes_that_go(edits: &[ValueEdit]) -> Vec<String> {
    let of_kind = |kind| {
        let edits =
            edits.iter().filter(move |edit| edit.kind == kind && edit.attribute.eq_ignore_ascii_case("attributeTypes"));
        edits.flat_map(|edit| &edit.values).filter_map(|value| AttributeType::parse(value).ok())
    };
    let stays = |attribute: &AttributeType| {
        of_kind(EditKind::Delete).any(|old| attribute.names.iter().any(|name| old.is(name)))
    };
    of_kind(EditKind::Add).filter(|attribute| !stays(attribute)).flat_map(|attribute| attribute.names).collect()
}

/// Returns what takes back the part of a change that is done: a server that refuses one definition may keep those before it.
pub(super) fn back_from_part(schema: &Subschema, edits: &[ValueEdit]) -> Vec<ValueEdit> {
    let server = ServerSchema::new(schema);
    let there: BTreeMap<Key, Definition> = all(schema).map(|definition| (definition.key(), definition)).collect();
    let of_kind = |kind| edits.iter().flat_map(move |edit| definitions(edit, kind));
    let before: BTreeMap<Key, Definition> = of_kind(EditKind::Delete).map(|old| (old.key(), old)).collect();
    let is_as_before = |key: &Key| match (before.get(key), there.get(key)) {
        (Some(before), Some(there)) => there.is_same(before, &server),
        _ => false,
    };
    let came: BTreeSet<Key> =
        of_kind(EditKind::Add).map(|new| new.key()).filter(|key| there.contains_key(key)).collect();
    // An attribute type goes only after the classes that name it, those that are as before as well.
    let has_attribute = came.iter().any(|key| key.0 == ElementKind::Attribute && !is_as_before(key));
    let goes: BTreeSet<Key> = came.into_iter().filter(|key| has_attribute || !is_as_before(key)).collect();
    let is_wanted = |edit: &ValueEdit, value: &String| {
        let key = Definition::parse(&edit.attribute, value).map(|definition| definition.key());
        key.is_some_and(|key| match edit.kind {
            EditKind::Delete => goes.contains(&key),
            EditKind::Add => goes.contains(&key) || !there.contains_key(&key),
        })
    };
    let back = edits.iter().rev().map(reversed_edit).map(|mut edit| {
        let values = std::mem::take(&mut edit.values);
        edit.values = values.into_iter().filter(|value| is_wanted(&edit, value)).collect();
        edit
    });
    back.filter(|edit| !edit.values.is_empty()).collect()
}

/// Returns the names of the classes that taking a change back deletes for good.
pub(super) fn classes_that_go(edits: &[ValueEdit]) -> Vec<String> {
    let of_kind = |kind| {
        let edits =
            edits.iter().filter(move |edit| edit.kind == kind && edit.attribute.eq_ignore_ascii_case("objectClasses"));
        edits.flat_map(|edit| &edit.values).filter_map(|value| ObjectClass::parse(value).ok())
    };
    // A class that comes back under another identifier is still there for the entries that have it.
    let stays = |class: &ObjectClass| of_kind(EditKind::Delete).any(|old| class.names.iter().any(|name| old.is(name)));
    of_kind(EditKind::Add).filter(|class| !stays(class)).flat_map(|class| class.names).collect()
}

/// Says which definition of the server, that the run did not bring, refers to one that would go; nothing when none does.
/// `changes` are all changes of the run.
pub(super) fn referred_to(schema: &Subschema, edits: &[ValueEdit], changes: &[DirectoryChange]) -> Option<String> {
    let of_run = changes.iter().filter_map(|change| match &change.operation {
        Operation::Modify { edits } => Some(edits),
        Operation::Add { .. } | Operation::Delete { .. } => None,
    });
    let brought: BTreeSet<Key> =
        of_run.flatten().flat_map(|edit| definitions(edit, EditKind::Add)).map(|d| d.key()).collect();
    let old: Vec<Definition> = edits.iter().flat_map(|edit| definitions(edit, EditKind::Delete)).collect();
    let new = edits.iter().flat_map(|edit| definitions(edit, EditKind::Add));
    // What comes back under one of its names is still there for whoever refers to it.
    let stays = |new: &Definition| new.names().iter().any(|name| old.iter().any(|old| old.is(new.key().0, name)));
    let going: Vec<Definition> = new.filter(|new| !stays(new)).collect();
    let goes = |kind, name: &str| going.iter().any(|definition| definition.is(kind, name));
    let others = all(schema).filter(|definition| !brought.contains(&definition.key()));
    for other in others {
        let (attributes, superiors): (Vec<&String>, Vec<&String>) = match &other {
            Definition::Attribute(definition) => (Vec::new(), definition.sup.iter().collect()),
            Definition::Class(definition) => {
                (definition.must.iter().chain(&definition.may).collect(), definition.sup.iter().collect())
            }
        };
        let kind = other.key().0;
        let attribute = attributes.into_iter().find(|name| goes(ElementKind::Attribute, name));
        if let Some(name) = attribute.or_else(|| superiors.into_iter().find(|name| goes(kind, name))) {
            let what = if kind == ElementKind::Class { "class" } else { "attribute" };
            return Some(format!("the {what} {} refers to {name}, which would be removed", other.name()));
        }
    }
    None
}

fn definitions(edit: &ValueEdit, kind: EditKind) -> Vec<Definition> {
    if edit.kind != kind || !edit.is_of_schema() {
        return Vec::new();
    }
    edit.values.iter().filter_map(|value| Definition::parse(&edit.attribute, value)).collect()
}
