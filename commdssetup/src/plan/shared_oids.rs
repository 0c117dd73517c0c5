//! Identifiers that an attribute type and an object class would share. Each kind has its own names, and what is there is looked up
//! within its kind; but 389 DS refuses to add a definition whose identifier one of the other kind has (20, measured), and would
//! have taken what came before it. So such a definition is not sent.

use ldif::schema::{AttributeType, ObjectClass};

use super::attributes::{Contradiction, Verdict, remedy};
use super::classes::ClassVerdict;
use super::named::{Named, is_same_oid};
use super::server_schema::{Known, ServerSchema};
use super::types::ConflictKind;
use crate::schema_files::{Definitions, Element, Origin};

/// Returns the decision about an attribute type that would be added, where a class has its identifier.
pub(super) fn of_attribute(
    element: &Element<AttributeType>,
    server: &ServerSchema,
    definitions: &Definitions,
) -> Option<Verdict<AttributeType>> {
    let oid = &element.definition.oid;
    let known = server.classes.by_oid(oid);
    if is_built_in(element) {
        let origins = |known: &Known<ObjectClass>| known.definition.extension("X-ORIGIN").to_vec();
        return known.map(|known| Verdict::Conflict(contradiction(element, "class", known, &origins(known))));
    }
    let ours = definitions.classes.iter().find(|class| is_built_in(class) && is_same_oid(&class.definition.oid, oid));
    let name = known.map(|known| known.definition.name()).or(ours.map(|class| class.definition.name()))?;
    Some(Verdict::LeftOut(reason(oid, "class", name)))
}

/// Returns the decision about a class that would be added, where an attribute type has its identifier.
pub(super) fn of_class(
    element: &Element<ObjectClass>,
    server: &ServerSchema,
    definitions: &Definitions,
) -> Option<ClassVerdict> {
    let oid = &element.definition.oid;
    let known = server.attributes.by_oid(oid);
    if is_built_in(element) {
        let origins = |known: &Known<AttributeType>| known.definition.extension("X-ORIGIN").to_vec();
        return known.map(|known| ClassVerdict::Conflict(contradiction(element, "attribute", known, &origins(known))));
    }
    let ours = definitions.attributes.iter().find(|attribute| is_same_oid(&attribute.definition.oid, oid));
    let name = known.map(|known| known.definition.name()).or(ours.map(|attribute| attribute.definition.name()))?;
    Some(ClassVerdict::LeftOut(reason(oid, "attribute", name)))
}

fn is_built_in<T>(element: &Element<T>) -> bool {
    matches!(element.origin, Origin::BuiltIn(_))
}

fn reason(oid: &str, kind: &str, name: &str) -> String {
    format!("its identifier {oid} is that of the {kind} {name}, and a server adds an identifier only once")
}

fn contradiction<T: Named, U: Named>(
    element: &Element<T>,
    kind: &str,
    known: &Known<U>,
    origins: &[String],
) -> Contradiction {
    let (ours, theirs) = (&element.definition, &known.definition);
    Contradiction {
        conflict: ConflictKind::SameOidOtherName,
        ours: ours.text(),
        server: known.raw.clone(),
        difference: format!("{} is the {kind} {} on the server", ours.oid(), theirs.name()),
        remedy: remedy(theirs.name(), &element.origin, origins),
        serves: false,
    }
}
