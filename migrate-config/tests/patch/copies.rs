//! A merge after `migrate-config --data-root`: the site's values are those of the old configuration.

use testkit::expected::Row;

use crate::support::merging::{CONFIG, Site, rows, sample};

const COPY: &str = "/var/opt/msg70";

fn copied() -> Site {
    let site = Site::of(&sample());
    site.move_with(&["--data-root", COPY]);
    site
}

fn decided(site: &Site) -> impl Fn(&str) -> Row {
    let all = rows(&site.run(&["--json"]).exits(3).json());
    move |key| all.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("no row {key}")).clone()
}

#[test]
fn roots_of_server_and_data_are_no_customisations() {
    let site = copied();
    let row = decided(&site);
    let lock = row("msg.conf.defaults:local.lockdir");
    assert_eq!(
        [lock.site.as_str(), &lock.new, &lock.decision, &lock.outcome],
        ["/var/opt/SUNWmsgsr/lock", "/var/opt/msg70/lock", "rewrite-root", "/var/opt/msg70/lock"]
    );
    let root = row("msg.conf.defaults:local.installeddir");
    assert_eq!((root.site.as_str(), root.decision.as_str()), ("/opt/SUNWmsgsr", "rewrite-root"));
    assert_eq!(row("imta.cnf:include /opt/sun/comms/messaging/config/site.rules").decision, "site-addition");
}

#[test]
fn an_installation_changes_the_copy_and_never_the_old_configuration() {
    let site = copied();
    let old = testkit::site::manifest(&site.path(CONFIG), &testkit::manifest::Options::default());
    let before = site.product();
    site.run(&[]).exits(3);
    site.resolve_all();
    site.install(&[]).succeeded();
    let option = site.read(&format!("{COPY}/config/option.dat"));
    assert_ne!(option, site.read(&format!("{CONFIG}/option.dat")));
    old.assert_same(&testkit::site::manifest(&site.path(CONFIG), &testkit::manifest::Options::default()));
    site.uninstall(&[]).succeeded();
    before.assert_same(&site.product());
}

#[test]
fn a_copy_that_was_edited_is_taken_as_it_is() {
    let site = copied();
    site.edit(&format!("{COPY}/config/msg.conf.defaults"), "local.lockdir", "! ours\nlocal.lockdir");
    assert_eq!(decided(&site)("msg.conf.defaults:local.lockdir").site, "/var/opt/msg70/lock");
}

#[test]
fn host_names_of_a_copy_for_another_host_are_the_site_s_and_its_roots_still_move() {
    let site = Site::of(&sample());
    site.move_with(&["--data-root", COPY, "--old-host", "ldap1.siroe.com", "--new-host", "ldap9.siroe.com"]);
    let row = decided(&site);
    let url = row("SmtpProxyAService.cfg:default:LdapUrl");
    assert_eq!(
        (url.site.as_str(), url.decision.as_str()),
        ("ldap://ldap9.siroe.com ldap2.siroe.com/o=internet", "keep-site")
    );
    let log = row("SmtpProxyAService.cfg:default:LogDir");
    assert_eq!((log.site.as_str(), log.decision.as_str()), ("/opt/SUNWmsgsr/log", "rewrite-root"));
}
