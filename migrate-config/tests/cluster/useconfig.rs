//! `useconfig`: the three links of a root, wherever CONFIGDIR is named, and what is refused.

use testkit::outcome::Outcome;
use testkit::tree::Tree;

use super::support::{ROOT, Site};

const NODE: &str = "/opt/sun/comms/messaging";
const SETUP: &str = "/shared/msg/setup/configure_20080101120000";

/// A data root on a shared disk.
fn shared(tree: Tree) -> Tree {
    tree.file("/shared/msg/config/msg.conf", "a = 1\n")
        .directory("/shared/msg/log")
        .file(&format!("{SETUP}/saveState"), "x\n")
}

/// A node that is not configured, and a shared disk.
fn fresh() -> Site {
    Site::new(env!("CARGO_BIN_EXE_useconfig"), NODE, shared)
}

/// A node that uses the sample configuration, and a shared disk.
fn configured() -> Site {
    Site::new(env!("CARGO_BIN_EXE_useconfig"), ROOT, shared)
}

#[track_caller]
fn points_at_shared(site: &Site, root: &str) {
    let links = ["config", "data", "log"].map(|name| site.link(&format!("{root}/{name}")));
    assert_eq!(links, ["/shared/msg/config", "/shared/msg", "/shared/msg/log"]);
}

#[test]
fn a_fresh_node_gets_the_three_links_and_the_library_path_is_printed() {
    let site = fresh();
    let before = site.product();
    let outcome = site.run(&[SETUP]).exits(0);
    points_at_shared(&site, NODE);
    let printed = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(
        printed.contains("The library path is not changed")
            && printed.contains("crle -u -l /opt/sun/comms/messaging/lib"),
        "{printed}"
    );
    site.run(&["--undo"]).exits(0);
    before.assert_same(&site.product());
}

#[test]
fn a_configured_node_is_pointed_elsewhere_and_back() {
    let site = configured();
    let before = site.product();
    site.run(&[SETUP]).exits(0);
    points_at_shared(&site, ROOT);
    site.run(&["--undo"]).exits(0);
    before.assert_same(&site.product());
    site.run(&["/shared/msg/config"]).exits(0);
    points_at_shared(&site, ROOT);
}

#[test]
fn a_second_call_does_nothing() {
    let site = configured();
    site.run(&[SETUP]).exits(0);
    let before = site.product();
    for config_dir in [SETUP, "/shared/msg/config", "/shared/msg"] {
        site.run(&[config_dir]).exits(0).says("There is nothing to do");
    }
    before.assert_same(&site.product());
    assert_eq!(site.run_names().len(), 1);
}

#[test]
fn a_new_link_in_a_root_of_another_account_is_one_that_the_programs_follow() {
    testkit::peers::need("@root");
    let site = fresh();
    std::os::unix::fs::chown(site.path(NODE), Some(65534), Some(65534)).unwrap();
    site.run(&[SETUP]).exits(0);
    for name in ["config", "data", "log"] {
        let link = std::fs::symlink_metadata(site.path(&format!("{NODE}/{name}"))).unwrap();
        assert_eq!(std::os::unix::fs::MetadataExt::uid(&link), 0, "{name} belongs to whom it leads to");
    }
    site.run(&[SETUP]).exits(0).says("There is nothing to do");
}

#[test]
fn links_that_lead_there_in_another_way_are_left_alone() {
    let site = Site::new(env!("CARGO_BIN_EXE_useconfig"), ROOT, |tree| tree.symlink("/global", "/var/opt"));
    site.run(&["/global/SUNWmsgsr/config"]).exits(0).says("There is nothing to do");
    assert_eq!(site.link("/opt/SUNWmsgsr/config"), "/var/opt/SUNWmsgsr/config");
}

