//! The loop of the night: `patch-config`, look, `patch-config --resolve`, `install-newconfig`.

use std::fs;

use crate::support::merging::{CONFIG, NEW, Site, WORK, rows};

fn open(site: &Site) -> Vec<String> {
    let record: serde_json::Value = serde_json::from_slice(&site.read(&format!("{WORK}/candidates.json"))).unwrap();
    let files = record["files"].as_array().unwrap().iter();
    files.flat_map(|file| file["blocking"].as_array().unwrap()).map(|key| key.as_str().unwrap().to_owned()).collect()
}

const TIMEOUT: &str = "ImapProxyAService.cfg:default:Timeout";

#[test]
fn one_resolution_after_the_other_is_kept_until_nothing_is_open() {
    let site = Site::moved();
    site.run(&[]).exits(3);
    let all = open(&site);
    assert!(all.len() > 3, "{all:?}");
    for (number, key) in all.iter().enumerate() {
        let left = all.len() - number - 1;
        site.run(&["--resolve", &format!("{key}=site")]).exits(if left == 0 { 0 } else { 3 });
        assert_eq!(open(&site).len(), left, "{key}");
    }
    site.install(&[]).succeeded();
    assert!(site.text(&format!("{CONFIG}/ImapProxyAService.cfg")).contains("default:Timeout 900"));
}

#[test]
fn a_later_resolution_of_the_same_key_replaces_the_earlier_one() {
    let site = Site::moved();
    let merged = |choice: &str| {
        site.run(&["--resolve", &format!("{TIMEOUT}={choice}")]).exits(3);
        site.text(&format!("{WORK}/merged/ImapProxyAService.cfg"))
    };
    assert!(merged("new").contains("default:Timeout 3600"));
    assert!(merged("1200").contains("default:Timeout 1200"));
    assert!(merged("site").contains("default:Timeout 900"));
    site.run(&["--resolve", &format!("{TIMEOUT}=site"), "--resolve", &format!("{TIMEOUT}=new")])
        .exits(1)
        .says("`default:Timeout` is resolved twice")
        .says("Nothing was changed.");
}

#[test]
fn resolutions_are_forgotten_when_that_is_asked_for() {
    let site = Site::moved();
    site.run(&["--resolve", &format!("{TIMEOUT}=new")]).exits(3);
    assert!(!open(&site).contains(&TIMEOUT.to_owned()));
    site.run(&["--forget-resolutions"]).exits(3);
    assert!(open(&site).contains(&TIMEOUT.to_owned()));
}

#[test]
fn an_earlier_resolution_whose_conflict_is_gone_is_left_out_with_a_warning() {
    let site = Site::moved();
    site.run(&["--resolve", &format!("{TIMEOUT}=new")]).exits(3);
    site.edit(&format!("{CONFIG}/ImapProxyAService.cfg"), "default:Timeout 900", "default:Timeout 3600");
    site.run(&[]).exits(3).says(&format!("{TIMEOUT} is not in conflict any more: its resolution is forgotten"));
    let again = site.run(&[]).exits(3);
    assert!(!again.stderr.contains("forgotten"), "{again}");
}

#[test]
fn a_resolution_of_what_is_not_in_conflict_or_of_no_file_changes_nothing() {
    let site = Site::moved();
    site.run(&[]).exits(3);
    let before = site.all_but_the_lock();
    site.run(&["--resolve", "option.dat:NO_SUCH_KEY=new"])
        .exits(1)
        .says("not in conflict")
        .says("Nothing was changed.");
    site.run(&["--resolve", "nothing.cnf:A=new"]).exits(2).says("nothing.cnf:A");
    site.run(&["--resolve", "nonsense"]).exits(2);
    site.run(&["--resolve", "ImapProxyAService.cfg:default:BindPass=mine"]).exits(2).says("is a secret");
    before.assert_same(&site.all_but_the_lock());
}

#[test]
fn the_merge_again_replaces_the_work_directory_and_nothing_of_the_old_one_is_left() {
    let site = Site::moved();
    site.run(&[]).exits(3);
    site.write(&format!("{WORK}/merged/stray"), "left by hand");
    let json = site.run(&["--json"]).exits(3);
    assert!(!rows(&json.json()).is_empty());
    assert!(!site.path(&format!("{WORK}/merged/stray")).exists());
    assert_eq!(testkit::site::names_in(&site.path(&format!("{NEW}/install"))), ["configure", "newconfig"]);
}

#[test]
fn what_is_no_work_directory_is_never_replaced() {
    let site = Site::moved();
    site.write(&format!("{WORK}/precious"), "ours");
    fs::set_permissions(site.path(WORK), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let before = site.all_but_the_lock();
    site.run(&[]).exits(1).says("it is there already and holds no candidates").says("Nothing was changed.");
    before.assert_same(&site.all_but_the_lock());
}
