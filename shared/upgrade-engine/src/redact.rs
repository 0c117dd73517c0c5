//! Keeps secrets out of everything that is shown or kept: values of keys that name one, and passwords inside URLs.

use std::borrow::Cow;

pub use documents::secrets::is_secret_key;

/// What stands in a secret's place.
pub const SECRET: &str = "<secret>";

/// Returns a line of text without the secrets in it: `key = value` of secret keys, and `user:password@` in URLs.
pub fn text(line: &str) -> String {
    let clean = urls(line);
    assignment(&clean).unwrap_or_else(|| clean.into_owned())
}

/// Returns whether a line of text holds a secret.
pub fn has_secret(line: &str) -> bool {
    let clean = urls(line);
    matches!(&clean, Cow::Owned(clean) if clean != line) || assignment(&clean).is_some()
}

/// Takes the secrets out of every text of a JSON value, leaving its form alone.
pub fn json(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(string) => *string = text(string),
        serde_json::Value::Array(values) => values.iter_mut().for_each(json),
        serde_json::Value::Object(entries) => entries.values_mut().for_each(json),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// Hides the value of `key = value` up to the end of the line.
fn assignment(line: &str) -> Option<String> {
    let (left, right) = line.split_once('=')?;
    let key = left.trim_end().rsplit(|c: char| c.is_whitespace() || c == '"').next()?;
    let end = if right.ends_with('\n') { "\n" } else { "" };
    (is_secret_key(key) && !right.trim().is_empty()).then(|| format!("{left}={SECRET}{end}"))
}

/// Hides the passwords of all URLs in a line.
fn urls(line: &str) -> Cow<'_, str> {
    // Nearly all lines of a long report have none.
    if !line.contains("://") {
        return Cow::Borrowed(line);
    }
    line.split_inclusive(char::is_whitespace).map(|word| url(word).unwrap_or_else(|| word.to_owned())).collect()
}

/// Hides the password of `scheme://user:password@host`; nothing for a word without one.
fn url(word: &str) -> Option<String> {
    let (scheme, rest) = word.split_once("://")?;
    let authority = rest.split('/').next()?;
    let (credentials, _) = authority.rsplit_once('@')?;
    let (user, _) = credentials.split_once(':')?;
    let after = rest.get(credentials.len()..)?;
    Some(format!("{scheme}://{user}:{SECRET}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_come_through() {
        for (line, clean) in [
            ("service.admin.calmaster.cred = \"word\"", "service.admin.calmaster.cred =<secret>"),
            ("set local.authldapbindpw=word now\n", "set local.authldapbindpw=<secret>\n"),
            ("see ldap://cn=admin:word@host/x and y", "see ldap://cn=admin:<secret>@host/x and y"),
            ("userPassword=word", "userPassword=<secret>"),
        ] {
            assert_eq!(text(line), clean);
            assert!(has_secret(line), "{line}");
        }
    }

    #[test]
    fn everything_else_stays() {
        for line in ["a = b", "http://host:80/x@y", "no secret here", "caldb.berkeleydb.homedir.path = \".\""] {
            assert_eq!(text(line), line);
            assert!(!has_secret(line), "{line}");
        }
    }
}
