//! Sites, described trees, watched programs, and tables of decisions; the program under test is the shell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "files in a temporary directory")]
#![allow(clippy::borrowed_box, reason = "a box stands for a tool's own type of site")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use testkit::canary::Searched;
use testkit::expected::{self, Row, Value};
use testkit::manifest::{Manifest, Options};
use testkit::process::{Point, Watched};
use testkit::site::{self, Site};
use testkit::tree::{OLD, Tree};
use upgrade_engine::fs::{FileSystem, RootPath};

fn shell() -> Site {
    Site::new("/bin/sh").with_leading(&["-c"])
}

/// What a panic says.
fn panics(act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).unwrap_err();
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

fn described() -> Tree {
    Tree::new()
        .file("/etc/app/app.conf", "a=1\n")
        .mode(0o640)
        .owner(70, 71)
        .directory("/etc/app")
        .mode(0o750)
        .symlink("app/link", "/etc/app")
        .hard_link("app/second", "etc/app/app.conf")
        .file("empty", "")
}

#[test]
fn a_described_tree_is_the_same_in_memory_and_on_the_disk() {
    let memory = described().disk();
    let expected = Manifest::of(&*memory.open_dir(&RootPath::new("/").unwrap()).unwrap()).unwrap();
    let text = expected.to_string();
    assert!(text.contains("etc/app directory mode=0750"), "{text}");
    assert!(text.contains("same file as=app/second") || text.contains("same file as=etc/app/app.conf"), "{text}");
    assert!(text.contains("owner=70:71"), "{text}");
    assert!(text.contains(&format!("modified={}.000000001", OLD.seconds)), "{text}");
    let site = shell();
    site.lay_out(&described());
    // The directory itself is no part of the description; owners are root's to give.
    let differs = expected.difference(&site.manifest());
    let differs: Vec<_> = differs.iter().filter(|line| !line.starts_with(".: ")).collect();
    assert!(!site::is_root() || differs.is_empty(), "{differs:?}");
}

#[test]
fn a_tree_is_read_from_its_table_and_the_later_row_wins() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tree");
    let site = shell();
    site.lay_out(&Tree::from_table(&data, &[]));
    assert_eq!(site.text("/etc/app.conf"), "site=1\n");
    let (mode, _, _, seconds, _) = site::attributes(&site.path("/etc/app.conf"));
    assert_eq!((mode & 0o7777, seconds), (0o600, 1_180_062_245));
    let (mode, _, _, seconds, _) = site::attributes(&site.path("/etc"));
    assert_eq!((mode & 0o7777, seconds), (0o700, 1_204_286_400));
    assert_eq!(fs::read_link(site.path("/opt/conf")).unwrap(), Path::new("/etc"));
    assert_eq!(site.read("/etc/second.conf"), site.read("/etc/app.conf"));
    site.lay_out(&Tree::from_table(&data, &["stock"]));
    assert_eq!(site.text("/etc/app.conf"), "stock=1\n");
    assert!(panics(|| drop(Tree::from_table(&data, &["none"]))).contains("no rows"));
}

#[test]
fn the_program_runs_with_a_cleared_environment_and_prints_nothing_that_differs_from_run_to_run() {
    let site = shell();
    let outcome = site.run(&["env; pwd; echo error >&2; exit 3"]).exits(3).says("HOME=[TEMP]/home").says("[TEMP]/cwd");
    assert_eq!(outcome.stderr, "error\n");
    assert!(!outcome.stdout.contains("CARGO"), "{outcome}");
    assert_eq!(site.run(&["kill -9 $$"]).signal, Some(9));
}

#[test]
fn what_a_dry_run_writes_anywhere_is_found() {
    let site = shell();
    site.writes_nothing([&["true"], &["cat /dev/null"]]);
    for command in ["echo > file", "echo > $HOME/file", "mkdir ../root/var"] {
        assert!(panics(|| drop(site.writes_nothing([&[command]]))).contains("should not be there"), "{command}");
    }
}

#[test]
fn an_undo_that_does_not_restore_everything_is_found() {
    let site = shell();
    site.lay_out(&described());
    let undo = |undo: &str| {
        let file = "../root/etc/app/app.conf";
        let run = format!("cp -p {file} saved; echo b >> {file}");
        let undo = undo.replace("FILE", file);
        panics(|| {
            drop(site.undo_restores(&[&run], &[&undo], |site| site::manifest(&site.path("/etc"), &Options::default())))
        })
    };
    assert!(undo("cat saved > FILE").contains("app.conf: modified is"));
    assert!(undo("true").contains("digest is"));
    assert!(undo("cp -p saved FILE; chmod 600 FILE").contains("mode is 0600"));
    assert!(panics(|| drop(site.undo_restores(&["true"], &["true"], Site::manifest))).contains("changed nothing"));
    site.undo_restores(
        &["cp -p ../root/empty saved; echo b >> ../root/empty"],
        &["cp -p saved ../root/empty"],
        Site::manifest,
    );
}

