//! No path is resolved twice by name, judged by the calls that strace sees.

use testkit::strace::gate::judged;

use crate::support::Site;
use crate::support::site::data;

#[test]
fn a_snapshot_a_merge_a_deployment_and_an_undo_resolve_no_path_twice() {
    let site = Site::customised();
    let run = |arguments: &[&str]| judged(&site, &[], &site.command(arguments));
    run(&["snapshot"]).succeeded();
    site.run_config_commda();
    run(&["merge", "--base", data("stock-old").to_str().unwrap()]).exits(3);
    run(&["undo"]).succeeded();
}
