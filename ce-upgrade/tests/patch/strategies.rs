//! The two strategies of the guide with an old deployment beside the new one, or from another host; and the layouts.

use std::os::unix::fs::PermissionsExt;

use testkit::tree::Tree;

use crate::support::{DEPLOYED, Outcome, Site, data};

/// The new release in an alternate root, configured with what it ships, with the old one beside it.
fn side_by_side() -> Site {
    let site = Site::of(&Tree::from_table(&data(), &["site", "stock-old"]).directory("var/opt/CommsInstaller"));
    let new = data().join("stock-new/opt/SUNWuwc/lib/config-templates/WEB-INF");
    for name in ["config", "domain", "skin"] {
        copy(&new.join(name), &site.path(&format!("/alt/opt/SUNWuwc/lib/config-templates/WEB-INF/{name}")));
        copy(&new.join(name), &site.path(&format!("/alt/var/opt/SUNWuwc/WEB-INF/{name}")));
    }
    site
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.as_ref().unwrap().path(), to.join(entry.as_ref().unwrap().file_name()));
        if entry.is_dir() {
            copy(&entry, &to);
        } else {
            std::fs::write(to, std::fs::read(&entry).unwrap()).unwrap();
        }
    }
}

fn beside(site: &Site, arguments: &[&str]) -> Outcome {
    site.run(&[arguments, &["--uwc-base", "/alt/opt/SUNWuwc"]].concat())
}

#[test]
fn side_by_side_the_site_s_values_move_to_the_new_deployment_and_the_old_one_stays() {
    let site = side_by_side();
    let before = testkit::site::manifest(&site.path(DEPLOYED), &testkit::manifest::Options::default());
    let outcome = beside(&site, &["patch-config", "--from", DEPLOYED]).exits(3);
    outcome
        .says("Stock files of the old release: /opt/SUNWuwc/lib/config-templates/WEB-INF")
        .says("Stock files of the new release: /alt/opt/SUNWuwc/lib/config-templates/WEB-INF")
        .says("The site's files: /var/opt/SUNWuwc/WEB-INF");
    let outcome = beside(&site, &["install-newconfig", "-f"]).exits(3);
    outcome.says(
        "Next: stop the web container of the old application in /var/opt/SUNWuwc; then start that of the new one in /alt/var/opt/SUNWuwc",
    );
    let text = |name: &str| site.text(&format!("/alt/var/opt/SUNWuwc/WEB-INF/{name}"));
    assert!(text("config/migrate.properties").contains("smtp.siroe.com"));
    assert!(text("config/partner-dir/db_config.properties").contains("partner.siroe.com"));
    assert!(text("domain/example.net/uwcdomainconfig.properties").contains("overview"));
    let log = text("config/uwclogging.properties");
    assert!(!log.contains("=/var/opt/SUNWuwc/") && log.contains("/alt/var/opt/SUNWuwc/"), "{log}");
    let after = testkit::site::manifest(&site.path(DEPLOYED), &testkit::manifest::Options::default());
    before.assert_same(&after);
}

#[test]
fn a_password_stays_closed_where_the_new_deployment_has_the_file_open() {
    let site = side_by_side();
    beside(&site, &["patch-config", "--from", DEPLOYED]).exits(3);
    beside(&site, &["install-newconfig", "-f"]).exits(3);
    for name in ["config/uwcauth.properties", "config/partner-dir/db_config.properties"] {
        let mode = std::fs::metadata(site.path(&format!("/alt/var/opt/SUNWuwc/WEB-INF/{name}"))).unwrap().permissions();
        assert_eq!(mode.mode() & 0o7777, 0o600, "{name}");
    }
}

#[test]
fn side_by_side_an_undo_restores_the_new_deployment() {
    let site = side_by_side();
    let before = || testkit::site::manifest(&site.path("/alt/var"), &testkit::manifest::Options::default());
    let first = before();
    beside(&site, &["patch-config", "--from", DEPLOYED]).exits(3);
    beside(&site, &["install-newconfig", "-f"]).exits(3);
    assert_ne!(first, before());
    beside(&site, &["uninstall-newconfig"]).succeeded();
    first.assert_same(&before());
}

