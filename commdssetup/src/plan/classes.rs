//! Compares one object class with the server's.

use std::collections::BTreeSet;

use ldif::schema::ObjectClass;

use super::attributes::{Contradiction, Sendable, remedy};
use super::named::{is_of_vendor, is_older, is_same_oid};
use super::server_schema::{Known, ServerSchema, is_user_defined};
use super::types::ConflictKind;
use crate::choices::OldIcsOids;
use crate::schema_files::{Element, Open};

/// The decision about a class.
#[derive(Debug)]
pub(super) enum ClassVerdict {
    /// The server has it.
    Present { difference: Option<String> },
    /// It is sent, without the named attributes, which nobody can define.
    Add { definition: ObjectClass, without: Vec<String> },
    /// The server's own definition, which came over LDAP, gets further allowed attributes.
    Extend { raw: String, definition: ObjectClass, added: Vec<String> },
    /// The definition of an old release goes, the new one comes.
    Migrate { raw: String, definition: ObjectClass, without: Vec<String> },
    /// It cannot be sent, and the server has not got it.
    LeftOut(String),
    /// It contradicts the server.
    Conflict(Contradiction),
    /// Its superior class is not decided yet.
    Wait,
}

/// What is known when a class is judged.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) server: &'a ServerSchema,
    pub(super) sendable: Sendable,
    pub(super) old_ics_oids: OldIcsOids,
    /// Names and identifiers of attributes that are sent, or would be but for a conflict, in lower case.
    pub(super) coming_attributes: &'a BTreeSet<String>,
    /// Names of those of them that have no published identifier, in lower case.
    pub(super) placeholders: &'a BTreeSet<String>,
    /// Names and identifiers of classes that are sent, in lower case.
    pub(super) coming_classes: &'a BTreeSet<String>,
    /// Names and identifiers of classes that are still to be judged, in lower case.
    pub(super) waiting: &'a BTreeSet<String>,
}

impl Context<'_> {
    fn has_attribute(&self, name: &str) -> bool {
        self.server.attributes.find(name).is_some() || self.coming_attributes.contains(&name.to_ascii_lowercase())
    }
}

pub(super) fn judge(element: &Element<ObjectClass>, context: Context<'_>) -> ClassVerdict {
    let ours = &element.definition;
    let server = context.server;
    let by_name = ours.names.iter().find_map(|name| server.classes.by_name(name));
    let by_oid = if element.open.contains(&Open::Oid) { None } else { server.classes.by_oid(&ours.oid) };
    match (by_oid, by_name) {
        (Some(known), None) => {
            let difference = format!("{} is {} on the server", ours.oid, known.definition.name());
            contradiction(ConflictKind::SameOidOtherName, element, known, difference, false)
        }
        (_, Some(known)) if !is_of_vendor(element, &known.definition.oid) => other_oid(element, known, context),
        (_, Some(known)) => {
            let moves = context.old_ics_oids == OldIcsOids::Migrate
                && is_older(element, &known.definition.oid)
                && by_oid.is_none()
                && is_replaceable(known, server);
            if moves { migrate(element, known, context) } else { same(element, known, context) }
        }
        (None, None) => match context.sendable.refuses(element, &ours.oid) {
            Some(reason) => ClassVerdict::LeftOut(reason),
            None => missing(element, context),
        },
    }
}

/// Judges a class that the server has not got.
fn missing(element: &Element<ObjectClass>, context: Context<'_>) -> ClassVerdict {
    let ours = &element.definition;
    for sup in &ours.sup {
        let small = sup.to_ascii_lowercase();
        let is_there = context.server.classes.find(sup).is_some() || context.coming_classes.contains(&small);
        if !is_there && context.waiting.contains(&small) {
            return ClassVerdict::Wait;
        }
        if !is_there {
            return ClassVerdict::LeftOut(format!("its superior class {sup} is missing"));
        }
    }
    if let Some(name) = ours.must.iter().find(|name| !context.has_attribute(name)) {
        return ClassVerdict::LeftOut(format!("its mandatory attribute {name} is missing"));
    }
    let (definition, without) = without_missing(ours, context);
    ClassVerdict::Add { definition, without }
}

fn without_missing(ours: &ObjectClass, context: Context<'_>) -> (ObjectClass, Vec<String>) {
    let mut definition = ours.clone();
    let without = definition.may.extract_if(.., |name| !context.has_attribute(name)).collect();
    (definition, without)
}

/// What the server's class lacks and demands in comparison with ours.
struct Gap {
    /// Attributes that ours has, that can be had, and that the server's class does not allow.
    lacks: Vec<String>,
    /// Attributes that the server's class demands beyond ours.
    demands: Vec<String>,
}

fn gap(element: &Element<ObjectClass>, known: &Known<ObjectClass>, context: Context<'_>) -> Gap {
    let ours = &element.definition;
    let (must, may) = context.server.contents(&known.definition);
    let (our_must, _) = context.server.contents(ours);
    let allowed: BTreeSet<_> = must.union(&may).collect();
    let lacks = ours.must.iter().chain(&ours.may).filter(|name| {
        let canonical = context.server.canonical(name);
        let name_in_lower_case = name.to_ascii_lowercase();
        // What is sent because it was asked for is of no use without a class.
        let is_wanted =
            !element.some_editions.contains(&name_in_lower_case) || context.placeholders.contains(&name_in_lower_case);
        canonical != "objectclass" && is_wanted && !allowed.contains(&canonical) && context.has_attribute(name)
    });
    let demands = must.difference(&our_must).cloned().collect();
    Gap { lacks: lacks.cloned().collect(), demands }
}

