//! Without stock files: the documented defaults prove some decisions, all others are marked, and nothing counts as unchanged.

use crate::support::Site;
use crate::support::site::{RESOURCE, decisions};

#[test]
fn documented_defaults_prove_their_keys_and_every_other_difference_is_unproven() {
    let site = Site::reset();
    site.run(&["merge", "--dry-run"]).says("unproven decisions without a known stock value").says("--base DIR");
    let outcome = site.run(&["--json", "merge"]);
    let all = decisions(&outcome);
    let word = |key: &str| all.iter().find(|(of, ..)| of == key).map(|(_, word, _)| word.as_str());
    assert_eq!(word("resource.properties:jdapi-wildusersearchmaxresults"), Some("keep-site"));
    assert_eq!(word("resource.properties:jdapi-groupsmaxsearchresults"), Some("take-new"));
    assert_eq!(word("resource.properties:jdapi-wildorgsearchmaxresults"), Some("conflict"));
    assert_eq!(word("resource.properties:jdapi-directldap"), Some("add-new"));
    assert_eq!(word("resource.properties:jdapi-legacyfilter"), Some("unproven"));
    assert_eq!(word("daconfig.properties:console.searchlimit"), Some("unproven"));
    assert!(all.iter().filter(|(key, ..)| key.starts_with("daconfig")).all(|(_, word, _)| word != "take-new"));
}

#[test]
fn the_sites_value_stands_where_nothing_is_known() {
    let site = Site::bare();
    site.write(RESOURCE, "unknown=site\nonly-old=1\nsame=1\n");
    site.run(&["snapshot"]).succeeded();
    site.write(RESOURCE, "unknown=new\nsame=1\nonly-new=2\n");
    site.run(&["merge"]).succeeded().says("2 unproven decisions");
    assert_eq!(site.text(RESOURCE), "unknown=site\nonly-old=1\nsame=1\nonly-new=2\n");
}

#[test]
fn a_directory_of_copies_made_by_hand_serves_as_the_saved_one() {
    let site = Site::customised();
    let saved = site.beside("saved");
    std::fs::create_dir(&saved).unwrap();
    std::fs::copy(site.path(RESOURCE), saved.join("resource.properties")).unwrap();
    site.run_config_commda();
    site.run(&["merge", "--saved", saved.to_str().unwrap()])
        .exits(3)
        .says("daconfig.properties is not in [TEMP]/saved: it is kept as config-commda wrote it");
    assert!(site.text(RESOURCE).contains("jdapi-mailhoststoreplugin=enabled\n"));
}

#[test]
fn a_backup_of_the_whole_installation_serves_too() {
    let site = Site::customised();
    let saved = site.beside("backup");
    std::fs::create_dir(&saved).unwrap();
    let copy = |from: &str, to: &str| {
        let status = std::process::Command::new("cp").arg("-a").arg(site.path(from)).arg(saved.join(to)).status();
        assert!(status.unwrap().success());
    };
    copy("/opt", "opt");
    site.run_config_commda();
    site.run(&["merge", "--saved", saved.to_str().unwrap()]).exits(3);
    assert!(site.text(RESOURCE).contains("jdapi-mailhoststoreplugin=enabled\n"));
}
