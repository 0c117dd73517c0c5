//! What a rollback refuses, with a clear error and nothing changed.

use std::fs;

use crate::support::{CONF, NEW, OLD, Outcome, ROOT, Site};

fn upgraded() -> Site {
    let site = Site::with_both();
    site.with_stock(&["upgrade", "--no-service"]).exits(3);
    site
}

/// Runs a command that has to fail with these words, and to change nothing.
#[track_caller]
fn refused(site: &Site, arguments: &[&str], words: &[&str]) -> Outcome {
    let before = site.product();
    let mut outcome = site.run(arguments).exits(1);
    for word in words.iter().chain(&["Nothing was changed."]) {
        outcome = outcome.says(word);
    }
    before.assert_same(&site.product());
    outcome
}

#[test]
fn without_saved_files_nothing_can_be_rolled_back() {
    let site = Site::with_both();
    refused(
        &site,
        &["rollback", "--no-service"],
        &["instance default cannot be rolled back", "/etc/opt/SUNWiim/default/config/iim.conf-pre73"],
    );
}

#[test]
fn saved_files_without_the_main_one_are_not_enough() {
    let site = Site::with_both();
    site.write(&format!("{ROOT}/default/config/httpbind.conf-pre73"), "httpbind.hold = 1\n");
    refused(&site, &["rollback", "--no-service", "--instance", "default"], &["there is no", "iim.conf-pre73"]);
}

#[test]
fn a_set_with_a_missing_or_a_changed_file_is_refused_by_name() {
    let site = upgraded();
    fs::remove_file(site.path(&format!("{ROOT}/default/config/httpbind.conf-pre73"))).unwrap();
    site.write(&format!("{ROOT}/sales/config/iim.conf-pre73"), "edited\n");
    refused(
        &site,
        &["rollback", "--no-service"],
        &[
            "the saved configuration of 7.2 is not complete",
            "/etc/opt/SUNWiim/default/config/httpbind.conf-pre73 is gone",
            "/etc/opt/SUNWiim/sales/config/iim.conf-pre73 was changed since the upgrade saved it",
        ],
    );
}

#[test]
fn a_later_edit_of_the_site_is_shown_and_needs_force() {
    let site = upgraded();
    let edited = [site.read(CONF), b"iim.ours = \"1\"\n".to_vec()].concat();
    site.write(CONF, &edited);
    refused(
        &site,
        &["rollback", "--no-service", "--skip-packages"],
        &["/etc/opt/SUNWiim/default/config/iim.conf was edited since the upgrade", "--force"],
    );
    site.run(&["rollback", "--no-service", "--skip-packages", "--force"]).succeeded().says("it is replaced");
    assert_ne!(site.read(CONF), edited);
    site.run(&["--undo"]).succeeded();
    assert_eq!(site.read(CONF), edited);
}

#[test]
fn a_file_that_is_newer_than_its_saved_one_needs_force_where_no_run_knows_better() {
    let site = Site::with_both();
    site.write(&format!("{CONF}-pre73"), "iim.smtpserver = \"old\"\n");
    testkit::site::set_modified(&site.path(&format!("{CONF}-pre73")), 1_000_000, 0);
    let rollback = ["rollback", "--no-service", "--skip-packages", "--instance", "default"];
    refused(&site, &rollback, &["/etc/opt/SUNWiim/default/config/iim.conf is of 2008-02-29", "of 1970-01-12"]);
    site.run(&[&rollback[..], &["--force"]].concat()).succeeded();
    assert_eq!(site.text(CONF), "iim.smtpserver = \"old\"\n");
}

#[test]
fn the_old_release_has_to_be_back_first() {
    let site = upgraded();
    fs::remove_file(site.path(&format!("{OLD}/sbin/imadmin"))).unwrap();
    refused(
        &site,
        &["rollback", "--no-service", "--skip-packages"],
        &["7.2 is not installed: there is no /opt/SUNWiim/sbin/imadmin"],
    );
}

#[test]
fn a_second_part_needs_the_new_release_gone_and_the_old_one_there() {
    let site = upgraded();
    refused(&site, &["rollback", "--no-service", "--finish"], &["there is no rollback to finish"]);
    site.run(&["rollback", "--no-service"]).succeeded();
    refused(
        &site,
        &["rollback", "--no-service", "--finish"],
        &["7.3 is still installed: there is /opt/sun/comms/im/sbin/imadmin"],
    );
    fs::remove_dir_all(site.path(NEW)).unwrap();
    fs::rename(site.path(OLD), site.path("/opt/elsewhere")).unwrap();
    refused(&site, &["rollback", "--no-service", "--finish"], &["7.2 is not installed"]);
    fs::rename(site.path("/opt/elsewhere"), site.path(OLD)).unwrap();
    refused(
        &site,
        &["rollback", "--no-service", "--finish", "--instance", "sales"],
        &["the rollback that was begun is about instances default, sales"],
    );
    site.run(&["rollback", "--no-service", "--finish"]).succeeded();
    site.run(&["rollback", "--no-service", "--finish"]).succeeded().says("This was done already");
}

#[test]
fn a_rollback_that_was_begun_is_not_begun_once_more() {
    let site = upgraded();
    site.run(&["rollback", "--no-service"]).succeeded();
    site.run(&["rollback", "--no-service"]).succeeded().says("This was done already");
    refused(
        &site,
        &["rollback", "--no-service", "--skip-packages"],
        &["a rollback was begun already: its files are in /var/opt/im-upgrade/7.2-configuration"],
    );
}

#[test]
fn copies_that_were_changed_between_the_parts_are_refused() {
    let site = upgraded();
    site.run(&["rollback", "--no-service"]).succeeded();
    fs::remove_dir_all(site.path(NEW)).unwrap();
    fs::remove_file(site.path(&format!("{CONF}-pre73"))).unwrap();
    site.write(&format!("/var/opt/im-upgrade/7.2-configuration{CONF}-pre73"), "edited\n");
    refused(
        &site,
        &["rollback", "--no-service", "--finish"],
        &["iim.conf-pre73 was changed since the rollback was begun"],
    );
}

#[test]
fn a_directory_for_the_copies_that_others_can_change_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let site = upgraded();
    fs::create_dir_all(site.path("/var/opt/im-upgrade")).unwrap();
    fs::set_permissions(site.path("/var/opt/im-upgrade"), fs::Permissions::from_mode(0o777)).unwrap();
    refused(&site, &["rollback", "--no-service"], &["users other than root can change /var/opt/im-upgrade"]);
}

#[test]
fn a_first_part_is_not_undone_once_the_packages_took_the_configuration_away() {
    let site = upgraded();
    site.run(&["rollback", "--no-service"]).succeeded();
    for instance in ["default", "sales"] {
        fs::remove_dir_all(site.path(&format!("{ROOT}/{instance}/config"))).unwrap();
    }
    refused(
        &site,
        &["--undo"],
        &[
            "is gone: the packages were removed since",
            "the copies in /var/opt/im-upgrade/7.2-configuration stay",
            "im-upgrade rollback --finish",
            "To go back to 7.3: install its packages",
        ],
    );
}
