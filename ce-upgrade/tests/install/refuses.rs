//! What `install-newconfig` refuses, and that nothing is changed then.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{DEPLOYED, Site, WORK};

#[test]
fn an_installation_without_a_merge() {
    let site = Site::sample();
    site.refuses(&["install-newconfig"])
        .exits(1)
        .says("there is no work directory /opt/SUNWuwc/newconfig")
        .says("Run patch-config first");
    fs::create_dir(site.path(WORK)).unwrap();
    site.refuses(&["install-newconfig"]).exits(1).says("it holds no candidates");
}

#[test]
fn a_live_file_that_changed_appeared_or_went_since_the_merge() {
    for name in ["config/uwcconfig.properties", "domain/defaultps/defaultps.xml"] {
        let site = Site::merged();
        let path = format!("{DEPLOYED}/WEB-INF/{name}");
        let mut bytes = site.read(&path);
        bytes.extend_from_slice(b"\n");
        site.write(&path, bytes);
        site.refuses(&["install-newconfig"])
            .exits(1)
            .says(&format!("{name} was changed since the candidates were made"))
            .says("Run patch-config again");
        fs::remove_file(site.path(&path)).unwrap();
        site.refuses(&["install-newconfig"]).exits(1).says("was changed since");
    }
}

#[test]
fn a_candidate_or_a_record_that_somebody_edited() {
    let site = Site::merged();
    site.edit(&format!("{WORK}/merged/config/migrate.properties"), "\n", "\n! by hand\n");
    site.refuses(&["install-newconfig"]).exits(1).says("merged/config/migrate.properties was changed since");
    let site = Site::merged();
    site.edit(&format!("{WORK}/candidates.json"), "themes.properties", "others.properties");
    site.refuses(&["install-newconfig"]).exits(1).says("candidates.json was changed since");
}

#[test]
fn a_live_file_that_became_a_link_out_of_the_deployed_directory() {
    let site = Site::merged();
    let path = site.path(&format!("{DEPLOYED}/WEB-INF/config/uwcconfig.properties"));
    fs::create_dir(site.path("/export")).unwrap();
    fs::rename(&path, site.path("/export/moved")).unwrap();
    symlink("/export/moved", &path).unwrap();
    site.refuses(&["install-newconfig"]);
}

#[test]
fn a_merge_for_another_deployment() {
    let site = Site::merged();
    fs::create_dir_all(site.path("/srv/uwc/WEB-INF")).unwrap();
    site.refuses(&["install-newconfig", "--deployed", "/srv/uwc"])
        .exits(1)
        .says("was made for /var/opt/SUNWuwc, not for /srv/uwc");
}

#[test]
fn a_work_directory_that_another_user_can_change() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::merged();
    fs::set_permissions(site.path(WORK), fs::Permissions::from_mode(0o777)).unwrap();
    site.refuses(&["install-newconfig"]).exits(1).says("users other than root may change");
}
