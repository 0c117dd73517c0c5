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
const SHOWN: usize = 12;
/// What the files of a run against a stock 389 DS begin with, for where there is none.
const EXAMPLE: &str = "examples/directory";

/// Shows the files of a run, and where there is a server, the run itself and its undo.
pub(super) fn show(program: PathBuf, place: &Path) -> Result {
    title("commdssetup: a directory is prepared for the suite");
    if !DirectoryServer::is_installed() {
        println!("(389-ds-base and ldap-utils are not installed: the files of a run elsewhere are shown)");
        return show_files(Path::new(EXAMPLE));
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
        show_files(&self.place.join("root/var/tmp"))?;
        self.expect(self.server.state()? == before, "writing the files changed nothing in the directory")?;
        // Files are named by the second.
        std::thread::sleep(std::time::Duration::from_millis(1100));
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

/// Shows how the generated files of a directory begin.
fn show_files(directory: &Path) -> Result {
    let mut paths = std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        println!("\n--- {}", path.file_name().unwrap_or_default().display());
        std::fs::read_to_string(&path)?.lines().take(SHOWN).for_each(|line| println!("{line}"));
        println!("...");
    }
    Ok(())
}
