//! `install-newconfig` and `uninstall-newconfig` on the sample site.

use std::os::unix::fs::MetadataExt;

use testkit::site::{attributes, is_root};
use whole_file::digest;

use documents::whole_file;

use crate::support::merging::{CONFIG, NEW, Site, WORK};

fn live(site: &Site, name: &str) -> String {
    String::from_utf8_lossy(&site.read(&format!("{CONFIG}/{name}"))).into_owned()
}

#[test]
fn an_installation_puts_every_merged_file_in_place_and_its_undo_restores_all() {
    let site = Site::merged();
    let before = site.product();
    site.install(&[]).succeeded().says("Undo:");
    for name in [
        "imta.cnf",
        "mappings",
        "option.dat",
        "dispatcher.cnf",
        "msg.conf.defaults",
        "sms_option",
        "ImapProxyAService-def.cfg",
    ] {
        let merged = site.read(&format!("{WORK}/merged/{name}"));
        assert_eq!(digest(&merged), digest(&site.read(&format!("{CONFIG}/{name}"))), "{name}");
    }
    assert!(!site.path(&format!("{CONFIG}/legacy_headers.opt")).exists(), "the new release has it no more");
    assert!(!before.difference(&site.product()).is_empty());
    site.uninstall(&[]).succeeded().says("Everything is as it was before run [RUN 2]");
    before.assert_same(&site.product());
}

#[test]
fn files_keep_owner_mode_and_all_their_names_and_new_files_are_like_their_neighbours() {
    let site = Site::merged();
    let of = |name: &str| attributes(&site.path(&format!("{CONFIG}/{name}")));
    let names = ["imta.cnf", "job_controller.cnf", "msg.conf.defaults", "aliases"];
    let before = names.map(|name| (of(name).0, of(name).1, of(name).2));
    site.install(&[]).succeeded();
    assert_eq!(before, names.map(|name| (of(name).0, of(name).1, of(name).2)));
    let inode = |name: &str| std::fs::metadata(site.path(&format!("{CONFIG}/{name}"))).unwrap().ino();
    assert_eq!(inode("aliases"), inode("aliases.save"), "both names are the same file");
    let (mode, uid, gid, ..) = of("sms_option");
    assert_eq!(mode & 0o7777, 0o644);
    if is_root() {
        assert_eq!((uid, gid), (1001, 1001));
    }
}

#[test]
fn a_new_file_with_a_secret_is_for_its_owner_only() {
    let site = Site::moved();
    site.write(&format!("{NEW}/install/configure/factory/pager_option"), "PAGER_PASSWORD=change-me\nPORT=7\n");
    site.run(&[]).exits(3);
    site.resolve_all();
    site.install(&[]).succeeded();
    assert_eq!(attributes(&site.path(&format!("{CONFIG}/pager_option"))).0 & 0o7777, 0o600);
}

#[test]
fn a_new_file_in_a_new_directory_comes_with_the_directory_and_goes_with_it() {
    let site = Site::moved();
    site.write(&format!("{NEW}/install/configure/factory/forms/en/vacation.txt"), "away\n");
    site.run(&[]).exits(3);
    site.resolve_all();
    let before = site.product();
    site.install(&[]).succeeded();
    assert_eq!(live(&site, "forms/en/vacation.txt"), "away\n");
    site.uninstall(&[]).succeeded();
    before.assert_same(&site.product());
}

#[test]
fn open_conflicts_are_named_and_keep_everything_from_being_installed() {
    let site = Site::moved();
    site.run(&[]).exits(3);
    let before = site.all_but_the_lock();
    site.install(&[])
        .exits(1)
        .says("conflicts are not resolved: ")
        .says("ImapProxyAService.cfg:default:Timeout")
        .says("patch-config --resolve FILE:KEY=site|new|VALUE, or use -f")
        .says("Nothing was changed.");
    before.assert_same(&site.all_but_the_lock());
}

