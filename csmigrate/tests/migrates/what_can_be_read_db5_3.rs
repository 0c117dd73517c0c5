//! `--salvage`: what is readable of damaged databases goes to `salvaged`, and everything that is not is told.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::Site;
use crate::support::genuine;
use crate::support::site::{NEW, OLD, assert_same, manifest, names_in, run};

/// Databases of every kind, with their page size.
const DAMAGED: [(&str, usize); 9] = [
    ("btree-3.2.9-le-plain-512.db", 512),
    ("btree-2.7.7-le-dup-512.db", 512),
    ("btree-3.2.9-be-dupsort-512.db", 512),
    ("btree-4.4.20-le-overflow-1024.db", 1024),
    ("btree-4.4.20-le-subdb-512.db", 512),
    ("btree-5.3.28-le-longkeys-512.db", 512),
    ("hash-3.2.9-le-plain-512.db", 512),
    ("hash-4.7.25-le-dupsort-1024.db", 1024),
    ("hash-2.7.7-be-overflow-1024.db", 1024),
];

/// Page types that hold records of their own.
const WITH_RECORDS: [u8; 5] = [2, 5, 7, 12, 13];

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(genuine::data().join(name)).unwrap()
}

/// Returns how often each pair of lines is in the dump of a file.
fn records(file: &Path) -> BTreeMap<String, usize> {
    let text = run("db5.3_dump", &[file.as_os_str()]);
    let mut records = BTreeMap::new();
    for database in text.split("HEADER=END\n").skip(1) {
        let lines: Vec<&str> = database.lines().take_while(|line| *line != "DATA=END").collect();
        lines.chunks(2).for_each(|pair| *records.entry(pair.join("")).or_default() += 1);
    }
    records
}

/// Overwrites the middle page of those that hold records; returns its number.
fn damage(bytes: &mut [u8], page_size: usize) -> usize {
    let holds_records = |page: &usize| WITH_RECORDS.contains(&bytes[page * page_size + 25]);
    let pages: Vec<usize> = (1..bytes.len() / page_size).filter(holds_records).collect();
    let page = pages[pages.len() / 2];
    bytes[page * page_size..(page + 1) * page_size].fill(0xa5);
    page
}

#[test]
fn of_each_kind_of_damaged_database_the_other_pages_are_migrated() {
    for (name, page_size) in DAMAGED {
        let site = Site::calendar();
        let mut content = bytes(name);
        let sound = Site::with(&[name]);
        sound.migrate(&["-q"]);
        let page = damage(&mut content, page_size);
        site.write("/db/old/damaged.db", &content);
        let before = manifest(&site.path("/db"));

        let outcome = site.run(&["--json", "--salvage", OLD, NEW]).failed();

        let new = site.path("/db/new/salvaged/damaged.db");
        run("db5.3_verify", &[new.as_os_str()]);
        let (all, left) = (records(&sound.path(NEW).join(name)), records(&new));
        assert!(
            left.iter().all(|(record, count)| all.get(record) >= Some(count)),
            "{name}: records that were not there"
        );
        assert!(!left.is_empty() && left != all, "{name}: the page held nothing");
        let lost = format!("page {page}");
        let report = outcome.json();
        let database =
            report["details"]["databases"].as_array().unwrap().iter().find(|row| row["file"] == "damaged.db").unwrap();
        let losses = database["salvaged"]["losses"].as_array().unwrap();
        assert!(losses.iter().any(|loss| loss["page"] == page), "{name}: {losses:?}");
        assert_eq!(database["records"], left.values().sum::<usize>(), "{name}");
        let log = site.log_lines(&site.beside("cwd"), "csmigrateError.log");
        let lines = log.lines().filter(|line| line.starts_with("damaged.db") && line.contains(": lost: page "));
        assert_eq!(lines.count(), losses.len(), "{name}: {log}");
        assert!(log.contains(&lost), "{name}: {log}");
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{name}: {findings:?}");

        assert_eq!(names_in(&site.path("/db/new/salvaged")), ["damaged.db"]);
        let at_its_place = ["ics50caldb.conf", "ics50events.db", "ics50todos.db", "salvaged"];
        assert_eq!(names_in(&site.path(NEW)), at_its_place, "{name}");
        assert_eq!(site.read("/db/old/backup/damaged.db"), content, "{name}: the backup");
        let again = site.run(&["--salvage", OLD, NEW]).failed();
        assert!(again.stdout.contains("nothing to do") && again.stderr.contains("damaged.db is damaged"), "{again}");
        site.run(&["--undo", NEW]).succeeded();
        assert_same(&before, &manifest(&site.path("/db")));
    }
}

