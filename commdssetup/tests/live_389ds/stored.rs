//! What a server answers and does not store: 389 DS keeps a change in memory when it cannot write its files.

use std::collections::BTreeSet;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::outcome::Outcome;

use super::choices;
use super::server::{Live, ROOT};
use crate::support::SILENT;

/// Runs the program on the machine's own root, where the files of the server are.
fn run(live: &Live, arguments: &[&str]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_commdssetup"));
    command.arg("--state-dir").arg(live.path("state")).args(arguments);
    command.arg("--password-file").arg(live.path("password"));
    let outcome = Outcome::of(&mut command);
    for file in outcome.stdout.lines().map(str::trim).filter(|line| line.starts_with("/var/tmp/dssetup_")) {
        let _ = std::fs::remove_file(file);
    }
    outcome
}

fn prepare(live: &Live, more: &[&str]) -> Outcome {
    run(live, &[&SILENT[..], &["--ldap-url", &live.url, "-D", ROOT], more].concat())
}

fn directories(live: &Live) -> [PathBuf; 2] {
    [format!("{}/schema", live.instance()).into(), live.instance().into()]
}

/// A directory that belongs to somebody else for as long as this lives.
struct Taken<'a> {
    path: &'a Path,
    owner: u32,
    group: u32,
    mode: u32,
}

impl<'a> Taken<'a> {
    fn by_root(path: &'a Path) -> Self {
        let before = std::fs::metadata(path).unwrap();
        let (owner, group) =
            (std::os::unix::fs::MetadataExt::uid(&before), std::os::unix::fs::MetadataExt::gid(&before));
        chown(path, Some(0), Some(0)).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        Self { path, owner, group, mode: before.permissions().mode() }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        chown(self.path, Some(self.owner), Some(self.group)).unwrap();
        std::fs::set_permissions(self.path, PermissionsExt::from_mode(self.mode)).unwrap();
    }
}

fn restart(live: &Live) {
    live.kill();
    live.start_again();
}

fn differ(one: &BTreeSet<String>, other: &BTreeSet<String>) -> Vec<String> {
    one.symmetric_difference(other).cloned().collect()
}

/// What a state holds, each definition by its identifier and name.
fn identifiers(state: &BTreeSet<String>) -> BTreeSet<String> {
    let short = |value: &String| match value.strip_prefix("( ") {
        Some(definition) => definition.split(' ').take(3).collect::<Vec<_>>().join(" "),
        None => value.clone(),
    };
    state.iter().map(short).collect()
}

#[test]
fn a_directory_that_the_server_cannot_write_is_refused_before_anything_changes() {
    let live = Live::start("owner");
    let before = live.state(&choices());
    let refused = |outcome: Outcome, path: &Path| {
        outcome
            .exits(1)
            .says(&format!("{} belongs to root", path.display()))
            .says("the server's account dirsrv cannot write there")
            .says("Nothing was changed in the directory.");
    };
    for path in &directories(&live) {
        let taken = Taken::by_root(path);
        refused(prepare(&live, &[]), path);
        refused(prepare(&live, &["--check"]), path);
        drop(taken);
    }
    assert_eq!(differ(&before, &live.state(&choices())), Vec::<String>::new());
    prepare(&live, &[]).exits(0);
    let prepared = live.state(&choices());
    for path in &directories(&live) {
        let taken = Taken::by_root(path);
        refused(run(&live, &["--undo", "--yes"]), path);
        refused(run(&live, &["--undo", "--yes", "--check"]), path);
        drop(taken);
    }
    restart(&live);
    // A server that reads them from its file spells some classes without what their superiors have.
    let (stored, prepared) = (identifiers(&live.state(&choices())), identifiers(&prepared));
    assert_eq!(differ(&prepared, &stored), Vec::<String>::new(), "what is stored survives a start");
    run(&live, &["--undo", "--yes"]).exits(0).says("Successful");
    restart(&live);
    assert_eq!(differ(&before, &live.state(&choices())), Vec::<String>::new());
}

