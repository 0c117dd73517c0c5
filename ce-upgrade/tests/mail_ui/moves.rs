//! What becomes of each saved page.

use super::support::{PAGES, SAVED, WEBMAIL, site, tree, with_base};
use crate::support::Site;

fn decisions(json: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let all = json["details"]["decisions"].as_array().unwrap();
    all.iter().map(|line| (text(&line["file"]), text(&line["decision"]))).collect()
}

fn webmail(site: &Site, name: &str) -> Option<String> {
    std::fs::read_to_string(site.path(&format!("{WEBMAIL}/{name}"))).ok()
}

#[test]
fn with_the_old_release_s_pages_only_what_the_site_changed_is_moved() {
    let site = site();
    let done = with_base(&site, &["--json"]).exits(3);
    let mut expected = [
        ("already.html", "same"),
        ("both.html", "conflict"),
        ("dropped.html", "drop-obsolete"),
        ("lang/own/i18n.js", "site-addition"),
        ("logo/site.gif", "site-addition"),
        ("main.js", "keep-site"),
        ("obsolete.html", "obsolete-customised"),
        ("same.html", "same"),
        ("taken.html", "take-new"),
    ]
    .map(|(name, word)| (format!("webmail/{name}"), word.to_owned()));
    expected.sort();
    let mut found = decisions(&done.json());
    found.sort();
    assert_eq!(found, expected);
    for (name, text) in [
        ("main.js", Some("a\nsite\nc\n")),
        ("taken.html", Some("new\n")),
        ("both.html", Some("a\nnew\nc\nd\n")),
        ("lang/own/i18n.js", Some("own\n")),
        ("logo/site.gif", Some("GIF\0site")),
        ("dropped.html", None),
        ("obsolete.html", Some("site\n")),
    ] {
        assert_eq!(webmail(&site, name).as_deref(), text, "{name}");
    }
    assert_eq!(done.json()["findings"].as_array().unwrap().len(), 2, "{done}");
}

#[test]
fn without_them_only_pages_that_only_the_site_has_are_copied() {
    let site = site();
    let before = site.read(&format!("{WEBMAIL}/main.js"));
    let done = site
        .run(&["migrate-mail-ui"])
        .exits(3)
        .says("it is not known which pages the old release shipped")
        .says("webmail/main.js: unproven");
    assert_eq!(site.read(&format!("{WEBMAIL}/main.js")), before, "{done}");
    assert_eq!(webmail(&site, "lang/own/i18n.js").as_deref(), Some("own\n"));
    assert_eq!(webmail(&site, "dropped.html").as_deref(), Some("a\n"), "nothing of the site's is lost");
}

#[test]
fn a_page_in_conflict_has_a_merge_by_line_as_a_proposal() {
    let site = site();
    let directory = site.beside("proposals");
    with_base(&site, &["--proposals", directory.to_str().unwrap()]).exits(3).says("1 place to decide");
    assert_eq!(
        std::fs::read_to_string(directory.join("both.html")).unwrap(),
        "a\n<<<<<<< site\nsite\n=======\nnew\n>>>>>>> new release\nc\nd\n"
    );
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
    assert_eq!(webmail(&site, "both.html").as_deref(), Some("a\nnew\nc\nd\n"), "never into the deployed tree");
}

#[test]
fn a_conflict_is_resolved_with_the_saved_page_or_with_the_deployed_one() {
    for (choice, text) in [("site", "a\nsite\nc\nd\n"), ("new", "a\nnew\nc\nd\n")] {
        let site = site();
        let done = with_base(&site, &["--resolve", &format!("webmail/both.html:<file>={choice}")]).exits(3);
        assert_eq!(webmail(&site, "both.html").as_deref(), Some(text));
        assert!(!done.stdout.contains("both.html: conflict"), "{done}");
    }
}

