//! What the demo shows: each command as one would type it, and of its output as much as was asked for.

use crate::process::{self, Result};
use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Columns of a terminal that everybody has, near enough.
const WIDTH: usize = 100;
/// Output of a command is set in.
const INDENT: &str = "    ";

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// The main commands, and a few lines of what they print.
    Brief,
    /// Every command with all that it prints.
    Full,
}

/// Which lines of a command's output the brief demo shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Excerpt {
    /// Not even the command.
    Nothing,
    First(usize),
    Last(usize),
}

/// Prints what the demo shows, and counts it.
#[derive(Debug)]
pub(super) struct Screen {
    pub(super) detail: Detail,
    lines: RefCell<Vec<String>>,
    transcript: RefCell<Vec<String>>,
}

impl Screen {
    pub(super) fn new(detail: Detail) -> Self {
        Self { detail, lines: RefCell::default(), transcript: RefCell::default() }
    }

    /// Prints one line, or several.
    pub(super) fn show(&self, text: &str) {
        for line in text.split('\n') {
            println!("{line}");
            self.lines.borrow_mut().push(line.to_owned());
        }
    }

    /// Begins a tool's part.
    pub(super) fn title(&self, text: &str) {
        self.show(&format!("\n=== {text}"));
    }

    /// Shows lines as output of a command: whole, or cut to the width.
    pub(super) fn output<'a>(&self, lines: impl IntoIterator<Item = &'a str>) {
        for line in lines {
            match self.detail {
                Detail::Full => self.show(line),
                Detail::Brief => self.show(&cut(&format!("{INDENT}{line}"))),
            }
        }
    }

    /// Returns every command and all that they printed, whatever was shown, as the README writes it: with `RUN` for the name of a run
    /// and `ldap://host` for the address of the server.
    pub(super) fn transcript(self) -> Vec<String> {
        self.transcript.into_inner()
    }

    /// Fails when more was shown than fits so many lines, or a line is wider than a terminal.
    pub(super) fn expect_at_most(&self, most: usize) -> Result {
        let lines = self.lines.borrow();
        if let Some(wide) = lines.iter().find(|line| line.chars().count() > WIDTH) {
            return Err(format!("not kept: the demo fits a terminal of {WIDTH} columns: {wide}").into());
        }
        if lines.len() > most {
            return Err(format!("not kept: the demo fits {most} lines: {}", lines.len()).into());
        }
        Ok(())
    }
}

/// One program at work for the demo.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    pub(super) screen: &'a Screen,
    program: PathBuf,
    /// Options that each call gets and that are not shown, such as `--root`.
    pub(super) options: Vec<OsString>,
    root: PathBuf,
    /// Where it is called; nothing for the directory of the demo.
    pub(super) directory: Option<PathBuf>,
}

impl<'a> Stage<'a> {
    /// Returns a stage whose program works below a root.
    pub(super) fn new(screen: &'a Screen, program: PathBuf, root: &Path) -> Self {
        Self { screen, program, options: vec!["--root".into(), root.into()], root: root.to_owned(), directory: None }
    }

    /// Returns the stage with more options that each call gets and that are not shown.
    pub(super) fn with_options(mut self, options: &[&str]) -> Self {
        self.options.extend(options.iter().map(OsString::from));
        self
    }

    /// Returns the same stage for another program of the tool.
    pub(super) fn of(&self, program: &str) -> Self {
        Self {
            screen: self.screen,
            program: self.program.with_file_name(program),
            options: self.options.clone(),
            root: self.root.clone(),
            directory: self.directory.clone(),
        }
    }

    /// Runs the program and fails unless it ends with the expected code.
    pub(super) fn run(&self, arguments: &[&str], expected: i32, excerpt: Excerpt) -> Result {
        let name = Path::new(self.program.file_name().unwrap_or_default());
        let shown = process::words(Command::new(name).args(arguments));
        let excerpt = match self.screen.detail {
            Detail::Full => Excerpt::Last(usize::MAX),
            Detail::Brief => excerpt,
        };
        if !matches!(excerpt, Excerpt::Nothing) {
            self.screen.show(&folded(&format!("$ {}", shown.join(" ")), &shown));
        }
        let mut command = Command::new(&self.program);
        // Whoever is not root keeps the records of runs at home: those of the demo go with it.
        command.env("XDG_STATE_HOME", self.root.with_extension("state"));
        command.args(&self.options).args(arguments).stdin(Stdio::null());
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        let (status, output) = process::output(&mut command)?;
        let output = output.replace(&*self.root.to_string_lossy(), "DIR");
        let failed = |text: String| Err(format!("{}: {text}", shown.join(" ")).into());
        if status.code() != Some(expected) {
            print!("{output}");
            return failed(format!("{status} instead of {expected}"));
        }
        let lines: Vec<_> = output.lines().collect();
        let command_line = format!("$ {}", shown.join(" "));
        let all = std::iter::once(&*command_line).chain(lines.iter().copied());
        self.screen.transcript.borrow_mut().extend(all.map(without_chance));
        match excerpt {
            Excerpt::Nothing => {}
            Excerpt::First(count) => self.screen.output(lines.iter().take(count).copied()),
            Excerpt::Last(count) => self.screen.output(lines.iter().skip(lines.len().saturating_sub(count)).copied()),
        }
        if expected != 0 && !matches!(excerpt, Excerpt::Nothing) {
            self.screen.show(&format!("(exit status {expected})"));
        }
        Ok(())
    }

