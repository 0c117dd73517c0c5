//! Roots between which nothing can be moved: a clear error, and nothing changed.

use std::fs;
use std::os::unix::fs::symlink;

use super::support::{CONFIG, NEW, OLD, Site};

#[track_caller]
fn refused(site: &Site, arguments: &[&str], texts: &[&str]) {
    for dry in [&[][..], &["--dry-run"]] {
        let outcome = site.refused(&[&["--store-backup", "none"], dry, arguments].concat());
        let outcome = outcome.says("Nothing was changed.");
        texts.iter().fold(outcome, |outcome, text| outcome.says(text));
    }
    assert!(site.run_names().is_empty());
}

#[test]
fn an_old_root_that_is_missing_relative_or_something_else() {
    let site = Site::sample();
    refused(&site, &["/opt/nowhere"], &["there is no Messaging Server root at /opt/nowhere"]);
    refused(&site, &["opt/SUNWmsgsr"], &["opt/SUNWmsgsr is a relative path", "/opt/SUNWmsgsr"]);
    refused(&site, &["/opt/SUNWmsgsr2"], &["/opt/SUNWmsgsr2 is not a Messaging Server root: it has no sbin"]);
    refused(&site, &["/opt/SUNWmsgsr/sbin/start-msg"], &["start-msg"]);
}

#[test]
fn one_directory_by_two_names() {
    let site = Site::sample();
    refused(&site, &["--new-root", OLD, OLD], &["--new-root"]);
    symlink(NEW, site.path("/opt/other")).unwrap();
    refused(&site, &[NEW], &["/opt/sun/comms/messaging is the root of the new release itself"]);
    refused(&site, &["/opt/other"], &["/opt/other and /opt/sun/comms/messaging are the same directory"]);
}

#[test]
fn one_root_in_the_other() {
    let site = Site::sample();
    for directory in ["sbin", "lib"] {
        fs::create_dir_all(site.path("/opt/sun/comms/messaging/old").join(directory)).unwrap();
        fs::create_dir_all(site.path("/opt/sun").join(directory)).unwrap();
    }
    refused(
        &site,
        &["/opt/sun/comms/messaging/old"],
        &["/opt/sun/comms/messaging/old lies in /opt/sun/comms/messaging"],
    );
    refused(&site, &["/opt/sun"], &["/opt/sun/comms/messaging lies in /opt/sun"]);
}

#[test]
fn release_5_is_installed_afresh() {
    let site = Site::sample();
    site.write("/usr/iplanet/server5/msg-store/config/msg.conf", "x=1\n");
    site.write("/usr/iplanet/server5/bin/msg/x", "");
    for root in ["/usr/iplanet/server5", "/usr/iplanet/server5/msg-store"] {
        refused(&site, &[root], &["msg-store", "fresh install", "imsbackup"]);
    }
}

#[test]
fn a_new_root_that_is_configured() {
    for name in ["config", "data", "log"] {
        let site = Site::sample();
        symlink("/var/opt/SUNWmsgsr", site.path(NEW).join(name)).unwrap();
        refused(&site, &[OLD], &["/opt/sun/comms/messaging is configured already", name]);
    }
}

#[test]
fn links_of_a_root_that_dangle_or_loop() {
    for (root, name) in [(OLD, "config"), (OLD, "data"), (OLD, "log"), (NEW, "config")] {
        for (target, what) in
            [("/nowhere", "is a link that leads nowhere"), ("log-loop", "is a link that leads back to itself")]
        {
            let site = Site::sample();
            let link = site.path(root).join(name);
            let _ = fs::remove_file(&link);
            let target = if target == "log-loop" { name } else { target };
            symlink(target, &link).unwrap();
            refused(&site, &[OLD], &[&format!("{root}/{name} {what}")]);
        }
    }
}

#[test]
fn an_old_root_without_a_configuration() {
    let site = Site::sample();
    fs::remove_file(site.path(OLD).join("config")).unwrap();
    refused(&site, &[OLD], &["/opt/SUNWmsgsr is not a configured Messaging Server root: it has no config"]);
    fs::create_dir(site.path(OLD).join("config")).unwrap();
    site.write("/opt/SUNWmsgsr/config/note", "/opt/SUNWmsgsr\n");
    refused(&site, &[OLD], &["/opt/SUNWmsgsr/config holds none of the files"]);
}

#[test]
fn a_store_without_a_word_about_its_backup() {
    let site = Site::sample();
    site.refused(&[OLD])
        .exits(1)
        .says("no backup of it was named")
        .says("--store-backup snapshot:NAME")
        .says("Nothing was changed.");
    site.run(&["--dry-run", OLD]).succeeded().says("The run needs --store-backup");
    site.refused(&["--store-backup", "/nowhere", OLD]).says("there is no directory /nowhere");
}

#[test]
fn a_configuration_file_that_others_can_replace() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::sample();
    let set = |path: &str, mode| fs::set_permissions(site.path(path), fs::Permissions::from_mode(mode)).unwrap();
    set(CONFIG, 0o775);
    set(&format!("{CONFIG}/mappings"), 0o646);
    refused(
        &site,
        &["--strict", OLD],
        &["/var/opt/SUNWmsgsr/config is writable by group 1001", "mappings is writable by every user"],
    );
    site.moved(&[]).succeeded().says("/var/opt/SUNWmsgsr/config is writable by group 1001");
}

#[test]
fn a_question_without_a_terminal() {
    let site = Site::sample();
    let before = site.product();
    site.outcome(site.unconfirmed(&["--store-backup", "none", OLD])).exits(2).says("--yes");
    before.assert_same(&site.product());
}

#[test]
fn a_pair_that_the_guide_does_not_support_unless_it_is_forced() {
    let site = Site::sample();
    let to_64 = ["--to-bits", "64", OLD];
    site.write("/opt/sun/comms/messaging/lib/imapd", elf(2));
    refused(&site, &["--from-release", "6.2", OLD], &["--from-release 6.2: /opt/SUNWmsgsr holds release 6.3-0.15"]);
    // Without its stock files the old root does not show its release.
    fs::remove_dir_all(site.path("/opt/SUNWmsgsr/install")).unwrap();
    refused(&site, &["--from-release", "6.2", "--from-bits", "32", OLD], &["6.2", "--force-path"]);
    refused(&site, &["--to-bits", "32", OLD], &["--to-bits: the programs in /opt/sun/comms/messaging are 64-bit"]);
    site.run(&[
        "--store-backup",
        "none",
        "--dry-run",
        "--from-release",
        "6.3",
        "--from-bits",
        "32",
        "--to-bits",
        "64",
        OLD,
    ])
    .succeeded();
    site.run(
        &[&["--store-backup", "none", "--from-release", "6.2", "--from-bits", "32", "--force-path"], &to_64[..]]
            .concat(),
    )
    .succeeded();
}

/// The beginning of a program: 1 for 32 bits, 2 for 64.
fn elf(class: u8) -> Vec<u8> {
    let mut bytes = b"\x7fELF".to_vec();
    bytes.extend([class, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0]);
    bytes.resize(64, 0);
    bytes
}
