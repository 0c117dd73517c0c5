//! A site whose mail server was upgraded: saved pages, deployed ones of 6.3, the old release's beside the root.

use testkit::tree::Tree;

use crate::support::Site;

/// Where the deployed pages are.
pub(crate) const WEBMAIL: &str = "/var/opt/SUNWuwc/webmail";
/// Where the saved pages are by default.
pub(crate) const SAVED: &str = "/var/opt/SUNWmsgsr/preJES5/config/html";
/// The old release's pages, beside the root.
const BASE: &str = "old-pages";

/// Pages: name, old release, site, new release; an empty text is no page.
pub(crate) const PAGES: [(&str, [&str; 3]); 9] = [
    ("same.html", ["a\n", "a\n", "a\n"]),
    ("main.js", ["a\nb\nc\n", "a\nsite\nc\n", "a\nb\nc\n"]),
    ("taken.html", ["a\n", "a\n", "new\n"]),
    ("both.html", ["a\nb\nc\nd\n", "a\nsite\nc\nd\n", "a\nnew\nc\nd\n"]),
    ("logo/site.gif", ["", "GIF\0site", ""]),
    ("lang/own/i18n.js", ["", "own\n", ""]),
    ("dropped.html", ["a\n", "a\n", ""]),
    ("obsolete.html", ["a\n", "site\n", ""]),
    ("already.html", ["a\n", "site\n", "site\n"]),
];

/// Returns the tree of the site.
pub(crate) fn tree() -> Tree {
    let mut tree = Tree::new()
        .directory("var/opt/CommsInstaller")
        .directory("opt/SUNWuwc/sbin")
        .directory("opt/SUNWmsgsr/sbin")
        .directory(&WEBMAIL[1..])
        .file("var/opt/SUNWuwc/WEB-INF/web.xml", "<web-app/>");
    for (name, [_, site, new]) in PAGES {
        for (place, text) in [(SAVED, site), (WEBMAIL, new)].into_iter().filter(|(_, text)| !text.is_empty()) {
            tree = tree.file(&format!("{}/{name}", &place[1..]), text);
        }
    }
    tree
}

/// Returns the site, with the old release's pages beside it.
pub(crate) fn site() -> Site {
    let site = Site::of(&tree());
    for (name, [old, ..]) in PAGES {
        if !old.is_empty() {
            let path = site.beside(BASE).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, old).unwrap();
        }
    }
    site
}

/// Returns the command with the old release's pages.
pub(crate) fn with_base_command(site: &Site) -> std::process::Command {
    let base = site.beside(BASE);
    site.command(&["migrate-mail-ui", "--base", base.to_str().unwrap()])
}

/// Runs the command with the old release's pages.
pub(crate) fn with_base(site: &Site, more: &[&str]) -> testkit::outcome::Outcome {
    let base = site.beside(BASE);
    site.run(&[&["migrate-mail-ui", "--base", base.to_str().unwrap()], more].concat())
}
