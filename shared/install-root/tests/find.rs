//! Installations of every product, in one shape: where they are, which version, and what shows it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "builds the trees that are looked at")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use install_root::{Installation, Version, find, messaging};
use tempfile::TempDir;
use upgrade_engine::fs::RootPath;
use upgrade_engine::fs::real::RealFs;

/// Makes a root with these files; a name that ends with a slash is a directory, `a -> b` a symbolic link, and a package is
/// written as `pkg NAME: lines of its pkginfo, separated by blanks`.
fn root(entries: &[&str]) -> TempDir {
    let root = TempDir::new().unwrap();
    let make = |name: &str| {
        let path = root.path().join(name.trim_matches('/'));
        fs::create_dir_all(if name.ends_with('/') { &path } else { path.parent().unwrap() }).unwrap();
        path
    };
    for entry in entries {
        if let Some((name, lines)) = entry.strip_prefix("pkg ").and_then(|text| text.split_once(": ")) {
            let record = make(&format!("/var/sadm/pkg/{name}/pkginfo"));
            fs::write(record, lines.replace(' ', "\n").replace('+', " ")).unwrap();
        } else if let Some((name, target)) = entry.split_once(" -> ") {
            symlink(target, make(name)).unwrap();
        } else {
            let path = make(entry);
            if !entry.ends_with('/') {
                fs::write(path, "").unwrap();
            }
        }
    }
    root
}

fn found(root: &Path) -> Vec<Installation> {
    find(&RealFs::open(root).unwrap()).unwrap()
}

/// Returns a line for each installation: product, home, configuration, data, version.
fn lines(entries: &[&str]) -> Vec<String> {
    let line = |found: Installation| {
        let install_root::Layout { home, config, data, .. } = &found.layout;
        format!("{}: {home} {config} {data}: {}", found.product, found.version)
    };
    found(root(entries).path()).into_iter().map(line).collect()
}

#[track_caller]
fn is(entries: &[&str], expected: &[&str]) {
    assert_eq!(lines(entries), expected);
}

#[test]
fn nothing_installed_is_nothing_found() {
    is(&["/opt/sun/comms/", "/etc/opt/", "/var/opt/", "/var/sadm/pkg/"], &[]);
}

#[test]
fn messaging_is_found_with_its_configuration_wherever_it_links_to() {
    is(
        &[
            "/opt/SUNWmsgsr/sbin/",
            "/opt/SUNWmsgsr/data -> /export/mail",
            "/opt/SUNWmsgsr/config -> data/config",
            "/export/mail/config/local.conf",
        ],
        &["Messaging Server: /opt/SUNWmsgsr /opt/SUNWmsgsr/data/config /export/mail: before 6.3"],
    );
    is(
        &["/opt/sun/messaging/sbin/", "/var/opt/SUNWmsgsr/config/msg.conf.defaults"],
        &["Messaging Server: /opt/sun/messaging /var/opt/SUNWmsgsr/config /var/opt/SUNWmsgsr: 6.3 or later"],
    );
}

#[test]
fn messaging_of_both_widths_and_a_second_root_are_installations_of_their_own() {
    is(
        &[
            "/opt/sun/comms/messaging64/sbin/",
            "/opt/sun/comms/messaging7.0/sbin/",
            "/opt/sun/comms/messaging7.0/data -> /var/opt/other",
            "/opt/sun/comms/messaging.old/",
            "/var/opt/other/",
            "pkg SUNWmessaging-server-64: BASEDIR=/opt/sun/comms VERSION=7.0,REV=2008.06.20",
        ],
        &[
            "Messaging Server: /opt/sun/comms/messaging64 /var/opt/SUNWmsgsr/config /var/opt/SUNWmsgsr: 7.0,REV=2008.06.20",
            "Messaging Server: /opt/sun/comms/messaging7.0 /var/opt/other/config /var/opt/other: 6.3 or later",
        ],
    );
}

#[test]
fn calendar_s_version_is_told_by_its_patches_not_by_its_package() {
    for (patches, version) in [
        ("121657-17", "6.0,REV=2003.11.14 or later"),
        ("116577-42", "6.0,REV=2003.11.14 or later"),
        ("121657-18+121657-20", "6.3"),
        ("121658-19", "6.3"),
        ("121659-54", "6.3"),
        ("1216580-19", "6.0,REV=2003.11.14 or later"),
    ] {
        let package = format!("pkg SUNWics5: BASEDIR=/opt VERSION=6.0,REV=2003.11.14 PATCHLIST={patches}");
        let expected =
            format!("Calendar Server: /opt/SUNWics5/cal /etc/opt/SUNWics5/config /var/opt/SUNWics5: {version}");
        is(&["/opt/SUNWics5/cal/sbin/", &package], &[&expected]);
    }
}

#[test]
fn messaging_63_of_64_bits_lies_below_the_install_root_of_commpkg() {
    is(
        &[
            "/opt/sun/comms/messaging64/sbin/",
            "/var/opt/SUNWmsgsr/config/msg.conf.defaults",
            "pkg SUNWmessaging-server-64: BASEDIR=/opt/sun/comms VERSION=6.3,REV=2007.02.26",
        ],
        &[
            "Messaging Server: /opt/sun/comms/messaging64 /var/opt/SUNWmsgsr/config /var/opt/SUNWmsgsr: 6.3,REV=2007.02.26",
        ],
    );
}