    /// Says that a promise was kept, or fails.
    pub(super) fn expect(&self, is_kept: bool, promise: &str) -> Result {
        if !is_kept {
            return Err(format!("not kept: {promise}").into());
        }
        self.screen.show(&format!("checked: {promise}"));
        Ok(())
    }
}

/// Replaces what is different each time: the names of runs and the port of the server.
fn without_chance(line: &str) -> String {
    let is_run = |word: &str| {
        let (time, process) = word.split_once("Z-").unwrap_or_default();
        time.contains('T') && [time, process].iter().all(|part| part.starts_with(|c: char| c.is_ascii_digit()))
    };
    let words = line.split(' ').map(|word| {
        if word.starts_with("ldap://127.0.0.1:") {
            "ldap://host".to_owned()
        } else if is_run(word) {
            if word.ends_with('.') { "RUN.".to_owned() } else { "RUN".to_owned() }
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn cut(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 3).chain("...".chars()).collect()
}

/// Breaks a command line between words, as a shell takes it.
fn folded(line: &str, words: &[String]) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    let mut text = "$".to_owned();
    let mut column = 1;
    for word in words {
        let length = word.chars().count();
        if column + length + 3 > WIDTH {
            text.push_str(" \\\n   ");
            column = 3;
        }
        text.push(' ');
        text.push_str(word);
        column += 1 + length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(screen: &Screen) -> Stage<'_> {
        Stage {
            screen,
            program: "/bin/sh".into(),
            options: vec!["-c".into()],
            root: "/nowhere".into(),
            directory: None,
        }
    }

    fn shown(detail: Detail, excerpt: Excerpt) -> Vec<String> {
        let screen = Screen::new(detail);
        shell(&screen).run(&["echo one; echo two >&2; echo three"], 0, excerpt).unwrap();
        screen.lines.into_inner()
    }

    #[test]
    fn the_brief_demo_shows_the_lines_that_were_asked_for() {
        let command = "$ sh 'echo one; echo two >&2; echo three'";
        assert_eq!(shown(Detail::Brief, Excerpt::Last(2)), [command, "    two", "    three"]);
        assert_eq!(shown(Detail::Brief, Excerpt::First(1)), [command, "    one"]);
        assert_eq!(shown(Detail::Brief, Excerpt::Nothing), [""; 0]);
    }

    #[test]
    fn the_full_demo_shows_everything() {
        let expected = ["$ sh 'echo one; echo two >&2; echo three'", "one", "two", "three"];
        assert_eq!(shown(Detail::Full, Excerpt::Nothing), expected);
    }

    #[test]
    fn names_of_runs_and_ports_are_replaced_in_the_transcript() {
        let line = "Undo: x --ldap-url ldap://127.0.0.1:4553 --undo 20261128T221036.123501Z-4568";
        assert_eq!(without_chance(line), "Undo: x --ldap-url ldap://host --undo RUN");
        assert_eq!(without_chance("  before run 20261128T221036.123501Z-4568."), "  before run RUN.");
        assert_eq!(without_chance("to Z-1 Tea"), "to Z-1 Tea");
    }

    #[test]
    fn an_unexpected_exit_code_is_an_error() {
        let screen = Screen::new(Detail::Brief);
        let error = shell(&screen).run(&["exit 3"], 0, Excerpt::Nothing).unwrap_err();
        assert_eq!(error.to_string(), "sh 'exit 3': exit status: 3 instead of 0");
    }

    #[test]
    fn a_long_command_is_folded_and_a_long_line_of_output_is_cut() {
        let words: Vec<String> = (0..20).map(|number| format!("--option-{number}")).collect();
        let text = folded(&format!("$ {}", words.join(" ")), &words);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH) && text.lines().count() == 3, "{text}");
        assert_eq!(text.replace(" \\\n   ", ""), format!("$ {}", words.join(" ")));
        assert_eq!(cut(&"x".repeat(101)), format!("{}...", "x".repeat(97)));
        assert_eq!(cut(&"x".repeat(100)), "x".repeat(100));
    }

    #[test]
    fn more_lines_than_promised_and_lines_that_are_too_wide_are_errors() {
        let screen = Screen::new(Detail::Brief);
        screen.show("a\nb");
        assert!(screen.expect_at_most(2).is_ok());
        assert_eq!(screen.expect_at_most(1).unwrap_err().to_string(), "not kept: the demo fits 1 lines: 2");
        screen.show(&"x".repeat(101));
        assert!(screen.expect_at_most(9).unwrap_err().to_string().contains("100 columns"));
    }
}
