//! The demo of commdssetup: a private 389 Directory Server is prepared, and taken back to what it was.

use super::title;
use crate::directory_server::{DirectoryServer, MANAGER};
use crate::process::{self, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A run with everything, but for `-m`.
const CHOICES: [&str; 14] =
    ["-i", "yes", "-R", "yes", "-r", "o=internet", "-u", "o=usergroup", "-s", "yes", "-b", "yes", "-t", "1"];
/// Lines of each generated file that are shown.
const SHOWN: usize = 40;
/// What the files of a run against a stock 389 DS begin with, for where there is none.
const EXAMPLE: &str = "examples/directory";

/// Shows the files of a run, and where there is a server, the run itself and its undo.
pub(super) fn show(program: PathBuf, place: &Path) -> Result {
    title("commdssetup: a directory is prepared for the suite");
    if !DirectoryServer::is_installed() {
        println!("(389-ds-base and ldap-utils are not installed: the files of a run elsewhere are shown)");
        print!("{}", beginnings(Path::new(EXAMPLE))?);
        return Ok(());
    }
    std::fs::create_dir_all(place.join("root/var/tmp"))?;
    let server = DirectoryServer::start(place)?;
    let demo = Demo { program, place, server };
    demo.show()
}

struct Demo<'a> {
    program: PathBuf,
    place: &'a Path,
    server: DirectoryServer,
}

impl Demo<'_> {
    fn show(&self) -> Result {
        let before = self.server.state()?;
        self.run(&["-m", "yes", "--check", "--password-file"])?;
        self.expect(self.server.state()? == before, "the check changed nothing in the directory")?;
        self.run(&["-m", "no", "--password-file"])?;
        print!("{}", beginnings(&self.place.join("root/var/tmp"))?);
        self.expect(self.server.state()? == before, "writing the files changed nothing in the directory")?;
        self.run(&["-m", "yes", "--password-file"])?;
        self.expect(self.server.state()? != before, "the run changed the directory")?;
        self.finish(&["--undo", "--yes", "--password-file"])?;
        self.expect(self.server.state()? == before, "after undo every definition and index is as it was")
    }

    fn run(&self, arguments: &[&str]) -> Result {
        let server = ["--ldap-url", &self.server.url, "-D", MANAGER];
        self.finish(&[&CHOICES[..], &server, arguments].concat())
    }

    fn finish(&self, arguments: &[&str]) -> Result {
        println!();
        let mut command = Command::new(&self.program);
        command.arg("--root").arg(self.place.join("root")).arg("--state-dir").arg(self.place.join("state"));
        process::run_to_code(
            command.args(arguments).arg(self.server.password_file()).stdin(std::process::Stdio::null()),
            0,
        )
    }

    fn expect(&self, is_kept: bool, promise: &str) -> Result {
        if !is_kept {
            return Err(format!("not kept: {promise}").into());
        }
        println!("checked: {promise}");
        Ok(())
    }
}

/// Returns what each generated file of a directory begins with.
fn beginnings(directory: &Path) -> Result<String> {
    let mut paths = std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    let mut shown = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        let lines: Vec<_> = text.lines().take(SHOWN).collect();
        shown += &format!("\n--- {}\n{}\n...\n", path.file_name().unwrap_or_default().display(), lines.join("\n"));
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_server_both_files_of_a_run_elsewhere_are_shown() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let shown = beginnings(&top.join(EXAMPLE)).unwrap();
        let (ldif, script) = shown.split_once(".sh\n").unwrap();
        assert!(ldif.starts_with("\n--- dssetup_") && ldif.contains("\ndn: cn=schema\n"), "{shown}");
        assert!(script.starts_with("#!/bin/sh\n") && script.ends_with("\n...\n"), "{shown}");
        assert!(beginnings(&top.join("examples/none")).is_err());
    }
}
