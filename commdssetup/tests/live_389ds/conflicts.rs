//! Definitions that contradict ours, planted one by one: each is seen before anything is sent.

use commdssetup::apply::{DirectoryRequest, DirectoryService};
use commdssetup::ldap::{Bind, Connection, Password, Target};
use commdssetup::plan::{Area, DirectoryChange, EditKind, Operation, ValueEdit};
use upgrade_engine::step::{Observer, Service};

use super::choices;
use super::server::{Live, ROOT};
use crate::support::SILENT;

struct Quiet;

impl Observer for Quiet {}

const TEXT: &str = "SYNTAX 1.3.6.1.4.1.1466.115.121.1.15";

#[test]
fn each_kind_is_refused_with_both_definitions_and_nothing_is_sent() {
    let live = Live::start("conf");
    live.log_at_once();
    for (what, attribute, value, said) in [
        (
            "class of another",
            "objectClasses",
            "( 1.9.6 NAME 'icsCalendarUser' SUP top AUXILIARY MAY cn )".to_owned(),
            "the same name under another identifier",
        ),
        (
            "number of another",
            "attributeTypes",
            format!("( 2.16.840.1.113730.3.1.731 NAME 'siteWord' {TEXT} )"),
            "the same identifier under another name",
        ),
        (
            "other number",
            "attributeTypes",
            "( 1.9.5 NAME 'icsCalendarOwned' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )".to_owned(),
            "the same name under another identifier",
        ),
        (
            "number of another class",
            "objectClasses",
            "( 1.3.6.1.4.1.42.2.27.9.2.140 NAME 'siteThing' SUP top AUXILIARY MUST description )".to_owned(),
            "the same identifier under another name",
        ),
        (
            "other syntax",
            "attributeTypes",
            "( 2.16.840.1.113730.3.1.731 NAME 'icsCalendar' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )"
                .to_owned(),
            "another syntax",
        ),
    ] {
        live.take(&format!("dn: cn=schema\nchangetype: modify\nadd: {attribute}\n{attribute}: {value}\n"));
        let before = live.state(&choices());
        let sent = live.changes_logged();
        let oid = value.split_whitespace().nth(1).unwrap();
        let refused = live.run(&SILENT).exits(1).says(said).says("remedy:").says("the server's schema conflicts with");
        assert!(refused.stdout.contains("the server: ") && refused.stdout.contains(oid), "{what}: {refused}");
        live.run(&[&SILENT[..], &["--check"]].concat()).exits(6).says(said);
        assert_eq!(live.changes_logged(), sent, "{what}");
        assert_eq!(live.state(&choices()), before, "{what}");
        live.take(&format!("dn: cn=schema\nchangetype: modify\ndelete: {attribute}\n{attribute}: {value}\n"));
    }
    live.run(&SILENT).exits(0);
}

