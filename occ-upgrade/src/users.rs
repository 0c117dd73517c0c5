//! The users of a site, one by one, from CSV or LDIF: flat memory, and every mistake with its line.

mod csv;
mod ldif_export;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

pub use csv::{CsvError, Records};

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The line on which the record begins.
    pub line: u64,
    fields: BTreeMap<String, String>,
}

/// Why users cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// The text is wrong.
    #[error("line {line}: {reason}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong there.
        reason: String,
    },
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl User {
    /// Makes a user of fields, whose names are in lower case. What a desktop needs is completed: the login name from the address,
    /// the name from the login name.
    ///
    /// # Errors
    /// [`UsersError::Line`] where the mail address is missing or wrong.
    pub fn new(line: u64, mut fields: BTreeMap<String, String>) -> Result<Self, UsersError> {
        let wrong = |reason: String| UsersError::Line { line, reason };
        let mail = fields.get("mail").map(|mail| mail.trim().to_owned()).unwrap_or_default();
        if mail.is_empty() {
            return Err(wrong("the mail address is missing".to_owned()));
        }
        let local = match mail.split_once('@') {
            Some((local, domain)) if !local.is_empty() && !domain.is_empty() && !domain.contains('@') => {
                local.to_owned()
            }
            _ => return Err(wrong(format!("`{mail}` is no mail address"))),
        };
        if mail.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(wrong("the mail address holds a blank or a control character".to_owned()));
        }
        fields.insert("mail".to_owned(), mail);
        let is_missing =
            |fields: &BTreeMap<String, String>, name| fields.get(name).is_none_or(|v: &String| v.trim().is_empty());
        if is_missing(&fields, "uid") {
            fields.insert("uid".to_owned(), local);
        }
        if is_missing(&fields, "cn") {
            let uid = fields.get("uid").cloned().unwrap_or_default();
            fields.insert("cn".to_owned(), uid);
        }
        Ok(Self { line, fields })
    }

    /// Returns a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// Returns the mail address.
    pub fn mail(&self) -> &str {
        self.get("mail").unwrap_or_default()
    }

    /// Returns the login name.
    pub fn uid(&self) -> &str {
        self.get("uid").unwrap_or_default()
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        self.get("cn").unwrap_or_default()
    }

    /// Returns a text with `%field%` replaced by the user's field, and `%%` by a percent sign.
    ///
    /// # Errors
    /// Which variable there is not.
    pub fn expanded(&self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('%') {
            out.push_str(before);
            let Some((name, after)) = behind.split_once('%') else {
                return Err(format!("`{text}`: a `%` is alone; write `%%` for a percent sign"));
            };
            if name.is_empty() {
                out.push('%');
            } else if documents::secrets::is_secret_key(name) {
                return Err(format!("`%{name}%`: passwords are never written"));
            } else {
                let value = self.get(name).ok_or_else(|| format!("`%{name}%`: the users have no such field"))?;
                out.push_str(value);
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// Returns the users of a file: LDIF when its first line that is no comment begins with `dn:` or `version:`, else CSV.
///
/// # Errors
/// When it cannot be read.
pub fn users<'f>(file: impl Read + 'f) -> std::io::Result<Box<dyn Iterator<Item = Result<User, UsersError>> + 'f>> {
    let mut file = BufReader::with_capacity(1 << 16, file);
    let start = file.fill_buf()?;
    let mut lines = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#")).unwrap_or_default().to_ascii_lowercase();
    let is_ldif = first.starts_with(b"dn:") || first.starts_with(b"version:");
    Ok(if is_ldif { Box::new(ldif_export::users(file)) } else { Box::new(csv::users(file)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Result<User, String>> {
        users(text.as_bytes()).unwrap().map(|user| user.map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn csv_and_ldif_give_the_same_users() {
        let csv = "Mail,uid,cn,Room\r\nann@siroe.com,ann,\"Ann, \"\"A\"\"\",7\r\n\r\nbob@siroe.com,,,\r\n";
        let ldif = "dn: ou=people,o=siroe.com\nobjectClass: organizationalUnit\nou: people\n\n\
                    dn: uid=ann,ou=people,o=siroe.com\nobjectClass: person\nuid: ann\nmail: ann@siroe.com\ncn: Ann, \"A\"\n\
                    room: 7\nuserPassword: secret\n\n\
                    dn: uid=b,o=siroe.com\nobjectClass: inetOrgPerson\nmail: bob@siroe.com\n";
        let [a, b] = [all(csv), all(ldif)];
        for (one, other) in a.iter().zip(&b) {
            let [one, other] = [one, other].map(|user| user.as_ref().unwrap());
            for field in ["mail", "uid", "cn"] {
                assert_eq!(one.get(field), other.get(field));
            }
        }
        assert_eq!((a.len(), b.len()), (2, 2));
        assert_eq!(a[1].as_ref().unwrap().name(), "bob");
        assert_eq!(b[0].as_ref().unwrap().get("userpassword"), None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, error) in [
            ("mail,uid\n\n,ann\n", "line 3: the mail address is missing"),
            ("mail\nann\n", "line 2: `ann` is no mail address"),
            ("mail\na@b@c\n", "line 2: `a@b@c` is no mail address"),
            ("uid\nann\n", "line 1: there is no column `mail`"),
            ("mail,mail\n", "line 1: the column `mail` is there twice"),
            ("mail,cn\na@b,\"x\ny\n", "line 2: a quoted field is not closed"),
            ("mail,cn\na@b,x\"y\n", "line 2: a quotation mark inside an unquoted field"),
            ("mail,cn\na@b,\"x\"y\n", "line 2: text behind a quoted field"),
            ("mail,cn\na@b\n", "line 2: 1 field, but the header has 2"),
            ("mail,cn\na@b,x\ry\n", "line 2: a carriage return without a line feed"),
            ("", "line 1: there is no header line"),
            ("dn: uid=a,o=x\nobjectClass: person\nuid: a\n", "line 1: the mail address is missing"),
            ("dn: uid=a,o=x\nnonsense\n", "line 2: "),
        ] {
            let found = all(text).pop().unwrap().unwrap_err();
            assert!(found.starts_with(error), "{text:?}: {found}");
        }
        let bytes = b"mail\n\xe4@b\n";
        let found = users(&bytes[..]).unwrap().next().unwrap().unwrap_err().to_string();
        assert_eq!(found, "line 2: this is not UTF-8 text");
    }

    #[test]
    fn a_record_without_an_end_does_not_fill_the_memory() {
        let endless = std::io::Read::chain(&b"mail,cn\na@b,\""[..], std::io::repeat(b'x'));
        let found = users(endless).unwrap().next().unwrap().unwrap_err().to_string();
        assert_eq!(found, "line 2: a record of more than 1048576 bytes");
    }

    #[test]
    fn variables_are_expanded() {
        let user = all("mail,Room\na@b,7\n").remove(0).unwrap();
        assert_eq!(user.expanded("%UID%-%room%: 5%%").unwrap(), "a-7: 5%");
        assert!(user.expanded("%USERNAME%").unwrap_err().contains("no such field"));
        assert!(user.expanded("50%").unwrap_err().contains("is alone"));
        assert!(user.expanded("%userPassword%").unwrap_err().contains("never written"));
    }
}
