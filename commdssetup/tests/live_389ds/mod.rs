//! What is planned, judged by a 389 Directory Server and the stock client tools.

mod conflicts;
mod editions;
mod expect_dialogue;
mod paths_strace;
mod refusals;
mod replication;
mod runs;
mod schema_directory;
mod server;
mod server_dies;
mod stored;
mod unbuilt_indexes;
mod users;

use commdssetup::choices::{OldIcsOids, SchemaType, SiteFile, UnpublishedOids};
use commdssetup::reverse::reverse;
use ldif::schema::{AttributeType, ObjectClass};

use self::server::Live;
use crate::support::SILENT;
use crate::support::{class_sent, planned};

fn choices() -> commdssetup::choices::Choices {
    crate::support::choices()
}

#[test]
fn the_generated_files_prepare_it_a_second_run_has_nothing_to_do_and_undo_restores_every_set() {
    let live = Live::start("run");
    let before = live.state(&choices());
    let plan = planned(&live.facts(&choices()), &choices());
    assert_eq!(plan.refusals().count(), 0, "{:?}", plan.conflicts);
    let said = live.run_generated(&plan, "dssetup_first");
    assert!(said.lines().last().unwrap().starts_with("Successful"), "{said}");
    assert!(said.contains("userroot: Finished indexing."), "{said}");
    let second = planned(&live.facts(&choices()), &choices());
    assert_eq!(second.changes, []);
    assert!(second.is_empty());
    assert_ne!(live.state(&choices()), before);
    live.apply(&reverse(&plan.changes));
    let after = live.state(&choices());
    let lost: Vec<_> = before.difference(&after).collect();
    let left: Vec<_> = after.difference(&before).collect();
    assert_eq!((lost, left), (vec![], vec![]));
}

#[test]
fn placeholders_come_later_into_the_classes_that_went_in_without_them_and_go_again() {
    let live = Live::start("ph");
    let mut choices = choices();
    choices.schema_type = SchemaType::Two;
    live.run_generated(&planned(&live.facts(&choices), &choices), "dssetup_without");
    let before = live.state(&choices);
    choices.unpublished_oids = UnpublishedOids::Placeholder;
    let plan = planned(&live.facts(&choices), &choices);
    assert!(class_sent(&plan, "inetMailGroup").unwrap().may.iter().any(|name| name == "mailRejectText"));
    live.run_generated(&plan, "dssetup_with");
    assert_eq!(planned(&live.facts(&choices), &choices).changes, []);
    live.apply(&reverse(&plan.changes));
    assert_eq!(live.state(&choices), before);
}

#[test]
fn calendar_classes_of_old_releases_are_migrated_and_their_entries_stay_valid() {
    let live = Live::start("ics");
    live.take(
        "dn: cn=schema\nchangetype: modify\nadd: attributeTypes\n\
         attributeTypes: ( 2.16.840.1.113730.3.1.731 NAME 'icsCalendar' SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 SINGLE-VALUE )\n-\n\
         add: objectClasses\n\
         objectClasses: ( 2.16.840.1.113730.3.2.141 NAME 'icsCalendarUser' SUP top STRUCTURAL MAY ( cn $ sn $ description $ icsCalendar ) )\n\
         objectClasses: ( 1.9.1 NAME 'siteCalendarUser' SUP icsCalendarUser AUXILIARY MAY ou )\n",
    );
    live.take("dn: cn=old,o=usergroup\nchangetype: add\nobjectClass: icsCalendarUser\ncn: old\ndescription: one\nicsCalendar: old\n");
    let mut choices = choices();
    let before = live.state(&choices);
    choices.old_ics_oids = OldIcsOids::Migrate;
    let plan = planned(&live.facts(&choices), &choices);
    live.run_generated(&plan, "dssetup_migrate");
    let changed = "dn: cn=old,o=usergroup\nchangetype: modify\nreplace: description\ndescription: two\n-\nadd: icsCalendarOwned\nicsCalendarOwned: x\n";
    live.take(changed);
    assert_eq!(planned(&live.facts(&choices), &choices).changes, []);
    live.apply(&reverse(&plan.changes));
    assert_eq!(live.state(&choices), before);
}