/// The contradictions that are known of old releases and of other schemas; the eight calendar addresses are in the stock server.
#[test]
fn what_is_known_to_contradict_is_refused_or_serves() {
    let live = Live::start("known");
    let ia5 = "SYNTAX 1.3.6.1.4.1.1466.115.121.1.26";
    let class = |oid: &str, rest: &str| ("objectClasses", format!("( {oid} NAME {rest} )"));
    let attribute = |oid: &str, rest: &str| ("attributeTypes", format!("( {oid} NAME {rest} )"));
    let old = |oid: &str, name: &str| vec![class(oid, &format!("'{name}' SUP top STRUCTURAL MAY cn"))];
    let modify = |verb: &str, planted: &[(&str, String)]| {
        let edits: Vec<_> = planted.iter().map(|(of, value)| format!("{verb}: {of}\n{of}: {value}\n-\n")).collect();
        live.take(&format!("dn: cn=schema\nchangetype: modify\n{}", edits.concat()));
    };
    let before = live.state(&choices());
    // Those of the IETF's mail schema cannot be there beside what the server ships: it does not take them.
    for (oid, name) in
        [("2.16.840.1.113730.3.1.47", "mailRoutingAddress"), ("2.16.840.1.113730.3.1.13", "mailLocalAddress")]
    {
        let (of, value) = attribute(oid, &format!("'{name}' {ia5}"));
        let refused = live.modify(format!("dn: cn=schema\nchangetype: modify\nadd: {of}\n{of}: {value}\n").as_bytes());
        assert_eq!(refused.status.code(), Some(20), "{refused:?}");
    }
    for planted in [
        old("2.16.840.1.113730.3.2.141", "icsCalendarUser"),
        old("1.3.6.1.4.1.42.2.27.9.2.45", "icsCalendarResource"),
        old("2.16.840.1.113730.3.2.144", "icsCalendarDomain"),
        old("2.16.840.1.113730.3.2.133", "inetDomainAuthInfo"),
        vec![
            attribute("2.16.840.1.113730.3.1.755", &format!("'icsStatus' {TEXT} SINGLE-VALUE")),
            class("1.3.6.1.4.1.42.2.27.9.2.5", "'icsCalendarGroup' SUP top STRUCTURAL MUST icsStatus"),
        ],
        vec![attribute("2.16.840.1.113730.3.1.2033", &format!("'icsPartition' {TEXT} SINGLE-VALUE"))],
        vec![class(
            "2.16.840.1.113730.3.2.147",
            "'inetLocalMailRecipient' SUP top AUXILIARY MAY ( mailHost $ mailRoutingAddress )",
        )],
    ] {
        modify("add", &planted);
        let with = live.state(&choices());
        live.run(&SILENT).exits(0);
        live.finish(&["--undo"]).exits(0);
        assert_eq!(live.state(&choices()), with, "{planted:?}");
        let last_first: Vec<_> = planted.into_iter().rev().collect();
        modify("delete", &last_first);
        assert_eq!(live.state(&choices()), before, "{last_first:?}");
    }
    // What the site put over a shipped class is kept but for what it lacks.
    let over_shipped =
        [class("2.16.840.1.113730.3.2.4", "'mailGroup' SUP top STRUCTURAL MUST ( cn $ mail ) MAY owner")];
    modify("add", &over_shipped);
    let with = live.state(&choices());
    live.run(&SILENT).exits(0);
    live.run(&SILENT).exits(0).says("mailGroup: the server requires cn, mail").says("nothing was changed");
    live.finish(&["--undo"]).exits(0);
    assert_eq!(live.state(&choices()), with);
}

#[test]
fn calendar_classes_of_old_releases_move_and_come_back() {
    let live = Live::start("move");
    live.take(
        "dn: cn=schema\nchangetype: modify\nadd: attributeTypes\n\
         attributeTypes: ( 2.16.840.1.113730.3.1.731 NAME 'icsCalendar' SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 SINGLE-VALUE )\n-\n\
         add: objectClasses\n\
         objectClasses: ( 2.16.840.1.113730.3.2.141 NAME 'icsCalendarUser' SUP top AUXILIARY MAY ( cn $ icsCalendar ) )\n",
    );
    live.take("dn: cn=old,o=usergroup\nchangetype: add\nobjectClass: organizationalRole\nobjectClass: icsCalendarUser\ncn: old\nicsCalendar: old\n");
    let before = live.state(&choices());
    live.run(&[&SILENT[..], &["--migrate-ics-oids"]].concat()).exits(0).says("Successful: ");
    assert!(live.state(&choices()).iter().any(|value| value.contains("1.3.6.1.4.1.42.2.27.9.2.140")));
    // The entry has a class of the same name before and after: nothing of it is lost by the undo.
    live.finish(&["--undo"]).exits(0);
    assert_eq!(live.state(&choices()), before);
}

