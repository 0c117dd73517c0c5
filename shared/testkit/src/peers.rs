//! Finds the independent programs that judge our output.

use std::{env, ffi::OsStr, os::unix::fs::PermissionsExt, path::PathBuf};

/// Returns the path of a peer program, or nothing after saying on stderr that the test is skipped.
///
/// # Panics
/// When `CI=true`: there every peer must be installed.
pub fn find(program: &str, package: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = find_in(&path, program);
    if found.is_none() {
        let message = format!("{program} (package {package}) is not installed");
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{message}");
        eprintln!("skipped: {message}");
    }
    found
}

/// Returns the first executable file with this name in a list of directories as in `PATH`.
pub fn find_in(path: &OsStr, program: &str) -> Option<PathBuf> {
    let executable = |file: &PathBuf| file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0);
    env::split_paths(path).map(|directory| directory.join(program)).find(executable)
}
