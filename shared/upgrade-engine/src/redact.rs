//! Keeps secrets out of everything that is shown or kept: values of keys that name one, and passwords inside URLs.

use std::borrow::Cow;

pub use documents::secrets::is_secret_key;

/// What stands in a secret's place.
pub const SECRET: &str = "<secret>";

/// Returns a line of text without the secrets in it: what follows `key =` of a secret key, wherever in the line that is, and
/// `user:password@` in URLs.
///
/// A password in a URL may hold `/` and `@`, as sites write them, although a URL would have them escaped. One of digits up to its first `/` cannot
/// be told from a port (`http://host:80/x@y`), and is taken for one.
pub fn text(line: &str) -> String {
    let clean = urls(line);
    assignment(&clean).unwrap_or_else(|| clean.into_owned())
}

/// Returns whether a line of text holds a secret.
pub fn has_secret(line: &str) -> bool {
    let clean = urls(line);
    clean != line || assignment(&clean).is_some()
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

/// Hides the value of the first `key = value` of a secret up to the end of the line: nobody knows where a secret ends.
fn assignment(line: &str) -> Option<String> {
    let mut before = 0;
    for (at, _) in line.match_indices('=') {
        let (left, right) = (line.get(..at)?, line.get(at.checked_add(1)?..)?);
        // The first key may be anything. A later one must not be taken together with what was set before it.
        let key = if before == 0 { first_key(left) } else { later_key(left) };
        if is_secret_key(key) && !right.trim().is_empty() {
            let end = if right.ends_with('\n') { "\n" } else { "" };
            return Some(format!("{left}={SECRET}{end}"));
        }
        before = at.checked_add(1)?;
    }
    None
}

/// Returns the last word of what stands before the first `=`.
fn first_key(left: &str) -> &str {
    let is_quote = |c: char| c == '"' || c == '\'';
    let left = left.trim_end().trim_end_matches(is_quote);
    left.rsplit(|c: char| c.is_whitespace() || c == '"').next().unwrap_or_default()
}

/// Returns the last name of what stands before a later `=`, such as `password` of `http://host/x?user=a&password`.
fn later_key(left: &str) -> &str {
    let left = left.trim_end_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    left.rsplit(|c: char| !c.is_alphanumeric() && !"._-[]".contains(c)).next().unwrap_or_default()
}

/// Hides the passwords of all URLs in a line.
fn urls(line: &str) -> Cow<'_, str> {
    // Nearly all lines of a long report have none.
    if !line.contains("://") {
        return Cow::Borrowed(line);
    }
    line.split_inclusive(char::is_whitespace).map(|word| url(word).unwrap_or_else(|| word.to_owned())).collect()
}

/// Hides the passwords of `scheme://user:password@host` in a word, which may hold several of them; nothing for a word without one.
fn url(word: &str) -> Option<String> {
    let mut clean = String::new();
    let mut rest = word;
    while let Some((scheme, after)) = rest.split_once("://") {
        clean.push_str(scheme);
        clean.push_str("://");
        rest = after;
        if let Some((user, password)) = credentials(after) {
            clean.push_str(user);
            clean.push(':');
            clean.push_str(SECRET);
            rest = after.get(user.len().checked_add(password.len())?.checked_add(1)?..)?;
        }
    }
    clean.push_str(rest);
    (clean != word).then_some(clean)
}

/// Returns user and password of what stands behind `://`.
fn credentials(after: &str) -> Option<(&str, &str)> {
    let (user, behind) = after.split_once(':')?;
    // The address of IPv6, or what comes behind the host.
    if user.starts_with('[') || user.contains(['/', '?', '#']) {
        return None;
    }
    let own = behind.get(..end_of_url(behind))?;
    let authority = own.split(['/', '?', '#']).next()?;
    if authority.len() <= 5 && authority.bytes().all(|byte| byte.is_ascii_digit()) {
        // A port, or none.
        return None;
    }
    let (password, _) = own.rsplit_once('@').or_else(|| behind.rsplit_once('@'))?;
    Some((user, password))
}

