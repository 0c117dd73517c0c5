//! Starts other programs so that the user sees which ones, and finds the places they work on.

use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The result of a project command; its error is a message for the developer.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Returns the repository's top directory.
pub(crate) fn top() -> Result<PathBuf> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("start it as `cargo xtask`")?;
    Ok(Path::new(&package).parent().ok_or("the package has no parent directory")?.to_owned())
}

/// Returns cargo's output directory, absolute.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let directory = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Ok(std::path::absolute(directory)?)
}

/// Returns a `cargo` command of the toolchain that runs this program, in the environment of the user.
///
/// What `cargo run` tells of this package is left out: the build script of `ring` looks at some of it, so everything
/// above `ring` would be built again each time a build from here follows one by hand.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    in_the_environment_of_the_user(&mut command);
    command
}

/// Takes from a command's environment what `cargo run` tells this program of its own package.
pub(crate) fn in_the_environment_of_the_user(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if is_of_package(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn is_of_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_") || variable == "CARGO_BIN_NAME"
}

/// Shows the command after `$ ` and runs it; fails unless it exits with 0.
pub(crate) fn run(command: &mut Command) -> Result {
    println!("$ {}", shown(command));
    run_quietly(command)
}

/// Runs the command; fails unless it exits with 0.
pub(crate) fn run_quietly(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| format!("{}: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", shown(command)).into()) }
}

/// Returns the command line as one would type it: the program by its name, arguments with blanks in quotes.
pub(crate) fn shown(command: &Command) -> String {
    words(command).join(" ")
}

/// Returns the words of the command line that [`shown`] returns.
pub(crate) fn words(command: &Command) -> Vec<String> {
    let program = Path::new(command.get_program()).file_name().unwrap_or_else(|| command.get_program());
    let mut words = vec![program.to_string_lossy().into_owned()];
    for argument in command.get_args() {
        let argument = argument.to_string_lossy();
        words.push(if argument.is_empty() || argument.contains([' ', '\'', '$', '*', ';']) {
            format!("'{}'", argument.replace('\'', r"'\''"))
        } else {
            argument.into_owned()
        });
    }
    words
}

/// Runs the command and returns all that it printed, both streams in the order of writing.
pub(crate) fn output(command: &mut Command) -> Result<(ExitStatus, String)> {
    let (mut reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let spawned = command.spawn();
    // The command holds the pipe's writing end as well; while it is open the reader would wait for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = spawned.map_err(|error| format!("{}: {error}", shown(command)))?;
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    Ok((child.wait()?, String::from_utf8_lossy(&bytes).into_owned()))
}

/// Tells whether a program of that name lies in a directory of `PATH`.
pub(crate) fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|directory| directory.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cargo_command_does_not_know_the_package_that_starts_it() {
        // The tests run below cargo as well, so the variables are there.
        let command = cargo(["build"]);
        let removed = |name: &str| command.get_envs().any(|(removed, value)| removed == name && value.is_none());
        assert!(removed("CARGO_PKG_NAME") && removed("CARGO_MANIFEST_DIR"), "{command:?}");
        assert!(!removed("CARGO") && !removed("PATH"), "{command:?}");
    }

    #[test]
    fn a_shown_command_can_be_pasted_into_a_shell() {
        let mut command = Command::new("/usr/bin/cp");
        command.args(["-a", "old db", "it's", ""]);
        assert_eq!(shown(&command), r"cp -a 'old db' 'it'\''s' ''");
    }
}
