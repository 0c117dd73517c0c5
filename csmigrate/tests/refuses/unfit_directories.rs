//! Source, target or backup that cannot be used as they are.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

#[test]
fn a_source_that_is_not_there_is_named_with_the_directory_that_was_meant() {
    let site = Site::calendar();
    fs::rename(site.path(OLD), site.path("/db/old_csdb")).unwrap();
    site.write("/db/old_csdx", "a file is no suggestion");
    assert_snapshot!(site.refused(&["/db/old_csddb", NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old_csddb: no such directory
      Did you mean /db/old_csdb?
      Nothing was changed.
    "#);
}

#[test]
fn a_source_that_resembles_nothing_gets_no_suggestion() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["/db/something", NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/something: no such directory
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["/no/such/place", NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /no/such/place: no such directory
      Nothing was changed.
    "#);
}

#[test]
fn a_source_that_is_a_file_is_refused() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["/db/old/ics50events.db", NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/ics50events.db is a file, not a directory
      Nothing was changed.
    "#);
}

#[test]
fn an_empty_source_is_refused() {
    let site = Site::bare();
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old: the directory is empty
      Nothing was changed.
    "#);
}

#[test]
fn a_source_without_a_database_is_refused() {
    let site = Site::bare();
    site.write("/db/old/ics50caldb.conf", "caldb.version\n");
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old: there is no database in it
      Nothing was changed.
    "#);
}

#[test]
fn a_target_that_is_the_source_is_refused_whatever_it_is_called() {
    let site = Site::calendar();
    std::os::unix::fs::symlink("old", site.path("/db/link")).unwrap();
    assert_snapshot!(site.refused(&[OLD, OLD]), @r#"
    exit 255
    --- stderr
    csmigrate: source and target are the same directory, /db/old
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&[OLD, "/db/link"]), @r#"
    exit 255
    --- stderr
    csmigrate: source and target are the same directory, /db/link
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&[OLD, "/db/../db/old/."]), @r#"
    exit 255
    --- stderr
    csmigrate: source and target are the same directory, /db/../db/old
      Nothing was changed.
    "#);
}

#[test]
fn a_target_inside_the_source_is_refused() {
    let site = Site::calendar();
    fs::create_dir_all(site.path("/db/old/there/already")).unwrap();
    for target in ["/db/old/new", "/db/old/there/already", "/db/old/there/new"] {
        let outcome = site.refused(&[OLD, target]);
        assert_eq!(
            outcome.stderr.lines().next().unwrap(),
            format!("csmigrate: the target {target} lies inside the source /db/old")
        );
    }
}

#[test]
fn a_source_inside_the_target_is_refused_as_any_target_that_is_not_empty() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&[OLD, "/db"]), @r#"
    exit 255
    --- stderr
    csmigrate: /db is not empty: it holds old
      Name an empty directory, or one that is not there yet.
      Nothing was changed.
    "#);
}

#[test]
fn a_target_with_foreign_files_is_refused() {
    let site = Site::calendar();
    for name in ["a.db", "b", "c", "d", "lost+found/x"] {
        site.write(&format!("/db/new/{name}"), "theirs");
    }
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/new is not empty: it holds a.db, b, c and 1 more
      Name an empty directory, or one that is not there yet.
      Nothing was changed.
    "#);
}

#[test]
fn a_target_that_is_a_file_or_has_no_directory_above_it_is_refused() {
    let site = Site::calendar();
    site.write(NEW, "a file");
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/new is a file, not a directory
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&[OLD, "/no/such/place"]), @r#"
    exit 255
    --- stderr
    csmigrate: cannot open /no/such: No such file or directory (os error 2)
      Nothing was changed.
    "#);
}

#[test]
fn a_backup_directory_that_holds_something_else_is_refused() {
    let site = Site::calendar();
    site.write("/db/old/backup/notes", "theirs");
    assert_snapshot!(site.refused(&[OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/backup is not a backup of this source: notes is not in the source
      Name another directory with -b, or move this one away.
      Nothing was changed.
    "#);
    site.write("/elsewhere/ics50events.db", "theirs");
    assert_snapshot!(site.refused(&["-b", "/elsewhere", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /elsewhere is not a backup of this source: ics50events.db differs from the source
      Name another directory with -b, or move this one away.
      Nothing was changed.
    "#);
}

#[test]
fn a_backup_that_is_a_file_the_source_or_in_the_target_is_refused() {
    let site = Site::calendar();
    site.write("/file", "a file");
    for (backup, target) in
        [("/file", NEW), (OLD, NEW), (NEW, NEW), ("/db/new/backup", NEW), ("/db/new", "/db/new/csdb")]
    {
        fs::create_dir_all(site.path(NEW)).unwrap();
        let outcome = site.refused(&["-b", backup, OLD, target]);
        match backup {
            "/file" => assert_snapshot!(outcome, @r#"
            exit 255
            --- stderr
            csmigrate: /file is a file, not a directory
              Nothing was changed.
            "#),
            OLD => assert_snapshot!(outcome, @r#"
            exit 255
            --- stderr
            csmigrate: source and backup are the same directory, /db/old
              Nothing was changed.
            "#),
            _ => assert_eq!(
                outcome.stderr,
                format!(
                    "csmigrate: the backup {backup} and the target {target} must not share a directory\n  Nothing was changed.\n"
                )
            ),
        }
    }
}

#[test]
fn a_target_or_backup_that_is_a_link_to_nowhere_is_refused() {
    let site = Site::calendar();
    for name in ["/db/dangling", "/db/bk"] {
        std::os::unix::fs::symlink("/nowhere/at/all", site.path(name)).unwrap();
    }
    let target = site.refused(&[OLD, "/db/dangling"]);
    assert!(target.stderr.contains("/db/dangling is a symbolic link that leads nowhere"), "{}", target.stderr);
    let backup = site.refused(&["-b", "/db/bk", OLD, NEW]);
    assert!(backup.stderr.contains("/db/bk is a symbolic link that leads nowhere"), "{}", backup.stderr);
}

#[test]
fn directories_deeper_than_any_calendar_has_are_refused() {
    let site = Site::calendar();
    std::fs::create_dir_all(site.path(OLD).join("d/".repeat(70))).unwrap();
    let outcome = site.refused(&[OLD, NEW]);
    assert!(outcome.stderr.contains("64 levels of directories"), "{}", outcome.stderr);
}

/// Only root can mount, and only where the machine lets it.
#[test]
fn an_empty_mount_point_as_the_backup_is_refused_before_anything_happens() {
    testkit::peers::need("@mount");
    let site = Site::calendar();
    std::fs::create_dir(site.path("/db/disk")).unwrap();
    let mounted = |program: &str, arguments: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", "mount -t tmpfs none \"$1\" && shift && exec \"$@\"", "sh"]);
        command.arg(site.path("/db/disk")).arg(program).args(arguments);
        site.surround(&mut command);
        command
    };
    let before = site.manifest();
    let csmigrate = site.command(&["-b", "/db/disk", OLD, NEW]);
    let arguments: Vec<&str> = csmigrate.get_args().map(|argument| argument.to_str().unwrap()).collect();
    let outcome = site.outcome(mounted(csmigrate.get_program().to_str().unwrap(), &arguments));
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stderr
    csmigrate: /db/disk is a mount point, which the backup cannot replace
      Name a directory below it with -b, such as /db/disk/csdb.
      Nothing was changed.
    "#);
    site.assert_unchanged(&before);
}
