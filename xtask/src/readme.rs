//! Keeps the README true: its sessions are lines of the demo, its installation is carried out in a temporary directory.
//!
//! The commands of its other blocks are run by the tests of the tools (`readme.rs`).

use crate::process::{self, Result};
use crate::tools::programs;
use std::path::Path;
use std::process::Command;

const FILE: &str = "README.md";
/// Where the README installs.
const PREFIX: &str = "prefix=/usr/local\n";

/// Fails unless each line of the sessions (blocks `console`) is a line of what the demo's programs were called with and printed, in
/// the same order. A session of a program that was not run is not compared.
pub(crate) fn check_sessions(transcript: &[String]) -> Result {
    let text = std::fs::read_to_string(FILE).map_err(|error| format!("{FILE}: {error}"))?;
    let sessions = blocks(&text, "console");
    if sessions.is_empty() {
        return Err(format!("{FILE} has no session").into());
    }
    for session in sessions {
        if let Some(line) = first_untrue(&session, transcript) {
            return Err(format!("{FILE}: the demo does not show this line of a session, or not here: {line}").into());
        }
    }
    Ok(())
}

/// Returns the first line of the session that does not follow in the transcript.
fn first_untrue(session: &str, transcript: &[String]) -> Option<String> {
    let session = session.replace(" \\\n    ", " ");
    let program = session.split_whitespace().nth(1).unwrap_or_default();
    let was_run = transcript.iter().any(|line| line.strip_prefix("$ ").is_some_and(|line| line.starts_with(program)));
    let mut rest = transcript.iter();
    session.lines().find(|line| was_run && !rest.any(|shown| shown == line)).map(str::to_owned)
}

/// Carries out the README's installation (the block `sh`) with an unoptimised build and below a temporary directory, and starts
/// each program.
pub(crate) fn check_installation(tools: &[&str]) -> Result {
    let text = std::fs::read_to_string(FILE).map_err(|error| format!("{FILE}: {error}"))?;
    let [script] = &blocks(&text, "sh")[..] else { return Err(format!("{FILE} has no single block sh").into()) };
    if !script.contains(PREFIX) {
        return Err(format!("{FILE} does not install in {}", PREFIX.trim_end()).into());
    }
    let directory = tempfile::tempdir()?;
    let script = script.replace(PREFIX, "").replace("cargo install", "cargo install --quiet --debug");
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", &script]).env("prefix", directory.path());
    process::run_quietly(process::in_the_environment_of_the_user(&mut shell))?;
    tools.iter().flat_map(|tool| programs(tool)).try_for_each(|program| expect_installed(directory.path(), program))
}

fn expect_installed(prefix: &Path, program: &str) -> Result {
    process::run_quietly(
        Command::new(prefix.join("bin").join(program)).arg("--help").stdout(std::process::Stdio::null()),
    )?;
    let page = prefix.join("share/man/man8").join(program).with_extension("8");
    if page.is_file() { Ok(()) } else { Err(format!("{} was not installed", page.display()).into()) }
}

/// Returns the fenced blocks of that kind.
fn blocks(text: &str, kind: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(fence)) => open = Some((fence == kind, String::new())),
            (None, None) => {}
            (Some(_), Some(_)) => blocks.extend(open.take().filter(|(wanted, _)| *wanted).map(|(_, block)| block)),
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Vec<String> {
        ["$ tool --check a b", "To do", "  one", "$ tool a b", "Done"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_session_is_true_when_its_lines_follow_in_what_was_shown() {
        let text = "```console\n$ tool --check \\\n    a b\nTo do\n$ tool a b\nDone\n```\n```\n$ other\n```\n";
        let sessions = blocks(text, "console");
        assert_eq!(sessions.len(), 1);
        assert_eq!(first_untrue(&sessions[0], &transcript()), None);
    }

    #[test]
    fn a_line_that_was_not_shown_or_comes_too_early_is_untrue() {
        let untrue = |session: &str| first_untrue(session, &transcript());
        assert_eq!(untrue("$ tool --check a b\nDone!\n").unwrap(), "Done!");
        assert_eq!(untrue("$ tool a b\nTo do\n").unwrap(), "To do");
        assert_eq!(untrue("$ tool c\n").unwrap(), "$ tool c");
    }

    #[test]
    fn a_session_of_a_program_that_was_not_run_is_not_compared() {
        assert_eq!(first_untrue("$ other a\nWhatever\n", &transcript()), None);
    }
}
