//! What cannot be done is refused with a clear message, before anything is changed.

use testkit::outcome::Outcome;

use super::choices;
use super::server::{Live, ROOT};
use crate::support::SILENT;

#[test]
fn whoever_may_not_change_it_is_told_so() {
    let live = Live::start("who");
    let before = live.state(&choices());
    let run = |name: &str, password: &str| {
        let more = ["--ldap-url", live.url.as_str(), "-D", name, "-w", password];
        Outcome::of(&mut live.bare(&[&SILENT[..], &more].concat()))
    };
    run(ROOT, "wrong").exits(1).says("the server does not accept cn=Directory Manager with this password");
    run("cn=nobody", "word").exits(1).says("does not accept cn=nobody");
    live.take("dn: uid=u,o=usergroup\nchangetype: add\nobjectClass: inetOrgPerson\nuid: u\ncn: u\nsn: u\nuserPassword: Word-of-U-1\n");
    run("uid=u,o=usergroup", "Word-of-U-1").exits(1).says("uid=u,o=usergroup is not the Directory Manager");
    let given = run(ROOT, "").exits(2).says("the password is empty");
    assert!(!given.stderr.contains("Nothing was changed in the directory.\n  Nothing"), "{given}");
    Outcome::of(&mut live.bare(&[&SILENT[..], &["--ldap-url", &live.url, "-D", ROOT]].concat()))
        .exits(1)
        .says("--password-file FILE");
    assert_eq!(live.state(&choices()), before);
    assert!(!live.path("state").exists());
    assert_eq!(std::fs::read_dir(live.path("root/var/tmp")).unwrap().count(), 0);
}

#[test]
fn a_server_that_takes_no_changes_is_left_alone() {
    let live = Live::start("off");
    let set = |name: &str, value: &str| {
        live.take(&format!("dn: cn=config\nchangetype: modify\nreplace: {name}\n{name}: {value}\n"));
    };
    let before = live.state(&choices());
    set("nsslapd-schemamod", "off");
    live.run(&SILENT).exits(1).says("schema updates are switched off").says("Set nsslapd-schemamod to on");
    set("nsslapd-schemamod", "on");
    live.take(
        "dn: cn=replica,cn=o\\3Dusergroup,cn=mapping tree,cn=config\nchangetype: add\nobjectClass: top\nobjectClass: nsDS5Replica\n\
         cn: replica\nnsDS5ReplicaRoot: o=usergroup\nnsDS5ReplicaType: 2\nnsDS5Flags: 0\nnsDS5ReplicaId: 65535\n\
         nsDS5ReplicaBindDN: cn=replication manager,cn=config\nnsDS5ReplicaReferral: ldap://supplier.example.com:389\n",
    );
    live.run(&[&SILENT[..], &["--check"]].concat())
        .exits(0)
        .says("This instance is a read-only replica of o=usergroup")
        .says("ldap://supplier.example.com:389");
    assert_eq!(live.state(&choices()), before);
    // The last one, as it cannot be switched off either.
    set("nsslapd-readonly", "on");
    live.run(&SILENT).exits(1).says("is read-only: nsslapd-readonly is on");
    assert_eq!(live.state(&choices()), before);
}

#[test]
fn what_would_stop_a_run_in_the_middle_is_known_before_it() {
    let live = Live::start("before");
    let set = |dn: &str, name: &str, value: &str| {
        live.take(&format!("dn: {dn}\nchangetype: modify\nreplace: {name}\n{name}: {value}\n"));
    };
    let before = live.state(&choices());
    let refused = |arguments: &[&str], says: &str| {
        for more in [&["--check"][..], &[]] {
            live.run(&[arguments, more].concat()).exits(1).says(says).says("Nothing was changed in the directory.");
        }
        assert_eq!(live.state(&choices()), before, "{says}");
    };
    let database = "cn=userroot,cn=ldbm database,cn=plugins,cn=config";
    set(database, "nsslapd-readonly", "on");
    let below = SILENT.map(|word| if word == "o=usergroup" { "ou=people,o=usergroup" } else { word });
    refused(&below, "ou=people,o=usergroup does not exist and cannot be made: its database userroot is read-only");
    set(database, "nsslapd-readonly", "off");
    set("cn=config", "nsslapd-maxbersize", "20000");
    refused(&SILENT, "the server takes requests of 20000 bytes at most (nsslapd-maxbersize in cn=config)");
    set("cn=config", "nsslapd-maxbersize", "0");
    // Names that the server has for itself: another one is chosen.
    for suffix in ["o=config", "o=Monitor", "dc=Config", "o=NetscapeRoot"] {
        let arguments = SILENT.map(|word| if word == "o=internet" { suffix } else { word });
        live.run(&[&arguments[..], &["--check"]].concat()).exits(0);
        live.run(&arguments).exits(0);
        assert_eq!(live.search(suffix, "base", "(objectClass=*)", &["1.1"]).len(), 1, "{suffix}");
        live.finish(&["--undo"]).exits(0);
        assert_eq!(live.state(&choices()), before, "{suffix}");
    }
    // The limits of an account do not count for the Directory Manager, whatever his entry says.
    live.take(
        "dn: uid=all,o=usergroup\nchangetype: add\nobjectClass: inetOrgPerson\nuid: all\ncn: all\nsn: all\n\
         userPassword: Word-of-All-1\nnsSizeLimit: 1\nnsTimeLimit: 1\nnsLookThroughLimit: 1\n",
    );
    set("cn=config", "nsslapd-sizelimit", "1");
    set("cn=config", "nsslapd-rootdn", "uid=all,o=usergroup");
    // He has the word of the configuration, not that of the entry.
    let password = live.path("password").display().to_string();
    let manager = ["-D", "uid=all,o=usergroup", "--password-file", &password];
    let as_manager = |arguments: &[&str]| Outcome::of(&mut live.bare(&[arguments, &manager].concat()));
    as_manager(&[&SILENT[..], &["--ldap-url", &live.url]].concat()).exits(0);
    as_manager(&["--undo", "--yes"]).exits(0);
}

