//! The requests that bring definitions to the server.

use ldif::schema::{AttributeType, ObjectClass};

use super::server_schema::{Known, ServerSchema};
use super::types::{Area, DirectoryChange, EditKind, Operation, ValueEdit};

/// Classes that are sent.
#[derive(Default)]
pub(super) struct Classes {
    pub(super) added: Vec<ObjectClass>,
    pub(super) replaced: Vec<Replaced>,
}

pub(super) struct Replaced {
    pub(super) raw: String,
    pub(super) definition: ObjectClass,
    pub(super) reason: String,
}

impl Classes {
    /// Notes that the server's class gets a new definition; two of ours may be one of the server's, which has both names.
    pub(super) fn replace(&mut self, new: Replaced) {
        let Some(known) = self.replaced.iter_mut().find(|known| known.raw == new.raw) else {
            self.replaced.push(new);
            return;
        };
        let definition = &mut known.definition;
        for name in new.definition.may {
            if !definition.must.iter().chain(&definition.may).any(|there| there.eq_ignore_ascii_case(&name)) {
                definition.may.push(name);
            }
        }
        known.reason = format!("{}; {}", known.reason, new.reason);
    }
}

/// Returns the requests: attribute types first, then the classes that are replaced, then those that are new.
pub(super) fn changes(
    dn: &str,
    attributes: &[AttributeType],
    classes: &Classes,
    server: &ServerSchema,
) -> Vec<DirectoryChange> {
    let edit = |kind, attribute: &str, values| ValueEdit { kind, attribute: attribute.to_owned(), values };
    let modify = |edits, reason: String| DirectoryChange {
        dn: dn.to_owned(),
        operation: Operation::Modify { edits },
        part: Area::Schema,
        reason,
    };
    let mut changes = Vec::new();
    if !attributes.is_empty() {
        let values = attributes.iter().map(ToString::to_string).collect();
        let reason = format!("{} attribute types that the server does not have", attributes.len());
        changes.push(modify(vec![edit(EditKind::Add, "attributeTypes", values)], reason));
    }
    for family in families(&classes.replaced, server) {
        let new = |raw: &str| classes.replaced.iter().find(|replaced| replaced.raw == raw);
        let gone = family.iter().rev().map(|raw| (*raw).to_owned()).collect();
        let come =
            family.iter().map(|raw| new(raw).map_or_else(|| (*raw).to_owned(), |new| new.definition.to_string()));
        let edits =
            vec![edit(EditKind::Delete, "objectClasses", gone), edit(EditKind::Add, "objectClasses", come.collect())];
        let reasons: Vec<&str> = family.iter().filter_map(|raw| new(raw)).map(|new| new.reason.as_str()).collect();
        changes.push(modify(edits, reasons.join("; ")));
    }
    if !classes.added.is_empty() {
        let values = classes.added.iter().map(ToString::to_string).collect();
        let reason = format!("{} object classes that the server does not have", classes.added.len());
        changes.push(modify(vec![edit(EditKind::Add, "objectClasses", values)], reason));
    }
    changes
}

/// Returns the classes that go and come back in one request: each replaced one with those below it, superiors first. Families that
/// share a class are one: a request of its own for each would leave the first one's outcome to the second.
fn families<'a>(replaced: &'a [Replaced], server: &'a ServerSchema) -> Vec<Vec<&'a str>> {
    let mut families: Vec<Vec<&Known<ObjectClass>>> = Vec::new();
    for known in replaced.iter().filter_map(|replaced| server.classes.find(replaced.definition.name())) {
        let mut family = vec![known];
        family.extend(server.below(&known.definition));
        let is_shared = |other: &mut Vec<&Known<ObjectClass>>| {
            other.iter().any(|one| family.iter().any(|known| known.raw == one.raw))
        };
        let shared: Vec<_> = families.extract_if(.., is_shared).flatten().collect();
        for one in shared {
            if !family.iter().any(|known| known.raw == one.raw) {
                family.push(one);
            }
        }
        families.push(family);
    }
    families.into_iter().map(superiors_first).collect()
}

fn superiors_first(family: Vec<&Known<ObjectClass>>) -> Vec<&str> {
    let mut sorted: Vec<&Known<ObjectClass>> = Vec::new();
    let mut pending = family;
    while !pending.is_empty() {
        let is_above = |one: &Known<ObjectClass>, other: &Known<ObjectClass>| {
            one.raw != other.raw && other.definition.sup.iter().any(|sup| one.definition.is(sup))
        };
        let (waiting, ready): (Vec<_>, Vec<_>) =
            pending.iter().copied().partition(|known| pending.iter().any(|other| is_above(other, known)));
        if ready.is_empty() {
            // A circle, which no server has.
            sorted.extend(waiting);
            break;
        }
        sorted.extend(ready);
        pending = waiting;
    }
    sorted.into_iter().map(|known| known.raw.as_str()).collect()
}
