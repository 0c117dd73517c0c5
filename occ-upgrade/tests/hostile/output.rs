//! A directory that others can write, such as `/tmp`: what they put at the place of a new file is not written through.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};

use testkit::hostile::{OTHER, Swaps, assert_the_secret_is_kept, lay_a_secret};
use testkit::peers::need;

use crate::support::{ANSWERS, MAP, Site, USERS, VENDOR, latin1};

const CALLS: [&[&str]; 6] = [
    &["new", "-o", "/made", "--answers", "answers.toml"],
    &["upgrade", "old.ini", "-o", "/made", "--from", "7.1", "--map", "map.toml"],
    &["package", "site.ini", "-o", "/made"],
    &["package", "site.ini", "-o", "/made.zip"],
    &["prf", "site.ini", "--users", "users.csv", "-o", "/made"],
    &["vlv", "site.ini", "-o", "/made"],
];

/// A site with a directory like `/tmp`, and a secret of root's.
fn site() -> Site {
    need("@root");
    let site = Site::with_answers(ANSWERS);
    site.put("users.csv", USERS);
    site.put("old.ini", latin1(VENDOR));
    site.put("map.toml", MAP);
    lay_a_secret(&site, &["file"]);
    let shared = site.beside("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
    site
}

/// Returns a call whose output lies in the shared directory.
fn words(site: &Site, call: &[&str]) -> Vec<String> {
    let shared = site.beside("shared");
    let word = |word: &&str| match word.strip_prefix("/made") {
        Some(end) => format!("{}/made{end}", shared.display()),
        None => (*word).to_owned(),
    };
    call.iter().map(word).collect()
}

fn link(site: &Site, call: &[&str], target: &str) {
    let name = if call.contains(&"/made.zip") { "made.zip" } else { "made" };
    let place = site.beside("shared").join(name);
    let _ = fs::rename(&place, site.beside("shared/moved-aside"));
    symlink(target, &place).unwrap();
    lchown(place, Some(OTHER), Some(OTHER)).unwrap();
}

#[test]
fn a_link_at_the_place_of_a_new_file_is_refused_or_moved_aside_and_never_written_through() {
    for call in CALLS {
        for target in ["../root/secret/file", "../root/secret", "../root/secret/new"] {
            let site = site();
            link(&site, call, target);
            let call = words(&site, call);
            let call: Vec<&str> = call.iter().map(String::as_str).collect();
            site.refused(1, &call, "--replace");
            let outcome = site.run(&[call.as_slice(), &["--replace"]].concat());
            assert!(matches!(outcome.status, Some(0 | 3)), "{outcome}");
            assert_the_secret_is_kept(&site, &["file"]);
            let made = names(&site);
            assert!(made.iter().any(|name| name.contains(".before-")), "{made:?}");
        }
    }
}

#[test]
fn a_link_that_is_put_in_the_way_while_a_file_is_made_is_not_written_through_strace() {
    for call in CALLS {
        for target in ["../root/secret/file", "../root/secret"] {
            let run = |site: &Site| {
                let call = words(site, call);
                let call: Vec<&str> = call.iter().map(String::as_str).collect();
                site.command(&[call.as_slice(), &["--replace"]].concat())
            };
            Swaps { site: &site, run: &run, swap: &|site: &Site| link(site, call, target), most: 4 }.sweep();
        }
    }
}

#[test]
fn what_is_made_belongs_to_root_and_nobody_else_may_write_it() {
    for call in CALLS {
        let site = site();
        let call = words(&site, call);
        let call: Vec<&str> = call.iter().map(String::as_str).collect();
        let outcome = site.run(&call);
        assert!(matches!(outcome.status, Some(0 | 3)), "{outcome}");
        let made = fs::symlink_metadata(site.beside("shared").join(&names(&site)[0])).unwrap();
        assert_eq!((made.uid(), made.mode() & 0o022), (0, 0), "{call:?}");
    }
}

fn names(site: &Site) -> Vec<String> {
    testkit::site::names_in(&site.beside("shared"))
}
