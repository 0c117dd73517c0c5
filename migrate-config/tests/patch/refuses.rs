//! What `patch-config` refuses or leaves out, and that nothing is changed then.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::Outcome;
use crate::support::merging::{CONFIG, NEW, OLD, Site, WORK, sample};

#[track_caller]
fn refused(site: &Site, arguments: &[&str]) -> Outcome {
    let before = site.all_but_the_lock();
    let outcome = site.run(arguments);
    assert!(!matches!(outcome.status, Some(0 | 3)), "{outcome}");
    before.assert_same(&site.all_but_the_lock());
    outcome.says("Nothing was changed.")
}

#[test]
fn a_file_with_broken_structure_is_named_with_its_line() {
    for (name, text, line) in [
        ("mappings", "PORT_ACCESS\n\n  a $Y\n\nPORT_ACCESS\n\n  b $Y\n", "line 5"),
        ("dispatcher.cnf", "A=1\n[SERVICE=SMTP\nPORT=25\n", "line 2"),
    ] {
        let site = Site::moved();
        site.write(&format!("{CONFIG}/{name}"), text);
        refused(&site, &[]).exits(1).says(&format!("{CONFIG}/{name}")).says(line);
        let site = Site::moved();
        site.write(&format!("{NEW}/install/configure/factory/{name}"), text);
        refused(&site, &[]).exits(1).says(&format!("{NEW}/install/configure/factory/{name}")).says(line);
    }
}

#[test]
fn a_file_with_nul_or_a_byte_order_mark() {
    let site = Site::moved();
    site.write(&format!("{CONFIG}/option.dat"), "A=1\nB=\0\0\n");
    refused(&site, &[]).exits(1).says("option.dat is not a text file: byte 6 is NUL");
    site.write(&format!("{CONFIG}/option.dat"), "\u{feff}A=1\n");
    refused(&site, &[]).exits(1).says("it begins with a byte order mark");
}

#[test]
fn a_file_without_any_entry_is_not_merged_and_the_others_are() {
    for text in ["", "! nothing left\n"] {
        let site = Site::moved();
        site.write(&format!("{CONFIG}/dispatcher.cnf"), text);
        site.run(&[])
            .exits(3)
            .says("dispatcher.cnf: /var/opt/SUNWmsgsr/config/dispatcher.cnf has no entry, as after a full disk");
        assert!(!site.path(&format!("{WORK}/merged/dispatcher.cnf")).exists());
        site.run(&[]).exits(3);
        site.install(&["-f"])
            .exits(3)
            .says("dispatcher.cnf has no entry, as after a full disk; the file was not merged");
        assert_eq!(site.text(&format!("{CONFIG}/dispatcher.cnf")), text);
    }
}

#[test]
fn wrong_directories() {
    let site = Site::moved();
    let file = site.path(&format!("{CONFIG}/option.dat"));
    for option in ["--base", "--new"] {
        refused(&site, &[option, file.to_str().unwrap()]).exits(1).says("it is not a directory");
    }
    refused(&site, &["--work-dir", site.beside("nowhere/work").to_str().unwrap()])
        .exits(1)
        .says("there is no directory [TEMP]/nowhere for the work directory");
    fs::remove_dir_all(site.path(&format!("{NEW}/install"))).unwrap();
    refused(&site, &[]).exits(1).says(&format!("there is no directory {NEW}/install")).says("--work-dir DIR");
}

#[test]
fn a_name_that_is_no_text_is_left_alone_with_a_warning() {
    let site = Site::moved();
    let odd = site.path(CONFIG).join(OsStr::from_bytes(b"caf\xe9_option"));
    fs::write(&odd, "A=1\n").unwrap();
    let before = site.product();
    site.run(&[]).exits(3).says("its name is not text in UTF-8; it is left as it is");
    before.assert_same(&site.product());
}

#[test]
fn a_link_to_a_file_elsewhere_is_followed_by_no_installation() {
    let site = Site::of(&sample());
    let outside = site.path("/etc/mail/option.dat");
    fs::create_dir_all(outside.parent().unwrap()).unwrap();
    let inside = site.path(&format!("{CONFIG}/option.dat"));
    fs::rename(&inside, &outside).unwrap();
    symlink("/etc/mail/option.dat", &inside).unwrap();
    site.move_configuration();
    let before = fs::read(&outside).unwrap();
    site.run(&[]).exits(3).says(
        "option.dat: it is a link to /etc/mail/option.dat, which lies outside the configuration; it was not merged",
    );
    site.install(&["-f"]).exits(3);
    assert_eq!(fs::read(&outside).unwrap(), before);
    assert!(inside.is_symlink());
}

#[test]
fn something_else_in_the_place_of_a_new_file_is_left_alone() {
    let site = Site::moved();
    symlink("nowhere", site.path(&format!("{CONFIG}/sms_option"))).unwrap();
    site.run(&[]).exits(3).says("sms_option: /var/opt/SUNWmsgsr/config/sms_option is no file; nothing was merged");
    site.install(&["-f"]).exits(3);
    assert!(site.path(&format!("{CONFIG}/sms_option")).is_symlink());
}

#[test]
fn an_unreadable_file_as_another_user() {
    let site = Site::moved();
    let secret = site.path(&format!("{OLD}/install/configure/factory/option.dat"));
    fs::set_permissions(&secret, Permissions::from_mode(0o000)).unwrap();
    let outcome = site.outcome(site.command_as_nobody(&[]));
    assert!(!matches!(outcome.status, Some(0 | 3)), "{outcome}");
    outcome.says("Nothing was changed.");
    fs::set_permissions(&secret, Permissions::from_mode(0o644)).unwrap();
}

#[test]
fn an_undo_without_a_run_and_of_the_move() {
    let site = Site::moved();
    refused(&site, &["--undo"]).exits(2).says("patch-config changes nothing live, so it has no run to undo");
    let run = site.run_names().pop().unwrap();
    refused(&site, &["--undo", &run]).exits(2).says("is a move: undo it with migrate-config -u /opt/SUNWmsgsr");
    site.run(&["--list-runs"]).succeeded().says("move from /opt/SUNWmsgsr to /opt/sun/comms/messaging");
}
