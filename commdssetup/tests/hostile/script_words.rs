//! Words of servers and paths that would like to be code of the generated script.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use commdssetup::generate::{Script, script};
use commdssetup::plan::{IndexedAttribute, ReindexTask};
use proptest::prelude::*;

const ID: &str = "dssetup_20260101120000";

fn program(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// Lets shells read and run a script of these words, with client tools that do nothing; returns how one of them was led astray.
fn led_astray(words: [&str; 6]) -> Option<String> {
    let [url, ca_file, bind_dn, ldif, backend, attribute] = words;
    let place = tempfile::tempdir().unwrap();
    let indexed = IndexedAttribute { attribute: attribute.to_owned(), types: vec!["eq".to_owned()] };
    let text = script(Script {
        url,
        start_tls: true,
        ca_file: Some(ca_file),
        bind_dn: Some(bind_dn),
        ldif,
        id: ID,
        reindex: &[ReindexTask { backend: backend.to_owned(), attributes: vec![indexed] }],
    });
    let path = place.path().join("script");
    std::fs::write(&path, text).unwrap();
    std::fs::write(place.path().join("password"), "x").unwrap();
    program(&place.path().join("ldapmodify"), "#!/bin/sh\ncat >>\"$RECORDS\"\necho >>\"$RECORDS\"\n");
    program(&place.path().join("ldapsearch"), "#!/bin/sh\necho 'nsTaskExitCode: 0'\n");
    for shell in ["sh", "dash", "bash"] {
        let read = Command::new(shell).arg("-n").arg(&path).output().unwrap();
        if !read.status.success() || !read.stderr.is_empty() {
            return Some(format!("{shell} -n: {}", String::from_utf8_lossy(&read.stderr)));
        }
        let records = place.path().join("records");
        let run = Command::new(shell)
            .arg(&path)
            .current_dir(place.path())
            .env("PATH", format!("{}:/usr/bin:/bin", place.path().display()))
            .env("DSSETUP_PASSWORD_FILE", "password")
            .env("RECORDS", &records)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        if place.path().join("marker").exists() {
            return Some(format!("{shell} ran a command of the words"));
        }
        if !run.status.success() {
            return Some(format!("{shell}: {}", String::from_utf8_lossy(&run.stderr)));
        }
        let sent: Vec<_> = ldif::records(std::fs::read(&records).unwrap().as_slice()).collect();
        if sent.len() != 2 || sent.iter().any(Result::is_err) {
            return Some(format!("{shell} sent {sent:?}"));
        }
        std::fs::remove_file(&records).unwrap();
    }
    None
}

fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\nEND_OF_TASK\ntouch marker\n".to_owned()),
        Just("\nEND_OF_NOTE\ntouch marker\n".to_owned()),
        Just("'; touch marker; '".to_owned()),
        Just("$(touch marker)".to_owned()),
        Just("`touch marker`".to_owned()),
        Just("\\".to_owned()),
        Just("%s%n".to_owned()),
        any::<String>(),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        "[\\x00-\\x7f]{0,4}",
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_word_of_a_server_or_a_path_becomes_code_of_the_script(
        url in words(), ca_file in words(), bind_dn in words(), ldif in words(), backend in words(), attribute in words(),
    ) {
        let ldif = format!("/nowhere/{ldif}");
        let how = led_astray([&url, &ca_file, &bind_dn, &ldif, &backend, &attribute]);
        prop_assert_eq!(how, None);
    }
}

#[test]
fn a_database_name_cannot_end_the_text_that_it_stands_in() {
    for name in [
        "x\nEND_OF_TASK\ntouch marker\nldap cat <<'END_OF_TASK'",
        "x\nEND_OF_NOTE\ntouch marker\n",
        "'$(touch marker)'",
    ] {
        assert_eq!(led_astray(["ldap://h", "/ca", "cn=x", "/nowhere/x", name, name]), None, "{name:?}");
    }
}
