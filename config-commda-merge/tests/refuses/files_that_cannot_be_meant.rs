//! What an editor or a full disk made of a file: nothing of the site is lost in silence.

use crate::support::Site;
use crate::support::site::{RESOURCE, assert_same, data};

const MARKED: &[u8] = b"\xef\xbb\xbfa=2\nb=1\n";

#[test]
fn a_saved_file_without_any_entry_is_not_merged_and_the_run_ends_with_3() {
    for content in ["", "# only a comment\n"] {
        let site = Site::reset();
        let saved = site.snapshot().join("tree").join(RESOURCE.trim_start_matches('/'));
        std::fs::write(saved, content).unwrap();
        let new = site.text(RESOURCE);
        let base = data("stock-old");
        site.run(&["merge", "--base", base.to_str().unwrap()]).exits(3).says(
            "resource.properties has no entry, as after a full disk; the file was not merged and no key was removed",
        );
        assert_eq!(site.text(RESOURCE), new, "config-commda's file is kept whole");
    }
}

#[test]
fn a_named_saved_file_without_any_entry_is_refused() {
    let site = Site::bare();
    for (name, text) in [("base", "a=1\n"), ("saved", "# nothing\n"), ("new", "a=1\nb=2\n"), ("empty", "")] {
        std::fs::write(site.beside("cwd").join(name), text).unwrap();
    }
    for arguments in
        [&["file", "base", "saved", "new", "-o", "out"], &["file", "/dev/null", "empty", "new", "-o", "out"]]
    {
        site.refused(arguments).exits(129).says(": it has no entry, as after a full disk");
    }
    // A new file without entries takes nothing away.
    site.run(&["file", "base", "saved", "empty"]).succeeded();
}

#[test]
fn a_byte_order_mark_is_named_with_its_file_and_what_to_do() {
    let site = Site::reset();
    let saved = site.snapshot().join("tree").join(RESOURCE.trim_start_matches('/'));
    std::fs::write(saved, MARKED).unwrap();
    let before = site.product();
    site.refused(&["merge"])
        .exits(1)
        .says("resource.properties: it begins with a byte order mark, which Java reads as a part of the first key")
        .says("tail -c +4");
    assert_same(&before, &site.product());
    for (name, text) in [("marked", MARKED), ("plain", b"a=1\n"), ("shipped", b"a=1\n")] {
        std::fs::write(site.beside("cwd").join(name), text).unwrap();
    }
    for arguments in [["file", "shipped", "marked", "plain"], ["file", "shipped", "plain", "marked"]] {
        site.refused(&arguments).exits(129).says("marked: it begins with a byte order mark");
    }
}

#[test]
fn a_snapshot_of_such_a_file_is_taken_and_said_with_3() {
    for (content, text) in [(&b"# gone\n"[..], "has no entry"), (MARKED, "byte order mark"), (b"a=\0", "byte 2 is NUL")]
    {
        let site = Site::customised();
        site.write(RESOURCE, content);
        site.run(&["snapshot"]).exits(3).says(text).says("correct it and make another snapshot");
    }
}

#[test]
fn one_file_for_the_base_and_the_saved_one_is_refused_whatever_leads_to_it() {
    let site = Site::bare();
    let at = |name: &str| site.beside("cwd").join(name);
    for (name, text) in
        [("saved", "limit=777\nother=1\n"), ("new", "limit=200\nother=1\n"), ("equal", "limit=777\nother=1\n")]
    {
        std::fs::write(at(name), text).unwrap();
    }
    std::os::unix::fs::symlink("saved", at("link")).unwrap();
    std::os::unix::fs::symlink("link", at("link-to-link")).unwrap();
    std::fs::hard_link(at("saved"), at("hard")).unwrap();
    std::fs::create_dir(at("dir")).unwrap();
    for base in ["saved", "link", "link-to-link", "hard", "dir/../saved"] {
        for (base, saved) in [(base, "saved"), ("saved", base)] {
            let outcome = site.refused(&["file", base, saved, "new", "-o", "out"]);
            outcome.exits(129).says("the base and the saved files are one: ").says("what the old release shipped");
            assert!(!at("out").exists());
        }
    }
    // Two files of one content are two files.
    site.run(&["file", "equal", "saved", "new", "-o", "out"]).succeeded();
}

#[test]
fn one_directory_for_the_base_and_the_saved_files_is_wrong_usage() {
    let site = Site::reset();
    let before = site.product();
    let saved = site.beside("saved");
    let other = site.beside("other");
    let link = site.beside("link");
    std::fs::create_dir(&saved).unwrap();
    std::fs::create_dir(&other).unwrap();
    std::fs::write(saved.join("resource.properties"), "a=1\n").unwrap();
    std::fs::hard_link(saved.join("resource.properties"), other.join("resource.properties")).unwrap();
    std::os::unix::fs::symlink(&saved, &link).unwrap();
    let [saved, other, link] = [&saved, &other, &link].map(|path| path.to_str().unwrap());
    for (base, saved) in [(saved, saved), (link, saved), (saved, link), (other, saved)] {
        for more in [&[][..], &["--dry-run"]] {
            let arguments = [&["merge", "--base", base, "--saved", saved][..], more].concat();
            site.refused(&arguments).exits(2).says("the base and the saved files are one: ");
        }
    }
    // The newest snapshot is what is merged where no other files are named.
    let snapshot = site.snapshot();
    site.refused(&["merge", "--base", snapshot.to_str().unwrap()])
        .exits(2)
        .says("the base and the saved files are one: ");
    assert_same(&before, &site.product());
}

#[test]
fn a_windows_path_with_a_single_backslash_says_what_to_write() {
    let site = Site::bare();
    for (name, text) in [("base", "path=x\n"), ("saved", "path=C:\\users\\site\n"), ("new", "path=x\n")] {
        std::fs::write(site.beside("cwd").join(name), text).unwrap();
    }
    site.refused(&["file", "base", "saved", "new", "-o", "out"])
        .exits(129)
        .says("saved, line 1, column 8: `\\u` without four hexadecimal digits")
        .says("for a backslash, as in a Windows path, write two: `\\\\u`");
}
