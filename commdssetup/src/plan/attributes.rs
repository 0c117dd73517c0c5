//! Compares one attribute type with the server's.

use ldif::schema::{AttributeDifference, AttributeType, is_numeric_oid};

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
    let by_oid = server.attributes.by_oid(&ours.oid);
    match (by_oid, by_name) {
        (Some(known), _) if ours.names.iter().any(|name| known.definition.is(name)) => present(element, known, server),
        (_, Some(known)) if !is_numeric_oid(&known.definition.oid) => present(element, known, server),
        (_, Some(known)) => {
            let (difference, serves) = weigh(element, known, server);
            let oids = format!("{} here, {} on the server", ours.oid, known.definition.oid);
            let difference = if difference.is_empty() { oids } else { format!("{oids}; {}", difference.join("; ")) };
            Verdict::Conflict(contradiction(ConflictKind::SameNameOtherOid, element, known, difference, serves))
        }
        (Some(known), None) => {
            let difference = format!("{} is {} on the server", ours.oid, known.definition.name());
            Verdict::Conflict(contradiction(ConflictKind::SameOidOtherName, element, known, difference, false))
        }
        (None, None) => match sendable.refuses(element, &ours.oid) {
            Some(reason) => Verdict::LeftOut(reason),
            None => Verdict::Add(ours.clone()),
        },
    }
}

/// Judges a definition of the same name, and the same identifier where that counts.
fn present(
    element: &Element<AttributeType>,
    known: &Known<AttributeType>,
    server: &ServerSchema,
) -> Verdict<AttributeType> {
    let ours = &element.definition;
    let (mut texts, serves) = weigh(element, known, server);
    let has_other_syntax = texts.iter().any(|text| text.starts_with("SYNTAX"));
    let is_narrower = is_narrower(element, known);
    if has_other_syntax || is_narrower {
        let kind = if has_other_syntax { ConflictKind::OtherSyntax } else { ConflictKind::Narrowing };
        return Verdict::Conflict(contradiction(kind, element, known, texts.join("; "), serves));
    }
    if !ours.oid.eq_ignore_ascii_case(&known.definition.oid) {
        texts.insert(0, format!("the server has it as {}", known.definition.oid));
    }
    Verdict::Present { difference: (!texts.is_empty()).then(|| texts.join("; ")) }
}

fn is_narrower(element: &Element<AttributeType>, known: &Known<AttributeType>) -> bool {
    !element.open.contains(&Open::SingleValue) && known.definition.single_value && !element.definition.single_value
}

/// Returns what differs, and whether values that fit ours fit the server's.
fn weigh(element: &Element<AttributeType>, known: &Known<AttributeType>, server: &ServerSchema) -> (Vec<String>, bool) {
    let mut texts = Vec::new();
    let mut serves = !is_narrower(element, known);
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
                serves &= is_text(&oid(ours)) && is_text(&oid(theirs));
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
    (texts, serves)
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
    let remedy = remedy(ours.name(), &element.origin, known.definition.extension("X-ORIGIN"));
    Contradiction { conflict, ours: ours.to_string(), server: known.raw.clone(), difference, remedy, serves }
}

/// Returns what the administrator can do about a definition of the server.
pub(super) fn remedy(name: &str, origin: &Origin, origins: &[String]) -> String {
    if let Origin::Site { path, line } = origin {
        format!(
            "The definition that conflicts is in {path}, line {line}: remove it there if the server's definition is right."
        )
    } else if is_user_defined(origins) {
        format!(
            "The server's definition was added by a user (`user defined`). Check that no entry needs it. Delete it from cn=schema, or from 99user.ldif while the server is stopped. Then repeat the command. Entries with {name} are not changed."
        )
    } else {
        "The server's definition comes from a schema file. If nothing else needs that file, stop the server, move the file out of the schema directory, start the server, and repeat the command. commdssetup never changes a shipped definition."
            .to_owned()
    }
}
