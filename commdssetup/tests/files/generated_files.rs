//! The files of a run: the LDIF file says what the plan says, and the script is one that a shell runs.

use std::io::Write;
use std::process::{Command, Stdio};

use commdssetup::generate::{Script, ldif_file, records, script, task_dn};
use commdssetup::plan::{IndexedAttribute, ReindexTask};
use commdssetup::reverse::reverse;

use crate::support::{choices, facts, planned};

fn tasks() -> Vec<ReindexTask> {
    let mail = IndexedAttribute { attribute: "mail".to_owned(), types: vec!["approx".to_owned()] };
    vec![ReindexTask { backend: "userRoot".to_owned(), attributes: vec![mail] }]
}

fn text(bind_dn: Option<&str>, ldif: &str) -> String {
    let script = script(Script {
        url: "ldap://localhost:389",
        start_tls: true,
        ca_file: None,
        bind_dn,
        ldif,
        id: "dssetup_20260101120000",
        reindex: &tasks(),
    });
    String::from_utf8(script).unwrap()
}

#[test]
fn the_ldif_file_holds_the_changes_of_the_plan_and_their_reasons() {
    let plan = planned(&facts(), &choices());
    for changes in [plan.changes.clone(), reverse(&plan.changes)] {
        let file = ldif_file("two\nlines", &changes).unwrap();
        assert!(file.is_ascii() && file.starts_with(b"version: 1\n\n# two\n# lines\n\n# "));
        let read: Vec<_> = ldif::records(file.as_slice()).collect::<Result<_, _>>().unwrap();
        let expected = records(&changes).unwrap();
        assert_eq!(read.len(), changes.len());
        for (one, other) in read.iter().zip(&expected) {
            assert_eq!((&one.dn, &one.controls, &one.action), (&other.dn, &other.controls, &other.action));
        }
        let comments = String::from_utf8(file).unwrap();
        assert!(changes.iter().all(|change| comments.contains(&format!("# {}\n", change.reason))));
    }
}

#[test]
fn a_reason_with_line_ends_cannot_become_a_change() {
    let mut changes = planned(&facts(), &choices()).changes;
    changes.truncate(1);
    changes[0].reason = "x\n\ndn: o=usergroup\rchangetype: delete".to_owned();
    let file = ldif_file("x\ndn: o=a\nchangetype: delete\n\n", &changes).unwrap();
    assert_eq!(ldif::records(file.as_slice()).count(), 1);
}

#[test]
fn undoing_a_new_database_says_what_to_do_where_subtrees_cannot_be_deleted() {
    let changes = reverse(&planned(&facts(), &choices()).changes);
    let file = String::from_utf8(ldif_file("Undoes", &changes).unwrap()).unwrap();
    let of_database = file.split("\n\n").find(|record| record.contains("dn: cn=internet,cn=ldbm database,")).unwrap();
    assert!(of_database.contains("ldapdelete -r") && of_database.contains("control: 1.2.840.113556.1.4.805 true"));
}

#[test]
fn a_shell_understands_the_script_whatever_the_names_are() {
    for (bind_dn, ldif) in [(Some("cn=it's \"me\" $(touch /x) `id`"), "/var/tmp/a b'c.ldif"), (None, "/var/tmp/x.ldif")]
    {
        let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
        shell.stdin.take().unwrap().write_all(text(bind_dn, ldif).as_bytes()).unwrap();
        assert!(shell.wait().unwrap().success());
    }
}

/// Runs the script with client tools that write down how they were called, and returns that, with its output and whether it succeeded.
fn run(client: &str) -> (String, String, bool) {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    std::fs::write(path("changes.ldif"), "dn: o=x\nchangetype: delete\n").unwrap();
    std::fs::write(path("password"), "Secret-Word\n").unwrap();
    for tool in ["ldapmodify", "ldapsearch"] {
        let body = format!("#!/bin/sh\nprintf '%s|' {tool} \"$@\" >>\"$LOG\"; echo >>\"$LOG\"\n{client}\n");
        std::fs::write(path(tool), body).unwrap();
        std::fs::set_permissions(path(tool), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    std::fs::write(path("run.sh"), text(Some("cn=it's me"), path("changes.ldif").to_str().unwrap())).unwrap();
    let path_list = format!("{}:{}", place.path().display(), std::env::var("PATH").unwrap());
    let run = Command::new("sh")
        .arg(path("run.sh"))
        .env("PATH", path_list)
        .env("LOG", path("log"))
        .env("DSSETUP_PASSWORD_FILE", path("password"))
        .output()
        .unwrap();
    let log = std::fs::read_to_string(path("log")).unwrap();
    (log.replace(place.path().to_str().unwrap(), "PLACE"), String::from_utf8(run.stdout).unwrap(), run.status.success())
}

const WORKS: &str = r#"
for word; do case $word in */password) [ "$(cat "$word")" = Secret-Word ] || exit 9; [ "$(wc -c <"$word")" -eq 11 ] || exit 8;; esac; done
case $0 in *ldapsearch) echo 'nsTaskExitCode: 0'; echo 'nsTaskStatus: done';; *) cat >/dev/null;; esac"#;

#[test]
fn the_script_changes_the_directory_builds_the_indexes_and_ends_with_successful() {
    let (log, stdout, success) = run(WORKS);
    assert!(success, "{stdout}{log}");
    let calls: Vec<_> = log.lines().collect();
    // The changes, the task, its state, and the note that it is done.
    assert_eq!(calls.len(), 4);
    assert!(calls[0].starts_with("ldapmodify|-x|-ZZ|-H|ldap://localhost:389|-D|cn=it's me|-y|"), "{log}");
    assert!(calls[0].ends_with("|-f|PLACE/changes.ldif|"), "{log}");
    assert!(calls[2].contains("cn=dssetup_20260101120000_userRoot,cn=index,cn=tasks,cn=config"), "{log}");
    assert!(!log.contains("Secret-Word"), "no argument may show the password");
    assert!(stdout.lines().last().unwrap().starts_with("Successful"), "{stdout}");
    assert_eq!(
        task_dn("dssetup_20260101120000", &tasks()[0]),
        "cn=dssetup_20260101120000_userRoot,cn=index,cn=tasks,cn=config"
    );
}

#[test]
fn the_script_stops_when_the_directory_refuses_or_a_task_fails() {
    let (log, stdout, success) = run("exit 32");
    assert!(!success && log.lines().count() == 1 && !stdout.contains("Successful"), "{log}{stdout}");
    let failing = WORKS.replace("ExitCode: 0", "ExitCode: 1");
    let (log, stdout, success) = run(&failing);
    assert!(!success && log.lines().count() == 3 && !stdout.contains("Successful"), "{log}{stdout}");
    let gone = WORKS.replace("echo 'nsTaskExitCode: 0'; echo 'nsTaskStatus: done'", "exit 32");
    let (log, stdout, success) = run(&gone);
    assert!(
        !success && log.lines().count() == 3 && !stdout.contains("Successful"),
        "a task that is lost is no success"
    );
}
