//! A process that holds a file of the source open; region files alone prove nothing.

use std::process::Command;

use crate::support::site::{NEW, OLD};
use crate::support::{Site, process};

/// A process that has a file open.
struct Holder(std::process::Child);

impl Holder {
    fn of(site: &Site, file: &str) -> Self {
        let mut command = Command::new("sleep");
        let file = process::while_none_begins(|| std::fs::File::open(site.path(file))).unwrap();
        Self(process::start(command.arg("60").stdin(file)))
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_process_that_holds_a_database_open_is_named() {
    let site = Site::calendar();
    let holder = Holder::of(&site, "/db/old/ics50todos.db");
    let outcome = site.refused(&[OLD, NEW]);
    let expected = format!(
        "csmigrate: /db/old/ics50todos.db is in use by process {} (sleep)\n  Stop the Calendar Server (stop-cal) and run \
         csmigrate again.\n  Nothing was changed.\n",
        holder.0.id()
    );
    assert_eq!((outcome.stdout.as_str(), outcome.stderr), ("", expected));
    drop(holder);
    site.migrate(&[]);
}

#[test]
fn a_region_file_that_is_held_open_counts_as_well() {
    let site = Site::calendar();
    let holder = Holder::of(&site, "/db/old/__db.001");
    let outcome = site.refused(&["-d", OLD, NEW]);
    drop(holder);
    assert!(outcome.stderr.starts_with("csmigrate: /db/old/__db.001 is in use by process "), "{outcome}");
}

#[test]
fn region_files_alone_are_no_reason_to_refuse() {
    let site = Site::calendar();
    for number in 1..6 {
        site.write(&format!("/db/old/__db.00{number}"), vec![0; 8192]);
    }
    site.migrate(&[]);
    assert!(site.path("/db/old/backup/__db.005").is_file());
}
