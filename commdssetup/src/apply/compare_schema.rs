//! Whether a change of the schema is done. A server spells definitions in its own way and notes that they were added, so
//! they are compared by what they mean: 389 DS also takes out of a class what its superior has.

use std::collections::{BTreeMap, BTreeSet};

use ldif::schema::{AttributeType, ClassDifference, ObjectClass};

use super::state::ChangeState;
use crate::facts::Subschema;
use crate::plan::{DirectoryChange, EditKind, Operation, ServerSchema, ValueEdit};
use crate::reverse::reversed_edit;

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

    /// Attributes and classes have identifiers of one space.
    fn oid(&self) -> String {
        match self {
            Self::Attribute(definition) => definition.oid.to_ascii_lowercase(),
            Self::Class(definition) => definition.oid.to_ascii_lowercase(),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Attribute(definition) => definition.name(),
            Self::Class(definition) => definition.name(),
        }
    }

    fn is(&self, name: &str) -> bool {
        match self {
            Self::Attribute(definition) => definition.is(name),
            Self::Class(definition) => definition.is(name),
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
    let mut pairs: BTreeMap<String, Pair> = BTreeMap::new();
    for edit in edits {
        for value in &edit.values {
            let Some(definition) = Definition::parse(&edit.attribute, value) else {
                return ChangeState::Neither(format!("`{value}` is not a definition"));
            };
            let pair = pairs.entry(definition.oid()).or_default();
            match edit.kind {
                EditKind::Delete => pair.before = Some(definition),
                EditKind::Add => pair.after = Some(definition),
            }
        }
    }
    let values = [("attributeTypes", &schema.attribute_types), ("objectClasses", &schema.object_classes)];
    let all = values.iter().flat_map(|(name, values)| values.iter().map(move |value| (*name, value)));
    let there: BTreeMap<String, Definition> = all
        .filter_map(|(name, value)| Definition::parse(name, value))
        .filter(|definition| pairs.contains_key(&definition.oid()))
        .map(|definition| (definition.oid(), definition))
        .collect();
    let server = ServerSchema::new(schema);
    let is = |oid: &str, wanted: &Option<Definition>| match (there.get(oid), wanted) {
        (None, None) => true,
        (Some(there), Some(wanted)) => there.is_same(wanted, &server),
        _ => false,
    };
    let not_after = pairs.iter().find(|(oid, pair)| !is(oid, &pair.after));
    let not_before = pairs.iter().find(|(oid, pair)| !is(oid, &pair.before));
    match (not_after, not_before) {
        (None, _) => ChangeState::After,
        (Some(_), None) => ChangeState::Before,
        (Some((oid, pair)), Some(_)) => {
            let name = pair.after.as_ref().or(pair.before.as_ref()).map_or(oid.as_str(), Definition::name);
            let how = if there.contains_key(oid) { "is not as it was planned" } else { "is not there" };
            ChangeState::Neither(format!("the definition of {name} {how}"))
        }
    }
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
    let there: BTreeSet<String> =
        [("attributeTypes", &schema.attribute_types), ("objectClasses", &schema.object_classes)]
            .iter()
            .flat_map(|(name, values)| values.iter().filter_map(|value| Definition::parse(name, value)))
            .map(|definition| definition.oid())
            .collect();
    let is_there = |edit: &ValueEdit, value: &String| {
        Definition::parse(&edit.attribute, value).is_some_and(|definition| there.contains(&definition.oid()))
    };
    let back = edits.iter().rev().map(reversed_edit).map(|mut edit| {
        let wanted = edit.kind == EditKind::Delete;
        let values = std::mem::take(&mut edit.values);
        edit.values = values.into_iter().filter(|value| is_there(&edit, value) == wanted).collect();
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
    let brought: BTreeSet<String> =
        of_run.flatten().flat_map(|edit| definitions(edit, EditKind::Add)).map(|d| d.oid()).collect();
    let old: Vec<Definition> = edits.iter().flat_map(|edit| definitions(edit, EditKind::Delete)).collect();
    let new = edits.iter().flat_map(|edit| definitions(edit, EditKind::Add));
    let going: Vec<Definition> =
        new.filter(|new| !old.iter().any(|old| old.name().eq_ignore_ascii_case(new.name()))).collect();
    let goes = |name: &str| going.iter().any(|definition| definition.is(name));
    let server = ServerSchema::new(schema);
    for class in server.classes().filter(|class| !brought.contains(&class.oid.to_ascii_lowercase())) {
        let mut names = class.must.iter().chain(&class.may).chain(&class.sup);
        if let Some(name) = names.find(|name| goes(name)) {
            return Some(format!("the class {} refers to {name}, which would be removed", class.name()));
        }
    }
    for attribute in server.attributes().filter(|attribute| !brought.contains(&attribute.oid.to_ascii_lowercase())) {
        if let Some(name) = attribute.sup.as_deref().filter(|name| goes(name)) {
            return Some(format!("the attribute {} refers to {name}, which would be removed", attribute.name()));
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
