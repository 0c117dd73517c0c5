//! `snapshot` saves what config-commda is going to overwrite; `status` shows what is customised. Neither changes the product.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::support::Site;
use crate::support::site::{CONSOLE, RESOURCE, USRPREFS, WEB_SERVER, assert_same, data, decisions, is_root};

const OLD_USRPREFS: &str = "/var/opt/SUNWcomm/config/cli-usrprefs.properties";

#[test]
fn a_snapshot_holds_bytes_owner_mode_and_time_of_originals_and_deployed_copies() {
    let site = Site::customised();
    fs::set_permissions(site.path(RESOURCE), Permissions::from_mode(0o604)).unwrap();
    let set_time = |path: &str, seconds: u64| {
        let file = fs::File::options().write(true).open(site.path(path)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::new(seconds, 5)).unwrap();
    };
    set_time(RESOURCE, 1_180_000_000);
    if is_root() {
        std::os::unix::fs::chown(site.path(OLD_USRPREFS), Some(70), Some(71)).unwrap();
    }
    let before = site.product();
    site.run(&["snapshot"])
        .succeeded()
        .says("Saved 6 originals, 5 deployed copies and 0 stock files in [STATE]/[SNAPSHOT]");
    assert_same(&before, &site.product());

    let server = format!("{WEB_SERVER}/commcli/WEB-INF/classes/sun/comm/cli/server/servlet/resource.properties");
    for path in [RESOURCE, OLD_USRPREFS, &server] {
        let saved = site.snapshot().join("tree").join(path.trim_start_matches('/'));
        assert_eq!(fs::read(&saved).unwrap(), site.read(path), "{path}");
        let (saved, original) = (fs::metadata(&saved).unwrap(), fs::metadata(site.path(path)).unwrap());
        let facts = |m: &fs::Metadata| (m.mode(), m.uid(), m.gid(), m.mtime(), m.mtime_nsec());
        assert_eq!(facts(&saved), facts(&original), "{path}");
    }
    let record = fs::read_to_string(site.snapshot().join("snapshot.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["base"], "/opt/SUNWcomm");
    let files = record["files"].as_array().unwrap();
    let of = |kind: &str| files.iter().filter(|file| file["kind"] == kind).count();
    assert_eq!((of("original"), of("deployed"), of("stock")), (6, 5, 0));
}

#[test]
fn nobody_but_its_owner_can_look_into_a_snapshot() {
    let site = Site::customised();
    site.run(&["snapshot"]).succeeded();
    assert_eq!(fs::metadata(site.snapshot()).unwrap().mode() & 0o077, 0);
    let out = site.beside("saved");
    site.run(&["snapshot", "--out", out.to_str().unwrap()]).succeeded();
    assert_eq!(fs::metadata(out).unwrap().mode() & 0o077, 0);
}

#[test]
fn a_snapshot_goes_where_out_says_and_is_a_base_for_a_merge() {
    let site = Site::customised();
    let out = site.beside("saved");
    site.run(&["snapshot", "--out", out.to_str().unwrap()]).succeeded().says("in [TEMP]/saved");
    assert!(!site.state().exists(), "a snapshot elsewhere leaves nothing in the state directory");
    site.refused(&["snapshot", "--out", out.to_str().unwrap()]).exits(1).says("[TEMP]/saved");
    site.run_config_commda();
    site.run(&["merge", "--saved", out.to_str().unwrap()])
        .says("keep-site            jdapi-wildusersearchmaxresults = 50");
}

#[test]
fn stock_files_that_the_package_left_are_saved_and_make_the_merge_certain() {
    let site = Site::customised();
    for (below, name) in [
        ("opt/SUNWcomm/data/WEB-INF/classes/sun/comm/cli/server/servlet", "resource"),
        ("var/opt/SUNWcomm/config", "cli-usrprefs"),
        ("opt/SUNWcomm/data/WEB-INF/classes/com/sun/comm/da/resources", "daconfig"),
        ("opt/SUNWcomm/data/da/WEB-INF/classes/com/sun/comm/da/resources", "Resources"),
        ("opt/SUNWcomm/data/da/WEB-INF/classes/com/sun/comm/da/resources", "Security"),
        ("opt/SUNWcomm/data/da/WEB-INF/classes/com/sun/comm/da/resources", "logger"),
    ] {
        let stock = fs::read(data("stock-old").join(below).join(format!("{name}.properties"))).unwrap();
        site.write(&format!("/opt/SUNWcomm/lib/config-templates/{name}.properties"), stock);
    }
    site.run(&["snapshot"]).succeeded().says("6 stock files");
    site.run_config_commda();
    let by_snapshot = decisions(&site.run(&["--json", "merge", "--dry-run"]).exits(3));
    assert!(by_snapshot.iter().all(|(_, word, _)| word != "unproven"), "{by_snapshot:?}");
    let base = data("stock-old");
    let by_base = decisions(&site.run(&["--json", "merge", "--dry-run", "--base", base.to_str().unwrap()]).exits(3));
    assert_eq!(by_snapshot, by_base);
}

#[test]
fn the_newest_snapshot_is_the_one_that_counts() {
    let site = Site::customised();
    site.run(&["snapshot"]).succeeded();
    site.edit(RESOURCE, "jdapi-wildusersearchmaxresults=50", "jdapi-wildusersearchmaxresults=77");
    std::thread::sleep(std::time::Duration::from_millis(5));
    site.run(&["snapshot"]).succeeded();
    site.run_config_commda();
    site.run(&["merge"]).says("jdapi-wildusersearchmaxresults = 77");
}

#[test]
fn status_names_what_differs_from_the_stock_files_and_what_is_deployed() {
    let site = Site::customised();
    let base = data("stock-old");
    let before = site.everything();
    let outcome = site.run(&["status", "--base", base.to_str().unwrap()]).succeeded();
    assert_same(&before, &site.everything());
    for line in [
        "Delegated Administrator in /opt/SUNWcomm",
        "customised: jdapi-wildusersearchmaxresults = 50 (stock -1)",
        "customised: default.amhost = am.siroe.com (stock localhost)",
        "customised: *.OrgProperties.MailHostName = INVISIBLE (stock <absent>)",
        "deployed in Web Server 7",
        ": the same",
        "Snapshot for a merge: none",
        "Base for a merge: stock files; every key can be decided",
    ] {
        assert!(outcome.stdout.contains(line), "not said: {line}\n{outcome}");
    }
    assert!(!outcome.stdout.contains("not judged"), "{outcome}");
}

#[test]
fn status_without_stock_files_goes_by_the_documented_defaults_and_says_how_much_it_cannot_judge() {
    let site = Site::customised();
    site.run(&["status"])
        .succeeded()
        .says("customised: jdapi-mailhoststoreplugin = enabled (stock disabled)")
        .says("undecided: 3 keys without a known stock value")
        .says("Base for a merge: the documented defaults only");
    let json = site.run(&["--json", "status"]).succeeded().json();
    assert_eq!(json["details"]["base"], "/opt/SUNWcomm");
    assert_eq!(json["details"]["files"].as_array().unwrap().len(), 6);
}

#[test]
fn a_site_that_edited_only_the_deployed_copy_is_told_at_once_and_again_at_the_merge() {
    let site = Site::customised();
    let copy = format!("{WEB_SERVER}/da/WEB-INF/classes/com/sun/comm/da/resources/logger.properties");
    site.edit(&copy, "da.logging.enable", "da.logging.extra=1\nda.logging.enable");
    site.run(&["status"]).succeeded().says("differs in da.logging.extra");
    site.run(&["snapshot"]).succeeded();
    site.run_config_commda();
    site.run(&["merge", "--dry-run"]).says(
        "logger.properties: the copy deployed in Web Server 7 differed from the original in da.logging.extra; the \
         original's values were merged",
    );
}

#[test]
fn resource_and_resources_are_two_files() {
    let site = Site::customised();
    site.write(&format!("{CONSOLE}/Resources.properties"), "only.here=1\n");
    let stdout = site.run(&["--json", "status"]).succeeded().json()["details"]["files"].to_string();
    assert!(stdout.contains("\"resource.properties\"") && stdout.contains("\"Resources.properties\""), "{stdout}");
    site.run(&["snapshot"]).succeeded();
    site.run_config_commda();
    let all = decisions(&site.run(&["--json", "merge", "--dry-run"]));
    assert!(all.iter().any(|(key, word, _)| key == "Resources.properties:only.here" && word == "unproven"), "{all:?}");
    assert!(!all.iter().any(|(key, ..)| key == "resource.properties:only.here"));
}

#[test]
fn files_are_found_in_the_places_of_6_3_and_of_6_4_and_the_newest_place_counts() {
    let site = Site::customised();
    assert!(site.path(OLD_USRPREFS).exists() && !site.path(USRPREFS).exists());
    site.run(&["status"]).succeeded().says("cli-usrprefs.properties  /var/opt/SUNWcomm/config/cli-usrprefs.properties");
    site.write(USRPREFS, "default.amhost=new\n");
    site.run(&["status"])
        .succeeded()
        .says("cli-usrprefs.properties  /opt/SUNWcomm/data/config/cli-usrprefs.properties")
        .says("also found, older place: /var/opt/SUNWcomm/config/cli-usrprefs.properties");
}
