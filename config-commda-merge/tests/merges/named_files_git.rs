//! `file`: one merge of named files, and the same as a merge driver that git itself calls.

use std::path::Path;
use std::process::Command;

use crate::support::Site;
use crate::support::site::is_root;

fn write(site: &Site, base: &str, saved: &str, new: &str) {
    for (name, text) in [("base", base), ("saved", saved), ("new", new)] {
        std::fs::write(site.beside("cwd").join(name), text).unwrap();
    }
}

#[test]
fn the_merged_file_goes_to_standard_output_and_the_decisions_to_standard_error() {
    let site = Site::bare();
    write(&site, "a=1\nb=1\n", "a=2\nb=1\n", "# new\na=1\nb=3\n");
    let outcome = site.run(&["file", "base", "saved", "new"]).succeeded();
    assert_eq!(outcome.stdout, "# new\na=2\nb=3\n");
    assert!(outcome.stderr.contains("keep-site            a = 2"), "{outcome}");
    let json = site.run(&["--json", "file", "base", "saved", "new"]).succeeded().json();
    assert_eq!(json["version"], 1);
}

#[test]
fn conflicts_end_with_3_and_leave_the_value_of_the_saved_file_and_no_marker() {
    let site = Site::bare();
    write(&site, "a=1\n", "a=2\n", "a=3\n");
    site.run(&["file", "base", "saved", "new", "-o", "out"]).exits(3).says("conflict             a = 2");
    assert_eq!(std::fs::read_to_string(site.beside("cwd/out")).unwrap(), "a=2\n");
    site.run(&["file", "base", "saved", "new", "-o", "out", "--resolve", "a=new"]).succeeded();
    assert_eq!(std::fs::read_to_string(site.beside("cwd/out")).unwrap(), "a=3\n");
}

#[test]
fn trouble_of_any_kind_ends_with_129_and_leaves_no_file() {
    let site = Site::bare();
    write(&site, "a=1\n", "a=\\u12\n", "a=3\n");
    std::fs::write(site.beside("cwd/nul"), b"a=1\0\n").unwrap();
    for (arguments, text) in [
        (
            &["file", "base", "saved", "new", "-o", "out"][..],
            "saved, line 1, column 3: `\\u` without four hexadecimal digits",
        ),
        (&["file", "base", "new", "nul", "-o", "out"], "nul is not a properties file: byte 3 is NUL"),
        (&["file", "base", "missing", "new", "-o", "out"], "missing"),
        (&["file", "base", "new", "-o", "out"], "NEW"),
        (&["file", "base", "new", "new", "-o", "no/such/out"], "no/such/out"),
        (&["file", "base", "new", "new", "-o", "out", "--resolve", "a=new"], "is not in conflict"),
        (&["file", "--no-such-option", "base", "new", "new"], "--no-such-option"),
    ] {
        let outcome = site.refused(arguments).exits(129);
        assert!(outcome.stderr.contains(text), "{arguments:?}: {outcome}");
    }
    assert!(!site.beside("cwd/out").exists());
}

#[test]
fn dev_null_stands_for_a_base_that_is_not_known() {
    let site = Site::bare();
    write(&site, "", "a=1\nmine=1\n", "a=2\nb=1\n");
    let outcome = site.run(&["file", "/dev/null", "saved", "new"]).succeeded();
    assert_eq!(outcome.stdout, "a=1\nmine=1\nb=1\n");
    assert!(outcome.stderr.contains("2 unproven"), "{outcome}");
}

#[test]
fn the_name_of_the_new_file_or_name_tells_which_rules_count() {
    let site = Site::bare();
    write(&site, "a=1\n", "a=2\n", "a=1\n");
    std::fs::copy(site.beside("cwd/new"), site.beside("cwd/Security.properties")).unwrap();
    assert_eq!(site.run(&["file", "base", "saved", "Security.properties"]).exits(3).stdout, "a=1\n");
    assert_eq!(site.run(&["file", "base", "saved", "new", "--name", "x/Security.properties"]).exits(3).stdout, "a=1\n");
    assert_eq!(site.run(&["file", "base", "saved", "new"]).succeeded().stdout, "a=2\n");
}

#[test]
fn an_existing_file_is_replaced_whole_and_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::bare();
    write(&site, "a=1\n", "a=2\n", "a=1\n");
    let out = site.beside("cwd/saved");
    std::fs::set_permissions(&out, std::fs::Permissions::from_mode(0o640)).unwrap();
    site.run(&["file", "base", "saved", "new", "-o", "saved"]).succeeded();
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "a=2\n");
    assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o7777, 0o640);
}

fn git(directory: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]);
    let output =
        command.current_dir(directory).env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", directory).args(arguments).output();
    output.unwrap()
}

/// A repository in which two branches changed a file that was `base`.
fn repository(site: &Site, base: &str, ours: &str, theirs: &str) -> std::path::PathBuf {
    let top = site.beside("repository");
    std::fs::create_dir(&top).unwrap();
    let done = |arguments: &[&str]| {
        let output = git(&top, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    done(&["init", "-q"]);
    let program = site.command(&[""]).get_program().to_str().unwrap().to_owned();
    let state = site.beside("state");
    let driver = format!("'{program}' --state-dir '{}' file %O %A %B -o %A --name %P", state.display());
    done(&["config", "merge.commda.driver", &driver]);
    std::fs::write(top.join(".gitattributes"), "*.properties merge=commda\n").unwrap();
    let commit = |text: &str| {
        std::fs::write(top.join("resource.properties"), text).unwrap();
        done(&["add", "-A"]);
        done(&["commit", "-q", "-m", "x"]);
    };
    commit(base);
    done(&["branch", "theirs"]);
    commit(ours);
    done(&["checkout", "-q", "theirs"]);
    commit(theirs);
    done(&["checkout", "-q", "main"]);
    top
}

#[test]
fn git_merges_neighbouring_lines_without_a_conflict() {
    let site = Site::bare();
    let top = repository(&site, "a=1\nb=1\n", "a=2\nb=1\n", "a=1\nb=2\n");
    let output = git(&top, &["merge", "theirs"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(std::fs::read_to_string(top.join("resource.properties")).unwrap(), "a=2\nb=2\n");
    assert!(is_root() || top.exists());
}

#[test]
fn git_takes_a_conflict_for_a_conflict_and_trouble_for_a_failure() {
    let site = Site::bare();
    let top = repository(&site, "a=1\n", "a=2\n", "a=3\n");
    let output = git(&top, &["merge", "theirs"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(std::fs::read_to_string(top.join("resource.properties")).unwrap(), "a=2\n");

    let site = Site::bare();
    let top = repository(&site, "a=1\n", "a=2\n", "a=\\uzz\n");
    let output = git(&top, &["merge", "theirs"]);
    assert!(!output.status.success());
    assert_eq!(std::fs::read_to_string(top.join("resource.properties")).unwrap(), "a=2\n");
}