#[test]
fn files_that_no_merge_is_about_are_named_where_only_the_old_deployment_has_them() {
    let site = side_by_side();
    site.write(&format!("{DEPLOYED}/WEB-INF/skin/siroe/images/logo.gif"), "GIF");
    beside(&site, &["patch-config", "--from", DEPLOYED])
        .exits(3)
        .says("skin/siroe/images: 1 file is only in the old deployment, and no merge is about it: copy it by hand");
}

#[test]
fn a_deployment_cannot_be_merged_with_itself() {
    let site = Site::sample();
    site.refuses_to_merge(&["--from", DEPLOYED]).exits(1).says("is what is deployed now");
    site.refuses_to_merge(&["--from", "/nowhere"]).exits(1).says("there is no WEB-INF in /nowhere");
}

#[test]
fn from_another_host_names_change_but_passwords_do_not() {
    let site = Site::of(&Tree::from_table(&data(), &["stock-new"]).directory("var/opt/CommsInstaller"));
    let new = data().join("stock-new/opt/SUNWuwc/lib/config-templates/WEB-INF");
    copy(&new, &site.path(&format!("{DEPLOYED}/WEB-INF")));
    // A copied tree, outside of the product root.
    let copied = site.beside("copied");
    copy(&data().join("site"), &copied);
    let auth = copied.join("var/opt/SUNWuwc/WEB-INF/config/uwcauth.properties");
    let text = String::from_utf8_lossy(&std::fs::read(&auth).unwrap()).replace("synthetic=pass;word", "mail.siroe.com");
    std::fs::write(&auth, text).unwrap();
    let hosts = ["--old-host", "mail.siroe.com", "--new-host", "new.siroe.com"];
    site.patch(&[&["--from", copied.to_str().unwrap()], &hosts[..]].concat()).exits(3);
    let line = |name: &str, key: &str| {
        site.candidate(name).lines().find(|line| line.starts_with(key)).map(str::to_owned).unwrap()
    };
    assert!(line("config/uwcconfig.properties", "webmail.host").ends_with("new.siroe.com"));
    assert!(line("config/uwcauth.properties", "ldapauth.ldapbindcred").ends_with("mail.siroe.com"));
    site.install(&["-f"]).exits(3).says(
        "Next: restart the web container of /var/opt/SUNWuwc; then have users sent to this host, and stop the old one",
    );
}

#[test]
fn the_layouts_of_linux_and_of_suite_6_are_found() {
    for (base, deployed) in [("opt/sun/uwc", "var/opt/sun/uwc"), ("opt/sun/comms/ce", "var/opt/sun/comms/ce")] {
        let site = Site::of(&Tree::new().directory("var/opt/CommsInstaller"));
        let new = data().join("stock-new/opt/SUNWuwc/lib/config-templates");
        copy(&new, &site.path(&format!("{base}/lib/config-templates")));
        copy(&data().join("site/var/opt/SUNWuwc"), &site.path(deployed));
        site.patch(&[]).exits(3).says(&format!("The site's files: /{deployed}/WEB-INF"));
        site.install(&["-f"]).exits(3);
        site.run(&["undo"]).succeeded();
    }
}

#[test]
fn by_the_names_of_the_guide_the_program_works_on_its_own_installation_s_product() {
    let site = Site::sample();
    let stock = site.beside("stock-old").to_str().unwrap().to_owned();
    for (name, arguments, statuses) in [
        ("patch-config", vec!["--base", &stock], 3),
        ("install-newconfig", vec!["-f"], 3),
        ("uninstall-newconfig", vec![], 0),
    ] {
        let link = site.path(&format!("/opt/SUNWuwc/sbin/{name}"));
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ce-upgrade"), &link).unwrap();
        let own = site.command(&arguments);
        let mut command = std::process::Command::new(&link);
        command.args(own.get_args());
        site.surround(&mut command);
        let outcome = site.outcome(command).exits(statuses);
        assert_eq!(outcome.stdout.lines().next(), Some(format!("Communications Express: {name}").as_str()));
    }
}
