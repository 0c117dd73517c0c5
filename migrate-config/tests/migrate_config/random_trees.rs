//! Configurations with everything that is hard: loops, dangling links, pipes, names that are no text, no permissions, holes, hard
//! links, deep directories. A move and its undo leave each as it was; a move changes nothing but roots.

use testkit::random::Random;
use testkit::tree::{Caller, Tree};

use super::support::{CONFIG, NEW, OLD, Site};

/// Texts, some of which name the old root.
const TEXTS: &[&str] = &[
    "x=/opt/SUNWmsgsr/lib/x\n",
    "x=/opt/SUNWmsgsr2/lib /opt/SUNWmsgsrX\n",
    "plain\n",
    "",
    "/opt/SUNWmsgsr",
    "! /opt/SUNWmsgsr/lib\ny=\"/opt/SUNWmsgsr\":/opt/SUNWmsgsr/x\r\n",
    "b\0/opt/SUNWmsgsr/lib\0",
];

/// A small site whose configuration holds such a tree.
fn site(seed: u64) -> Site {
    let mut random = Random::new(seed);
    let site = Site::bare();
    let mut tree = Tree::new().directory("var/opt/CommsInstaller");
    for root in [OLD, NEW] {
        tree = tree.directory(&format!("{root}/sbin")).directory(&format!("{root}/lib"));
    }
    tree = tree
        .directory("/var/opt/SUNWmsgsr/log")
        .symlink(&format!("{OLD}/config"), CONFIG)
        .symlink(&format!("{OLD}/data"), "../../var/opt/SUNWmsgsr")
        .symlink(&format!("{OLD}/log"), "/var/opt/SUNWmsgsr/log")
        .file(&format!("{CONFIG}/msg.conf.defaults"), "local.installeddir = /opt/SUNWmsgsr\n")
        .owner(1001, 1002)
        .mode(0o600);
    let mut directory = CONFIG.to_owned();
    for number in 0..random.below(30) {
        let (text, mode) = (*random.pick(TEXTS), *random.pick(&[0o644, 0o600, 0o444, 0o4755]));
        if random.one_in(3) {
            directory = format!("{directory}/d{number}");
        }
        let name = *random.pick(&["option.dat", "tcp_x_option", "note", "odd name", "AService.cfg", "x.old"]);
        tree = tree.file(&format!("{directory}/{number}-{name}"), text).mode(mode);
        if random.one_in(4) {
            tree = tree.hard_link(&format!("{CONFIG}/link-{number}"), &format!("{directory}/{number}-{name}"));
        }
    }
    site.lay_out(&tree);
    // Below the configuration, so that the directory is walked, and beside the files that are rewritten.
    let nasty = Tree::nasty(seed, Caller::this_process());
    std::fs::create_dir(site.path(CONFIG).join("nasty")).unwrap();
    nasty.build_at(&site.path(CONFIG).join("nasty"));
    testkit::site::set_modified(&site.path(CONFIG), 1_100_000_000, 5);
    site
}

#[test]
fn a_move_and_its_undo_leave_every_tree_as_it_was() {
    let count = testkit::ordinary_or_full(60, 500);
    for seed in 0..count as u64 {
        let site = site(seed);
        let before = site.product();
        let done = site.moved(&[]);
        assert!(matches!(done.status, Some(0 | 3)), "{seed}: {done}");
        let changed: Vec<String> = before.difference(&site.product());
        let is_expected = |line: &String| {
            let roots = line.starts_with(&format!("{}: modified", &NEW[1..])) || line.starts_with(&NEW[1..]);
            roots || [": digest", ": size", ": modified"].iter().any(|field| line.contains(field))
        };
        assert!(changed.iter().all(is_expected), "{seed}: {changed:?}");
        let undone = site.run(&["-u", OLD]);
        assert_eq!(undone.status, Some(0), "{seed}: {undone}");
        let difference = before.difference(&site.product());
        assert!(difference.is_empty(), "{seed}: {difference:?}");
    }
}

#[test]
fn a_copy_of_every_tree_is_the_tree_but_for_the_roots_and_goes_with_its_undo() {
    let count = testkit::ordinary_or_full(30, 500);
    for seed in 0..count as u64 {
        let site = site(seed);
        std::fs::create_dir(site.path("/export")).unwrap();
        testkit::site::set_modified(&site.path("/export"), 1_100_000_000, 5);
        let before = site.product();
        let done = site.run(&[OLD, "--data-root", "/export/copy"]);
        assert!(matches!(done.status, Some(0 | 3)), "{seed}: {done}");
        let of = |path: &str| testkit::site::manifest(&site.path(path), &testkit::manifest::Options::default());
        let difference = of(CONFIG).difference(&of("/export/copy/config"));
        let is_text = |line: &String| line.contains(": digest") || line.contains(": size");
        let is_said = |line: &String| {
            let words = line.rsplit_once(": mode is ").and_then(|(_, modes)| modes.split_once(", not "));
            // Files of directories that others can write are copied without their set-id bits.
            words.is_some_and(|(now, before)| now.starts_with('0') && now[1..] == before[1..])
                && done.stderr.contains("not taken over")
        };
        assert!(difference.iter().all(|line| is_text(line) || is_said(line)), "{seed}: {difference:?}");
        assert_eq!(site.run(&["-u", OLD]).status, Some(0), "{seed}");
        let difference = before.difference(&site.product());
        assert!(difference.is_empty(), "{seed}: {difference:?}");
    }
}
