//! A definition as ApacheDS exports it: an entry with an attribute for each part (`m-oid`, `m-name`, ...).

use ldif::Pair;
use ldif::schema::{AttributeType, ClassKind, ObjectClass, Syntax};

use super::reading::Definition;

/// Returns the definition that an entry is; nothing for other entries, those that are switched off included.
///
/// # Errors
/// What is wrong with it.
pub(super) fn definition(entry: &[&Pair]) -> Result<Option<Definition>, String> {
    let of = |name: &str| -> Result<Vec<String>, String> {
        let values = entry.iter().filter(|pair| pair.name.eq_ignore_ascii_case(name));
        let text = |pair: &&Pair| String::from_utf8(pair.value.trim_ascii().to_vec());
        values.map(|pair| text(pair).map_err(|_| format!("the value of {name} is not UTF-8"))).collect()
    };
    let first = |name: &str| -> Result<Option<String>, String> { Ok(of(name)?.into_iter().next()) };
    let is_true =
        |name: &str| -> Result<bool, String> { Ok(first(name)?.is_some_and(|text| text.eq_ignore_ascii_case("TRUE"))) };
    let classes = of("objectClass")?;
    let is_of = |class: &str| classes.iter().any(|known| known.eq_ignore_ascii_case(class));
    let (is_attribute, is_class) = (is_of("metaAttributeType"), is_of("metaObjectClass"));
    if !is_attribute && !is_class || is_true("m-disabled")? {
        return Ok(None);
    }
    let oid = first("m-oid")?.ok_or("the definition has no m-oid")?;
    let (names, desc, obsolete) = (of("m-name")?, first("m-description")?, is_true("m-obsolete")?);
    if is_attribute {
        // ApacheDS writes USER_APPLICATIONS for userApplications.
        let usage = first("m-usage")?.map(|usage| usage.replace('_', ""));
        return Ok(Some(Definition::Attribute(AttributeType {
            oid,
            names,
            desc,
            obsolete,
            sup: first("m-supAttributeType")?,
            equality: first("m-equality")?,
            ordering: first("m-ordering")?,
            substr: first("m-substr")?,
            syntax: first("m-syntax")?.map(|oid| Syntax { oid, length: None }),
            single_value: is_true("m-singleValue")?,
            collective: is_true("m-collective")?,
            no_user_modification: is_true("m-noUserModification")?,
            usage: usage.map(|usage| usage_of(&usage)).transpose()?,
            extensions: Vec::new(),
        })));
    }
    let kind = match first("m-typeObjectClass")?.map(|kind| kind.to_ascii_uppercase()).as_deref() {
        None | Some("STRUCTURAL") => ClassKind::Structural,
        Some("AUXILIARY") => ClassKind::Auxiliary,
        Some("ABSTRACT") => ClassKind::Abstract,
        Some(other) => return Err(format!("`{other}` is no kind of class")),
    };
    let (sup, must, may) = (of("m-supObjectClass")?, of("m-must")?, of("m-may")?);
    Ok(Some(Definition::Class(ObjectClass {
        oid,
        names,
        desc,
        obsolete,
        sup,
        kind,
        must,
        may,
        extensions: Vec::new(),
    })))
}

/// Returns a usage as descriptions write it.
fn usage_of(text: &str) -> Result<String, String> {
    let known = ["userApplications", "directoryOperation", "distributedOperation", "dSAOperation"];
    let found = known.iter().find(|usage| usage.eq_ignore_ascii_case(text));
    found.map(|usage| (*usage).to_owned()).ok_or_else(|| format!("`{text}` is no usage of an attribute"))
}
