//! Files of the user interface outside WEB-INF that are not as they were shipped are reported, and never changed.

use testkit::tree::Tree;

use crate::support::Site;

const DEPLOYED: &str = "var/opt/SUNWuwc";
const BASE: &str = "opt/SUNWuwc";

fn tree() -> Tree {
    let mut tree = Tree::new().directory("var/opt/CommsInstaller").directory("opt/SUNWuwc/sbin");
    for (name, text) in [
        ("absimx/same.css", "a"),
        ("absimx/changed.css", "a"),
        ("uwc/js/removed.js", "a"),
        ("uwc/images/logo.gif", "a"),
        ("webmail/lang/i18n.js", "a"),
    ] {
        tree = tree.file(&format!("{BASE}/{name}"), text);
        if !name.contains("removed") && !name.contains("logo") {
            let text = if name.contains("changed") { "b" } else { text };
            tree = tree.file(&format!("{DEPLOYED}/{name}"), text);
        }
    }
    tree.file(&format!("{DEPLOYED}/WEB-INF/domain/personalstore.properties"), "")
        .file(&format!("{DEPLOYED}/WEB-INF/domain/defaultps/defaultps.xml"), "<books/>")
        .file(&format!("{DEPLOYED}/uwc/own.css"), "a")
        .symlink(&format!("{DEPLOYED}/uwc/images"), "/etc")
        .file(&format!("{DEPLOYED}/webmail/WEB-INF/web.xml"), "<web-app/>")
}

#[test]
fn each_difference_is_one_line() {
    let site = Site::of(&tree());
    let before = site.everything();
    let done = site.run(&["check", "--json"]).exits(3);
    assert_eq!(site.everything(), before);
    let json = done.json();
    let changed: Vec<_> = json["details"]["user_interface"]["changed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["file"].as_str().unwrap(), line["difference"].as_str().unwrap()))
        .collect();
    let expected = [
        ("absimx/changed.css", "changed"),
        ("uwc/images", "other-kind"),
        ("uwc/js/removed.js", "missing"),
        ("uwc/own.css", "added"),
    ];
    assert_eq!(changed, expected);
    site.run(&["check"])
        .exits(3)
        .says("absimx/changed.css differs from the shipped file")
        .says("uwc/own.css was not shipped")
        .says("uwc/js/removed.js was shipped and is not deployed");
}

#[test]
fn a_tree_without_a_copy_is_said_to_be_unknown() {
    let site = Site::of(&tree());
    std::fs::remove_dir_all(site.path(&format!("/{BASE}/webmail"))).unwrap();
    site.run(&["check"]).says("webmail: no shipped copy is known");
}

#[test]
fn the_copy_may_lie_below_the_name_of_the_package() {
    let site = Site::of(&tree());
    std::fs::create_dir(site.path(&format!("/{BASE}/SUNWuwc"))).unwrap();
    for tree in ["absimx", "uwc", "webmail"] {
        let (from, to) = (format!("/{BASE}/{tree}"), format!("/{BASE}/SUNWuwc/{tree}"));
        std::fs::rename(site.path(&from), site.path(&to)).unwrap();
    }
    site.run(&["check"]).says("absimx/changed.css differs from the shipped file");
}

#[test]
fn of_very_many_files_the_first_are_printed_and_all_are_in_the_json() {
    let site = Site::of(&(0..80).fold(tree(), |tree, n| tree.file(&format!("{DEPLOYED}/uwc/own/{n:02}"), "a")));
    let done = site.run(&["check"]).says("and 34 more files of the user interface");
    assert!(!done.stdout.contains("uwc/own/79"), "{done}");
    let json = site.run(&["check", "--json"]).json();
    assert_eq!(json["details"]["user_interface"]["changed"].as_array().unwrap().len(), 84);
}

#[test]
fn a_merge_names_them_as_well_by_the_old_release_s_files_where_these_are_named() {
    let site = Site::sample();
    for (path, text) in [("/opt/SUNWuwc/absimx/a.css", "new"), ("/var/opt/SUNWuwc/absimx/a.css", "old")] {
        site.write(path, text);
    }
    let done = site.patch(&[]).says("Not merged: absimx/a.css differs from the shipped file");
    assert_eq!(site.text("/var/opt/SUNWuwc/absimx/a.css"), "old", "{done}");
    let old = site.beside("stock-old/opt/SUNWuwc/lib/config-templates/absimx");
    std::fs::create_dir(&old).unwrap();
    std::fs::write(old.join("a.css"), "old").unwrap();
    let done = site.patch(&[]);
    assert!(!done.stdout.contains("absimx"), "the site did not change it: {done}");
}