#[test]
fn a_hash_database_whose_number_of_buckets_is_lost_is_written_with_as_many_as_its_pages_show() {
    let name = "hash-3.2.9-le-plain-512.db";
    let sound = Site::with(&[name]);
    sound.migrate(&["-q"]);
    let all = records(&sound.path(NEW).join(name));
    for max_bucket in [0, 0x7fff_ffff, u32::MAX] {
        let site = Site::calendar();
        let mut content = bytes(name);
        content[72..76].copy_from_slice(&u32::to_le_bytes(max_bucket));
        site.write("/db/old/damaged.db", &content);
        site.run(&["--salvage", OLD, NEW]).failed();
        let new = site.path("/db/new/salvaged/damaged.db");
        run("db5.3_verify", &[new.as_os_str()]);
        assert_eq!(records(&new), all, "{max_bucket:#x}");
    }
}

#[test]
fn a_damaged_number_that_looks_like_a_kind_that_is_not_read_costs_no_record() {
    for (name, at) in [
        ("hash-4.7.25-le-dup-512.db", 16),
        ("btree-4.7.25-le-plain-1024.db", 17),
        ("btree-4.7.25-le-plain-1024.db", 24),
    ] {
        let sound = Site::with(&[name]);
        sound.migrate(&["-q"]);
        let site = Site::calendar();
        let mut content = bytes(name);
        content[at] ^= 0x40;
        site.write("/db/old/damaged.db", &content);
        site.refused(&[OLD, NEW]);
        site.run(&["--salvage", OLD, NEW]).failed();
        let new = site.path("/db/new/salvaged/damaged.db");
        run("db5.3_verify", &[new.as_os_str()]);
        assert_eq!(records(&new), records(&sound.path(NEW).join(name)), "{name} {at}");
    }
}

#[test]
fn a_hash_database_whose_mark_of_its_function_is_damaged_gives_all_its_records() {
    let name = "hash-4.7.25-le-dup-512.db";
    let sound = Site::with(&[name]);
    sound.migrate(&["-q"]);
    let site = Site::calendar();
    let mut content = bytes(name);
    content[93] ^= 1;
    site.write("/db/old/damaged.db", &content);
    assert!(site.refused(&[OLD, NEW]).stderr.contains("hash function of its application"));
    site.run(&["--salvage", OLD, NEW]).failed();
    let new = site.path("/db/new/salvaged/damaged.db");
    run("db5.3_verify", &[new.as_os_str()]);
    assert_eq!(records(&new), records(&sound.path(NEW).join(name)));
}

#[test]
fn without_damage_it_is_a_migration_like_any_other() {
    let (plain, salvage) = (Site::calendar(), Site::calendar());
    plain.migrate(&[]);
    salvage.migrate(&["--salvage"]);
    assert_eq!(names_in(&salvage.path(NEW)), names_in(&plain.path(NEW)));
    for name in names_in(&plain.path(NEW)) {
        let path = format!("{NEW}/{name}");
        assert_eq!(salvage.read(&path), plain.read(&path), "{name}");
    }
}

#[test]
fn a_dry_run_tells_the_same_and_writes_nothing() {
    let site = Site::calendar();
    let mut content = bytes("btree-3.2.9-le-plain-512.db");
    damage(&mut content, 512);
    site.write("/db/old/damaged.db", &content);
    let before = site.manifest();
    let dry = site.run(&["--json", "-d", "--salvage", OLD, NEW]).failed().json();
    site.assert_unchanged(&before);
    let wet = site.run(&["--json", "--salvage", OLD, NEW]).failed().json();
    assert_eq!(dry["findings"], wet["findings"]);
    assert_eq!(dry["details"], wet["details"]);
}

