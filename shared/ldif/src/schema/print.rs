//! Writes descriptions: the form of RFC 4512, with single blanks.

use std::fmt::{self, Display, Formatter};

use super::{AttributeType, ClassKind, Extension, ObjectClass, Syntax};

impl Display for Syntax {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.oid)?;
        self.length.as_ref().map_or(Ok(()), |length| write!(f, "{{{length}}}"))
    }
}

impl ClassKind {
    /// Returns the keyword.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Abstract => "ABSTRACT",
            Self::Structural => "STRUCTURAL",
            Self::Auxiliary => "AUXILIARY",
        }
    }
}

impl Display for AttributeType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "( {}", self.oid)?;
        head(f, &self.names, self.desc.as_deref(), self.obsolete)?;
        for (keyword, value) in [
            ("SUP", &self.sup),
            ("EQUALITY", &self.equality),
            ("ORDERING", &self.ordering),
            ("SUBSTR", &self.substr),
            ("SYNTAX", &self.syntax.as_ref().map(Syntax::to_string)),
        ] {
            value.as_ref().map_or(Ok(()), |value| write!(f, " {keyword} {value}"))?;
        }
        for (keyword, is_there) in [
            ("SINGLE-VALUE", self.single_value),
            ("COLLECTIVE", self.collective),
            ("NO-USER-MODIFICATION", self.no_user_modification),
        ] {
            if is_there {
                write!(f, " {keyword}")?;
            }
        }
        self.usage.as_ref().map_or(Ok(()), |usage| write!(f, " USAGE {usage}"))?;
        extensions(f, &self.extensions)?;
        f.write_str(" )")
    }
}

impl Display for ObjectClass {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "( {}", self.oid)?;
        head(f, &self.names, self.desc.as_deref(), self.obsolete)?;
        list(f, "SUP", &self.sup)?;
        write!(f, " {}", self.kind.keyword())?;
        list(f, "MUST", &self.must)?;
        list(f, "MAY", &self.may)?;
        extensions(f, &self.extensions)?;
        f.write_str(" )")
    }
}

fn head(f: &mut Formatter<'_>, names: &[String], desc: Option<&str>, obsolete: bool) -> fmt::Result {
    quoted_list(f, "NAME", names)?;
    desc.map_or(Ok(()), |desc| write!(f, " DESC {}", quoted(desc)))?;
    if obsolete { f.write_str(" OBSOLETE") } else { Ok(()) }
}

fn list(f: &mut Formatter<'_>, keyword: &str, values: &[String]) -> fmt::Result {
    match values {
        [] => Ok(()),
        [one] => write!(f, " {keyword} {one}"),
        several => write!(f, " {keyword} ( {} )", several.join(" $ ")),
    }
}

fn quoted_list(f: &mut Formatter<'_>, keyword: &str, values: &[String]) -> fmt::Result {
    match values {
        [] => Ok(()),
        [one] => write!(f, " {keyword} {}", quoted(one)),
        several => {
            let quoted: Vec<_> = several.iter().map(|value| quoted(value)).collect();
            write!(f, " {keyword} ( {} )", quoted.join(" "))
        }
    }
}

fn extensions(f: &mut Formatter<'_>, extensions: &[Extension]) -> fmt::Result {
    // An extension without values has no form in the RFC.
    let mut written = extensions.iter().filter(|extension| !extension.values.is_empty());
    written.try_for_each(|extension| quoted_list(f, &extension.name, &extension.values))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\5C").replace('\'', r"\27"))
}
