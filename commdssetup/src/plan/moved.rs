//! Attribute types that move from an identifier of old releases to that of today (`--migrate-ics-oids`).
//!
//! The server's own definition stays, with another identifier: values that fit it go on to fit. 389 DS refuses to delete an attribute type
//! that a class names (53, measured), so these classes, and those below them, go in the same request and come back.

use ldif::schema::{AttributeType, ObjectClass, is_numeric_oid};

use super::named::{is_older, is_same_oid};
use super::server_schema::{Known, ServerSchema, is_user_defined};
use crate::schema_files::{Element, Open};

/// An attribute type of the server that gets another identifier.
pub(super) struct Moved {
    /// The value as it was read.
    pub(super) raw: String,
    /// What is to be there.
    pub(super) definition: AttributeType,
}

/// Returns the move of an attribute type that the server has under an old identifier, or why it stays there; nothing for any other.
pub(super) fn judge(element: &Element<AttributeType>, server: &ServerSchema) -> Option<Result<Moved, String>> {
    let ours = &element.definition;
    let known = ours.names.iter().find_map(|name| server.attributes.by_name(name))?;
    let oid = &known.definition.oid;
    let is_text = !is_numeric_oid(oid) && is_numeric_oid(&ours.oid);
    if element.open.contains(&Open::Oid) || is_same_oid(oid, &ours.oid) || !(is_text || is_older(element, oid)) {
        return None;
    }
    Some(match obstacle(&ours.oid, known, server) {
        Some(why) => Err(why),
        None => {
            let definition = AttributeType { oid: ours.oid.clone(), ..known.definition.clone() };
            Ok(Moved { raw: known.raw.clone(), definition })
        }
    })
}

/// Returns the classes that name one of these attribute types, and those below them.
pub(super) fn holders(names_one: impl Fn(&ObjectClass) -> bool, server: &ServerSchema) -> Vec<&Known<ObjectClass>> {
    let mut holders: Vec<&Known<ObjectClass>> = Vec::new();
    for known in server.classes.all().iter().filter(|known| names_one(&known.definition)) {
        for one in std::iter::once(known).chain(server.below(&known.definition)) {
            if !holders.iter().any(|there| there.raw == one.raw) {
                holders.push(one);
            }
        }
    }
    holders
}

/// Returns whether a class names an attribute type.
pub(super) fn names(class: &ObjectClass, attribute: &AttributeType) -> bool {
    class.must.iter().chain(&class.may).any(|name| attribute.is(name))
}

/// Says what the server would refuse, or what could not come back.
fn obstacle(oid: &str, known: &Known<AttributeType>, server: &ServerSchema) -> Option<String> {
    let definition = &known.definition;
    if !is_user_defined(definition.extension("X-ORIGIN")) {
        return Some("it comes from a schema file of the server".to_owned());
    }
    let other = server.attributes.by_oid(oid).map(|other| other.definition.name());
    if let Some(name) = other.or_else(|| server.classes.by_oid(oid).map(|class| class.definition.name())) {
        return Some(format!("{oid} is {name} on the server"));
    }
    let is_below = |other: &&Known<AttributeType>| other.definition.sup.iter().any(|sup| definition.is(sup));
    if let Some(below) = server.attributes.all().iter().find(is_below) {
        return Some(format!("the attribute {} is below it", below.definition.name()));
    }
    let holders = holders(|class| names(class, definition), server);
    let is_shipped = |class: &&&Known<ObjectClass>| !is_user_defined(class.definition.extension("X-ORIGIN"));
    if let Some(class) = holders.iter().find(is_shipped) {
        return Some(format!(
            "the class {} names it, and comes from a schema file of the server",
            class.definition.name()
        ));
    }
    let names_old = |known: &&&Known<ObjectClass>| {
        known.definition.must.iter().chain(&known.definition.may).any(|name| is_same_oid(name, &definition.oid))
    };
    let class = holders.iter().find(names_old)?;
    Some(format!("the class {} names it by its identifier", class.definition.name()))
}
