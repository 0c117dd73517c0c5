//! What who can write into the configuration directory can do to whoever moves it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use testkit::strace::reads_after_a_signal;

use crate::migrate_config::support::{CONFIG, OLD, Site};

#[test]
fn a_long_file_of_the_configuration_is_read_no_further_after_a_signal_strace() {
    // All of it written, and hardly any of it.
    for (written, length) in [(24, 24 << 20), (1, 1 << 40)] {
        for way in [&["--data-root", "/var/copy"][..], &["--store-backup", "none"], &["--dry-run"]] {
            let site = Site::sample();
            let name = format!("{CONFIG}/notes.txt");
            let file = File::create(site.path(&name)).unwrap();
            file.set_len(length).unwrap();
            for number in 0..written {
                file.write_all_at(&[b'x'; 1 << 20], number << 20).unwrap();
            }
            let (outcome, more) = reads_after_a_signal(&site, &name, 3, &[&[OLD], way].concat());
            outcome.exits(1).says("interrupted");
            assert!(more < 10, "{way:?}: {more} more reads");
        }
    }
}

#[test]
fn a_tree_of_many_levels_is_refused_with_its_name_and_what_to_do() {
    let site = Site::sample();
    fs::create_dir_all(site.path(CONFIG).join("d/".repeat(80))).unwrap();
    let refused = site.refused(&["--store-backup", "none", OLD]).exits(1);
    refused.says(CONFIG).says("64 levels of directories").says("move what does not belong there elsewhere");
}
