//! What `patch-config` refuses, and that nothing is changed then.

use std::os::unix::fs::symlink;

use crate::support::{BASE, DEPLOYED, Site, TEMPLATES, sample};

#[test]
fn nothing_is_installed() {
    let site = Site::of(&testkit::tree::Tree::new().directory("var/opt/CommsInstaller"));
    site.refuses(&["patch-config"]).exits(1).says("no Communications Express was found").says("--uwc-base DIR");
}

#[test]
fn nothing_is_deployed() {
    let site = Site::sample();
    std::fs::rename(site.path(DEPLOYED), site.path("/var/opt/elsewhere")).unwrap();
    site.refuses_to_merge(&[])
        .exits(1)
        .says("there is no WEB-INF in /var/opt/sun/comms/ce, /var/opt/SUNWuwc, /var/opt/sun/uwc");
    site.refuses_to_merge(&["--deployed", "/nowhere"]).exits(1).says("there is no WEB-INF in /nowhere");
    site.patch(&["--deployed", "/var/opt/elsewhere"]).exits(3);
}

#[test]
fn two_directories_may_be_deployed_or_installed() {
    let site = Site::of(&sample().directory("var/opt/sun/uwc/WEB-INF/config"));
    site.refuses_to_merge(&[])
        .exits(1)
        .says("several directories may be what the web container reads: /var/opt/SUNWuwc, /var/opt/sun/uwc")
        .says("--deployed DIR");
    site.patch(&["--deployed", DEPLOYED]).exits(3);
    let site = Site::of(&sample().directory("opt/sun/uwc/sbin"));
    site.refuses_to_merge(&[])
        .exits(1)
        .says("several directories may be the installation: /opt/SUNWuwc, /opt/sun/uwc")
        .says("--uwc-base DIR");
    site.patch(&["--uwc-base", BASE]).exits(3);
}

#[test]
fn a_place_that_is_reached_by_two_names_is_one() {
    let site =
        Site::of(&sample().symlink("opt/sun/uwc", "/opt/SUNWuwc").symlink("var/opt/sun/uwc", "/var/opt/SUNWuwc"));
    site.patch(&[]).exits(3).says("The site's files: /var/opt/SUNWuwc/WEB-INF");
}

#[test]
fn the_base_may_be_written_in_both_ways_of_the_manuals() {
    let site = Site::sample();
    site.patch(&["--uwc-base", "/opt"]).exits(3).says("/opt/SUNWuwc/newconfig");
    site.refuses_to_merge(&["--uwc-base", "/var"]).exits(1).says("no Communications Express was found").says("in /var");
}

#[test]
fn a_patch_id_that_is_none() {
    let site = Site::sample();
    for wrong in ["122793", "122793-2", "patch", "122793-21x", "/opt/122793-21/x"] {
        site.refuses_to_merge(&[wrong]).exits(1).says("is no id of a patch").says("such as 122793-21");
    }
    site.patch(&["122793-21"]).exits(3);
    site.patch(&["/opt/SUNWuwc/install/patch/122794-21"]).exits(3).says("for patch 122794-21");
}

#[test]
fn no_stock_files_or_several() {
    let site = Site::sample();
    std::fs::create_dir(site.beside("empty")).unwrap();
    let empty = site.beside("empty").to_str().unwrap().to_owned();
    site.refuses(&["patch-config", "--base", &empty]).exits(1).says("holds no stock files").says("with --base DIR");
    site.refuses(&["patch-config", "--new", &empty]).exits(1).says("holds no stock files").says("with --new DIR");
    site.refuses(&["patch-config", "--base", "/nowhere/at/all"]).exits(1).says("no such directory");
    for base in ["opt/SUNWuwc", "opt/sun/uwc"] {
        std::fs::create_dir_all(site.beside("empty").join(base).join("lib/config-templates/WEB-INF/config")).unwrap();
    }
    site.refuses(&["patch-config", "--base", &empty]).exits(1).says("several directories may hold the stock files");
    std::fs::remove_dir_all(site.path(TEMPLATES)).unwrap();
    std::fs::remove_dir_all(site.path("/opt/SUNWuwc/WEB-INF")).unwrap();
    site.refuses_to_merge(&[]).exits(1).says("/opt/SUNWuwc holds no stock files");
}

#[test]
fn a_link_out_of_the_deployed_directory() {
    for (link, is_refused) in [
        ("config/uwcconfig.properties", true),
        ("domain/example.net", true),
        ("config", true),
        ("skin/logo.gif", false),
    ] {
        let site = Site::sample();
        let path = site.path(&format!("{DEPLOYED}/WEB-INF/{link}"));
        std::fs::create_dir_all(site.path("/export")).unwrap();
        if path.exists() {
            std::fs::rename(&path, site.path("/export/moved")).unwrap();
        } else {
            site.write("/export/moved", "GIF");
        }
        symlink("/export/moved", path).unwrap();
        if is_refused {
            site.refuses_to_merge(&[])
                .exits(1)
                .says(&format!("{DEPLOYED}/WEB-INF/{link} leads out of the deployed directory, to /export/moved"));
        } else {
            site.patch(&[]).exits(3);
        }
    }
}

#[test]
fn a_work_directory_that_another_user_can_change() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::sample();
    std::fs::set_permissions(site.path(BASE), std::fs::Permissions::from_mode(0o777)).unwrap();
    site.refuses_to_merge(&[]).exits(1).says("users other than root may change").says("--work-dir DIR");
}

#[test]
fn options_of_runs_need_no_command_and_a_missing_command_is_named() {
    let site = Site::sample();
    site.refuses(&["patch-config", "--undo"]).exits(2).says("--undo is used without a command");
    site.refuses(&["patch-config", "--resume"]).exits(2).says("--resume is used without this command");
    site.refuses(&["status", "--old-host", "x"]).exits(2);
    site.refuses(&["patch-config", "--old-host", "x", "--new-host", "y"]).exits(2).says("--from");
}

#[test]
fn a_dry_run_writes_nothing_and_decides_as_the_merge_does() {
    let site = Site::sample();
    let stock = site.beside("stock-old").to_str().unwrap().to_owned();
    let [outcome] = site.writes_nothing([&["patch-config", "--dry-run", "--base", &stock]]);
    outcome.exits(3).says("Dry run: nothing was written; the merged files would go to /opt/SUNWuwc/newconfig");
    assert_eq!(site.patch(&["--dry-run", "--json"]).json(), site.patch(&["--json"]).json());
}
