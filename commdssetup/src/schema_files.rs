//! Schema elements: the files of our own, built in, and the site's files (`-S`).
//!
//! What the public sources do not say of an element stands in its `X-NOT-PUBLISHED` extension; it is taken out here, so that
//! no server ever sees it. An identifier that was not published is written `NAME-oid` in the file.

use std::collections::BTreeSet;

use ldif::LdifError;
use ldif::schema::{AttributeType, Extension, ObjectClass, is_numeric_oid};

use crate::choices::SiteFile;

/// The built-in files: name, product, content. One per product; the calendar's bears its documented name.
pub const FILES: [(&str, &str, &str); 8] = [
    ("60commsuite-shared.ldif", "all products", include_str!("../schema/60commsuite-shared.ldif")),
    ("60commsuite-schema2.ldif", "Schema 2", include_str!("../schema/60commsuite-schema2.ldif")),
    ("60commsuite-messaging.ldif", "Messaging Server", include_str!("../schema/60commsuite-messaging.ldif")),
    ("60iplanet-calendar.ldif", "Calendar Server", include_str!("../schema/60iplanet-calendar.ldif")),
    ("60commsuite-address-book.ldif", "address books", include_str!("../schema/60commsuite-address-book.ldif")),
    (
        "60commsuite-communications-express.ldif",
        "Communications Express",
        include_str!("../schema/60commsuite-communications-express.ldif"),
    ),
    (
        "60commsuite-delegated-administrator.ldif",
        "Delegated Administrator",
        include_str!("../schema/60commsuite-delegated-administrator.ldif"),
    ),
    (
        "60commsuite-instant-messaging.ldif",
        "Instant Messaging",
        include_str!("../schema/60commsuite-instant-messaging.ldif"),
    ),
];

/// Identifiers of older releases: name, old identifier, the one that releases of today define.
///
/// The move of the first three is documented (Communications Suite 5 Installation Guide, OID conflicts), those of the
/// others follow from the schema references of two releases.
pub const SUPERSEDED: [(&str, &str, &str); 5] = [
    ("icsCalendarUser", "2.16.840.1.113730.3.2.141", "1.3.6.1.4.1.42.2.27.9.2.44"),
    ("icsCalendarResource", "2.16.840.1.113730.3.2.143", "1.3.6.1.4.1.42.2.27.9.2.45"),
    ("icsCalendarDomain", "2.16.840.1.113730.3.2.144", "1.3.6.1.4.1.42.2.27.9.2.4"),
    ("icsCalendarGroup", "1.3.6.1.4.1.42.2.27.9.2.5", "1.3.6.1.4.1.42.2.27.9.2.113"),
    ("icsPartition", "2.16.840.1.113730.3.1.2033", "1.3.6.1.4.1.42.2.27.9.1.4"),
];

/// A part of a definition that the public sources do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// The identifier.
    Oid,
    /// The syntax; Directory String is assumed.
    Syntax,
    /// The number of values; any is assumed.
    SingleValue,
    /// The superior class; `top` is assumed.
    Sup,
    /// The kind of class; auxiliary is assumed.
    Kind,
    /// Whether there are more mandatory attributes.
    Must,
    /// Whether there are more allowed attributes.
    May,
}

impl Open {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "OID" => Self::Oid,
            "SYNTAX" => Self::Syntax,
            "SINGLE-VALUE" => Self::SingleValue,
            "SUP" => Self::Sup,
            "KIND" => Self::Kind,
            "MUST" => Self::Must,
            "MAY" => Self::May,
            _ => return None,
        })
    }
}

/// Where a definition comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A built-in file, of this product.
    BuiltIn(&'static str),
    /// A file of the site.
    Site {
        /// Its path.
        path: String,
        /// The line.
        line: u64,
    },
}

impl Origin {
    /// Returns the product, or a word for the files of the site.
    #[must_use]
    pub fn product(&self) -> &'static str {
        match self {
            Self::BuiltIn(product) => product,
            Self::Site { .. } => "the site's files (-S)",
        }
    }
}

/// A definition.
#[derive(Clone, Debug)]
pub struct Element<T> {
    /// What it says.
    pub definition: T,
    /// What the sources do not tell.
    pub open: BTreeSet<Open>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Definitions, in the order of their files.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// Attribute types.
    pub attributes: Vec<Element<AttributeType>>,
    /// Object classes.
    pub classes: Vec<Element<ObjectClass>>,
}

