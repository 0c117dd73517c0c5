//! The documented order: stop, save, packages, merge, start.

use crate::support::{CONF, NEW, OLD, ROOT, Site};

#[test]
fn prepare_stops_every_instance_with_its_own_imadmin_and_saves_its_files() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands"])
        .succeeded()
        .says("Next: commpkg upgrade; answer Yes when it asks whether to upgrade the IM API")
        .says("Then: im-upgrade finish");
    assert_eq!(site.calls(), ["old imadmin stop", "sales imadmin stop"]);
    for name in ["default/config/iim.conf", "default/config/acls/sysAdmin.acl", "default/config/server-keystore.jks"] {
        let (file, copy) = (format!("{ROOT}/{name}"), format!("{ROOT}/{name}-pre73"));
        assert_eq!(site.read(&file), site.read(&copy), "{name}");
        assert_eq!(
            testkit::site::attributes(&site.path(&file)),
            testkit::site::attributes(&site.path(&copy)),
            "{name}: mode, owner and time"
        );
    }
    assert!(site.path(&format!("{ROOT}/sales/config/iim.conf-pre73")).exists());
}

#[test]
fn finish_merges_and_starts_the_new_release() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    site.calls();
    site.with_stock(&["finish"])
        .exits(3)
        .says("conflicts: the site's values are kept")
        .says("Audio chat stays off and the IMPS gateway is not deployed until you run the configurator");
    assert_eq!(site.calls(), ["new imadmin start", "sales imadmin start"]);
    assert!(site.conf().contains("smtp.siroe.com"));
}

#[test]
fn upgrade_stops_the_old_release_and_starts_the_new_one() {
    let site = Site::with_both();
    site.with_stock(&["upgrade"]).exits(3);
    assert_eq!(site.calls(), ["old imadmin stop", "sales imadmin stop", "new imadmin start", "sales imadmin start"]);
    let script = site.text(&format!("{ROOT}/sales/imadmin"));
    assert!(script.contains(&format!("# {NEW}\n")), "the instance's own program follows the base: {script}");
    assert!(site.path(&format!("{ROOT}/sales/imadmin-pre73")).exists());
}

#[test]
fn one_instance_is_upgraded_alone() {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--instance", "sales"]).says("not chosen").says("instance default");
    assert_eq!(site.calls(), ["sales imadmin stop", "sales imadmin start"]);
    assert!(!site.path(&format!("{CONF}-pre73")).exists());
    assert!(site.path(&format!("{ROOT}/sales/config/iim.conf-pre73")).exists());
}

#[test]
fn a_link_to_an_instance_is_none() {
    let site = Site::new();
    std::os::unix::fs::symlink("sales", site.path(&format!("{ROOT}/linked"))).unwrap();
    site.run(&["prepare", "--run-commands"]).succeeded();
    assert_eq!(site.calls(), ["old imadmin stop", "sales imadmin stop"]);
}

#[test]
fn without_a_service_only_files_are_changed_and_the_output_says_so() {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--no-service"])
        .exits(3)
        .says("--no-service: nothing was run to stop the server")
        .says("--no-service: nothing was run to start the server");
    assert!(site.calls().is_empty());
}

#[test]
fn commands_of_another_root_are_printed_and_not_run() {
    let site = Site::with_both();
    site.run(&["prepare"]).succeeded().says("Not run: /opt/SUNWiim/sbin/imadmin stop");
    assert!(site.calls().is_empty());
}

#[test]
fn check_says_what_it_can_and_changes_nothing() {
    let site = Site::new();
    let [outcome] = site.writes_nothing([&["check", "--run-commands"]]);
    outcome
        .succeeded()
        .says("/opt/SUNWiim: release unknown")
        .says("The IM API must be upgraded with Instant Messaging")
        .says("sales: /etc/opt/SUNWiim/sales/imadmin stops and starts it");
    assert!(site.calls().is_empty());
    let stock = site.stock();
    let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
    let [outcome] = site.writes_nothing([&[&["check"], stock.as_slice()].concat()]);
    outcome.succeeded().says("Conflicts of a merge now: ");
}

#[test]
fn status_shows_the_instances_and_the_runs_behind_them() {
    let site = Site::new();
    let [before] = site.writes_nothing([&["status"]]);
    before.succeeded().says("7.2 or older: /opt/SUNWiim").says("sales: configuration").says("No run has prepared it");
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.run(&["status"]).succeeded().says("Prepared by run").says("Next: commpkg upgrade");
    site.package_step();
    site.with_stock(&["finish"]).exits(3);
    site.run(&["status"]).succeeded().says("Finished by run");
}

#[test]
fn an_upgrade_that_is_done_is_not_done_twice() {
    let site = Site::with_both();
    site.with_stock(&["upgrade"]).exits(3);
    site.calls();
    let before = site.product();
    site.with_stock(&["upgrade"]).exits(3).says("there is nothing to do");
    before.assert_same(&site.product());
    assert!(site.calls().is_empty());
}

/// Returns mode, owner and group.
fn like(site: &Site, path: &str) -> (u32, u32, u32) {
    let (mode, user, group, ..) = testkit::site::attributes(&site.path(path));
    (mode & 0o7777, user, group)
}

#[test]
fn a_file_that_the_package_step_opened_to_everybody_is_the_sites_again() {
    let site = Site::new();
    let before = like(&site, CONF);
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    std::fs::remove_file(site.path(CONF)).unwrap();
    site.write(CONF, std::fs::read(site.beside(&format!("stock-new{CONF}"))).unwrap());
    let shipped = like(&site, CONF);
    assert_ne!(before, shipped);
    site.with_stock(&["finish"]).exits(3);
    assert_eq!(like(&site, CONF), before);
    site.run(&["--undo"]).succeeded();
    assert_eq!(like(&site, CONF), shipped);
}

#[test]
fn client_resources_of_a_base_that_the_package_step_removed_are_merged_from_their_copies() {
    let site = Site::new();
    let page = site.read(&format!("{OLD}/html/index.html"));
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    for name in ["sbin", "lib", "config"] {
        let path = site.path(&format!("{OLD}/{name}"));
        let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
    }
    std::fs::remove_file(site.path(&format!("{OLD}/html/index.html"))).unwrap();
    site.with_stock(&["finish"]).exits(3);
    assert_eq!(site.read(&format!("{NEW}/html/index.html")), page, "a conflict keeps the site's page");
}

#[test]
fn a_release_that_takes_the_place_of_the_old_one_is_merged_there() {
    let site = Site::new();
    let page = site.read(&format!("{OLD}/html/index.html"));
    site.run(&["prepare", "--run-commands"]).succeeded();
    site.package_step();
    std::fs::remove_dir_all(site.path("/opt/sun")).unwrap();
    let new = |name: &str| std::fs::read(site.beside(&format!("stock-new{NEW}/html/{name}"))).unwrap();
    for name in ["index.html", "fr_FR/im.jnlp", "im.jnlp.template"] {
        site.write(&format!("{OLD}/html/{name}"), new(name));
    }
    site.calls();
    let base = site.beside("stock-old");
    site.run(&["finish", "--run-commands", "--base", base.to_str().unwrap()]).exits(3);
    assert_eq!(site.read(&format!("{OLD}/html/index.html")), page);
    let made = site.text(&format!("{OLD}/html/fr_FR/im.jnlp"));
    assert!(made.contains("imaudio.jar") && made.contains("<argument>im.siroe.com:5222</argument>"), "{made}");
    assert_eq!(site.calls(), ["old imadmin start", "sales imadmin start"]);
}
