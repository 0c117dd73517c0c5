//! `imadmin`: which file is run, and what it gets of the caller's.

use std::os::unix::fs::chown;

use testkit::hostile::{OTHER, SECRET, lay_a_secret};
use testkit::peers::need;

use super::upgrade;
use crate::support::{NEW, OLD, ROOT, Site};

#[test]
fn an_imadmin_that_another_account_could_replace_is_not_run() {
    need("@root");
    for theirs in [
        format!("{OLD}/sbin"),
        OLD.to_owned(),
        "/opt".to_owned(),
        format!("{OLD}/sbin/imadmin"),
        format!("{ROOT}/sales/imadmin"),
        format!("{ROOT}/sales"),
    ] {
        let site = Site::with_both();
        chown(site.path(&theirs), Some(OTHER), None).unwrap();
        let before = site.product();
        site.outcome(upgrade(&site, &["--run-commands"])).exits(1).says("users other than root may change it");
        assert_eq!(site.calls(), Vec::<String>::new(), "{theirs}");
        before.assert_same(&site.product());
    }
}

#[test]
fn an_imadmin_gets_no_file_that_the_caller_left_open() {
    need("@root");
    let site = Site::with_both();
    lay_a_secret(&site, &["password"]);
    for (path, name) in [(format!("{OLD}/sbin/imadmin"), "old"), (format!("{NEW}/sbin/imadmin"), "new")] {
        site.write_command(&path, name, "ls -l /proc/self/fd\ncat <&9\ntrue");
    }
    let opened = format!("exec 9< '{}'; exec \"$@\"", site.path("/secret/password").display());
    let own = upgrade(&site, &["--run-commands"]);
    let shown = site.outcome(site.below(&["bash", "-c", &opened, "bash"], &own)).to_string();
    assert!(
        shown.contains(" 0 -> /dev/null") && !shown.contains(SECRET) && !shown.contains("secret/password"),
        "{shown}"
    );
}
