//! The foreign programs that some tests need, and the one way to ask for one.
//!
//! `peers.tsv` beside this crate's manifest lists each program, its Debian package, and the words (separated by commas)
//! of which the path of a test (`module::function`) that needs it holds one. `cargo xtask test` reads the same table: where
//! a program is missing, it leaves those tests out by name and counts each as skipped; with `CI=true` that is a failure.
//! A name that begins with `@` is a right that not every user has on every machine (`@root`, `@mount`); in the place of the
//! package is the shell command that succeeds where it is granted. A right that is missing is no failure with `CI=true`.
//! A test that is run in another way without its program fails. None ends early and counts as passed. Whatever starts a
//! listed program through [`crate::process`], [`crate::site::Site`] or [`crate::outcome::Outcome`] has asked for it.

use std::{env, ffi::OsStr, os::unix::fs::PermissionsExt, path::PathBuf, process::Command};

const TABLE: &str = include_str!("../peers.tsv");

/// Returns the path of a foreign program; of the shell for a right.
///
/// # Panics
/// When the program is not in the table, when the name of the test has none of its words (the test could not be left out
/// where the program is missing), or when the program is not installed.
#[track_caller]
pub fn need(program: &str) -> PathBuf {
    let test = std::thread::current().name().map(str::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    need_in(&path, program, test.as_deref()).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns true when the table has a program of this name.
pub fn is_listed(program: &str) -> bool {
    TABLE.lines().any(|line| line.split('\t').next() == Some(program))
}

/// As [`need`], in a list of directories and for a test of that name. Threads that a test starts have no name of a test.
///
/// # Errors
/// As the panics of [`need`].
pub fn need_in(path: &OsStr, program: &str, test: Option<&str>) -> Result<PathBuf, String> {
    let rows = TABLE.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let row = rows.into_iter().find(|row| row[0] == program).ok_or_else(|| {
        format!("{program} is not listed in shared/testkit/peers.tsv: tests could not be left out where it is missing")
    })?;
    let mut words = row[2].split(',');
    if let Some(test) = test.filter(|name| *name != "main")
        && !words.any(|word| test.contains(word))
    {
        return Err(format!("{test} needs {program}, but its name has none of the words {}", row[2]));
    }
    if program.starts_with('@') {
        let is_granted = Command::new("sh").args(["-c", row[1]]).output().is_ok_and(|output| output.status.success());
        return if is_granted { Ok("/bin/sh".into()) } else { Err(format!("{program} is missing: {} fails", row[1])) };
    }
    find_in(path, program).ok_or_else(|| {
        format!(
            "{program} (package {}) is not installed. `cargo xtask test` leaves out the tests that need it and counts them as \
             skipped.",
            row[1]
        )
    })
}

/// Returns the first executable file with this name in a list of directories as in `PATH`.
pub fn find_in(path: &OsStr, program: &str) -> Option<PathBuf> {
    let executable = |file: &PathBuf| file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0);
    env::split_paths(path).map(|directory| directory.join(program)).find(executable)
}
