//! Whoever sits at the terminal: questions, and a password that is not shown.

use std::io::{self, BufRead, IsTerminal, Write};

use rustix::termios::{self, LocalModes, OptionalActions};

use crate::choices::Answer;
use crate::error::Error;

/// Somebody who can be asked.
pub trait Console {
    /// Shows a prompt and reads a line, without its end; nothing at the end of the input.
    ///
    /// # Errors
    /// As reading.
    fn line(&self, prompt: &str) -> io::Result<Option<String>>;
    /// As [`Console::line`], without showing what is typed.
    ///
    /// # Errors
    /// As reading.
    fn secret(&self, prompt: &str) -> io::Result<Option<String>>;
    /// Shows text.
    fn show(&self, text: &str);
}

/// The terminal of this process.
#[derive(Debug)]
pub struct TerminalConsole(());

impl TerminalConsole {
    /// Returns the terminal when there is one.
    #[must_use]
    pub fn open() -> Option<Self> {
        (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Self(()))
    }
}

impl Console for TerminalConsole {
    fn line(&self, prompt: &str) -> io::Result<Option<String>> {
        self.show(prompt);
        let mut line = String::new();
        let length = io::stdin().lock().read_line(&mut line)?;
        Ok((length > 0).then(|| line.trim_end_matches(['\n', '\r']).to_owned()))
    }

    fn secret(&self, prompt: &str) -> io::Result<Option<String>> {
        let shown = termios::tcgetattr(io::stdin())?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // What was typed ahead stays: a program that answers may be faster than the question.
        termios::tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
        let line = self.line(prompt);
        termios::tcsetattr(io::stdin(), OptionalActions::Now, &shown)?;
        self.show("\n");
        line
    }

    fn show(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

/// Asks until there is an answer that `parse` takes; an empty one stands for the default.
///
/// # Errors
/// [`Error::NotConfirmed`] at the end of the input; [`Error::Io`].
pub fn ask<T>(
    console: &dyn Console,
    question: &str,
    default: Option<&str>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Error> {
    let shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
    loop {
        let line = console.line(&format!("{question}{shown}: ")).map_err(|e| Error::io("read", "the answer", e))?;
        let line = line.ok_or(Error::NotConfirmed)?;
        let text = match (line.trim(), default) {
            ("", Some(default)) => default,
            (text, _) => text,
        };
        match parse(text) {
            Ok(answer) => return Ok(answer),
            Err(what) => console.show(&format!("{what}\n")),
        }
    }
}

/// Asks for yes or no.
///
/// # Errors
/// As [`ask`].
pub fn ask_yes_no(console: &dyn Console, question: &str, default: &str) -> Result<Answer, Error> {
    ask(console, question, Some(default), |text| match text.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(Answer::Yes),
        "n" | "no" => Ok(Answer::No),
        _ => Err("Please answer yes or no.".to_owned()),
    })
}