/// Judges a class of the same name, under an identifier of the vendor. Its editions differ, so the server's own is kept; one that
/// came over LDAP gets the attributes that it lacks.
fn same(element: &Element<ObjectClass>, known: &Known<ObjectClass>, context: Context<'_>) -> ClassVerdict {
    let ours = &element.definition;
    let Gap { lacks, demands } = gap(element, known, context);
    let mut texts = Vec::new();
    if !is_same_oid(&ours.oid, &known.definition.oid) {
        texts.push(format!("the server has it as {}", known.definition.oid));
    }
    if !demands.is_empty() && !element.open.contains(&Open::Must) {
        texts.push(format!("the server requires {}", demands.join(", ")));
    }
    if !lacks.is_empty() {
        if is_replaceable(known, context.server) {
            let mut definition = known.definition.clone();
            definition.may.extend(lacks.iter().cloned());
            return ClassVerdict::Extend { raw: known.raw.clone(), definition, added: lacks };
        }
        texts.push(format!("the server does not allow {}", lacks.join(", ")));
        return contradiction(ConflictKind::Narrowing, element, known, texts.join("; "), true);
    }
    if ours.kind != known.definition.kind && !element.open.contains(&Open::Kind) {
        texts.push(format!("{} here, {} on the server", ours.kind.keyword(), known.definition.kind.keyword()));
    }
    let laxer: Vec<_> = {
        let (must, _) = context.server.contents(&known.definition);
        ours.must.iter().filter(|name| !must.contains(&context.server.canonical(name))).cloned().collect()
    };
    let laxer: Vec<_> = laxer.into_iter().filter(|name| !name.eq_ignore_ascii_case("objectClass")).collect();
    if !laxer.is_empty() {
        texts.push(format!("the server does not require {}", laxer.join(", ")));
    }
    ClassVerdict::Present { difference: (!texts.is_empty()).then(|| texts.join("; ")) }
}

/// Replaces the definition of an old release by that of today.
fn migrate(element: &Element<ObjectClass>, known: &Known<ObjectClass>, context: Context<'_>) -> ClassVerdict {
    let ours = &element.definition;
    if let Some(name) = ours.must.iter().find(|name| !context.has_attribute(name)) {
        return ClassVerdict::LeftOut(format!("its mandatory attribute {name} is missing; the old definition is kept"));
    }
    let (mut definition, without) = without_missing(ours, context);
    // Entries may hold what the old definition allowed: the new one allows it too.
    let old = known.definition.must.iter().chain(&known.definition.may);
    let have: BTreeSet<_> =
        definition.must.iter().chain(&definition.may).map(|name| context.server.canonical(name)).collect();
    definition.may.extend(old.filter(|name| !have.contains(&context.server.canonical(name))).cloned());
    // An entry may have no other structural class.
    definition.kind = known.definition.kind;
    ClassVerdict::Migrate { raw: known.raw.clone(), definition, without }
}

/// Judges a class that the server has under an identifier that is not known to be the vendor's.
fn other_oid(element: &Element<ObjectClass>, known: &Known<ObjectClass>, context: Context<'_>) -> ClassVerdict {
    let ours = &element.definition;
    let Gap { lacks, demands } = gap(element, known, context);
    // Where the sources tell only a part of what is mandatory, the server's definition is the better one.
    let demands = if element.open.contains(&Open::Must) { Vec::new() } else { demands };
    let mut difference = format!("{} here, {} on the server", ours.oid, known.definition.oid);
    if !lacks.is_empty() {
        difference.push_str(&format!("; the server does not allow {}", lacks.join(", ")));
    }
    if !demands.is_empty() {
        difference.push_str(&format!("; the server requires {}", demands.join(", ")));
    }
    let serves = lacks.is_empty() && demands.is_empty();
    contradiction(ConflictKind::SameNameOtherOid, element, known, difference, serves)
}

/// Returns whether a definition can be replaced: it came over LDAP, and so did those below it, which have to go with it and
/// come back (389 DS refuses to delete a class that has others below it: 53, measured).
fn is_replaceable(known: &Known<ObjectClass>, server: &ServerSchema) -> bool {
    let is_added = |known: &Known<ObjectClass>| is_user_defined(known.definition.extension("X-ORIGIN"));
    is_added(known) && server.below(&known.definition).into_iter().all(is_added)
}

fn contradiction(
    conflict: ConflictKind,
    element: &Element<ObjectClass>,
    known: &Known<ObjectClass>,
    difference: String,
    serves: bool,
) -> ClassVerdict {
    let ours = &element.definition;
    let remedy = remedy(known.definition.name(), &element.origin, known.definition.extension("X-ORIGIN"));
    ClassVerdict::Conflict(Contradiction {
        conflict,
        ours: ours.to_string(),
        server: known.raw.clone(),
        difference,
        remedy,
        serves,
    })
}