#[test]
fn a_dry_run_shows_the_links_and_writes_nothing() {
    let site = configured();
    let [outcome] = site.writes_nothing([&["--dry-run", SETUP]]);
    outcome.exits(0).says("point the link /opt/SUNWmsgsr/data to /shared/msg (now /var/opt/SUNWmsgsr)");
}

#[test]
fn the_plan_of_a_dry_run_is_that_of_the_run() {
    let site = fresh();
    let dry = site.run(&["--dry-run", "--json", SETUP]).json()["plan"].clone();
    site.run(&[SETUP]).exits(0);
    let kept = String::from_utf8(site.file_of_newest_run("plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&site.plain(&kept)).unwrap();
    assert_eq!(dry, plan);
}

#[test]
fn a_relative_config_dir_is_found_in_the_root_and_in_its_setup_directory() {
    for place in ["/opt/SUNWmsgsr/install/configure_1", "/var/opt/SUNWmsgsr/setup/configure_1"] {
        let site = Site::new(env!("CARGO_BIN_EXE_useconfig"), ROOT, |tree| tree.directory(place));
        site.run(&["install/configure_1"]).exits(0).says("There is nothing to do");
    }
    let site =
        Site::new(env!("CARGO_BIN_EXE_useconfig"), NODE, |tree| tree.directory("/opt/SUNWmsgsr/install/configure_1"));
    site.run(&["/opt/SUNWmsgsr/install/configure_1"]).exits(0);
    assert_eq!(site.link("/opt/sun/comms/messaging/data"), "/var/opt/SUNWmsgsr", "that of the root that it lies in");
}

#[track_caller]
fn refused(add: impl FnOnce(Tree) -> Tree, root: &str, config_dir: &str, why: &str) -> Outcome {
    let site = Site::new(env!("CARGO_BIN_EXE_useconfig"), root, |tree| add(shared(tree)));
    let before = site.product();
    let outcome = site.run(&[config_dir]).exits(1).says(why).says("Nothing was changed");
    before.assert_same(&site.product());
    outcome
}

#[test]
fn what_is_no_configuration_is_refused() {
    let as_is = |tree| tree;
    refused(as_is, NODE, "/nowhere/configure_1", "there is no directory /nowhere/configure_1");
    refused(as_is, NODE, "install/configure_1", "there is no directory /opt/sun/comms/messaging/install/configure_1");
    refused(as_is, NODE, "/shared/msg/log", "neither a configure_ directory nor a configuration");
    refused(|tree| tree.directory("/x/configure_1"), NODE, "/x/configure_1", "does not lie in a data root");
    let unlinked = |tree: Tree| tree.directory(&format!("{NODE}/install/configure_1"));
    refused(unlinked, NODE, "install/configure_1", "does not lie in a data root");
    let without_log = |tree: Tree| tree.file("/y/config/imta.cnf", "");
    refused(without_log, NODE, "/y/config", "the data root /y has no directory log");
}

#[test]
fn links_that_dangle_or_loop_and_directories_of_the_roots_own_are_refused() {
    let dangling = |tree: Tree| tree.symlink("/shared/gone/configure_1", "/nowhere");
    refused(
        dangling,
        NODE,
        "/shared/gone/configure_1",
        "/shared/gone/configure_1 is a link that leads to no directory",
    );
    let looping = |tree: Tree| tree.symlink("/shared/configure_1", "configure_1");
    refused(looping, NODE, "/shared/configure_1", "leads back to itself");
    let root_dangles = |tree: Tree| tree.symlink(&format!("{NODE}/config"), "/nowhere");
    refused(root_dangles, NODE, SETUP, "/opt/sun/comms/messaging/config is a link that leads nowhere");
    let own = |tree: Tree| tree.directory(&format!("{NODE}/log"));
    refused(own, NODE, SETUP, "/opt/sun/comms/messaging/log is a directory, and not a link to one");
}

#[test]
fn without_a_config_dir_it_says_what_is_missing() {
    fresh().run(&[]).exits(2).says("CONFIGDIR is missing");
}
