//! The program as a whole: a run, a second one, its undo, and the generated files without it.

use std::path::Path;

use rustix::process::Signal;
use testkit::outcome::Outcome;
use testkit::process::{Point, Watched};

use super::choices;
use super::server::Live;
use crate::support::SILENT;

#[test]
fn a_run_prepares_it_a_second_sends_no_modification_and_undo_gives_the_exact_former_sets() {
    let live = Live::start("prog");
    live.log_at_once();
    let before = live.state(&choices());
    live.run(&[&SILENT[..], &["--check"]].concat()).exits(0).says("Nothing was written.");
    assert!(!live.path("state").exists(), "a check leaves nothing behind");
    assert_eq!(live.state(&choices()), before);
    let first = live.run(&SILENT).exits(0);
    assert!(first.stdout.lines().last().unwrap().starts_with("Successful: "), "{first}");
    first.says("Left out of the schema: 6 attributes");
    assert_ne!(live.state(&choices()), before);
    let sent = live.changes_logged();
    live.run(&SILENT).exits(0).says("Installed: ").says("schema 2").says("\nSuccessful: ");
    assert_eq!(live.changes_logged(), sent, "the second run sent a modification");
    live.finish(&["--undo", "--check"]).exits(0).says("undo: ");
    assert_eq!(live.changes_logged(), sent, "a check sent a modification");
    live.finish(&["--undo"]).exits(0).says("Successful: everything is as it was before");
    let after = live.state(&choices());
    let lost: Vec<_> = before.difference(&after).collect();
    let left: Vec<_> = after.difference(&before).collect();
    assert_eq!((lost, left), (vec![], vec![]));
}

#[test]
fn the_files_of_a_run_that_changes_nothing_give_the_same_directory_by_stock_ldapmodify() {
    let (by_program, by_files) = (Live::start("one"), Live::start("two"));
    by_program.run(&SILENT).exits(0);
    let before = by_files.state(&choices());
    let mut arguments = SILENT;
    arguments[15] = "no";
    by_files.run(&arguments).exits(0).says("To change it: sh ");
    assert_eq!(by_files.state(&choices()), before, "-m no without a terminal must stop after the files");
    let of_script = |path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending == "sh");
    let files = std::fs::read_dir(by_files.path("root/var/tmp")).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = files.collect();
    assert_eq!(files.len(), 2);
    for file in &files {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        assert!(!std::fs::read_to_string(file).unwrap().contains("Canary-Word-9"), "{}", file.display());
    }
    let script = files.iter().find(|path| of_script(path)).unwrap();
    let mut shell = std::process::Command::new("sh");
    Outcome::of(shell.arg(script).env("DSSETUP_PASSWORD_FILE", by_files.path("password"))).exits(0).says("Successful");
    let (one, other) = (by_program.state(&choices()), by_files.state(&choices()));
    let only: Vec<_> = one.symmetric_difference(&other).collect();
    assert!(only.is_empty(), "{only:#?}");
}

/// What the demo shows where there is no server: made against a stock one of the version that Debian 12 has.
#[test]
fn the_files_of_the_examples_are_those_of_a_run() {
    let live = Live::start("example");
    let mut arguments = SILENT;
    (arguments[13], arguments[15]) = ("1", "no");
    live.run(&arguments).exits(0);
    let files = |directory: &Path| {
        let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<_> = files.collect();
        files.sort();
        assert_eq!(files.len(), 2, "{files:?}");
        let id = files[0].file_stem().unwrap().to_str().unwrap().to_owned();
        let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap().replace(&id, "dssetup_TIME"));
        texts.collect::<Vec<_>>()
    };
    let example = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/directory")));
    let place = live.path("root").display().to_string();
    let made = files(&live.path("root/var/tmp"))
        .into_iter()
        .map(|text| text.replace(&live.url, "ldap://localhost:389").replace(&place, ""));
    for (example, made) in example.iter().zip(made) {
        let differ = example.lines().zip(made.lines()).find(|(one, other)| one != other);
        assert_eq!(differ, None);
        assert_eq!(example.len(), made.len());
    }
}

