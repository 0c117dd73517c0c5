//! The shell script: applies the LDIF file, starts the building of indexes and waits for it.
//!
//! It is POSIX shell. The password is read from the terminal without echo, or from the file that `DSSETUP_PASSWORD_FILE` names; it
//! reaches the client tools by a private file (`-y`), never by an argument. `printf` is built into every POSIX shell, so it
//! starts no process that could show it.
//!
//! Names of databases and attributes come from a server, and may be anything. They reach the script as quoted words only, and records as
//! lines of LDIF, which has base64 for what is no plain text: nothing that a server says can be code.

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
        let what = format!("Indexing {} of {}", names.join(", "), task.backend);
        text.push_str(&format!("\nprintf '%s\\n' {}\n", quoted(&visible(&what))));
        let mut attributes = vec![
            ("objectClass", "top".to_owned()),
            ("objectClass", "extensibleObject".to_owned()),
            ("cn", format!("{}_{}", script.id, task.backend)),
            ("nsInstance", task.backend.clone()),
        ];
        attributes.extend(names.into_iter().map(|name| ("nsIndexAttribute", name.to_owned())));
        text.push_str(&sent(&dn, "add", &attributes));
        text.push_str(&format!("wait_for {}\n", quoted(&dn)));
    }
    if !script.reindex.is_empty() {
        let notes = marker::unbuilt(script.reindex);
        let notes: Vec<_> = notes.into_iter().map(|note| ("description", note)).collect();
        let mut lines = vec![("delete", "description".to_owned())];
        lines.extend(notes);
        text.push('\n');
        text.push_str(&sent(marker::DN, "modify", &lines));
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

/// Returns the commands that send a record. A line of LDIF begins with a name or a space, so none is an option of `printf`.
fn sent(dn: &str, kind: &str, lines: &[(&str, String)]) -> String {
    let mut words = vec![line("dn", dn), line("changetype", kind)];
    words.extend(lines.iter().map(|(name, value)| line(name, value)));
    let words: Vec<String> = words.iter().map(|line| format!("    {}", quoted(line))).collect();
    format!("printf '%s\\n' \\\n{} |\n    ldap ldapmodify\n", words.join(" \\\n"))
}

/// Returns a line of LDIF, in base64 where the value is no plain text.
fn line(name: &str, value: &str) -> String {
    let is_plain = value.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
        && !value.starts_with([' ', ':', '<'])
        && !value.ends_with(' ');
    if is_plain { format!("{name}: {value}") } else { format!("{name}:: {}", base64(value.as_bytes())) }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let at = |place: usize| u32::from(group.get(place).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4_usize {
            let digit = (bits >> (18 - 6 * place)) & 63;
            let digit = DIGITS.get(digit as usize).copied().map_or('A', char::from);
            text.push(if place > group.len() { '=' } else { digit });
        }
    }
    text
}

/// Returns text for people, on one line and without control characters.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Returns text as one word of the shell. No shell has a word with a NUL in it.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}
