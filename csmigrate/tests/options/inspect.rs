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
    log: clean: the log ends with a checkpoint at 1/8072
    "#);
    site.assert_unchanged(&before);
    assert_eq!(names_in(&site.beside("cwd")), [""; 0]);
}

#[test]
fn it_says_whether_the_environment_was_closed() {
    let last = |name: &str| site_line(&Site::with(&[name]));
    assert_snapshot!(last("env-4.4.20-clean"), @"log: clean: the log ends with a checkpoint at 1/148909");
    assert_snapshot!(last("env-4.4.20-unclean"), @"log: not clean: 47 log records follow the last checkpoint, with 1 committed transaction (1 before it belong to transactions that were open then)");
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
