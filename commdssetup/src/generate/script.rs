//! The shell script: applies the LDIF file, starts the building of indexes and waits for it.
//!
//! It is POSIX shell. The password is read from the terminal without echo, or from the file that `DSSETUP_PASSWORD_FILE` names; it
//! reaches the client tools by a private file (`-y`), never by an argument. `printf` is built into every POSIX shell, so it
//! starts no process that could show it.

use std::fmt::Write as _;

use super::task_dn;
use crate::plan::{ReindexTask, marker};

/// What a script is made from.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// How the server is reached: `ldap://`, `ldaps://` or `ldapi://`.
    pub url: &'a str,
    /// Whether StartTLS is to be used, and to succeed.
    pub start_tls: bool,
    /// Certificates to trust instead of the client tools' own.
    pub ca_file: Option<&'a str>,
    /// Who changes the directory; nothing for `ldapi://` with SASL EXTERNAL.
    pub bind_dn: Option<&'a str>,
    /// Path of the LDIF file.
    pub ldif: &'a str,
    /// Tells this run from others, such as `dssetup_20260101120000`.
    pub id: &'a str,
    /// What is indexed anew.
    pub reindex: &'a [ReindexTask],
}

/// Returns the script.
#[must_use]
pub fn script(script: Script<'_>) -> Vec<u8> {
    let mut text = String::from(HEAD);
    text.push_str(&format!("url={}\nldif={}\n", quoted(script.url), quoted(script.ldif)));
    if let Some(path) = script.ca_file {
        text.push_str(&format!("LDAPTLS_CACERT={}\nexport LDAPTLS_CACERT\n", quoted(path)));
    }
    let tls = if script.start_tls { " -ZZ" } else { "" };
    match script.bind_dn {
        Some(dn) => {
            text.push_str(&format!("bind_dn={}\n", quoted(dn)));
            text.push_str(PASSWORD);
            text.push_str(&format!("ldap() {{ tool=$1; shift; \"$tool\" -x{tls} -H \"$url\" -D \"$bind_dn\" -y \"$password_file\" \"$@\"; }}\n"));
        }
        None => {
            text.push_str(&format!("ldap() {{ tool=$1; shift; \"$tool\" -Q -Y EXTERNAL{tls} -H \"$url\" \"$@\"; }}\n"))
        }
    }
    text.push_str(APPLY);
    if !script.reindex.is_empty() {
        text.push_str(WAIT);
    }
    for task in script.reindex {
        let dn = task_dn(script.id, task);
        let names: Vec<_> = task.attributes.iter().map(|indexed| indexed.attribute.as_str()).collect();
        let _ = writeln!(text, "\necho {}", quoted(&format!("Indexing {} of {}", names.join(", "), task.backend)));
        let _ = writeln!(text, "ldap ldapmodify <<'END_OF_TASK'\ndn: {dn}\nchangetype: add\nobjectClass: top");
        let _ = writeln!(
            text,
            "objectClass: extensibleObject\ncn: {}_{}\nnsInstance: {}",
            script.id, task.backend, task.backend
        );
        for name in names {
            let _ = writeln!(text, "nsIndexAttribute: {name}");
        }
        let _ = writeln!(text, "END_OF_TASK\nwait_for {}", quoted(&dn));
    }
    if !script.reindex.is_empty() {
        let _ = writeln!(
            text,
            "\nldap ldapmodify <<'END_OF_NOTE'\ndn: {}\nchangetype: modify\ndelete: description",
            marker::DN
        );
        for note in marker::unbuilt(script.reindex) {
            let _ = writeln!(text, "description: {note}");
        }
        text.push_str("END_OF_NOTE\n");
    }
    text.push_str("\necho 'Successful: the directory is prepared.'\n");
    text.into_bytes()
}

const HEAD: &str = r#"#!/bin/sh
# Prepares a directory for the Communications Suite: applies the LDIF file beside it and builds the changed indexes.
# Needs ldapmodify and ldapsearch of the LDAP client tools. Stops at the first error. No password is kept in it: it is asked for, or read
# from the file that DSSETUP_PASSWORD_FILE names.
set -eu
umask 077
"#;

const PASSWORD: &str = r#"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
password_file=$scratch/password
if [ -n "${DSSETUP_PASSWORD_FILE:-}" ]; then
    # Its first line; the client tools take a line's end for a part of the password.
    head -n 1 <"$DSSETUP_PASSWORD_FILE" | tr -d '\r\n' >"$password_file"
else
    printf 'Password of %s: ' "$bind_dn" >&2
    trap 'stty echo 2>/dev/null; exit 1' HUP INT TERM
    stty -echo 2>/dev/null || :
    IFS= read -r password
    stty echo 2>/dev/null || :
    trap 'exit 1' HUP INT TERM
    printf '\n' >&2
    printf '%s' "$password" >"$password_file"
    unset password
fi
"#;

const APPLY: &str = r#"
if grep -q '^dn:' "$ldif"; then
    ldap ldapmodify -f "$ldif" || {
        echo 'What was applied before stays. Run commdssetup again: it sends what is missing, and builds what is not built.' >&2
        exit 1
    }
else
    echo 'There is nothing to change.'
fi
"#;

const WAIT: &str = r#"
# Waits for a task. Its entry goes away some time after its end, so an end that is not seen is an error.
wait_for() {
    while :; do
        state=$(ldap ldapsearch -LLL -o ldif-wrap=no -s base -b "$1" '(objectClass=*)' nsTaskExitCode nsTaskStatus)
        code=$(printf '%s\n' "$state" | sed -n 's/^nsTaskExitCode: *//p')
        [ -z "$code" ] || break
        sleep 1
    done
    printf '%s\n' "$state" | sed -n 's/^nsTaskStatus: */  /p'
    if [ "$code" != 0 ]; then
        echo "The task $1 failed with $code." >&2
        exit 1
    fi
}
"#;

/// Returns text as one word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
