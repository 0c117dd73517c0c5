//! `-V` and `-?`.

use crate::support::Site;
use crate::support::site::names_in;

#[test]
fn the_version_goes_to_standard_output() {
    let site = Site::bare();
    for option in ["-V", "--version"] {
        let outcome = site.run(&[option]).succeeded();
        assert_eq!(
            (outcome.stdout, outcome.stderr),
            (format!("csmigrate {}\n", env!("CARGO_PKG_VERSION")), String::new())
        );
    }
    assert_eq!(names_in(&site.beside("cwd")), [""; 0]);
}

#[test]
fn the_help_tells_the_documented_syntax_and_our_additions() {
    let site = Site::bare();
    let outcome = site.run(&["-?"]).succeeded();
    assert_eq!(site.run(&["--help"]).succeeded().stderr, "");
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    Migrates a Calendar Server 6.0, 6.1 or 6.2 database directory to Calendar Server 6.3

    Usage: csmigrate [OPTIONS] [source_dbdir] [target_dbdir]

    Arguments:
      [source_dbdir]  The database directory to migrate
      [target_dbdir]  The directory for the migrated database: empty, or not there yet

    Options:
      -q                         Print nothing on success
      -l <min|max>               How much to log in csmigrate.log [default: min]
      -b <backup_dir>            Where the source is copied first [default: source_dbdir/backup]
      -V, --version              Print the version
      -?, --help                 Print this help
          --inspect [<DIR>]      Show the files of a database directory and change nothing
          --deep                 With --inspect: check every page, and list everything that is wrong or odd
          --byte-order <ORDER>   Byte order of the new files [default: native] [possible values: native, little, big, keep]
          --dup-sorted <yes|no>  Whether duplicates in Berkeley DB 2.x and 3.0 files are sorted [default: found from the data]
          --salvage              Migrate what can be read of damaged databases, into salvaged in target_dbdir
          --log-files <DIR>      Where the databases' log files (log.*) are [default: as DB_CONFIG says, source_dbdir, or near it]
          --without-logs         Migrate the databases as they are when their log files cannot be found
          --owner <USER:GROUP>   Owner of the new files [default: that of each source file]
          --give-away <FILE>     With --owner: also give this file of source_dbdir away, although it may be somebody else's (repeatable)
          --backup-all           Copy hotbackup and archive to the backup as well
          --log-dir <DIR>        Where the two logs are written; made when it is missing, but not its parents [default: the calendar's logs directory]
          --ics-conf <FILE>      Point caldb.berkeleydb.homedir.path in this ics.conf to the target
          --read-only <on|off>   Set caldb.berkeleydb.readonly in that ics.conf (for a parallel upgrade)

    Common options:
          --root <DIR>             Treat DIR as the root directory of the product
          --state-dir <DIR>        Keep the journal and saved originals of runs in DIR
      -d, --dry-run                Show what would be done and write nothing but the logs
          --json                   Print the result as JSON
          --report <FILE>          Also write the result as JSON to FILE
          --yes                    Accepted because every tool has it; csmigrate never asks
          --resume                 Finish the run that was interrupted
          --undo [<target_dbdir>]  Undo the migration into this directory, or the run of this name [default: the newest run]
          --list-runs              List the runs
          --prune <RUN>            Delete what is kept of a run; it cannot be undone afterwards
          --color <WHEN>           When to use colours [default: auto] [possible values: auto, always, never]
    "#);
}
