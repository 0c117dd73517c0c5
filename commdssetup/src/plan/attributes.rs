//! Compares one attribute type with the server's.

use ldif::schema::{AttributeDifference, AttributeType, is_numeric_oid};

use super::named::{is_of_vendor, is_same_oid};
use super::server_schema::{Known, ServerSchema, is_user_defined};
use super::types::ConflictKind;
use crate::choices::UnpublishedOids;
use crate::schema_files::{Element, Open, Origin};

/// The decision about an element.
#[derive(Debug)]
pub(super) enum Verdict<T> {
    /// The server has it.
    Present { difference: Option<String> },
    /// It is sent.
    Add(T),
    /// It cannot be sent, and the server has not got it.
    LeftOut(String),
    /// It contradicts the server.
    Conflict(Contradiction),
}

/// A contradiction whose weight is not known yet.
#[derive(Debug)]
pub(super) struct Contradiction {
    pub(super) conflict: ConflictKind,
    pub(super) ours: String,
    pub(super) server: String,
    pub(super) difference: String,
    pub(super) remedy: String,
    /// Whether the server's definition does what ours would.
    pub(super) serves: bool,
}

/// What a server may be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sendable {
    pub(super) unpublished: UnpublishedOids,
    /// Whether identifiers such as `name-oid` are accepted.
    pub(super) textual_oids: bool,
}

impl Sendable {
    /// Returns why an element that is missing cannot be sent; nothing if it can.
    pub(super) fn refuses<T>(self, element: &Element<T>, oid: &str) -> Option<String> {
        if element.open.contains(&Open::Oid) && self.unpublished == UnpublishedOids::LeaveOut {
            return Some(
                "its identifier was never published: use -S with the vendor's schema files, or --with-placeholder-oids"
                    .to_owned(),
            );
        }
        (!self.textual_oids && !is_numeric_oid(oid))
            .then(|| format!("its identifier is `{oid}`, and this server accepts only numbers"))
    }
}

pub(super) fn judge(
    element: &Element<AttributeType>,
    server: &ServerSchema,
    sendable: Sendable,
) -> Verdict<AttributeType> {
    let ours = &element.definition;
    let by_name = ours.names.iter().find_map(|name| server.attributes.by_name(name));
    if element.open.contains(&Open::Oid) {
        return match (by_name, sendable.refuses(element, &ours.oid)) {
            (Some(known), _) => present(element, known, server),
            (None, Some(reason)) => Verdict::LeftOut(reason),
            (None, None) => Verdict::Add(ours.clone()),
        };
    }
    match (by_name, server.attributes.by_oid(&ours.oid)) {
        (Some(known), _) if is_of_vendor(element, &known.definition.oid) => present(element, known, server),
        (Some(known), _) => {
            let Weighed { texts, syntax, is_narrower } = weigh(element, known, server);
            let serves = syntax != Fit::Refuses && !is_narrower;
            let oids = format!("{} here, {} on the server", ours.oid, known.definition.oid);
            let difference = if texts.is_empty() { oids } else { format!("{oids}; {}", texts.join("; ")) };
            Verdict::Conflict(contradiction(ConflictKind::SameNameOtherOid, element, known, difference, serves))
        }
        (None, Some(known)) => {
            let difference = format!("{} is {} on the server", ours.oid, known.definition.name());
            Verdict::Conflict(contradiction(ConflictKind::SameOidOtherName, element, known, difference, false))
        }
        (None, None) => match sendable.refuses(element, &ours.oid) {
            Some(reason) => Verdict::LeftOut(reason),
            None => Verdict::Add(ours.clone()),
        },
    }
}

/// Judges a definition of the same name, under an identifier of the vendor. Its editions differ, so the server's own is kept; only
/// a syntax that cannot hold the values is in the way. One value where several are published is reported.
fn present(
    element: &Element<AttributeType>,
    known: &Known<AttributeType>,
    server: &ServerSchema,
) -> Verdict<AttributeType> {
    let ours = &element.definition;
    let Weighed { mut texts, syntax, is_narrower } = weigh(element, known, server);
    if syntax != Fit::Same || is_narrower {
        let kind = if syntax == Fit::Same { ConflictKind::Narrowing } else { ConflictKind::OtherSyntax };
        return Verdict::Conflict(contradiction(kind, element, known, texts.join("; "), syntax != Fit::Refuses));
    }
    if !is_same_oid(&ours.oid, &known.definition.oid) {
        texts.insert(0, format!("the server has it as {}", known.definition.oid));
    }
    Verdict::Present { difference: (!texts.is_empty()).then(|| texts.join("; ")) }
}

/// Whether values that fit one syntax fit another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// It is the same, or not known.
    Same,
    /// It is another one, and holds them.
    Holds,
    /// It is another one, and does not.
    Refuses,
}

