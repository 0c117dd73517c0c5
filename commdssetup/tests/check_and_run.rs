//! A check and a run agree on every server that is made up here, and no run stops in the middle.

use std::sync::Arc;

use command::Exit;
use upgrade_engine::fs::FileSystem;
use upgrade_engine::fs::memory::MemoryFs;

use crate::support::fake_directory::FakeDirectory;
use crate::sweeps::{carry_out, disk};

const DATABASES: &str = "cn=ldbm database,cn=plugins,cn=config";
const NODE: &str = "cn=o\\3Dusergroup,cn=mapping tree,cn=config";

/// Something that a server may be, and what it does to it.
type Trait = (&'static str, fn(&Arc<dyn FileSystem>));

const TRAITS: [Trait; 12] = [
    ("its database is read-only", |fs| {
        FakeDirectory::set(fs, &format!("cn=userRoot,{DATABASES}"), "nsslapd-readonly", "on");
    }),
    ("the entry of the users is missing", |fs| FakeDirectory::remove(fs, "o=usergroup")),
    ("the whole server is read-only", |fs| FakeDirectory::set(fs, "cn=config", "nsslapd-readonly", "on")),
    ("its schema may not change", |fs| FakeDirectory::set(fs, "cn=config", "nsslapd-schemamod", "off")),
    ("it takes small requests only", |fs| FakeDirectory::set(fs, "cn=config", "nsslapd-maxbersize", "4000")),
    ("it takes large requests", |fs| FakeDirectory::set(fs, "cn=config", "nsslapd-maxbersize", "1000000")),
    ("its suffix is switched off", |fs| FakeDirectory::set(fs, NODE, "nsslapd-state", "disabled")),
    ("its suffix is a replica", |fs| FakeDirectory::set(fs, NODE, "nsslapd-state", "referral on update")),
    ("its suffix has no node", |fs| FakeDirectory::remove(fs, NODE)),
    ("another entry has the name of a database", |fs| {
        FakeDirectory::set(fs, &format!("cn=PiServerDb,{DATABASES}"), "cn", "PiServerDb");
    }),
    ("an identifier that is needed belongs to another attribute", |fs| {
        let other = "( 2.16.840.1.113730.3.1.13 NAME 'mailLocalAddress' SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )";
        FakeDirectory::add_value(fs, "cn=schema", "attributeTypes", other);
    }),
    ("a database without an entry", |fs| {
        let dn = format!("cn=books,{DATABASES}");
        FakeDirectory::set(fs, &dn, "objectClass", "nsBackendInstance");
        FakeDirectory::set(fs, &dn, "cn", "books");
        FakeDirectory::set(fs, &dn, "nsslapd-suffix", "o=PiServerDb");
    }),
];

const SUFFIXES: [(&str, &str); 9] = [
    ("o=usergroup", "o=internet"),
    ("o=usergroup", "o=config"),
    ("o=usergroup", "o=Monitor"),
    ("o=usergroup", "dc=Config"),
    ("o=config", "o=internet"),
    ("ou=people,o=usergroup", "o=NetscapeRoot"),
    ("ou=people,ou=none,o=usergroup", "o=internet"),
    ("o=new", "o=monitor,o=new"),
    ("o=usergroup", "cn=monitor"),
];

fn arguments<'a>((users, domains): (&'a str, &'a str), schema: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let all = ["commdssetup", "-i", "yes", "-R", "yes", "-b", "yes", "-t", "1.5", "-m", "yes", "-D"];
    let named = ["cn=Directory Manager", "-w", "word", "--ldap-url", "ldap://fake", "--yes", "-s", schema];
    [&all[..], &named, &["-u", users, "-r", domains], more].concat()
}

#[test]
fn a_check_and_a_run_agree_whatever_the_server_is() {
    let numbers = testkit::ordinary_or_full(80, 2000);
    let (mut refused, mut done, mut conflicts) = (0, 0, 0);
    let mut seed: u64 = 11;
    for number in 0..numbers {
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        // Each suffix once with a server without traits, then at random.
        let suffixes = SUFFIXES.get(number).copied().unwrap_or_else(|| SUFFIXES[next(SUFFIXES.len())]);
        let count = if number < SUFFIXES.len() { 0 } else { next(3) };
        let traits: Vec<&Trait> = (0..count).map(|_| &TRAITS[next(TRAITS.len())]).collect();
        let schema = if next(4) == 0 { "no" } else { "yes" };
        let fs: Arc<dyn FileSystem> = Arc::<MemoryFs>::new(disk());
        traits.iter().for_each(|(_, change)| change(&fs));
        let what = format!("{suffixes:?} -s {schema}: {:?}", traits.iter().map(|(name, _)| name).collect::<Vec<_>>());
        let check = carry_out(&fs, &arguments(suffixes, schema, &["--check"]));
        let run = carry_out(&fs, &arguments(suffixes, schema, &[]));
        match (&check, &run) {
            (Ok(check), Ok(run)) => {
                assert_eq!(check, run, "{what}");
                done += 1;
                // What is done can be undone.
                let undo = carry_out(&fs, &["commdssetup", "--undo", "--yes", "-w", "word"]);
                assert!(matches!(undo, Ok(Exit::Done)), "{what}: {undo:?}");
            }
            (Err((check, one)), Err((run, other))) => {
                assert_eq!((check, one), (run, other), "{what}");
                assert_eq!(*run, Exit::NothingChanged, "{what}: {other}");
                refused += 1;
            }
            // What a check calls conflicts, a run calls refused.
            (Ok(Exit::ChecksFailed), Err((Exit::NothingChanged, said))) => {
                assert!(said.contains("conflicts with"), "{what}: {said}");
                conflicts += 1;
            }
            _ => panic!("{what}: the check {check:?}, the run {run:?}"),
        }
    }
    let counted = format!("{refused} refused, {conflicts} conflicts, {done} done");
    assert!(refused > 10 && conflicts > 2 && done > 10, "{counted}");
}

#[test]
fn an_undo_that_would_stop_in_the_middle_is_refused_before_its_first_change() {
    for (trait_name, dn, attribute, value) in [
        ("read-only", format!("cn=internet,{DATABASES}"), "nsslapd-readonly", "on"),
        ("`disabled`", "cn=o\\3Dinternet,cn=mapping tree,cn=config".to_owned(), "nsslapd-state", "disabled"),
        ("requests of 4000 bytes", "cn=config".to_owned(), "nsslapd-maxbersize", "4000"),
        ("schema updates are switched off", "cn=config".to_owned(), "nsslapd-schemamod", "off"),
    ] {
        let fs: Arc<dyn FileSystem> = Arc::<MemoryFs>::new(disk());
        carry_out(&fs, &arguments(SUFFIXES[0], "yes", &[])).unwrap();
        FakeDirectory::set(&fs, &dn, attribute, value);
        for more in [&["--check"][..], &[]] {
            let undo = carry_out(&fs, &[&["commdssetup", "--undo", "--yes", "-w", "word"], more].concat());
            let (exit, said) = undo.unwrap_err();
            assert_eq!(exit, Exit::NothingChanged, "{trait_name}: {said}");
            assert!(said.contains(trait_name), "{trait_name}: {said}");
        }
    }
}
