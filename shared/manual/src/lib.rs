//! Man pages and shell completions, made from the same definitions that parse the command line.
//!
//! Each tool has an example `TOOL_manual` that hands its command lines to [`main`]; `cargo xtask man` runs all of them. Nothing that
//! is installed uses this crate, so no tool carries the generators.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "writes generated files of the project for its developers, never on an administrator's machine"
)]

use clap_complete::Shell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Administration commands.
const SECTION: &str = "8";
const SHELLS: &[Shell] = &[Shell::Bash, Shell::Zsh, Shell::Fish];

/// Writes the files of these command lines below the directory that is the program's only argument.
pub fn main(commands: impl IntoIterator<Item = clap::Command>) -> ExitCode {
    match run(commands, std::env::args_os().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("manual: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(commands: impl IntoIterator<Item = clap::Command>, arguments: Vec<OsString>) -> io::Result<()> {
    let [directory] = &arguments[..] else { return Err(io::Error::other("usage: manual DIRECTORY")) };
    for command in commands {
        write(command, Path::new(directory))?;
    }
    Ok(())
}

/// Writes `man/*.8` and `completions/*` of one command line below a directory.
fn write(command: clap::Command, top: &Path) -> io::Result<()> {
    for (path, content) in files(command)? {
        let path = top.join(path);
        let named = |error| io::Error::other(format!("{}: {error}", path.display()));
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(named)?;
        }
        std::fs::write(&path, content).map_err(named)?;
    }
    Ok(())
}

/// Returns what each file should hold, by its path below the project's top directory.
fn files(command: clap::Command) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let name = command.get_name().to_owned();
    for shell in SHELLS {
        let mut completion = Vec::new();
        clap_complete::generate(*shell, &mut command.clone(), &name, &mut completion);
        files.insert(Path::new("completions").join(format!("{name}.{shell}")), completion);
    }
    for page in pages(command) {
        let page = clap_mangen::Man::new(page).section(SECTION);
        let mut text = Vec::new();
        page.render(&mut text)?;
        files.insert(Path::new("man").join(page.get_filename()), text);
    }
    Ok(files)
}

/// Returns the commands that have a page of their own: the program, and each of its subcommands as `program-subcommand`.
fn pages(mut program: clap::Command) -> Vec<clap::Command> {
    // Subcommands get the common options.
    program.build();
    let mut pages: Vec<clap::Command> = program
        .get_subcommands()
        .filter(|subcommand| subcommand.get_name() != "help")
        .map(|subcommand| subcommand.clone().display_name(format!("{}-{}", program.get_name(), subcommand.get_name())))
        .collect();
    pages.push(program);
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool() -> clap::Command {
        clap::Command::new("csexample")
            .arg(clap::Arg::new("root").long("root").help("Takes DIR as /").global(true))
            .subcommand(clap::Command::new("merge"))
    }

    #[test]
    fn the_pages_of_a_program_and_its_subcommand_and_all_completions_name_a_common_option() {
        let top = tempfile::tempdir().unwrap();
        run([tool()], vec![top.path().into()]).unwrap();
        for path in [
            "man/csexample.8",
            "man/csexample-merge.8",
            "completions/csexample.bash",
            "completions/csexample.zsh",
            "completions/csexample.fish",
        ] {
            let text = std::fs::read_to_string(top.path().join(path)).unwrap();
            assert!(text.contains("root"), "{path}: {text}");
        }
        assert_eq!(std::fs::read_dir(top.path().join("man")).unwrap().count(), 2);
    }

    #[test]
    fn without_a_directory_nothing_is_written() {
        assert_eq!(run([tool()], vec![]).unwrap_err().to_string(), "usage: manual DIRECTORY");
    }
}
