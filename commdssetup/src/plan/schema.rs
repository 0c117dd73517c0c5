//! Puts together what the schema of the server lacks.

use std::collections::{BTreeMap, BTreeSet};

use ldif::schema::{AttributeType, ObjectClass};

use super::attributes::{self, Contradiction, Sendable, Verdict};
use super::classes::{self, ClassVerdict, Context};
use super::moved::{self, Moved};
use super::named::Named;
use super::schema_requests::{Classes, Replaced, changes};
use super::server_schema::ServerSchema;
use super::shared_oids;
use super::types::{Conflict, DirectoryChange, ElementKind, LeftOut, Severity, Skipped};
use crate::choices::OldIcsOids;
use crate::schema_files::{Definitions, Element, Open, Origin};

/// What the schema part of a plan decides.
#[derive(Debug, Default)]
pub(super) struct SchemaPart {
    pub(super) changes: Vec<DirectoryChange>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) left_out: Vec<LeftOut>,
}

/// Input of the schema part.
pub(super) struct Wish<'a> {
    pub(super) definitions: &'a Definitions,
    pub(super) sendable: Sendable,
    pub(super) old_ics_oids: OldIcsOids,
    /// Attributes that are to be indexed.
    pub(super) indexed: BTreeSet<String>,
    /// Name of the entry that holds the schema.
    pub(super) dn: String,
    /// Syntaxes that the server knows; none where it does not tell.
    pub(super) syntaxes: &'a [String],
}

pub(super) fn plan(server: &ServerSchema, wish: &Wish<'_>) -> SchemaPart {
    let mut part = SchemaPart::default();
    let mut attributes = Vec::new();
    let mut moves: Vec<Moved> = Vec::new();
    let mut contradictions = Vec::new();
    let mut coming: BTreeSet<String> = BTreeSet::new();
    let mut placeholders: BTreeSet<String> = BTreeSet::new();
    let mut absent: BTreeMap<String, LeftOut> = BTreeMap::new();
    for element in &wish.definitions.attributes {
        let name = element.definition.name().to_owned();
        let mut verdict = attributes::judge(element, server, wish.sendable);
        if matches!(verdict, Verdict::Add(_)) {
            verdict = shared_oids::of_attribute(element, server, wish.definitions).unwrap_or(verdict);
        }
        match verdict {
            Verdict::Present { mut difference } => {
                let is_wanted = wish.old_ics_oids == OldIcsOids::Migrate;
                match is_wanted.then(|| moved::judge(element, server)).flatten() {
                    Some(Ok(new)) => {
                        // Two of ours may be one of the server's, which has both names.
                        if !moves.iter().any(|known| known.raw == new.raw || known.definition.oid == new.definition.oid)
                        {
                            moves.push(new);
                        }
                        continue;
                    }
                    Some(Err(why)) => {
                        difference = Some(format!("{}; it stays there: {why}", difference.unwrap_or_default()));
                    }
                    None => {}
                }
                part.skipped.push(Skipped { kind: ElementKind::Attribute, name, difference });
            }
            Verdict::Add(definition) => {
                coming.extend(references(&definition));
                if element.open.contains(&Open::Oid) {
                    placeholders.extend(definition.names.iter().map(|name| name.to_ascii_lowercase()));
                }
                attributes.push(definition);
            }
            Verdict::LeftOut(reason) => {
                absent.insert(name.to_ascii_lowercase(), left_out(ElementKind::Attribute, element, reason));
            }
            Verdict::Conflict(contradiction) => {
                // Where the server's does not serve, ours counts as there, so that the classes that need it show; none of them is
                // sent when it is refused.
                if !contradiction.serves {
                    coming.extend(references(&element.definition));
                }
                contradictions.push((element, contradiction));
            }
        }
    }
    let mut sorted = in_order(attributes, |definition| definition.sup.as_slice());
    // Each one's superior comes before it, so that one left out leaves those below it out.
    let mut there: BTreeSet<String> = BTreeSet::new();
    sorted.retain(|definition| match unfit(definition, server, &there, wish.syntaxes) {
        None => {
            there.extend(references(definition));
            true
        }
        Some(reason) => {
            for name in references(definition) {
                coming.remove(&name);
            }
            let mut all = wish.definitions.attributes.iter();
            if let Some(element) = all.find(|element| element.definition.name() == definition.name()) {
                absent
                    .insert(definition.name().to_ascii_lowercase(), left_out(ElementKind::Attribute, element, reason));
            }
            false
        }
    });
    let classes = judge_classes(server, wish, (&coming, &placeholders), &mut part, &mut absent);
    for (element, contradiction) in contradictions {
        let needed_by = needed_by(&element.definition, &classes, &wish.indexed);
        part.conflicts.push(conflict(ElementKind::Attribute, element, contradiction, needed_by));
    }
    part.left_out.extend(absent.into_values());
    part.changes = changes(&wish.dn, &sorted, &moves, &classes, server);
    part
}

