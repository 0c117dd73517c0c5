//! Releases 6.0 to 6.2: most settings lie in LDAP, and come as an export of configutil.

use std::fs;

use super::support::{CONFIG, OLD, Site};

/// The sample site as 6.2 has it: `local.conf`, and no `msg.conf.defaults`.
fn site_of_6_2() -> Site {
    let site = Site::sample();
    fs::remove_file(site.path(CONFIG).join("msg.conf.defaults")).unwrap();
    site.write(
        &format!("{CONFIG}/local.conf"),
        "local.hostname = mail.siroe.com\nlocal.store.x = /opt/SUNWmsgsr/x\nlocal.both = local\n",
    );
    site.write(&format!("{CONFIG}/msg.conf"), "# kept\nlocal.both = msg\nonly.msg = 1\nsame = 2\n");
    site
}

fn export(site: &Site, text: &str) -> String {
    let path = site.beside("export");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn without_an_export_it_is_refused_and_told_how_to_make_one() {
    site_of_6_2()
        .refused(&["--store-backup", "none", OLD])
        .exits(1)
        .says("keeps its settings in LDAP")
        .says("--configutil-export FILE")
        .says("Nothing was changed.");
}

#[test]
fn the_export_and_local_conf_become_settings_of_msg_conf() {
    let site = site_of_6_2();
    let before = site.product();
    let file = export(
        &site,
        "local.both = export\nservice.imap.enable=yes\nlogfile.imap.logdir = /opt/SUNWmsgsr/log\nsame=2\n",
    );
    site.moved(&["--configutil-export", &file])
        .exits(3)
        .says("local.both: local.conf differs from the export; the export's value is taken")
        .says("local.both: msg.conf differs");
    let text = site.text(&format!("{CONFIG}/msg.conf"));
    assert!(text.starts_with("# kept\n"), "{text}");
    for line in [
        "local.both = export",
        "only.msg = 1",
        "same = 2",
        "service.imap.enable = yes",
        "local.hostname = mail.siroe.com",
    ] {
        assert_eq!(
            text.lines().filter(|of_file| of_file.replace(" = ", "=") == line.replace(" = ", "=")).count(),
            1,
            "{line}: {text}"
        );
    }
    assert!(text.contains("/opt/sun/comms/messaging/log"), "{text}");
    assert!(text.contains("/opt/sun/comms/messaging/x"), "{text}");
    site.run(&["-u", OLD]).succeeded();
    before.assert_same(&site.product());
}

#[test]
fn msg_conf_is_made_where_there_is_none_and_goes_with_the_undo() {
    use std::os::unix::fs::PermissionsExt;
    for copy in [&[][..], &["--data-root", "/var/copy"]] {
        let site = site_of_6_2();
        fs::remove_file(site.path(CONFIG).join("msg.conf")).unwrap();
        let before = site.product();
        let file = export(&site, "service.imap.enable=yes\n");
        site.moved(&[&["--configutil-export", &file], copy].concat()).succeeded();
        let path = if copy.is_empty() { format!("{CONFIG}/msg.conf") } else { "/var/copy/config/msg.conf".to_owned() };
        assert!(site.text(&path).contains("service.imap.enable"), "{}", site.text(&path));
        assert_eq!(fs::metadata(site.path(&path)).unwrap().permissions().mode() & 0o777, 0o600);
        site.run(&["-u", OLD]).succeeded();
        before.assert_same(&site.product());
    }
}

#[test]
fn an_export_that_is_none_or_not_needed_is_refused() {
    let site = site_of_6_2();
    for (text, what) in [("", "it holds no settings"), ("a=1\nodd\n", "line 2 is not `option=value`")] {
        let file = export(&site, text);
        site.refused(&["--store-backup", "none", OLD, "--configutil-export", &file])
            .exits(1)
            .says(what)
            .says("Nothing was changed.");
    }
    site.refused(&["--store-backup", "none", OLD, "--configutil-export", "/nowhere"])
        .says("/nowhere")
        .says("no such file");
    let site = Site::sample();
    let file = export(&site, "a=1\n");
    site.refused(&["--store-backup", "none", OLD, "--configutil-export", &file]).exits(2).says("releases 6.0 to 6.2");
}
