//! An upgrade and its rollback: the configuration of 7.2 is back as it was, in the documented order.

use std::fs;
use std::path::Path;

use testkit::manifest::{Manifest, Options};
use testkit::site::{attributes, manifest, set_modified};
use upgrade_engine::fs::RelPath;

use crate::support::{CONF, NEW, OLD, ROOT, Site};

/// Writes down the configuration of all instances.
fn configuration(site: &Site) -> Manifest {
    manifest(&site.path(ROOT), &Options::default())
}

/// Fails unless the configuration is as it was, but for files that only 7.3 has.
#[track_caller]
fn assert_back(before: &Manifest, site: &Site, new: &[&str]) {
    let leave_out = new.iter().map(|path| RelPath::new(path).unwrap()).collect();
    let now = manifest(&site.path(ROOT), &Options { leave_out, ..Options::default() });
    assert_eq!(before.difference(&now), Vec::<String>::new());
}

/// Does what the removal of the packages of 7.3 and the installation of those of 7.2 do, at their worst: the configuration is that of a
/// new installation, and nothing of the old one is left.
fn packages_of_old(site: &Site) {
    fs::remove_dir_all(site.path(NEW)).unwrap();
    for instance in ["default", "sales"] {
        fs::remove_dir_all(site.path(&format!("{ROOT}/{instance}/config"))).unwrap();
    }
    fs::create_dir(site.path(&format!("{ROOT}/default/config"))).unwrap();
    site.write(CONF, fs::read(site.beside(&format!("stock-old{CONF}"))).unwrap());
    site.calls();
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

#[test]
fn a_rollback_without_packages_gives_back_the_configuration_with_owners_modes_and_times() {
    let site = Site::with_both();
    let before = configuration(&site);
    site.with_stock(&["upgrade"]).exits(3);
    assert!(!before.difference(&configuration(&site)).is_empty(), "the upgrade changed something");
    site.calls();
    site.run(&["rollback", "--skip-packages", "--run-commands"]).succeeded().says("The configuration of 7.2 is back");
    assert_back(&before, &site, &[]);
    assert_eq!(
        site.calls(),
        ["new imadmin stop", "sales imadmin stop", "old imadmin start", "sales imadmin start"],
        "7.3 is stopped, 7.2 is started"
    );
}

#[test]
fn a_rollback_with_packages_stops_first_and_starts_in_its_second_part() {
    let site = Site::with_both();
    let before = configuration(&site);
    site.with_stock(&["upgrade"]).exits(3);
    site.calls();
    site.run(&["rollback", "--run-commands"])
        .succeeded()
        .says("commpkg uninstall --components=IM --silent=NONE")
        .says("install the packages of 7.2")
        .says("rollback --finish");
    assert_eq!(site.calls(), ["new imadmin stop", "sales imadmin stop"]);
    packages_of_old(&site);
    site.run(&["rollback", "--finish", "--run-commands"]).succeeded();
    assert_eq!(site.calls(), ["old imadmin start", "sales imadmin start"]);
    assert_back(&before, &site, &[]);
}

#[test]
fn the_copies_survive_the_packages_and_are_for_their_owner_only() {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    let saved = attributes(&site.path(&format!("{CONF}-pre73")));
    site.run(&["rollback", "--no-service"]).succeeded();
    let top = site.path("/var/opt/im-upgrade");
    assert_eq!(attributes(&top).0 & 0o7777, 0o700);
    let copy = top.join("7.2-configuration").join(CONF.trim_start_matches('/')).with_extension("conf-pre73");
    assert_eq!(fs::read(&copy).unwrap(), site.read(&format!("{CONF}-pre73")));
    assert_eq!(attributes(&copy), saved);
}

#[test]
fn each_part_of_a_rollback_is_undone() {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    site.undo_restores(&["rollback", "--no-service"], &["--undo"], Site::product_of);
    site.undo_restores(&["rollback", "--no-service", "--skip-packages"], &["--undo"], Site::product_of);
    site.run(&["rollback", "--no-service"]).succeeded();
    packages_of_old(&site);
    site.undo_restores(&["rollback", "--no-service", "--finish"], &["--undo"], Site::product_of);
}

#[test]
fn files_that_an_earlier_upgrade_saved_are_put_back_without_a_run() {
    let site = Site::with_both();
    let before = site.read(CONF);
    let old = attributes(&site.path(CONF));
    let own_name = |name: &str| site.path(&format!("{ROOT}/default/config/{name}"));
    fs::rename(own_name("iim.conf"), own_name("iim.conf-pre73")).unwrap();
    site.write(CONF, "iim.smtpserver = \"other\"\n");
    set_modified(&site.path(CONF), 1_000_000, 0);
    site.run(&["rollback", "--no-service", "--skip-packages", "--instance", "default"])
        .succeeded()
        .says("httpbind.conf has no -pre73 file and is left as it is");
    assert_eq!(site.read(CONF), before);
    assert_eq!(attributes(&site.path(CONF)), old);
    assert!(!is_there(&own_name("iim.conf-pre73")), "the copy is consumed");
}

#[test]
fn a_copy_of_an_earlier_attempt_is_kept_and_the_runs_own_one_counts() {
    let site = Site::with_both();
    let before = site.read(CONF);
    site.write(&format!("{CONF}-pre73"), "of an earlier attempt\n");
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    site.run(&["rollback", "--no-service", "--skip-packages"]).succeeded();
    assert_eq!(site.read(CONF), before);
    assert_eq!(site.text(&format!("{CONF}-pre73")), "of an earlier attempt\n");
}

#[test]
fn files_that_are_new_in_the_new_release_are_left_and_listed() {
    let site = Site::with_both();
    let name = "etc/opt/SUNWiim/default/config/acls/sysNew.acl";
    fs::write(site.beside("stock-new").join(name), "# new\nd:none\n").unwrap();
    let before = configuration(&site);
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    if is_there(&site.path(name)) {
        site.run(&["rollback", "--no-service", "--skip-packages"])
            .succeeded()
            .says(&format!("/{name} is new in 7.3 and is left as it is"));
        assert!(is_there(&site.path(name)));
        assert_back(&before, &site, &["default/config/acls/sysNew.acl"]);
    } else {
        panic!("the upgrade did not install {name}");
    }
}

#[test]
fn a_dry_run_of_each_part_writes_nothing_and_shows_every_step() {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    let [first, whole] = site.writes_nothing([
        &["rollback", "--no-service", "--dry-run"],
        &["rollback", "--no-service", "--skip-packages", "--dry-run"],
    ]);
    first.succeeded().says("7.2-configuration");
    whole.succeeded().says(&format!("rename {CONF}-pre73 to {CONF}, which it replaces"));
    site.run(&["rollback", "--no-service"]).succeeded();
    packages_of_old(&site);
    let [finish] = site.writes_nothing([&["rollback", "--no-service", "--finish", "--dry-run"]]);
    finish.succeeded().says(&format!("rename {ROOT}/sales/config/iim.conf-pre73 to {ROOT}/sales/config/iim.conf"));
}

#[test]
fn one_instance_is_rolled_back_alone() {
    let site = Site::with_both();
    let before = site.read(CONF);
    site.with_stock(&["upgrade"]).exits(3);
    let sales = site.read(&format!("{ROOT}/sales/config/iim.conf"));
    site.calls();
    site.run(&["rollback", "--skip-packages", "--run-commands", "--instance", "default"]).succeeded();
    assert_eq!(site.calls(), ["new imadmin stop", "old imadmin start"]);
    assert_eq!(site.read(CONF), before);
    assert_eq!(site.read(&format!("{ROOT}/sales/config/iim.conf")), sales);
}

#[test]
fn in_a_cluster_imadmin_is_never_run() {
    let site = Site::with_both();
    site.write_command("/usr/cluster/bin/scswitch", "scswitch", "");
    site.with_stock(&["upgrade", "--ha", "im-rs"]).exits(3);
    site.calls();
    site.run(&["rollback", "--run-commands", "--ha", "im-rs"])
        .succeeded()
        .says("Next, on every node of the cluster: commpkg uninstall");
    assert_eq!(site.calls(), ["scswitch -n -j im-rs"]);
    packages_of_old(&site);
    site.run(&["rollback", "--finish", "--run-commands", "--ha", "im-rs"]).succeeded();
    assert_eq!(site.calls(), ["scswitch -e -j im-rs"]);
}

#[test]
fn an_upgrade_after_a_rollback_is_rolled_back_by_its_own_files() {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    site.run(&["rollback", "--no-service", "--skip-packages"]).succeeded();
    let edited = [site.read(CONF), b"iim.ours = \"1\"\n".to_vec()].concat();
    site.write(CONF, &edited);
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    site.run(&["rollback", "--no-service", "--skip-packages"]).succeeded();
    assert_eq!(site.read(CONF), edited);
    assert!(is_there(&site.path(&format!("{OLD}/sbin/imadmin"))));
}

#[test]
fn a_rollback_reports_in_json_what_it_did_and_what_is_left() {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    let [dry] = site.writes_nothing([&["rollback", "--no-service", "--skip-packages", "--json", "--dry-run"]]);
    let planned = dry.succeeded().json();
    assert_eq!((&planned["outcome"], &planned["plan"]["request"]["phase"]), (&"dry-run".into(), &"whole".into()));
    let report = site.run(&["rollback", "--no-service", "--skip-packages", "--json"]).succeeded().json();
    assert_eq!(report["outcome"], "done");
    let plan = site.file_of_newest_run("plan.json");
    let plan: serde_json::Value = serde_json::from_slice(&plan).unwrap();
    assert_eq!(planned["plan"]["request"], plan["request"]);
    assert_eq!(planned["plan"]["steps"], plan["steps"]);
}

#[test]
fn all_instances_go_through_an_upgrade_and_a_rollback_each_with_its_own_program() {
    let site = Site::with_both();
    // An instance more, made as the guide to several instances says.
    for name in ["config/iim.conf", "config/acls/sysAdmin.acl"] {
        let content = site.read(&format!("{ROOT}/sales/{name}"));
        site.write(&format!("{ROOT}/branch/{name}"), content);
    }
    site.write_command(&format!("{ROOT}/branch/imadmin"), "branch imadmin", "");
    let before = configuration(&site);
    let in_order = |release: &str, action: &str| {
        [format!("{release} imadmin {action}"), format!("branch imadmin {action}"), format!("sales imadmin {action}")]
    };
    site.with_stock(&["upgrade", "--all-instances"]).exits(3);
    assert_eq!(site.calls(), [in_order("old", "stop"), in_order("new", "start")].concat());
    for instance in ["default", "branch", "sales"] {
        assert!(is_there(&site.path(&format!("{ROOT}/{instance}/config/iim.conf-pre73"))), "{instance}");
    }
    site.run(&["rollback", "--all-instances", "--skip-packages", "--run-commands"]).succeeded();
    assert_eq!(site.calls(), [in_order("new", "stop"), in_order("old", "start")].concat());
    assert_back(&before, &site, &[]);
    let forward = ["prepare", "--all-instances", "--run-commands"];
    site.run(&forward).succeeded();
    site.package_step();
    site.with_stock(&["finish", "--all-instances"]).exits(3);
    site.run(&["rollback", "--all-instances", "--run-commands"]).succeeded();
    packages_of_old(&site);
    fs::remove_dir_all(site.path(&format!("{ROOT}/branch/config"))).unwrap();
    site.run(&["rollback", "--finish", "--all-instances", "--run-commands"]).succeeded();
    assert_eq!(site.calls(), in_order("old", "start"));
    assert_back(&before, &site, &[]);
}
