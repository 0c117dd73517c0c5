//! The sample site moves to the new root: every value that names the old root names the new one, and no other byte changes.

use std::fs;
use std::os::unix::fs::MetadataExt;

use documents::{Dialect, State, product_files::Product};
use testkit::expected;
use testkit::site::names_in;

use super::support::{CONFIG, NEW, OLD, Site, data};

/// Returns the dialect of a file of the sample site: two files of it are included and have no name of their own.
fn dialect(name: &str) -> Dialect {
    match name {
        "lists.aliases" => Dialect::Aliases,
        name => Dialect::of(Product::Messaging, name).unwrap(),
    }
}

fn files(site: &Site) -> Vec<String> {
    let is_text = |name: &String| !name.ends_with(".db") && !site.path(CONFIG).join(name).is_symlink();
    names_in(&site.path(CONFIG)).into_iter().filter(is_text).collect()
}

#[test]
fn every_value_names_the_new_root_and_no_other_byte_changes() {
    let (site, old) = (Site::sample(), Site::sample());
    site.moved(&[]).succeeded().says("17 name the old root and will name the new");
    let mut moved = 0;
    for name in files(&site) {
        let path = format!("{CONFIG}/{name}");
        let (before, after) = (old.read(&path), site.read(&path));
        let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
        assert!(!text(&before).contains(NEW), "{name}: the fixture holds the new root");
        assert_eq!(text(&after).replace(NEW, OLD), text(&before), "{name}: more than the root changed");
        moved += usize::from(before != after);
        for listed in dialect(&name).entries(after).unwrap() {
            let value = listed.entry.value.unwrap_or_default();
            let is_active = listed.entry.state == State::Active;
            assert!(!is_active || !documents::roots::occurs(&value, OLD.as_bytes()), "{name}: {}", listed.shown);
            assert!(!is_active || !documents::roots::occurs(&listed.entry.key.name, OLD.as_bytes()), "{name}");
        }
    }
    assert_eq!(moved, 18, "17 files, one with two names");
}

#[test]
fn every_expected_row_of_a_moved_root_has_its_value() {
    let site = Site::sample();
    site.moved(&[]).succeeded();
    let rows = expected::rows(&data()).into_iter().filter(|row| row.decision == "rewrite-root");
    let mut seen = 0;
    for row in rows.filter(|row| !row.key.ends_with(":<file>")) {
        let (_, key) = row.key.split_once(':').unwrap();
        let entries = dialect(&row.file).entries(site.read(&format!("{CONFIG}/{}", row.file))).unwrap();
        let listed = entries.iter().find(|listed| listed.shown == key && listed.entry.state == State::Active);
        let value = &listed.unwrap_or_else(|| panic!("{} is gone", row.key)).entry.value;
        let value = String::from_utf8(value.clone().unwrap().to_vec()).unwrap();
        assert_eq!(value.trim_start_matches('<'), row.outcome.trim_start_matches('<'), "{}", row.key);
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn the_new_root_leads_to_the_same_directories() {
    let site = Site::sample();
    site.moved(&[]).succeeded();
    for name in ["config", "data", "log"] {
        let target = |root: &str| fs::read_link(site.path(root).join(name)).unwrap();
        assert_eq!(target(NEW), target(OLD), "{name}");
    }
}

#[test]
fn hard_links_links_and_key_databases_stay_what_they_are() {
    let (site, old) = (Site::sample(), Site::sample());
    site.moved(&[]).succeeded();
    let id = |name: &str| fs::metadata(site.path(CONFIG).join(name)).unwrap().ino();
    assert_eq!(id("aliases"), id("aliases.save"));
    let target = |name: &str| fs::read_link(site.path(CONFIG).join(name)).unwrap();
    assert_eq!(target("cert8.db").to_str(), Some("/var/mps/serverroot/alias/admin-serv-mail-cert8.db"));
    for name in ["key3.db", "secmod.db"] {
        let path = format!("{CONFIG}/{name}");
        assert_eq!(site.read(&path), old.read(&path));
    }
    for name in files(&site) {
        let attributes = |site: &Site| testkit::site::attributes(&site.path(CONFIG).join(&name));
        assert_eq!(attributes(&site), attributes(&old), "{name}");
    }
}

#[test]
fn what_follows_is_told_in_the_order_of_the_guide() {
    let site = Site::sample();
    let done = site.moved(&[]).succeeded();
    let at = |text: &str| done.stdout.find(text).unwrap_or_else(|| panic!("{text} is missing: {done}"));
    let steps =
        ["sbin/patch-config", "sbin/install-newconfig", "sbin/start-msg"].map(|step| at(&format!("{NEW}/{step}")));
    assert!(steps.is_sorted(), "{done}");
    for text in ["Undo:", "PATH", "Networker"] {
        at(text);
    }
}

#[test]
fn the_root_is_moved_in_the_spelling_that_the_disk_has_as_well() {
    let site = Site::sample();
    fs::create_dir_all(site.path("/export")).unwrap();
    fs::rename(site.path(OLD), site.path("/export/msg")).unwrap();
    std::os::unix::fs::symlink("../export/msg", site.path(OLD)).unwrap();
    let path = format!("{CONFIG}/msg.conf");
    site.write(&path, [site.read(&path), b"store.x = /export/msg/lib/x\n".to_vec()].concat());
    site.moved(&[]).succeeded();
    let moved = site.read(&path);
    let moved = String::from_utf8_lossy(&moved);
    assert!(moved.contains(&format!("store.x = {NEW}/lib/x")), "{moved}");
    assert!(moved.contains(&format!("local.installeddir = {NEW}")), "{moved}");
}

#[test]
fn directories_of_the_old_root_s_own_are_linked_to_and_must_stay() {
    let site = Site::sample();
    for name in ["config", "log"] {
        fs::remove_file(site.path(OLD).join(name)).unwrap();
        fs::rename(site.path("/var/opt/SUNWmsgsr").join(name), site.path(OLD).join(name)).unwrap();
    }
    site.moved(&[]).says("/opt/SUNWmsgsr/config is a directory of the old root").says("Do not remove the old root");
    assert_eq!(fs::read_link(site.path(NEW).join("config")).unwrap().to_str(), Some("/opt/SUNWmsgsr/config"));
}
