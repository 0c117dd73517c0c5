//! No path is resolved twice by name, judged by the calls that strace sees.

use testkit::strace::gate::judged;

use crate::mail_ui::support as mail_ui;
use crate::support::Site;

#[test]
fn a_merge_its_installation_and_its_undo_resolve_no_path_twice() {
    let site = Site::sample();
    let run = |arguments: &[&str]| judged(&site, &[], &site.command(arguments));
    let stock = site.beside("stock-old");
    run(&["patch-config", "--base", stock.to_str().unwrap()]).exits(3);
    site.resolve_all();
    run(&["install-newconfig"]).exits(3);
    run(&["uninstall-newconfig"]).succeeded();
}

#[test]
fn moving_the_pages_of_the_mail_server_resolves_no_path_twice() {
    let site = mail_ui::site();
    judged(&site, &[], &site.command(&["migrate-mail-ui"])).exits(3);
}