#[test]
fn attribute_types_of_old_releases_move_with_the_classes_that_name_them_and_come_back() {
    let live = Live::start("types");
    let text = "1.3.6.1.4.1.1466.115.121.1.15";
    live.take(&format!(
        "dn: cn=schema\nchangetype: modify\nadd: attributeTypes\n\
         attributeTypes: ( psRoot-oid NAME 'psRoot' DESC 'site' SYNTAX {text} )\n\
         attributeTypes: ( psincludeingab-oid NAME 'psIncludeInGAB' SYNTAX {text} )\n\
         attributeTypes: ( 2.16.840.1.113730.3.1.2031 NAME 'icsDomainNames' SYNTAX {text} )\n\
         attributeTypes: ( 2.16.840.1.113730.3.1.2029 NAME 'icsDWPHost' SYNTAX {text} )\n\
         attributeTypes: ( 1.9.2 NAME 'siteHost' SUP icsDWPHost )\n-\n\
         add: objectClasses\n\
         objectClasses: ( 2.16.840.1.113730.3.2.141 NAME 'icsCalendarUser' SUP top AUXILIARY MAY ( cn $ psRoot ) )\n\
         objectClasses: ( 1.9.1 NAME 'siteUser' SUP icsCalendarUser AUXILIARY MAY ( cn $ psRoot $ icsDomainNames ) )\n"
    ));
    live.take("dn: cn=old,o=usergroup\nchangetype: add\nobjectClass: organizationalRole\nobjectClass: siteUser\ncn: old\npsRoot: one\n");
    let before = live.state(&choices());
    let options = [&SILENT[..], &["--migrate-ics-oids"]].concat();
    live.run(&[&options[..], &["--check"]].concat())
        .exits(0)
        .says("it stays there: the attribute siteHost is below it");
    live.run(&options).exits(0).says("Successful: ");
    let after = live.state(&choices());
    for moved in [
        "( 1.3.6.1.4.1.42.2.27.9.1.987 NAME 'psRoot' DESC 'site'",
        "( 1.3.6.1.4.1.42.2.27.9.1.988 NAME 'psIncludeInGAB'",
        "( 1.3.6.1.4.1.42.2.27.9.1.3 NAME 'icsDomainNames'",
        "( 2.16.840.1.113730.3.1.2029 NAME 'icsDWPHost'",
        "( 1.3.6.1.4.1.42.2.27.9.2.140 NAME 'icsCalendarUser'",
    ] {
        assert!(after.iter().any(|value| value.starts_with(moved)), "{moved}");
    }
    assert_eq!(live.search("o=usergroup", "sub", "(psRoot=one)", &["psRoot"]).len(), 1);
    live.take("dn: cn=old,o=usergroup\nchangetype: modify\nreplace: psRoot\npsRoot: two\n");
    live.run(&options).exits(0).says("nothing was changed");
    live.finish(&["--undo"]).exits(0);
    assert_eq!(live.state(&choices()), before);
}

/// What the server itself would refuse, or keep in another way than it was sent: an empty list, a class that names an attribute
/// nobody has, a definition that is there word for word, one name or one identifier for an attribute and a class.
#[test]
fn definitions_that_the_server_takes_its_own_way_are_sent_once_and_go_again() {
    let live = Live::start("ways");
    live.log_at_once();
    std::fs::create_dir_all(live.path("schema")).unwrap();
    let text = "dn: cn=schema\n\
        attributeTypes: ( 1.9.1 NAME 'siteWord' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 X-ORIGIN 'site' )\n\
        attributeTypes: ( 2.5.4.3 NAME ( 'cn' 'commonName' ) SUP name EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch \
        SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )\n\
        attributeTypes: ( siteOne-oid NAME 'siteOne' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )\n\
        attributeTypes: ( oid-siteTwo NAME 'siteTwo' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )\n\
        objectClasses: ( 1.9.3 NAME 'siteWord' SUP top AUXILIARY MAY siteWord )\n\
        objectClasses: ( 1.9.1 NAME 'siteOther' SUP top AUXILIARY MAY siteWord )\n\
        objectClasses: ( 1.9.2 NAME 'siteThing' SUP top AUXILIARY MUST ( ) MAY ( siteWord $ cn $ siteOne $ siteTwo $ siteUnknown ) )\n";
    std::fs::write(live.path("schema/60site.ldif"), text).unwrap();
    let schema = live.path("schema").display().to_string();
    let arguments = [&SILENT[..], &["-S", &schema]].concat();
    let before = live.state(&choices());
    // The class without an identifier of its own is left out: the server refuses it, as the control shows.
    live.run(&arguments).exits(3).says("siteUnknown (classes without it: siteThing)").says("siteOther");
    let other = "dn: cn=schema\nchangetype: modify\nadd: objectClasses\nobjectClasses: ( 1.9.1 NAME 'siteOther' SUP top AUXILIARY )\n";
    assert_eq!(live.modify(other.as_bytes()).status.code(), Some(20));
    let sent = live.changes_logged();
    live.run(&arguments).exits(3).says("nothing was changed");
    assert_eq!(live.changes_logged(), sent);
    live.run(&["--undo", "--yes"]).exits(0);
    assert_eq!(live.state(&choices()), before);
}

