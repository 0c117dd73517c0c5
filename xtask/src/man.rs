//! `cargo xtask man`: man pages and shell completions, which each tool's example `TOOL_manual` makes from its own command line.

use crate::process::{self, Result, cargo};
use crate::tools::TOOLS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

const DIRECTORIES: &[&str] = &["man", "completions"];

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
    let files = made()?;
    for path in stale(Path::new(""), &files)? {
        match files.get(&path) {
            Some(content) => std::fs::write(&path, content),
            None => std::fs::remove_file(&path),
        }
        .map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Fails and names the files that differ from what the tools make.
pub(crate) fn check() -> Result {
    let stale = stale(Path::new(""), &made()?)?;
    if stale.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = stale.iter().map(|path| path.display().to_string()).collect();
    Err(format!("not as the tools define them: {} (`cargo xtask man` writes them)", names.join(", ")).into())
}

/// Returns the files that the tools make, by their path below the top directory.
fn made() -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    // All in one build, as for the tests: alone, each tool would have the features of its dependencies that it needs itself.
    process::run(&mut cargo(["build", "--workspace", "--examples", "--locked"]))?;
    let examples = process::target_directory()?.join("debug/examples");
    let directory = tempfile::tempdir()?;
    for tool in TOOLS {
        let program = examples.join(format!("{}_manual", tool.replace('-', "_")));
        process::run_quietly(Command::new(program).arg(directory.path()))?;
    }
    files(directory.path())
}

fn files(top: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for directory in DIRECTORIES {
        let Ok(entries) = std::fs::read_dir(top.join(directory)) else { continue };
        for entry in entries {
            let path = Path::new(directory).join(entry?.file_name());
            let content = std::fs::read(top.join(&path))?;
            files.insert(path, content);
        }
    }
    Ok(files)
}

/// Returns the files that are absent, differ, or belong to no tool.
fn stale(top: &Path, made: &BTreeMap<PathBuf, Vec<u8>>) -> Result<BTreeSet<PathBuf>> {
    let present = files(top)?;
    let names = made.keys().chain(present.keys());
    Ok(names.filter(|name| made.get(*name) != present.get(*name)).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_differ_are_absent_or_have_no_tool_are_stale() {
        let top = tempfile::tempdir().unwrap();
        for (path, content) in [("man/changed.8", "old"), ("man/same.8", "same"), ("completions/gone.zsh", "")] {
            std::fs::create_dir_all(top.path().join(path).parent().unwrap()).unwrap();
            std::fs::write(top.path().join(path), content).unwrap();
        }
        let made = [("man/changed.8", "new"), ("man/same.8", "same"), ("man/absent.8", "")];
        let made = made.map(|(path, content)| (PathBuf::from(path), content.as_bytes().to_vec())).into();
        let expected = ["man/changed.8", "man/absent.8", "completions/gone.zsh"].map(PathBuf::from);
        assert_eq!(stale(top.path(), &made).unwrap(), BTreeSet::from(expected));
    }
}
