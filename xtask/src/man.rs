//! `cargo xtask man`: man pages and shell completions, made from the same definitions that parse the command line.

use crate::process::Result;
use clap_complete::Shell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The tools' programs, each with the function that defines its command line.
const TOOLS: &[fn() -> clap::Command] =
    &[commdssetup::cli::command, config_commda_merge::cli::command, csmigrate::cli::command];

/// Administration commands.
const SECTION: &str = "8";
const DIRECTORIES: &[&str] = &["man", "completions"];
const SHELLS: &[Shell] = &[Shell::Bash, Shell::Zsh, Shell::Fish];

/// Options of `cargo xtask man`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Writes nothing and fails when a file is not what would be written
    #[arg(long)]
    check: bool,
}

/// Writes the files, or checks them.
pub(crate) fn run(args: &Args) -> Result {
    if args.check {
        return check();
    }
    for (path, content) in files(TOOLS)? {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        std::fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Fails and names the files that differ from the command line definitions.
pub(crate) fn check() -> Result {
    let stale = stale(Path::new(""), &files(TOOLS)?)?;
    if stale.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = stale.iter().map(|path| path.display().to_string()).collect();
    Err(format!("not as the tools define them: {} (`cargo xtask man` writes them)", names.join(", ")).into())
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

/// Returns what each file should hold, by its path below the top directory.
fn files(tools: &[fn() -> clap::Command]) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for tool in tools {
        let command = tool();
        let name = command.get_name().to_owned();
        for page in pages(command.clone()) {
            let mut text = Vec::new();
            let page = clap_mangen::Man::new(page).section(SECTION);
            page.render(&mut text)?;
            files.insert(Path::new("man").join(page.get_filename()), text);
        }
        for shell in SHELLS {
            let mut completion = Vec::new();
            clap_complete::generate(*shell, &mut command.clone(), &name, &mut completion);
            files.insert(Path::new("completions").join(format!("{name}.{shell}")), completion);
        }
    }
    Ok(files)
}

/// Returns the files that are absent, differ, or belong to no tool.
fn stale(top: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<BTreeSet<PathBuf>> {
    let differs =
        |(path, content): &(&PathBuf, &Vec<u8>)| std::fs::read(top.join(path)).map_or(true, |found| found != **content);
    let mut stale: BTreeSet<_> = files.iter().filter(differs).map(|(path, _)| path.clone()).collect();
    for directory in DIRECTORIES {
        let Ok(entries) = std::fs::read_dir(top.join(directory)) else { continue };
        for entry in entries {
            let path = Path::new(directory).join(entry?.file_name());
            if !files.contains_key(&path) {
                stale.insert(path);
            }
        }
    }
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool() -> clap::Command {
        clap::Command::new("csexample").arg(clap::Arg::new("root").long("root").help("Takes DIR as /"))
    }

    fn written() -> (tempfile::TempDir, BTreeMap<PathBuf, Vec<u8>>) {
        let top = tempfile::tempdir().unwrap();
        let files = files(&[tool]).unwrap();
        for (path, content) in &files {
            std::fs::create_dir_all(top.path().join(path.parent().unwrap())).unwrap();
            std::fs::write(top.path().join(path), content).unwrap();
        }
        (top, files)
    }

    fn paths<const N: usize>(paths: [&str; N]) -> BTreeSet<PathBuf> {
        paths.into_iter().map(PathBuf::from).collect()
    }

    #[test]
    fn the_man_page_and_the_completions_name_an_option() {
        let (top, files) = written();
        assert_eq!(files.len(), 4);
        for (path, content) in &files {
            assert!(String::from_utf8_lossy(content).contains("root"), "{}", path.display());
        }
        assert_eq!(stale(top.path(), &files).unwrap(), paths([]));
    }

    #[test]
    fn files_that_differ_are_absent_or_have_no_tool_are_stale() {
        let (top, files) = written();
        std::fs::write(top.path().join("man/csexample.8"), "old").unwrap();
        std::fs::remove_file(top.path().join("completions/csexample.zsh")).unwrap();
        std::fs::write(top.path().join("man/gone.8"), "").unwrap();
        let expected = paths(["man/csexample.8", "completions/csexample.zsh", "man/gone.8"]);
        assert_eq!(stale(top.path(), &files).unwrap(), expected);
    }
}