#[test]
fn a_database_without_its_first_page_gives_all_its_records() {
    for name in ["btree-3.2.9-le-plain-512.db", "btree-4.4.20-le-dup-1024.db", "hash-4.7.25-le-dupsort-1024.db"] {
        let sound = Site::with(&[name]);
        sound.migrate(&["-q"]);
        let site = Site::calendar();
        let mut content = bytes(name);
        content[..512].fill(0);
        site.write("/db/old/zeroed.db", &content);
        let outcome = site.run(&["--salvage", OLD, NEW]).failed();
        assert!(outcome.stderr.contains("zeroed.db is damaged (not a Berkeley DB file)"), "{outcome}");
        let new = site.path("/db/new/salvaged/zeroed.db");
        run("db5.3_verify", &[new.as_os_str()]);
        assert_eq!(records(&new), records(&sound.path(NEW).join(name)), "{name}");
    }
}

#[test]
fn a_database_of_which_nothing_can_be_read_is_only_backed_up_and_that_is_told() {
    let site = Site::calendar();
    site.write("/db/old/zeroed.db", [0; 8192]);
    site.write("/db/old/empty.db", "");
    site.write("/db/old/text.db", "a text\n".repeat(1000));
    let outcome = site.run(&["--salvage", OLD, NEW]).failed();
    assert_eq!(names_in(&site.path(NEW)), ["ics50caldb.conf", "ics50events.db", "ics50todos.db"]);
    assert_eq!(site.read("/db/old/backup/zeroed.db"), [0; 8192]);
    for name in ["zeroed", "empty", "text"] {
        let said = format!("{name}.db: nothing of it can be salvaged: not a Berkeley DB file; it is only backed up");
        assert!(outcome.stderr.contains(&said), "{outcome}");
    }
    assert!(outcome.stdout.contains("as far as it can be read"), "{outcome}");
    site.run(&["--undo", NEW]).succeeded();
}

#[test]
fn when_nothing_can_be_read_at_all_nothing_is_done() {
    let site = Site::bare();
    site.write("/db/old/ics50events.db", "");
    let outcome = site.refused(&["--salvage", OLD, NEW]);
    assert!(outcome.stderr.contains("there is no database in it"), "{outcome}");
}

#[test]
fn a_file_of_the_source_keeps_its_name_even_if_it_is_salvaged() {
    let site = Site::calendar();
    let mut content = bytes("btree-3.2.9-le-plain-512.db");
    damage(&mut content, 512);
    site.write("/db/old/damaged.db", &content);
    site.write("/db/old/salvaged", "a note");
    let outcome = site.run(&["--salvage", OLD, NEW]).failed();
    assert_eq!(site.read("/db/new/salvaged"), b"a note");
    assert_eq!(names_in(&site.path("/db/new/salvaged-")), ["damaged.db"]);
    assert!(outcome.stderr.contains("go to salvaged-/damaged.db in the target"), "{outcome}");
}

#[test]
fn databases_that_were_never_closed_are_migrated_as_they_are_and_what_only_the_log_has_is_told() {
    let site = Site::with(&["env-4.4.20-unclean"]);
    let outcome = site.run(&["--salvage", OLD, NEW]).failed();
    assert!(outcome.stderr.contains("1 committed transaction is only in the log"), "{outcome}");
    assert!(outcome.stdout.contains("as far as it can be read"), "{outcome}");
}

#[test]
fn what_is_lost_is_told_even_when_nothing_else_is_printed() {
    let site = Site::calendar();
    let mut content = bytes("btree-3.2.9-le-plain-512.db");
    damage(&mut content, 512);
    site.write("/db/old/damaged.db", &content);
    let outcome = site.run(&["-q", "--salvage", OLD, NEW]).failed();
    assert_eq!(outcome.stdout, "");
    assert!(outcome.stderr.contains("damaged.db is damaged"), "{outcome}");
}

#[test]
fn a_file_of_another_kind_is_refused_all_the_same() {
    let site = Site::calendar();
    site.write("/db/old/queue.db", [[0; 12].as_slice(), &0x0004_2253_u32.to_le_bytes(), &[4; 1008]].concat());
    let outcome = site.refused(&["--salvage", OLD, NEW]);
    assert!(outcome.stderr.contains("a queue database"), "{outcome}");
}

