//! What `install-newconfig` refuses, and that nothing is changed then.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use testkit::site::is_root;

use crate::support::Outcome;
use crate::support::merging::{CONFIG, Site, WORK};

#[track_caller]
fn refused(site: &Site, arguments: &[&str]) -> Outcome {
    let before = site.all_but_the_lock();
    let outcome = site.install(arguments);
    assert!(!matches!(outcome.status, Some(0 | 3)), "{outcome}");
    before.assert_same(&site.all_but_the_lock());
    outcome.says("Nothing was changed.")
}

#[test]
fn a_live_file_that_changed_since_the_merge() {
    for name in ["imta.cnf", "secmod.db", "backup-groups.conf"] {
        let site = Site::merged();
        let mut bytes = site.read(&format!("{CONFIG}/{name}"));
        bytes.extend(b"\n! ours\n");
        site.write(&format!("{CONFIG}/{name}"), bytes);
        refused(&site, &[])
            .exits(1)
            .says(&format!("{name} was changed since the candidates were made"))
            .says("Run patch-config again");
    }
}

#[test]
fn a_live_file_that_appeared_or_went_since_the_merge() {
    let site = Site::merged();
    site.write(&format!("{CONFIG}/sms_option"), "OURS=1\n");
    refused(&site, &[]).exits(1).says("sms_option was changed since the candidates were made");
    let site = Site::merged();
    fs::remove_file(site.path(&format!("{CONFIG}/mappings"))).unwrap();
    refused(&site, &[]).exits(1).says("mappings was changed since the candidates were made");
}

#[test]
fn a_candidate_or_a_record_that_somebody_edited() {
    let site = Site::merged();
    site.edit(&format!("{WORK}/merged/dispatcher.cnf"), "\n", "\n! by hand\n");
    refused(&site, &[])
        .exits(1)
        .says("merged/dispatcher.cnf was changed since the candidates were made")
        .says("--resolve FILE:KEY=VALUE");
    let site = Site::moved();
    site.run(&[]).exits(3);
    site.edit(&format!("{WORK}/candidates.json"), "\"ImapProxyAService.cfg:", "\"gone:");
    refused(&site, &["-f"]).exits(1).says("candidates.json was changed since the candidates were made");
}

#[test]
fn a_candidate_that_is_missing_and_a_directory_without_candidates() {
    let site = Site::merged();
    fs::remove_file(site.path(&format!("{WORK}/merged/imta.cnf"))).unwrap();
    refused(&site, &[]).exits(1).says("merged/imta.cnf");
    let site = Site::moved();
    refused(&site, &[]).exits(1).says("there is no work directory").says("Run patch-config first");
    fs::create_dir(site.path(WORK)).unwrap();
    fs::set_permissions(site.path(WORK), fs::Permissions::from_mode(0o700)).unwrap();
    refused(&site, &[]).exits(1).says("it holds no candidates");
}

#[test]
fn candidates_of_another_root() {
    let site = Site::moved();
    let work = site.beside("work");
    site.run(&["--work-dir", work.to_str().unwrap()]).exits(3).says("then install-newconfig --work-dir");
    let other = "/opt/other";
    for name in ["sbin", "lib"] {
        fs::create_dir_all(site.path(&format!("{other}/{name}"))).unwrap();
    }
    symlink(CONFIG, site.path(&format!("{other}/config"))).unwrap();
    let arguments =
        ["--yes", "--root", site.path("").to_str().unwrap(), "--new-root", other, "--work-dir", work.to_str().unwrap()]
            .map(str::to_owned);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_install-newconfig"));
    command.args(&arguments).arg("-f");
    site.surround(&mut command);
    site.outcome(command)
        .exits(1)
        .says("was made for /opt/sun/comms/messaging, not for /opt/other")
        .says("Nothing was changed.");
}

#[test]
fn a_work_directory_that_another_user_can_change_or_swap() {
    let site = Site::merged();
    let open = |path: &str, mode: u32| fs::set_permissions(site.path(path), fs::Permissions::from_mode(mode)).unwrap();
    open(WORK, 0o770);
    refused(&site, &[])
        .exits(1)
        .says("users other than root may change")
        .says("Name another directory with --work-dir DIR");
    open(WORK, 0o700);
    open("/opt/sun/comms", 0o777);
    refused(&site, &[]).exits(1).says("by way of /opt/sun/comms");
    site.run(&[]).exits(1).says("by way of /opt/sun/comms").says("Nothing was changed.");
    open("/opt/sun/comms", 0o755);
    if is_root() {
        std::os::unix::fs::chown(site.path(WORK), Some(1001), None).unwrap();
        refused(&site, &[]).exits(1).says("users other than root may change");
        std::os::unix::fs::chown(site.path(WORK), Some(0), None).unwrap();
    }
    let kept = site.beside("kept");
    fs::rename(site.path(WORK), &kept).unwrap();
    symlink(&kept, site.path(WORK)).unwrap();
    refused(&site, &[]).exits(1).says("users other than root may change");
}
