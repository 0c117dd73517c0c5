//! What the owner of the source can do to whoever migrates it.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use testkit::strace::{reads_after_a_signal, traced};

use crate::support::Site;
use crate::support::site::{NEW, OLD};

const TODOS: &str = "/db/old/ics50todos.db";

/// Makes a file longer without writing anything.
fn lengthen(path: &Path, length: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

#[test]
fn a_file_of_a_tebibyte_that_was_hardly_written_is_refused_unread() {
    for name in [TODOS, "/db/old/notes.txt", "/db/old/log.0000000002"] {
        let site = Site::calendar();
        if name != TODOS {
            site.write(name, "");
        }
        lengthen(&site.path(name), 1 << 40);
        let said = "it is 1099511627776 bytes long, and only ";
        site.run(&["-d", OLD, NEW]).exits(255).says(&format!("{name}: {said}"));
        site.run(&["--salvage", OLD, NEW]).exits(255).says(&format!("{name}: {said}"));
        site.run(&["--inspect", OLD]).says(&format!("not read: {said}"));
        site.run(&["--inspect", "--deep", OLD]).says(&format!("not read: {said}"));
    }
}

#[test]
fn reading_ends_soon_after_a_signal_strace() {
    for options in [&[][..], &["--salvage"]] {
        let site = Site::calendar();
        // Short enough to be read, long enough to tell where reading ends.
        lengthen(&site.path(TODOS), 768 << 20);
        let trace = site.beside("trace");
        let inject = ["-e", "trace=pread64", "-e", "inject=pread64:signal=TERM:when=500"];
        let to = ["-o", trace.to_str().unwrap()];
        let outcome = traced(&site, &[&to, &inject[..]].concat(), &[&["-d"], options, &[OLD, NEW]].concat());
        outcome.exits(255).says("interrupted");
        let reads = std::fs::read_to_string(trace).unwrap().lines().count();
        assert!(reads < 700, "{reads} reads, 500 before the signal");
    }
}

/// Writes a file that has bytes everywhere.
fn write_dense(path: &Path, from: u64, mebibytes: u64) {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).unwrap();
    for number in 0..mebibytes {
        file.write_all_at(&[b'x'; 1 << 20], from + (number << 20)).unwrap();
    }
}

#[test]
fn comparing_with_a_backup_that_is_there_ends_soon_after_a_signal_strace() {
    let site = Site::calendar();
    write_dense(&site.path("/db/old/notes.txt"), 0, 24);
    site.run(&["-b", "/db/copy", OLD, NEW]).succeeded();
    fs::remove_dir_all(site.path(NEW)).unwrap();
    let (outcome, more) = reads_after_a_signal(&site, "/db/copy/notes.txt", 3, &["-d", "-b", "/db/copy", OLD, NEW]);
    outcome.exits(255).says("interrupted");
    assert!(more < 5, "{more} more reads of 24 MiB");
}

#[test]
fn reading_the_logs_ends_soon_after_a_signal_strace() {
    let site = Site::calendar();
    let (outcome, more) = reads_after_a_signal(&site, "/db/old/log.0000000001", 4, &["-d", OLD, NEW]);
    outcome.exits(255).says("interrupted");
    assert!(more < 2, "{more} more reads");
}

#[test]
fn reading_a_copy_whose_pages_hold_nothing_ends_soon_after_a_signal_strace() {
    let site = Site::calendar();
    write_dense(&site.path(TODOS), fs::metadata(site.path(TODOS)).unwrap().len(), 24);
    let copy = "/db/old/backup/ics50todos.db";
    let (outcome, more) = reads_after_a_signal(&site, copy, 6, &["--salvage", OLD, NEW]);
    outcome.exits(255).says("interrupted");
    assert!(more < 5, "{more} more reads of 24 MiB");
}
