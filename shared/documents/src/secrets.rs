//! Which settings are secrets: the one list of key names whose values nobody is to see.

/// What the key of a secret holds, in any case.
const NAMES: [&str; 5] = ["pass", "cred", "secret", "bindpw", "adminpw"];
/// What the key of a secret ends with, in any case.
const LAST: [&str; 2] = ["pwd", "pw"];

/// Returns true for a key whose value nobody is to see.
pub fn is_secret_key(key: &str) -> bool {
    let key = key.as_bytes();
    let is_in_key = |word: &&str| key.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    let is_last = |word: &&str| {
        let end = key.len().checked_sub(word.len()).and_then(|start| key.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(word.as_bytes()))
    };
    LAST.iter().any(is_last) || NAMES.iter().any(is_in_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_names_a_secret_is_known_in_any_case_and_dialect() {
        for key in ["default:BindPass", "iim_ldap.bindcred", "[General]Secret", "local.ugldapbindpw", "store.adminPASS"]
            .into_iter()
            .chain(["adminpw", "local.AdminPW", "pwd", "proxy.pwd", "[General]rootPwd", "rootpw", "userPW"])
        {
            assert!(is_secret_key(key), "{key}");
        }
        for key in ["default:BindDN", "caldb.berkeleydb.homedir.path", "", "pas", "bindp", "pwdMaxAge", "wd"] {
            assert!(!is_secret_key(key), "{key}");
        }
    }
}