/// What differs between an attribute type of ours and the server's.
struct Weighed {
    texts: Vec<String>,
    /// Whether values that fit our syntax fit the server's.
    syntax: Fit,
    /// Whether the server takes one value where we have several.
    is_narrower: bool,
}

fn weigh(element: &Element<AttributeType>, known: &Known<AttributeType>, server: &ServerSchema) -> Weighed {
    let mut texts = Vec::new();
    let mut syntax = Fit::Same;
    let is_narrower =
        !element.open.contains(&Open::SingleValue) && known.definition.single_value && !element.definition.single_value;
    let mut theirs = known.definition.clone();
    // A type without a syntax has its superior's.
    theirs.syntax = server.syntax(&known.definition).cloned();
    let mut ours = element.definition.clone();
    ours.syntax = server.syntax(&element.definition).cloned();
    // A superior that only a site's file has leaves the syntax open.
    let is_open = element.open.contains(&Open::Syntax) || ours.syntax.is_none();
    for difference in ours.differences(&theirs) {
        match difference {
            AttributeDifference::Syntax(ours, theirs) if !is_open => {
                let show = |syntax: &Option<_>| syntax.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
                texts.push(format!("SYNTAX {} here, {} on the server", show(&ours), show(&theirs)));
                let oid = |syntax: Option<ldif::schema::Syntax>| syntax.map(|syntax| syntax.oid).unwrap_or_default();
                syntax = if holds(&oid(theirs), &oid(ours)) { Fit::Holds } else { Fit::Refuses };
            }
            AttributeDifference::SingleValue(ours, _) if !element.open.contains(&Open::SingleValue) => {
                let (one, other) = if ours { ("one value", "several") } else { ("several values", "only one") };
                texts.push(format!("{one} here, {other} on the server"));
            }
            AttributeDifference::Sup(ours, theirs) => {
                // Where the syntax was inherited, so was the superior's meaning.
                let show = |sup: Option<String>| sup.unwrap_or_else(|| "none".to_owned());
                texts.push(format!("SUP {} here, {} on the server", show(ours), show(theirs)));
            }
            AttributeDifference::Equality(ours, theirs) => {
                texts.push(format!("EQUALITY {ours} here, {theirs} on the server"));
            }
            AttributeDifference::Operational => texts.push("other operational properties on the server".to_owned()),
            AttributeDifference::Oid(..)
            | AttributeDifference::Names(..)
            | AttributeDifference::Syntax(..)
            | AttributeDifference::SingleValue(..) => {}
        }
    }
    Weighed { texts, syntax, is_narrower }
}

/// Returns whether values of one syntax fit another.
fn holds(theirs: &str, ours: &str) -> bool {
    // What has no form as text: Binary, Certificate, Fax, JPEG, Octet String.
    let is_binary = |oid: &str| {
        oid.strip_prefix("1.3.6.1.4.1.1466.115.121.1.")
            .is_some_and(|last| matches!(last, "5" | "8" | "23" | "28" | "40"))
    };
    is_text(theirs) && !is_binary(ours) || is_binary(theirs) && is_binary(ours)
}

/// Returns whether a syntax holds text: Directory String, IA5 String, Printable String. What the products store fits all of
/// them; 389 DS itself ships eight calendar attributes as IA5 that Sun's files have as Directory String.
fn is_text(oid: &str) -> bool {
    oid.strip_prefix("1.3.6.1.4.1.1466.115.121.1.").is_some_and(|last| matches!(last, "15" | "26" | "44"))
}

fn contradiction(
    conflict: ConflictKind,
    element: &Element<AttributeType>,
    known: &Known<AttributeType>,
    difference: String,
    serves: bool,
) -> Contradiction {
    let ours = &element.definition;
    let remedy = remedy(known.definition.name(), &element.origin, known.definition.extension("X-ORIGIN"));
    Contradiction { conflict, ours: ours.to_string(), server: known.raw.clone(), difference, remedy, serves }
}

/// Returns what the administrator can do about a definition of the server. None of it deletes the server's definition: an entry or
/// another product may need it, and nobody can see that from the schema.
pub(super) fn remedy(name: &str, origin: &Origin, origins: &[String]) -> String {
    if let Origin::Site { path, line } = origin {
        return format!(
            "The definition that conflicts is in {path}, line {line}. If the server's definition is right, take it out of the copy that -S reads."
        );
    }
    let whose = if is_user_defined(origins) {
        "was added by a user (`user defined`)"
    } else {
        "comes from a schema file of the server"
    };
    format!(
        "The server's definition of {name} {whose}. Entries and other products may use it, so keep it. Prepare another directory instance for these products, or use -s no: it leaves the schema as it is and prepares the rest."
    )
}
