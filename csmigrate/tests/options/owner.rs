//! `--owner USER:GROUP`: who owns the new files, by number or by a name of the product root.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, attributes, is_root, names_in};

fn site_with_accounts() -> Site {
    let site = Site::calendar();
    site.write("/etc/passwd", "root:x:0:0::/:/bin/sh\nicsuser:x:4321:4322:Calendar:/:/bin/false\nbroken\n");
    site.write("/etc/group", "root::0:\nicsgroup::4567:icsuser\n");
    site
}

#[track_caller]
fn assert_owned_by(site: &Site, uid: u32, gid: u32) {
    let new = site.path(NEW);
    let files = names_in(&new).into_iter().map(|name| new.join(name));
    for path in files.chain([new.clone()]) {
        let (_, found_uid, found_gid, ..) = attributes(&path);
        assert_eq!((found_uid, found_gid), (uid, gid), "{}", path.display());
    }
}

#[test]
fn names_are_those_of_the_product_root() {
    let site = site_with_accounts();
    let outcome = site.run(&["--owner", "icsuser:icsgroup", OLD, NEW]);
    if is_root() {
        outcome.succeeded();
        assert_owned_by(&site, 4321, 4567);
    } else {
        outcome.failed();
    }
}

#[test]
fn numbers_need_no_account() {
    let site = Site::calendar();
    let (_, uid, gid, ..) = attributes(&site.path(OLD));
    let (uid, gid) = if is_root() { (65533, 65532) } else { (uid, gid) };
    site.migrate(&["--owner", &format!("{uid}:{gid}")]);
    assert_owned_by(&site, uid, gid);
}

#[test]
fn names_that_are_not_known_are_refused() {
    let site = site_with_accounts();
    assert_snapshot!(site.refused(&["--owner", "nobody:icsgroup", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /etc/passwd has no user "nobody"; you can give a number instead
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--owner", "icsuser:staff", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /etc/group has no group "staff"; you can give a number instead
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--owner", "icsuser", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: --owner icsuser: write USER:GROUP, such as icsuser:icsgroup
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--owner", "4294967296:0", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /etc/passwd has no user "4294967296"; you can give a number instead
      Nothing was changed.
    "#);
}

#[test]
fn the_number_that_the_kernel_ignores_is_refused() {
    let site = site_with_accounts();
    assert_snapshot!(site.refused(&["--owner", "0:4294967295", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: 4294967295 is not the number of a group
      Nothing was changed.
    "#);
}
