//! Definitions that lie in the server's schema directory: they cannot be deleted over LDAP, and nobody tries.

use super::choices;
use super::server::Live;
use crate::support::SILENT;

/// Puts a file beside those that the server ships, or takes it away, and starts the server again.
fn restart_with(live: &Live, text: Option<&str>) {
    live.kill();
    let path = format!("{}/schema/60iplanet-calendar.ldif", live.instance());
    match text {
        Some(text) => std::fs::write(path, text).unwrap(),
        None => std::fs::remove_file(path).unwrap(),
    }
    live.start_again();
}

#[test]
fn what_lies_in_the_schema_directory_is_neither_moved_nor_deleted() {
    let live = Live::start("dir");
    live.log_at_once();
    // The control: the server refuses to delete what it ships.
    let shipped = live.facts(&choices()).subschema.attribute_types;
    let shipped = shipped.iter().find(|text| text.contains("'carLicense'")).unwrap();
    let deletion = format!("dn: cn=schema\nchangetype: modify\ndelete: attributeTypes\nattributeTypes: {shipped}\n");
    let refused = live.modify(deletion.as_bytes());
    assert_eq!(refused.status.code(), Some(53), "{refused:?}");

    let old =
        "dn: cn=schema\nobjectClasses: ( 2.16.840.1.113730.3.2.141 NAME 'icsCalendarUser' SUP top AUXILIARY MAY cn )\n";
    restart_with(&live, Some(old));
    let sent = live.changes_logged();
    let move_it = [&SILENT[..], &["--migrate-ics-oids"]].concat();
    let with = live.state(&choices());
    live.run(&move_it)
        .exits(0)
        .says("icsCalendarUser: the server has it as 2.16.840.1.113730.3.2.141; the server does not");
    assert!(live.changes_logged() > sent);
    let now = live.state(&choices());
    let altered: Vec<_> = with.difference(&now).filter(|value| value.starts_with("( ")).collect();
    assert_eq!(altered, Vec::<&String>::new(), "the shipped class is kept");
    live.finish(&["--undo"]).exits(0);
    assert_eq!(live.state(&choices()), with);
    restart_with(&live, None);

    let before = live.state(&choices());
    live.run(&SILENT).exits(0);
    let prepared = live.state(&choices());
    // A file of the site takes over some of what the run has added.
    let calendar = include_str!("../../schema/60iplanet-calendar.ldif");
    // Its classes name attributes of other files: a server reads its files one by one. A class of the site depends on what would go.
    let attributes = calendar.split_once("objectClasses: ( ").unwrap().0;
    let class = "objectClasses: ( 1.9.1 NAME 'siteCalendar' SUP top AUXILIARY MAY icsCalendar )\n";
    restart_with(&live, Some(&format!("{attributes}{class}")));
    let sent = live.changes_logged();
    live.finish(&["--undo"]).exits(1).says("cn=schema was changed").says("Nothing was changed in the directory.");
    assert_eq!(live.changes_logged(), sent);
    restart_with(&live, None);
    assert_eq!(live.state(&choices()), prepared);

    let updates = |value: &str| {
        live.take(&format!(
            "dn: cn=config\nchangetype: modify\nreplace: nsslapd-schemamod\nnsslapd-schemamod: {value}\n"
        ));
    };
    updates("off");
    for more in [&["--undo"][..], &["--undo", "--check"]] {
        live.finish(more)
            .exits(1)
            .says("schema updates are switched off")
            .says("Nothing was changed in the directory.");
    }
    assert_eq!(live.state(&choices()), prepared);
    updates("on");
    live.finish(&["--undo"]).exits(0);
    assert_eq!(live.state(&choices()), before);
}
