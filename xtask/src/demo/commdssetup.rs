//! The demo of commdssetup: a private 389 Directory Server is prepared, and restored to what it was.

use super::stage::{Detail, Excerpt, Screen, Stage};
use crate::directory_server::{DirectoryServer, MANAGER};
use crate::process::Result;
use std::path::{Path, PathBuf};

/// A run with everything, but for `-m`.
const CHOICES: [&str; 14] =
    ["-i", "yes", "-R", "yes", "-r", "o=internet", "-u", "o=usergroup", "-s", "yes", "-b", "yes", "-t", "1"];
/// What the files of a run against a stock 389 DS begin with, for where there is none.
const EXAMPLE: &str = "examples/directory";

/// Shows the files of a run, and where there is a server, the run itself and its undo.
pub(super) fn show(mut stage: Stage<'_>, place: &Path) -> Result {
    stage.screen.title("commdssetup: a directory is prepared for the suite");
    if !DirectoryServer::is_installed() {
        stage.screen.show("(389-ds-base and ldap-utils are not installed: the files of a run elsewhere are shown)");
        return show_beginnings(stage.screen, Path::new(EXAMPLE));
    }
    stage.screen.show("In: a new 389 Directory Server with one empty suffix (it takes a moment to start).");
    let files = place.join("root/var/tmp");
    std::fs::create_dir_all(&files)?;
    let server = DirectoryServer::start(place)?;
    stage.options.extend(["--password-file".into(), server.password_file().into()]);
    Demo { stage, files, server }.show()
}

struct Demo<'a> {
    stage: Stage<'a>,
    files: PathBuf,
    server: DirectoryServer,
}

impl Demo<'_> {
    fn show(&self) -> Result {
        let screen = self.stage.screen;
        let before = self.server.state()?;
        self.run(&["-m", "yes", "--check"], Excerpt::Nothing)?;
        self.stage.expect(self.server.state()? == before, "the check changed nothing in the directory")?;
        self.run(&["-m", "no"], Excerpt::Nothing)?;
        if screen.detail == Detail::Full {
            show_beginnings(screen, &self.files)?;
        }
        self.stage.expect(self.server.state()? == before, "writing the files changed nothing in the directory")?;
        self.run(&["-m", "yes"], Excerpt::Last(5))?;
        screen.show("Out: the directory has the schema, the indexes and the suffixes of the suite.");
        self.stage.expect(self.server.state()? != before, "the run changed the directory")?;
        self.stage.run(&["--undo", "--yes"], 0, Excerpt::Last(2))?;
        self.stage.expect(self.server.state()? == before, "after undo every definition and index is as it was")
    }

    fn run(&self, arguments: &[&str], excerpt: Excerpt) -> Result {
        let server = ["--ldap-url", &self.server.url, "-D", MANAGER];
        self.stage.run(&[&CHOICES[..], &server, arguments].concat(), 0, excerpt)
    }
}

/// Shows what each generated file begins with.
fn show_beginnings(screen: &Screen, directory: &Path) -> Result {
    let lines = match screen.detail {
        Detail::Brief => 7,
        Detail::Full => 40,
    };
    let text = beginnings(directory, lines)?;
    screen.output(text.lines());
    Ok(())
}

/// Returns what each generated file of a directory begins with.
fn beginnings(directory: &Path, lines: usize) -> Result<String> {
    let mut paths = std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    let mut shown = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        let lines: Vec<_> = text.lines().take(lines).collect();
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
        let shown = beginnings(&top.join(EXAMPLE), 40).unwrap();
        let (ldif, script) = shown.split_once(".sh\n").unwrap();
        assert!(ldif.starts_with("\n--- dssetup_") && ldif.contains("\ndn: cn=schema\n"), "{shown}");
        assert!(script.starts_with("#!/bin/sh\n") && script.ends_with("\n...\n"), "{shown}");
        assert!(beginnings(&top.join("examples/none"), 40).is_err());
    }
}
