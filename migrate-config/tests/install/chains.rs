//! The flow of the guide and its way back: move, merge, installation, and `migrate-config -u`.

use crate::support::merging::{OLD, Site, sample};

#[test]
fn undoing_the_move_first_undoes_the_installations_after_it() {
    let site = Site::of(&sample());
    let before = site.product();
    site.move_configuration();
    site.run(&[]).exits(3);
    site.install(&["-f"]).exits(3);
    site.resolve_all();
    site.install(&[]).succeeded();
    let outcome = site.call("migrate-config", &["-u", OLD]).succeeded();
    let build = outcome.stdout.find("/opt/SUNWmsgsr/sbin/imsimta cnbuild").expect("the command of the old server");
    assert!(build < outcome.stdout.find("/opt/SUNWmsgsr/sbin/start-msg").unwrap(), "{outcome}");
    before.assert_same(&site.product());
}

#[test]
fn the_old_server_builds_its_configuration_only_where_it_was_installed_over_and_its_program_is_there() {
    let site = Site::moved();
    let outcome = site.call("migrate-config", &["-u", OLD]).succeeded();
    assert!(!outcome.stdout.contains("cnbuild"), "{outcome}");
    let site = Site::merged();
    std::fs::remove_file(site.path("/opt/SUNWmsgsr/sbin/imsimta")).unwrap();
    site.install(&[]).succeeded();
    let outcome = site.call("migrate-config", &["-u", OLD]).succeeded();
    assert!(!outcome.stdout.contains("cnbuild"), "{outcome}");
}

#[test]
fn a_merge_of_before_the_undo_is_not_installed_after_it() {
    let site = Site::merged();
    site.call("migrate-config", &["-u", OLD]).succeeded();
    let before = site.product();
    site.install(&[]).exits(1).says("has no configuration").says("Nothing was changed.");
    before.assert_same(&site.product());
}

#[test]
fn a_root_that_the_configuration_names_by_a_link_is_pointed_out_when_its_real_path_is_moved() {
    let site = Site::of(&sample());
    std::fs::create_dir(site.path("/export")).unwrap();
    std::fs::rename(site.path(OLD), site.path("/export/msg")).unwrap();
    std::os::unix::fs::symlink("/export/msg", site.path(OLD)).unwrap();
    let dry_run = |root| site.call("migrate-config", &["--dry-run", "--store-backup", "none", root]);
    assert!(dry_run("/export/msg").stderr.contains("No file of the configuration names /export/msg"));
    assert!(!dry_run(OLD).stderr.contains("No file of the configuration"));
}