#[test]
fn pages_are_moved_once_and_again_after_an_undo() {
    let site = site();
    with_base(&site, &[]).exits(3);
    let moved = site.product();
    with_base(&site, &[]).exits(1).says("were moved already, by run").says("undo that run first");
    with_base(&site, &["--dry-run"]).exits(1).says("were moved already");
    site.run(&["status"]).says("Customised mail pages were moved by run");
    moved.assert_same(&site.product());
    site.run(&["--undo"]).succeeded();
    with_base(&site, &[]).exits(3);
    assert_eq!(webmail(&site, "main.js").as_deref(), Some("a\nsite\nc\n"));
}

#[test]
fn where_nothing_is_left_to_move_nothing_is_changed() {
    let site = site();
    for (name, [_, site_s, _]) in PAGES {
        site.write(&format!("{WEBMAIL}/{name}"), site_s);
    }
    let before = site.manifest();
    site.run(&["migrate-mail-ui"]).succeeded().says("There is nothing to do");
    site.assert_unchanged(&before);
    assert_eq!(site.run_names(), Vec::<String>::new());
}

#[test]
fn an_undo_restores_every_page_with_its_owner_mode_and_time() {
    let site = site();
    let before = site.product();
    with_base(&site, &[]).exits(3);
    assert_ne!(site.product(), before);
    site.run(&["--undo"]).succeeded();
    before.assert_same(&site.product());
}

#[test]
fn a_dry_run_writes_nothing_and_shows_the_plan_of_the_run() {
    let site = site();
    let before = site.everything();
    let directory = site.beside("proposals");
    let dry = with_base(&site, &["--dry-run", "--json", "--proposals", directory.to_str().unwrap()]).exits(3);
    assert_eq!(site.everything(), before);
    assert!(!directory.exists());
    with_base(&site, &[]).exits(3);
    let plan = String::from_utf8(site.file_of_newest_run("plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&site.plain(&plan)).unwrap();
    assert_eq!(dry.json()["plan"], plan);
}

#[test]
fn a_page_with_two_names_is_replaced_under_both() {
    let site = site();
    std::fs::hard_link(site.path(&format!("{WEBMAIL}/main.js")), site.path(&format!("{WEBMAIL}/second.js"))).unwrap();
    with_base(&site, &[]).exits(3);
    assert_eq!(webmail(&site, "second.js").as_deref(), Some("a\nsite\nc\n"));
}

#[test]
fn the_saved_pages_are_never_changed() {
    let site = site();
    let saved = |site: &Site| testkit::site::manifest(&site.path(SAVED), &testkit::manifest::Options::default());
    let before = saved(&site);
    with_base(&site, &[]).exits(3);
    assert_eq!(saved(&site), before);
}

#[test]
fn links_are_neither_followed_nor_replaced() {
    let secret = "etc/secret";
    let in_saved = |name: &str| format!("{}/{name}", &SAVED[1..]);
    let in_webmail = |name: &str| format!("{}/{name}", &WEBMAIL[1..]);
    let tree = tree()
        .file(secret, "secret\n")
        .symlink(&in_saved("link.html"), "/etc/secret")
        .symlink(&in_saved("linked"), "/etc")
        .file(&in_saved("out/page.html"), "site\n")
        .symlink(&in_webmail("out"), "/etc")
        .file(&in_saved("there.html"), "site\n")
        .symlink(&in_webmail("there.html"), "/etc/secret")
        .file(&in_saved("directory.html"), "site\n")
        .directory(&in_webmail("directory.html"));
    let site = Site::of(&tree);
    let done = site.run(&["migrate-mail-ui"]).exits(3).says("link.html is a symbolic link, which is not followed");
    for text in [
        "linked is a symbolic link",
        "webmail/out is a symbolic link",
        "there.html is a symbolic link",
        "directory.html is a directory",
    ] {
        assert!(done.stderr.contains(text), "{text}: {done}");
    }
    assert_eq!(site.text("/etc/secret"), "secret\n");
    assert!(!site.path("/etc/page.html").exists());
    assert!(!site.path(&format!("{WEBMAIL}/link.html")).exists());
    assert!(site.path(&format!("{WEBMAIL}/there.html")).is_symlink());
}