/// Returns where the first of several URLs in a list such as `ldap://a,ldap://b` ends.
fn end_of_url(text: &str) -> usize {
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    let before_next = text.split_once("://").map(|(before, _)| before.trim_end_matches(is_of_scheme));
    let own = before_next.and_then(|before| before.strip_suffix([',', ';', '|', '"', '\'', '<', '>', ')', '\\']));
    own.map_or(text.len(), str::len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn secrets_anywhere_in_a_line_do_not_come_through() {
        for (line, clean) in [
            ("adminpw=word", "adminpw=<secret>"),
            ("store.admin.pwd = word", "store.admin.pwd =<secret>"),
            ("local.Pwd=word", "local.Pwd=<secret>"),
            ("\"password\" = \"word\"", "\"password\" =<secret>"),
            ("user=a password=wo rd", "user=a password=<secret>"),
            ("user = a, bindPW = word\n", "user = a, bindPW =<secret>\n"),
            ("ldapmodify -D cn=x --option password=word", "ldapmodify -D cn=x --option password=<secret>"),
            ("http://host/x?user=a&password=word&y=1", "http://host/x?user=a&password=<secret>"),
            ("<a href='http://host/x?y=1&amp;passwd=word'>", "<a href='http://host/x?y=1&amp;passwd=<secret>"),
            ("jdbc:x://host/db;user=a;password=word", "jdbc:x://host/db;user=a;password=<secret>"),
            ("filter=(&(uid=a)(userPassword=word))", "filter=(&(uid=a)(userPassword=<secret>"),
            ("ldap://cn=admin:wo/rd@host/x", "ldap://cn=admin:<secret>@host/x"),
            ("ldap://cn=admin:w/o@r/d@host", "ldap://cn=admin:<secret>@host"),
            ("ldap://cn=admin:12/3?4#5x/@host", "ldap://cn=admin:12/3?4#5x/@host"),
            ("ldap://cn=admin:12x/3?4#5@host", "ldap://cn=admin:<secret>@host"),
            ("ldap://cn=admin:123456/7@host", "ldap://cn=admin:<secret>@host"),
            ("ldap://cn=admin:12345@host", "ldap://cn=admin:<secret>@host"),
            ("imap://joe@example.com:wo/rd@host", "imap://joe@example.com:<secret>@host"),
            ("ldap://u:p@a,ldap://v:q@b", "ldap://u:<secret>@a,ldap://v:<secret>@b"),
            ("ldap://a:389,ldap://v:q/r@b", "ldap://a:389,ldap://v:<secret>@b"),
            ("ldap://u:p://q@host", "ldap://u:<secret>@host"),
        ] {
            assert_eq!(text(line), clean);
            assert_eq!(text(clean), clean, "once more");
        }
    }

    #[test]
    fn everything_else_stays() {
        for line in [
            "a = b",
            "http://host:80/x@y",
            "http://host:8080",
            "http://[2001:db8::1]:80/x@y",
            "http://host/x:y@z",
            "ldap://host:389/o=x??sub?(mail=a@b)",
            "http://host/?mail=a@b",
            "no secret here",
            "caldb.berkeleydb.homedir.path = \".\"",
            "dn = cn=pass,ou=secretary,o=x",
            "path=/opt/passwd/x,mode=1",
            "key=compass;mode=1 and y=2",
            "password =",
            "cn=x&uid=y",
        ] {
            assert_eq!(text(line), line);
            assert!(!has_secret(line), "{line}");
        }
    }
    /// A secret as sites choose them, with all that has a meaning in settings and URLs.
    fn secret() -> impl Strategy<Value = String> {
        // It begins so that none of what stands around it is a part of it.
        "§[a-z0-9/@:?#=&;,.%+!]{0,12}".prop_filter("a list of URLs", |secret| !secret.contains("://"))
    }

    proptest! {
        #[test]
        fn a_secret_at_any_of_its_places_does_not_come_through(
            secret in secret(), place in 0..9_usize, before in "[a-z =]{0,6}", after in "[a-z]{0,6}",
        ) {
            let line = match place {
                0 => format!("{before} adminpw={secret}"),
                1 => format!("{before} a.b.pwd = {secret} {after}"),
                2 => format!("x=1 password={secret} {after}"),
                3 => format!("{before} http://host/x?password={secret}"),
                4 => format!("{before} http://host/x?y=1&password={secret} {after}"),
                5 => format!("{before} ldap://cn=admin:{secret}@host/{after}"),
                6 => format!("{before} http://:{secret}@host:80 {after}"),
                7 => format!("ldap://a:389,ldap://u:{secret}@host {after}"),
                _ => format!("set {before} userPassword = \"{secret}\""),
            };
            let clean = text(&line);
            prop_assert!(!clean.contains('§'), "{} became {}", line, clean);
            prop_assert!(has_secret(&line));
            prop_assert_eq!(text(&clean), clean.clone());
            let mut json = serde_json::json!({ "a": [line] });
            super::json(&mut json);
            prop_assert!(!json.to_string().contains('§'));
        }
    }
}
