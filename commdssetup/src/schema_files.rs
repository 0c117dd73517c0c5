//! Schema elements: the files of our own, built in, and the site's files (`-S`).
//!
//! What the public sources do not say of an element, or say in several ways, stands in its `X-NOT-PUBLISHED` extension, and what
//! not every edition of a class allows in `X-SOME-EDITIONS`. Both are taken out here, so that no server ever sees them. An identifier
//! that was not published is written `NAME-oid` in the file, as the vendor wrote many of its own.

use std::collections::BTreeSet;

use ldif::Pair;
use ldif::schema::{AttributeType, Extension, ObjectClass, is_numeric_oid};

use self::identifiers::{as_servers_keep_it, older_of_attribute, older_of_class};
use self::open_ldap::Macros;
use self::reading::{Definition, Form, Found};
use crate::byte_order_mark::byte_order_mark;
use crate::choices::SiteFile;
use crate::report::counted;

mod apache_ds;
pub mod identifiers;
mod open_ldap;
mod reading;

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
        let pairs = reading::pairs(name, content.as_bytes())?;
        read(&mut all, name, &pairs, &Macros::new(), |_| Origin::BuiltIn(product))?;
    }
    Ok(all)
}

/// Returns the definitions of the site's files.
///
/// # Errors
/// [`SchemaFileError`] with file and line.
pub fn of_site(files: &[SiteFile]) -> Result<Definitions, SchemaFileError> {
    let mut all = Definitions::default();
    let (read_files, macros) = pairs_of(files)?;
    for (file, pairs) in files.iter().zip(&read_files) {
        read(&mut all, &file.path, pairs, &macros, |line| Origin::Site { path: file.path.clone(), line })?;
    }
    Ok(all)
}

/// Reads the lines of all files, and the names for identifiers, which one file may define for another.
fn pairs_of(files: &[SiteFile]) -> Result<(Vec<Vec<Pair>>, Macros), SchemaFileError> {
    let mut macros = Macros::new();
    let mut all = Vec::new();
    for file in files {
        if let Some(mark) = byte_order_mark(&file.content) {
            let reason =
                format!("the file begins with {mark}, which is no part of LDIF: save it as UTF-8 without the mark");
            return Err(SchemaFileError { path: file.path.clone(), line: 1, reason });
        }
        let pairs = reading::pairs(&file.path, &file.content)?;
        open_ldap::collect(&pairs, &mut macros);
        all.push(pairs);
    }
    Ok((all, macros))
}

/// Returns what the administrator should know of files that hold no definition in the form of `cn=schema`, one sentence or two for each.
///
/// # Errors
/// [`SchemaFileError`] with file and line.
pub fn remarks(files: &[SiteFile]) -> Result<Vec<String>, SchemaFileError> {
    let (read_files, macros) = pairs_of(files)?;
    let mut remarks = Vec::new();
    for (file, pairs) in files.iter().zip(&read_files) {
        let found = reading::definitions(&file.path, pairs, &macros)?;
        let path = &file.path;
        let of = |form: Form| found.iter().filter(|found| found.form == form).count();
        if of(Form::CnSchema) > 0 {
            continue;
        }
        let of_others = [(Form::OpenLdap, "OpenLDAP"), (Form::ApacheDs, "ApacheDS")];
        let read: Vec<String> = of_others
            .into_iter()
            .filter(|(form, _)| of(*form) > 0)
            .map(|(form, program)| format!("{} in the form of {program}", counted(of(form), "definition")))
            .collect();
        remarks.push(if !read.is_empty() {
            format!(
                "{path}: no definition was found in it in the form of cn=schema (attributeTypes, objectClasses); it has {}, which was read",
                read.join(" and ")
            )
        } else if pairs.is_empty() {
            format!("{path}: no definition was found in it; it is empty")
        } else {
            format!(
                "{path}: no definition was found in it. Known forms: attributeTypes and objectClasses of cn=schema, olcAttributeTypes and \
                 olcObjectClasses of OpenLDAP, entries with m-oid of ApacheDS"
            )
        });
    }
    Ok(remarks)
}

fn read(
    all: &mut Definitions,
    path: &str,
    pairs: &[Pair],
    macros: &Macros,
    origin: impl Fn(u64) -> Origin,
) -> Result<(), SchemaFileError> {
    for Found { line, definition, .. } in reading::definitions(path, pairs, macros)? {
        let error = |reason: String| SchemaFileError { path: path.to_owned(), line, reason };
        let owned = |older: &[&str]| older.iter().map(|oid| (*oid).to_owned()).collect();
        match definition {
            Definition::Attribute(mut definition) => {
                if definition.syntax.is_none() && definition.sup.is_none() {
                    return Err(error("the attribute type has neither a syntax nor a superior".to_owned()));
                }
                definition.oid = as_servers_keep_it(definition.oid);
                check(&definition.oid, &definition.names).map_err(error)?;
                let other_oids = owned(older_of_attribute(definition.name()));
                let (open, some_editions) = take_marks(&mut definition.extensions).map_err(error)?;
                all.attributes.push(Element { definition, open, some_editions, other_oids, origin: origin(line) });
            }
            Definition::Class(mut definition) => {
                definition.oid = as_servers_keep_it(definition.oid);
                check(&definition.oid, &definition.names).map_err(error)?;
                let other_oids = owned(older_of_class(definition.name()));
                let (open, some_editions) = take_marks(&mut definition.extensions).map_err(error)?;
                all.classes.push(Element { definition, open, some_editions, other_oids, origin: origin(line) });
            }
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