#[test]
fn a_messaging_root_anywhere_is_looked_at_and_has_no_data_but_its_own() {
    let root = root(&[
        "/export/msg/sbin/",
        "/export/msg/config -> /export/data/config",
        "/export/data/config/local.conf",
        "/export/msg7/sbin/",
        "/var/opt/SUNWmsgsr/config/msg.conf.defaults",
    ]);
    let fs = RealFs::open(root.path()).unwrap();
    let look = |home: &str| messaging::look_at(&fs, &RootPath::new(home).unwrap()).unwrap();
    let old = look("/export/msg");
    assert_eq!(
        (old.layout.config.to_string(), old.version.to_string()),
        ("/export/data/config".into(), "before 6.3".into())
    );
    let new = look("/export/msg7");
    assert_eq!(
        (new.layout.config.to_string(), new.version.to_string()),
        ("/export/msg7/config".into(), "unknown".into())
    );
}

#[test]
fn instant_messaging_has_an_installation_for_each_instance_and_keeps_its_configuration_when_its_home_moves() {
    let instances = ["/etc/opt/SUNWiim/default/config/iim.conf", "/etc/opt/SUNWiim/two/config/iim.conf"];
    is(
        &[instances[0], instances[1], "/opt/SUNWiim/sbin/", "/etc/opt/SUNWiim/notes/"],
        &[
            "Instant Messaging: /opt/SUNWiim /etc/opt/SUNWiim/default/config /var/opt/SUNWiim/default: unknown",
            "Instant Messaging: /opt/SUNWiim /etc/opt/SUNWiim/two/config /var/opt/SUNWiim/two: unknown",
        ],
    );
    is(
        &[instances[0], instances[1], "/opt/sun/comms/im/sbin/"],
        &[
            "Instant Messaging: /opt/sun/comms/im /etc/opt/SUNWiim/default/config /var/opt/SUNWiim/default: 7.3 or later",
            "Instant Messaging: /opt/sun/comms/im /etc/opt/SUNWiim/two/config /var/opt/SUNWiim/two: 7.3 or later",
        ],
    );
}

#[test]
fn communications_express_6_3_has_a_mail_interface_of_its_own() {
    is(
        &["/opt/SUNWuwc/", "/var/opt/SUNWuwc/WEB-INF/config/", "/var/opt/SUNWuwc/webmail/"],
        &["Communications Express: /opt/SUNWuwc /var/opt/SUNWuwc/WEB-INF/config /var/opt/SUNWuwc: 6.3 or later"],
    );
    is(
        &["/opt/sun/uwc/", "/var/opt/sun/uwc/WEB-INF/config/"],
        &["Communications Express: /opt/sun/uwc /var/opt/sun/uwc/WEB-INF/config /var/opt/sun/uwc: before 6.3"],
    );
}

#[test]
fn delegated_administrator_is_a_base_with_files_of_the_product() {
    let of = |patches: &str| format!("pkg SUNWcomis: BASEDIR=/opt VERSION=1.0,REV=2003.10.29 PATCHLIST={patches}");
    let home = "Delegated Administrator: /opt/SUNWcomm /opt/SUNWcomm/data/config /opt/SUNWcomm/data";
    is(&["/opt/SUNWcomm/data/config/", &of("121581-20")], &[&format!("{home}: 6.4")]);
    is(&["/opt/SUNWcomm/data/da/", &of("121581-17")], &[&format!("{home}: unknown")]);
    is(&["/opt/SUNWcomm/bin/", &of("121581-20")], &[]);
}

#[test]
fn signs_that_contradict_each_other_leave_the_version_unknown() {
    let [found] = found(
        root(&[
            "/opt/sun/comms/messaging64/sbin/",
            "/var/opt/SUNWmsgsr/config/local.conf",
            "pkg SUNWmessaging-server-64: BASEDIR=/opt/sun/comms VERSION=7.0",
        ])
        .path(),
    )
    .try_into()
    .unwrap();
    assert_eq!(found.version.to_string(), "unknown");
    assert_eq!(found.version.is_at_least(&Version::parse("6.3").unwrap()), None);
    let evidence: Vec<String> = found.evidence.iter().map(ToString::to_string).collect();
    assert_eq!(
        evidence,
        [
            "/opt/sun/comms/messaging64",
            "/var/opt/SUNWmsgsr/config",
            "/var/opt/SUNWmsgsr",
            "package SUNWmessaging-server-64 7.0",
            "/var/opt/SUNWmsgsr/config/local.conf"
        ]
    );
}

#[test]
fn every_product_of_a_host_is_found_in_one_go() {
    let products: Vec<String> = found(
        root(&[
            "/opt/SUNWmsgsr/sbin/",
            "/opt/SUNWics5/cal/",
            "/opt/SUNWiim/",
            "/opt/SUNWuwc/",
            "/opt/SUNWcomm/data/da/",
        ])
        .path(),
    )
    .iter()
    .map(|found| found.product.to_string())
    .collect();
    assert_eq!(
        products,
        [
            "Messaging Server",
            "Calendar Server",
            "Instant Messaging",
            "Communications Express",
            "Delegated Administrator"
        ]
    );
}
