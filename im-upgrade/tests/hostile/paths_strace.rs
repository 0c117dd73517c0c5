//! No path is resolved twice by name, judged by the calls that strace sees.

use testkit::strace::gate::{Accepted, Rule, judged};

use crate::support::Site;

/// What a new client resource is like: its template, whose content is read by itself.
const LIKE_ITS_TEMPLATE: Accepted = Accepted {
    rule: Rule::OneHandle,
    path: "root/opt/*/html/*",
    reason: "a new file gets owner and mode of its template, and set-id bits only where nobody but root can change either",
};

#[test]
fn an_upgrade_and_its_undo_resolve_no_path_twice() {
    let site = Site::with_both();
    let stock = site.stock();
    let stock = stock.each_ref().map(String::as_str);
    let upgrade = [&["upgrade", "--run-commands"], &stock[..]].concat();
    judged(&site, &[LIKE_ITS_TEMPLATE], &site.command(&upgrade)).exits(3);
    judged(&site, &[], &site.command(&["--undo"])).succeeded();
}

#[test]
fn a_rollback_resolves_no_path_twice() {
    let site = Site::with_both();
    site.with_stock(&["upgrade"]).exits(3);
    judged(&site, &[LIKE_ITS_TEMPLATE], &site.command(&["rollback", "--skip-packages", "--run-commands"])).succeeded();
}

#[test]
fn a_redeployment_resolves_no_path_twice() {
    let site = Site::new();
    judged(&site, &[LIKE_ITS_TEMPLATE], &site.command(&["redeploy", "--codebase", "http://im.siroe.com/im/"]))
        .succeeded();
}
