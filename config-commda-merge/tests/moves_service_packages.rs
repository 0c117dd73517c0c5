//! `service-packages`: the LDIF that moves custom packages to the nodes of 6.4.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::support::Site;

const EXPORT: &str = "\
dn: o=cosTemplates,o=usergroup
o: cosTemplates

dn: o=mailuser,o=cosTemplates,o=usergroup
o: mailuser

dn: o=gold, o=cosTemplates,o=usergroup
objectClass: top
objectClass: costemplate
o: gold
mailquota: 5000
mailAllowedServiceAccess: +imap:ALL$+pop:AL
 L
description:: w6k=
modifyTimestamp: 20080101000000Z

dn: o=unclear,o=cosTemplates,o=usergroup
o: unclear
mailMsgMaxBlocks: 800
";

fn run(site: &Site, more: &[&str]) -> crate::support::Outcome {
    site.run(&[&["service-packages", "--suffix", "o=usergroup", "--from", "export.ldif"], more].concat())
}

#[test]
fn packages_are_added_at_their_new_node_then_deleted_then_typed() {
    let site = Site::bare();
    fs::write(site.beside("cwd/export.ldif"), EXPORT).unwrap();
    run(&site, &["-o", "out.ldif"])
        .exits(3)
        .says("move  o=gold,o=cosTemplates,o=usergroup -> o=gold,o=mailuser,o=cosTemplates,o=usergroup")
        .says("o=unclear,o=cosTemplates,o=usergroup: its attributes do not show whether it is for users or groups")
        .says("1 service package: the changes are in out.ldif")
        .says("apply the changes with ldapmodify");
    let changes = fs::read_to_string(site.beside("cwd/out.ldif")).unwrap();
    let at = |text: &str| changes.find(text).unwrap_or_else(|| panic!("no {text} in\n{changes}"));
    assert!(at("changetype: add") < at("changetype: delete") && at("changetype: delete") < at("changetype: modify"));
    assert!(changes.contains("mailAllowedServiceAccess: +imap:ALL$+pop:ALL\n"), "{changes}");
    assert!(changes.contains("description:: w6k=\n") && !changes.contains("modifyTimestamp"), "{changes}");
    assert!(changes.contains("add: daServiceType\ndaServiceType: mail user\n"), "{changes}");
    assert_eq!(fs::metadata(site.beside("cwd/out.ldif")).unwrap().mode() & 0o7777, 0o600);
}

#[test]
fn an_export_without_packages_is_said_and_nothing_is_written() {
    let site = Site::bare();
    fs::write(site.beside("cwd/export.ldif"), "dn: o=usergroup\no: usergroup\n").unwrap();
    run(&site, &["-o", "out.ldif"]).succeeded().says("1 entries, none of them a service package").says("nothing to do");
    assert!(!site.beside("cwd/out.ldif").exists());
}

#[test]
fn a_damaged_export_a_wrong_suffix_and_an_output_onto_the_export_are_refused() {
    let site = Site::bare();
    fs::write(site.beside("cwd/export.ldif"), "dn: o=usergroup\nno colon here\n").unwrap();
    let refused = |arguments: &[&str]| {
        site.refused(&[&["service-packages", "--suffix", "o=usergroup", "-o"], arguments].concat())
    };
    refused(&["out.ldif", "--from", "export.ldif"]).exits(1).says("export.ldif, line 2");
    refused(&["export.ldif", "--from", "export.ldif"]).exits(2).says("the changes would replace the export");
    refused(&["out.ldif", "--from", "missing.ldif"]).exits(1).says("missing.ldif");
    fs::write(site.beside("cwd/export.ldif"), EXPORT).unwrap();
    let wrong = ["service-packages", "--suffix", "usergroup", "--from", "export.ldif", "-o", "out.ldif"];
    site.refused(&wrong).exits(2).says("--suffix");
}
