//! Users of a directory export. Entries that are no persons are passed over.

use std::collections::BTreeMap;
use std::io::BufRead;

use documents::secrets::is_secret_key;
use ldif::LdifError;

use super::{User, UsersError};

/// Object classes of users.
const PERSONS: [&str; 5] = ["person", "organizationalPerson", "inetOrgPerson", "inetMailUser", "icsCalendarUser"];

pub(super) fn users<R: BufRead>(file: R) -> impl Iterator<Item = Result<User, UsersError>> {
    ldif::entries(file).filter_map(|entry| match entry {
        Err(LdifError::Io(error)) => Some(Err(error.into())),
        Err(LdifError::Syntax { line, reason }) => Some(Err(UsersError::Line { line, reason })),
        Ok(entry) => {
            let is_person = entry
                .values("objectClass")
                .any(|class| PERSONS.iter().any(|person| class.eq_ignore_ascii_case(person.as_bytes())));
            is_person.then(|| user(&entry))
        }
    })
}

/// The first value of each attribute, without passwords.
fn user(entry: &ldif::Entry) -> Result<User, UsersError> {
    let mut fields = BTreeMap::new();
    for attribute in &entry.attributes {
        let name = attribute.name.to_ascii_lowercase();
        if is_secret_key(&name) || fields.contains_key(&name) {
            continue;
        }
        match String::from_utf8(attribute.value.clone()) {
            Ok(text) => {
                fields.insert(name, text);
            }
            // A photograph is no text, and nobody asks for it.
            Err(_) if !["mail", "uid", "cn"].contains(&name.as_str()) => {}
            Err(_) => {
                let reason = format!("{name} is not UTF-8 text");
                return Err(UsersError::Line { line: entry.line, reason });
            }
        }
    }
    User::new(entry.line, fields)
}
