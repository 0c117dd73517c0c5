//! `-q`: nothing is printed on success, and errors are.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

#[test]
fn nothing_is_printed_when_all_goes_well_warnings_included() {
    let site = Site::with(&["btree-3.0.55-be-dup-512.db"]);
    for arguments in
        [["-q", "-d", OLD, NEW].as_slice(), &["-q", "-l", "max", OLD, NEW], &["-q", OLD, NEW], &["-q", "--undo", NEW]]
    {
        let outcome = site.run(arguments).succeeded();
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""), "{arguments:?}");
    }
    assert!(site.log_lines(&site.beside("cwd"), "csmigrate.log").contains("294 records scanned"));
}

#[test]
fn an_error_is_printed_all_the_same() {
    assert_snapshot!(Site::bare().refused(&["-q", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/old: the directory is empty
      Nothing was changed.
    "#);
}
