//! The order of upgrades: what is installed or named, what is too old, what is not known.

use testkit::outcome::Outcome;
use testkit::tree::Tree;

use crate::support::Site;

fn tree() -> Tree {
    Tree::new()
        .directory("var/opt/CommsInstaller")
        .directory("opt/SUNWuwc/sbin")
        .file("var/opt/SUNWuwc/WEB-INF/domain/personalstore.properties", "db.useUserPsRoot=false\n")
        .file("var/opt/SUNWuwc/WEB-INF/domain/defaultps/defaultps.xml", "<books/>")
}

fn named(site: &Site, [messaging, calendar, dssetup]: [&str; 3]) -> Outcome {
    site.run(&["check", "--messaging", messaging, "--calendar", calendar, "--dssetup", dssetup])
}

#[test]
fn versions_that_are_named_are_compared_with_what_each_release_needs() {
    let site = Site::of(&tree());
    let cases: [([&str; 3], i32, &str); 8] = [
        (["7.0-0.03", "6.3-7.03", "6.4-1.04"], 0, "0 errors, 0 warnings"),
        (["7 Update 1", "6.3-8.01", "6.4-2.03"], 0, "0 errors, 0 warnings"),
        (
            ["6.2-10.28", "6.3-7.03", "6.4-1.04"],
            6,
            "Communications Express 6.3 needs 6.3 or later, and this one is 6.2-10.28",
        ),
        (["6.3-0.15", "6.3-7.03", "6.4-1.04"], 6, "6.3 patch 21 needs 7.0-0.03 or later, and this one is 6.3-0.15"),
        (["7.0-0.02", "6.3-7.03", "6.4-1.04"], 6, "needs 7.0-0.03 or later"),
        (["7.0-0.03", "6.3-7.02", "6.4-1.04"], 6, "needs 6.3-7.03 or later, and this one is 6.3-7.02"),
        (["7.0-0.03", "6.3-7.03", "6.3-0.01"], 6, "needs 6.4-1.04 or later, and this one is 6.3-0.01"),
        (["7.0", "6.3-7.03", "6.4-1.04"], 3, "what is known of this one is: 7.0"),
    ];
    for (versions, status, said) in cases {
        named(&site, versions).exits(status).says(said);
    }
}

#[test]
fn what_is_no_version_is_wrong_usage() {
    let site = Site::of(&tree());
    named(&site, ["seven", "6.3-7.03", "6.4-1.04"]).exits(2).says("--messaging").says("Nothing was changed");
}

#[test]
fn what_is_not_installed_here_is_unknown_and_not_good() {
    let site = Site::of(&tree());
    let done = site.run(&["check", "--json"]).exits(3);
    let json = done.json();
    let findings: Vec<_> = json["details"]["findings"].as_array().unwrap().iter().collect();
    assert_eq!(findings.len(), 3, "{done}");
    for (finding, option) in findings.into_iter().zip(["--dssetup", "--messaging", "--calendar"]) {
        assert_eq!(finding["severity"], "warning");
        assert!(finding["what"].as_str().unwrap().starts_with("no version is known"));
        assert_eq!(finding["remedy"], format!("Name its version with {option} VERSION"));
    }
}

fn package(tree: Tree, name: &str, version: &str, base: &str) -> Tree {
    let record = format!("PKG={name}\nVERSION={version}\nBASEDIR={base}\n");
    tree.file(&format!("var/sadm/pkg/{name}/pkginfo"), record)
}

#[test]
fn versions_are_read_below_the_root() {
    let tree = tree().directory("opt/sun/comms/messaging64/sbin").directory("opt/SUNWcomds/sbin");
    let tree = package(tree, "SUNWmessaging-server-64", "7.0-0.04", "/opt/sun/comms");
    let site = Site::of(&package(tree, "SUNWcomds", "6.3-1.01", "/opt"));
    site.run(&["check", "--calendar", "6.3-7.03"])
        .exits(6)
        .says("Messaging Server 7.0-0.04 in /opt/sun/comms/messaging64 (package SUNWmessaging-server-64 7.0-0.04)")
        .says("Comms DSSetup in /opt: Communications Express 6.3 patch 21 needs 6.4-1.04 or later, and this one is 6.3-1.01")
        .says("1 error, 0 warnings");
}

#[test]
fn the_build_is_read_from_the_files_that_a_release_ships() {
    let tree = tree()
        .directory("opt/sun/comms/messaging/sbin")
        .file("opt/sun/comms/messaging/install/dispatcher.cnf", "! dispatcher.cnf -- 7.0-0.02\n");
    Site::of(&tree)
        .run(&["check", "--calendar", "6.3-7.03", "--dssetup", "6.4-1.04"])
        .exits(6)
        .says("/opt/sun/comms/messaging/install/dispatcher.cnf is shipped with 7.0-0.02")
        .says("needs 7.0-0.03 or later, and this one is 7.0-0.02");
}

#[test]
fn an_old_server_beside_one_that_is_new_enough_is_to_be_looked_at() {
    let tree = tree().directory("opt/sun/comms/messaging64/sbin").directory("opt/SUNWmsgsr/sbin");
    let tree = tree.file("opt/SUNWmsgsr/install/dispatcher.cnf", "! dispatcher.cnf -- 6.2-10.28\n");
    let site = Site::of(&package(tree, "SUNWmessaging-server-64", "7.0-0.04", "/opt/sun/comms"));
    site.run(&["check", "--calendar", "6.3-7.03", "--dssetup", "6.4-1.04"])
        .exits(3)
        .says("Messaging Server in /opt/SUNWmsgsr")
        .says("another one here is new enough");
}

#[test]
fn without_a_deployment_nothing_is_checked() {
    let site = Site::of(&Tree::new().directory("opt/SUNWuwc/sbin"));
    site.run(&["check"]).exits(1).says("no deployed Communications Express was found").says("Nothing was changed");
}
