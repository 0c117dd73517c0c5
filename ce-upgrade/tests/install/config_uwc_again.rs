//! `config-uwc` after a merge: it overwrites the live files with what is shipped.

use crate::support::{DEPLOYED, Site, TEMPLATES, WORK};

const NAME: &str = "config/uwcauth.properties";

/// Does what `config-uwc` does to a file; its comments may be others.
fn configure(site: &Site) {
    let mut shipped = site.read(&format!("{TEMPLATES}/{NAME}"));
    shipped.extend_from_slice(b"! made by the configuration program\n");
    site.write(&format!("{DEPLOYED}/WEB-INF/{NAME}"), shipped);
}

#[test]
fn live_files_that_are_stock_again_are_named_before_an_installation_and_before_another_merge() {
    let site = Site::merged();
    let merged = site.candidate(NAME);
    configure(&site);
    let words = format!("a live file is again what is shipped, as after config-uwc: {DEPLOYED}/WEB-INF/{NAME}");
    site.refuses(&["install-newconfig"])
        .exits(1)
        .says(&words)
        .says("The site's values are in /opt/SUNWuwc/newconfig/merged");
    site.refuses_to_merge(&[]).exits(1).says(&words);
    assert_eq!(site.candidate(NAME), merged, "the last place with the site's values stays");
    site.run(&["status"]).succeeded().says("Since then, live files became what is shipped, as after config-uwc");
}

#[test]
fn after_an_installation_they_are_named_as_well() {
    let site = Site::merged();
    site.install(&[]).exits(3);
    configure(&site);
    site.refuses(&["install-newconfig"]).exits(1).says("again what is shipped");
    site.refuses_to_merge(&[]).exits(1).says("again what is shipped");
}

#[test]
fn where_they_are_meant_as_they_are_the_work_directory_is_removed_first() {
    let site = Site::merged();
    configure(&site);
    std::fs::remove_dir_all(site.path(WORK)).unwrap();
    site.patch(&[]).exits(3);
}

#[test]
fn a_file_that_the_site_never_changed_is_no_sign_of_it() {
    let site = Site::sample();
    let live = format!("{DEPLOYED}/WEB-INF/domain/ja/i18n.properties");
    site.patch(&[]).exits(3);
    let mut bytes = site.read(&live);
    bytes.extend_from_slice(b"! looked at\n");
    site.write(&live, bytes);
    site.patch(&[]).exits(3);
}
