//! Command lines that mean nothing: a message, 255, and not even a log line.

use std::process::Command;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, names_in};

#[test]
fn a_missing_or_superfluous_operand_is_refused() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&[]), @r#"
    exit 255
    --- stderr
    csmigrate: source_dbdir and target_dbdir are missing
      csmigrate -? lists the options.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&[OLD]), @r#"
    exit 255
    --- stderr
    csmigrate: target_dbdir is missing: name the directory for the new database of /db/old
      csmigrate -? lists the options.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&[OLD, NEW, "/db/third"]), @r#"
    exit 255
    --- stderr
    csmigrate: unexpected argument '/db/third' found
      Usage: csmigrate [OPTIONS] [source_dbdir] [target_dbdir]
      For more information, try '--help'.
      Nothing was changed.
    "#);
    assert_eq!(names_in(&site.beside("cwd")), [""; 0]);
}

#[test]
fn a_log_level_or_byte_order_that_does_not_exist_is_refused() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["-l", "medium", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: invalid value 'medium' for '-l <min|max>'
      [possible values: min, max]
      For more information, try '--help'.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--byte-order", "middle", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: invalid value 'middle' for '--byte-order <ORDER>'
      [possible values: native, little, big, keep]
      For more information, try '--help'.
      Nothing was changed.
    "#);
}

#[test]
fn an_option_that_does_not_exist_is_refused() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["-z", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: unexpected argument '-z' found
      tip: to pass '-z' as a value, use '-- -z'
      Usage: csmigrate [OPTIONS] [source_dbdir] [target_dbdir]
      For more information, try '--help'.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["-b"]), @r#"
    exit 255
    --- stderr
    csmigrate: a value is required for '-b <backup_dir>' but none was supplied
      For more information, try '--help'.
      Nothing was changed.
    "#);
}

#[test]
fn options_that_contradict_one_another_are_refused() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["--undo", NEW, "--inspect", OLD]), @r#"
    exit 255
    --- stderr
    csmigrate: --inspect and --undo cannot be used together
      csmigrate -? lists the options.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--undo", NEW, OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: --undo takes no further operand: /db/old
      csmigrate -? lists the options.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--read-only", "on", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: the following required arguments were not provided:
      --ics-conf <FILE>
      Usage: csmigrate --ics-conf <FILE> --root <DIR> --read-only <on|off> <source_dbdir> <target_dbdir>
      For more information, try '--help'.
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["-q", "-q", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: the argument '-q' cannot be used multiple times
      Usage: csmigrate [OPTIONS] [source_dbdir] [target_dbdir]
      For more information, try '--help'.
      Nothing was changed.
    "#);
}

#[test]
fn a_root_that_is_not_there_is_refused() {
    let site = Site::calendar();
    let mut command = Command::new(env!("CARGO_BIN_EXE_csmigrate"));
    site.surround(command.args(["--root", "/no/such/root", OLD, NEW]));
    assert_snapshot!(site.outcome(command), @r#"
    exit 255
    --- stderr
    csmigrate: cannot open the root directory: /no/such/root: No such file or directory (os error 2)
      Nothing was changed.
    "#);
}
