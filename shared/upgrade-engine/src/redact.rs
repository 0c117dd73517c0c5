//! Keeps secrets out of everything that is shown or kept: values of keys that name one, and passwords inside URLs.

/// What stands in a secret's place.
pub const SECRET: &str = "<secret>";

/// Returns true for a key whose value nobody is to see: `*pass*`, `*cred*`, `*secret*`, `*bindpw*`, in any case.
pub fn is_secret_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "cred", "secret", "bindpw"].iter().any(|word| key.contains(word))
}

/// Returns a line of text without the secrets in it: `key = value` of secret keys, and `user:password@` in URLs.
pub fn text(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    for part in line.split_inclusive(char::is_whitespace) {
        clean.push_str(&url(part));
    }
    assignment(&clean).unwrap_or(clean)
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

/// Hides the password of `scheme://user:password@host`.
fn url(word: &str) -> String {
    let hidden = word.split_once("://").and_then(|(scheme, rest)| {
        let authority = rest.split('/').next()?;
        let (credentials, _) = authority.rsplit_once('@')?;
        let (user, _) = credentials.split_once(':')?;
        let after = rest.get(credentials.len()..)?;
        Some(format!("{scheme}://{user}:{SECRET}{after}"))
    });
    hidden.unwrap_or_else(|| word.to_owned())
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
        }
    }

    #[test]
    fn everything_else_stays() {
        for line in ["a = b", "http://host:80/x@y", "no secret here", "caldb.berkeleydb.homedir.path = \".\""] {
            assert_eq!(text(line), line);
        }
    }
}
