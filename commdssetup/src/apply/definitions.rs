//! Definitions of changes, looked up in a schema by kind and identifier.

use std::collections::BTreeSet;

use ldif::schema::{AttributeType, ObjectClass};

use crate::facts::Subschema;
use crate::plan::{DirectoryChange, EditKind, Operation};

/// Returns the identifier of a definition, in lower case. `attribute` says of which kind it is.
pub(crate) fn oid_of(attribute: &str, value: &str) -> Option<String> {
    let oid = if attribute.eq_ignore_ascii_case("attributeTypes") {
        AttributeType::parse(value).ok()?.oid
    } else {
        ObjectClass::parse(value).ok()?.oid
    };
    Some(oid.to_ascii_lowercase())
}

fn name_of(attribute: &str, value: &str) -> String {
    let name = if attribute.eq_ignore_ascii_case("attributeTypes") {
        AttributeType::parse(value).map(|definition| definition.name().to_owned())
    } else {
        ObjectClass::parse(value).map(|definition| definition.name().to_owned())
    };
    name.unwrap_or_else(|_| value.to_owned())
}

/// Returns the names of the definitions that a change adds, by whether a schema has an element of that identifier. Those that take the
/// place of another of the same identifier do not count: either has it.
pub(crate) fn added_in(schema: &Subschema, change: &DirectoryChange) -> (Vec<String>, Vec<String>) {
    let Operation::Modify { edits } = &change.operation else { return Default::default() };
    let (mut there, mut missing) = (Vec::new(), Vec::new());
    for edit in edits.iter().filter(|edit| edit.kind == EditKind::Add && edit.is_of_schema()) {
        let is_attribute = edit.attribute.eq_ignore_ascii_case("attributeTypes");
        let known = if is_attribute { &schema.attribute_types } else { &schema.object_classes };
        let known: BTreeSet<String> = known.iter().filter_map(|value| oid_of(&edit.attribute, value)).collect();
        let same_kind = edits.iter().filter(|other| other.attribute.eq_ignore_ascii_case(&edit.attribute));
        let deleted = same_kind.filter(|other| other.kind == EditKind::Delete).flat_map(|other| &other.values);
        let replaced: BTreeSet<String> = deleted.filter_map(|value| oid_of(&edit.attribute, value)).collect();
        for value in &edit.values {
            let Some(oid) = oid_of(&edit.attribute, value).filter(|oid| !replaced.contains(oid)) else { continue };
            let names = if known.contains(&oid) { &mut there } else { &mut missing };
            names.push(name_of(&edit.attribute, value));
        }
    }
    (there, missing)
}
