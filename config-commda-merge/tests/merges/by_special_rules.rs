//! What is special about the files of Delegated Administrator.

use std::path::PathBuf;

use crate::support::Site;
use crate::support::site::{CONSOLE, RESOURCE, data, decisions};

/// A site with the given `resource.properties` before and after config-commda, and what was shipped.
fn resource(shipped: &str, before: &str, after: &str) -> (Site, PathBuf) {
    named("resource", RESOURCE, shipped, before, after)
}

fn named(name: &str, path: &str, shipped: &str, before: &str, after: &str) -> (Site, PathBuf) {
    let site = Site::bare();
    site.write(path, before);
    site.run(&["snapshot"]).succeeded();
    site.write(path, after);
    let base = site.beside("base");
    std::fs::create_dir(&base).unwrap();
    std::fs::write(base.join(format!("{name}.properties")), shipped).unwrap();
    (site, base)
}

#[test]
fn the_result_is_the_new_file_edited_in_its_own_spelling() {
    let (site, base) =
        resource("# 6.3\na=1\nb=2\nc=3\n", "c : 9\na   1\nb=2\nmine: x\n", "! 6.4\r\nb = 2\r\n\r\na\t1\r\nc =3\r\nd=4");
    site.run(&["merge", "--base", base.to_str().unwrap()]).succeeded();
    assert_eq!(site.text(RESOURCE), "! 6.4\r\nb = 2\r\nmine: x\r\n\r\na\t1\r\nc =9\r\nd=4");
}

#[test]
fn a_numbered_list_keeps_the_numbers_of_the_site_and_is_a_unit_where_both_changed_it() {
    let list = |numbers: &[(u32, &str)]| -> String {
        numbers.iter().map(|(number, value)| format!("loginAuth-idAttr-{number}={value}\n")).collect()
    };
    let shipped = list(&[(1, "uid"), (2, "mail")]);
    let (site, base) =
        resource(&shipped, &list(&[(1, "employeeNumber"), (3, "uid")]), &list(&[(1, "uid"), (2, "mail")]));
    let all = decisions(&site.run(&["--json", "merge", "--base", base.to_str().unwrap()]).succeeded());
    let words: Vec<&str> = all.iter().map(|(_, word, _)| word.as_str()).collect();
    assert_eq!(words, ["keep-site", "stays-deleted", "site-addition"], "{all:?}");
    assert_eq!(site.text(RESOURCE), list(&[(1, "employeeNumber"), (3, "uid")]));

    // Both changed it: all members are in conflict together, and are resolved together.
    let (site, base) =
        resource(&shipped, &list(&[(1, "employeeNumber"), (2, "mail")]), &list(&[(1, "uid"), (2, "mail"), (3, "cn")]));
    let merge = |more: &[&str]| site.run(&[&["--json", "merge", "--base", base.to_str().unwrap()], more].concat());
    let all = decisions(&merge(&["--dry-run"]).exits(3));
    let conflicts = all.iter().filter(|(_, word, _)| word == "conflict").count();
    assert_eq!(conflicts, 2, "{all:?}");
    merge(&["--resolve", "resource.properties:loginAuth-idAttr-1=new"]).succeeded();
    assert_eq!(site.text(RESOURCE), list(&[(1, "uid"), (2, "mail"), (3, "cn")]));
}

#[test]
fn security_takes_additions_only() {
    let path = format!("{CONSOLE}/Security.properties");
    let (site, base) = named(
        "Security",
        &path,
        "A.Page.Button=VISIBLE\nB.Page.Button=VISIBLE\nC.Page.Button=VISIBLE\n",
        "A.Page.Button=INVISIBLE\nC.Page.Button=VISIBLE\nMine.Page.Button=INVISIBLE\n",
        "A.Page.Button=VISIBLE\nB.Page.Button=VISIBLE\nC.Page.Button=INVISIBLE\n",
    );
    let outcome = site.run(&["merge", "--base", base.to_str().unwrap()]).exits(3);
    outcome.says("conflict             A.Page.Button = VISIBLE").says("conflict             B.Page.Button = VISIBLE");
    assert_eq!(
        site.text(&path),
        "A.Page.Button=VISIBLE\nB.Page.Button=VISIBLE\nC.Page.Button=INVISIBLE\nMine.Page.Button=INVISIBLE\n"
    );
}

#[test]
fn what_the_release_dropped_is_reported_and_not_written_back() {
    let (site, base) = resource("gone=1\nkept=1\n", "gone=2\nkept=1\n", "kept=1\n");
    let outcome = site.run(&["merge", "--base", base.to_str().unwrap()]).succeeded();
    outcome.says("obsolete-customised  gone = <absent>").says("was 1, site 2, new <absent>");
    assert_eq!(site.text(RESOURCE), "kept=1\n");
}

#[test]
fn a_value_that_config_commda_was_told_in_its_panels_is_named_when_it_is_not_the_sites() {
    let (site, base) = resource(
        "loginAuth-searchBase=<$rootSuffix>\n",
        "loginAuth-searchBase=o=old\n",
        "loginAuth-searchBase=o=usergroup\n",
    );
    site.run(&["merge", "--base", base.to_str().unwrap()]).exits(3).says(
        "resource.properties:loginAuth-searchBase: config-commda got o=usergroup in its panels, the site had o=old; \
         the file now has o=old",
    );
}

#[test]
fn a_path_below_a_place_that_the_product_has_left_is_named() {
    let site = Site::bare();
    let resource = RESOURCE.replace("/opt/SUNWcomm", "/opt/sun/comms/da");
    site.write(&resource, "a=/opt/SUNWcomm/log/x\nb=/opt/SUNWcomm2\npassword=/opt/SUNWcomm/secret\n");
    site.run(&["snapshot"]).succeeded();
    site.write(&resource, "c=1\n");
    let outcome = site.run(&["merge"]);
    assert!(
        outcome
            .stderr
            .contains("resource.properties:a: the site's value /opt/SUNWcomm/log/x names a path below /opt/SUNWcomm"),
        "{outcome}"
    );
    assert!(!outcome.stderr.contains("resource.properties:b"), "{outcome}");
    assert!(outcome.stderr.contains("resource.properties:password: the site's value <secret> names"), "{outcome}");
}

#[test]
fn the_answers_of_the_panels_in_cli_usrprefs_are_named() {
    let site = Site::reset();
    site.run(&["merge", "--base", data("stock-old").to_str().unwrap()]).exits(3).says(
        "cli-usrprefs.properties: config-commda asks for host, port and domain and writes them here; the site's values are kept for default.amhost, default.domain",
    );
}

#[test]
fn files_that_are_there_on_one_side_only_are_named() {
    let site = Site::reset();
    std::fs::remove_file(site.path(&format!("{CONSOLE}/logger.properties"))).unwrap();
    let daconfig =
        site.snapshot().join("tree/opt/SUNWcomm/data/WEB-INF/classes/com/sun/comm/da/resources/daconfig.properties");
    std::fs::remove_file(daconfig).unwrap();
    site.run(&["merge"])
        .says("logger.properties was saved, but is not there now below /opt/SUNWcomm: it was not merged")
        .says("daconfig.properties is not in [STATE]/[SNAPSHOT]: it is kept as config-commda wrote it");
}