#[test]
fn a_secret_is_found_in_what_is_printed_kept_or_handed_to_another_program() {
    let leading = |site: Site| site.with_leading(&["-c", "eval \"$3\"", "sh"]);
    let mut searched = Searched::new(Box::new(leading(shell())), 3, |site: &Box<Site>, path| path == site.path("/etc"));
    let word = searched.canaries.word("password");
    searched.site.write("/etc/app.conf", &word);
    searched.site.write_noting_script("/bin/tool");
    searched.run(&["true"]).exits(0);
    for leak in [
        "cat ../root/etc/app.conf",
        "cat ../root/etc/app.conf >&2",
        "cut -c1-10 ../root/etc/app.conf",
        "od -An -tx1 ../root/etc/app.conf",
        "cp ../root/etc/app.conf .",
        "../root/bin/tool -w $(cat ../root/etc/app.conf)",
    ] {
        let said = panics(|| drop(searched.run(&[leak])));
        assert!(said.contains("canary") || said.contains("63616e617279"), "{leak}: {said}");
        for rest in ["cwd/app.conf", "called"] {
            let _ = fs::remove_file(searched.site.beside(rest));
        }
    }
}

#[test]
fn a_program_is_watched_to_a_point_and_to_its_end() {
    let run = |script: &str| Watched::start(Command::new("sh").args(["-c", script]));
    let outcome = run("trap 'echo stopped; exit 5' INT; echo ready >&2; while :; do sleep 0.05; done");
    outcome.signal_at(Point::Printed("ready"), Signal::INT).exits(5).says("stopped");
    let killed = run("exec sleep 60").signal_at(Point::After(Duration::from_millis(50)), Signal::KILL);
    assert_eq!((killed.status, killed.signal), (None, Some(9)));
    assert_eq!(run("echo done; exit 4").end().exits(4).stdout, "done\n");
    assert!(panics(|| run("echo no").wait_for(Point::Printed("ready"))).contains("ended before"));
}

#[test]
fn what_was_decided_otherwise_is_said_by_column() {
    let row = |key: &str, decision: &str, outcome: &str| Row::new(["a.conf", key, "1", "2", "3", decision, outcome]);
    let expected = [row("a:x", "conflict", "2"), row("a:y", "same", "1"), row("a:z", "same", "1")];
    let found = [row("a:z", "same", "1"), row("a:x", "take-new", "3"), row("a:w", "same", "1")];
    assert_eq!(
        expected::differences(&expected, &found),
        [
            "a.conf a:x: decision is \"take-new\", not \"conflict\"",
            "a.conf a:x: final is \"3\", not \"2\"",
            "missing: a.conf a:y: base \"1\", site \"2\", new \"3\", decision \"same\", final \"1\"",
            "not expected: a.conf a:w: base \"1\", site \"2\", new \"3\", decision \"same\", final \"1\"",
        ]
    );
    expected::assert_decided(&expected, &[&expected[1..], &expected[..1]].concat());
    assert!(panics(|| expected::assert_decided(&expected, &found)).starts_with("4 differences in 3 rows"));
}

#[test]
fn values_are_read_and_written_in_the_notation_of_the_tables() {
    assert_eq!(expected::bytes("a\\t\\\\\\xfc b\\x20"), b"a\t\\\xfc b ");
    assert_eq!(expected::units("\\u201ca"), [0x201c, 0x61]);
    for written in ["", "plain value", "\\x20a\\x20", "\\xfc\\u3042\\n\\r\\t\\\\"] {
        assert_eq!(expected::written_units(&expected::units(written)), written);
    }
    assert_eq!(expected::written(b" "), "\\x20");
    assert_eq!(Value::from("<absent>"), Value::Absent);
    assert_eq!(Value::from("<unknown>"), Value::Unknown);
    assert_eq!(Value::from("<commented>x"), Value::Commented("x"));
    assert_eq!(Value::from("sha256:00"), Value::Digest("00"));
    assert_eq!(Value::from("<$rootSuffix>"), Value::Written("<$rootSuffix>"));
    assert!(panics(|| drop(expected::units("\\q"))).contains("unknown escape"));
}