/// Returns the words by which other definitions may refer to one, in lower case: its names, and its identifier.
fn references<T: Named>(definition: &T) -> Vec<String> {
    let words = definition.names().iter().map(String::as_str).chain([definition.oid()]);
    words.map(str::to_ascii_lowercase).collect()
}

/// Says why the server would refuse an attribute type, and all that is sent with it.
fn unfit(
    definition: &AttributeType,
    server: &ServerSchema,
    there: &BTreeSet<String>,
    syntaxes: &[String],
) -> Option<String> {
    let is_there = |name: &String| server.attributes.find(name).is_some() || there.contains(&name.to_ascii_lowercase());
    if let Some(sup) = definition.sup.iter().find(|sup| !is_there(sup)) {
        return Some(format!("its superior {sup} is missing"));
    }
    let syntax = definition.syntax.as_ref().filter(|_| !syntaxes.is_empty())?;
    let is_known = syntaxes.iter().any(|known| known.eq_ignore_ascii_case(&syntax.oid));
    (!is_known).then(|| format!("the server does not know its syntax {}", syntax.oid))
}

fn judge_classes(
    server: &ServerSchema,
    wish: &Wish<'_>,
    (coming_attributes, placeholders): (&BTreeSet<String>, &BTreeSet<String>),
    part: &mut SchemaPart,
    absent: &mut BTreeMap<String, LeftOut>,
) -> Classes {
    let mut classes = Classes::default();
    let mut coming_classes = BTreeSet::new();
    let mut pending: Vec<_> = wish.definitions.classes.iter().collect();
    // Each round decides at least one class; superiors go before the classes below them.
    while !pending.is_empty() {
        let waiting: BTreeSet<String> = pending.iter().flat_map(|element| references(&element.definition)).collect();
        let mut again = Vec::new();
        let before = pending.len();
        for element in pending {
            let name = element.definition.name().to_owned();
            let context = Context {
                server,
                sendable: wish.sendable,
                old_ics_oids: wish.old_ics_oids,
                coming_attributes,
                placeholders,
                coming_classes: &coming_classes,
                waiting: &waiting,
            };
            let mut verdict = classes::judge(element, context);
            if matches!(verdict, ClassVerdict::Add { .. } | ClassVerdict::Migrate { .. }) {
                verdict = shared_oids::of_class(element, server, wish.definitions).unwrap_or(verdict);
            }
            match verdict {
                ClassVerdict::Present { difference } => {
                    part.skipped.push(Skipped { kind: ElementKind::Class, name, difference });
                }
                ClassVerdict::Add { definition, without } => {
                    note_missing(absent, wish, element, without);
                    coming_classes.extend(references(&element.definition));
                    classes.added.push(definition);
                }
                ClassVerdict::Extend { raw, definition, added } => {
                    let reason = format!("{name} allows {} as well", added.join(", "));
                    classes.replace(Replaced { raw, definition, reason });
                }
                ClassVerdict::Migrate { raw, definition, without } => {
                    note_missing(absent, wish, element, without);
                    let reason = format!("{name} gets the identifier {}", definition.oid);
                    classes.replace(Replaced { raw, definition, reason });
                }
                ClassVerdict::LeftOut(reason) => part.left_out.push(left_out(ElementKind::Class, element, reason)),
                ClassVerdict::Conflict(contradiction) => {
                    // A product's entries are of the class; what only a site's file brings is not known to be needed.
                    let needed_by = match element.origin {
                        Origin::BuiltIn(product) => vec![product.to_owned()],
                        Origin::Site { .. } => Vec::new(),
                    };
                    part.conflicts.push(conflict(ElementKind::Class, element, contradiction, needed_by));
                }
                ClassVerdict::Wait => again.push(element),
            }
        }
        if again.len() == before {
            // Superiors in a circle, in a site's files.
            let reason = "its superior classes go round in a circle";
            let circle = again.iter().map(|element| left_out(ElementKind::Class, element, reason.to_owned()));
            part.left_out.extend(circle);
            break;
        }
        pending = again;
    }
    classes
}

