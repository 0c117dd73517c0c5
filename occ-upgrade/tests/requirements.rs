//! `requirements`: the guide's table, row by row.

use crate::support::Site;

const SETTLED: [&str; 2] = ["requirements", "--recurring-converted"];

#[test]
fn every_row_of_the_table_is_ok_and_its_neighbours_are_not() {
    let site = Site::new();
    let good = ["--messaging", "6.3", "--calendar", "6.3.1", "--directory", "6.3", "--convergence", "1.0"];
    site.run(&[&SETTLED[..], &good].concat()).exits(0);
    for (option, version, status, text) in [
        ("--messaging", "7.0", 0, "Communications Suite 6"),
        ("--messaging", "6.3-7.03", 0, "required to provide mail service"),
        ("--messaging", "6.2", 6, "6.2 does not meet the guide (6.3 or 7.0)"),
        ("--messaging", "8.0", 3, "8.0 is newer than what the guide lists"),
        ("--calendar", "6.3", 0, "required to provide calendar service"),
        ("--calendar", "6.2", 6, "does not meet"),
        ("--directory", "5.2", 0, "Communications Suite 4"),
        ("--directory", "5.1", 6, "does not meet the guide (5.2, or at least 6.0)"),
        ("--directory", "7.0", 0, "required for the Global Address List"),
        ("--convergence", "2.0", 3, "newer"),
    ] {
        let mut arguments: Vec<&str> = [&SETTLED[..], &good].concat();
        let at = arguments.iter().position(|argument| *argument == option).unwrap();
        arguments[at + 1] = version;
        site.run(&arguments).exits(status).says(text);
    }
    let suite_6 = ["--messaging", "7.0", "--calendar", "6.3", "--directory", "6.0", "--communications-express", "6.3"];
    site.run(&[&SETTLED[..], &suite_6].concat()).exits(3).says("version 6 must be 6.3 or higher");
    site.run(&[&SETTLED[..], &good[..6]].concat()).exits(3).says("neither Convergence nor Communications Express");
    site.run(&[&SETTLED[..], &good[2..]].concat()).exits(6).says("its version is not known");
}

#[test]
fn calendars_whose_recurring_events_were_never_converted_are_warned_of() {
    let site = Site::new();
    let good = ["--messaging", "6.3", "--calendar", "6.3", "--directory", "6.3", "--convergence", "1.0"];
    let run = |more: &[&str]| site.run(&[&["requirements"], &good[..], more].concat());
    run(&[]).exits(3).says("cs5migrate -r");
    run(&["--first-calendar", "5.1"]).exits(3).says("recurring events");
    run(&["--first-calendar", "6 2004Q1"]).exits(3);
    run(&["--first-calendar", "6 2004Q2"]).exits(0);
    run(&["--first-calendar", "6.3"]).exits(0);
}

#[test]
fn versions_are_read_from_a_site() {
    let site = Site::new();
    site.put("tree/var/opt/SUNWics5/old_csdb/ics50recurring.db", "");
    let found = site.run(&[
        "requirements",
        "--site-root",
        "tree",
        "--messaging",
        "6.3",
        "--directory",
        "6.3",
        "--convergence",
        "1.0",
    ]);
    found.exits(6).says("found: Calendar Server unknown").says("an older database is in /var/opt/SUNWics5/old_csdb");
    site.put(
        "tree/var/sadm/pkg/SUNWics5/pkginfo",
        "PKG=SUNWics5\nVERSION=6.0,REV=2003.11.14\nBASEDIR=/opt\nPKGINST=SUNWics5\nPATCHLIST=121657-19\n",
    );
    site.put("tree/opt/SUNWics5/cal/bin/x", "");
    let found = site.run(&[
        "requirements",
        "--site-root",
        "tree",
        "--messaging",
        "6.3",
        "--directory",
        "6.3",
        "--convergence",
        "1.0",
    ]);
    found.exits(3).says("ok       Calendar Server         6.3");
    site.refused(2, &["requirements"], "or a site with --site-root");
    site.refused(2, &["requirements", "--messaging", "new"], "`new` is no version");
}
