//! Schema elements: the files of our own, built in, and the site's files (`-S`).
//!
//! What the public sources do not say of an element, or say in several ways, stands in its `X-NOT-PUBLISHED` extension, and what
//! not every edition of a class allows in `X-SOME-EDITIONS`. Both are taken out here, so that no server ever sees them. An identifier
//! that was not published is written `NAME-oid` in the file, as the vendor wrote many of its own.

use std::collections::BTreeSet;

use ldif::LdifError;
use ldif::schema::{AttributeType, Extension, ObjectClass, is_numeric_oid};

use self::identifiers::{as_servers_keep_it, older_of_attribute, older_of_class};
use crate::choices::SiteFile;

pub mod identifiers;

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

/// A part of a definition that the public sources do not tell, or in which they differ.
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
    /// What the sources do not tell, or in what they differ.
    pub open: BTreeSet<Open>,
    /// Attributes, in lower case, that not every edition of a class allows: a class that is there need not allow them.
    pub some_editions: BTreeSet<String>,
    /// Other identifiers of the vendor for this name, the oldest first.
    pub other_oids: Vec<String>,
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
            let older = older_of_attribute(definition.name());
            let (open, some_editions) = take_marks(&mut definition.extensions).map_err(error)?;
            let other_oids = older.iter().map(|oid| (*oid).to_owned()).collect();
            all.attributes.push(Element { definition, open, some_editions, other_oids, origin: origin(pair.line) });
        } else {
            let mut definition = ObjectClass::parse(text).map_err(|e| error(e.to_string()))?;
            definition.oid = as_servers_keep_it(definition.oid);
            check(&definition.oid, &definition.names).map_err(error)?;
            let older = older_of_class(definition.name());
            let (open, some_editions) = take_marks(&mut definition.extensions).map_err(error)?;
            let other_oids = older.iter().map(|oid| (*oid).to_owned()).collect();
            all.classes.push(Element { definition, open, some_editions, other_oids, origin: origin(pair.line) });
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

/// Our own extensions.
const MARKS: [&str; 2] = ["X-NOT-PUBLISHED", "X-SOME-EDITIONS"];

/// Takes out what stands in our own extensions.
fn take_marks(extensions: &mut Vec<Extension>) -> Result<(BTreeSet<Open>, BTreeSet<String>), String> {
    let (mut open, mut some_editions) = (BTreeSet::new(), BTreeSet::new());
    for extension in extensions.extract_if(.., |extension| MARKS.contains(&extension.name.as_str())) {
        for word in extension.values {
            if extension.name == "X-SOME-EDITIONS" {
                some_editions.insert(word.to_ascii_lowercase());
            } else {
                open.insert(Open::parse(&word).ok_or_else(|| format!("`{word}` in X-NOT-PUBLISHED is not known"))?);
            }
        }
    }
    Ok((open, some_editions))
}
