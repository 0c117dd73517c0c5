//! Genuine environments in 42 ways to end, judged as the releases' own recovery did.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

#[path = "read_support/environments.rs"]
mod environments;

use bdb::log::{Body, DataFile, LogFile, TouchedPage, Verdict, for_each_record, judge, parse_log_name};
use environments::{Environment, environments};

/// Where the data are, from this crate.
const DATA: &str = "tests/data";

fn name_of(path: &str) -> &[u8] {
    path.rsplit('/').next().unwrap().as_bytes()
}

fn logs(environment: &Environment) -> Vec<LogFile<Vec<u8>>> {
    let numbered = environment.iter().filter_map(|(path, bytes)| Some((parse_log_name(name_of(path))?, bytes)));
    numbered.map(|(number, bytes)| LogFile { number, source: bytes.clone() }).collect()
}

/// The files come in the order of their names.
fn judged(environment: &Environment) -> Verdict {
    let databases = environment.iter().filter(|(path, _)| path.ends_with(".db"));
    let data: Vec<_> = databases.map(|(path, bytes)| DataFile::open(name_of(path), bytes.clone()).unwrap()).collect();
    judge(&logs(environment), &data).unwrap()
}

#[test]
fn every_environment_is_clean_exactly_when_its_own_recovery_changed_nothing() {
    let environments = environments();
    let mut wrong = Vec::new();
    for row in &environments.details {
        let verdict = judged(&environments.all[&row["directory"]]);
        if verdict.is_clean() != (row["truth"] == "clean") {
            wrong.push(format!("{}: {}, {verdict:?}", row["directory"], row["truth"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), environments.details.len(), wrong.join("\n"));
    assert_eq!(environments.details.len(), 252);
}

#[test]
fn each_file_is_judged_as_recovery_changed_it() {
    let environments = environments();
    let mut wrong = Vec::new();
    for row in &environments.details {
        let environment = &environments.all[&row["directory"]];
        let names = environment.keys().filter(|path| path.ends_with(".db"));
        let verdict = judged(environment);
        let changed = names.zip(&verdict.files).filter(|(_, file)| !file.is_clean()).map(|(name, _)| name.as_str());
        let changed = changed.collect::<Vec<_>>().join(",");
        // In a clean environment the bytes of a file may change, but no record in it.
        let is_clean = row["truth"] == "clean";
        let expected = if is_clean { "" } else { &row["files_changed_by_recover"] };
        if changed != expected {
            wrong.push(format!("{}: {expected}, found {changed}", row["directory"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_blamed_that_recovery_did_not_change() {
    let environments = environments();
    let partial = environments.details.iter().filter(|row| row["directory"].ends_with("partial-flush"));
    for row in partial {
        let environment = &environments.all[&row["directory"]];
        let names = environment.keys().filter(|path| path.ends_with(".db"));
        let verdict = judged(environment);
        let missing: Vec<_> =
            names.zip(&verdict.files).filter(|(_, file)| file.missing > 0).map(|(name, _)| name).collect();
        assert_eq!(missing, ["cal.db"], "{}", row["directory"]);
        assert!(verdict.files.iter().all(|file| file.named) && verdict.since.is_some());
    }
}

#[test]
fn every_record_is_understood_to_its_last_byte() {
    for (name, environment) in environments().all {
        let mut count = 0;
        for_each_record(&logs(&environment), |lsn, kind, body| {
            assert!(body.is_ok(), "{name}: record {lsn} of type {kind}: {body:?}");
            count += 1;
        })
        .unwrap();
        assert!(count > 0, "{name}");
    }
}

/// Numbers in a line that the library's own tool prints of a field.
fn printed_numbers(line: &str) -> Vec<u32> {
    line.split(|character: char| !character.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[test]
fn records_are_read_as_the_library_s_own_tool_prints_them_db5_3() {
    let mut compared = 0;
    for (name, environment) in environments().all.iter().filter(|(name, _)| name.starts_with("env-5.3.28")) {
        let directory = tempfile::tempdir().unwrap();
        for (path, bytes) in environment.iter().filter(|(path, _)| path.contains("log.")) {
            std::fs::write(directory.path().join(path.rsplit('/').next().unwrap()), bytes).unwrap();
        }
        let output = std::process::Command::new("db5.3_printlog").arg("-h").arg(directory.path()).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut printed: Vec<(String, Vec<Vec<u32>>)> = Vec::new();
        for line in text.lines() {
            match (line.starts_with('['), printed.last_mut()) {
                (true, _) => printed.push((line.to_owned(), Vec::new())),
                (false, Some((_, fields))) if !line.contains("data:") => fields.push(printed_numbers(line)),
                _ => {}
            }
        }
        let mut printed = printed.into_iter();
        for_each_record(&logs(environment), |lsn, kind, body| {
            let (head, fields) = printed.next().unwrap_or_else(|| panic!("{name}: record {lsn} is not printed"));
            let expected = format!("[{}][{}]", lsn.file, lsn.offset);
            assert!(head.starts_with(&expected) && head.contains(&format!("rec: {kind} ")), "{name}: {lsn}: {head}");
            if let Ok(Body::Pages { file, touched, .. }) = body {
                assert!(fields.contains(&vec![*file]), "{name}: {lsn}: {file}");
                for touch in touched {
                    let TouchedPage::Number(page) = touch.page else { continue };
                    // A page that a record's image or arithmetic names is not printed as a field.
                    let is_derived = matches!(kind, 29 | 50 | 52 | 62 | 63) || page == 0;
                    let number = [touch.before.file, touch.before.offset];
                    assert!(is_derived || fields.contains(&vec![page]), "{name}: {lsn}: page {page}");
                    assert!(is_derived || fields.contains(&number.to_vec()), "{name}: {lsn}: {number:?}");
                    compared += 1;
                }
            }
        })
        .unwrap();
        assert!(printed.next().is_none(), "{name}: more is printed than was read");
    }
    assert!(compared > 5000, "only {compared} pages were compared");
}