#[test]
fn forced_an_installation_keeps_the_site_s_values_and_lists_them() {
    let site = Site::moved();
    site.run(&[]).exits(3);
    site.install(&["-f"])
        .exits(3)
        .says("ImapProxyAService.cfg:default:Timeout is in conflict: the site's value was kept");
    assert!(live(&site, "ImapProxyAService.cfg").contains("default:Timeout 900"));
}

#[test]
fn a_changed_shipped_line_of_a_template_is_reported_and_blocks_nothing() {
    let site = Site::moved();
    let template = format!("{CONFIG}/AService-def.cfg");
    let text = site.text(&template);
    let line = text.lines().find(|line| line.starts_with("default:LogLevel")).unwrap().to_owned();
    site.edit(&template, &line, "default:LogLevel 9");
    site.run(&[]).exits(3).says("the shipped line is kept: default:LogLevel: new ").says("the site has 9");
    site.resolve_all();
    site.install(&[]).succeeded().says("AService-def.cfg:default:LogLevel: the shipped line was kept");
    assert!(!live(&site, "AService-def.cfg").contains("LogLevel 9"));
}

#[test]
fn installing_twice_does_nothing_the_second_time() {
    let site = Site::merged();
    site.install(&[]).succeeded();
    let before = site.product();
    site.install(&[]).succeeded().says("There is nothing to do");
    before.assert_same(&site.product());
    assert_eq!(site.run_names().len(), 2);
}

#[test]
fn a_merge_after_an_installation_finds_nothing_to_install() {
    let site = Site::merged();
    site.install(&[]).succeeded();
    site.run(&[]).succeeded();
    site.install(&[]).succeeded().says("There is nothing to do");
}

#[test]
fn the_commands_that_follow_are_named() {
    let site = Site::merged();
    site.install(&[])
        .succeeded()
        .says("/opt/sun/comms/messaging/sbin/imsimta cnbuild")
        .says("A server that runs must be restarted: /opt/sun/comms/messaging/sbin/stop-msg, then");
    site.uninstall(&[]).succeeded().says("/opt/sun/comms/messaging/sbin/imsimta cnbuild");
}

#[test]
fn a_dry_run_writes_nothing_and_shows_the_plan_of_the_run() {
    let site = Site::moved();
    let [merge] = site.writes_nothing([&["--dry-run"]]);
    merge.exits(3).says("Dry run: nothing was written");
    let dry = site.run(&["--dry-run", "--json"]).json();
    assert_eq!(dry, site.run(&["--json"]).json(), "the decisions of the dry run are those of the run");
    site.resolve_all();
    let before = site.everything();
    let outcome = site.install(&["--dry-run"]).succeeded();
    outcome.says("Dry run: this would be done, and nothing was written:").says("imta.cnf");
    before.assert_same(&site.everything());
    let dry = site.install(&["--dry-run", "--json"]).succeeded().json()["plan"].clone();
    site.install(&[]).succeeded();
    let plan = site.plain(&String::from_utf8(site.file_of_newest_run("plan.json")).unwrap());
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert!(dry == plan, "the plan of the dry run is another one");
    let before = site.everything();
    site.uninstall(&["--dry-run"]).succeeded().says("Dry run: this would be done");
    before.assert_same(&site.everything());
}

#[test]
fn only_an_installation_on_this_root_is_taken_back_and_only_once() {
    let site = Site::merged();
    site.uninstall(&[]).exits(1).says("no installation by install-newconfig is in effect on /opt/sun/comms/messaging");
    site.install(&[]).succeeded();
    site.uninstall(&[]).succeeded();
    let before = site.all_but_the_lock();
    site.uninstall(&[]).exits(1).says("no installation").says("Nothing was changed.");
    before.assert_same(&site.all_but_the_lock());
}

#[test]
fn a_file_that_was_edited_after_the_installation_is_kept_by_its_undo() {
    let site = Site::merged();
    site.install(&[]).succeeded();
    site.edit(&format!("{CONFIG}/dispatcher.cnf"), "\n", "\nOURS=1\n");
    site.uninstall(&[]).exits(3).says("dispatcher.cnf was changed since the run and is kept");
    assert!(live(&site, "dispatcher.cnf").contains("OURS=1"));
}
