//! No path is resolved twice by name, judged by the calls that strace sees.

use testkit::strace::gate::judged;

use testkit::site::Site;

use super::server::{Live, ROOT};
use crate::support::SILENT;

#[test]
fn a_run_and_its_undo_resolve_no_path_twice() {
    let live = Live::start("gate");
    let site = Site::new(env!("CARGO_BIN_EXE_commdssetup"));
    let [root, state] = ["root", "state"].map(|name| site.beside(name).display().to_string());
    let site = site.with_leading(&["--root", &root, "--state-dir", &state]);
    std::fs::create_dir_all(site.path("/var/tmp")).unwrap();
    let password = live.path("password");
    let with_password = ["--password-file", password.to_str().unwrap()];
    let server = ["--ldap-url", &live.url, "-D", ROOT];
    let run = |arguments: &[&str]| judged(&site, &[], &site.command(&[arguments, &with_password].concat())).succeeded();
    run(&[&SILENT[..], &server].concat());
    run(&["--undo", "--yes"]);
}