/// Lets the server write neither its schema nor its configuration: it writes files of these names first, and nobody sees in advance that
/// it cannot.
fn block(live: &Live) {
    let [schema, configuration] = directories(live);
    std::fs::create_dir(schema.join("99user.ldif.tmp")).unwrap();
    std::fs::create_dir(configuration.join("dse.ldif.tmp")).unwrap();
}

fn has_calendar_users(live: &Live) -> bool {
    live.state(&choices()).iter().any(|value| value.contains("'icsCalendarUser'"))
}

#[test]
fn a_run_that_the_server_did_not_store_is_never_successful() {
    let live = Live::start("lost");
    block(&live);
    let first = prepare(&live, &[]).exits(3);
    let first = first.says("99user.ldif lacks ").says("dse.ldif lacks ").says("loses at its next start");
    assert!(first.stdout.lines().last().unwrap().starts_with("Needs review"), "{first}");
    let again = prepare(&live, &[]).exits(3).says("99user.ldif lacks ");
    assert!(!again.stdout.contains("Successful"), "{again}");
    prepare(&live, &["--check"]).exits(3).says("99user.ldif lacks ");
    assert!(has_calendar_users(&live));
    restart(&live);
    assert!(!has_calendar_users(&live), "the control: the server forgot it");
}

#[test]
fn an_undo_that_the_server_did_not_store_is_never_successful() {
    let live = Live::start("back");
    prepare(&live, &[]).exits(0).says("Successful");
    block(&live);
    let undone = run(&live, &["--undo", "--yes"]).exits(3).says("99user.ldif still has ").says("dse.ldif still has ");
    assert!(!undone.stdout.contains("Successful"), "{undone}");
    assert!(!has_calendar_users(&live));
    restart(&live);
    assert!(has_calendar_users(&live), "the control: the server remembers it");
}

#[test]
fn a_full_disk_of_the_server_is_refused_before_anything_changes() {
    testkit::peers::need("@mount");
    let live = Live::start("full");
    let before = live.state(&choices());
    let [schema, _] = directories(&live);
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=128k,mode=770,uid=dirsrv,gid=dirsrv", "none"]).arg(&schema);
    assert!(mount.status().unwrap().success());
    let outcomes = [prepare(&live, &[]), prepare(&live, &["--check"])];
    assert!(Command::new("umount").arg(&schema).status().unwrap().success());
    for outcome in outcomes {
        outcome.exits(1).says(&format!("{}: 128 KiB are free there", schema.display()));
    }
    assert_eq!(differ(&before, &live.state(&choices())), Vec::<String>::new());
}

#[test]
fn a_shipped_class_that_another_server_may_have_widened_is_reported() {
    let live = Live::start("wide");
    live.take(
        "dn: cn=schema\nchangetype: modify\nadd: objectClasses\n\
         objectClasses: ( 2.16.840.1.113730.3.2.104 NAME 'nsContainer' SUP top STRUCTURAL MUST cn MAY description )\n",
    );
    let says = "The class nsContainer has more than the server was shipped with (description)";
    // Nobody but the site can have done it.
    let alone = prepare(&live, &[]).exits(0);
    assert!(!alone.stderr.contains(says), "{alone}");
    run(&live, &["--undo", "--yes"]).exits(0);
    live.take(
        "dn: cn=replica,cn=o\\3Dusergroup,cn=mapping tree,cn=config\nchangetype: add\nobjectClass: top\nobjectClass: nsDS5Replica\n\
         cn: replica\nnsDS5ReplicaRoot: o=usergroup\nnsDS5ReplicaType: 3\nnsDS5Flags: 1\nnsDS5ReplicaId: 1\n\
         nsDS5ReplicaBindDN: cn=replication manager,cn=config\n",
    );
    prepare(&live, &[]).exits(0).says(says);
    run(&live, &["--undo", "--yes"]).exits(0).says(says);
}

#[test]
fn a_server_whose_files_are_elsewhere_is_not_said_to_have_stored_anything() {
    let live = Live::start("else");
    // Its files are not below this root.
    live.run(&SILENT).exits(0).says("was not seen: ");
    live.finish(&["--undo"]).exits(0).says("was not seen: ");
}