#[test]
fn the_instance_says_how_it_is_reached_and_its_socket_knows_root() {
    let live = Live::start("inst");
    let dse = std::fs::read(format!("{}/dse.ldif", live.instance())).unwrap();
    let inside = live.path("root").join("etc/dirsrv/slapd-x");
    std::fs::create_dir_all(&inside).unwrap();
    // Below another root the socket is looked for there.
    let run = live.path("root/run");
    std::os::unix::fs::symlink("/run", run).unwrap();
    std::fs::write(inside.join("dse.ldif"), dse).unwrap();
    let of_instance = |more: &[&str]| {
        let arguments = [&SILENT[..], &["-c", "/etc/dirsrv", "-d", "slapd-x", "--check"], more].concat();
        Outcome::of(&mut live.bare(&arguments))
    };
    // Nobody gave a password: the socket's own authentication.
    of_instance(&["-D", "cn=Directory Manager"]).exits(0).says("Nothing was written.");
    let password = live.path("password").display().to_string();
    of_instance(&["-D", "cn=Directory Manager", "--password-file", &password]).exits(0).says("Nothing was written.");
    of_instance(&["-D", "cn=Directory Manager", "-w", "wrong"]).exits(1).says("does not accept cn=Directory Manager");
}

#[test]
fn undo_is_refused_once_somebody_uses_or_changes_what_would_go() {
    let live = Live::start("used");
    let before = live.state(&choices());
    live.run(&SILENT).exits(0);
    let prepared = live.state(&choices());
    let refused = |what: &str| {
        live.finish(&["--undo"]).exits(1).says(what).says("Nothing was changed in the directory.");
        assert_eq!(live.state(&choices()), prepared, "{what}");
    };
    live.take("dn: uid=u,o=usergroup\nchangetype: add\nobjectClass: inetOrgPerson\nobjectClass: icsCalendarUser\nuid: u\ncn: u\nsn: u\n");
    refused("entries have classes that would be removed, such as uid=u,o=usergroup");
    live.take("dn: uid=u,o=usergroup\nchangetype: delete\n");
    live.take("dn: ou=below,o=internet\nchangetype: add\nobjectClass: organizationalUnit\nou: below\n");
    refused("entries lie below it, such as ou=below,o=internet");
    live.take("dn: ou=below,o=internet\nchangetype: delete\n");
    live.take("dn: cn=u,o=usergroup\nchangetype: add\nobjectClass: person\nobjectClass: extensibleObject\ncn: u\nsn: u\nicsFirstDay: 2\n");
    refused("entries have attributes that would be removed, such as cn=u,o=usergroup icsFirstDay");
    live.take("dn: cn=u,o=usergroup\nchangetype: delete\n");
    let index_in = |database: &str| {
        format!("dn: cn=icsFirstDay,cn=index,cn={database},cn=ldbm database,cn=plugins,cn=config\nchangetype:")
    };
    for (database, what) in [
        ("userroot", "is the index of an attribute that would be removed"),
        ("internet", "entries lie below it, such as cn=icsFirstDay,cn=index,cn=internet"),
    ] {
        live.take(&format!(
            "{} add\nobjectClass: top\nobjectClass: nsIndex\ncn: icsFirstDay\nnsSystemIndex: false\nnsIndexType: eq\n",
            index_in(database)
        ));
        live.finish(&["--undo"]).exits(1).says(what).says("Nothing was changed in the directory.");
        live.take(&format!("{} delete\n", index_in(database)));
        assert_eq!(live.state(&choices()), prepared);
    }
    let node = "cn=o\\3Dinternet,cn=mapping tree,cn=config";
    live.take(&format!(
        "dn: cn=replica,{node}\nchangetype: add\nobjectClass: top\nobjectClass: nsDS5Replica\ncn: replica\n\
        nsDS5ReplicaRoot: o=internet\nnsDS5ReplicaType: 3\nnsDS5Flags: 1\nnsDS5ReplicaId: 7\n\
        nsDS5ReplicaBindDN: cn=replication manager,cn=config\n"
    ));
    refused(&format!("entries lie below it, such as cn=replica,{node}"));
    live.take(&format!("dn: cn=replica,{node}\nchangetype: delete\n"));
    let definition = prepared.iter().find(|value| value.contains("'icsFirstDay'")).unwrap();
    let described = definition.replace("'icsFirstDay' ", "'icsFirstDay' DESC 'of the site' ");
    // It takes another definition under the same identifier in place of the one that is there.
    let put = |value: &str| {
        live.take(&format!("dn: cn=schema\nchangetype: modify\nadd: attributeTypes\nattributeTypes: {value}\n"))
    };
    put(&described);
    live.finish(&["--undo"]).exits(1).says("the definition of icsFirstDay is not as it was planned");
    put(definition);
    assert_eq!(live.state(&choices()), prepared);
    live.take("dn: o=internet\nchangetype: modify\nadd: description\ndescription: site\n");
    refused("description was added to it");
    live.take("dn: o=internet\nchangetype: modify\ndelete: description\n");
    let index = "dn: cn=icsCalendar,cn=index,cn=userroot,cn=ldbm database,cn=plugins,cn=config\nchangetype: modify\n";
    live.take(&format!("{index}delete: nsIndexType\nnsIndexType: sub\n"));
    let changed = live.state(&choices());
    live.finish(&["--undo"]).exits(1).says("cn=icsCalendar,cn=index").says("without `nsIndexType: sub`");
    assert_eq!(live.state(&choices()), changed);
    live.take(&format!("{index}add: nsIndexType\nnsIndexType: sub\n"));
    let class = "objectClasses: ( 1.9.9 NAME 'siteClass' SUP top AUXILIARY MAY icsCalendarOwned )\n";
    live.take(&format!("dn: cn=schema\nchangetype: modify\nadd: objectClasses\n{class}"));
    live.finish(&["--undo"]).exits(1).says("the class siteClass refers to icsCalendarOwned");
    live.take(&format!("dn: cn=schema\nchangetype: modify\ndelete: objectClasses\n{class}"));
    live.finish(&["--undo"]).exits(0);
    assert_eq!(live.state(&choices()), before);
}

