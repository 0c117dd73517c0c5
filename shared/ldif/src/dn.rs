//! Distinguished names as RFC 4514 spells them, and the quotes that RFC 1779 and 2253 still allowed.

use std::fmt;

/// A distinguished name: its spelling, and a form to compare.
#[derive(Clone, Debug)]
pub struct Dn {
    rdns: Vec<Rdn>,
}

/// One part of a name, such as `cn=Smith` or `cn=Smith+uid=7`.
#[derive(Clone, Debug)]
pub struct Rdn {
    spelling: String,
    /// Types in lower case and values as they compare, sorted.
    compared: Vec<(String, Vec<u8>)>,
}

/// Why text is not a distinguished name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a distinguished name: {reason}")]
pub struct DnError {
    /// The text.
    pub text: String,
    /// What is wrong.
    pub reason: &'static str,
}

impl PartialEq for Rdn {
    fn eq(&self, other: &Self) -> bool {
        self.compared == other.compared
    }
}

impl Eq for Rdn {}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.rdns == other.rdns
    }
}

impl Eq for Dn {}

impl fmt::Display for Rdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelling)
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, rdn) in self.rdns.iter().enumerate() {
            write!(f, "{}{rdn}", if number == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl Rdn {
    /// Parses one part of a name.
    ///
    /// # Errors
    /// [`DnError`].
    pub fn parse(text: &str) -> Result<Self, DnError> {
        let wrong = |reason| DnError { text: text.to_owned(), reason };
        let mut compared = Vec::new();
        for part in split(text, &['+']).map_err(wrong)? {
            let (kind, value) = part.split_once('=').ok_or_else(|| wrong("a part has no `=`"))?;
            let kind = kind.trim().to_ascii_lowercase();
            let is_type = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ';' | '_');
            if kind.is_empty() || !kind.chars().all(is_type) {
                return Err(wrong("an attribute type is wrong"));
            }
            compared.push((kind, comparable(trim(value)).map_err(wrong)?));
        }
        compared.sort();
        Ok(Self { spelling: trim(text).to_owned(), compared })
    }

    /// Returns whether it is one attribute of this type with this value; case does not count.
    pub fn is(&self, kind: &str, value: &str) -> bool {
        matches!(self.compared.as_slice(), [(k, v)] if k.eq_ignore_ascii_case(kind) && v.eq_ignore_ascii_case(value.as_bytes()))
    }
}

impl Dn {
    /// Parses a name. The empty name is the root of the directory.
    ///
    /// # Errors
    /// [`DnError`].
    pub fn parse(text: &str) -> Result<Self, DnError> {
        if text.trim().is_empty() {
            return Ok(Self { rdns: Vec::new() });
        }
        let parts = split(text, &[',', ';']).map_err(|reason| DnError { text: text.to_owned(), reason })?;
        Ok(Self { rdns: parts.into_iter().map(Rdn::parse).collect::<Result<_, _>>()? })
    }

    /// Returns the name of an entry below this one.
    #[must_use]
    pub fn child(&self, rdn: &Rdn) -> Self {
        Self { rdns: [std::slice::from_ref(rdn), &self.rdns].concat() }
    }

    /// Returns the first part and the name of the entry above; nothing for the root.
    pub fn split_first(&self) -> Option<(&Rdn, Self)> {
        let (first, above) = self.rdns.split_first()?;
        Some((first, Self { rdns: above.to_vec() }))
    }

    /// Returns whether the entry lies below another one, at any depth.
    pub fn is_below(&self, other: &Self) -> bool {
        self.rdns.len() > other.rdns.len() && self.rdns.ends_with(&other.rdns)
    }
}

/// Splits text where one of the separators stands outside escapes and quotes.
fn split<'a>(text: &'a str, separators: &[char]) -> Result<Vec<&'a str>, &'static str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let (mut escaped, mut quoted) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted && separators.contains(&c) => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at.saturating_add(c.len_utf8());
            }
            _ => {}
        }
    }
    if escaped || quoted {
        return Err(if quoted { "a quote is not closed" } else { "it ends within an escape" });
    }
    parts.push(text.get(start..).unwrap_or_default());
    Ok(parts)
}

/// Takes away the blanks round a part, but for an escaped one at its end.
fn trim(text: &str) -> &str {
    let text = text.trim_start_matches(' ');
    let trimmed = text.trim_end_matches(' ');
    let backslashes = trimmed.bytes().rev().take_while(|byte| *byte == b'\\').count();
    if backslashes % 2 == 1 { text.get(..trimmed.len().saturating_add(1)).unwrap_or(trimmed) } else { trimmed }
}

/// Returns a value with escapes and quotes resolved, in lower case, runs of blanks as one.
fn comparable(value: &str) -> Result<Vec<u8>, &'static str> {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let value = inner.unwrap_or(value);
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'\\' => {
                let first = bytes.next().ok_or("it ends within an escape")?;
                match hex(first) {
                    Some(high) => {
                        let low = bytes.next().and_then(hex).ok_or("a hexadecimal escape has one digit")?;
                        high << 4 | low
                    }
                    None => first,
                }
            }
            other => other,
        };
        let blank_again = byte == b' ' && out.last() == Some(&b' ');
        if !blank_again {
            out.push(byte.to_ascii_lowercase());
        }
    }
    Ok(out)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dn(text: &str) -> Dn {
        Dn::parse(text).unwrap()
    }

    #[test]
    fn spellings_of_one_name_are_equal() {
        for (one, other) in [
            ("o=x, DC=Example ,dc=com", "O=X,dc=example,DC=com"),
            (r"cn=Smith\, J,o=x", r#"cn="Smith, J",o=x"#),
            (r"cn=a\2Cb,o=x", r"cn=a\,b;o=x"),
            ("cn=a+uid=1,o=x", "uid=1 + cn=A,o=x"),
            ("cn=a  b,o=x", "cn=a b,o=x"),
        ] {
            assert_eq!(dn(one), dn(other));
        }
        assert_ne!(dn("o=a,o=x"), dn("o=b,o=x"));
        assert_ne!(dn(r"cn=a\ ,o=x"), dn("cn=a,o=x"));
    }

    #[test]
    fn the_spelling_stays() {
        assert_eq!(dn(r"CN=Smith\, J , o=X").to_string(), r"CN=Smith\, J,o=X");
        assert_eq!(dn(r"cn=a\ ,o=x").to_string(), r"cn=a\ ,o=x");
    }

    #[test]
    fn names_below_others() {
        let templates = dn("o=cosTemplates,o=usergroup");
        assert!(dn("o=gold,o=costemplates, o=UserGroup").is_below(&templates));
        assert!(!templates.is_below(&templates));
        assert!(!dn("o=gold,o=usergroup").is_below(&templates));
        assert!(templates.is_below(&dn("")));
        let gold = Rdn::parse("o=Gold").unwrap();
        assert_eq!(templates.child(&gold).to_string(), "o=Gold,o=cosTemplates,o=usergroup");
        assert_eq!(templates.child(&gold).split_first(), Some((&gold, templates)));
        assert!(gold.is("O", "gold"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["nothing", "=x", "o=x,", r"cn=a\", r"cn=a\2", r#"cn="a"#, "o x=y"] {
            assert!(Dn::parse(text).is_err(), "{text}");
        }
    }
}
