//! A file that is written to while it is read, by a process that the survey cannot see.

use std::io::Write;
use std::time::Duration;

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::site::{NEW, OLD, assert_same, manifest};

#[test]
fn a_database_that_grows_while_it_is_read_is_refused() {
    let site = Site::with(&["csdb-6.2-le/ics50events.db"]);
    // Each read takes long enough for a page to be added in between.
    let slowly =
        ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", "trace=pread64", "-e", "inject=pread64:delay_enter=100000"];
    let grow = || {
        std::thread::sleep(Duration::from_millis(1200));
        let file = std::fs::OpenOptions::new().append(true).open(site.path("/db/old/ics50events.db"));
        file.and_then(|mut file| file.write_all(&[0; 4096])).unwrap();
        manifest(&site.path("/db"))
    };
    let command = site.command_below(&slowly, &[OLD, NEW]);
    let (outcome, before) = std::thread::scope(|scope| {
        let growing = scope.spawn(grow);
        (site.outcome(command), growing.join().unwrap())
    });
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stderr
    csmigrate: /db/old/ics50events.db: it changed while it was being read
      Restore the files from a good backup or move them out of the directory, and run csmigrate again. --salvage migrates what can be read of the damaged ones.
      Nothing was changed.
    "#);
    assert_same(&before, &manifest(&site.path("/db")));
}
