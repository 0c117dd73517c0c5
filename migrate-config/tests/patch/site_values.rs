//! Which values are the site's: those from before the root move, unless somebody edited the file since.

use std::fs;

use testkit::expected::Row;

use crate::support::merging::{CONFIG, NEW, OLD, Site, data, rows, sample};

fn row(site: &Site, arguments: &[&str], key: &str) -> Row {
    let all = rows(&site.run(&[&["--json"], arguments].concat()).exits(3).json());
    all.into_iter().find(|row| row.key == key).unwrap_or_else(|| panic!("no row {key}"))
}

#[test]
fn a_path_that_only_moved_with_the_root_is_no_customisation() {
    let site = Site::moved();
    let row = row(&site, &[], "SmtpProxyAService.cfg:default:LogDir");
    assert_eq!((row.site.as_str(), row.decision.as_str()), ("/opt/SUNWmsgsr/log", "rewrite-root"));
}

#[test]
fn a_file_that_was_edited_since_the_move_is_taken_as_it_is() {
    let site = Site::moved();
    site.edit(&format!("{CONFIG}/SmtpProxyAService.cfg"), "default:LogDir", "# ours\ndefault:LogDir");
    let row = row(&site, &[], "SmtpProxyAService.cfg:default:LogDir");
    assert_eq!((row.site.as_str(), row.decision.as_str()), ("/opt/sun/comms/messaging/log", "same"));
    site.resolve_all();
    site.install(&[]).succeeded();
    assert!(site.text(&format!("{CONFIG}/SmtpProxyAService.cfg")).contains("# ours\n"));
}

#[test]
fn without_a_move_the_live_files_are_merged_and_the_base_has_to_be_named() {
    let site = Site::of(&sample());
    for (link, to) in [("config", CONFIG), ("data", "/var/opt/SUNWmsgsr")] {
        std::os::unix::fs::symlink(to, site.path(&format!("{NEW}/{link}"))).unwrap();
    }
    site.run(&[])
        .exits(1)
        .says("migrate-config has not moved a configuration to /opt/sun/comms/messaging")
        .says("--base DIR");
    let base = data().join("stock-old");
    let outcome = site.run(&["--base", base.to_str().unwrap()]).exits(3);
    outcome.says("the live files are taken as they are, and no root is moved in them");
    let row = row(&site, &["--base", base.to_str().unwrap()], "SmtpProxyAService.cfg:default:LogDir");
    assert_eq!(row.decision, "take-new", "the stock value is another path, and no root moves");
}

#[test]
fn a_root_that_has_no_configuration_is_refused() {
    let site = Site::of(&sample());
    site.run(&[])
        .exits(1)
        .says("/opt/sun/comms/messaging has no configuration")
        .says("Run migrate-config OLDROOT first");
}

#[test]
fn stock_files_are_found_named_or_chosen() {
    let site = Site::moved();
    let base = site.path(&format!("{OLD}/install/configure/factory"));
    for named in [base.clone(), site.path(&format!("{OLD}/install")), site.path(OLD), data().join("stock-old")] {
        site.run(&["--base", named.to_str().unwrap()]).exits(3);
    }
    site.run(&["--new", data().join("stock-new").to_str().unwrap()]).exits(3);
    site.run(&["--base", site.beside("nowhere").to_str().unwrap()]).exits(1).says("no such directory");
    site.run(&["--base", site.beside("home").to_str().unwrap()])
        .exits(1)
        .says("holds no stock files")
        .says("--base DIR");
    let second = site.path(&format!("{OLD}/install/patch/118207-01"));
    fs::create_dir_all(&second).unwrap();
    for name in ["imta.cnf", "msg.conf.defaults"] {
        fs::copy(base.join(name), second.join(name)).unwrap();
    }
    site.run(&[])
        .exits(1)
        .says("several directories may hold the stock files: /opt/SUNWmsgsr/install/configure/factory, /opt/SUNWmsgsr/install/patch/118207-01")
        .says("Name one of them with --base DIR")
        .says("Nothing was changed.");
    site.run(&["--base", base.to_str().unwrap()]).exits(3);
    fs::remove_dir_all(site.path(&format!("{OLD}/install"))).unwrap();
    site.run(&[]).exits(1).says("/opt/SUNWmsgsr/install holds no stock files");
}
