//! The requests that bring definitions to the server.

use ldif::schema::{AttributeType, ObjectClass};

use super::moved::{self, Moved};
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

/// Returns the requests: attribute types first, then those that move with the classes that name them, then the classes that are
/// replaced, then those that are new.
pub(super) fn changes(
    dn: &str,
    attributes: &[AttributeType],
    moves: &[Moved],
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
    let new = |raw: &str| classes.replaced.iter().find(|replaced| replaced.raw == raw);
    let replace = |family: Vec<&Known<ObjectClass>>, between: Vec<ValueEdit>, mut reasons: Vec<String>| {
        let family = superiors_first(family);
        let gone = family.iter().rev().map(|raw| (*raw).to_owned()).collect();
        let come =
            family.iter().map(|raw| new(raw).map_or_else(|| (*raw).to_owned(), |new| new.definition.to_string()));
        let mut edits = vec![edit(EditKind::Delete, "objectClasses", gone)];
        edits.extend(between);
        edits.push(edit(EditKind::Add, "objectClasses", come.collect()));
        edits.retain(|edit| !edit.values.is_empty());
        reasons.extend(family.iter().filter_map(|raw| new(raw)).map(|new| new.reason.clone()));
        modify(edits, reasons.join("; "))
    };
    let mut families = families(&classes.replaced, server);
    if !moves.is_empty() {
        let old: Vec<AttributeType> = moves.iter().filter_map(|new| AttributeType::parse(&new.raw).ok()).collect();
        let holders = moved::holders(|class| old.iter().any(|old| moved::names(class, old)), server);
        let mut family = holders.clone();
        let is_shared = |other: &mut Vec<&Known<ObjectClass>>| other.iter().any(|one| has(&holders, one));
        for one in families.extract_if(.., is_shared).flatten() {
            if !has(&family, one) {
                family.push(one);
            }
        }
        let gone = moves.iter().map(|new| new.raw.clone()).collect();
        let come = moves.iter().map(|new| new.definition.to_string()).collect();
        let edits = vec![edit(EditKind::Delete, "attributeTypes", gone), edit(EditKind::Add, "attributeTypes", come)];
        let reason = |new: &Moved| format!("{} gets the identifier {}", new.definition.name(), new.definition.oid);
        changes.push(replace(family, edits, moves.iter().map(reason).collect()));
    }
    changes.extend(families.into_iter().map(|family| replace(family, Vec::new(), Vec::new())));
    if !classes.added.is_empty() {
        let values = classes.added.iter().map(ToString::to_string).collect();
        let reason = format!("{} object classes that the server does not have", classes.added.len());
        changes.push(modify(vec![edit(EditKind::Add, "objectClasses", values)], reason));
    }
    changes
}

/// Returns the classes that go and come back in one request: each replaced one with those below it, superiors first. Families that
/// share a class are one: a request of its own for each would leave the first one's outcome to the second.
fn families<'a>(replaced: &[Replaced], server: &'a ServerSchema) -> Vec<Vec<&'a Known<ObjectClass>>> {
    let mut families: Vec<Vec<&Known<ObjectClass>>> = Vec::new();
    for known in replaced.iter().filter_map(|replaced| server.classes.find(replaced.definition.name())) {
        let mut family = vec![known];
        family.extend(server.below(&known.definition));
        let is_shared = |other: &mut Vec<&Known<ObjectClass>>| other.iter().any(|one| has(&family, one));
        let shared: Vec<_> = families.extract_if(.., is_shared).flatten().collect();
        for one in shared {
            if !has(&family, one) {
                family.push(one);
            }
        }
        families.push(family);
    }
    families
}

fn has(family: &[&Known<ObjectClass>], one: &Known<ObjectClass>) -> bool {
    family.iter().any(|known| known.raw == one.raw)
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
