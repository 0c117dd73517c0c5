//! Random environments that the genuine Berkeley DB 5.3 leaves, by closing them or by ending in the middle: csmigrate accepts
//! exactly those whose contents `db5.3_recover` leaves as they are. `make_environment.c` makes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::Site;
use crate::support::process;
use crate::support::site::{NEW, OLD, names_in};

/// As many are tried in every run of the tests, and so many with `--full`.
const FEW: u64 = 40;
const MANY: u64 = 1000;

fn output(command: &mut Command) -> Output {
    process::output(command)
}

#[track_caller]
fn run(command: &mut Command) {
    let output = output(command);
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Returns what the library's own dump says of each database; nothing of one that it cannot read.
fn contents(directory: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    let names = names_in(directory).into_iter().filter(|name| name.ends_with(".db") && !name.starts_with("__db."));
    let dump = |name: String| {
        let dumped = output(Command::new("db5.3_dump").arg(directory.join(&name)));
        (name, dumped.status.success().then_some(dumped.stdout))
    };
    names.map(dump).collect()
}

/// Makes an environment, and compares what recovery makes of a copy with what csmigrate makes of it.
fn difference(program: &Path, seed: u64) -> Option<String> {
    let site = Site::bare();
    let old = site.path(OLD);
    run(Command::new(program).arg(&old).arg(seed.to_string()));
    let recovered = site.beside("recovered");
    fs::create_dir(&recovered).unwrap();
    for name in names_in(&old) {
        process::while_none_begins(|| fs::copy(old.join(&name), recovered.join(&name))).unwrap();
    }
    let before = contents(&old);
    let recovery = output(Command::new("db5.3_recover").arg("-h").arg(&recovered));
    let is_clean = recovery.status.success() && contents(&recovered) == before;
    let outcome = site.run(&["-d", OLD, NEW]);
    let accepted = outcome.status == Some(0);
    // Seldom the library damages a file by itself.
    let is_damaged = || {
        let mut files = names_in(&recovered).into_iter().filter(|name| name.ends_with(".db"));
        files.any(|name| !output(Command::new("db5.3_verify").arg(recovered.join(name))).status.success())
    };
    if is_clean && !accepted && is_damaged() {
        return None;
    }
    (accepted != is_clean).then(|| format!("seed {seed}: the recovery says clean: {is_clean}\n{outcome}"))
}

#[test]
fn an_environment_is_accepted_exactly_when_recovery_leaves_its_contents_libdb5_3_dev() {
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("make_environment");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/random_environments/make_environment.c");
    run(Command::new("cc").arg("-o").arg(&program).arg(&source).arg("-ldb-5.3"));
    let count = if std::env::var_os("COMMSUITE_FULL").is_some() { MANY } else { FEW };
    let differences: Vec<String> = (1..=count).filter_map(|seed| difference(&program, seed)).collect();
    assert!(differences.is_empty(), "{} of {count}:\n{}", differences.len(), differences.join("\n"));
}