#[test]
fn a_run_that_a_later_one_rests_on_is_not_undone_before_it() {
    let live = Live::start("later");
    let before = live.state(&choices());
    live.run(&SILENT.map(|word| if word == "1.5" { "2" } else { word })).exits(0);
    let first = std::fs::read_dir(live.path("state/commdssetup")).unwrap();
    let first = first.map(|run| run.unwrap().file_name().into_string().unwrap()).max().unwrap();
    live.run(&SILENT).exits(0);
    let prepared = live.state(&choices());
    live.finish(&["--undo", &first])
        .exits(1)
        .says("depends on its changes")
        .says("Nothing was changed in the directory.");
    assert_eq!(live.state(&choices()), prepared);
    live.finish(&["--undo"]).exits(0);
    live.finish(&["--undo", &first]).exits(0);
    assert_eq!(live.state(&choices()), before);
}

#[test]
fn the_commands_of_the_readme_succeed_in_their_order() {
    let live = Live::start("readme");
    let inside = live.path("root").join(live.instance().trim_start_matches('/'));
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::copy(format!("{}/dse.ldif", live.instance()), inside.join("dse.ldif")).unwrap();
    std::os::unix::fs::symlink("/run", live.path("root/run")).unwrap();
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("commdssetup ")).collect();
    assert!(commands.len() >= 3, "{commands:?}");
    let before = live.state(&choices());
    for command in commands {
        let instance = live.instance();
        let line = command.replace("\"cn=Directory Manager\"", "cn=Directory_Manager");
        let line = line.replace("slapd-host", instance.rsplit('/').next().unwrap());
        let line = line.replace("-file pw", &format!("-file {}", live.path("password").display()));
        let words: Vec<String> = line.split(' ').skip(1).map(|word| word.replace('_', " ")).collect();
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        let password = live.path("password").display().to_string();
        if words.first() == Some(&"--undo") {
            // Asked for on a terminal.
            words.extend(["--password-file", &password, "--yes"]);
        }
        // The classes whose identifier was never published are missing.
        Outcome::of(&mut live.bare(&words)).exits(0);
    }
    assert_eq!(live.state(&choices()), before);
}

#[test]
fn a_run_that_is_interrupted_is_resumed_or_undone() {
    let live = Live::start("intr");
    let before = live.state(&choices());
    interrupted(&live);
    live.finish(&["--undo"]).exits(0).says("Successful: everything is as it was before");
    assert_eq!(live.state(&choices()), before);
    interrupted(&live);
    live.run(&[&SILENT[..], &["--resume"]].concat()).exits(0).says("Successful: ");
    live.run(&SILENT).exits(0).says("nothing was changed");
    live.finish(&["--undo"]).exits(0);
    assert_eq!(live.state(&choices()), before);
}

/// Begins a run, and interrupts it once it has changed something.
fn interrupted(live: &Live) {
    let run = Watched::start(&mut live.command(&SILENT));
    let outcome = run.signal_at(Point::Printed("\n  3 of "), Signal::INT).exits(5).says("--resume").says("--undo");
    assert!(!outcome.stderr.contains("37 of "), "{outcome}");
}
