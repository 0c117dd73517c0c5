//! A resource of a cluster: `scswitch` instead of `imadmin`, which is never called.

use crate::support::{ROOT, Site};

const SCSWITCH: &str = "/usr/cluster/bin/scswitch";

#[test]
fn with_a_resource_scswitch_is_called_and_never_imadmin() {
    let site = Site::with_both();
    site.write_command(SCSWITCH, "scswitch", "");
    site.with_stock(&["upgrade", "--ha", "im-resource"]).exits(3).says("where a node is a non-global zone");
    assert_eq!(site.calls(), ["scswitch -n -j im-resource", "scswitch -e -j im-resource"]);
    site.run(&["--undo"]).succeeded();
    assert_eq!(site.calls(), ["scswitch -n -j im-resource", "scswitch -e -j im-resource"]);
}

#[test]
fn prepare_and_finish_call_scswitch_once_each() {
    let site = Site::new();
    site.write_command(SCSWITCH, "scswitch", "");
    site.run(&["prepare", "--run-commands", "--ha", "im-resource"])
        .succeeded()
        .says("Next, on every node of the cluster: commpkg upgrade");
    assert_eq!(site.calls(), ["scswitch -n -j im-resource"]);
    site.package_step();
    site.with_stock(&["finish", "--ha", "im-resource"]).exits(3);
    assert_eq!(site.calls(), ["scswitch -e -j im-resource"]);
}

#[test]
fn a_host_without_scswitch_is_told_what_to_run() {
    let site = Site::new();
    site.run(&["prepare", "--run-commands", "--ha", "im-resource"])
        .succeeded()
        .says("Run this on one node of the cluster: /usr/cluster/bin/scswitch -n -j im-resource");
    assert!(site.calls().is_empty());
}

#[test]
fn a_host_with_the_agent_is_refused_without_the_name_of_the_resource() {
    let site = Site::new();
    site.write("/var/sadm/pkg/SUNWiimsc/pkginfo", "PKG=SUNWiimsc\n");
    let before = site.product();
    site.run(&["prepare", "--run-commands"])
        .exits(1)
        .says("imadmin must not be used here")
        .says("Name the resource of Instant Messaging with --ha RESOURCE.")
        .says("Nothing was changed.");
    assert!(site.calls().is_empty());
    before.assert_same(&site.product());
    site.run(&["check", "--run-commands"]).exits(3).says("imadmin must not be used here");
}

#[test]
fn a_resource_that_the_cluster_declares_is_used() {
    let site = Site::new();
    site.write_command(SCSWITCH, "scswitch", "");
    site.write("/etc/cluster/ccr/rgm_rg_im-group", "Unmanaged\tFALSE\nRS_im-res\tType=SUNW.iim:5;Type_version=5\n");
    site.run(&["prepare", "--run-commands"]).succeeded();
    assert_eq!(site.calls(), ["scswitch -n -j im-res"]);
}

#[test]
fn a_cluster_without_the_product_changes_nothing() {
    let site = Site::new();
    site.write("/etc/cluster/ccr/rgm_rg_web", "RS_web\tType=SUNW.iimx\n");
    site.run(&["prepare", "--run-commands"]).succeeded();
    assert_eq!(site.calls(), ["old imadmin stop", "sales imadmin stop"]);
    assert!(site.path(&format!("{ROOT}/default/config/iim.conf-pre73")).exists());
}
