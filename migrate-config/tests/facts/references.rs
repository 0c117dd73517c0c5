//! `--references`: files of the system that still name the old root.

use migrate_config::references::{self, References};
use testkit::tree::Tree;

use super::support::path;

fn find(tree: &Tree) -> References {
    references::find(&tree.disk(), &[path("/opt/SUNWmsgsr"), path("/export/msg")])
}

fn lines(tree: &Tree) -> Vec<String> {
    let found = find(tree);
    assert_eq!(found.unreadable, Vec::<String>::new());
    found.found.iter().map(|found| format!("{}:{}: {}", found.path, found.line, found.text)).collect()
}

#[test]
fn every_kind_of_place_is_searched() {
    for file in [
        "/etc/crontab",
        "/etc/cron.d/mail",
        "/etc/cron.daily/mail",
        "/var/spool/cron/crontabs/mailsrv",
        "/var/spool/cron/root",
        "/etc/inittab",
        "/etc/init.d/msg",
        "/etc/rc3.d/S99msg",
        "/etc/rc.d/rc3.d/S99msg",
        "/var/svc/manifest/application/msg.xml",
        "/lib/svc/method/msg",
        "/etc/systemd/system/msg.service",
        "/etc/systemd/system/msg.service.d/path.conf",
        "/etc/logrotate.d/msg",
        "/etc/logadm.conf",
        "/nsr/res/nsrla.res",
        "/etc/profile",
        "/etc/profile.d/msg.sh",
        "/etc/sudoers",
        "/etc/sudoers.d/mail",
        "/etc/ld.so.conf.d/msg.conf",
    ] {
        let tree = Tree::new().file(file, "first\n  /opt/SUNWmsgsr/sbin/imsbackup\n");
        assert_eq!(lines(&tree), [format!("{file}:2: /opt/SUNWmsgsr/sbin/imsbackup")]);
    }
}

#[test]
fn look_alikes_and_files_elsewhere_are_not_references() {
    let tree = Tree::new()
        .file("/etc/crontab", "/opt/SUNWmsgsr2/x\n/var/opt/SUNWmsgsr/x\n/opt/SUNWmsgsr-old/x\n")
        .file("/etc/motd", "/opt/SUNWmsgsr")
        .file("/opt/SUNWmsgsr/sbin/start-msg", "/opt/SUNWmsgsr");
    assert_eq!(lines(&tree), Vec::<String>::new());
}

#[test]
fn the_roots_other_spelling_counts() {
    assert_eq!(
        lines(&Tree::new().file("/etc/crontab", "PATH=/bin:/export/msg/sbin")),
        ["/etc/crontab:1: PATH=/bin:/export/msg/sbin"]
    );
}

#[test]
fn a_link_into_the_old_root_is_a_reference_and_is_not_searched() {
    let tree = Tree::new()
        .file("/opt/SUNWmsgsr/lib/rc", "/opt/SUNWmsgsr\n")
        .symlink("/etc/rc3.d/S99msg", "../../opt/SUNWmsgsr/lib/rc")
        .symlink("/etc/init.d/msg", "/opt/SUNWmsgsr/gone");
    let expected = [
        "/etc/init.d/msg:0: a link to /opt/SUNWmsgsr/gone",
        "/etc/rc3.d/S99msg:0: a link to ../../opt/SUNWmsgsr/lib/rc",
    ];
    assert_eq!(lines(&tree), expected);
}

#[test]
fn links_are_followed_below_the_root_and_each_file_is_searched_once() {
    let tree = Tree::new()
        .file("/srv/etc/init.d/msg", "exec /opt/SUNWmsgsr/sbin/start-msg\n")
        .symlink("/etc/init.d", "/srv/etc/init.d")
        .symlink("/etc/rc2.d/S99msg", "../init.d/msg")
        .symlink("/etc/rc3.d/loop", "loop")
        .symlink("/etc/rc4.d/gone", "/nowhere")
        .symlink("/etc/rc5.d", "/etc/rc5.d/x");
    let found = find(&tree);
    assert_eq!(found.found.len(), 1, "{found:?}");
    assert_eq!(found.found[0].path.to_string(), "/etc/init.d/msg");
    assert!(found.unreadable.iter().any(|line| line.contains("/etc/rc3.d/loop")), "{found:?}");
}

#[test]
fn binary_and_oversized_files_are_reported_as_what_they_are() {
    let tree = Tree::new().file("/var/ld/ld.config", b"\0\0/opt/SUNWmsgsr/lib\0".to_vec());
    assert_eq!(lines(&tree), ["/var/ld/ld.config:0: a binary file that names it"]);
    let found = find(&Tree::new().file("/etc/cron.d/huge", vec![b'x'; 2 << 20]));
    assert!(
        found.unreadable[0].contains("/etc/cron.d/huge") && found.unreadable[0].contains("larger than"),
        "{found:?}"
    );
}

#[test]
fn a_tree_deeper_than_is_searched_is_reported() {
    let deep = (0..12).fold("/etc/profile.d".to_owned(), |path, _| path + "/d");
    let found = find(&Tree::new().directory(&deep));
    assert!(found.unreadable[0].contains("too many levels"), "{found:?}");
}

#[test]
fn secrets_of_a_line_are_not_shown() {
    let tree = Tree::new().file("/etc/cron.d/mail", "0 3 * * * root /opt/SUNWmsgsr/sbin/x -w hunter2\n");
    let lines = lines(&tree).join("\n");
    assert!(lines.contains("<secret>") && !lines.contains("hunter2"), "{lines}");
}