#[test]
fn a_suffix_below_an_entry_that_is_not_there_is_refused() {
    let live = Live::start("none");
    let before = live.state(&choices());
    let arguments = SILENT.map(|word| if word == "o=usergroup" { "ou=all,ou=none,o=usergroup" } else { word });
    live.run(&arguments).exits(1).says("ou=none,o=usergroup");
    assert_eq!(live.state(&choices()), before);
}

#[test]
fn what_lies_at_the_place_of_a_generated_file_is_not_touched() {
    let live = Live::start("files");
    let before = live.state(&choices());
    // Whatever second it is: a dangling link at each name that could come.
    let now = jiff::Timestamp::now();
    let names = (0..120)
        .map(|more| (now + jiff::SignedDuration::from_secs(more)).strftime("dssetup_%Y%m%d%H%M%S.sh").to_string());
    for name in names {
        std::os::unix::fs::symlink(live.path("nowhere"), live.path("root/var/tmp").join(name)).unwrap();
    }
    live.run(&[&SILENT[..], &["--check"]].concat()).exits(0).says("Nothing was written.");
    assert_eq!(live.state(&choices()), before);
    live.run(&SILENT);
    assert!(!live.path("nowhere").exists(), "it wrote through a link");
    let files = std::fs::read_dir(live.path("root/var/tmp")).unwrap().map(|entry| entry.unwrap());
    let made: Vec<_> =
        files.filter(|entry| entry.file_type().unwrap().is_file()).map(|entry| entry.file_name()).collect();
    // `dssetup_`, the time, and what nobody can guess.
    let random = |name: &str| Some(name.split('.').next()?.splitn(3, '_').nth(2)?.len());
    assert_eq!(
        made.iter().map(|name| random(name.to_str().unwrap())).collect::<Vec<_>>(),
        [Some(16), Some(16)],
        "{made:?}"
    );
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not_taken() {
    let live = Live::start_with_tls("tls");
    let password = live.path("password").display().to_string();
    let run = |url: &str, more: &[&str]| {
        let arguments = ["--ldap-url", url, "-D", ROOT, "--password-file", &password, "--check"];
        Outcome::of(&mut live.bare(&[&SILENT[..], &arguments, more].concat()))
    };
    run(&live.secure_url, &[]).exits(1).says("is not trusted").says("--ca-file");
    let plain = live.url.replace("127.0.0.1", "localhost");
    run(&plain, &["--start-tls"]).exits(1).says("is not trusted");
    let authority = format!("{}/ca.crt", live.instance());
    run(&live.secure_url, &["--ca-file", &authority]).exits(0).says("Nothing was written.");
    run(&plain, &["--start-tls", "--ca-file", &authority]).exits(0).says("Nothing was written.");
    // A name that the certificate is not for.
    let elsewhere = live.secure_url.replace("localhost", "127.0.0.1");
    run(&elsewhere, &["--ca-file", &authority]).exits(1).says("is not trusted");
    run(&live.secure_url, &["--ca-file", &password]).exits(1).says("it holds no certificate");
}

#[test]
fn a_malformed_file_of_the_site_is_named_with_its_line() {
    let live = Live::start("site");
    std::fs::create_dir_all(live.path("schema")).unwrap();
    std::fs::write(live.path("schema/60site.ldif"), "dn: cn=schema\nattributeTypes: ( 1.9.1 NAME 'x'\n").unwrap();
    let schema = live.path("schema").display().to_string();
    live.run(&[&SILENT[..], &["-S", &schema]].concat()).exits(1).says("60site.ldif").says("line 2");
}

#[test]
fn a_suffix_whose_database_is_gone_is_refused() {
    let live = Live::start("gone");
    live.run(&SILENT).exits(0);
    let refused = |says: &str| {
        let state = live.state(&choices());
        live.run(&SILENT).exits(1).says(says).says("Nothing was changed in the directory.");
        assert_eq!(live.state(&choices()), state);
    };
    let node = "dn: cn=o\\3Dpab,cn=mapping tree,cn=config\nchangetype:";
    live.take(&format!("dn: o=pab\nchangetype: delete\n\n{node} delete\n"));
    refused("o=pab is not served from its database pab: no entry of cn=mapping tree,cn=config names it");
    live.take(&format!(
        "{node} add\nobjectClass: top\nobjectClass: extensibleObject\nobjectClass: nsMappingTree\ncn: o=pab\n\
         nsslapd-state: backend\nnsslapd-backend: pab\n"
    ));
    let node = "cn=o\\3Dinternet,cn=mapping tree,cn=config";
    live.take(&format!(
        "dn: o=internet\nchangetype: delete\n\ndn: {node}\nchangetype: modify\nreplace: nsslapd-backend\nnsslapd-backend: none\n"
    ));
    let says = format!("o=internet is not served from a database of this instance: {node} has `backend none`");
    refused(&says);
    let database = "cn=internet,cn=ldbm database,cn=plugins,cn=config";
    let deleted = live.client("ldapdelete").args(["-r", database]).status().unwrap();
    assert!(deleted.success());
    refused(&says);
    // What is left of it is deleted, and it is made anew.
    live.take(&format!("dn: {node}\nchangetype: delete\n"));
    live.run(&SILENT).exits(0);
}