/// Salvages a damaged database that gives all its records, as the sound one has them.
#[track_caller]
fn gives_all(name: &str, damage: impl FnOnce(&mut [u8])) {
    let sound = Site::with(&[name]);
    sound.migrate(&["-q"]);
    let site = Site::calendar();
    let mut content = bytes(name);
    damage(&mut content);
    site.write("/db/old/damaged.db", &content);
    site.run(&["--salvage", OLD, NEW]).failed();
    let new = site.path("/db/new/salvaged/damaged.db");
    run("db5.3_verify", &[new.as_os_str()]);
    assert_eq!(records(&new), records(&sound.path(NEW).join(name)), "{name}");
    let again = site.run(&["--salvage", OLD, NEW]).failed();
    assert!(again.stdout.contains("nothing to do"), "{again}");
}

#[test]
fn what_the_flags_say_wrongly_of_duplicates_or_of_sub_databases_leaves_no_run_unfinished() {
    for name in ["btree-3.1.17-le-dupsort-512.db", "btree-3.2.9-be-dupsort-512.db", "btree-4.7.25-le-dupsort-1024.db"] {
        gives_all(name, |content| content[..512].fill(0));
    }
    for bit in [1, 4] {
        gives_all("btree-3.2.9-be-dup-512.db", |content| content[51] ^= bit);
        gives_all("btree-2.7.7-le-dup-512.db", |content| content[36] ^= bit);
    }
    gives_all("btree-4.7.25-le-plain-1024.db", |content| content[48] ^= 0x20);
}

#[test]
fn sub_databases_of_which_no_name_can_be_read_are_only_backed_up_and_that_is_told() {
    let (old, new) = ("btree-3.0.55-le-subdb-512.db", "btree-4.4.20-le-subdb-512.db");
    for (name, range) in [(new, 512..1024), (new, 88..92), (old, 72..76)] {
        let site = Site::calendar();
        let mut content = bytes(name);
        content[range].fill(0);
        site.write("/db/old/damaged.db", &content);
        let outcome = site.run(&["--salvage", OLD, NEW]).failed();
        let said = "damaged.db: nothing of it can be salvaged: page 0: by its flags the file holds sub-databases, but none of them can be found; it is only backed up";
        assert!(outcome.stderr.contains(said), "{outcome}");
        assert_eq!(names_in(&site.path(NEW)), ["ics50caldb.conf", "ics50events.db", "ics50todos.db"]);
        assert_eq!(site.read("/db/old/backup/damaged.db"), content);
        let again = site.run(&["--salvage", OLD, NEW]).failed();
        assert!(again.stdout.contains("nothing to do"), "{again}");
    }
}

#[test]
fn deleted_items_of_a_damaged_database_are_told_as_those_of_a_sound_one_are() {
    let name = "btree-4.4.20-le-deleteditem-512.db";
    let told = "items are marked as deleted; they are not migrated";
    let sound = Site::with(&[name]);
    assert!(sound.run(&[OLD, NEW]).succeeded().stderr.contains(told));
    let site = Site::calendar();
    let mut content = bytes(name);
    // A page that nothing leads to.
    content.extend([0xa5; 512]);
    site.write("/db/old/damaged.db", &content);
    let outcome = site.run(&["--salvage", OLD, NEW]).failed();
    assert!(outcome.stderr.contains(told), "{outcome}");
}

#[test]
fn pages_that_became_zeros_are_told_with_their_numbers() {
    let site = Site::calendar();
    let mut content = bytes("btree-4.7.25-le-plain-1024.db");
    content[88..92].fill(0);
    content[5 * 1024..6 * 1024].fill(0);
    site.write("/db/old/damaged.db", &content);
    let outcome = site.run(&["--salvage", OLD, NEW]).failed();
    assert!(outcome.stderr.contains("2 places could not be read"), "{outcome}");
    let log = site.log_lines(&site.beside("cwd"), "csmigrateError.log");
    assert!(log.contains("damaged.db: lost: page 5: it is all zeros"), "{log}");
}
