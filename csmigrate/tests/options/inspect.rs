//! `--inspect DIR`: a table of what is there. Nothing is refused, nothing is written, not even a log.

use insta::assert_snapshot;

use crate::support::Site;
use crate::support::genuine;
use crate::support::site::{OLD, names_in};

#[test]
fn the_table_tells_every_kind_of_file() {
    let site = Site::with(&[
        "btree-2.7.7-be-overflow-1024.db",
        "btree-3.0.55-le-dup-512.db",
        "btree-3.2.9-le-dupsort-512.db",
        "btree-4.4.20-le-subdb-512.db",
        "btree-5.3.28-le-plain-65536.db",
        "hash-2.7.7-be-plain-4096.db",
        "csdb-6.2-le/log.0000000001",
    ]);
    let bytes = std::fs::read(genuine::data().join("btree-3.2.9-le-plain-512.db")).unwrap();
    site.write("/db/old/damaged.db", &bytes[..4096]);
    site.write("/db/old/empty.db", "");
    let mut foreign = std::fs::read(genuine::data().join("hash-4.7.25-le-dup-512.db")).unwrap();
    foreign[92] ^= 1;
    site.write("/db/old/foreign.db", foreign);
    site.write("/db/old/ics50caldb.conf", "caldb.version\n");
    let before = site.manifest();
    assert_snapshot!(site.run(&["--inspect", OLD]), @r#"
    exit 0
    --- stdout
    file                             type   version  byte order  page size  pages  records  flags              state
    btree-2.7.7-be-overflow-1024.db  btree  6        big         1024       138    42       no flags           readable to its end
    btree-3.0.55-le-dup-512.db       btree  7        little      512        23     294      duplicates         readable to its end
    btree-3.2.9-le-dupsort-512.db    btree  8        little      512        25     294      duplicates sorted  readable to its end
    btree-4.4.20-le-subdb-512.db     btree  9        little      512        14     120      sub-databases      readable to its end, 2 sub-databases
    btree-5.3.28-le-plain-65536.db   btree  9        little      65536      2      302      no flags           readable to its end
    damaged.db                       btree  8        little      512        8      0        no flags           damaged: page 1: points to page 17, but the file has pages 1 to 7
    empty.db                         other  -        -           -          -      -        -                  -
    foreign.db                       hash   9        little      512        15     257      duplicates         readable to its end, hash function of the application (0x5e688dd0)
    hash-2.7.7-be-plain-4096.db      hash   5        big         4096       5      300      no flags           readable to its end
    ics50caldb.conf                  other  -        -           -          -      -        -                  -
    log.0000000001                   log    -        -           -          -      -        -                  -
    log: clean: the databases hold all of the log, which ends at 1/8072
    "#);
    site.assert_unchanged(&before);
    assert_eq!(names_in(&site.beside("cwd")), [""; 0]);
}

#[test]
fn it_says_whether_the_environment_was_closed() {
    let last = |name: &str| site_line(&Site::with(&[name]));
    assert_snapshot!(last("env-4.4.20-clean"), @r#"log: clean: the databases hold all of the log, which ends at 1/148909"#);
    assert_snapshot!(last("env-4.4.20-unclean"), @r#"log: not clean: 1 committed transaction is only in the log in /db/old, not in the data files, the first of 2026-11-23 15:18:23 UTC (1 for mbox.db)"#);
    assert_snapshot!(last("csdb-6.1-le"), @"log: no log files");
}

fn site_line(site: &Site) -> String {
    site.run(&["--inspect", OLD]).succeeded().stdout.lines().last().unwrap().to_owned()
}

#[test]
fn its_json_holds_the_table() {
    let site = Site::with(&["btree-3.2.9-be-dupsort-512.db"]);
    let json = site.run(&["--inspect", OLD, "--json"]).succeeded().json();
    let file = &json["details"]["files"][0];
    let cells =
        ["file", "type", "version", "byte_order", "page_size", "records"].map(|cell| file[cell].as_str().unwrap());
    assert_eq!(cells, ["btree-3.2.9-be-dupsort-512.db", "btree", "8", "big", "512", "294"]);
}

#[test]
fn a_directory_that_is_not_there_is_refused() {
    let site = Site::calendar();
    assert_snapshot!(site.refused(&["--inspect", "/db/odl"]), @r#"
    exit 255
    --- stderr
    csmigrate: /db/odl: no such directory
      Did you mean /db/old?
      Nothing was changed.
    "#);
}

/// A directory with a sound database, an odd one, two damaged ones, and one of which nothing is left.
fn damaged_site() -> Site {
    let site = Site::with(&["btree-3.2.9-le-deleteditem-512.db", "btree-4.4.20-le-subdb-512.db"]);
    let mut leaves = std::fs::read(genuine::data().join("btree-3.2.9-le-plain-512.db")).unwrap();
    let pages: Vec<usize> = (0..leaves.len()).step_by(512).filter(|page| leaves[page + 25] == 5).collect();
    for page in [pages[3], pages[9]] {
        leaves[page + 8..page + 512].fill(0xa5);
    }
    site.write("/db/old/leaves.db", leaves);
    let mut meta = std::fs::read(genuine::data().join("btree-4.7.25-le-plain-1024.db")).unwrap();
    meta[25] = 5;
    site.write("/db/old/meta.db", meta);
    site.write("/db/old/zeroed.db", [0; 4096]);
    site
}

#[test]
fn deep_lists_everything_that_is_wrong_or_odd() {
    let site = damaged_site();
    let before = site.manifest();
    let outcome = site.run(&["--inspect", "--deep", OLD]).to_string();
    for arguments in [["--deep", "--inspect", OLD], ["--inspect", OLD, "--deep"]] {
        assert_eq!(site.run(&arguments).to_string(), outcome);
    }
    assert_snapshot!(outcome, @r#"
    exit 255
    --- stdout
    file                               type   version  byte order  page size  pages  records  flags          state
    btree-3.2.9-le-deleteditem-512.db  btree  8        little      512        2      19       no flags       readable to its end
    btree-4.4.20-le-subdb-512.db       btree  9        little      512        14     120      sub-databases  readable to its end, 2 sub-databases
    leaves.db                          btree  8        little      512        80     13       no flags       damaged: page 5: has the number of page 2779096485
    meta.db                            btree  9        little      1024       32     302      no flags       damaged: page 0: type 5, expected 9 (btree meta)
    zeroed.db                          ?      -        -           -          -      -        -              damaged: not a Berkeley DB file
    log: no log files
    btree-3.2.9-le-deleteditem-512.db: oddity: page 0: 1 item is marked as deleted
    leaves.db: damage: page 5: has the number of page 2779096485
    leaves.db: damage: page 11: has the number of page 2779096485
    meta.db: damage: page 0: type 5, expected 9 (btree meta)
    zeroed.db: damage: page 0: not a Berkeley DB file
    "#);
    site.assert_unchanged(&before);
    assert_eq!(names_in(&site.beside("cwd")), [""; 0]);
}

#[test]
fn deep_findings_are_in_the_report_and_damage_is_no_success() {
    let site = damaged_site();
    let report = site.run(&["--json", "--inspect", "--deep", OLD]).failed().json();
    let files = report["details"]["files"].as_array().unwrap();
    let leaves = files.iter().find(|file| file["file"] == "leaves.db").unwrap();
    assert_eq!(leaves["findings"].as_array().unwrap().len(), 2, "{leaves}");
    assert!(leaves["findings"].as_array().unwrap().iter().all(|found| found["severity"] == "damage"), "{leaves}");
    assert_eq!(report["findings"].as_array().unwrap().len(), 3, "{report}");
    let sound = Site::with(&["btree-3.2.9-le-deleteditem-512.db", "hash-4.7.25-le-dup-512.db"]);
    assert_eq!(sound.run(&["--inspect", "--deep", OLD]).succeeded().stderr, "");
}
