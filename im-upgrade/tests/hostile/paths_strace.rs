//! No path is resolved twice by name, judged by the calls that strace sees.

use testkit::strace::gate::judged;

use crate::support::Site;

#[test]
fn an_upgrade_and_its_undo_resolve_no_path_twice() {
    let site = Site::with_both();
    let stock = site.stock();
    let stock = stock.each_ref().map(String::as_str);
    let run = |arguments: &[&str]| judged(&site, &[], &site.command(arguments));
    run(&[&["upgrade", "--run-commands"], &stock[..]].concat()).exits(3);
    run(&["--undo"]).succeeded();
}

#[test]
fn a_rollback_resolves_no_path_twice() {
    let site = Site::with_both();
    site.with_stock(&["upgrade"]).exits(3);
    judged(&site, &[], &site.command(&["rollback", "--skip-packages", "--run-commands"])).succeeded();
}

#[test]
fn a_redeployment_resolves_no_path_twice() {
    let site = Site::new();
    judged(&site, &[], &site.command(&["redeploy", "--codebase", "http://im.siroe.com/im/"])).succeeded();
}