#[test]
fn users_of_all_products_can_be_added_and_no_indexed_search_goes_through_all_entries() {
    let live = Live::start("use");
    live.log_at_once();
    live.run(&SILENT).exits(0);
    for (number, domain) in (0..20).map(|number| (number, format!("d{number}.example.com"))) {
        live.take(&format!(
            "dn: uid=u{number},o=usergroup\nchangetype: add\nobjectClass: inetOrgPerson\nobjectClass: inetUser\nobjectClass: ipUser\n\
             objectClass: inetMailUser\nobjectClass: inetLocalMailRecipient\nobjectClass: icsCalendarUser\nobjectClass: sunIMUser\n\
             objectClass: sunPresenceUser\nobjectClass: sunUCPreferences\nuid: u{number}\ncn: U\nsn: U\nmail: u@{domain}\nmailAlternateAddress: a@{domain}\n\
             mailEquivalentAddress: e@{domain}\nmailUserStatus: active\nmailHost: h\nicsCalendar: u{number}\nicsCalendarOwned: u{number}$x\n\
             inetUserStatus: active\nsunUCTheme: blue\n\ndn: o={domain},o=usergroup\nchangetype: add\nobjectClass: organization\n\
             objectClass: sunManagedOrganization\nobjectClass: inetDomain\nobjectClass: sunISManagedOrganization\no: {domain}\n\
             sunPreferredDomain: {domain}\nassociatedDomain: {domain}\nsunOrganizationAlias: a{number}\n\n\
             dn: dc=d{number},o=internet\nchangetype: add\nobjectClass: domain\nobjectClass: inetDomain\nobjectClass: inetDomainAuthInfo\ndc: d{number}\n\
             inetDomainBaseDN: o={domain},o=usergroup\ninetCanonicalDomainName: {domain}\n"
        ));
    }
    let seen = live.access_log().len();
    for (base, filter) in [
        ("o=usergroup", "(mail=u@d7.example.com)"),
        ("o=usergroup", "(mail=*@d7.exam*)"),
        ("o=usergroup", "(mailAlternateAddress=a@d7.example.com)"),
        ("o=usergroup", "(mailEquivalentAddress=e@d7*)"),
        ("o=usergroup", "(icsCalendar=u7)"),
        ("o=usergroup", "(icsCalendarOwned=u7$*)"),
        ("o=usergroup", "(sunPreferredDomain=d7.example.com)"),
        ("o=usergroup", "(associatedDomain=d7.example.com)"),
        ("o=usergroup", "(o=d7.example.com)"),
        ("o=usergroup", "(sunOrganizationAlias=a7)"),
        ("o=internet", "(inetDomainBaseDN=o=d7.example.com,o=usergroup)"),
        ("o=internet", "(inetCanonicalDomainName=d7.example.com)"),
    ] {
        assert_eq!(live.search(base, "sub", filter, &["1.1"]).len(), 1, "{filter}");
    }
    // By sound, the numbers do not count.
    assert_eq!(live.search("o=usergroup", "sub", "(mail~=u@d7.example.com)", &["1.1"]).len(), 20);
    let log = live.access_log();
    let results: Vec<_> = log[seen..].lines().filter(|line| line.contains("tag=101")).collect();
    assert_eq!(results.len(), 13);
    assert!(results.iter().all(|line| !line.contains("notes=")), "{results:#?}");
    // The control: an attribute without an index is searched through all entries, and the log says so.
    live.search("o=usergroup", "sub", "(mailUserStatus=active)", &["1.1"]);
    assert!(live.access_log().lines().any(|line| line.contains("notes=U") || line.contains("notes=A")));
}

#[test]
fn every_schema_file_that_it_ships_can_be_read_and_says_nothing_new() {
    let live = Live::start("own");
    let mut files: Vec<_> =
        std::fs::read_dir("/usr/share/dirsrv/schema").unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 20);
    let mut choices = choices();
    let without = planned(&live.facts(&choices), &choices);
    choices.site_schema = files
        .iter()
        .map(|path| SiteFile { path: path.display().to_string(), content: std::fs::read(path).unwrap() })
        .collect();
    let facts = live.facts(&choices);
    let with = planned(&facts, &choices);
    let refused: Vec<_> =
        with.refusals().map(|conflict| format!("{}: {}", conflict.name, conflict.difference)).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let reasons = |plan: &commdssetup::plan::Plan| plan.changes.iter().map(|c| c.reason.clone()).collect::<Vec<_>>();
    assert_eq!(reasons(&with), reasons(&without));
    assert!(with.changes == without.changes);
    // Whatever the server shows can be read, and prints to what it takes for the same.
    assert!(!with.notices.iter().any(|notice| notice.contains("cannot be understood")), "{:?}", with.notices);
    for text in &facts.subschema.attribute_types {
        let one = AttributeType::parse(text).unwrap();
        assert_eq!(AttributeType::parse(&one.to_string()).unwrap(), one);
    }
    for text in &facts.subschema.object_classes {
        let one = ObjectClass::parse(text).unwrap();
        assert_eq!(ObjectClass::parse(&one.to_string()).unwrap(), one);
    }
}
