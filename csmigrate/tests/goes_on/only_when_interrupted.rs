//! `--resume` when there is nothing to resume.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD};

#[test]
fn without_an_interrupted_run_there_is_nothing_to_resume() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["--resume"]), @r#"
    exit 255
    --- stderr
    csmigrate: no run was interrupted; there is nothing to resume
      Nothing was changed.
    "#);
    assert_snapshot!(site.refused(&["--resume", OLD, NEW]), @r#"
    exit 255
    --- stderr
    csmigrate: no run was interrupted; there is nothing to resume
      Nothing was changed.
    "#);
    site.migrate(&["-q"]);
    assert_snapshot!(site.run(&["--resume"]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: no run was interrupted; there is nothing to resume
      Nothing was changed.
    "#);
    assert_snapshot!(site.run(&["--resume", OLD, NEW]).failed(), @r#"
    exit 255
    --- stderr
    csmigrate: no run was interrupted; there is nothing to resume
      Nothing was changed.
    "#);
}
