//! `install-newconfig` and `uninstall-newconfig` on the sample site.

use testkit::site::{attributes, is_root};

use crate::support::{DEPLOYED, Site, TEMPLATES};

#[test]
fn an_installation_puts_every_merged_file_in_place_and_its_undo_restores_all() {
    let site = Site::merged();
    let before = site.product();
    site.install(&[]).exits(3).says("Undo:").says("Next: restart the web container");
    for name in [
        "config/uwcconfig.properties",
        "config/ldappstore/db_config.properties",
        "config/corp-dir/db_config.properties",
        "config/ldappstore/xlate-pabperson.xml",
        "domain/defaultps/defaultps.xml",
        "domain/example.net/uwcdomainconfig.properties",
        "skin/themes.properties",
    ] {
        assert_eq!(site.candidate(name), site.live(name), "{name}");
    }
    assert!(!before.difference(&site.product()).is_empty());
    let undone = site.uninstall(&[]).succeeded();
    assert_eq!(undone.stdout.lines().next(), Some("Communications Express: uninstall-newconfig"));
    undone.says("Everything is as it was before run [RUN 1]").says("Next: restart the web container");
    before.assert_same(&site.product());
}

#[test]
fn undo_is_another_name_of_uninstall_newconfig() {
    let site = Site::merged();
    let before = site.product();
    site.install(&[]).exits(3);
    site.run(&["undo"]).succeeded();
    before.assert_same(&site.product());
}

#[test]
fn files_keep_owner_and_mode_and_new_files_are_like_their_neighbours() {
    let site = Site::sample();
    site.write(&format!("{TEMPLATES}/config/im/im.properties"), "im.enabled=no\n");
    site.write(&format!("{TEMPLATES}/config/im/login.properties"), "im.password=change-me\n");
    site.patch(&[]).exits(3);
    site.resolve_all();
    let of = |name: &str| attributes(&site.path(&format!("{DEPLOYED}/WEB-INF/{name}")));
    let before = of("config/uwcauth.properties");
    let product = site.product();
    site.install(&[]).exits(3);
    let after = of("config/uwcauth.properties");
    assert_eq!((before.0, before.1, before.2), (after.0, after.1, after.2));
    let new = of("config/im/im.properties");
    assert_eq!(new.0 & 0o7777, 0o644);
    if is_root() {
        assert_eq!((new.1, new.2), (1001, 1001));
    }
    assert_eq!(of("config/im/login.properties").0 & 0o7777, 0o600);
    site.uninstall(&[]).succeeded();
    product.assert_same(&site.product());
}

#[test]
fn open_conflicts_are_named_and_keep_everything_from_being_installed() {
    let site = Site::sample();
    site.patch(&[]).exits(3);
    site.refuses(&["install-newconfig"])
        .exits(1)
        .says("6 conflicts are not resolved: ")
        .says("config/uwcconfig.properties:maxpostcontentlength")
        .says("use -f to install the site's values");
}

#[test]
fn forced_an_installation_keeps_the_site_s_values_and_lists_them() {
    let site = Site::sample();
    site.patch(&["122793-21"]).exits(3);
    site.install(&["-f"])
        .exits(3)
        .says("Merged for patch 122793-21")
        .says("config/uwcconfig.properties:maxpostcontentlength is in conflict: the site's value was kept")
        .says("config/uwcconfig.properties: webmail.proxyadmin needs a value");
    assert!(site.live("config/uwcconfig.properties").contains("maxpostcontentlength"));
}

#[test]
fn installing_twice_does_nothing_the_second_time() {
    let site = Site::merged();
    site.install(&[]).exits(3);
    let before = site.product();
    site.install(&[]).succeeded().says("There is nothing to do");
    before.assert_same(&site.product());
}

#[test]
fn a_dry_run_writes_nothing_and_shows_the_plan_of_the_run() {
    let site = Site::merged();
    let [outcome] = site.writes_nothing([&["install-newconfig", "--dry-run"]]);
    outcome.says("Dry run: this would be done, and nothing was written:").says("uwcconfig.properties");
    let dry = site.install(&["--dry-run", "--json"]).json()["plan"].clone();
    site.install(&[]).exits(3);
    let plan = site.plain(&String::from_utf8(site.file_of_newest_run("plan.json")).unwrap());
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert!(dry == plan, "the plan of the dry run is another one");
    let [outcome] = site.writes_nothing([&["uninstall-newconfig", "--dry-run"]]);
    outcome.says("Dry run: this would be done");
}

#[test]
fn a_file_that_was_edited_after_the_installation_is_kept_by_its_undo() {
    let site = Site::merged();
    site.install(&[]).exits(3);
    let path = format!("{DEPLOYED}/WEB-INF/skin/themes.properties");
    let mut bytes = site.read(&path);
    bytes.extend_from_slice(b"ours=1\n");
    site.write(&path, bytes);
    site.uninstall(&[]).exits(3).says("themes.properties was changed since the run and is kept");
    assert!(site.live("skin/themes.properties").contains("ours=1"));
}

#[test]
fn an_installation_is_taken_back_once_also_when_the_packages_are_gone() {
    let site = Site::merged();
    site.refuses(&["uninstall-newconfig"])
        .exits(1)
        .says("no installation by install-newconfig is in effect on /var/opt/SUNWuwc");
    let deployed = |site: &Site| testkit::site::manifest(&site.path(DEPLOYED), &testkit::manifest::Options::default());
    let before = deployed(&site);
    site.install(&[]).exits(3);
    std::fs::remove_dir_all(site.path("/opt/SUNWuwc")).unwrap();
    site.uninstall(&[]).succeeded();
    before.assert_same(&deployed(&site));
    site.refuses(&["uninstall-newconfig"]).exits(1).says("no installation");
}