/// What the server would refuse is seen before; what it refuses all the same is undone as a whole.
#[test]
fn a_definition_that_the_server_refuses_leaves_nothing_behind() {
    let live = Live::start("bad");
    std::fs::create_dir_all(live.path("schema")).unwrap();
    let schema = live.path("schema").display().to_string();
    let arguments = [&SILENT[..], &["-S", &schema]].concat();
    let with = |definition: &str| {
        std::fs::write(live.path("schema/60site.ldif"), format!("dn: cn=schema\n{definition}\n")).unwrap();
    };
    let before = live.state(&choices());
    for (definition, said) in [
        ("1.9.1 NAME 'site_word' SUP cn", "`site_word` is not a name"),
        ("1..9 NAME 'siteWord' SUP cn", "`1..9` is not an object identifier"),
        ("1.9.1 NAME 'siteWord'", "neither a syntax nor a superior"),
    ] {
        with(&format!("attributeTypes: ( {definition} )"));
        live.run(&arguments).exits(1).says("60site.ldif, line 2").says(said);
        assert_eq!(live.state(&choices()), before);
    }
    for (definition, said) in [
        ("attributeTypes: ( 1.9.1 NAME 'siteWord' SUP siteNone )", "its superior siteNone is missing"),
        ("attributeTypes: ( 1.9.1 NAME 'siteWord' SYNTAX 1.2.3.4.5 )", "the server does not know its syntax 1.2.3.4.5"),
    ] {
        with(definition);
        live.run(&[&arguments[..], &["--check"]].concat()).exits(0).says(said).says("siteWord");
    }
    let syntax = "SYNTAX 1.3.6.1.4.1.1466.115.121.1.15";
    let change = DirectoryChange {
        dn: "cn=schema".to_owned(),
        operation: Operation::Modify {
            edits: vec![ValueEdit {
                kind: EditKind::Add,
                attribute: "attributeTypes".to_owned(),
                values: vec![
                    format!("( 1.9.1 NAME 'siteWord' {syntax} )"),
                    format!("( 1.9.2 NAME 'site_word' SUP siteNone {syntax} )"),
                ],
            }],
        },
        part: Area::Schema,
        reason: String::new(),
    };
    let manager = Bind::Simple { dn: ROOT.to_owned() };
    let target = Target::new(&live.url, false, None, manager).unwrap();
    let connection = Connection::open(&target, Password::new("Canary-Word-9".to_owned()).as_ref()).unwrap();
    let fs = upgrade_engine::fs::memory::MemoryFs::new();
    let files = commdssetup::stored::Files { fs: &fs, target, instance: None };
    let service = DirectoryService { directory: &connection, changes: Vec::new(), files, say: Box::new(|_| ()) };
    let request = serde_json::to_value(DirectoryRequest::Change(change)).unwrap();
    let refused = service.apply(&request, &serde_json::Value::Null, &Quiet).unwrap_err();
    assert!(refused.to_string().contains("(21)"), "{refused}");
    assert_eq!(live.state(&choices()), before);
}