/// Why a schema file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}, line {line}: {reason}")]
pub struct SchemaFileError {
    /// The file.
    pub path: String,
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong there.
    pub reason: String,
}

/// Returns the built-in definitions.
///
/// # Errors
/// [`SchemaFileError`], which the tests rule out.
pub fn built_in() -> Result<Definitions, SchemaFileError> {
    let mut all = Definitions::default();
    for (name, product, content) in FILES {
        read(&mut all, name, content.as_bytes(), |_| Origin::BuiltIn(product))?;
    }
    Ok(all)
}

/// Returns the definitions of the site's files.
///
/// # Errors
/// [`SchemaFileError`] with file and line.
pub fn of_site(files: &[SiteFile]) -> Result<Definitions, SchemaFileError> {
    let mut all = Definitions::default();
    for file in files {
        read(&mut all, &file.path, &file.content, |line| Origin::Site { path: file.path.clone(), line })?;
    }
    Ok(all)
}

fn read(
    all: &mut Definitions,
    path: &str,
    content: &[u8],
    origin: impl Fn(u64) -> Origin,
) -> Result<(), SchemaFileError> {
    let mut last = 0;
    for pair in ldif::pairs(content) {
        let pair = pair.map_err(|error| match error {
            LdifError::Syntax { line, reason } => SchemaFileError { path: path.to_owned(), line, reason },
            LdifError::Io(error) => SchemaFileError { path: path.to_owned(), line: last, reason: error.to_string() },
        })?;
        last = pair.line;
        let error = |reason: String| SchemaFileError { path: path.to_owned(), line: pair.line, reason };
        let is_attribute = pair.name.eq_ignore_ascii_case("attributeTypes");
        if !is_attribute && !pair.name.eq_ignore_ascii_case("objectClasses") {
            continue;
        }
        let text = std::str::from_utf8(&pair.value).map_err(|_| error("the definition is not UTF-8".to_owned()))?;
        if is_attribute {
            let mut definition = AttributeType::parse(text).map_err(|e| error(e.to_string()))?;
            if definition.syntax.is_none() && definition.sup.is_none() {
                return Err(error("the attribute type has neither a syntax nor a superior".to_owned()));
            }
            definition.oid = as_servers_keep_it(definition.oid);
            check(&definition.oid, &definition.names).map_err(error)?;
            let open = take_open(&mut definition.extensions).map_err(error)?;
            all.attributes.push(Element { definition, open, origin: origin(pair.line) });
        } else {
            let mut definition = ObjectClass::parse(text).map_err(|e| error(e.to_string()))?;
            definition.oid = as_servers_keep_it(definition.oid);
            check(&definition.oid, &definition.names).map_err(error)?;
            let open = take_open(&mut definition.extensions).map_err(error)?;
            all.classes.push(Element { definition, open, origin: origin(pair.line) });
        }
    }
    Ok(())
}

/// What no server takes, it refuses with all that is sent with it.
fn check(oid: &str, names: &[String]) -> Result<(), String> {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    if !is_name(oid) && !is_numeric_oid(oid) {
        return Err(format!("`{oid}` is not an object identifier"));
    }
    match names.iter().find(|name| !is_name(name)) {
        Some(name) => Err(format!(
            "`{name}` is not a name: a name begins with a letter, and has only letters, digits and hyphens"
        )),
        None => Ok(()),
    }
}

/// 389 DS keeps an identifier `oid-NAME` as `NAME-oid`, which is the same to it; looked for by the other one it would not be found.
fn as_servers_keep_it(oid: String) -> String {
    match oid.split_at_checked(4) {
        Some((head, name)) if head.eq_ignore_ascii_case("oid-") && !name.is_empty() => format!("{name}-oid"),
        _ => oid,
    }
}

fn take_open(extensions: &mut Vec<Extension>) -> Result<BTreeSet<Open>, String> {
    let mut open = BTreeSet::new();
    for extension in extensions.iter().filter(|extension| extension.name == "X-NOT-PUBLISHED") {
        for word in &extension.values {
            open.insert(Open::parse(word).ok_or_else(|| format!("`{word}` in X-NOT-PUBLISHED is not known"))?);
        }
    }
    extensions.retain(|extension| extension.name != "X-NOT-PUBLISHED");
    Ok(open)
}