fn left_out<T: Named>(kind: ElementKind, element: &Element<T>, reason: String) -> LeftOut {
    LeftOut {
        kind,
        name: element.definition.name().to_owned(),
        product: element.origin.product().to_owned(),
        reason,
        classes_without_it: Vec::new(),
    }
}

fn note_missing(
    absent: &mut BTreeMap<String, LeftOut>,
    wish: &Wish<'_>,
    class: &Element<ObjectClass>,
    without: Vec<String>,
) {
    for name in without {
        let is_defined = wish.definitions.attributes.iter().any(|element| element.definition.is(&name));
        let reason = if is_defined {
            "the server has the attribute, but not under this name"
        } else {
            "its definition was never published: use -S with the vendor's schema files"
        };
        let entry = absent.entry(name.to_ascii_lowercase()).or_insert_with(|| LeftOut {
            kind: ElementKind::Attribute,
            name,
            product: class.origin.product().to_owned(),
            reason: reason.to_owned(),
            classes_without_it: Vec::new(),
        });
        entry.classes_without_it.push(class.definition.name().to_owned());
    }
}

/// Returns what depends on an attribute: the classes that are sent, and indexes.
fn needed_by(attribute: &AttributeType, classes: &Classes, indexed: &BTreeSet<String>) -> Vec<String> {
    let sent = classes.added.iter().chain(classes.replaced.iter().map(|replaced| &replaced.definition));
    let names_it = |class: &&ObjectClass| class.must.iter().chain(&class.may).any(|name| attribute.is(name));
    let mut needed: Vec<String> = sent.filter(names_it).map(|class| format!("class {}", class.name())).collect();
    if indexed.iter().any(|name| attribute.is(name)) {
        needed.push(format!("the index of {}", attribute.name()));
    }
    needed
}

fn conflict<T: Named>(
    kind: ElementKind,
    element: &Element<T>,
    contradiction: Contradiction,
    needed_by: Vec<String>,
) -> Conflict {
    let is_refused = !contradiction.serves && !needed_by.is_empty();
    Conflict {
        conflict: contradiction.conflict,
        severity: if is_refused { Severity::Refused } else { Severity::Reported },
        kind,
        name: element.definition.name().to_owned(),
        ours: contradiction.ours,
        server: contradiction.server,
        difference: contradiction.difference,
        needed_by: if is_refused { needed_by } else { Vec::new() },
        remedy: contradiction.remedy,
    }
}

/// Sorts definitions so that a superior goes first; the order stays otherwise.
fn in_order<T: Named>(pending: Vec<T>, superiors: impl Fn(&T) -> &[String]) -> Vec<T> {
    let mut sorted: Vec<T> = Vec::new();
    let mut pending = pending;
    while !pending.is_empty() {
        let waiting: BTreeSet<String> = pending.iter().flat_map(references).collect();
        let is_ready = |element: &T| {
            let own = |name: &String| references(element).contains(&name.to_ascii_lowercase());
            superiors(element).iter().all(|sup| own(sup) || !waiting.contains(&sup.to_ascii_lowercase()))
        };
        let (ready, rest): (Vec<_>, Vec<_>) = pending.into_iter().partition(is_ready);
        let is_stuck = ready.is_empty();
        sorted.extend(ready);
        pending = rest;
        if is_stuck {
            // A circle, in a site's files: the server will say so.
            sorted.append(&mut pending);
        }
    }
    sorted
}
