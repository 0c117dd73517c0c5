//! Conflicts: resolved, kept from call to call, and forgotten.

use crate::support::{Site, WORK};

const MAX: &str = "config/uwcconfig.properties:maxpostcontentlength";

#[test]
fn a_conflict_takes_the_site_s_value_the_new_one_or_another_one() {
    for (choice, value) in [("site", "-1"), ("new", "5000000"), ("77", "77")] {
        let site = Site::sample();
        site.patch(&["--resolve", &format!("{MAX}={choice}")]).exits(3).says("5 conflicts are open");
        let merged = site.candidate("config/uwcconfig.properties");
        let line = merged.lines().find(|line| line.starts_with("maxpostcontentlength")).unwrap();
        assert!(line.ends_with(value), "{line}");
    }
}

#[test]
fn a_resolution_is_kept_until_it_is_forgotten() {
    let site = Site::sample();
    site.patch(&["--resolve", &format!("{MAX}=new")]).exits(3);
    site.patch(&[]).exits(3).says("5 conflicts are open");
    site.patch(&["--forget-resolutions"]).exits(3).says("6 conflicts are open");
}

#[test]
fn a_whole_file_in_conflict_is_resolved_as_a_whole() {
    let site = Site::sample();
    site.patch(&["--resolve", "config/ldappstore/xlate-pabperson.xml:<file>=new"]).exits(3);
    assert!(site.candidate("config/ldappstore/xlate-pabperson.xml").contains("sunUCMobile"));
}

#[test]
fn a_resolution_that_fits_nothing_is_refused() {
    let site = Site::sample();
    for wrong in
        ["nothing.properties:a=new", "config/uwcconfig.properties:webmail.port=new", "config/uwcconfig.properties"]
    {
        site.refuses_to_merge(&["--resolve", wrong]);
    }
    site.refuses_to_merge(&["--resolve", "config/uwcauth.properties:ldapauth.ldapbindcred=x"])
        .exits(2)
        .says("--resolutions");
    assert!(!site.path(WORK).exists());
}

#[test]
fn what_is_no_work_directory_is_never_replaced() {
    let site = Site::sample();
    site.write(&format!("{WORK}/ours.txt"), "ours\n");
    site.refuses_to_merge(&[]).exits(1).says("it is there already and holds no candidates");
}
